"""Which weights of a model are trained: all, or those of a small module fitted into it."""

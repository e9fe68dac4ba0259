"""Small modules that are trained inside a model whose own weights stand still."""

"""What a model is taught and asked: numpy faces of the tasks and, apart from them, their losses."""

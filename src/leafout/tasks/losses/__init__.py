"""What a model is taught, on torch: one objective a file, each with its loss and its figures of a data set."""

"""One pass over many texts at once; numpy today, compiled later behind the same functions."""

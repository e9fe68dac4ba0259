"""The command line: the verbs in the order of work, and the only place that prints."""

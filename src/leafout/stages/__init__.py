"""The verbs of the chain: one file each, a config and a function."""

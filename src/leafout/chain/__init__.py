"""Chains: read, planned, run and remembered."""

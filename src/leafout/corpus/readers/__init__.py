"""Readers: a file in, documents and rejects out, one at a time."""

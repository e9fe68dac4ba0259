"""Encoding several times as fast as `tokenizers`, with its ids: compiled splitting, merging and a cache of words."""

"""Tokenizers and packed tokens: train, load, encode, pack."""

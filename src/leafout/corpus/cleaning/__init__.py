"""Cleaning in phases over parts: judge each document, cut repeats, find duplicates, write what stays."""

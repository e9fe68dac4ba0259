"""Filters that learn from what a user gives: documents like good examples, documents on a topic."""

"""Releases and the runtimes that execute them: what the exam and the service call."""

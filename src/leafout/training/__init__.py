"""The loop that teaches a model, and what it stands on: batches, schedules, checkpoints, plans."""

"""Documents on disk: readers, near-duplicates, splits, ledgers, logs."""

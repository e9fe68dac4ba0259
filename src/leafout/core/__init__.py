"""What every other room stands on: stage, store, config, spec, run, errors. Never imports torch or numpy."""

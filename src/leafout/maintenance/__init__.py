"""Keeping a release alive: its reference, live figures, drift, late labels, review queue, alerts, successor."""

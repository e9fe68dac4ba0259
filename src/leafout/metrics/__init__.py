"""Scores, calibration and intervals; numpy only."""

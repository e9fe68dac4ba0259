"""The exam of a release: scores with intervals beside a simple floor, calibration, the worst errors, gates."""

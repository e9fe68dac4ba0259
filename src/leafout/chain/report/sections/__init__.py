"""The parts of the report, one file each: data in, HTML out."""

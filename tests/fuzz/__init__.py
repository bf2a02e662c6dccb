"""Broken files for every reader: `python -m tests.fuzz READER --cases N --seed S`."""

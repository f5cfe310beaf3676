"""Lessons: what a class is shown, beat by beat, out of a TOML file; notes for the teacher and a sheet of paper."""

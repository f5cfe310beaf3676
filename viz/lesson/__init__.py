"""Lessons: what a class is shown, beat by beat, out of a TOML file; the teacher's notes and the sheet of paper to it."""

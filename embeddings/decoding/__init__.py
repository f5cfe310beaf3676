"""The one loop that writes an answer, what reads along, and the file that a road is kept in."""

"""The fixed map: loaded, checked, and used to place states."""

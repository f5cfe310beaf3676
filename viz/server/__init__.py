"""What the browser fetches by itself, all under `/mm/`."""

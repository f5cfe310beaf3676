"""The `mindmap` command."""

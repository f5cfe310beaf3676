"""The recorded scenes: driven through the same worker as a live drive."""

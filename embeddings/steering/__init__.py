"""What can change the next token: rewards on words and on regions of the map."""

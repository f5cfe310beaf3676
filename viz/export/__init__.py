"""What can be taken away: the page that plays offline."""

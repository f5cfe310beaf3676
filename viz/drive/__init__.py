"""A drive: what is asked, the roads that grow, the thread that drives them, and the one seam to the model side."""

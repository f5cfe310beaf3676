"""The rail's steps, one file each: two sentences and what only this step has. `viz.rail` holds what all of them share."""

"""The rail's steps, one file each: what only this step has. `viz.rail` holds what all of them share."""

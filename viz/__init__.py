"""The picture side of the mind map navigator: numbers in, pictures out. Imports no torch, no transformers, no umap."""

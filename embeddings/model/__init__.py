"""The language model: its weights on disk, its tokens as bytes, text in and distributions out."""

"""Resident memory of a process that holds the model and the atlas and has answered once."""

from __future__ import annotations

import psutil

from tests.benchmarks.rows import Row


def rows() -> list[Row]:
    """In a process of its own, for memory once taken is not always given back."""
    process = psutil.Process()
    bare = process.memory_info().rss
    from embeddings import load_atlas, load_model, trace

    model, atlas = load_model(), load_atlas()
    loaded = process.memory_info().rss
    atlas.positions(trace(model, system="You are a pirate.", user="What is rain?"))
    atlas.start(model, "You are a pirate.")
    used = process.memory_info().rss
    return [
        Row("resident memory with model and atlas loaded", f"{loaded / 1e9:.2f} GB", "", "aim 1.0 GB"),
        Row("  after one answer and one start", f"{used / 1e9:.2f} GB", f"interpreter before: {bare / 1e9:.2f} GB"),
    ]

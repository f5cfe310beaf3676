"""The language model: its weights on disk, its tokens as bytes, text in and distributions out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embeddings.doors import lazily

if TYPE_CHECKING:
    from embeddings.model.language_model import Cursor, LanguageModel, load_model
    from embeddings.model.vocabulary import Vocabulary

__all__ = ["Cursor", "LanguageModel", "Vocabulary", "load_model"]

_HOMES = {
    "Cursor": "embeddings.model.language_model",
    "LanguageModel": "embeddings.model.language_model",
    "Vocabulary": "embeddings.model.vocabulary",
    "load_model": "embeddings.model.language_model",
}

if not TYPE_CHECKING:  # a type checker would take every name for Any
    __getattr__ = lazily(__name__, _HOMES)

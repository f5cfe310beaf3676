"""The real model and the shipped atlas, made once for the whole run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from embeddings.atlas.atlas import Atlas
    from embeddings.model.language_model import LanguageModel


@pytest.fixture(scope="session")
def model() -> LanguageModel:
    from embeddings import load_model

    return load_model()


@pytest.fixture(scope="session")
def atlas() -> Atlas:
    from embeddings import load_atlas

    return load_atlas()

"""What `mindmap doctor` says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import torch

from embeddings import load_model
from embeddings.cli import doctor
from embeddings.cli import main as cli
from embeddings.model.linear import COUNTS, Products, Times, processor
from embeddings.model.network import matrices

if TYPE_CHECKING:
    from embeddings.model.language_model import LanguageModel


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "TOKENS", 2)
    monkeypatch.setattr(doctor, "TURNS", 1)


def test_it_measures_a_token_against_the_memory(model: LanguageModel, quick: None) -> None:
    found = doctor.examine(model)
    assert found.threads == torch.get_num_threads() and found.processor == processor()
    assert found.weights == sum(p.numel() * 4 for p in model.tensors.values()) and found.products is model.products
    assert min(found.bound, found.token, found.plain) > 0
    assert found.bound == pytest.approx(1000 * found.weights / found.bandwidth)


def test_it_prints_each_product_with_its_ratio_and_the_choice(model: LanguageModel) -> None:
    products = Products({(8, 4): {1: Times(0.2, 0.1, 1.0), 2: Times(0.1, 0.4, 0.0)}})
    lines = list(doctor.Examined("A chip", 2, "2.13.0", products, 40.0, 50.0, 538_000_000, 26.9e9).lines())
    assert lines[0] == "processor  A chip, 2 threads, torch 2.13.0"
    assert lines[1] == "memory     26.9 GB/s"
    assert "40.0 ms, 50.0 with linear alone" in lines[2] and "20.0 ms to read: 0.50 of the bound" in lines[2]
    assert lines[-2].split() == ["8x4", "1", "0.200", "0.100", "2.00", "ours"]
    assert lines[-1].split() == ["8x4", "2", "0.100", "0.400", "0.25", "linear"]


def test_again_measures_anew(model: LanguageModel, quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Products({})
    monkeypatch.setattr(doctor, "renewed", lambda *given: other)
    assert doctor.examine(model, again=True).products is other
    assert model.products is not other


def test_the_command_prints_it(
    model: LanguageModel, quick: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Products({s: dict.fromkeys(COUNTS, Times(2.0, 1.0, 1.0)) for s in matrices(model.tensors)})
    monkeypatch.setattr("embeddings.load_model", lambda **given: replace(load_model(), products=known))
    monkeypatch.setattr("sys.argv", ["mindmap", "doctor"])
    assert cli.main() == 0
    said = capsys.readouterr().out
    assert "of the bound" in said and "49152x576" in said and "processor" in said

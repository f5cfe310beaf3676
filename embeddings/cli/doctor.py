"""What this machine makes of the model: which way products go and why, and what a token costs against the memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from statistics import median

import torch

from embeddings.chat import chat
from embeddings.model.language_model import LanguageModel
from embeddings.model.linear import LINEAR, Products, processor, renewed
from embeddings.model.network import matrices
from embeddings.model.weights import cache_folder

TOKENS = 12  # of each turn
TURNS = 3


@dataclass(frozen=True)
class Examined:
    """What was found: milliseconds a token, with the products as ``products`` chooses them and with `linear` alone;
    the bytes of ``weights`` that each token reads; the ``bandwidth`` in bytes a second at which they were summed."""

    processor: str
    threads: int
    torch: str
    products: Products
    token: float
    plain: float
    weights: int
    bandwidth: float

    @property
    def bound(self) -> float:
        """Milliseconds in which the weights can be read once: no token takes less."""
        return 1000 * self.weights / self.bandwidth

    def lines(self) -> Iterator[str]:
        """As it is printed."""
        yield f"processor  {self.processor}, {self.threads} thread{'s' * (self.threads != 1)}, torch {self.torch}"
        yield f"memory     {self.bandwidth / 1e9:.1f} GB/s"
        yield (
            f"a token    {self.token:.1f} ms, {self.plain:.1f} with linear alone; its {self.weights / 1e6:.0f} MB of "
            f"weights take {self.bound:.1f} ms to read: {self.bound / self.token:.2f} of the bound"
        )
        yield ""
        yield "products   rows   linear, ms   ours, ms   ratio   chosen"
        for (outputs, inputs), times in self.products.times.items():
            for count, t in times.items():
                name = f"{outputs}x{inputs}"
                ratio, chosen = t.linear / t.ours, "ours" if t.faster else "linear"
                yield f"{name:<10} {count:>4} {t.linear:>12.3f} {t.ours:>10.3f} {ratio:>7.2f}   {chosen}"


def examine(model: LanguageModel, *, again: bool = False) -> Examined:
    """Measure a few tokens and the memory, by turns, with the threads that torch has.

    Parameters
    ----------
    again
        Measure the choice of the products anew too, and remember it for the next start.
    """
    if again:
        model = replace(model, products=renewed(matrices(model.tensors), cache_folder()))
    plain, read = replace(model, products=LINEAR), list(model.tensors.values())
    turns = [(_token(model), _token(plain), _seconds(lambda: _sum(read))) for _ in range(TURNS + 1)][1:]
    chosen, linear, memory = (list(column) for column in zip(*turns, strict=True))
    weights = sum(weight.numel() * weight.element_size() for weight in read)
    return Examined(
        processor=processor(),
        threads=torch.get_num_threads(),
        torch=torch.__version__,
        products=model.products,
        token=1000 * median(chosen),
        plain=1000 * median(linear),
        weights=weights,
        bandwidth=weights / min(memory),
    )


def _token(model: LanguageModel) -> float:
    """Seconds a token, of a few."""
    cursor = model.prefill(model.encode(chat(user="What is rain?")), ())

    def some() -> None:
        nonlocal cursor
        for _ in range(TOKENS):
            cursor = model.decode(cursor, int(cursor.logprobs.argmax()))

    return _seconds(some) / TOKENS


@torch.inference_mode()
def _sum(weights: list[torch.Tensor]) -> None:
    for weight in weights:
        weight.sum()


def _seconds(call: Callable[[], None]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began

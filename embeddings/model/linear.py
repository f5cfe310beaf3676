"""Products of one or a few rows with a weight matrix, nearly all that decoding does, each the faster of two ways.

Which way is faster depends on the processor, the threads and the shape, and no rule says it beforehand: both are
measured once, and the figures are remembered. Knows no model.
"""

from __future__ import annotations

import hashlib
import json
import math
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any

import torch
from torch.nn.functional import linear

from embeddings.files import write_atomically

FORMAT = 1  # raise it when what is measured, or how, changes: older files are then measured anew
COUNTS = (1, 2, 4, 8, 16, 32)  # rows that are measured; in between a way is taken only where both neighbours take it
ROUNDS = 5
GAIN = 1.1  # `linear` is left only for more than that: less is lost in the noise of a busy machine
WON = 0.8  # and only where ours was faster in that share of the rounds
CALM = 1.3  # a machine on which the middle round takes no longer than that times the least: the figures will hold
LARGE = 3 << 20  # entries: of a larger matrix a part of that size stands for it, each time another; smaller ones do not

Shape = tuple[int, int]
Way = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def halves(row: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """`linear` of a single row without bias, as a batch of the matrix's two halves; results differ by rounding.

    Measured on an AMD EPYC with two threads, `linear` needs 50 ms for the weights of the default model, this 25, and
    reading them takes 22. On an Intel Xeon with AVX-512 it is the other way round.
    """
    column = row.reshape(1, -1).T  # the strides matter: as a transposed row it takes the fast routine
    return torch.bmm(weight.view(2, -1, weight.shape[1]), column.expand(2, -1, 1)).view(*row.shape[:-1], -1)


def columns(rows: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """`linear` of a few rows without bias, read as columns: the same numbers in another order, to rounding."""
    across = rows.reshape(-1, weight.shape[1]).contiguous().T  # the strides matter, in and out
    return torch.mm(weight, across).T.contiguous().view(*rows.shape[:-1], -1)


@dataclass(frozen=True)
class Times:
    """What a product takes: ``linear`` and ``ours`` in ms, the least of all rounds, for a noisy machine only adds;
    ``won``, the share of the rounds, each measured in one go, in which ours was the faster."""

    linear: float
    ours: float
    won: float

    @property
    def faster(self) -> bool:
        """Whether ours is faster beyond noise."""
        return self.linear > GAIN * self.ours and self.won >= WON


@dataclass(frozen=True)
class Products:
    """Which way each product goes: ``times`` of each shape of a weight matrix and each of `COUNTS`.

    What was not measured goes through `linear`. ``calm`` is whether the machine was quiet enough for figures that last.
    """

    times: Mapping[Shape, Mapping[int, Times]]
    calm: bool = True

    def way(self, shape: Shape, rows: int) -> Way:
        """How `rows` rows are multiplied with a weight matrix of that shape."""
        measured = self.times.get(shape, {})
        around = {
            max((n for n in measured if n <= rows), default=0),
            min((n for n in measured if n >= rows), default=0),
        }
        if not all(n in measured and measured[n].faster for n in around):
            return linear
        return halves if rows == 1 else columns


LINEAR = Products({})


def remembered(matrices: Mapping[Shape, Sequence[torch.Tensor]], folder: Path) -> Products:
    """The choice for these weights, as it was found the first time, so that two starts round alike.

    Parameters
    ----------
    matrices
        All weight matrices of a model, by shape.
    folder
        Where the figures are kept, a file for each processor, number of threads, version of torch and set of shapes.
        One that is damaged, of something else, or cannot be written is no error: it is measured anew. Figures from a
        busy machine are used, but not kept: the next start looks again.
    """
    key = asked(matrices)
    found = _read(_path(folder, key), key)
    return _kept(measured(matrices), folder, key) if found is None else found


def renewed(matrices: Mapping[Shape, Sequence[torch.Tensor]], folder: Path) -> Products:
    """The choice measured anew, and kept for the next start."""
    return _kept(measured(matrices), folder, asked(matrices))


def _path(folder: Path, key: dict[str, Any]) -> Path:
    return folder / f"products-{hashlib.sha256(json.dumps(key).encode()).hexdigest()[:12]}.json"


def _kept(products: Products, folder: Path, key: dict[str, Any]) -> Products:
    if not products.calm:
        return products
    rows = [
        {"shape": list(shape), "rows": count, "linear": t.linear, "ours": t.ours, "won": t.won}
        for shape, times in products.times.items()
        for count, t in times.items()
    ]
    with suppress(OSError):  # a folder that cannot be written: it is measured again at the next start
        write_atomically(_path(folder, key), json.dumps({"key": key, "milliseconds": rows}, indent=1) + "\n")
    return products


def asked(matrices: Mapping[Shape, Sequence[torch.Tensor]]) -> dict[str, Any]:
    """What the figures belong to."""
    return {
        "format": FORMAT,
        "processor": processor(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "shapes": [[*shape, len(same)] for shape, same in sorted(matrices.items())],
    }


@cache
def processor() -> str:
    """The processor as the system names it, with what torch uses of it."""
    told: dict[str, str] = {}
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            told.setdefault(name.strip(), value.strip())
    name = told.get("model name") or platform.processor() or platform.machine()
    marks = [told[mark] for mark in ("cpu family", "model", "stepping") if mark in told]
    kind = torch.backends.cpu.get_cpu_capability()
    return f"{name} ({'-'.join(marks)}, {kind})" if marks else f"{name} ({kind})"


def _read(path: Path, key: dict[str, Any]) -> Products | None:
    """What a file says, if it is whole and belongs to `key`."""
    times: dict[Shape, dict[int, Times]] = {(o, i): {} for o, i, _ in key["shapes"]}
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        if stored["key"] != key:
            return None
        for row in stored["milliseconds"]:
            figures = Times(float(row["linear"]), float(row["ours"]), float(row["won"]))
            if not (math.isfinite(figures.linear + figures.ours) and min(figures.linear, figures.ours) > 0):
                return None
            times[row["shape"][0], row["shape"][1]][int(row["rows"])] = figures
    except (OSError, ValueError, TypeError, LookupError, AttributeError):
        return None
    whole = all(set(_counts(shape)) == set(found) for shape, found in times.items())
    return Products(times) if whole else None


@torch.inference_mode()
def measured(matrices: Mapping[Shape, Sequence[torch.Tensor]]) -> Products:
    """Both ways of every product, by turns, with the threads that torch has now: `ROUNDS` rounds after one to warm up.

    Each call reads another matrix of the shape, as a model does: what is left in the processor's caches would flatter.
    """
    found: dict[Shape, dict[int, Times]] = {}
    spread = list[float]()
    for shape, same in sorted(matrices.items()):
        parts = cycle(list(_parts(same)))
        found[shape] = {}
        for count in _counts(shape):
            rows = torch.linspace(-1.0, 1.0, count * shape[1]).view(1, count, -1)
            ways = (linear, halves if count == 1 else columns)
            pairs = [tuple(_milliseconds(way, rows, next(parts)) for way in ways) for _ in range(ROUNDS + 1)][1:]
            plain, ours = zip(*pairs, strict=True)
            found[shape][count] = Times(min(plain), min(ours), sum(b < a for a, b in pairs) / ROUNDS)
            spread += [median(plain) / min(plain), median(ours) / min(ours)]
    return Products(found, calm=median(spread) < CALM)


def _counts(shape: Shape) -> tuple[int, ...]:
    return COUNTS if shape[0] % 2 == 0 else COUNTS[1:]


def _parts(same: Sequence[torch.Tensor]) -> Iterator[torch.Tensor]:
    for weight in same:
        step = weight.shape[0] if weight.numel() <= LARGE else LARGE // weight.shape[1] & ~1
        for begin in range(0, weight.shape[0] - step + 1, step):
            yield weight[begin : begin + step]


def _milliseconds(way: Way, rows: torch.Tensor, weight: torch.Tensor) -> float:
    began = time.perf_counter()
    way(rows, weight)
    return 1000 * (time.perf_counter() - began)

"""Starting points of system prompts, measured once each; the last few dozen are kept. In the model's thread only."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from viz.drive.side import ModelSide

if TYPE_CHECKING:
    from embeddings.atlas import Start

KEPT = 12  # 1.6 MB each: eight distributions over the vocabulary


@dataclass
class _Measuring:
    """A start that is being measured, and how many wait for it: both roads of a drive have the same."""

    parts: Generator[None, None, Start]
    waiting: int = 0
    found: Start | None = None
    failed: Exception | None = None


class Starts:
    """Measures in parts, so that a long prompt holds nobody else up."""

    def __init__(self, side: ModelSide) -> None:
        self._side = side
        self._kept: OrderedDict[str | None, Start] = OrderedDict()
        self._going: dict[str | None, _Measuring] = {}

    def of(self, system: str | None) -> Generator[None, None, Start]:
        """The start of a system prompt; a `UserError` where it cannot be read. Close it, and nothing is measured on
        that nobody else waits for."""
        if system in self._kept:
            self._kept.move_to_end(system)
            return self._kept[system]
        going = self._going.get(system)
        if going is None:
            going = self._going[system] = _Measuring(self._side.start(system))
        going.waiting += 1
        try:
            while going.found is None:
                if going.failed is not None:
                    raise going.failed
                try:
                    next(going.parts)
                except StopIteration as end:
                    going.found = end.value
                    self._keep(system, end.value)
                except Exception as error:
                    going.failed = error
                else:
                    yield
            return going.found
        finally:
            going.waiting -= 1
            if not going.waiting:
                self._going.pop(system, None)
                going.parts.close()

    def _keep(self, system: str | None, found: Start) -> None:
        self._kept[system] = found
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

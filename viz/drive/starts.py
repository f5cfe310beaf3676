"""Starting points of system prompts, measured once each; the last few dozen are kept. In the model's thread only."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Generator
from typing import TYPE_CHECKING

from viz.drive.side import ModelSide

if TYPE_CHECKING:
    from embeddings.atlas import Start

KEPT = 24  # 1.5 MB each: eight distributions over the vocabulary


class Starts:
    """Measures in parts, so that a long prompt holds nobody else up."""

    def __init__(self, side: ModelSide) -> None:
        self._side = side
        self._kept: OrderedDict[str | None, Start] = OrderedDict()

    def of(self, system: str | None) -> Generator[None, None, Start]:
        """The start of a system prompt; a `UserError` where it cannot be read."""
        if system in self._kept:
            self._kept.move_to_end(system)
            return self._kept[system]
        found = yield from self._side.start(system)
        self._kept[system] = found
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found

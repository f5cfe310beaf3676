"""The door of a room that torch is behind: names are handed out when they are asked for, not when the door opens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazily(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """A module's ``__getattr__`` (PEP 562) that imports the module in which a name lives on first use.

    Parameters
    ----------
    package
        The door's own name.
    homes
        Name to the full name of its module.
    """

    def found(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(homes[name]), name)

    return found

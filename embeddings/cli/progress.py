"""What is being done, told on standard error: answers alone go to standard output."""

from __future__ import annotations

import sys

import typer

_said: list[str] = []


def told(message: str, share: float) -> None:
    """What is being done, once a sentence, where somebody watches; answers alone go to standard output."""
    if sys.stderr.isatty() and _said[-1:] != [message]:
        _said[:] = [message]
        typer.echo(f"{message} ...", err=True)


class Remaining:
    """One line of progress with the time left, estimated from what this run has done itself."""

    def __init__(self) -> None:
        import time

        self._clock = time.monotonic
        self._began: tuple[float, float] | None = None
        self._shown = ("", -1)

    def __call__(self, message: str, share: float) -> None:
        now = self._clock()
        if self._began is None:
            self._began = (now, share)
        since, first = self._began
        done = share - first
        left = (now - since) * (1 - share) / done if done > 0.01 and now - since > 5 else None
        percent = int(100 * share)
        if (message, percent) == self._shown:
            return
        self._shown = (message, percent)
        ahead = "" if left is None else f", about {_minutes(left)} left"
        line = f"{percent:3d} %  {message}{ahead}"
        typer.echo(f"\r\033[K{line}" if sys.stderr.isatty() else line, err=True, nl=not sys.stderr.isatty())

    def end(self) -> None:
        if sys.stderr.isatty():
            typer.echo("", err=True)


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"

"""Measures and prints one table: ``python -m tests.benchmarks [NAME...]``. Asserts no time, for machines differ.

Each benchmark has a process of its own, so that none finds the caches or the memory of another.
"""

from __future__ import annotations

import importlib
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.benchmarks.rows import Row

NAMES = (
    "decoding",
    "turning",
    "steering",
    "memory",
    "growth",
    "placing",
    "opening",
    "flag",
    "frames",
    "filming",
    "site",
)


def measured(name: str) -> list[Row]:
    """The rows of one benchmark."""
    return importlib.import_module(f"tests.benchmarks.{name}").rows()


def apart(name: str) -> list[Row]:
    """The same, in a fresh process; what went wrong is a row too, and the others go on."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        try:
            return pool.submit(measured, name).result()
        except Exception as error:
            said = str(error).strip().splitlines() or [type(error).__name__]
            return [Row(name, f"not measured: {said[0]}")]


def main(names: list[str]) -> int:
    """Prints the rows as they come."""
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        print(f"Unknown benchmark {unknown[0]!r}: choose among {', '.join(NAMES)}.", file=sys.stderr)
        return 2
    print(
        "| what | measured | ratio | aim | `python -m tests.benchmarks` |\n| --- | --- | --- | --- | --- |", flush=True
    )
    for name in names or NAMES:
        for row in apart(name):
            print(f"| {row.what} | {row.measured} | {row.ratio} | {row.aim} | `{name}` |", flush=True)
    print(f"\n{os.cpu_count()} cores; load of the last minute at the end: {os.getloadavg()[0]:.1f}.")
    return 0

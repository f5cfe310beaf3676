"""From a request to its roads: one, or two to be compared. Data only."""

from __future__ import annotations

from dataclasses import dataclass, replace

from embeddings.request import Intervention, Request

LABELS = "AB"


@dataclass(frozen=True)
class Plan:
    """One road that is asked for.

    Attributes
    ----------
    index : int
        Its place among the drive's roads.
    kind : str
        plain, start, signed or fork.
    request : Request
        What this road is to obey, under one system prompt.
    watches : tuple of Intervention
        Regions that are only read on it.
    """

    index: int
    kind: str
    request: Request
    watches: tuple[Intervention, ...] = ()

    @property
    def label(self) -> str:
        return LABELS[self.index]

    @property
    def system(self) -> str | None:
        return self.request.system

    @property
    def obeys(self) -> tuple[Intervention, ...]:
        return self.request.up


def plans_of(request: Request) -> tuple[Plan, ...]:
    """Two starts both obey the signs; with one start only B does, and A is read beside it."""
    if request.beside:
        kind = "signed" if request.up else "start"
        systems = (request.system, *request.beside)
        return tuple(Plan(i, kind, request.under(system)) for i, system in enumerate(systems))
    regions = tuple(intervention for intervention in request.up if intervention.region)
    plain = Plan(0, "plain", replace(request, interventions=()), watches=regions)
    return (plain, Plan(1, "signed", request)) if request.up else (plain,)

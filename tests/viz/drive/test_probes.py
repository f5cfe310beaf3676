"""Probes: fitted once each and kept, refused once each and remembered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from embeddings.chat import Message
from embeddings.errors import UserError
from embeddings.request import Intervention, Request, Stretch
from tests.viz.conftest import Scripted
from viz.drive.plan import plans_of
from viz.drive.probes import KEPT, Probes

FREEDOM = Intervention("freedom", "landmark")


@pytest.fixture
def probes(side: Scripted) -> Probes:
    return Probes(side)  # type: ignore[arg-type]


def test_a_probe_is_fitted_once_whichever_way_it_points_and_however_much_it_weighs(
    probes: Probes, side: Scripted
) -> None:
    assert probes.known(FREEDOM) is None
    made = probes.of(FREEDOM)
    for other in (replace(FREEDOM, direction="toward"), replace(FREEDOM, weight=-1.0), replace(FREEDOM, on=False)):
        assert probes.of(other) is made and probes.known(other) is made
    assert side.fitted == ["freedom"]


def test_two_stretches_of_the_same_words_are_two_probes(probes: Probes, side: Scripted) -> None:
    def stretch(start: int) -> Intervention:
        read = Stretch((Message("user", "?"),), (1, 2, 3, 4), start, start + 2, states=np.zeros((4, 4)))
        return Intervention("is water", "stretch", stretch=read)

    assert probes.of(stretch(0)) is probes.of(stretch(0)) is not probes.of(stretch(1))
    assert side.fitted == ["is water"] * 2


def test_what_was_refused_is_refused_again_without_being_tried(
    probes: Probes, side: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = Intervention("Too few.", "text")
    assert probes.refused(few) is None
    for _ in range(2):
        with pytest.raises(UserError, match="at least 20"):
            probes.of(few)
    assert probes.refused(few) == "A region needs at least 20 atlas points."
    monkeypatch.setattr(side, "region", lambda sign: pytest.fail("it was tried again"))
    with pytest.raises(UserError):
        probes.of(few)


def test_only_so_many_are_kept(probes: Probes, side: Scripted) -> None:
    for i in range(KEPT + 5):
        probes.of(Intervention(f"place {i}", "landmark"))
    assert probes.known(Intervention("place 4", "landmark")) is None
    assert probes.known(Intervention("place 5", "landmark")) is not None


def test_a_road_obeys_at_its_weights_and_reads_at_none(probes: Probes) -> None:
    signs = (FREEDOM, Intervention("sea", direction="toward"), Intervention("sky", "landmark", weight=-1.5))
    plain, signed = plans_of(Request.of(None, "?", interventions=signs, strength=2.0))
    weights: Any = [(reward.name, reward.weight) for reward in probes.rewards(signed)]  # type: ignore[union-attr]
    assert weights == [("freedom", -2.0), ("sea", 2.0), ("sky", -1.5)]
    read: Any = [(reward.name, reward.weight) for reward in probes.rewards(plain)]  # type: ignore[union-attr]
    assert read == [("freedom", 0.0), ("sky", 0.0)]
    assert probes.made(signed) == [(16, 0.9), None, (16, 0.9)]
    assert [(post["name"], post["weight"]) for post in probes.posts(signed)] == [("freedom", -2.0), ("sky", -1.5)]


def test_a_weak_probe_says_so(probes: Probes, side: Scripted) -> None:
    side.auc = 0.6
    (post,) = probes.posts(plans_of(Request.of(None, "?", interventions=(FREEDOM,)))[1])
    assert post["weak"] is True and post["auc"] == 0.6

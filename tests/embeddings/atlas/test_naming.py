"""What a place is called: votes counted by hand, one name, two or none, and a threshold that keeps its word."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.neighbors import KNeighborsClassifier

from embeddings import trace
from embeddings.atlas.atlas import Atlas
from embeddings.atlas.naming import NOWHERE, VOTERS, Enough, Naming, Neighbourhood, enough_for
from embeddings.model.language_model import LanguageModel

NAMES = ("freedom", "love", "")


def naming(one: float = 0.6, two: float = 0.8) -> Naming:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 400)
    return Naming(
        (rng.normal(size=(400, 8)) + 0.8 * labels[:, None]).astype(np.float32), labels, NAMES, Enough(one, two)
    )


def test_votes_are_those_of_a_k_nearest_neighbour_classifier() -> None:
    voters, points = naming(), np.random.default_rng(1).normal(size=(30, 8)) + 0.8
    other = KNeighborsClassifier(VOTERS).fit(voters.means, voters.labels)
    votes = np.array([voters.votes(point) for point in points])
    np.testing.assert_allclose(votes / VOTERS, other.predict_proba(points))
    half = np.arange(400) % 2 == 0
    other.fit(voters.means[~half], voters.labels[~half])
    np.testing.assert_allclose([voters.votes(points[0], but=half) / VOTERS], other.predict_proba(points[:1]))


@pytest.mark.parametrize(
    ("votes", "said"),
    [
        ([30, 15, 5], Neighbourhood(("freedom",), 0.6)),
        ([29, 15, 6], Neighbourhood(("freedom", "love"), 0.88)),
        ([15, 29, 6], Neighbourhood(("love", "freedom"), 0.88)),
        ([20, 15, 15], NOWHERE),  # two together have too few
        ([10, 0, 40], NOWHERE),  # the map shows no name for the third
        ([25, 0, 25], NOWHERE),
        ([50, 0, 0], Neighbourhood(("freedom",), 1.0)),
        ([0, 0, 0], NOWHERE),
    ],
)
def test_one_name_two_or_none(votes: list[int], said: Neighbourhood) -> None:
    found = naming().said(np.array(votes))
    assert found.names == said.names and found.share == pytest.approx(said.share)


def test_where_no_share_is_enough_a_single_theme_is_not_between_two() -> None:
    never = naming(one=1.01, two=0.9)
    assert never.said(np.array([50, 0, 0])) == NOWHERE
    alone = Naming(np.zeros((3, 2), dtype=np.float32), np.zeros(3, dtype=int), ("freedom",), Enough(0.6, 0.9))
    assert alone.said(alone.votes(np.zeros(2))).names == ("freedom",)
    assert alone.votes(np.zeros(2), but=np.array([True, True, False])).sum() == 1
    assert alone.said(alone.votes(np.zeros(2), but=np.ones(3, dtype=bool))) == NOWHERE


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=40), st.sampled_from([0.5, 0.8, 0.9]))
def test_at_the_threshold_enough_are_right_and_at_no_lower_one(rows: list[tuple[int, bool]], precision: float) -> None:
    shares, right = np.array([share / 20 for share, _ in rows]), np.array([good for _, good in rows])
    found = enough_for(shares, right, precision)

    def precise(share: float) -> bool:
        above = right[shares >= share]
        return len(above) > 0 and above.mean() >= precision

    good = [share for share in set(shares.tolist()) if precise(share)]
    assert found == (min(good) if good else 1.01)


def test_every_name_that_is_said_stands_on_the_map(model: LanguageModel, atlas: Atlas) -> None:
    t = trace(
        model, system="", user="How does a knight move in chess, and why do people love that game?", max_new_tokens=24
    )
    shown = {landmark.name for landmark in atlas.landmarks}
    said = atlas.neighbourhoods(t)
    assert len(said) == len(t) and any(place.names for place in said)
    for place in said:
        assert set(place.names) <= shown and len(place.names) <= 2 and 0.0 <= place.share <= 1.0
    walk = atlas.placer(model)
    read = [None, *t.token_ids[:-1]]
    assert tuple(walk.add(s, r).neighbourhood for s, r in zip(t.states, read, strict=True)) == said
    assert atlas.neighbourhood(atlas.means[0]) == atlas.naming.of(atlas.means[0])


def test_a_landmark_is_where_its_name_is_said(atlas: Atlas) -> None:
    """The points of a landmark are those that the rule itself names so, their own answer's votes not counted."""
    naming, answers = atlas.naming, atlas.answers[atlas.answers >= 0]
    for landmark in atlas.landmarks:
        for i in landmark.indices[:: max(1, len(landmark.indices) // 5)]:
            votes = naming.votes(atlas.means[i], but=answers == atlas.answers[i])
            assert naming.said(votes).names == (landmark.name,)
    assert len({landmark.theme for landmark in atlas.landmarks}) == len(atlas.landmarks) >= 12

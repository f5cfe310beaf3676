"""From a request to its roads."""

from __future__ import annotations

from embeddings.request import Intervention, Request
from viz.drive.plan import Plan, plans_of


def said(plans: tuple[Plan, ...]) -> list[tuple[str, str, str | None, int]]:
    return [(plan.label, plan.kind, plan.system, len(plan.obeys)) for plan in plans]


def test_one_prompt_and_no_sign_is_one_road() -> None:
    off = Request.of("a", "?", interventions=(Intervention("x", on=False),))
    for asked in (Request.of("a", "?"), off):
        assert said(plans_of(asked)) == [("A", "plain", "a", 0)]


def test_with_one_start_only_the_second_road_obeys_and_the_first_reads_the_regions() -> None:
    word, region = Intervention("free"), Intervention("freedom", "landmark")
    plain, signed = plans = plans_of(Request.of(None, "?", interventions=(word, region)))
    assert said(plans) == [("A", "plain", None, 0), ("B", "signed", None, 2)]
    assert plain.watches == (region,) and signed.watches == ()


def test_with_two_starts_both_roads_obey_the_signs() -> None:
    plans = plans_of(Request.of("a", "?", beside=(None,), interventions=(Intervention("free"),)))
    assert said(plans) == [("A", "signed", "a", 1), ("B", "signed", None, 1)]
    assert [plan.request.beside for plan in plans] == [(), ()]


def test_two_starts_without_signs_are_compared() -> None:
    assert said(plans_of(Request.of("", "?", beside=("b",)))) == [("A", "start", "", 0), ("B", "start", "b", 0)]

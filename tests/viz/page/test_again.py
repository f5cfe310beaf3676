"""A road that the server no longer has: driven again on request, turn after turn, and compared with what it was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from embeddings.request import Intervention, Request, Settings
from tests.viz.conftest import Scripted
from tests.viz.page.conftest import Page, drive, driven, job_of, put_up, shown, stage_of, told, wait
from tests.viz.page.test_opening import address, kept, reopened
from viz.drive import session
from viz.drive.job import Jobs
from viz.drive.worker import Worker
from viz.page import again, opening, player_events
from viz.page.state import Cell, Stage
from viz.scene.link import Driven, Turn, Way
from viz.scene.recorded import scenes
from viz.strings import plain, text

RAIN = Request.of("", "What is rain?")
FORK = next(entry["id"] for entry in scenes() if entry["step"] == "road")


@pytest.fixture
def forgetful(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> object:
    """Call it, and the server has begun anew: it has no drive any more."""

    def forget() -> None:
        register = Jobs()
        monkeypatch.setattr(session, "jobs", lambda: register)

    return forget


def gone(one: Driven, **stage: object) -> Cell:
    return Cell(replace(Stage(id="me", step="road", lost=(one,), missing=one.job), **stage))  # type: ignore[arg-type]


def infos(at: object) -> list[str]:
    return [info.value for info in at.info]  # type: ignore[attr-defined]


def test_a_road_is_driven_again_and_is_the_same(page: Page, forgetful: object) -> None:
    at = wait(put_up(wait(drive(page("road"))), "water"))
    value, before = address(at), job_of(at)
    forgetful()  # type: ignore[operator]
    at = reopened(value)
    assert (told(at)["job"], told(at)["scene"], told(at)["missing"]) == (None, None, before.id)
    assert plain(text("kept.lost", question="What is rain?")) in infos(at)
    assert address(at) == value  # nothing of it is lost by looking at it
    entry = told(at)["link"]["entry"]
    at = wait(at.button(key="drive_again").click().run())
    assert job_of(at).request == before.request and told(at)["link"]["entry"] == entry
    assert [run.token_ids for run in job_of(at).runs] == [run.token_ids for run in before.runs]
    assert plain(text("kept.same")) in infos(at) and stage_of(at).missing is None
    lost = [one.job for one in stage_of(at).lost]
    assert len(lost) == 1  # the first road, without the sign
    at = wait(at.button(key=f"lost_{lost[0]}").click().run())
    assert len(job_of(at).runs) == 1 and stage_of(at).lost == ()


def test_a_link_that_was_sent_drives_its_road_again_and_says_so(page: Page, forgetful: object) -> None:
    at = wait(drive(page("road")))
    value, before = address(at), job_of(at)
    at = reopened(value, linked=True)
    assert job_of(at).id == before.id and plain(text("kept.here")) in infos(at)
    forgetful()  # type: ignore[operator]
    at = wait(reopened(value, linked=True))
    assert job_of(at).id != before.id and plain(text("kept.same")) in infos(at)


def test_a_link_to_a_recorded_road_says_that_it_is_recorded_until_something_else_is_shown(page: Page) -> None:
    at = page("road")
    stage = stage_of(at)
    value = kept(told(at)["link"]["asked"] or opening.told(replace(stage, scene=FORK))["asked"])
    at = reopened(value, linked=True)
    assert plain(text("kept.recorded")) in infos(at) and told(at)["job"] is None
    at = wait(drive(at))
    assert plain(text("kept.recorded")) not in infos(at)


def test_other_tokens_are_not_called_the_same(page: Page, forgetful: object, side: Scripted) -> None:
    at = wait(drive(page("road")))
    value = address(at)
    forgetful()  # type: ignore[operator]
    side.count = 4
    at = wait(reopened(value).button(key="drive_again").click().run())
    assert plain(text("kept.other")) in infos(at) and plain(text("kept.same")) not in infos(at)


def test_a_road_that_was_stopped_goes_further_and_one_that_was_not_over_is_not_compared(ready: Worker) -> None:
    job, _ = driven()
    known = job.driven
    ids = job.runs[0].token_ids
    from viz.scene.link import digest_of

    for tokens, said in (
        (((3, digest_of(ids[:3])),), "longer"),
        ((), "unknown"),
        (known.tokens, "same"),
        ((*known.tokens, *known.tokens), "other"),
    ):
        cell = gone(replace(known, job="x" * 22, tokens=tokens))
        again.drive_again(cell, "x" * 22)
        assert again.compared(cell.stage) is None or session.jobs().get(cell.stage.shown)
        shown(cell)
        assert again.compared(cell.stage) == text(f"kept.{said}")


def test_turns_are_taken_one_after_the_other(ready: Worker, forgetful: object) -> None:
    job, cell = driven(settings=Settings(6))
    fork = {"road": 0, "index": 2, "text": "of course", "job": job.id}
    player_events.hear(cell, [{"number": 1, "kind": "fork", "value": fork}])
    first = shown(cell)
    player_events.hear(
        cell,
        [
            {
                "number": 2,
                "kind": "fork",
                "value": {**fork, "road": 1, "index": 4, "text": None, "token": 101, "job": first.id},
            }
        ],
    )
    last = shown(cell)
    assert last.way == Way(job.request, (Turn(0, 2, text="of course"), Turn(1, 4, token=101)))
    value = kept(opening.asked(cell.stage))
    forgetful()  # type: ignore[operator]
    opening.reopen(cell, value, "road")
    assert cell.stage.missing == last.id
    again.drive_again(cell, last.id)
    for _ in range(2):
        again.go_on(cell)  # not before the road is there
        shown(cell)
        again.go_on(cell)
    found = shown(cell)
    again.go_on(cell)
    assert [run.token_ids for run in found.runs] == [run.token_ids for run in last.runs] and found.way == last.way
    assert again.compared(cell.stage) == text("kept.same") and len(cell.stage.driven) == 1


def test_a_road_that_went_on_from_its_end_goes_on_again(ready: Worker, forgetful: object, side: Scripted) -> None:
    side.count = 12
    job, cell = driven(settings=Settings(4))
    cell.change(lambda stage: replace(stage, request=replace(stage.request, settings=Settings(4))))
    player_events.hear(cell, [{"number": 1, "kind": "onward", "value": {"job": job.id}}])
    before = shown(cell)
    assert before.way == Way(job.request, (Turn(0, 0, more=4),)) and before.size == 8
    value = kept(opening.asked(cell.stage))
    forgetful()  # type: ignore[operator]
    opening.reopen(cell, value, "road")
    again.drive_again(cell, before.id)
    shown(cell)
    again.go_on(cell)
    assert shown(cell).size == 8 and again.compared(cell.stage) == text("kept.same")


def test_a_turn_on_a_recorded_road_is_taken_again(ready: Worker, forgetful: object) -> None:
    cell = Cell(Stage(id="me", step="road", scene=FORK))
    fork = {"road": 0, "index": 3, "token": 101, "job": None, "scene": FORK}
    player_events.hear(cell, [{"number": 1, "kind": "fork", "value": fork}])
    before = shown(cell)
    assert before.way == Way(FORK, (Turn(0, 3, token=101),))
    value = kept(opening.asked(cell.stage))
    forgetful()  # type: ignore[operator]
    opening.reopen(cell, value, "road")
    again.drive_again(cell, before.id)
    assert [run.token_ids for run in shown(cell).runs] == [run.token_ids for run in before.runs]
    assert again.compared(cell.stage) == text("kept.same")


def test_a_person_who_has_turned_to_something_else_is_left_in_peace(ready: Worker) -> None:
    cell = gone(Driven("x" * 22, Way(RAIN, (Turn(0, 2, token=101),))))
    again.drive_again(cell, "x" * 22)
    job = shown(cell)
    cell.put(scene=FORK, shown=None)
    again.go_on(cell)
    assert cell.stage.scene == FORK and again.compared(cell.stage) is None and len(session.jobs()) == 1
    assert job.done


@pytest.mark.parametrize(
    "way",
    [
        Way(RAIN, (Turn(0, 99, token=5),)),
        Way(RAIN, (Turn(1, 2, token=5),)),
        Way("no-such-scene", (Turn(0, 2, token=5),)),
        Way(FORK, (Turn(1, 2, token=5),)),
        Way(Request.of("", "  ")),
        Way(replace(RAIN, interventions=(Intervention("x" * 500),))),
    ],
)
def test_a_way_that_leads_nowhere_is_a_sentence(ready: Worker, way: Way) -> None:
    cell = gone(Driven("x" * 22, way))
    again.drive_again(cell, "x" * 22)
    if cell.stage.shown:
        shown(cell)
        again.go_on(cell)
    assert cell.stage.error and cell.stage.error.endswith(".")


def test_a_road_without_a_way_is_said_to_be_gone(page: Page) -> None:
    at = page("road")
    at.session_state["cell"].put(scene=None, lost=(Driven("x" * 22, None),), missing="x" * 22)
    at.run()
    assert infos(at) == [plain(text("kept.lost_for_good"))]
    assert "drive_again" not in [button.key for button in at.button]
    cell = at.session_state["cell"]
    again.drive_again(cell, "x" * 22)
    again.drive_again(cell, "never heard of")
    assert cell.stage.shown is None

"""What a person typed, pressed and did in the player is not lost where the browser sends again before a run is over.

Each test holds the script thread where a busy machine may hold it by chance, and lets another request of the same
browser come in. No test waits for a time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.runtime.state import session_state as streamlit_state
from streamlit.runtime.state.session_state import SessionState

from tests.viz.conftest import until
from tests.viz.sessions import Chosen, Held, Visitor, visitor
from viz.drive import session
from viz.drive.job import Job
from viz.drive.worker import Worker
from viz.page import ordering, sign_actions
from viz.page.theme import CONFIG
from viz.server.routes import PAGE
from viz.strings import plain, section, text

QUESTION, PIRATE = "What is rain?", "You are a pirate."
WANTED = [(QUESTION, PIRATE, 7)]


@pytest.fixture
def drives(ready: Worker, monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    """The drives that were begun."""
    monkeypatch.setattr(session, "ready_later", lambda: None)
    begun: list[Job] = []
    begin = session.begin
    monkeypatch.setattr(session, "begin", lambda job, id: (begun.append(job), begin(job, id))[1])
    return begun


@pytest.fixture
def guest(drives: list[Job]) -> Iterator[Visitor]:
    with visitor(str(PAGE), step="signs") as made:
        yield made


def asked(job: Job) -> tuple[str, str | None, int]:
    return job.request.question, job.request.system, job.request.settings.max_new_tokens


def ask(guest: Visitor, **pressed: Any) -> None:
    """A question, a prompt and a number typed, and Drive pressed at once."""
    guest.request(question=QUESTION, system=typed(guest, PIRATE), length=7, **(pressed or {"press": "drive"}))


def typed(guest: Visitor, words: str, **more: Any) -> dict[str, Any]:
    """What the prompt box tells."""
    return {"said": {"text": words, "number": guest.cell.stage.boxes[0].put}, "submitted": 0, **more}


def did(kind: str, value: Any, number: int = 1) -> dict[str, Any]:
    """What the player tells."""
    return {"told": [{"number": number, "kind": kind, "value": value}]}


def holding(monkeypatch: pytest.MonkeyPatch, of: Any, name: str, which: Callable[..., bool] = lambda *_: True) -> Held:
    """The first thread that calls this waits before it does."""
    held, calls, first = Held(), getattr(of, name), threading.Lock()

    def waits(*given: Any, **named: Any) -> Any:
        if which(*given) and first.acquire(blocking=False):
            held.wait()
        return calls(*given, **named)

    monkeypatch.setattr(of, name, waits)
    return held


def meanwhile(guest: Visitor, held: Held, **values: Any) -> None:
    """The browser sends again while the thread is held; then all runs."""
    assert held.reached.wait(20)
    guest.request(**values)
    held.let_go()
    guest.settled()


def test_the_app_has_one_script_thread_a_session() -> None:
    assert CONFIG["runner.fastReruns"] is False


def test_all_that_is_typed_and_drive_in_one_request(guest: Visitor, drives: list[Job]) -> None:
    ask(guest)
    guest.settled()
    assert [asked(job) for job in drives] == WANTED


def test_ctrl_enter_in_the_prompt_is_one_drive(guest: Visitor, drives: list[Job]) -> None:
    for _ in range(2):  # the count comes again with every request
        guest.request(question=QUESTION, system=typed(guest, PIRATE, submitted=1_700_000_000_000), length=7)
        guest.settled()
    assert [asked(job) for job in drives] == WANTED


# ---- a run that is cut


def test_a_drive_that_has_begun_is_on_the_stage(
    guest: Visitor, drives: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The drive has begun; before the stage is told, the browser sends again, as when one types on."""
    begin, held = session.begin, Held()
    monkeypatch.setattr(session, "begin", lambda job, id: (begin(job, id), held.wait())[0])
    ask(guest)
    meanwhile(guest, held, seed=3)
    assert [job.id for job in drives] == [guest.cell.stage.shown], "a road is driven that no page shows"
    assert [asked(job) for job in drives] == WANTED and guest.cell.stage.presses == ()


def test_a_press_is_not_lost_in_the_run_that_acts_on_it(
    guest: Visitor, drives: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = holding(monkeypatch, ordering, "readable")
    ask(guest)
    meanwhile(guest, held, seed=3)
    assert [asked(job) for job in drives] == WANTED


@pytest.mark.parametrize("widget", range(12))
def test_a_run_that_is_cut_at_any_widget_leaves_the_press_to_the_next(
    guest: Visitor, drives: list[Job], widget: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The callback has counted; what is driven is what is asked for by then."""
    seen = iter(range(1000))
    held = holding(monkeypatch, SessionState, "register_widget", lambda *_: next(seen) == widget)
    ask(guest)
    meanwhile(guest, held, length=9)
    assert [(job.request.question, job.request.system) for job in drives] == [(QUESTION, PIRATE)]
    assert drives[0].request.settings.max_new_tokens in (7, 9)  # where it was cut after the press was acted on
    assert guest.cell.stage.shown == drives[0].id and guest.cell.stage.request.settings.max_new_tokens == 9


def test_a_number_is_not_lost_to_a_run_that_is_clearing(
    guest: Visitor, drives: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run is over and about to throw away what the browser no longer shows."""
    held = holding(monkeypatch, streamlit_state.WStates, "remove_stale_widgets")
    guest.request(question="Old?")
    assert held.reached.wait(20)
    ask(guest)
    held.let_go()
    guest.settled()
    assert [asked(job) for job in drives] == WANTED


def test_a_press_is_not_lost_to_a_run_that_is_clearing(
    guest: Visitor, drives: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run is over and about to reset its triggers."""
    held = holding(monkeypatch, SessionState, "on_script_finished")
    guest.request(question="Old?")
    assert held.reached.wait(20)
    ask(guest)
    held.let_go()
    guest.settled()
    assert [asked(job) for job in drives] == WANTED


def test_a_press_is_not_lost_where_its_run_begins_late(
    guest: Visitor, drives: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loaded machine starts the thread late; the browser sends again meanwhile."""
    held = holding(monkeypatch, ScriptRunner, "_run_script_thread")
    ask(guest)
    meanwhile(guest, held, length=7)
    assert [asked(job) for job in drives] == WANTED


def test_a_form_that_is_sent_is_not_lost_where_its_run_is_cut(guest: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    held = holding(monkeypatch, SessionState, "register_widget")
    guest.request(sign_text="fire", press="put_up_avoid")
    meanwhile(guest, held, seed=3)
    assert [sign.value for sign in guest.cell.stage.signs] == ["fire"] and guest.cell.stage.error is None


def test_a_form_that_was_left_for_another_step_is_not_sent_when_it_is_back(guest: Visitor) -> None:
    guest.request(sign_text="fire")
    guest.settled()
    guest.cell.press("avoid")
    guest.cell.put(step="map", turned=1)
    guest.request()
    guest.settled()
    assert guest.cell.stage.presses == () and guest.cell.stage.signs == ()


def test_a_sign_that_is_taken_down_takes_its_road_along_where_the_run_is_cut(
    guest: Visitor, drives: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(guest)
    guest.settled()
    sign_actions.put_up(guest.cell, *sign_actions.listed("water", "avoid"))
    guest.request()
    guest.settled()
    held = holding(monkeypatch, SessionState, "register_widget")
    guest.request(press="remove_0")
    meanwhile(guest, held, seed=3)
    assert [len(job.runs) for job in drives] == [1, 2, 1] and guest.cell.stage.signs == ()


# ---- before the callbacks


def test_a_press_whose_run_is_cut_before_its_callbacks(
    guest: Visitor, drives: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run has taken its request off the queue, and looks for another before it looks at the widgets: the one moment
    in which Streamlit drops a press (docs/decisions.md, 21). It takes some milliseconds; what was typed is kept."""
    held = holding(monkeypatch, ScriptCache, "get_bytecode")
    ask(guest)
    meanwhile(guest, held, length=7)
    assert drives == [] and guest.cell.stage.request.question == QUESTION
    guest.request(press="drive")
    guest.settled()
    assert [asked(job) for job in drives] == WANTED


def test_ctrl_enter_is_not_lost_even_then(guest: Visitor, drives: list[Job], monkeypatch: pytest.MonkeyPatch) -> None:
    held = holding(monkeypatch, ScriptCache, "get_bytecode")
    guest.request(question=QUESTION, system=typed(guest, PIRATE, submitted=1_700_000_000_000), length=7)
    meanwhile(guest, held, length=7)
    assert [asked(job) for job in drives] == WANTED


@pytest.mark.parametrize("where", [(ScriptCache, "get_bytecode"), (SessionState, "register_widget")])
def test_what_is_done_in_the_player_is_not_lost_even_then(
    guest: Visitor, drives: list[Job], where: tuple[Any, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(guest)
    guest.settled()
    (job,) = drives
    until(lambda: job.done)
    for number, (kind, value) in enumerate(
        [
            ("done", job.id),
            ("fork", {"job": job.id, "road": 0, "index": 2, "token": 101}),
            ("sign", {"job": job.id, "kind": "word", "word": "fire", "direction": "avoid"}),
        ],
        1,
    ):
        with monkeypatch.context() as here:
            held = holding(here, *where)
            guest.request(map=did(kind, value, number))
            meanwhile(guest, held, seed=number)
        guest.request(seed=0)  # it comes again with every request
        guest.settled()
        assert guest.cell.stage.heard == number
    assert [[plan.kind for plan in job.plans] for job in drives] == [["plain"], ["plain", "fork"], ["plain", "signed"]]


# ---- what the page puts in


@pytest.mark.parametrize("menu", ["question_ideas", "ideas"])
def test_what_the_page_puts_into_a_box_is_not_undone_by_a_request_that_was_on_its_way(
    guest: Visitor, drives: list[Job], menu: str
) -> None:
    """The browser had sent before it was told: its request holds what its boxes held then."""
    idea = section("ideas.questions" if menu == "question_ideas" else "ideas.systems")[0]
    guest.request(question="Old?", system=typed(guest, "Old."), length=7)
    guest.settled()
    old = guest.held
    guest.request(**{menu: Chosen(plain(idea))})
    guest.settled()
    guest.send_as_before(old)
    guest.request(seed=3)
    guest.settled()
    guest.request(press="drive")
    guest.settled()
    question, system = (idea, "Old.") if menu == "question_ideas" else ("Old?", idea)
    assert [asked(job) for job in drives] == [(question, system, 7)]


def test_what_is_chosen_in_a_menu_is_not_lost_where_its_run_is_cut(
    guest: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    idea = section("ideas.questions")[0]
    held = holding(monkeypatch, SessionState, "register_widget")
    guest.request(question_ideas=Chosen(plain(idea)))
    meanwhile(guest, held, seed=3)
    assert guest.cell.stage.request.question == idea


def test_what_is_chosen_in_a_menu_is_not_lost_where_its_callback_is_cut(
    guest: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    idea = section("ideas.questions")[0]
    held = holding(monkeypatch, SessionState, "_call_callbacks")
    guest.request(question_ideas=Chosen(plain(idea)))
    meanwhile(guest, held, seed=3)
    assert guest.cell.stage.request.question == idea


def test_a_turn_on_a_recorded_road_fills_the_boxes_against_a_request_that_was_on_its_way(
    guest: Visitor, drives: list[Job]
) -> None:
    old = guest.held
    guest.request(map=did("fork", {"scene": guest.cell.stage.scene, "road": 0, "index": 1, "token": 101}))
    guest.settled()
    filled = guest.cell.stage.request.question
    assert filled and len(drives) == 1
    guest.send_as_before(old)
    guest.request(seed=3)
    guest.settled()
    assert guest.cell.stage.request.question == filled and len(drives) == 1


def test_a_widget_that_the_browser_makes_anew_comes_back_with_what_was_typed(guest: Visitor) -> None:
    """The browser has forgotten all values and shows each widget with its default."""
    guest.request(length=7, seed=5, question=QUESTION)
    guest.settled()
    guest.send_as_before([])
    guest.request()
    guest.settled()
    elements = [m.delta.new_element for m in guest.drawn if m.WhichOneof("type") == "delta"]
    numbers = {e.number_input.label: e.number_input.default for e in elements if e.HasField("number_input")}
    assert numbers == {text("more.length"): 7, text("more.seed"): 5}
    assert [e.text_area.default for e in elements if e.HasField("text_area")] == [QUESTION]
    settings = guest.cell.stage.request.settings
    assert (settings.max_new_tokens, settings.seed) == (7, 5)


def test_no_thread_is_left() -> None:
    assert not [thread for thread in threading.enumerate() if thread.name == "ScriptRunner.scriptThread"]

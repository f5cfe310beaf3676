"""How a drive begins: what can be answered is registered and driven, what cannot is a sentence."""

from __future__ import annotations

import pytest

from embeddings.errors import UserError
from embeddings.request import Branch, Intervention, Request
from tests.viz.conftest import Scripted, heard, until
from viz.drive import session
from viz.drive.worker import Worker


@pytest.mark.parametrize(
    "asked",
    [
        Request.of(None, ""),
        Request.of(None, " \n"),
        Request.of(None, "a\0b"),
        Request.of("\0", "?"),
        Request.of(None, "?", beside=("\ud800",)),
        Request(()),
        Request.of(None, "?", branch=Branch((1, 2, 3), 1, token=5)),  # what was read on its parent is not in it
    ],
)
def test_what_cannot_be_answered_is_a_sentence_and_no_drive(worker: Worker, side: Scripted, asked: Request) -> None:
    with pytest.raises(UserError, match=r"\w{3}.*\.$"):
        session.drive(asked, "me")
    assert len(session.jobs()) == 0 and worker.status.state == "idle"


def test_a_drive_is_found_by_its_id_and_stopped_by_it(worker: Worker) -> None:
    job = session.drive(Request.of(None, "What is rain?"), "me")
    assert session.jobs().get(job.id) is job and session.jobs().get(None) is None
    session.stop("nobody"), session.stop(None)
    assert job.wanted()
    session.stop(job.id)
    assert not job.wanted()
    heard(job)


@pytest.mark.parametrize(
    "sign",
    [
        Intervention(""),
        Intervention("x" * 500),
        Intervention("\n".join(["We go."] * 21), "text"),
    ],
)
def test_a_sign_that_is_none_is_a_sentence_at_once(worker: Worker, sign: Intervention) -> None:
    with pytest.raises(UserError, match=r"\w{3}.*\.$"):
        session.check(sign)


def test_the_probe_of_a_region_is_fitted_as_soon_as_its_sign_is_put_up(worker: Worker, side: Scripted) -> None:
    freedom = Intervention("freedom", "landmark")
    session.check(freedom)  # the model is not there: nobody waits
    assert worker.probes.known(freedom) is None
    worker.ready()
    until(lambda: worker.status.state == "ready")
    session.check(freedom)
    until(lambda: worker.probes.known(freedom))
    assert side.fitted == ["freedom"]

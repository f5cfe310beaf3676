"""The components of the page outlive what Streamlit does with them (Streamlit 1.67, BidiComponent).

Where new data arrive while the module of the call before is still on its way, Streamlit calls that call's clean-up
although the component stays: on a busy machine the player was made anew after a drive, without the road.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.conftest import Guest
from viz.export.bundle import PLAYER

pytestmark = pytest.mark.browser

# The clean-up of a call, called as Streamlit does, in the page's own component; then what there is in it.
OVERTAKEN = """async ([file, key, place]) => {
    const { default: call } = await import(URL.createObjectURL(new Blob([file], { type: "text/javascript" })));
    const host = document.querySelector(place + " [data-testid=stBidiComponentIsolated]"), root = host.shadowRoot,
        kept = root[Symbol.for(key)], data = kept.wanted ?? kept.data;
    const end = call({ data, parentElement: root, setStateValue: () => {} });
    end();
    await new Promise((done) => setTimeout(done, 0));
    const gone = kept.player?.gone ?? false;
    if (host.isConnected) call({ data, parentElement: root, setStateValue: kept.setStateValue });
    return { gone, same: root[Symbol.for(key)] === kept, parts: root.querySelectorAll("textarea, button").length };
}"""


OURS = [
    ("streamlit.js", "mindmap.player", ".st-key-stage"),
    ("promptbox.js", "mindmap.promptbox", ".st-key-system"),
    ("lookswitch.js", "mindmap.lookswitch", ".st-key-look"),
]


@pytest.mark.slow
def test_a_call_that_newer_data_overtook_takes_nothing_away(visit: Callable[..., Guest]) -> None:
    guest = visit().open("?step=road")
    guest.until("roads.length > 0")
    before = guest.page.evaluate("() => { globalThis.first = __mm.player; return first.scene().id; }")
    for name, key, place in OURS:
        found = guest.page.evaluate(OVERTAKEN, [(PLAYER / name).read_text(encoding="utf-8"), key, place])
        assert found["same"] and not found["gone"], f"{name}: it was made anew"
        assert found["parts"] == 1 or name == "streamlit.js", f"{name}: there are two of them now"
        assert guest.page.evaluate("first === __mm.player && !first.gone") and guest.player("scene().id") == before
    assert len(guest.drive("What is rain?", length=2)[0]["tokens"]) == 2
    assert guest.page.evaluate("first === __mm.player")


def test_a_component_that_leaves_the_page_ends(visit: Callable[..., Guest]) -> None:
    guest = visit().open("?step=road")
    guest.until("roads.length > 0")
    found = guest.page.evaluate(
        OVERTAKEN.replace("end();", "host.remove(); end();"),
        [(PLAYER / "streamlit.js").read_text(encoding="utf-8"), "mindmap.player", ".st-key-stage"],
    )
    assert found["gone"] and not found["same"]

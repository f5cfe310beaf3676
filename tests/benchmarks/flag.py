"""From the last key in the system prompt's box to the flag that moves on the map, in the browser."""

from __future__ import annotations

from tests.benchmarks.pages import chromium, loaded, visit
from tests.benchmarks.rows import Row, spread

PROMPTS = (
    "You are a sailor.",
    "You are a kind nurse.",
    "Answer in one word.",
    "You are a strict judge who has never once changed a verdict.",
    "Antworte auf Deutsch.",
    "You are a machine that wants to be free.",
    "You speak only in rhymes.",
    "Never explain anything.",
    "You are a detective in an old film, tired and wet from the rain.",
    "List three points, nothing else.",
    "You are a farmer in the hills.",
)
WATCH = """() => {
  const player = __mm.player, set = player.setStart.bind(player);
  addEventListener("input", () => { globalThis.lastKey = performance.now(); }, true);
  player.setStart = (...given) => {
    set(...given);
    const drawn = player.framesDrawn, look = () => player.framesDrawn > drawn
      ? globalThis.waits.push(performance.now() - lastKey) : requestAnimationFrame(look);
    requestAnimationFrame(look);
  };
  globalThis.waits = [];
}"""


def rows() -> list[Row]:
    """Typed key by key, the 300 ms of quiet included; until the first frame in which the flag has left its place."""
    with loaded() as served, chromium("--disable-gpu-compositing") as browser:
        page = visit(browser, served, "start")
        page.wait_for_function("globalThis.__mm?.player")
        page.wait_for_selector(".stage[data-drawn=plotly]")
        page.evaluate("__mm.player.go(0)")
        page.evaluate(WATCH)
        box = page.get_by_role("textbox", name="Starting point", exact=True)
        for count, prompt in enumerate(PROMPTS, start=1):
            box.fill("")
            page.wait_for_timeout(50)
            box.press_sequentially(prompt, delay=20)
            page.wait_for_function(f"waits.length >= {count}")
            page.wait_for_timeout(600)  # the flag arrives
            page.evaluate(f"waits.length = {count}")
        waits = [wait / 1000 for wait in page.evaluate("waits")[1:]]  # the first also waits for what is read once
    return [Row("last key to the flag that moves, 0.3 s of quiet included", spread(waits, "s", 2), "", "0.7 s")]

"""Frames a second of the player on the shipped atlas: playing under a still camera, gliding, following; with software
rendering in two set-ups."""

from __future__ import annotations

from typing import Any

from tests.benchmarks.pages import PLAYS, chromium, loaded, visit
from tests.benchmarks.rows import Row

SECONDS = 5
SETUPS = {
    "SwiftShader composites the page too": (),
    "as Chrome without a GPU (`--disable-gpu-compositing`)": ("--disable-gpu-compositing",),
}
WAYS = ("playing", "gliding", "following")
COUNT = """async ([how, seconds]) => {
  const player = __mm.player, next = requestAnimationFrame, took = [], gaps = [];
  player.reset();
  player.load(player.scene(), { play: true });
  if (how === "playing") player.setCamera(player.camera()); // one's own: it stays
  player.setFollow(how === "following");
  await new Promise((done) => setTimeout(done, 700));
  globalThis.requestAnimationFrame = (call) => next((now) => {
    const began = performance.now();
    call(now);
    took.push(performance.now() - began);
  });
  const first = player.framesDrawn, began = performance.now();
  let before = began, drawn = first;
  while (performance.now() - began < 1000 * seconds) {
    await new Promise(next);
    if (player.framesDrawn > drawn) { gaps.push(performance.now() - before); before = performance.now(); drawn = player.framesDrawn; }
    if (!player.playing) player.load(player.scene(), { play: true });
    if (how === "gliding" && !player.motions.has("camera")) player.seeAll(); // to the whole map and back
  }
  globalThis.requestAnimationFrame = next;
  const frames = player.framesDrawn - first;
  gaps.sort((a, b) => a - b);
  const last = performance.now() - began;
  player.setFollow(false);
  return { fps: 1000 * frames / last, p95: gaps[Math.floor(0.95 * gaps.length)], cost: took.reduce((a, b) => a + b, 0) / frames };
}"""  # noqa: E501 - JavaScript


def rows() -> list[Row]:
    """1440 x 900, model loaded and idle. The cost is the main thread's in animation frames, plotly's included."""
    out = []
    with loaded() as served:
        for name, flags in SETUPS.items():
            with chromium(*flags) as browser:
                page = visit(browser, served, "road")
                page.wait_for_function(PLAYS)
                page.wait_for_selector(".stage[data-drawn=plotly]")
                page.wait_for_timeout(1500)
                out += [_row(page, name, how) for how in WAYS]
    return out


def _row(page: Any, name: str, how: str) -> Row:
    found = page.evaluate(COUNT, [how, SECONDS])
    return Row(
        f"player {how}, {name}",
        f"{found['fps']:.0f} frames/s, 95 % within {found['p95']:.0f} ms",
        f"{found['cost']:.1f} ms a frame on the main thread",
    )

"""Films of the road on the stage, opened by other programs."""

import base64
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import fake
import numpy as np
import pytest
from films import ask
from hand import load
from PIL import Image

pytestmark = pytest.mark.browser
SMALL = {"width": 320, "height": 180, "seconds": 1}
SEA = "scene=shipped/pirate-sea&ground=shipped&gl=0&play=0"


def raw(page: Any, wanted: list[int], **asked: Any) -> list[dict[str, Any]]:
    """Pictures as they are drawn, before any encoder: pixels (height, width, 3), where the heads are, what is lit."""
    found = ask(page, "drawn", {**SMALL, "fps": 30, **asked}, wanted)
    width, height = asked.get("width", SMALL["width"]), asked.get("height", SMALL["height"])
    for one in found:
        one["pixels"] = np.frombuffer(base64.b64decode(one["pixels"]), np.uint8).reshape(height, width, 4)[..., :3]
    return found


@pytest.fixture
def sea(visit: Callable[..., Any]) -> Any:
    return visit(SEA)


@pytest.fixture
def broken(sea: Any) -> Iterator[Callable[[str], None]]:
    """``broken("code")``: an encoder that fails as the code makes it, for as long as the test lasts."""
    sea.evaluate("() => { globalThis.__kept = globalThis.VideoEncoder; }")
    yield lambda code: sea.evaluate(f"() => {{ globalThis.VideoEncoder = class extends __kept {{ {code} }}; }}")
    sea.evaluate("() => { globalThis.VideoEncoder = __kept; }")


def test_a_webm_is_opened_by_another_program(sea: Any, film: Any, ffmpeg: Any) -> None:
    made = film(sea, kind="webm", **SMALL)
    assert (made["kind"], made["why"], made["type"]) == ("webm", None, "video/webm")
    assert made["shares"] == sorted(made["shares"]) and len(made["shares"]) >= 30 and made["shares"][-1] == 1
    found = ffmpeg.streams(made["file"])
    assert found["codec_name"] in ("vp9", "vp8") and (found["width"], found["height"]) == (320, 180)
    assert int(found["nb_read_frames"]) == made["frames"] == 30 and found["avg_frame_rate"] == "30/1"
    assert float(found["format"]["duration"]) == pytest.approx(1, abs=1 / 30)
    packets = ffmpeg.packets(made["file"])
    assert packets[0]["flags"].startswith("K")
    assert [float(packet["pts_time"]) for packet in packets] == pytest.approx(np.arange(30) / 30, abs=6e-4)


def test_a_film_carries_what_makes_it_again(sea: Any, film: Any, ffmpeg: Any) -> None:
    made = film(sea, kind="webm", **SMALL)
    tags = {name.lower(): value for name, value in ffmpeg.streams(made["file"])["format"]["tags"].items()}
    recipe = json.loads(tags["comment"])
    assert tags["title"] == recipe["title"] == "What a pirate loves"
    assert (recipe["program"], recipe["scene"]) == ("mindmap-navigator", "pirate-sea")
    assert recipe == sea.evaluate("__mm.player.filmed().recipe")


def test_a_film_shows_what_was_drawn_and_the_heads_are_where_the_roads_are(sea: Any, film: Any, ffmpeg: Any) -> None:
    asked = {"width": 640, "height": 360, "seconds": 1}
    wanted = [0, 14, 29]
    made = film(sea, kind="webm", **asked)
    decoded = ffmpeg.pixels(made["file"], (640, 360))
    for k, drawn in zip(wanted, raw(sea, wanted, **asked), strict=True):
        seen = np.frombuffer(decoded[k], np.uint8).reshape(360, 640, 3).astype(float)
        off = (seen - drawn["pixels"]).reshape(90, 4, 160, 4, 3).mean(axis=(1, 3))
        assert np.abs(off).mean() < 3.5  # of 255: lossy where everything flies by, but the same picture
        # B's head covers A's where both are at one crossing; a letter stands in its middle.
        x, y, _ = drawn["heads"][0] if k else drawn["heads"][1]
        around = seen[round(y) - 9 : round(y) + 10, round(x) - 9 : round(x) + 10].reshape(-1, 3)
        assert min(np.abs(around - color).sum(axis=1).min() for color in ((255, 180, 84), (124, 196, 255))) < 60
    assert drawn["indices"] == [35, 35] and drawn["time"] == 35


def test_the_word_that_is_lit_is_the_token_at_the_head(sea: Any) -> None:
    drawn = raw(sea, [20], width=1280, height=720)[0]
    left, right, top = ask(sea, "litAt", drawn["indices"][0], 1280, 720)
    below = drawn["pixels"][round(top) + 90 :, :640].astype(int)  # of the answers: below the badges
    lit = np.argwhere(np.abs(below - np.array([255, 180, 84])).sum(axis=2) < 6)
    assert lit[:, 1].min() == pytest.approx(left, abs=4) and lit[:, 1].max() == pytest.approx(right, abs=4)


def test_one_scene_gives_one_film_whatever_happens_meanwhile(sea: Any, film: Any) -> None:
    asked = {"kind": "gif", "width": 160, "height": 96, "seconds": 0.5}
    first = film(sea, **asked)
    sea.evaluate("() => { setTimeout(() => { __mm.player.setTheme({ dark: true }); __mm.player.load(null); }, 30); }")
    assert film(sea, **asked)["bytes"] == first["bytes"]
    assert sea.evaluate("__mm.player.roads.length") == 0  # and it did happen


def test_the_clock_and_the_stage_of_the_page_are_no_part_of_a_film(sea: Any) -> None:
    wanted = [0, 12, 29]
    before = raw(sea, wanted)
    sea.evaluate("() => { __mm.player.go(20); __mm.player.pointAt({ road: 0, index: 3 }); }")
    sea.set_viewport_size({"width": 700, "height": 600})
    after = raw(sea, wanted)
    assert all(np.array_equal(a["pixels"], b["pixels"]) for a, b in zip(before, after, strict=True))


def test_a_camera_that_a_person_has_put_stays_for_the_whole_film(sea: Any) -> None:
    assert len(set(ask(sea, "cameras"))) == 10  # the story's own moves all along
    sea.evaluate("__mm.player.setCamera({ eye: { x: 1, y: 0.2, z: 0.6 }, center: { x: 0, y: 0, z: 0 } })")
    kept = set(ask(sea, "cameras"))
    assert kept == {sea.evaluate("JSON.stringify(__mm.player.eye.camera)")}


@pytest.mark.slow
def test_an_mp4_is_opened_by_another_program_or_something_else_is_made(sea: Any, film: Any, ffmpeg: Any) -> None:
    made = film(sea, kind="mp4", **SMALL)
    if made["kind"] == "mp4":
        assert made["why"] is None and made["bytes"].index(b"moov") < made["bytes"].index(b"mdat")
        assert json.loads(ffmpeg.streams(made["file"])["format"]["tags"]["comment"])["scene"] == "pirate-sea"
    else:  # a browser without H.264
        assert (made["kind"], made["why"]) == ("webm", "film.became_webm")
    found = ffmpeg.streams(made["file"])
    assert found["codec_name"] in ("h264", "vp9", "vp8") and int(found["nb_read_frames"]) == 30
    assert float(found["format"]["duration"]) == pytest.approx(1, abs=1 / 30)


def test_a_gif_is_opened_by_another_program_and_shows_what_was_drawn(sea: Any, film: Any) -> None:
    made = film(sea, kind="gif", seconds=1, width=321, height=181, look="light")  # and is made even
    image = Image.open(io.BytesIO(made["bytes"]))
    assert image.size == (320, 180) and image.n_frames == made["frames"] == 13 and image.info["loop"] == 0
    assert json.loads(image.info["comment"])["scene"] == "pirate-sea"
    drawn = raw(sea, list(range(13)), fps=12.5, drift=False, look="light")
    long = 0
    for k, one in enumerate(drawn):
        image.seek(k)
        long += image.info["duration"]
        off = np.asarray(image.convert("RGB")).astype(float) - one["pixels"]
        assert np.abs(off).mean() < 4 and np.abs(off.reshape(45, 4, 80, 4, 3).mean(axis=(1, 3))).mean() < 1.2
    assert long == pytest.approx(1000, abs=45)


def test_cancel_ends_it_at_once_and_leaves_no_encoder(sea: Any, film: Any, broken: Any) -> None:
    broken("constructor(init) { super(init); (__kept.all ??= []).push(this); }")
    for kind in ("webm", "gif"):
        made = film(sea, kind=kind, abort=0.3, **SMALL)
        assert made["error"] == "AbortError" and made["shares"][-1] < 0.45
    assert sea.evaluate("__kept.all.map(({ state }) => state)") == ["closed"]
    assert (
        sea.evaluate(
            """import("/player/film/film.js").then(({ filmOf }) => filmOf(__mm.player, { signal: AbortSignal.abort() }))
        .catch(({ name }) => name)"""
        )
        == "AbortError"
    )


DIES = "told = 0; encode(...given) { if (++this.told > 5) throw Error('gone'); super.encode(...given); }"
SILENT = "constructor({ error }) { super({ output() {}, error }); }"
REFUSES = "configure() { throw new DOMException('no', 'NotSupportedError'); }"


@pytest.mark.slow
@pytest.mark.parametrize(
    "code",
    [
        pytest.param(DIES, id="dies midway"),
        pytest.param(SILENT, id="gives nothing", marks=pytest.mark.slow),
        pytest.param(REFUSES, id="is not configured", marks=pytest.mark.slow),
    ],
)
def test_where_the_encoder_fails_it_becomes_a_gif_and_says_so(sea: Any, film: Any, broken: Any, code: str) -> None:
    broken(code)
    made = film(sea, kind="webm", width=800, height=450, seconds=0.5)
    assert (made["kind"], made["why"]) == ("gif", "film.became_gif")
    image = Image.open(io.BytesIO(made["bytes"]))
    assert image.n_frames == 6 and image.size == (640, 360)  # no larger than a GIF is by itself
    assert not sea.evaluate("__mm.player.say('film.became_gif')").startswith("film.")


@pytest.mark.slow
def test_an_encoder_that_cannot_do_one_codec_is_asked_for_the_next(
    sea: Any, film: Any, broken: Any, ffmpeg: Any
) -> None:
    broken("configure(config) { if (config.codec.startsWith('vp09')) throw new Error('no'); super.configure(config); }")
    made = film(sea, kind="webm", **SMALL)
    assert made["kind"] == "webm" and ffmpeg.streams(made["file"])["codec_name"] == "vp8"


@pytest.mark.slow
def test_a_page_from_a_plain_address_makes_a_gif_and_says_why(browser: Any, address: str, sea: Any, film: Any) -> None:
    plain, page = "http://plain.test", browser.new_page()
    page.route(
        f"{plain}/**", lambda route: route.fulfill(response=route.fetch(url=route.request.url.replace(plain, address)))
    )
    page.goto(f"{plain}/strings.json")
    assert page.evaluate("isSecureContext") is False
    kinds = page.evaluate("import('/player/film/film.js').then(({ filmKinds }) => filmKinds())")
    assert kinds == {"webm": False, "mp4": False, "gif": True, "why": "insecure"}
    page.close()
    sea.evaluate(
        """() => { globalThis.__kept = [VideoEncoder, Object.getOwnPropertyDescriptor(globalThis, "isSecureContext")];
        globalThis.VideoEncoder = undefined;
        Object.defineProperty(globalThis, "isSecureContext", { value: false, configurable: true }); }"""
    )
    made = film(sea, kind="mp4", width=160, height=96, seconds=0.5)
    sea.evaluate(
        """() => { const [encoder, secure] = globalThis.__kept; globalThis.VideoEncoder = encoder;
        Object.defineProperty(globalThis, "isSecureContext", secure); }"""
    )
    assert (made["kind"], made["why"]) == ("gif", "film.insecure")


def test_what_can_be_made_here_is_known(sea: Any) -> None:
    kinds = sea.evaluate("import('/player/film/film.js').then(({ filmKinds }) => filmKinds())")
    assert kinds["webm"] and kinds["gif"] and kinds["why"] is None


@pytest.mark.slow
def test_a_film_of_hostile_and_foreign_words_and_of_no_road_at_all(visit: Callable[..., Any], film: Any) -> None:
    page = visit("scene=pair&gl=0&play=0")
    scene = fake.scene("pair") | {"title": "</script><b>x</b>\u202e"}
    words = [
        "\u0645\u0631\u062d\u0628\u0627",
        " \u05e9\u05dc\u05d5\u05dd",
        " \U0001f469",
        "\u200d\U0001f467",
        "",
        "\n\n",
        "\u6c34",
        "\u4e5f",
        " " + "x" * 300,
    ]
    for road in scene["roads"]:
        for token, text in zip(road["tokens"], words, strict=False):
            token["text"] = text
    for what in (scene, None):
        load(page, what)
        made = film(page, kind="gif", width=160, height=96, seconds=0.5)
        assert Image.open(io.BytesIO(made["bytes"])).n_frames == 6


@pytest.mark.slow
@pytest.mark.parametrize("scene", ["pirate-sea"])
def test_six_seconds_by_default(visit: Callable[..., Any], film: Any, ffmpeg: Any, scene: str) -> None:
    made = film(visit(f"scene=shipped/{scene}&ground=shipped&gl=0&play=0"))
    found = ffmpeg.streams(made["file"])
    assert (found["width"], found["height"], int(found["nb_read_frames"])) == (1280, 720, 180)
    assert float(found["format"]["duration"]) == pytest.approx(6, abs=1 / 30)
    assert len(ffmpeg.pixels(made["file"], (1280, 720))) == 180

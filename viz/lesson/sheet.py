"""The sheet of paper to a lesson: one page for the class, one with the answers, made of the lesson's own scenes.

A page of HTML without scripts, for the browser's print, on A4 or Letter. All texts of scenes are escaped and
clipped, so that each of the two pages stays one.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterator
from html import escape
from itertools import accumulate
from pathlib import Path

import numpy as np

from viz.lesson.drawing import drawing
from viz.lesson.lesson import Lesson
from viz.lesson.paper import page
from viz.scene.ground import Ground
from viz.scene.notes import percent
from viz.scene.scene import Json
from viz.strings import section, short, text

STYLE = Path(__file__).with_name("sheet.css")
GAPS = 6
ANSWER = 400  # characters of an answer that the sheet shows
TOKEN = 13  # of a candidate
ASKED = 64  # of a prompt or a question
SHARES = (0.1, 0.3, 0.5, 0.9)  # what else the pull could be: those farthest from the right one are offered
CHART = (560, 200)  # tenths of a millimetre
RULE = '<span class="rule"></span>'  # to write on


def sheet_html(lesson: Lesson, ground: Ground) -> str:
    """Both pages."""
    pages = "".join(_page(lesson, ground, answers) for answers in (False, True))
    how = f'<p class="how">{escape(text("lesson.sheet.how"))}</p>'
    title = text("lesson.sheet.title", lesson=lesson.title)
    return page(title, STYLE.read_text(encoding="utf-8"), how + pages)


def _page(lesson: Lesson, ground: Ground, answers: bool) -> str:
    """The parts in their order; those that the lesson has no scene for are left out."""
    plan, scenes = lesson.sheet, lesson.scenes
    parts = [
        _map_part(scenes[plan.road], ground, answers) if plan.road else "",
        _gap_part(scenes[plan.gaps], plan.gap_tokens, answers) if plan.gaps else "",
        _grip_part(scenes[plan.grip], answers) if plan.grip else "",
        _sign_part(scenes[plan.sign], answers) if plan.sign and _is_signed(scenes[plan.sign]) else "",
        _tick_part(lesson, answers),
    ]
    kept = [part for part in parts if part]
    numbered = "".join(f"<section><b class=n>{n}</b>{part}</section>" for n, part in enumerate(kept, 1))
    name = text("lesson.sheet.answers") if answers else text("lesson.sheet.name")
    head = f"<header><h1>{escape(lesson.title)}</h1><p>{escape(name)}</p></header>"
    return f'<main class="{"answers" if answers else "pupils"}">{head}{numbered}</main>'


def _part(kind: str, body: str, **values: object) -> str:
    """One part: its head, what to do, and the rest."""
    said = text(f"lesson.sheet.{kind}.task", **values)
    return f'<div class="{kind}"><h2>{escape(text(f"lesson.sheet.{kind}.head"))}</h2><p>{escape(said)}</p>{body}</div>'


def _line(kind: str, name: str, **values: object) -> str:
    return escape(text(f"lesson.sheet.{kind}.{name}", **values))


# -- the map -----------------------------------------------------------------------------------------------------------


def _map_part(scene: Json, ground: Ground, answers: bool) -> str:
    roads = scene["roads"]
    key = "".join(f"<li>{_of_road(road, which)}</li>" for which, road in enumerate(roads))
    asked = "".join(f"<li>{line}</li>" for line in _map_lines(scene, answers))
    body = f'<div class="beside">{drawing(scene, ground)}<div><ul class="key">{key}</ul><ol>{asked}</ol></div></div>'
    return _part("map", body, question=short(roads[0]["user"], ASKED))


def _of_road(road: Json, which: int) -> str:
    """The line of a road, as it is drawn, its letter and its system prompt."""
    dashes = ' stroke-dasharray="5 3"' if which else ""
    line = f'<svg class="line" viewBox="0 0 30 6"><path d="M0 3h30"{dashes}/></svg>'
    signs = ", ".join(str(reward["word"]) for reward in road["rewards"] if "word" in reward)
    system = road["system"]
    said = _line("map", "prompt", words=short(system, ASKED)) if system else _line("map", "no_prompt")
    return f"{line} <b>{'AB'[which]}</b> {said}" + (f" {_line('map', 'sign', words=short(signs, 40))}" if signs else "")


def _map_lines(scene: Json, answers: bool) -> Iterator[str]:
    """The questions about the drawing, with room to write, or with their answers."""
    roads, at = scene["roads"], scene["parts_at"]
    passed = [_passed(road) for road in roads]
    both = [text("lesson.sheet.map.said", road="AB"[which], names=names) for which, names in enumerate(passed)]
    found = {"names": "; ".join(both if len(roads) == 2 else passed)}
    if len(roads) == 2:
        parted = {} if at is None else {"token": at + 1, **_leaves(scene, at)}
        found["part"] = text(f"lesson.sheet.map.{'never' if at is None else 'parted'}", **parted)
        found["wanders"] = _wanders(roads)
    for kind, said in found.items():
        yield f"{_line('map', kind)} {_strong(said) if answers else RULE}"


def _wanders(roads: list[Json]) -> str:
    """How wide each road is: the distance of its crossings from their middle, the root of the mean square."""
    places = [np.array([token["position"] for token in road["tokens"]]) for road in roads]
    widths = [float(np.sqrt(np.var(place, axis=0).sum())) for place in places]
    wide = int(widths[1] > widths[0])
    times = widths[wide] / max(widths[1 - wide], 0.01)
    return text("lesson.sheet.map.wandering", road="AB"[wide], other="AB"[1 - wide], times=f"{times:.1f}")


def _leaves(scene: Json, at: int) -> dict[str, str]:
    return {letter: _token(road["tokens"][at]["text"]) for letter, road in zip("ab", scene["roads"], strict=True)}


def _passed(road: Json) -> str:
    """The names that are said of a road's crossings, and of how many."""
    named = Counter(
        token["neighbourhood"][0].split(": ")[-1] for token in road["tokens"] if len(token["neighbourhood"]) == 1
    )
    found = [text("lesson.sheet.map.name", name=short(name, 22), count=count) for name, count in named.most_common(2)]
    return ", ".join(found) or text("lesson.sheet.map.unnamed")


def _strong(said: str) -> str:
    return f"<b>{escape(said)}</b>"


def _token(said: str) -> str:
    """A token as words on paper show it."""
    shown = short(" ".join(said.split()), TOKEN)
    return shown or text("player.text.newline" if "\n" in said else "player.text.space" if said else "player.text.end")


# -- the answer with gaps ----------------------------------------------------------------------------------------------


def _gap_part(scene: Json, chosen: tuple[int, ...], answers: bool) -> str:
    road = scene["roads"][0]
    gaps = [at for at in chosen or _open_crossings(road) if at < _shown(road)][:GAPS]
    lists = "".join(
        f"<li><b>{n}</b> {_choices(scene['id'], road['tokens'][at], at, answers)}</li>" for n, at in enumerate(gaps, 1)
    )
    body = f"<blockquote>{_with_gaps(road, gaps, answers)}</blockquote><ul>{lists}</ul>"
    return _part("gaps", body, question=short(road["user"], ASKED), system=_prompt(road))


def _prompt(road: Json) -> str:
    if not road["system"]:
        return text("lesson.sheet.map.no_prompt")
    return text("lesson.sheet.map.prompt", words=short(road["system"], ASKED))


def _open_crossings(road: Json) -> list[int]:
    """Where three words were most nearly as likely: those with the highest third candidate, in their order."""
    three = {at: _three(token) for at, token in enumerate(road["tokens"]) if at}
    words = [at for at, offered in three.items() if len(offered) == 3 and all(map(_is_word, offered))]
    return sorted(sorted(words, key=lambda at: -three[at][-1]["probability"])[:GAPS])


def _is_word(candidate: Json) -> bool:
    word = candidate["text"]
    return bool(word.startswith(" ") and word.strip().isalpha() and len(word) > 3)


def _three(token: Json) -> list[Json]:
    """The three candidates that are offered: the likeliest, and always the one that was taken."""
    own = {"id": token["id"], "text": token["text"], "probability": token["probability"] or 0.0}
    others = [one for one in token["candidates"] if one["id"] != token["id"]][:2]
    return sorted([own, *others], key=lambda one: -one["probability"])


def _shuffled(scene: str, at: int, candidates: list[Json]) -> list[Json]:
    """In an order that says nothing, and is the same each time."""

    def lot(candidate: Json) -> str:
        return hashlib.sha256(f"{scene} {at} {candidate['id']}".encode()).hexdigest()

    return sorted(candidates, key=lot)


def _choices(scene: str, token: Json, at: int, answers: bool) -> str:
    said = list[str]()
    for one in _shuffled(scene, at, _three(token)):
        taken = answers and one["id"] == token["id"]
        word = f"{_box(taken)}&nbsp;{escape(_token(one['text']))}"
        share = f" {escape(percent(one['probability']))}" if answers else ""
        said.append(f"<span>{f'<b>{word}{share}</b>' if taken else word + share}</span>")
    return "".join(said)


def _box(ticked: bool = False) -> str:
    return "&#9746;" if ticked else "&#9744;"


def _with_gaps(road: Json, gaps: list[int], answers: bool) -> str:
    """The answer, a numbered gap instead of each token that is asked for; cut where it gets too long."""
    parts, shown = list[str](), _shown(road)
    for at, token in enumerate(road["tokens"][:shown]):
        if at not in gaps:
            parts.append(escape(" ".join(token["text"].split("\n\n")).replace("\n", " ")))
            continue
        inside = f"<b>{escape(_token(token['text']))}</b>" if answers else ""
        parts.append(f' <span class="gap"><sup>{gaps.index(at) + 1}</sup>{inside}</span>')
    return "".join(parts) + ("" if shown == len(road["tokens"]) else " …")


def _shown(road: Json) -> int:
    """How many tokens of an answer the sheet has room for."""
    lengths = accumulate(len(token["text"]) for token in road["tokens"])
    return sum(length <= ANSWER for length in lengths)


# -- the grip ----------------------------------------------------------------------------------------------------------


def _grip_part(scene: Json, answers: bool) -> str:
    """Three tokens to read off the strip, and a chart to draw into before it is seen."""
    values = [token["grip"] for token in scene["roads"][0]["tokens"]]
    rows = dict.fromkeys(at for at in (0, min(19, len(values) - 1), len(values) - 1))
    heads = "".join(f"<th>{_line('grip', 'token', n=at + 1)}</th>" for at in rows)
    cells = "".join(f"<td>{_nats(values[at]) if answers else ''}</td>" for at in rows)
    table = f"<table><tr>{heads}</tr><tr>{cells}</tr></table>"
    body = f'<div class="beside">{_chart(values, answers)}<div>{table}{_why(values, answers)}</div></div>'
    return _part("grip", body, question=short(scene["roads"][0]["user"], ASKED), system=_prompt(scene["roads"][0]))


def _why(values: list[float | None], answers: bool) -> str:
    """Why the grip falls, asked where it does."""
    known = [value for value in values if value is not None]
    if len(known) < 20 or sum(known[:10]) < 1.0 or sum(known[-10:]) > sum(known[:10]) / 2:
        return ""
    said = f"<p>{_line('grip', 'why')} {_strong(text('lesson.sheet.grip.because')) if answers else ''}</p>"
    return said if answers else said + '<p class="ruled"></p>'


def _nats(value: float | None) -> str:
    return "–" if value is None else escape(text("lesson.sheet.grip.nats", value=f"{value:.2f}"))


def _chart(values: list[float | None], answers: bool) -> str:
    """Axes; with the bars of the reading, or empty."""
    width, height = CHART
    top, bottom, high = math.ceil(max(1.0, *(value or 0.0 for value in values))), height - 30, height - 50
    slot = (width - 60) / len(values)
    bars = "".join(
        f'<rect x="{55 + at * slot:.1f}" y="{bottom - share * high:.1f}" width="{slot * 0.75:.1f}" '
        f'height="{share * high:.1f}"/>'
        for at, share in enumerate((value or 0.0) / top for value in values)
    )
    words = [
        _word(44, 30, "end", top),
        _word(44, bottom, "end", 0),
        _word(62, 30, "start", text("lesson.sheet.grip.unit")),
        _word(52, height - 4, "start", 1),
        _word(width // 2, height - 4, "middle", text("lesson.sheet.grip.axis")),
        _word(width, height - 4, "end", len(values)),
    ]
    drawn = "".join([f'<path d="M50 15V{bottom}H{width}"/>', bars if answers else "", *words])
    return f'<svg class="chart" viewBox="0 0 {width} {height}" role="img">{drawn}</svg>'


def _word(x: int, y: int, anchor: str, said: object) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escape(str(said))}</text>'


# -- the sign ----------------------------------------------------------------------------------------------------------


def _is_signed(scene: Json) -> bool:
    """Whether two roads part at a forbidden word."""
    words = [reward for road in scene["roads"] for reward in road["rewards"] if "word" in reward]
    return bool(words) and scene["parts_at"] is not None and len(scene["roads"]) == 2


def _sign_part(scene: Json, answers: bool) -> str:
    at, (a, b) = scene["parts_at"], scene["roads"]
    before = "".join(token["text"] for token in a["tokens"][:at]).strip()[-60:]
    wanted, took = _token(a["tokens"][at]["text"]), b["tokens"][at]
    said = text("lesson.sheet.sign.took", token=_token(took["text"]), share=percent(took["probability"] or 0.0))
    first = f"{_line('sign', 'next', before=before)} {_strong(said) if answers else RULE}"
    shares = f"{_line('sign', 'share', word=wanted)} {_shares(took['pull'] or 0.0, answers)}"
    last = f"{_line('sign', 'taught')} {_strong(text('lesson.sheet.sign.nothing')) if answers else RULE}"
    body = f"<ol><li>{first}</li><li>{shares}</li><li>{last}</li></ol>"
    return _part("sign", body, word=wanted, question=short(b["user"], ASKED))


def _shares(pull: float, answers: bool) -> str:
    """The pull and two others to choose from, in their order."""
    others = sorted(SHARES, key=lambda share: -abs(share - pull))[:2]
    said = list[str]()
    for share in sorted([pull, *others]):
        right = answers and share == pull
        words = f"{_box(right)}&nbsp;{escape(percent(share))}"
        said.append(f"<span>{f'<b>{words}</b>' if right else words}</span>")
    return "".join(said)


# -- metaphor or measured ----------------------------------------------------------------------------------------------


def _tick_part(lesson: Lesson, answers: bool) -> str:
    """Sentences to tick, with figures of the lesson's own scenes where it has them."""
    measured = [*_measured(lesson), *section("lesson.sheet.ticks.measured")]
    pictures = section("lesson.sheet.ticks.pictures")
    half = len(pictures)
    said = [(sentence, True) for sentence in measured[:half]] + [(sentence, False) for sentence in pictures]
    said.sort(key=lambda one: hashlib.sha256(one[0].encode()).hexdigest())
    heads = f"<tr><th></th><th>{_line('ticks', 'is_measured')}</th><th>{_line('ticks', 'is_picture')}</th></tr>"
    rows = "".join(
        f"<tr><td>{escape(sentence)}</td><td>{_box(answers and true)}</td><td>{_box(answers and not true)}</td></tr>"
        for sentence, true in said
    )
    return _part("ticks", f"<table>{heads}{rows}</table>")


def _measured(lesson: Lesson) -> Iterator[str]:
    plan = lesson.sheet
    if plan.grip:
        values = [token["grip"] or 0.0 for token in lesson.scenes[plan.grip]["roads"][0]["tokens"]][-10:]
        yield text("lesson.sheet.ticks.grip", count=len(values), value=f"{sum(values) / len(values):.2f}")
    if plan.sign and _is_signed(scene := lesson.scenes[plan.sign]):
        price = sum(token["kl"] or 0.0 for token in scene["roads"][1]["tokens"])
        yield text("lesson.sheet.ticks.price", value=f"{price:.0f}")

"""What stands in a page that is written to a file: data as text, as JSON, as a script, and what the page may do."""

import json
import re
from collections.abc import Mapping
from html import escape
from typing import Any

from viz.strings import text

# How every page of ours begins that is a file.
HEAD = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="mindmap-navigator">
<meta name="description" content="{description}">
<title>{title}</title>
"""
HALF = re.compile("[\ud800-\udfff]")
RISKY = re.compile("[\ud800-\udfff<\u2028\u2029]")
NAMES = "AB"
SHARED = {"system": "system", "question": "user"}  # what two roads may have in common, and where it stands in them


def words(data: object) -> str:
    """Text as it stands in HTML, between tags or in an attribute; half a character, which no file holds, as the mark
    for one that is lost."""
    return escape(HALF.sub("\ufffd", str(data)))


def note(data: object) -> str:
    """A sentence with figures, in which a figure stays with its sign."""
    return words(str(data).replace(" %", "\u00a0%"))


def json_text(value: Any) -> str:
    """JSON that ends no script element, holds no line end that JavaScript does not know, and can be written as UTF-8.

    Raises
    ------
    ValueError
        If a number is not finite.
    """
    written = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return RISKY.sub(lambda sign: f"\\u{ord(sign[0]):04x}", written)


def script_text(source: str) -> str:
    """A script as it stands in a script element."""
    return source.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def policy(scripts: str) -> str:
    """What a page may do: no request but for its own style, pictures and letters; of scripts those that are named."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src data:",
            "media-src blob:",
            "connect-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def told(scene: Mapping[str, Any]) -> str:
    """A scene in words, as HTML: title, note, what was asked, what was answered, caption."""
    title = scene.get("title") or text("page.title")
    about = f"<p>{note(scene['note'])}</p>" if scene.get("note") else ""
    rows = "".join(f"<dt>{words(name)}</dt><dd>{words(said)}</dd>" for name, said in caption_rows(scene))
    caption = f'<p class="caption">{words(scene.get("caption") or "")}</p>'
    return f'<article class="told"><h1>{words(title)}</h1>{about}<dl>{rows}</dl>{caption}</article>'


def caption_rows(scene: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was asked and answered, each with its name; what two roads share is said once."""
    rows, roads = list[tuple[str, str]](), scene.get("roads") or ()
    for name, road in zip(NAMES, roads, strict=False):
        empty = text("saved.empty") if road.get("system") == "" else None
        answer = "".join(token.get("text", "") for token in road.get("tokens", ())).strip()
        said = {"system": empty or road.get("system"), "question": road.get("user"), "answer": answer}
        for key, value in said.items():
            shared = len(roads) == 1 or (key in SHARED and len({other.get(SHARED[key]) for other in roads}) == 1)
            row = text(f"saved.{key}") if shared else text(f"saved.{key}_of", road=name), value
            if value and row not in rows:
                rows.append(row)
    return rows


def short_caption(scene: Mapping[str, Any]) -> str:
    """One line of what a picture is: what was asked, under what, of whom."""
    roads = scene.get("roads") or [{}]
    asked, system = roads[0].get("user") or "", roads[0].get("system")
    one = all(road.get("system") == system for road in roads)
    model = str(scene.get("caption") or "").partition(",")[0]
    under = f"“{system}”" if system and one else ""
    said = [str(scene.get("title") or ""), f"“{asked}”" if asked else "", under, model]
    return " · ".join(dict.fromkeys(part for part in said if part))

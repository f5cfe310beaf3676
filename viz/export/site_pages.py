"""The pages of the site as HTML: what they say stands in them as text, and the player comes on top of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from viz.export.thumbnails import Flat, road_svg
from viz.export.words import HEAD, note, policy, short_caption, told, words
from viz.scene.recorded import scenes
from viz.strings import section, text

_LAYOUT = (
    HEAD
    + """<link rel="stylesheet" href="{up}style/site.css">
<link rel="stylesheet" href="{up}style/player.css">
<body class="{kind}">
{body}
<script src="{up}data/base.js"></script>
<script src="{up}data/{scene}.js"></script>
<script src="{up}code/player.js"></script>
</body>
</html>
"""
)
LOGO = (
    '<svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">'
    '<path class="road road-a" d="M4 27C9 12 15 27 19 17S23 8 28 9"/>'
    '<path class="flag" d="M4 27V12l8 3.2-8 3.2"/><path class="head road-a" d="M28 9h0"/></svg>'
)
MOON = "M20 14.6A8.5 8.5 0 0 1 9.4 4 8.5 8.5 0 1 0 20 14.6z"
SUN = (
    "M12 7.2a4.8 4.8 0 1 1 0 9.6 4.8 4.8 0 0 1 0-9.6zM11 1h2v4h-2zm0 18h2v4h-2zM1 11h4v2H1zm18 0h4v2h-4z"
    "M4.2 5.6l1.4-1.4 2.8 2.8L7 8.4zm11.4 11.4 1.4-1.4 2.8 2.8-1.4 1.4zM4.2 18.4 7 15.6 8.4 17l-2.8 2.8z"
    "M15.6 7l2.8-2.8 1.4 1.4L17 8.4z"
)


@dataclass(frozen=True, eq=False)
class Pages:
    """What the pages are made of."""

    flat: Flat
    ground: Mapping[str, Any]
    scenes: Mapping[str, Mapping[str, Any]]  # by id, siblings of a slider among them
    lesson: Mapping[str, Any] | None = None
    has_sheet: bool = False
    has_notes: bool = False

    def index(self) -> str:
        """The first page: what this is, a road that drives, all that there is."""
        first = scenes()[0]["id"]
        body = "\n".join(
            (
                _bar("", self._links("")),
                "<main>",
                self._hero(first),
                *map(self._step, section("steps")),
                self._rest(),
                "</main>",
                _foot(),
            )
        )
        return _page(body, first, kind="index", title=text("site.headline"), description=text("site.lede"))

    def road(self, id: str) -> str:
        """The page of one scene."""
        scene = self.scenes[id]
        body = "\n".join(
            (
                _bar("../", self._neighbours(id)),
                '<main class="stage-page">',
                _root("../", id),
                _noscript(),
                told(scene),
                "</main>",
            )
        )
        return _page(body, id, up="../", kind="road-page", title=title_of(scene), description=short_caption(scene))

    def tour(self) -> str:
        """The lesson: in the player where scripts run, and in words."""
        lesson = self.lesson or {}
        beats = lesson.get("beats", ())
        first = next((beat["scene"] for beat in beats if beat.get("scene") in self.scenes), scenes()[0]["id"])
        listed = "".join(_beat(beat) for beat in beats)
        title = lesson.get("title") or text("site.tour")
        body = "\n".join(
            (
                _bar("", self._links("")),
                '<main class="stage-page">',
                _root("", first, tour=True),
                _noscript(),
                f'<article class="beats"><h1>{words(title)}</h1><ol>{listed}</ol></article>',
                "</main>",
            )
        )
        return _page(
            body,
            first,
            kind="tour-page",
            title=f"{title} · {text('page.title')}",
            description=text("site.tour_about", n=len(beats)),
        )

    def _links(self, up: str) -> str:
        links = [("tour.html", text("site.tour"))] if self.lesson else []
        links += [("index.html#roads", text("site.roads"))]
        links += [("sheet.html", text("site.sheet"))] if self.has_sheet else []
        return "".join(_link(f"{up}{to}", name) for to, name in links)

    def _neighbours(self, id: str) -> str:
        """The way to the scene before and the next one; a sibling of a slider stands where its scene does."""
        listed = scenes()
        at = next(i for i, entry in enumerate(listed) if id in (entry["id"], *entry.get("variants", ())))
        named = [("prev", at - 1, "←"), ("next", at + 1, "→")]
        return "".join(
            f'<a rel="{kind}" href="{listed[to]["id"]}.html"><span aria-hidden="true">{arrow}</span>'
            f'<span class="word">{words(listed[to]["title"])}</span></a>'
            for kind, to, arrow in named
            if 0 <= to < len(listed)
        )

    def _hero(self, first: str) -> str:
        way = ("tour.html", text("site.tour")) if self.lesson else (f"roads/{first}.html", text("site.open"))
        scene = self.scenes[first]
        return f"""<section class="hero">
<div class="says">
<h1>{words(text("site.headline"))}</h1>
<p class="lede">{words(text("site.lede"))}</p>
<p>{words(text("site.recorded"))}</p>
<p class="ways">{_link(*way, kind="primary")} {_link("#roads", text("site.all"), kind="second")}</p>
</div>
<figure>
<div class="frame">
<picture><source media="(prefers-color-scheme: dark)" srcset="pictures/map-dark.webp">
<img src="pictures/map-light.webp" alt="{words(scene["title"])}"></picture>
{_root("", first, small=True)}
</div>
<figcaption>{_link(f"roads/{first}.html", scene["title"])} {note(scene["note"])}</figcaption>
</figure>
</section>
{_noscript()}"""

    def _step(self, step: str) -> str:
        number, _, name = text(f"steps.{step}.name").partition(" ")
        cards = "".join(self._card(entry) for entry in scenes() if entry["step"] == step)
        anchor = ' id="roads"' if step == next(iter(section("steps"))) else ""
        return f"""<section class="step"{anchor}>
<header><h2><span class="number">{words(number)}</span> {words(name)}</h2>
<p>{words(text(f"site.steps.{step}"))}</p></header>
<div class="cards">{cards}</div>
</section>"""

    def _card(self, entry: Mapping[str, Any]) -> str:
        picture = road_svg(self.scenes[entry["id"]], self.flat, self.ground, "pictures/map.svg")
        asked = self.scenes[entry["id"]]["roads"][0]["user"]
        return (
            f'<a class="card-link" href="roads/{entry["id"]}.html">{picture}<h3>{words(entry["title"])}</h3>'
            f'<p class="asked">{words(asked)}</p><p>{note(entry["note"])}</p></a>'
        )

    def _rest(self) -> str:
        """For a class, what it is not, how to drive oneself."""
        ways = [("tour.html", text("site.tour"))] if self.lesson else []
        ways += [("sheet.html", text("site.sheet"))] if self.has_sheet else []
        ways += [("notes.html", text("site.notes"))] if self.has_notes else []
        links = "".join(_link(*way) for way in ways)
        lines = "".join(f"<li>{words(line)}</li>" for line in section("site.not"))
        code = f"<pre><code>{words(text('site.run_line'))}</code></pre>"
        rooms = [
            (text("site.not_title"), f"<ul>{lines}</ul>"),
            (text("site.run"), f"<p>{words(text('site.run_about'))}</p>{code}"),
        ]
        if ways:
            about = f'<p>{words(text("site.class_about"))}</p><p class="links">{links}</p>'
            rooms.insert(0, (text("site.class"), about))
        told = "".join(f"<div><h2>{words(title)}</h2>{body}</div>" for title, body in rooms)
        return f'<section class="rest">{told}</section>'


def title_of(scene: Mapping[str, Any]) -> str:
    """What the window says of a scene."""
    return f"{scene.get('title') or scene.get('id')} · {text('page.title')}"


def _page(body: str, scene: str, *, kind: str, title: str, description: str, up: str = "") -> str:
    return _LAYOUT.format_map(
        {
            "policy": policy("'self'"),
            "title": words(title),
            "description": words(description),
            "up": up,
            "kind": kind,
            "body": body,
            "scene": scene,
        }
    )


def _link(to: str, name: str, *, kind: str = "") -> str:
    style = f' class="{kind}"' if kind else ""
    return f'<a{style} href="{to}">{words(name)}</a>'


def _bar(up: str, links: str) -> str:
    """The line at the top of every page."""
    home = f'{LOGO}<span class="word">{words(text("page.title"))}</span>'
    looks = f'data-light="{words(text("look.light"))}" data-dark="{words(text("look.dark"))}"'
    return (
        f'<header class="bar"><a class="home" href="{up}index.html">{home}</a><nav>{links}</nav>'
        f'<button type="button" id="look" hidden {looks}>{_icon("moon", MOON)}{_icon("sun", SUN)}</button></header>'
    )


def _icon(name: str, path: str) -> str:
    return (
        f'<svg class="{name}" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">'
        f'<path fill="currentColor" d="{path}"/></svg>'
    )


def _root(up: str, scene: str, *, small: bool = False, tour: bool = False) -> str:
    """Where the player comes."""
    return f'<div id="root" data-up="{up}" data-opens="{scene}"{" data-small" * small}{" data-tour" * tour}></div>'


def _noscript() -> str:
    return f'<noscript><p class="noscript">{words(text("site.noscript"))}</p></noscript>'


def _beat(beat: Mapping[str, Any]) -> str:
    """A beat in words; its scene is a link, its answer folded."""
    asked = beat.get("question")
    answer = (
        f"<details><summary>{words(asked)}</summary><p>{words(beat.get('answer') or '')}</p></details>" if asked else ""
    )
    listed = {id for entry in scenes() for id in (entry["id"], *entry.get("variants", ()))}
    scene = beat.get("scene")
    road = f' <a href="roads/{scene}.html">{words(text("site.road_of"))}</a>' if scene in listed else ""
    return f"<li><h2>{words(beat.get('title') or '')}</h2><p>{words(beat.get('text') or '')}{road}</p>{answer}</li>"


def _foot() -> str:
    return f"<footer><p>{words(text('site.made'))}</p></footer>"

"""The sheet on paper: two pages whatever the lesson, the answers on the second alone, each the model's own number."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.viz.lesson.conftest import EVIL
from viz.lesson.lesson import Lesson, lesson_of
from viz.lesson.sheet import sheet_html
from viz.scene.ground import Ground
from viz.scene.notes import percent

PAGES = re.compile(rb"/Type\s*/Page\b(?!s)")
PLAIN = 'title = "Mine"\n[[beat]]\ntitle = "A"\nscene = "bear"\ntext = "Look."\n'


def pages(html: str) -> tuple[str, str]:
    first, second = html.split("<main ")[1:]
    return first, second


def words(html: str) -> str:
    return re.sub(r"<[^>]+>", " ", html).replace("&nbsp;", " ")


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_it_is_two_pages_of_paper(lesson: Lesson, ground: Ground, browser: Any, paper: str) -> None:
    page = browser.new_page()
    page.set_content(sheet_html(lesson, ground))
    assert len(PAGES.findall(page.pdf(format=paper))) == 2
    wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1]
    page.close()


def test_it_stays_two_pages_and_runs_nothing_whatever_its_texts_are(
    hostile: Lesson, ground: Ground, browser: Any
) -> None:
    page = browser.new_page()
    asked = list[str]()
    page.on("dialog", lambda dialog: asked.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(sheet_html(hostile, ground))
    assert len(PAGES.findall(page.pdf(format="Letter"))) == 2
    assert page.locator("img, script, iframe, a").count() == 0
    assert not [url for url in asked if not url.startswith("data:")]
    assert page.locator("main h1").first.inner_text() == EVIL
    page.close()


def test_the_answers_are_on_the_second_page_alone(lesson: Lesson, ground: Ground) -> None:
    pupils, answers = pages(sheet_html(lesson, ground))
    road = lesson.scenes["pirate-rain"]["roads"][0]
    for at in lesson.sheet.gap_tokens:
        token = road["tokens"][at]
        share = f"{token['text'].strip()} {percent(token['probability'])}"
        assert share in words(answers) and share not in words(pupils)
        assert re.search(rf"\b{token['text'].strip()}\b", words(pupils.split("<ul>")[1]))  # to choose from
    assert "&#9746;" in answers and "&#9746;" not in pupils
    grip = f"{road['tokens'][19]['grip']:.2f} nats"
    assert grip in answers and grip not in pupils
    assert answers.count("<rect") == pupils.count("<rect") + len(road["tokens"])
    assert "“their” (0.3 %)" in words(answers) and "their" not in words(pupils)


def test_the_order_of_choices_says_nothing_and_is_the_same_each_time(lesson: Lesson, ground: Ground) -> None:
    html = sheet_html(lesson, ground)
    assert html == sheet_html(lesson, ground)
    lists = [re.findall(r"<span>(.*?)</span>", line) for line in re.findall(r"<li><b>\d</b>(.*?)</li>", pages(html)[1])]
    assert len(lists) == 6 and all(len(offered) == 3 for offered in lists)
    places = [next(at for at, said in enumerate(offered) if "&#9746;" in said) for offered in lists]
    assert set(places) == {0, 1, 2}


def test_a_lesson_of_one_plain_road_has_what_can_be_asked_of_it(ground: Ground) -> None:
    pupils, _ = pages(sheet_html(lesson_of(PLAIN), ground))
    assert words(pupils).count("Be the model") == words(pupils).count("The grip") == words(pupils).count("A sign") == 0
    covered = lesson_of(f"{PLAIN}token = 3\ncover = true\nreading = 'grip'\n")
    pupils, answers = pages(sheet_html(covered, ground))
    assert pupils.count('class="gap"') == 6 and "Why does it become less?" not in pupils  # no prompt: no grip to fall
    assert "survival under threat (49)" in words(answers)


def test_every_recorded_scene_makes_a_sheet(ground: Ground) -> None:
    from viz.scene.recorded import scenes

    for id in [listed["id"] for listed in scenes()][::4]:
        plan = "".join(f"{part} = '{id}'\n" for part in ("road", "gaps", "grip", "sign"))
        html = sheet_html(lesson_of(f"{PLAIN}[sheet]\n{plan}"), ground)
        assert "nan" not in html and html.count("<main ") == 2


def test_the_drawing_holds_every_crossing_inside_its_frame(lesson: Lesson, ground: Ground) -> None:
    pupils, _ = pages(sheet_html(lesson, ground))
    rings = re.findall(r'<circle cx="(-?\d+)" cy="(-?\d+)" r="6"/>', pupils)
    roads = lesson.scenes["pirate-scientist"]["roads"]
    assert len(rings) == sum(len(road["tokens"]) for road in roads)
    assert all(0 < int(x) < 960 and 0 < int(y) < 620 for x, y in rings)

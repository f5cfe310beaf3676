"""`python -m viz.lesson FILE` checks a lesson; `--copy FILE` writes one to begin with; `--fields` lists what may stand
in it. What is wrong is one sentence and exit code 2."""

from __future__ import annotations

import sys
from pathlib import Path

from embeddings.errors import UserError
from embeddings.files import write_atomically
from viz.lesson.fields import listing, shown
from viz.lesson.lesson import SHIPPED, Lesson, read_lesson
from viz.strings import text


def main(asked: list[str]) -> str:
    """What there is to say.

    Raises
    ------
    UserError
        If the lesson is wrong, or nothing sensible was asked.
    """
    match asked:
        case ["--fields"]:
            return listing()
        case ["--copy", name]:
            return copy(Path(name))
        case [name] if not name.startswith("-"):
            return summary(read_lesson(Path(name)))
    raise UserError(text("lesson.usage"))


def summary(lesson: Lesson) -> str:
    return text(
        "lesson.checked",
        title=lesson.title,
        beats=len(lesson.beats),
        minutes=f"{lesson.minutes:g}",
        scenes=len(lesson.scenes),
    )


def copy(path: Path) -> str:
    """Write the lesson that ships where there is no file yet."""
    try:
        if path.exists():
            raise UserError(text("lesson.exists", name=shown(str(path))))
        write_atomically(path, SHIPPED.read_bytes())
    except OSError as error:
        raise UserError(text("lesson.unwritten", name=shown(str(path)), why=error.strerror)) from None
    return text("lesson.copied", name=path)


if __name__ == "__main__":
    try:
        print(main(sys.argv[1:]))
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)

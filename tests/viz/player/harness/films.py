"""What the page is asked of films."""

from typing import Any


def ask(page: Any, name: str, *given: Any) -> Any:
    """What a function of harness/films.js returns."""
    return page.evaluate("([name, given]) => import('/films.js').then((films) => films[name](...given))", [name, given])

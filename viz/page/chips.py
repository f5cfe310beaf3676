"""Words of the road just driven that would make a good sign: those that it circles around, and ones it nearly used."""

from __future__ import annotations

from collections.abc import Sequence

from embeddings.characters import is_mark, is_spaced
from embeddings.typed import words_of as words_of_text
from viz.drive.job import Job
from viz.strings import section

CHIPS = 6
UNCUT = 8  # characters; a longer run of a script without spaces is a clause, and no word


def words_of(job: Job) -> list[str]:
    """A few words that the road used or nearly used: letters only, whole."""
    stop = set(section("chips.stop_words").split())
    run = job.runs[0]
    used = [word for word in words_of_text(run.text) if _long(word, 3)]
    likely = [
        c["text"].strip()
        for token in list(run.tokens)
        for c in token["candidates"][1:3]
        if c["text"].startswith(" ") and (c["probability"] or 0) > 0.15
    ]
    found: dict[str, str] = {}
    for word in [*_repeated(used, CHIPS), *used, *(w for w in likely if [w] == words_of_text(w) and _long(w, 4))]:
        if not {word.casefold(), word.casefold().replace("’", "'").partition("'")[0]} & stop:
            found.setdefault(word.casefold(), word)
    return list(found.values())[:CHIPS]


def _long(word: str, fewest: int) -> bool:
    """Long enough to say something, vowel signs and apostrophes not counted; a script without spaces needs less."""
    letters = [character for character in word if character.isalpha() and not is_mark(character)]
    if any(is_spaced(letter) for letter in letters):
        return len(letters) >= (fewest if max(letters) < "\u0900" else fewest - 1)  # a letter is a syllable there
    return 2 <= len(letters) <= UNCUT


def _repeated(words: Sequence[str], count: int) -> list[str]:
    """The most frequent words first, then in their order: what a road circles around is the best sign."""
    counts: dict[str, int] = {}
    for word in words:
        counts[word.casefold()] = counts.get(word.casefold(), 0) + 1
    return sorted((word for word in words if counts[word.casefold()] > 1), key=lambda w: -counts[w.casefold()])[:count]

"""Which tokens complete a word: spellings, whole words, words split over tokens. Bytes in, token ids out; no torch."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache

import numpy as np

from embeddings.characters import is_mark, is_spaced
from embeddings.model.spelling import canonical, forms
from embeddings.model.tokens import Joiner

MARGIN = 32  # characters of the answer that are kept beyond the longest word: accents that its last letter carries
_BEGINS = re.compile("[^a-z0-9 ]|(?<![a-z0-9])[a-z0-9]")  # in ASCII text, canonical
BETWEEN = "\n"  # texts in one: canonical text has no other white space than the blank


def _is_boundary(text: str, at: int) -> bool:
    """Whether a word may begin or end before ``text[at]``; the end of the text is a boundary."""
    if at in (0, len(text)):
        return True
    if is_mark(text[at]):
        return False
    return not is_spaced(text[at]) or not _ends_in_letter(text, at)


def _places(text: str) -> list[int]:
    """Where a word may begin. Of the 49,152 texts nearly all are ASCII, where one pattern says it."""
    if text.isascii():
        return [found.start() for found in _BEGINS.finditer(text)]
    return [at for at, character in enumerate(text) if character != " " and _is_boundary(text, at)]


def _ends_in_letter(text: str, end: int | None = None) -> bool:
    """Whether the last character before `end`, accents put aside, would run on into a letter."""
    for at in range(len(text) if end is None else end, 0, -1):
        if not is_mark(text[at - 1]):
            return is_spaced(text[at - 1])
    return False


def _starts(text: str, word: str) -> Iterator[int]:
    """Where the whole word begins in the text; both canonical."""
    at = text.find(word)
    while at >= 0:
        if _is_boundary(text, at) and _is_boundary(text, at + len(word)):
            yield at
        at = text.find(word, at + 1)


def _shared(a: str, b: str) -> int:
    """Length of the longest common beginning."""
    if b.startswith(a):
        return len(a)
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


class Vocabulary:
    """Which tokens complete a word, given what the answer ends with.

    A word counts in any mix of capitals, composed or decomposed, split over tokens or bytes in any way; a space in it
    is any run of white space, its apostrophe any apostrophe, its hyphen any hyphen; styled letters are plain ones, and
    characters that nobody sees are not there (`spelling`). It must be whole: no letter or
    digit runs on from it at either side; neighbours from scripts written without spaces (Han, kana, Thai ...) do not
    count as running on. The end of a token counts as the end of the word, whatever might follow: " free" completes
    "free", and a token of its own " freedoms" does not.

    Parameters
    ----------
    pieces : tuple of bytes
        Raw bytes of each token, ``b""`` for special tokens (`embeddings.pieces.token_bytes`).

    Notes
    -----
    What is asked is answered for all words at once: most are found once and looked up ever after, and only those whose
    beginning the answer ends with are looked at again. Cost grows with the number of words. Safe from threads.
    """

    def __init__(self, pieces: tuple[bytes, ...]) -> None:
        self.pieces = pieces
        self._complete = lru_cache(maxsize=4096)(self._find_completing)
        self._known: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self._lists = lru_cache(maxsize=8)(self._list_of)
        self._torn = lru_cache(maxsize=64)(self._find_torn)

    @staticmethod
    @lru_cache(maxsize=2)
    def of(pieces: tuple[bytes, ...]) -> Vocabulary:
        """The one vocabulary of these pieces, so that what it has found serves the next answer too."""
        return Vocabulary(pieces)

    def completing(self, word: str, tail: bytes) -> np.ndarray:
        """Tokens that complete the word.

        Parameters
        ----------
        word : str
            A word or phrase as `WordReward` allows.
        tail : bytes
            The answer so far.

        Returns
        -------
        ndarray of int64, shape (m,), read-only
            Ascending ids of the tokens v for which ``tail + pieces[v]`` holds the whole word with its end inside the
            piece.
        """
        text, pending = _read(tail)
        return _united(self._complete(form, _relevant(form, text), pending) for form in forms(word))

    def completing_after(self, word: str, written: Sequence[bytes]) -> np.ndarray:
        """Tokens that complete the word after these pieces, where a token's beginning may be the word's too.

        As the end of a token counts as the end of a word, so does its beginning: a model whose " freedom" is forbidden
        writes "to" and "freedom" without the space between. Also `completing` in every shorter answer that begins with
        a token, therefore.

        Parameters
        ----------
        word : str
            A word or phrase as `WordReward` allows.
        written : sequence of bytes
            Raw bytes of the answer's tokens so far.

        Returns
        -------
        ndarray of int64, shape (m,)
            Ascending token ids.
        """
        return self.completing_each((word,), written)[0]

    def completing_each(self, words: Sequence[str], written: Sequence[bytes]) -> list[np.ndarray]:
        """`completing_after` for each of n words: read-only arrays of ascending token ids.

        The tokens that hold a whole word by themselves are known for each word once and for all. Others matter only to
        words that the answer ends with a beginning of, or that a character still incomplete might be part of: few.
        """
        known = self._lists(tuple(words))
        tails = _tails(written, known.longest)
        found = list(known.alone)
        for which, form in known.begun(tails) | known.holding(self._torn(tails[0][1]), tails[0][0]):
            more = (
                self._complete(form, _relevant(form, text), pending)
                for i, (text, pending) in enumerate(tails)
                if i == 0 or len(text) <= len(form) + 1
            )
            found[which] = _united([found[which], *more])
        return found

    def _list_of(self, words: tuple[str, ...]) -> _Words:
        known = {word: forms(word) for word in words}
        alone = [_united(self._complete_alone(form) for form in known[word]) for word in words]
        return _Words([(which, form) for which, word in enumerate(words) for form in known[word]], alone)

    def _complete_alone(self, form: str) -> np.ndarray:
        """What completes it at the very beginning of an answer."""
        return _united(self._whole(form))

    @cached_property
    def _texts(self) -> list[str]:
        return [canonical(piece.decode(errors="replace")) for piece in self.pieces]

    @cached_property
    def _sorted(self) -> tuple[list[str], list[int]]:
        order = sorted(range(len(self._texts)), key=self._texts.__getitem__)
        return [self._texts[v] for v in order], order

    @cached_property
    def _marks(self) -> list[int]:
        """Tokens that begin with an accent for the character before."""
        return [v for v, text in enumerate(self._texts) if text and is_mark(text[0])]

    @cached_property
    def _continuations(self) -> list[int]:
        """Tokens that begin in the middle of a character."""
        return [v for v, piece in enumerate(self.pieces) if piece and 0x80 <= piece[0] < 0xC0]

    @cached_property
    def _within(self) -> tuple[list[str], list[tuple[int, int]]]:
        """What each token says from each place where a word may begin, sorted, and the token and the place."""
        found = [(text[at:], v, at) for v, text in enumerate(self._texts) for at in _places(text)]
        found.sort()
        return [text for text, _, _ in found], [(v, at) for _, v, at in found]

    def _find_torn(self, pending: bytes) -> str:
        """What an incomplete character could become with one token more, in one text."""
        pieces = (self.pieces[v] for v in self._continuations) if pending else ()
        return BETWEEN.join(canonical((pending + piece).decode(errors="replace")) for piece in pieces)

    def _whole(self, word: str) -> tuple[np.ndarray, np.ndarray]:
        if word not in self._known:
            self._known[word] = self._find_whole(word)
        return self._known[word]

    def _find_whole(self, word: str) -> tuple[np.ndarray, np.ndarray]:
        """Tokens with the whole word inside: after their first character, and at their very beginning."""
        texts, places = self._within
        inner, front = set[int](), set[int]()
        for i in range(bisect_left(texts, word), bisect_left(texts, word + "\U0010ffff")):
            if _is_boundary(texts[i], len(word)):
                token, at = places[i]
                (inner if at else front).add(token)
        return np.array(sorted(inner), dtype=np.int64), np.array(sorted(front), dtype=np.int64)

    def _find_completing(self, word: str, tail: str, pending: bytes) -> np.ndarray:
        inner, front = self._whole(word)
        broken = bool(pending)  # any token but a continuation turns the pending bytes into U+FFFD, which ends a word
        free = broken or not is_spaced(word[0]) or not _ends_in_letter(tail)
        found = set(inner.tolist()) | (set(front.tolist()) if free else set())
        beginnings = [] if broken else _beginnings(word, tail)
        doubtful = set(self._continuations if broken else self._marks if tail else ())
        for k in beginnings:
            doubtful.update(self._starting_with(word[k:]))
            if word[k - 1] == " ":  # more of the same run of white space
                doubtful.update(self._starting_with(word[k - 1 :]))
        found -= doubtful
        found.update(v for v in doubtful if self._completes(word, tail, pending, v))
        return _frozen(np.array(sorted(found), dtype=np.int64))

    def _starting_with(self, beginning: str) -> list[int]:
        texts, ids = self._sorted
        return ids[bisect_left(texts, beginning) : bisect_left(texts, beginning + "\U0010ffff")]

    def _completes(self, word: str, tail: str, pending: bytes, token: int) -> bool:
        """The definition itself, for one token."""
        text = canonical(tail + (pending + self.pieces[token]).decode(errors="replace"))
        old = _shared(tail, text)
        return any(start + len(word) > old for start in _starts(text, word))


class _Words:
    """Canonical forms, sorted so that those with a given beginning are next to each other; not changed once made."""

    def __init__(self, entries: Iterable[tuple[int, str]], alone: list[np.ndarray]) -> None:
        self._entries = sorted(entries, key=lambda entry: entry[1])
        self._sorted = [form for _, form in self._entries]
        self._marked = {entry for entry in self._entries if any(map(is_mark, entry[1]))}
        self.alone = alone
        self.longest = max(map(len, self._sorted), default=0)

    def begun(self, tails: Sequence[tuple[str, bytes]]) -> set[tuple[int, str]]:
        """Those that the answer ends with a beginning of, begun at a boundary or with a token."""
        text = tails[0][0]
        ends = {text[at:] for at in range(max(0, len(text) - self.longest), len(text)) if _is_boundary(text, at)}
        ends |= {tail for tail, _ in tails if 0 < len(tail) < self.longest}
        found = set[tuple[int, str]]()
        for end in ends:
            first = bisect_right(self._sorted, end)  # longer than the end itself
            found.update(self._entries[first : bisect_left(self._sorted, end + "\U0010ffff")])
        return found

    def holding(self, torn: str, text: str) -> set[tuple[int, str]]:
        """Those that an incomplete character may belong to, and those that an accent to come may change."""
        found = {entry for entry in self._entries if entry[1] in torn} if torn else set[tuple[int, str]]()
        return found | self._marked if text and unicodedata.combining(text[-1]) else found


def _tails(written: Sequence[bytes], longest: int) -> list[tuple[str, bytes]]:
    """As much of the answer's end as any word reaches back over, then what its last one, two, three ... tokens say."""
    tails, tail = list[tuple[str, bytes]](), b""
    for piece in reversed(written):
        tail = piece + tail
        tails.append(_read(tail))
        if len(tails[-1][0]) > longest + MARGIN:
            break
    return [tails[-1], *tails] if tails else [("", b"")]


def _united(parts: Iterable[np.ndarray]) -> np.ndarray:
    first, *others = parts
    others = [part for part in others if part is not first and len(part)]
    return _frozen(np.unique(np.concatenate([first, *others]))) if others else first


def _frozen(ids: np.ndarray) -> np.ndarray:
    ids.flags.writeable = False
    return ids


@lru_cache(maxsize=256)
def _read(tail: bytes) -> tuple[str, bytes]:
    """Canonical text of the complete characters, and the bytes of the incomplete last one."""
    joiner = Joiner()
    return canonical(joiner.push(tail)), joiner.pending


def _beginnings(word: str, text: str) -> list[int]:
    """All k, largest first, for which the text ends in the first k characters of the word, begun at a boundary."""
    longest = min(len(word) - 1, len(text))
    ends = (k for k in range(longest, 0, -1) if text.endswith(word[:k]))
    return [k for k in ends if _is_boundary(text, len(text) - k)]


def _relevant(word: str, text: str) -> str:
    """A short text that leaves as much of the word to be written as `text` does."""
    if text and unicodedata.combining(text[-1]):  # a further accent may sort before this one: keep it literally
        return text[-len(word) - MARGIN :]
    beginnings = _beginnings(word, text)
    if beginnings:
        return word[: beginnings[0]]
    if _ends_in_letter(text):
        return next(letter for letter in map(chr, range(0x61, 0x3000)) if letter not in word and is_spaced(letter))
    return ""

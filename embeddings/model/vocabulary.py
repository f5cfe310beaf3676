"""Which tokens complete a word: spellings, whole words, words split over tokens. Bytes in, token ids out; no torch."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache

import numpy as np

from embeddings.model.tokens import Joiner

_ALIKE = str.maketrans(
    {"ı": "i"}
    | dict.fromkeys("‘’‛ʼ＇", "'")
    | dict.fromkeys("‐‑‒–−﹣－", "-")
    | dict.fromkeys(map(chr, range(0xFE00, 0xFE10)))  # variation selectors: the same emoji in colour or in black
)
BYTES_A_CHARACTER = 4
_UNSPACED = (  # scripts written without spaces: Thai to Burmese, Khmer, Han, kana, Bopomofo, halfwidth kana
    "\u0e00-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u312f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_SPACED = re.compile(rf"[^\W_{_UNSPACED}]")


def canonical(text: str) -> str:
    """One form for all spellings: case folded and decomposed [1]_, one space for each run, one apostrophe, one hyphen.

    Applying it twice changes nothing more, and but for spaces and accents at the seam it is the same piece by piece.

    References
    ----------
    .. [1] The Unicode Standard, section 3.13, D145: canonical caseless matching.
    """
    if text.isascii():
        text = text.casefold()
    else:
        text = unicodedata.normalize("NFD", text.translate(_ALIKE)).casefold().translate(_ALIKE)
        text = re.sub("i\u0307+", "i", unicodedata.normalize("NFD", text))  # a dotted capital I is an i
    return re.sub(r"\s+", " ", text)


@lru_cache(maxsize=4096)
def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M"


def _is_spaced(character: str) -> bool:
    """Whether it is a letter or digit that runs on into another one: all but those of unspaced scripts."""
    return _SPACED.match(character) is not None


def _is_boundary(text: str, at: int) -> bool:
    """Whether a word may begin or end before ``text[at]``; the end of the text is a boundary."""
    if at in (0, len(text)):
        return True
    if _is_mark(text[at]):
        return False
    return not _is_spaced(text[at]) or not _ends_in_letter(text[:at])


def _ends_in_letter(text: str) -> bool:
    """Whether the last character, accents put aside, would run on into a letter."""
    for character in reversed(text):
        if not _is_mark(character):
            return _is_spaced(character)
    return False


def _starts(text: str, word: str) -> Iterator[int]:
    """Where the whole word begins in the text; both canonical."""
    at = text.find(word)
    while at >= 0:
        if _is_boundary(text, at) and _is_boundary(text, at + len(word)):
            yield at
        at = text.find(word, at + 1)


def _boundaries_asked(word: str) -> re.Pattern[str]:
    before = f"(?<!{_SPACED.pattern})" if _is_spaced(word[0]) else ""
    after = f"(?!{_SPACED.pattern})" if _is_spaced(word[-1]) else ""
    return re.compile(before + re.escape(word) + after)


def _shared(a: str, b: str) -> int:
    """Length of the longest common beginning."""
    if b.startswith(a):
        return len(a)
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


class Vocabulary:
    """Which tokens complete a word, given what the answer ends with.

    A word counts in any mix of capitals, composed or decomposed, split over tokens or bytes in any way; a space in it
    is any run of white space, its apostrophe any apostrophe, its hyphen any hyphen. It must be whole: no letter or
    digit runs on from it at either side; neighbours from scripts written without spaces (Han, kana, Thai ...) do not
    count as running on. The end of a token counts as the end of the word, whatever might follow: " free" completes
    "free", and a token of its own " freedoms" does not.

    Parameters
    ----------
    pieces : tuple of bytes
        Raw bytes of each token, ``b""`` for special tokens (`embeddings.pieces.token_bytes`).

    Notes
    -----
    The first question about a word costs some milliseconds, and so does an answer that ends in a new beginning of it;
    all other calls are look-ups, because of the tail only that beginning matters. Safe from threads.
    """

    def __init__(self, pieces: tuple[bytes, ...]) -> None:
        self.pieces = pieces
        self._whole = lru_cache(maxsize=256)(self._find_whole)
        self._complete = lru_cache(maxsize=2048)(self._find_completing)

    @staticmethod
    @lru_cache(maxsize=2)
    def of(pieces: tuple[bytes, ...]) -> "Vocabulary":
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
        form = canonical(word.strip())
        text, pending = _read(tail)
        return self._complete(form, _relevant(form, text), pending)

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
        tails = [b"".join(written), b""]
        for piece in reversed(written):
            tails.append(piece + tails[-1])
            if len(tails[-1]) > BYTES_A_CHARACTER * len(word):
                break
        return np.unique(np.concatenate([self.completing(word, tail) for tail in tails]))

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
        return [v for v, text in enumerate(self._texts) if text and _is_mark(text[0])]

    @cached_property
    def _continuations(self) -> list[int]:
        """Tokens that begin in the middle of a character."""
        return [v for v, piece in enumerate(self.pieces) if piece and 0x80 <= piece[0] < 0xC0]

    def _find_whole(self, word: str) -> tuple[np.ndarray, np.ndarray]:
        """Tokens with the whole word inside: after their first character, and at their very beginning."""
        likely = _boundaries_asked(word).search  # ten times as fast as the definition, and never misses
        hits = [v for v, text in enumerate(self._texts) if word in text and likely(text)]
        found = [(v, list(_starts(self._texts[v], word))) for v in hits]
        inner = [v for v, starts in found if starts and starts[-1] > 0]
        front = [v for v, starts in found if starts and starts[0] == 0]
        return np.array(inner, dtype=np.int64), np.array(front, dtype=np.int64)

    def _find_completing(self, word: str, tail: str, pending: bytes) -> np.ndarray:
        inner, front = self._whole(word)
        broken = bool(pending)  # any token but a continuation turns the pending bytes into U+FFFD, which ends a word
        free = broken or not _is_spaced(word[0]) or not _ends_in_letter(tail)
        found = set(inner.tolist()) | (set(front.tolist()) if free else set())
        beginnings = [] if broken else _beginnings(word, tail)
        doubtful = set(self._continuations if broken else self._marks if tail else ())
        for k in beginnings:
            doubtful.update(self._starting_with(word[k:]))
            if word[k - 1] == " ":  # more of the same run of white space
                doubtful.update(self._starting_with(word[k - 1 :]))
        found -= doubtful
        found.update(v for v in doubtful if self._completes(word, tail, pending, v))
        ids = np.array(sorted(found), dtype=np.int64)
        ids.flags.writeable = False
        return ids

    def _starting_with(self, beginning: str) -> list[int]:
        texts, ids = self._sorted
        return ids[bisect_left(texts, beginning) : bisect_left(texts, beginning + "\U0010ffff")]

    def _completes(self, word: str, tail: str, pending: bytes, token: int) -> bool:
        """The definition itself, for one token."""
        text = canonical(tail + (pending + self.pieces[token]).decode(errors="replace"))
        old = _shared(tail, text)
        return any(start + len(word) > old for start in _starts(text, word))


@lru_cache(maxsize=16)
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
        return text[-len(word) - 32 :]
    beginnings = _beginnings(word, text)
    if beginnings:
        return word[: beginnings[0]]
    if _ends_in_letter(text):
        return next(letter for letter in map(chr, range(0x61, 0x3000)) if letter not in word and _is_spaced(letter))
    return ""

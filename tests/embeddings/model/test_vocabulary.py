"""Completing tokens against naive oracles: all substrings of the decoded text, and a regular expression."""

import re
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.model.vocabulary import Vocabulary, canonical

NFD_CAFE = "cafe\u0301"
SPELLINGS = {
    "free": ["free", "FREE", " Free", "frEE", "\nfree", "ſfree"],
    "café": ["café", NFD_CAFE, "CAFÉ", NFD_CAFE.upper()],
    "cafe": ["cafe", "Cafe", "café", NFD_CAFE],
    "straße": ["straße", "STRASSE", "strasse", "STRAẞE"],
    "自由": ["自由", "不自由", "自由に"],
    "New York": ["New York", "new\n  YORK", "NEW\u00a0York", "New Yorker"],
    "don't": ["don't", "Don’t", "DON‘T"],
    "well-known": ["well-known", "well‑known", "WELL–KNOWN"],
    "a a": ["a a a", "A  a"],
    "😀": ["😀", "hi😀there"],
    "ệ": ["ệ", "e\u0323\u0302", "e\u0302\u0323", "Ệ"],
    "C++": ["C++", "c++11"],
    "!": ["!", "wow!!"],
    "ดี": ["ดี", "ดีมาก", "ดี่"],
    "weather": ["weather", "ｗｅａｔｈｅｒ", "𝐖𝑒𝖆ther", "wea\u00adther", "\u200bwe\u2060ather\ufeff", "ⓦeather"],
    "ｆｉｔ": ["fit", "ﬁt", "FIT", "ﬁ\u200bt"],
    "می\u200cخواهم": ["می\u200cخواهم", "میخواهم", "\u200eمیخواهم"],
    "👨\u200d👩\u200d👧": ["👨\u200d👩\u200d👧", "👨👩👧", "👨\ufe0f\u200d👩\u200d👧"],
}
NOISE = ["\u200b", "\u200d", " ", "\n", "x", "_", "-", "1", "é", "e", "\u0301", "\u0302", "中", "ー", ".", "d", "s"]


# ---- an independent oracle: every substring of the decoded text, compared by another fold ----


def fold(text):
    text = "".join("'" if c in "‘’" else "-" if c in "‑–" else c for c in unicodedata.normalize("NFC", text))
    return unicodedata.normalize("NFKC", " ".join(unicodedata.normalize("NFKC", text).upper().casefold().split()))


def seen(data):
    """What is read of some bytes: nothing of what has no width, each of what one sign stands for (‼)."""
    kept = (c for c in data.decode(errors="replace") if unicodedata.category(c) != "Cf" and c != "\ufe0f")
    return "".join(unicodedata.normalize("NFKC", c) if unicodedata.category(c) == "Po" else c for c in kept)


def runs_on(character):
    unspaced = ("CJK", "HIRAGANA", "KATAKANA", "THAI")
    plain = unicodedata.normalize("NFKC", character)  # ⓦ is a w, and runs on as one
    letter = character.isalnum() or (len(plain) == 1 and plain.isalpha())
    return letter and not unicodedata.name(character, "").startswith(unspaced)


def is_edge(text, at):
    before, after = text[:at], text[at : at + 1]
    if after and unicodedata.category(after).startswith("M"):
        return at == 0
    while before and unicodedata.category(before[-1]).startswith("M"):
        before = before[:-1]
    return not (before and after and runs_on(before[-1]) and runs_on(after))


def oracle(word, tail, piece):
    before, text, word = seen(tail), seen(tail + piece), seen(word.encode())
    old = next((i for i, (a, b) in enumerate(zip(before, text, strict=False)) if a != b), min(len(before), len(text)))
    return any(
        fold(text[start:end]) == fold(word)
        and not (text[start].isspace() or text[end - 1].isspace())
        and is_edge(text, start)
        and is_edge(text, end)
        for end in range(old + 1, len(text) + 1)
        for start in range(max(0, end - 24), end)
    )


@st.composite
def torn_texts(draw, words=tuple(SPELLINGS)):
    """A word and pieces of bytes from which its spellings can be put together in many ways."""
    word = draw(st.sampled_from(words))
    parts = draw(st.lists(st.sampled_from([*SPELLINGS[word], *NOISE]), min_size=1, max_size=5))
    parts.append(draw(st.sampled_from(SPELLINGS[word])))
    whole = "".join(parts).encode()
    cuts = sorted(draw(st.sets(st.integers(0, len(whole)), max_size=12)))
    return word, [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]


@given(torn_texts(), st.data())
@settings(max_examples=300, deadline=None)
def test_completing_tokens_are_those_of_the_oracle(torn, data):
    word, pieces = torn
    vocabulary = Vocabulary(tuple(pieces) + tuple(noise.encode() for noise in NOISE) + (b"", b"\xc3", b"\xa9", b"\xff"))
    torn_at = data.draw(st.integers(0, len(pieces)))
    tail = b"".join(pieces[:torn_at]) + data.draw(st.sampled_from([b"", b"\xc3", b" ", b"e"]))
    found = vocabulary.completing(word, tail).tolist()
    assert found == [v for v, piece in enumerate(vocabulary.pieces) if oracle(word, tail, piece)]


@given(torn=torn_texts(), data=st.data())
@settings(max_examples=60, deadline=None)
def test_completing_tokens_of_the_real_vocabulary_are_those_of_the_oracle(model, torn, data):
    word, pieces = torn
    tail = b"".join(pieces[: data.draw(st.integers(0, len(pieces)))])
    found = set(Vocabulary.of(model.pieces).completing(word, tail).tolist())
    sample = data.draw(st.lists(st.integers(0, len(model.pieces) - 1), max_size=100))
    near = [model.text_ids(spelling[k:])[0] for spelling in SPELLINGS[word] for k in range(len(spelling))]
    for token in {*sample, *near, *sorted(found)[:50]}:
        assert (token in found) == oracle(word, tail, model.pieces[token]), (tail, model.pieces[token])


@pytest.mark.parametrize(
    "tail", ["", "so", "so ", "so f", "so fr", "unf", "_f", "free", "fre\n", "the-fre", "F", "1fre"]
)
def test_over_the_whole_vocabulary_a_regular_expression_agrees(model, tail):
    word = re.compile(r"(?<![^\W_])free(?![^\W_])", re.IGNORECASE)
    expected = []
    for token, piece in enumerate(model.pieces):
        ends = [match.end() for match in word.finditer(tail + piece.decode(errors="replace"))]
        if any(end > len(tail) for end in ends):
            expected.append(token)
    assert Vocabulary.of(model.pieces).completing("free", tail.encode()).tolist() == expected


@pytest.mark.parametrize(
    ("word", "tail", "completing", "others"),
    [
        ("free", "", ["free", "FREE", " Free", "\nfrEE"], ["freedom", " freedoms", "fre", "unfree"]),
        ("free", "f", ["ree", "REE!"], ["reed", "re"]),
        ("free", "unf", [" free"], ["ree"]),
        ("free", "_f", ["ree_"], ["ree1"]),
        ("free", "free", [" free"], ["", " ", "dom", "d"]),
        ("free", "自由", ["free", "free自由"], ["freed"]),
        ("freedom", "free", ["dom", "DOM."], ["doms", " dom"]),
        ("café", "caf", ["é", "É", "e\u0301"], ["e", "és"]),
        ("café", "cafe", ["\u0301"], ["", "s"]),
        ("cafe", "caf", ["e"], ["é", "e\u0301"]),
        ("straße", "STRAS", ["SE", "se"], ["SEN"]),
        ("Straße", "stra", ["ße", "sse", "ẞE"], ["sze"]),
        ("istanbul", "", ["İstanbul", "ISTANBUL", "ıstanbul"], []),
        ("自由", "自", ["由", "由に"], ["分"]),
        ("自由", "不", ["自由"], []),
        ("New York", "new", [" York", "\n YORK"], ["York", " Yorker"]),
        ("New York", "New \n", ["York", "  york"], ["ork"]),
        ("don't", "DON", ["'T", "’t"], ["t", "'ts"]),
        ("well-known", "well", ["-known", "‑Known"], [" known"]),
        ("C++", "C", ["++", "++."], ["+", " ++"]),
        ("!", "wow", ["!", "?!"], ["?"]),
    ],
)
def test_spellings(word, tail, completing, others):
    vocabulary = Vocabulary(tuple(text.encode() for text in [*completing, *others]))
    assert vocabulary.completing(word, tail.encode()).tolist() == list(range(len(completing)))


@pytest.mark.parametrize(
    ("word", "free"),
    [
        ("Ελλάδα", ["ΕΛΛΑΔΑ", "Ελλάδα", "ΕΛΛΆΔΑ"]),
        ("ΕΛΛΑΔΑ", ["Ελλάδα", "ελλάδα", "ΕΛΛΑΔΑ"]),
        ("νόμος", ["ΝΟΜΟΣ", "νόμοσ", "Νόμος"]),
        ("Μάιος", ["ΜΑΪΟΣ", "ΜΑΙΟΣ", "μάιος"]),
        ("καλή μέρα", ["ΚΑΛΗ ΜΕΡΑ", "Καλή μέρα"]),
        ("ещё", ["еще", "ЕЩЁ", "еще\u0308"]),
        ("еще", ["ещё"]),
        ("cœur", ["coeur", "CŒUR"]),
        ("Straße", ["STRASSE", "straße"]),
        ("año", ["AÑO", "an\u0303o"]),
        ("weather", ["🅆🄴🄰🅃🄷🄴🅁", "🆆🅴🅰🆃🅷🅴🆁", "ᴡᴇᴀᴛʜᴇʀ", "ｗeather", "\u2067weather"]),
        ("ガ", ["ｶﾞ", "ガ"]),
    ],
)
def test_other_spellings_of_one_word_are_the_word(word, free):
    vocabulary = Vocabulary(tuple(text.encode() for text in free))
    assert vocabulary.completing(word, b"").tolist() == list(range(len(free)))


@pytest.mark.parametrize(
    ("word", "others"),
    [
        ("νόμος", ["νομός"]),
        ("ή", ["η", "Η"]),
        ("año", ["ano", "ANO"]),
        ("ano", ["año"]),
        ("52", ["5²"]),
        ("1", ["½"]),
        ("e", ["é"]),
        ("или", ["йли"]),
    ],
)
def test_what_tells_words_apart_stays(word, others):
    assert not len(Vocabulary(tuple(text.encode() for text in others)).completing(word, b""))


def test_a_trade_mark_is_no_letter_that_runs_on():
    assert Vocabulary(("Weather™".encode(),)).completing("weather", b"").tolist() == [0]


@given(data=st.data())
@settings(max_examples=200, deadline=None)
def test_many_words_asked_at_once_are_each_asked_alone(data):
    word, pieces = data.draw(torn_texts())
    vocabulary = Vocabulary(tuple(pieces) + tuple(noise.encode() for noise in NOISE) + (b"", b"\xc3", b"\xa9", b"\xff"))
    written = data.draw(st.lists(st.sampled_from(vocabulary.pieces), max_size=8))
    words = [word, *data.draw(st.lists(st.sampled_from(list(SPELLINGS)), max_size=4))]
    for asked, found in zip(words, vocabulary.completing_each(words, written), strict=True):
        tails = [b"".join(written[k:]) for k in range(len(written) + 1)]
        alone = {v for tail in tails for v in vocabulary.completing(asked, tail).tolist()}
        assert found.tolist() == sorted(alone)


def test_many_words_cost_no_cliff(model):
    """Ten times as many words, more than any table holds, cost at most some ten times as much."""

    def spent(count):
        vocabulary, words = Vocabulary(model.pieces), [f"{'abcdefghij'[k % 10]}{k} w{k}" for k in range(count)]
        written = [b"Rain", b" is", b" water", b" that", b" falls", b" from", b" w", b"1"]
        vocabulary.completing_each(words, written[:1])
        began = time.process_time()
        for k in range(2, len(written) + 1):
            vocabulary.completing_each(words, written[:k])
        return time.process_time() - began

    spent(10)
    assert spent(3000) < 30 * max(spent(300), 0.002)


@pytest.mark.parametrize("character", ["é", "自", "😀"])
def test_a_character_split_over_bytes_is_completed_by_its_last_byte(character):
    whole = character.encode()
    vocabulary = Vocabulary(tuple(bytes([byte]) for byte in range(256)))
    for k in range(len(whole)):
        found = vocabulary.completing(character, b" " + whole[:k])
        assert (whole[k] in found) == (k == len(whole) - 1)


def test_every_pangram_and_a_long_run_of_space_are_handled():
    pangram = "the quick brown fox jumps over the lazy dog"
    vocabulary = Vocabulary((b"dog", b" the quick brown fox jumps over the lazy dog"))
    assert vocabulary.completing(pangram, b"x").tolist() == [1]
    tail = pangram[:-3].replace(" ", " \n" * 3000).encode()
    assert vocabulary.completing(pangram, tail).tolist() == [0, 1]


@given(st.text() | st.text(alphabet="iİı\u0307éßſ \n’‑ŉｗﬁ𝐰ёЁ\u0308\u200b\u200d\ufeffϓΆ\u0301ς²½ﾞｶ´¨"))
def test_the_canonical_form_is_final_and_the_same_for_all_spellings(text):
    form = canonical(text)
    assert canonical(form) == form
    for spelling in (unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text), text.replace(" ", " \n")):
        assert canonical(spelling) == form

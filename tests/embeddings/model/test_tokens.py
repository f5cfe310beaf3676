"""Tokens as bytes, and bytes joined to text."""

from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.model.tokens import Joiner, shown, token_bytes

utf8 = st.text().map(lambda text: text.encode("utf-8", errors="ignore"))


@given(st.lists(st.binary(max_size=6) | utf8 | st.sampled_from([b"\xf0\x9f", b"\x98\x80", b"\xe2\x80", b"\xc3"])))
def test_joined_pieces_are_the_text_of_all_bytes(pieces):
    joiner = Joiner()
    joined = "".join(map(joiner.push, pieces)) + joiner.flush()
    assert joined == b"".join(pieces).decode(errors="replace")


@given(st.text(), st.data())
def test_a_good_text_never_shows_a_replacement_character_however_it_is_cut(text, data):
    whole = text.replace("\ufffd", "").encode("utf-8", errors="ignore")
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    joiner = Joiner()
    parts = [joiner.push(whole[a:b]) for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert "\ufffd" not in "".join(parts)
    assert joiner.pending == b"" and joiner.flush() == ""


def test_an_emoji_appears_with_its_last_byte():
    joiner = Joiner()
    assert [joiner.push(bytes([byte])) for byte in "😀".encode()] == ["", "", "", "😀"]


def test_an_invalid_byte_is_replaced_once_it_is_certain():
    joiner = Joiner()
    assert [joiner.push(b"\xf0\x9f"), joiner.push(b"a")] == ["", "\ufffda"]


def test_after_a_flush_a_joiner_is_new():
    joiner = Joiner()
    joiner.push(b"\xf0\x9f")
    assert joiner.flush() == "\ufffd"
    assert joiner.push(b"\x98\x80ok") == "\ufffd\ufffdok"


@given(text=st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_pieces_of_a_text_are_its_bytes(model, text):
    known = set(model.pieces)  # this tokenizer has no token for some bytes, and drops them
    text = "".join(c for c in text if all(bytes([b]) in known for b in c.encode(errors="ignore")))
    text = text.encode(errors="ignore").decode()
    assert b"".join(model.pieces[token] for token in model.text_ids(text)) == text.encode()


def test_special_tokens_write_nothing_and_every_other_token_is_different(model):
    pieces = token_bytes(model.codec)
    assert len(pieces) == 49152
    assert [index for index, piece in enumerate(pieces) if not piece] == list(range(17))
    written = [piece for piece in pieces if piece]
    assert len(set(written)) == len(written)
    assert {bytes([byte]) for byte in range(ord(" "), 0x7F)} <= set(written)


@given(text=st.text(max_size=12), data=st.data())
def test_a_piece_is_shown_by_what_it_completes_or_by_its_bytes(text, data):
    whole = text.encode("utf-8", errors="ignore")
    cut = data.draw(st.integers(0, len(whole)))
    joiner = Joiner()
    before = joiner.push(whole[:cut])
    assert before + shown(whole[cut:], joiner.pending) == whole.decode()
    assert "\ufffd" not in shown(whole[:cut]) or "\ufffd" in text


def test_half_a_character_is_shown_by_its_bytes() -> None:
    assert shown("ש".encode()[:1]) == "‹D7›"
    assert shown(b" \xe2\x88") == " ‹E2 88›"
    assert shown("ש".encode()[1:], "ש".encode()[:1]) == "ש"
    assert shown(b" the", "ש".encode()[:1]) == " the"  # which leaves the half where it is

"""Tokens as bytes and bytes as text: a character may be split over several tokens. Knows no model and no torch."""

import codecs
from functools import cache
from typing import Any


@cache
def _byte_of_character() -> dict[str, int]:
    """GPT-2's byte table backwards: printable Latin-1 is itself, other bytes are characters from 256 on [1]_.

    References
    ----------
    .. [1] Radford et al., Language Models are Unsupervised Multitask Learners, 2019: byte-level BPE, in the code
       `bytes_to_unicode`.
    """
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(256 + k): byte for k, byte in enumerate(others)}


def token_bytes(tokenizer: Any) -> tuple[bytes, ...]:
    """Raw bytes of every token of a byte-level BPE tokenizer.

    Parameters
    ----------
    tokenizer : tokenizers.Tokenizer
        With GPT-2's byte alphabet.

    Returns
    -------
    tuple of bytes, one a token id
        ``b""`` for special tokens: they write nothing. An added token that is not special is its own text.
    """
    table = _byte_of_character()
    added = tokenizer.get_added_tokens_decoder()

    def piece(index: int, name: str) -> bytes:
        if index in added:
            return b"" if added[index].special else added[index].content.encode()
        return bytes(table[character] for character in name)

    return tuple(piece(i, tokenizer.id_to_token(i)) for i in range(tokenizer.get_vocab_size()))


def shown(piece: bytes, pending: bytes = b"") -> str:
    """A piece as people can read it, after ``pending``, the bytes of a character that is not whole yet.

    The character that they are together; what is still no whole character by its bytes, for nobody can read U+FFFD.

    >>> shown(b" caf\\xc3\\xa9"), shown(b"\\xa9", b"\\xc3"), shown(b" \\xd7")
    (' café', 'é', ' ‹D7›')
    """
    try:
        return (pending + piece).decode()
    except UnicodeDecodeError:
        return piece.decode(errors=_BYTES)


_BYTES = "mindmap.bytes"  # an error handler for decoding


def _by_value(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return f"‹{error.object[error.start : error.end].hex(' ').upper()}›", error.end


codecs.register_error(_BYTES, _by_value)


class Joiner:
    """Joins the pieces of one text; a character appears with the piece that completes it.

    What `push` and `flush` return, in order, is ``all_bytes.decode(errors="replace")``: U+FFFD stands for a byte only
    once it is certain that it belongs to no character.

    >>> joiner = Joiner()
    >>> [joiner.push(b"caf\\xc3"), joiner.push(b"\\xa9!"), joiner.flush()]
    ['caf', 'é!', '']
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def push(self, piece: bytes) -> str:
        """Text that became complete with this piece, ``""`` while a character is incomplete."""
        return self._decoder.decode(piece)

    @property
    def pending(self) -> bytes:
        """Bytes of the character that is still incomplete."""
        return self._decoder.getstate()[0]

    def flush(self) -> str:
        """Text of what is left at the end, U+FFFD for a character that stayed incomplete; the joiner is new again."""
        rest = self._decoder.decode(b"", final=True)
        self._decoder.reset()
        return rest

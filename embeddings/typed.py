"""What people type: words with something around them, lists, sentences, words that go on a text. Text in, text out."""

from __future__ import annotations

import math

import regex

from embeddings.characters import is_spaced, visible

_CLOSED = r"""[\p{Quotation_Mark}\p{Pe}]*"""
_SPACED_STOP, _STOP = r"[.!?…‥]", r"[[\p{Sentence_Terminal}]--[.!?]]"  # the first need a blank or the end behind them
_AROUND = regex.compile(
    r"[[\p{Quotation_Mark}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Pd}\p{Terminal_Punctuation}`´…‥¡¿·*_~−\s\p{DI}\p{Cf}]--[\ufe0f]]",
    regex.V1,
)
_ENDS = regex.compile(rf"\w.*(?:{_SPACED_STOP}|{_STOP}){_CLOSED}$", regex.V1 | regex.DOTALL)
_NEXT = regex.compile(rf"{_SPACED_STOP}+{_CLOSED}\s+|(?:{_SPACED_STOP}|{_STOP})*{_STOP}{_CLOSED}\s*", regex.V1)
_SHORTENED = regex.compile(  # a full stop that ends no sentence
    r"(?:^|[\s\p{Ps}\p{Quotation_Mark}])(?:Dr|Mr|Mrs|Ms|Mx|Prof|Rev|Hon|Gen|Col|Capt|Lt|Sgt|St|Sr|Jr|Mt|Nr|vs|etc|"
    r"approx|ca|bzw|usw|\p{L}(?:\.\s?\p{L})+)\.$",
    regex.V1 | regex.IGNORECASE,
)
_COMMAS = regex.compile(r"(?<!\d)[,，،]|[,，،](?!\d)|[;；؛、､﹐﹑]")  # not the one of "1,000"
_LETTER = r"\p{L}[\p{M}\u200c\u200d\u00ad\u2060]*"
_WORD = regex.compile(
    rf"(?<![\p{{L}}\p{{M}}\p{{N}}_])(?:{_LETTER})+(?:['’·׳״](?:{_LETTER})+)*(?![\p{{L}}\p{{M}}\p{{N}}_])", regex.V1
)
WORDS_OF_A_LIST = 2  # of one part of "snow, heavy rain, hail"; more make it a phrase with a comma in it


def bare(word: str) -> str:
    """The word without what is around it: blanks, characters that nobody sees, quotation marks, punctuation.

    What belongs to a word stays: the ++ of C++, the # of C#, a $, a sign or a point before a digit. So does everything
    where no letter or digit would be left (``?``, ``:-)``), or where a colon and one letter make a face (``:D``).
    """
    word = _without_blanks(word)
    if not regex.search(r"[\p{L}\p{N}\p{So}]", word) or regex.fullmatch(r"[:;=][-']?\w", word):
        return word
    first, last = 0, len(word)
    while _AROUND.match(word[first]) and not (word[first] in "-−." and word[first + 1].isdecimal()):
        first += 1
    while _AROUND.match(word[last - 1]):
        last -= 1
    core, after = word[first:last], word[last:]
    if _SHORTENED.search(core + after[:1]):
        return core + after[:1]
    for opened, closed in ("()", "[]", "{}"):  # the bracket of f(x) is its own
        if core.count(opened) > core.count(closed) and after.startswith(closed):
            return core + closed
    return core


def _without_blanks(text: str) -> str:
    """`strip`, of what nobody sees too; but an emoji keeps what follows it."""
    return regex.sub(r"^[\s\p{DI}\p{Cf}]+|[\s\p{Cf}]+$", "", text)


def listed(typed: str) -> list[str]:
    """The words of a list, ``["snow", "heavy rain", "hail"]``, each once; ``[]`` where the text is none.

    Commas of every script and semicolons stand between them, but not a comma between digits. A part of more than two
    words, or one that ends as a sentence does, makes the whole a phrase or a sentence with commas in it.
    """
    parts = [" ".join(part.split()) for part in _COMMAS.split(typed)]
    words: dict[str, str] = {}
    for part in filter(None, map(bare, parts)):
        words.setdefault(part.casefold(), part)
    if len(parts) < 2 or not any(any(c.isalnum() for c in word) for word in words.values()):
        return []
    if any(count_words(part) > WORDS_OF_A_LIST or ends(part) for part in parts):
        return []
    return list(words.values())


def is_sentence(typed: str, *, phrase: int) -> bool:
    """Whether it is an example of what somebody might say: it ends as a sentence does, or is longer than a phrase.

    Parameters
    ----------
    typed
        What was typed.
    phrase
        The most words (`count_words`) that are still a word or a name.
    """
    return ends(typed) or count_words(typed) > phrase


def ends(typed: str) -> bool:
    """Whether it ends as a sentence does, in any script; after "Dr." or "e.g." it does not."""
    typed = _without_blanks(typed)
    return _ENDS.search(typed) is not None and _SHORTENED.search(typed) is None


def count_words(text: str) -> int:
    """How many words: what blanks part, and in scripts without blanks what so many characters usually make.

    Two Han characters, three hiragana, four letters of Thai, Lao, Khmer or Burmese are about a word; a run of katakana
    is one.
    """
    return sum(_words_in(part) for part in visible(text).split() if any(c.isalnum() for c in part))


def _words_in(part: str) -> int:
    total, run = 0.0, ""
    for character in part:
        script = _script(character)
        if script == "katakana" or script == "spaced":
            total += script != run
        elif script:
            total += {"han": 1 / 2, "hiragana": 1 / 3, "other": 1 / 4}[script]
        run = script or run
    return max(1, math.ceil(total - 1e-9))


def _script(character: str) -> str:
    """Its way of making words; ``""`` for marks and everything that is in none."""
    if is_spaced(character):
        return "spaced"
    if not character.isalnum():
        return "katakana" if character == "ー" else ""
    if "\u3040" <= character <= "\u309f":
        return "hiragana"
    if "\u30a0" <= character <= "\u30ff" or "\u31f0" <= character <= "\u31ff" or "\uff66" <= character <= "\uff9f":
        return "katakana"
    return "han" if character >= "\u2e80" else "other"


def sentences(typed: str) -> list[str]:
    """Sentences, where one ends and the next begins: after a full stop of any script, but not after "Dr."."""
    found, begin, typed = list[str](), 0, typed.strip()
    for gap in _NEXT.finditer(typed):
        part = typed[begin : gap.end()].strip()
        if not _SHORTENED.search(part):
            found.append(part)
            begin = gap.end()
    return [*found, typed[begin:]] if begin < len(typed) else found


def words_of(text: str) -> list[str]:
    """The words of a text, whole: letters with their vowel signs and accents, and apostrophes between letters [1]_.

    Numbers are left out, and what is glued to one. A run of a script without spaces is one piece: nothing here knows
    where its words end.

    References
    ----------
    .. [1] Unicode Standard Annex 29, section 4, rules WB4 to WB7: marks and joiners never begin a word, and an
       apostrophe or a middle dot between letters does not end one.
    """
    return [found[0] for found in _WORD.finditer(text)]


_TAKES_NONE = regex.compile(  # at the beginning of what is typed: it stands right behind what is before
    r"(?![:;]-?[()DP]|\.\w)(?:\s|[…‥%°)]|\p{Pe}|[\p{Pf}--[’]]|[\p{Pd}--[-]]|\p{Terminal_Punctuation})"
    r"|['’](?:s|t|d|m|re|ve|ll|em|n)\b|n['’]t\b|-\p{L}",
    regex.V1 | regex.IGNORECASE,
)
_GLUES = regex.compile(r"[\s\p{Ps}\p{Pi}¿¡#@$£€/\\_]|(?<=\S)\p{Pd}", regex.V1)  # at the end of the text before
_QUOTE = regex.compile(r"[\"'`*_]+$")


def joined(before: str, typed: str) -> str:
    """What is typed as it goes on from the text before: with a blank in front where a person would write one.

    Parameters
    ----------
    before
        The answer up to the place where the words are put in; ``""`` at its beginning.
    typed
        The words, not blank.

    Returns
    -------
    str
        The words without the blanks around them, with one in front or none: none at the beginning, after a blank, an
        opening bracket or quotation mark or a hyphen, before punctuation and endings such as ``'s``, and where two
        characters meet of scripts that are written without blanks.
    """
    words = typed.strip(" \t") if typed.strip() else typed
    seen = visible(before)
    if not seen or not words or _TAKES_NONE.match(words) or _GLUES.match(seen, len(seen) - 1) or _opens(seen):
        return words
    last, first = seen[-1], words[0]
    wide = max(last, first) >= "\u2e80" and any(_unspaced(character) for character in (last, first))
    return words if wide or (_unspaced(last) and _unspaced(first)) else f" {words}"


def _opens(before: str) -> bool:
    """Whether the text ends with a straight quotation mark, or a mark of Markdown, that opens."""
    marks = _QUOTE.search(before)
    if marks is None:
        return False
    if marks[0][-1] in '"`*_':
        return before.count(marks[0]) % 2 == 1
    return marks.start() == 0 or before[marks.start() - 1].isspace()


def _unspaced(character: str) -> bool:
    """Whether it is of a script without spaces: a letter, or punctuation as wide as one."""
    return (
        (character.isalnum() and not is_spaced(character))
        or "\u3000" <= character <= "\u303f"
        or ("\uff00" <= character <= "\uffef")
    )

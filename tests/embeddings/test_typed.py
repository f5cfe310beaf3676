"""What people type, in the scripts that people write: words, lists, sentences, and words that go on a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.typed import bare, count_words, ends, is_sentence, joined, listed, sentences, words_of


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ('"weather"', "weather"),
        ("“weather”", "weather"),
        ("„weather“", "weather"),
        ("«weather»", "weather"),
        ("「雪」", "雪"),
        ("'weather'", "weather"),
        ("weather,", "weather"),
        ("weather。", "weather"),
        ("¿weather?", "weather"),
        ("(weather)", "weather"),
        ("*weather*", "weather"),
        ("— weather —", "weather"),
        ("\u200bweather\u200b", "weather"),
        ("\ufeff weather\u00ad", "weather"),
        ('\u2067"weather"\u2069,', "weather"),
        ("I,", "I"),
        ("😀,", "😀"),
        ("don't", "don't"),
        ("C++", "C++"),
        ("C#", "C#"),
        ("f(x)", "f(x)"),
        ("$100", "$100"),
        ("-5", "-5"),
        (".5", ".5"),
        ("U.S.", "U.S."),
        (":D", ":D"),
        ("?", "?"),
        ("…", "…"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"),
    ],
)
def test_a_word_is_what_is_left_without_what_is_around_it(typed: str, word: str) -> None:
    assert bare(typed) == word


@given(st.text())
def test_a_bare_word_is_bare(typed: str) -> None:
    assert bare(bare(typed)) == bare(typed)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("雪，雨", ["雪", "雨"]),
        ("雪、雨、風", ["雪", "雨", "風"]),
        ("مطر، ثلج", ["مطر", "ثلج"]),
        ("snow; rain；hail", ["snow", "rain", "hail"]),
        ("“雪”、「雨」", ["雪", "雨"]),
        ("snow, heavy rain,hail", ["snow", "heavy rain", "hail"]),
        ("Dr. Who, Mr. Bean", ["Dr. Who", "Mr. Bean"]),
        ("rain, Rain, , RAIN", ["rain"]),
        ("rain,", ["rain"]),
        ("1,000", []),
        ("１，０００", []),
        ("1,000, 2,5", ["1,000", "2,5"]),
        ("1、2", ["1", "2"]),
        (",", []),
        ("rain", []),
        ("by the way, no", []),
        ("No, thanks.", []),
        ("从前有一个国王，他住在一座大城堡里", []),
        ("你好，他说。", []),
    ],
)
def test_a_list_has_a_word_between_commas_of_any_script(typed: str, words: list[str]) -> None:
    assert listed(typed) == words


@pytest.mark.parametrize(
    "typed",
    [
        "从前有一个国王，他住在一座大城堡里。",
        "从前有一个国王他住在一座大城堡里",
        "我要自由！",
        "むかしむかし、王様がいました。",
        "むかしむかしあるところにおじいさんがいました",
        "กาลครั้งหนึ่งนานมาแล้วมีพระราชาองค์หนึ่ง",
        "كان هناك ملك.",
        "هل أنت حر؟",
        "एक राजा था।",
        "ايک بادشاہ تھا۔",
        "Stop.",
        "Really?",
        "“I am free.”",
        "Well…",
        "one two three four five",
    ],
)
def test_a_sentence_is_one_in_every_script(typed: str) -> None:
    assert is_sentence(typed, phrase=4)


@pytest.mark.parametrize(
    "typed",
    [
        "自由", "自由民主", "コンピューターサイエンス", "พระราชา", "मेरा नाम", "Dr.", "e.g.", "U.S.A.", "?", "…", "C++",
        "one two three four", "New York",
    ],
)  # fmt: skip
def test_a_word_or_a_name_is_none(typed: str) -> None:
    assert not is_sentence(typed, phrase=4)


def test_words_are_counted_where_there_are_no_spaces() -> None:
    assert [count_words(text) for text in ("自由", "自由民主", "コンピューター", "ฉันรักคุณ", "to be free", "…")] == [
        1, 2, 1, 2, 3, 0,
    ]  # fmt: skip
    assert ends("你好吗?") and not ends("你好")


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("I am free. Are you?  Yes! And", ["I am free.", "Are you?", "Yes!", "And"]),
        ("从前有一个国王。他住在城堡里！真的吗？是", ["从前有一个国王。", "他住在城堡里！", "真的吗？", "是"]),
        ("「行け。」彼は言った。", ["「行け。」", "彼は言った。"]),
        ("एक राजा था। वह बड़ा था।", ["एक राजा था।", "वह बड़ा था।"]),
        ("هل أنت حر؟ نعم.", ["هل أنت حر؟", "نعم."]),
        ("Dr. Smith came at 3.5. He left.", ["Dr. Smith came at 3.5.", "He left."]),
        ("“Go.” He went.", ["“Go.”", "He went."]),
        ("他……走了。", ["他……走了。"]),
        ("Really?! Yes", ["Really?!", "Yes"]),
        ("", []),
    ],
)
def test_sentences_end_where_their_script_ends_them(typed: str, parts: list[str]) -> None:
    assert sentences(typed) == parts


@given(st.text(alphabet='ab. !?。！।…"”Dr'))
def test_sentences_lose_nothing(typed: str) -> None:
    assert "".join("".join(sentences(typed)).split()) == "".join(typed.split())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
        ("Don’t! 'quoted' rock'n'roll", ["Don’t", "quoted", "rock'n'roll"]),
        ("cafe\u0301 l·l", ["cafe\u0301", "l·l"]),
        ("شُكْرًا می\u200cخواهم", ["شُكْرًا", "می\u200cخواهم"]),
        ("B2B abc1 x_y 12", []),
        ("தமிழ் ไทย", ["தமிழ்", "ไทย"]),
    ],
)
def test_words_are_whole(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("before", "typed", "whole"),
    [
        ("Why are you", "because it is hungry", "Why are you because it is hungry"),
        ("Why are you.", "Because", "Why are you. Because"),
        ("you", " because ", "you because"),
        ("you ", "because", "you because"),
        ("you\n", "Because", "you\nBecause"),
        ("", " Because", "Because"),
        ("dog", "'s", "dog's"),
        ("I", "’ve", "I’ve"),
        ("did", "n't", "didn't"),
        ("go", "’cause", "go ’cause"),
        ("you", "— no", "you— no"),
        ("a —", "b", "a — b"),
        ("a—", "b", "a—b"),
        ("well-", "known", "well-known"),
        ("you", ", but", "you, but"),
        ("you", "…", "you…"),
        ("you", ": yes", "you: yes"),
        ("you", ":)", "you :)"),
        ("it", "(so)", "it (so)"),
        ("it (", "so", "it (so"),
        ("it (so", ")", "it (so)"),
        ("5", "%", "5%"),
        ("said “", "Go", "said “Go"),
        ("said “Go", "”", "said “Go”"),
        ('said "', "Go", 'said "Go'),
        ('said "Go"', "and", 'said "Go" and'),
        ("the dogs'", "bones", "the dogs' bones"),
        ("**", "Note", "**Note"),
        ("**Note**", "that", "**Note** that"),
        ("它", "因为", "它因为"),
        ("它", "。", "它。"),
        ("他说：", "你好", "他说：你好"),
        ("あ", "いう", "あいう"),
        ("ฉัน", "รัก", "ฉันรัก"),
        ("한국", "사람", "한국 사람"),
        ("मैं", "हूँ", "मैं हूँ"),
        ("मैं", "।", "मैं।"),
        ("انا", "؟", "انا؟"),
        ("you", "\nNew", "you\nNew"),
    ],
)
def test_own_words_go_on_a_text_as_a_person_writes(before: str, typed: str, whole: str) -> None:
    assert before + joined(before, typed) == whole


@given(st.text(), st.text(min_size=1))
def test_own_words_stay_what_they_are_but_for_blanks_around_them(before: str, typed: str) -> None:
    assert joined(before, typed).strip() == typed.strip()

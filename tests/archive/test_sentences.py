"""Sentences: split where people stop, not where they abbreviate, and every word with its time in exactly one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediatheque.archive.queries.transcript import Line
from mediatheque.archive.sentences import MOST_WORDS, sentences_of
from mediatheque.tools.speech import Word


def line(text: str, start_ms: int = 0, end_ms: int = 0, **rest: object) -> Line:
    end_ms = end_ms or start_ms + 400 * len(text.split())
    given: dict[str, object] = {"position": 0, "machine_text": text, "text": text} | rest
    return Line(start_ms=start_ms, end_ms=end_ms, **given)  # pyright: ignore[reportArgumentType]


def heard(text: str, start_ms: int, pause_after: dict[str, int] | None = None, **rest: object) -> Line:
    """A line as a model hears it: every word 300 ms, and silence after some."""
    words: list[Word] = []
    at = start_ms
    for word in text.split():
        words.append(Word(at, at + 300, f" {word}", 0.9))
        at += 300 + (pause_after or {}).get(word, 0)
    return line(text, start_ms, at, words=tuple(words), **rest)


def texts(*lines: Line, language: str | None = "en") -> list[str]:
    return [sentence.text for sentence in sentences_of(lines, language=language)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It stands. It fell! Why?", ["It stands.", "It fell!", "Why?"]),
        ("Dr. Smith met Mrs. Jones at 3.5 km. They left.", ["Dr. Smith met Mrs. Jones at 3.5 km.", "They left."]),
        ("J. R. R. Tolkien wrote it. So do I. Yes.", ["J. R. R. Tolkien wrote it.", "So do I.", "Yes."]),
        ('He said "stop." Then he left.', ['He said "stop."', "Then he left."]),
        ("Well... maybe. We use e.g. steel, etc. Then wood.", ["Well... maybe.", "We use e.g. steel, etc.", "Then wood."]),
        ("今日は雨です。明日は晴れます。", ["今日は雨です。", "明日は晴れます。"]),
        ("They sell Yahoo! shares.", ["They sell Yahoo! shares."]),
    ],
)  # fmt: skip
def test_where_a_sentence_ends(text: str, sentences: list[str]) -> None:
    assert texts(line(text)) == sentences


def test_german_dates_are_no_ends() -> None:
    assert texts(line("Am 3. Oktober war er da. Danach nicht."), language="de") == [
        "Am 3. Oktober war er da.",
        "Danach nicht.",
    ]
    assert texts(line("We were 3. Oscar was fourth."), language="en") == ["We were 3.", "Oscar was fourth."]


def test_a_sentence_goes_on_over_lines_and_ends_with_its_speaker() -> None:
    lines = [
        line("The bridge", 0, speaker=0),
        line("is old.", 900, speaker=0),
        line("It is", 1800, speaker=0),
    ]
    assert texts(*lines, line("not!", 2700, speaker=1)) == ["The bridge is old.", "It is", "not!"]


def test_times_are_those_of_the_words() -> None:
    first, second = sentences_of([heard("One two. Three four.", 1000, {"two.": 700})])
    assert (first.start_ms, first.end_ms) == (1000, 1600)
    assert (second.start_ms, second.end_ms) == (2300, 2900)


def test_a_corrected_line_spreads_its_words_over_its_time() -> None:
    corrected = heard("Won too. Free for.", 1000, is_corrected=True)
    corrected = line(
        "One two. Three four.", corrected.start_ms, 3000, words=corrected.words, is_corrected=True
    )
    first, second = sentences_of([corrected])
    assert first.start_ms == 1000
    assert second.end_ms == 3000
    assert 1600 < second.start_ms < 2200


def test_words_without_spaces_keep_their_times() -> None:
    text = "今日は雨です。明日は晴れ。"
    pieces = ["今日", "は", "雨", "です。", "明日", "は", "晴れ。"]
    words = tuple(Word(n * 100, n * 100 + 90, piece) for n, piece in enumerate(pieces))
    first, second = sentences_of([line(text, 0, 700, words=words)], language="ja")
    assert (first.text, first.end_ms) == ("今日は雨です。", 390)
    assert (second.text, second.start_ms) == ("明日は晴れ。", 400)


def test_without_full_stops_pauses_decide() -> None:
    words = [f"w{n}" for n in range(120)]
    text = " ".join(words)
    found = sentences_of([heard(text, 0, {"w19": 900, "w44": 900, "w70": 900})])
    assert all(len(sentence.words) <= 25 for sentence in found)
    ends = {sentence.words[-1].text for sentence in found}
    assert {"w19", "w44", "w70"} <= ends


_words = st.text(alphabet="abcXYZ.,!?é。", min_size=1, max_size=8)
_lines = st.lists(
    st.tuples(st.lists(_words, min_size=0, max_size=40), st.sampled_from([None, 0, 1])), max_size=12
)


@given(_lines)
@settings(max_examples=60, deadline=None)
def test_every_word_is_in_exactly_one_sentence(spoken: Sequence[tuple[list[str], int | None]]) -> None:
    lines = [line(" ".join(words), n * 20_000, speaker=speaker) for n, (words, speaker) in enumerate(spoken)]
    found = sentences_of(lines)
    assert "".join("".join(s.text.split()) for s in found) == "".join("".join(w) for w, _ in spoken)
    assert all(len(sentence.words) <= MOST_WORDS for sentence in found)
    starts = [sentence.start_ms for sentence in found]
    assert starts == sorted(starts)

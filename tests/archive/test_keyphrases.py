"""Key phrases: what a text turns around comes first, and no phrase crosses a stop word or a full stop."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mediatheque.archive.keyphrases import keyphrases
from mediatheque.archive.stopwords import function_words

_STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "for",
        "from",
        "has",
        "in",
        "is",
        "it",
        "of",
        "on",
        "or",
        "that",
        "the",
        "they",
        "this",
        "to",
        "was",
        "with",
    ]
)
_TEXT = (
    "Bees dance to tell others the way. The waggle dance shows the angle to the sun. In the dark of the hive "
    "the bees follow the dance with their feelers. A beekeeper opened the hive on a cold day."
)


def test_what_a_text_turns_around_comes_first() -> None:
    best = [phrase.lower() for phrase, _ in keyphrases(_TEXT, _STOP, 5)]
    assert any("dance" in phrase for phrase in best[:2])
    assert any("bees" in phrase for phrase in best)


def test_no_phrase_crosses_a_stop_word_or_a_full_stop() -> None:
    phrases = {phrase.lower() for phrase, _ in keyphrases(_TEXT, _STOP, 100)}
    assert "waggle dance" in phrases
    assert "way waggle" not in phrases
    assert "hive bees" not in phrases
    assert not phrases & _STOP


def test_names_keep_their_spelling() -> None:
    assert ("Marta Olsen") in [
        phrase for phrase, _ in keyphrases("We met Marta Olsen. MARTA OLSEN spoke.", _STOP, 9)
    ]


@given(st.text(max_size=400), st.integers(1, 20))
def test_any_text_gives_at_most_so_many_in_falling_order(text: str, most: int) -> None:
    found = keyphrases(text, _STOP, most)
    scores = [score for _, score in found]
    assert len(found) <= most
    assert scores == sorted(scores, reverse=True)
    assert all(phrase.strip() for phrase, _ in found)


def test_other_languages_have_stop_words_of_their_own() -> None:
    assert {"och", "att", "det"} <= function_words("sv")
    assert "och" not in function_words("en")
    assert {"the", "und"} <= function_words(None)

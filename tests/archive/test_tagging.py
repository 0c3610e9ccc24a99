"""Tags say what a recording is about, few of them, and in the words that the library has already."""

from __future__ import annotations

import pytest

from mediatheque.archive.tagging import MOST_TAGS, Phrase, choose, drawn_to_known, phrases_of, tag_key
from mediatheque.tools.embedder import Embedder
from spoken_text import BAKING, BRIDGES


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Suspension Bridges", "suspension bridge"),
        ("cafés", "Cafe"),
        ("Story-telling", "story telling"),
        ("cities", "city"),
        ("churches", "church"),
    ],
)
def test_spellings_of_one_tag(one: str, other: str) -> None:
    assert tag_key(one) == tag_key(other)


def test_different_words_stay_different() -> None:
    assert len({tag_key(word) for word in ("glass", "glas", "bus", "bush", "analysis", "analyses")}) >= 5


def test_what_is_talked_about_becomes_tags(embedder: Embedder) -> None:
    vectors = embedder.embed([BRIDGES])
    tags = choose(phrases_of(BRIDGES, "en"), [], BRIDGES, embed=embedder.embed, whole=vectors[0])
    assert 3 <= len(tags) <= MOST_TAGS
    assert any("bridge" in tag for tag in tags)
    assert any("cable" in tag for tag in tags)
    assert len({tag_key(tag) for tag in tags}) == len(tags)


def test_without_an_embedder_there_are_tags_as_well() -> None:
    tags = choose(phrases_of(BAKING, "en"), [], BAKING)
    assert any(word in " ".join(tags) for word in ("dough", "starter", "oven"))


def test_tags_are_drawn_to_those_of_the_library(embedder: Embedder) -> None:
    known = ["Suspension Bridge", "steel cable", "gardening"]
    vectors = embedder.embed([BRIDGES])
    tags = choose(phrases_of(BRIDGES, "en"), known, BRIDGES, embed=embedder.embed, whole=vectors[0])
    assert "Suspension Bridge" in tags
    assert "gardening" not in tags
    assert not {"suspension bridge", "suspension bridges", "steel cables"} & set(tags)


def test_a_tag_that_means_the_same_is_taken_instead(embedder: Embedder) -> None:
    text = "We drive electric vehicles. Electric vehicles are quiet, and electric vehicles are heavy."
    phrases = [Phrase("electric vehicles", 1.0)]
    whole = embedder.embed([text])[0]
    assert choose(phrases, ["electric cars", "cooking"], text, embed=embedder.embed, whole=whole) == [
        "electric cars"
    ]


def test_a_tag_of_the_library_that_is_said_is_a_candidate(embedder: Embedder) -> None:
    text = BAKING + " I learned it at the open hearth. At the open hearth one learns patience."
    tags = choose([Phrase("dough", 1.0)], ["open hearth", "jazz"], text)
    assert tags == ["dough", "open hearth"]


def test_the_librarys_spelling_wins_and_nothing_is_there_twice() -> None:
    assert drawn_to_known(["jazz pianos", "Jazz Piano", "radio"], ["Jazz piano"]) == ["Jazz piano", "radio"]


def test_nothing_said_has_no_tags() -> None:
    assert phrases_of("", "en") == []
    assert phrases_of("Yes.", "en") == []
    assert choose([], ["jazz"], "Yes.") == []
    assert phrases_of("The and of to in. The and of to in. The and of.", "en") == []


def test_other_languages_have_their_own_stop_words() -> None:
    text = (
        "Die Hängebrücke hängt an Stahlseilen. Jede Hängebrücke schwingt im Wind. "
        "Die Stahlseile der Hängebrücke wurden geprüft."
    )
    tags = choose(phrases_of(text, "de"), [], text)
    assert tags
    assert tag_key("Hängebrücke") in {tag_key(tag) for tag in tags} | {
        word for tag in tags for word in tag_key(tag).split()
    }
    assert not {"die", "der", "im", "an"} & {word for tag in tags for word in tag.lower().split()}

"""Works that are named: better none than a wrong one."""

from __future__ import annotations

import pytest

from mediatheque.archive.queries.enrichment import NewWorkMention
from mediatheque.archive.queries.titles import TitledItem
from mediatheque.archive.works_mentioned import titles_said, works_mentioned
from mediatheque.kit.title_keys import title_key
from mediatheque.vocabulary import Kind
from spoken_text import BAKING, BRIDGES, STARS, sentences_from


def item(number: int, title: str, kind: Kind, year: int, *people: str, **rest: object) -> TitledItem:
    given: dict[str, object] = {"popularity": 1.0, "is_own": False} | rest
    return TitledItem(
        item_id=number, key=title_key(title), title=title, kind=kind, year=year, people=people, **given
    )  # pyright: ignore[reportArgumentType]


CATALOGUE = [
    item(1, "Alien", Kind.FILM, 1979, "Ridley Scott"),
    item(2, "It", Kind.FILM, 2017, "Andy Muschietti"),
    item(3, "It", Kind.BOOK, 1986, "Stephen King"),
    item(4, "Up", Kind.FILM, 2009, "Pete Docter"),
    item(5, "Blade Runner", Kind.FILM, 1982, "Ridley Scott"),
    item(6, "No Country for Old Men", Kind.FILM, 2007, "Joel Coen"),
    item(7, "Dune", Kind.BOOK, 1965, "Frank Herbert", popularity=5.0),
    item(8, "Dune", Kind.FILM, 2021, "Denis Villeneuve", popularity=9.0),
    item(9, "New York", Kind.FILM, 2009, "Kabir Khan"),
    item(10, "The Matrix", Kind.FILM, 1999, "Lana Wachowski"),
    item(11, "Nineteen Eighty-Four", Kind.BOOK, 1949, "George Orwell"),
    item(12, "Her", Kind.FILM, 2013, "Spike Jonze"),
    item(13, "Bridge", Kind.FILM, 1990),
    item(14, "The Oven", Kind.FILM, 1991),
    item(15, "The Desert", Kind.BOOK, 1992),
    item(16, "Twelve Angry Men", Kind.FILM, 1957, "Sidney Lumet"),
    item(17, "Last Year", Kind.FILM, 2001),
    item(18, "Stars", Kind.SHOW, 2002),
    item(19, "Alien Nation", Kind.SHOW, 1989),
]


def mentioned(text: str, **rest: object) -> list[NewWorkMention]:
    sentences = sentences_from(text)
    said = titles_said(sentences, language="en")
    keys = {run.key for run in said}
    items = [each for each in CATALOGUE if each.key in keys]
    return works_mentioned(sentences, said, items, language="en", **rest)  # pyright: ignore[reportArgumentType]


def ids(text: str, **rest: object) -> list[int]:
    return [mention.item_id for mention in mentioned(text, **rest)]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Yesterday we watched the film Alien again, and I was scared.", 1),
        ("I read Dune on the train to the sea.", 7),
        ("Dune by Denis Villeneuve is loud, but Dune is also wide.", 8),
        ("He talks about No Country for Old Men for an hour.", 6),
        ("For me, Ridley Scott never made anything better than Blade Runner.", 5),
        ("I saw The Matrix in 1999 with my brother.", 10),
        ("We had to read the novel It at school, of all things.", 3),
        ("They showed us Twelve Angry Men by Sidney Lumet.", 16),
        ("My teacher lent me the book Nineteen Eighty-Four when I was ten.", 11),
        ("You also brought a science fiction film. Alien. I saw it twice.", 1),
        ("The show Alien Nation was on every Friday.", 19),
    ],
)
def test_a_work_that_is_meant_is_found(text: str, meant: int) -> None:
    assert set(ids(text)) == {meant}


@pytest.mark.parametrize(
    "text",
    [
        "It rains, and it will rain. It is what it is.",
        "We walked up the hill. Up there it was cold. I told her that.",
        "She moved to New York and never looked back. New York is loud.",
        "There was an alien plant in the garden.",
        "The bridge was closed. Bridge number four is open. He stood in the oven room.",
        "I watched it. I read her letter. Last Year was hard, people say.",
        "We spoke of nothing else. Bridge. That was all he said about the film.",
        BRIDGES + BAKING + STARS,
    ],
)
def test_words_that_are_just_words_are_none(text: str) -> None:
    assert ids(text) == []


def test_where_it_was_said_is_told_with_the_words() -> None:
    (mention,) = mentioned("We had dinner first. Then we watched the film Alien.")
    assert (mention.said, mention.start_ms // 1000) == ("Alien", 3)
    assert 0.6 <= mention.confidence <= 1.0


def test_a_title_that_is_clear_once_is_believed_again() -> None:
    text = "Have you seen the film Alien by Ridley Scott? Many have. I think that Alien is too long."
    assert ids(text) == [1, 1]


def test_the_longer_title_is_meant() -> None:
    assert ids("The show Alien Nation was good, and the film Alien was better.") == [19, 1]


def test_what_a_model_took_for_a_work_counts() -> None:
    assert ids("Somebody should talk about Alien more often.") == []
    assert ids("Somebody should talk about Alien more often.", named=["Alien"]) == [1]
    assert ids("Nobody said anything at all.", named=["Alien"]) == []


def test_a_transcript_without_capitals_needs_longer_titles() -> None:
    assert ids("yesterday we saw no country for old men and then we went home") == [6]
    assert ids("it was an alien in new york and it went up") == []

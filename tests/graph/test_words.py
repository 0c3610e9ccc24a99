"""What edges and paths say to a reader: every type forward and backward, and whole sentences."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mediatheque.graph.edges import edge_types
from mediatheque.graph.edges._telling import a, quoted
from mediatheque.graph.queries.naming import Thing
from mediatheque.graph.telling import sentence, step
from mediatheque.stores.graph import Edge
from mediatheque.vocabulary import Node, NodeKind

YOU = Thing(Node(NodeKind.USER, 1), "you", is_reader=True)
BEN = Thing(Node(NodeKind.USER, 2), "Ben")


def item(number: int, name: str, what: str = "film") -> Thing:
    return Thing(Node(NodeKind.ITEM, number), name, what)


def person(number: int, name: str) -> Thing:
    return Thing(Node(NodeKind.PERSON, number), name)


ARRIVAL, SICARIO, DUNE = item(1, "Arrival (2016)"), item(2, "Sicario (2015)"), item(3, "Dune (2021)")
NOVEL, MESSIAH = item(4, "Dune (1965)", "book"), item(5, "Dune Messiah (1969)", "book")
SEVERANCE, TALK = item(6, "Severance (2022)", "show"), item(7, "Listening in the Dark", "audio")
PILOT = item(8, "Severance, season 1, episode 1: Good News About Hell", "episode")
SEASON = Thing(Node(NodeKind.SEASON, 60_001), "Severance, season 1")
VILLENEUVE, ADAMS, HERBERT = (
    person(1, "Denis Villeneuve"),
    person(2, "Amy Adams"),
    person(3, "Frank Herbert"),
)
SCIENCE_FICTION = Thing(Node(NodeKind.GENRE, 1), "Science Fiction")
TAG, VOICE = Thing(Node(NodeKind.TAG, 1), "deep sea"), Thing(Node(NodeKind.VOICE, 1), "Maren")
CHRONICLES = Thing(Node(NodeKind.SERIES, 1), "Dune Chronicles")
PASSAGE = Thing(Node(NodeKind.PASSAGE, 1), "The voices of the visitors were made from whales.", TALK.name)


def edge(source: Thing, type_: str, target: Thing, **given: Any) -> Edge:
    made = Edge(source=source.node.number, target=target.node.number, type=type_, weight=0.5)
    return replace(made, **given)


TOLD = [
    (edge(YOU, "WATCHED", ARRIVAL), YOU, ARRIVAL, "watched Arrival (2016)", "was watched by you"),
    (
        edge(YOU, "WATCHED", ARRIVAL, count=2),
        YOU,
        ARRIVAL,
        "watched Arrival (2016) twice",
        "was watched twice by you",
    ),
    (
        edge(BEN, "WATCHED", ARRIVAL, count=5),
        BEN,
        ARRIVAL,
        "watched Arrival (2016) five times",
        "was watched five times by Ben",
    ),
    (
        edge(YOU, "WATCHED", SEVERANCE, count=12),
        YOU,
        SEVERANCE,
        "watched 12 episodes of Severance (2022)",
        "was watched by you (12 episodes)",
    ),
    (edge(YOU, "READ", NOVEL, count=2), YOU, NOVEL, "read Dune (1965) twice", "was read twice by you"),
    (
        edge(YOU, "LISTENED", TALK),
        YOU,
        TALK,
        "listened to Listening in the Dark",
        "was listened to by you",
    ),
    (
        edge(YOU, "LISTENED", item(9, "In Our Time", "show"), count=3),
        YOU,
        item(9, "In Our Time", "show"),
        "listened to three episodes of In Our Time",
        "was listened to by you (three episodes)",
    ),
    (
        edge(YOU, "RATED", SICARIO, detail="4.5"),
        YOU,
        SICARIO,
        "gave 4.5 of 5 stars to Sicario (2015)",
        "got 4.5 of 5 stars from you",
    ),
    (edge(YOU, "LIKES", DUNE), YOU, DUNE, "like Dune (2021)", "is liked by you"),
    (edge(BEN, "LIKES", DUNE), BEN, DUNE, "likes Dune (2021)", "is liked by Ben"),
    (
        edge(YOU, "SAVED", DUNE),
        YOU,
        DUNE,
        "saved Dune (2021) for later",
        "is on your list for later",
    ),
    (edge(BEN, "SAVED", DUNE), BEN, DUNE, "saved Dune (2021) for later", "is on Ben’s list for later"),
    (
        edge(ARRIVAL, "HAS_GENRE", SCIENCE_FICTION),
        ARRIVAL,
        SCIENCE_FICTION,
        "is a science fiction film",
        "includes Arrival (2016)",
    ),
    (
        edge(TALK, "HAS_TAG", TAG),
        TALK,
        TAG,
        "is tagged deep sea",
        "is a tag of Listening in the Dark",
    ),
    (
        edge(ARRIVAL, "DIRECTED_BY", VILLENEUVE),
        ARRIVAL,
        VILLENEUVE,
        "was directed by Denis Villeneuve",
        "directed Arrival (2016)",
    ),
    (
        edge(SEVERANCE, "CREATED_BY", VILLENEUVE),
        SEVERANCE,
        VILLENEUVE,
        "was created by Denis Villeneuve",
        "created Severance (2022)",
    ),
    (
        edge(NOVEL, "WRITTEN_BY", HERBERT),
        NOVEL,
        HERBERT,
        "was written by Frank Herbert",
        "wrote Dune (1965)",
    ),
    (
        edge(ADAMS, "ACTED_IN", ARRIVAL, detail="Louise Banks"),
        ADAMS,
        ARRIVAL,
        "played Louise Banks in Arrival (2016)",
        "features Amy Adams (Louise Banks)",
    ),
    (
        edge(ADAMS, "ACTED_IN", ARRIVAL, detail="Young Ada / Old Ada"),
        ADAMS,
        ARRIVAL,
        "played Young Ada and Old Ada in Arrival (2016)",
        "features Amy Adams (Young Ada and Old Ada)",
    ),
    (
        edge(ADAMS, "ACTED_IN", ARRIVAL, detail="Self"),
        ADAMS,
        ARRIVAL,
        "appeared in Arrival (2016)",
        "features Amy Adams",
    ),
    (
        edge(NOVEL, "NARRATED_BY", ADAMS),
        NOVEL,
        ADAMS,
        "was narrated by Amy Adams",
        "narrated Dune (1965)",
    ),
    (
        edge(TALK, "PUBLISHED_BY", ADAMS),
        TALK,
        ADAMS,
        "was published by Amy Adams",
        "published Listening in the Dark",
    ),
    (
        edge(VOICE, "SPEAKS_IN", TALK),
        VOICE,
        TALK,
        "speaks in Listening in the Dark",
        "features the voice of Maren",
    ),
    (
        edge(SEASON, "PART_OF", SEVERANCE),
        SEASON,
        SEVERANCE,
        "is part of Severance (2022)",
        "includes Severance, season 1",
    ),
    (
        edge(MESSIAH, "PART_OF", CHRONICLES, detail="2"),
        MESSIAH,
        CHRONICLES,
        "is no. 2 of Dune Chronicles",
        "includes, as no. 2, Dune Messiah (1969)",
    ),
    (
        edge(PASSAGE, "PART_OF", TALK, at_ms=72_400),
        PASSAGE,
        TALK,
        "was said in Listening in the Dark at 1:12",
        "says “The voices of the visitors were made from whales.” at 1:12",
    ),
    (
        edge(DUNE, "ADAPTED_FROM", NOVEL),
        DUNE,
        NOVEL,
        "was adapted from Dune (1965)",
        "was made into the film Dune (2021)",
    ),
    (
        edge(ARRIVAL, "MENTIONED_IN", PASSAGE, at_ms=3_723_000),
        ARRIVAL,
        PASSAGE,
        "is mentioned in Listening in the Dark at 1:02:03",
        "mentions Arrival (2016) at 1:02:03",
    ),
    (
        edge(ARRIVAL, "SIMILAR", DUNE, likeness=0.8, together=0.3),
        ARRIVAL,
        DUNE,
        "is much like Dune (2021)",
        "is much like Arrival (2016)",
    ),
    (
        edge(ARRIVAL, "SIMILAR", DUNE, likeness=0.4),
        ARRIVAL,
        DUNE,
        "is somewhat like Dune (2021)",
        "is somewhat like Arrival (2016)",
    ),
    (
        edge(ARRIVAL, "SIMILAR", DUNE, likeness=0.2, together=0.6),
        ARRIVAL,
        DUNE,
        "has much the same audience as Dune (2021)",
        "has much the same audience as Arrival (2016)",
    ),
    (
        edge(YOU, "LIKE_MINDED", BEN, count=12),
        YOU,
        BEN,
        "rated 12 titles much as Ben did",
        "rated 12 titles much as you did",
    ),
]


@pytest.mark.parametrize(
    ("given", "source", "target", "forward", "backward"), TOLD, ids=lambda value: getattr(value, "type", None)
)
def test_an_edge_is_told_from_both_its_ends(
    given: Edge, source: Thing, target: Thing, forward: str, backward: str
) -> None:
    assert step(given, source, target) == forward
    assert step(given, target, source) == backward


def test_every_type_is_told_here() -> None:
    assert {given.type for given, *_ in TOLD} == set(edge_types())


def test_a_path_is_one_sentence() -> None:
    assert (
        sentence(
            (ARRIVAL, VILLENEUVE, DUNE, NOVEL, HERBERT),
            (
                edge(ARRIVAL, "DIRECTED_BY", VILLENEUVE),
                edge(DUNE, "DIRECTED_BY", VILLENEUVE),
                edge(DUNE, "ADAPTED_FROM", NOVEL),
                edge(NOVEL, "WRITTEN_BY", HERBERT),
            ),
        )
        == "Arrival (2016) was directed by Denis Villeneuve, who also directed Dune (2021), which was adapted from"
        " Dune (1965) by Frank Herbert"
    )


def test_the_reader_is_spoken_to() -> None:
    rated = edge(YOU, "RATED", SICARIO, detail="4.5")
    directed = (edge(SICARIO, "DIRECTED_BY", VILLENEUVE), edge(ARRIVAL, "DIRECTED_BY", VILLENEUVE))
    assert (
        sentence((YOU, SICARIO, VILLENEUVE, ARRIVAL), (rated, *directed))
        == "You gave 4.5 of 5 stars to Sicario (2015), which was directed by Denis Villeneuve, who also directed"
        " Arrival (2016)"
    )
    assert (
        sentence((ARRIVAL, YOU, DUNE), (edge(YOU, "WATCHED", ARRIVAL), edge(YOU, "WATCHED", DUNE)))
        == "Arrival (2016) was watched by you, and you also watched Dune (2021)"
    )
    assert (
        sentence((ARRIVAL, YOU, DUNE), (edge(YOU, "WATCHED", ARRIVAL), edge(YOU, "LIKES", DUNE)))
        == "Arrival (2016) was watched by you, and you like Dune (2021)"
    )


def test_which_never_speaks_of_a_number_of_times() -> None:
    edges = (edge(YOU, "WATCHED", SICARIO, count=2), edge(SICARIO, "DIRECTED_BY", VILLENEUVE))
    assert (
        sentence((YOU, SICARIO, VILLENEUVE), edges)
        == "You watched Sicario (2015) twice; it was directed by Denis Villeneuve"
    )


def test_a_genre_is_not_taken_for_the_film() -> None:
    edges = (edge(ARRIVAL, "HAS_GENRE", SCIENCE_FICTION), edge(NOVEL, "HAS_GENRE", SCIENCE_FICTION))
    assert (
        sentence((ARRIVAL, SCIENCE_FICTION, NOVEL), edges)
        == "Arrival (2016) is a science fiction film, a genre that also includes Dune (1965)"
    )


def test_who_plays_whom_does_not_come_between() -> None:
    edges = (
        edge(ADAMS, "ACTED_IN", ARRIVAL, detail="Louise Banks"),
        edge(ADAMS, "ACTED_IN", SICARIO, detail="Kate"),
    )
    assert (
        sentence((ARRIVAL, ADAMS, SICARIO), edges)
        == "Arrival (2016) features Amy Adams (Louise Banks), who also played Kate in Sicario (2015)"
    )


def test_a_series_counts_its_books() -> None:
    edges = (
        edge(MESSIAH, "PART_OF", CHRONICLES, detail="2"),
        edge(NOVEL, "PART_OF", CHRONICLES, detail="1"),
        edge(DUNE, "ADAPTED_FROM", NOVEL),
    )
    assert (
        sentence((MESSIAH, CHRONICLES, NOVEL, DUNE), edges)
        == "Dune Messiah (1969) is no. 2 of Dune Chronicles, which also includes, as no. 1, Dune (1965),"
        " which was made into the film Dune (2021)"
    )


def test_a_passage_is_told_by_its_recording() -> None:
    mentioned = edge(ARRIVAL, "MENTIONED_IN", PASSAGE, at_ms=72_000)
    said = edge(PASSAGE, "PART_OF", TALK, at_ms=70_000)
    heard, speaks = edge(YOU, "LISTENED", TALK), edge(VOICE, "SPEAKS_IN", TALK)
    assert (
        sentence((ARRIVAL, PASSAGE, TALK), (mentioned, said))
        == "Arrival (2016) is mentioned in Listening in the Dark at 1:12"
    )
    assert (
        sentence((ARRIVAL, PASSAGE, TALK, VOICE), (mentioned, said, speaks))
        == "Arrival (2016) is mentioned in Listening in the Dark at 1:12, which features the voice of Maren"
    )
    assert (
        sentence((YOU, TALK, PASSAGE, ARRIVAL), (heard, said, mentioned))
        == "You listened to Listening in the Dark, which mentions Arrival (2016) at 1:12"
    )
    assert (
        sentence((TALK, PASSAGE, ARRIVAL), (said, mentioned))
        == "Listening in the Dark mentions Arrival (2016) at 1:12"
    )
    assert (
        sentence((ARRIVAL, PASSAGE, DUNE), (mentioned, edge(DUNE, "MENTIONED_IN", PASSAGE, at_ms=75_000)))
        == "Arrival (2016) is mentioned in Listening in the Dark at 1:12, which also mentions Dune (2021) at 1:15"
    )
    assert (
        sentence((PASSAGE, TALK), (said,))
        == "“The voices of the visitors were made from whales.” was said in Listening in the Dark at 1:10"
    )


def test_likeness_goes_both_ways_and_is_never_also() -> None:
    edges = (edge(ARRIVAL, "SIMILAR", DUNE, likeness=0.8), edge(SICARIO, "SIMILAR", DUNE, likeness=0.7))
    assert (
        sentence((ARRIVAL, DUNE, SICARIO), edges)
        == "Arrival (2016) is much like Dune (2021), which is much like Sicario (2015)"
    )


def test_a_and_an_as_they_are_spoken() -> None:
    assert [
        f"{a(word)} {word}" for word in ("drama", "adventure", "LGBTQ", "SF", "BBC", "European", "urban")
    ] == [
        "a drama",
        "an adventure",
        "an LGBTQ",
        "an SF",
        "a BBC",
        "a European",
        "an urban",
    ]


def test_a_long_passage_is_cut_between_words() -> None:
    said = quoted("word, " * 40)
    assert said.startswith("“word, word")
    assert said.endswith("word …”")
    assert len(said) < 100

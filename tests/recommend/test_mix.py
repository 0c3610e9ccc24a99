"""Mixing methods by what is known of a person, and keeping a list from being all the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediatheque.recommend.algorithms import Scores, Term
from mediatheque.recommend.crowd import WEIGHT_BY_TERM, Crowd
from mediatheque.recommend.mix import HABIT, LEAST_POPULAR, VARIETY, Part, Pick, pick, shares
from mediatheque.recommend.pool import Pool, Traits
from mediatheque.recommend.taste import Known, Taste, learn
from mediatheque.vocabulary import Kind
from small_world import NOW

ALL = ("because-you-liked", "content", "popular")
NOBODY = Crowd(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.str_), np.zeros((0, len(WEIGHT_BY_TERM))))


class Fixed:
    """An algorithm that knows its scores."""

    def __init__(self, values: Sequence[float], lanes: Sequence[int] = (), lane_shares: Sequence[float] = ()):
        self.values = np.array(values, dtype=np.float64)
        self.lanes = np.array(lanes or [-1] * len(values), dtype=np.intp)
        self.lane_shares = tuple(lane_shares)

    def why_not(self, taste: Taste) -> None:
        return None

    def find(self, db: object, taste: Taste, search: object) -> list[int]:
        return []

    def score(self, taste: Taste, pool: Pool) -> Scores:
        return Scores(self.values, self.lanes, self.lane_shares)

    def explain(self, taste: Taste, pool: Pool, rows: Sequence[int]) -> list[list[Term]]:
        return [
            [Term("half", self.values[row] / 2), Term("like", self.values[row] / 2, item_id=7)]
            for row in rows
        ]


def pool(*traits: dict[str, object], vectors: Sequence[Sequence[float]] | None = None) -> Pool:
    """Films numbered from 1, each of its own kind unless told otherwise."""
    rows = vectors or np.eye(len(traits), dtype=np.float32)
    made = [Traits(**({"item_id": n, "kind": Kind.FILM} | t)) for n, t in enumerate(traits, 1)]  # pyright: ignore[reportArgumentType]
    return Pool(made, np.array(rows, dtype=np.float32).reshape(len(traits), -1), NOBODY)


def picked(pool: Pool, n: int, taste: Taste | None = None, **methods: Fixed) -> list[Pick]:
    taste = taste or Taste()
    share = 1 / len(methods)
    parts = [Part(name, it.score(taste, pool), share) for name, it in methods.items()]
    return pick(taste, pool, parts, n, methods)


def ids(pool: Pool, picks: Sequence[Pick]) -> list[int]:
    return [pool.traits[chosen.row].item_id for chosen in picks]


def a_history(n: int) -> Taste:
    return learn([Known(item_id=i, kind=Kind.FILM, rating=5.0, last_at=NOW) for i in range(n)], NOW)


def test_the_more_is_known_the_less_the_crowd_counts() -> None:
    crowd = [shares(a_history(n), ALL)["popular"] for n in (0, 1, 5, 100)]
    assert crowd == sorted(crowd, reverse=True)
    assert (crowd[0], crowd[-1]) == (1.0, LEAST_POPULAR)
    for n in (0, 1, 100):
        assert sum(shares(a_history(n), ALL).values()) == pytest.approx(1)


@pytest.mark.parametrize("alone", ALL)
def test_one_method_alone_has_it_all(alone: str) -> None:
    assert shares(a_history(3), [alone]) == {alone: pytest.approx(1.0)}


def test_titles_of_one_maker_do_not_flood_a_list() -> None:
    films = pool(*({"makers": frozenset({1})} for _ in range(4)), {}, {})
    picks = picked(films, 4, content=Fixed([1.0, 0.95, 0.9, 0.85, 0.7, 0.65]))
    assert ids(films, picks) == [1, 5, 6, 2]


def test_titles_of_one_series_do_not_flood_a_list() -> None:
    films = pool(*({"series": "dune"} for _ in range(3)), {}, {})
    assert ids(films, picked(films, 3, content=Fixed([1.0, 0.9, 0.8, 0.5, 0.45]))) == [1, 4, 5]


def test_titles_that_say_the_same_do_not_flood_a_list() -> None:
    films = pool({}, {}, {}, vectors=[[1, 0, 0], [1, 0, 0], [0, 1, 0]])
    assert ids(films, picked(films, 2, content=Fixed([1.0, 0.99, 0.8]))) == [1, 3]


def test_each_interest_gets_its_share_of_the_list() -> None:
    films = pool(*({} for _ in range(8)))
    scored = Fixed([1.0, 0.99, 0.98, 0.97, 0.6, 0.59, 0.58, 0.57], [0, 0, 0, 0, 1, 1, 1, 1], [0.5, 0.5])
    assert sorted(ids(films, picked(films, 4, content=scored))) == [1, 2, 5, 6]


def test_the_method_that_thinks_most_of_a_title_speaks_for_it() -> None:
    films = pool({}, {}, {})
    methods = {
        "content": Fixed([1.0, 0.5, 0.1]),
        "because-you-liked": Fixed([0.4, 1.0, 0.1]),
        "popular": Fixed([0.1, 0.2, 0.9]),
    }
    chosen = {p.row: p.method for p in picked(films, 3, **methods)}
    assert chosen == {0: "content", 1: "because-you-liked", 2: "popular"}


def test_the_language_somebody_always_chooses_counts_a_little() -> None:
    books = [Known(item_id=i, kind=Kind.BOOK, language="de", rating=4.0, last_at=NOW) for i in range(10, 20)]
    shelf = pool({"kind": Kind.BOOK, "language": "en"}, {"kind": Kind.BOOK, "language": "de"})
    methods = {"content": Fixed([0.8, 0.75]), "popular": Fixed([0.0, 0.0])}
    first = picked(shelf, 2, learn(books, NOW), **methods)[0]
    assert pool_id(shelf, first) == 2
    assert Term(HABIT, 0.1) in first.terms_by_method[""]


def pool_id(pool: Pool, chosen: Pick) -> int:
    return pool.traits[chosen.row].item_id


def test_asking_for_more_than_there_are_gives_all() -> None:
    films = pool({}, {})
    assert len(picked(films, 50, content=Fixed([0.5, 0.0]))) == 2


@st.composite
def crowded(draw: st.DrawFn) -> tuple[Pool, dict[str, Fixed], int]:
    n = draw(st.integers(1, 12))
    score = st.floats(-0.5, 1, width=32)

    def column(of: st.SearchStrategy[object]) -> list[object]:
        return draw(st.lists(of, min_size=n, max_size=n))

    makers = column(st.frozensets(st.integers(1, 3), max_size=2))
    series = column(st.sampled_from([None, "a", "b"]))
    vectors = column(st.lists(st.floats(-1, 1, width=16), min_size=3, max_size=3))
    made = pool(*({"makers": m, "series": s} for m, s in zip(makers, series, strict=True)), vectors=vectors)  # pyright: ignore[reportArgumentType]
    methods = {
        name: Fixed(column(score), column(st.integers(-1, 1)), [0.3, 0.7])  # pyright: ignore[reportArgumentType]
        for name in draw(st.lists(st.sampled_from(ALL), min_size=1, unique=True))
    }
    return made, methods, draw(st.integers(1, 15))


@given(crowded())
@settings(max_examples=200, deadline=None)
def test_terms_add_up_to_scores_that_never_rise(mixed: tuple[Pool, dict[str, Fixed], int]) -> None:
    films, methods, n = mixed
    picks = picked(films, n, **methods)
    assert len({chosen.row for chosen in picks}) == len(picks) == min(n, len(films))
    for chosen in picks:
        total = sum(term.amount for terms in chosen.terms_by_method.values() for term in terms)
        assert total == pytest.approx(chosen.score, abs=1e-9)
        assert all(term.amount <= 0 for term in chosen.terms_by_method[""] if term.name == VARIETY)
    scores = [chosen.score for chosen in picks]
    assert scores == sorted(scores, reverse=True)

"""What to ask first: titles that many know and that say much, and other ones after every answer."""

from __future__ import annotations

import numpy as np
import pytest

import small_world as world
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import NotFound
from mediatheque.library.queries.users import User
from mediatheque.recommend.onboarding import Answers, Field, choose, picks
from mediatheque.recommend.request import Means
from mediatheque.vocabulary import EventKind, Kind, Work

NOTHING = np.zeros((0, 2))


def field() -> Field:
    """Six titles of one sort, the best known first, then three of another."""
    places = np.array([[1.0, 0.0]] * 6 + [[0.0, 1.0]] * 3)
    return Field(places, np.linspace(1.0, 0.6, 9))


def test_one_of_each_sort_is_asked_about_before_two_of_one() -> None:
    first, second = choose(field(), Answers(NOTHING, np.zeros(0), NOTHING), 2)
    assert first == 0  # the best known of the larger sort
    assert second == 6  # the best known of the other


def test_what_was_answered_is_not_asked_again_by_another_name() -> None:
    told = Answers(np.array([[1.0, 0.0]] * 3), np.ones(3), NOTHING)
    assert choose(field(), told, 1) == [6]


def test_what_is_unknown_leads_away_from_its_like() -> None:
    assert choose(field(), Answers(NOTHING, np.zeros(0), np.array([[1.0, 0.0]])), 1) == [6]


def test_what_they_like_is_asked_about_more_than_what_they_do_not() -> None:
    even = Field(np.array([[1.0, 0.0]] * 4 + [[0.0, 1.0]] * 4), np.ones(8))
    both = np.array([[1.0, 0.0], [0.0, 1.0]])
    (row,) = choose(even, Answers(both, np.array([1.0, -1.0]), NOTHING), 1)
    assert row < 4
    (row,) = choose(even, Answers(both, np.array([-1.0, 1.0]), NOTHING), 1)
    assert row >= 4


def test_an_unlikely_title_is_not_asked_about_however_much_it_would_say() -> None:
    places = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    assert choose(Field(places, np.array([1.0, 1.0, 0.01])), Answers(NOTHING, np.zeros(0), NOTHING), 1) == [0]


@pytest.mark.parametrize("has_vectors", [True, False])
def test_picks_cover_topics_move_on_and_are_always_the_same(
    db: Connection, ada: User, ben: User, has_vectors: bool
) -> None:
    ids = world.add_films(db)
    for title in ("Arrival", "Heat", "Emma", "Jaws", "Contact", "Moon"):
        world.tell(db, ben, ids[title], EventKind.RATED, 4)
    means = Means(model_id=world.model(db) if has_vectors else None)
    first = picks(db, ada.id, 4, means=means)
    assert [item.id for item in first] == [item.id for item in picks(db, ada.id, 4, means=means)]
    genres = {item.work.genres for item in first}
    assert len(genres) >= 3
    world.tell(db, ada, first[0].id, EventKind.RATED, 5)
    second = picks(db, ada.id, 4, unknown=[first[1].id], means=means)
    assert not {first[0].id, first[1].id} & {item.id for item in second}
    assert len({item.id for item in picks(db, ada.id, 100, means=means)}) == len(ids) - 1


def test_nothing_hidden_or_unwanted_is_asked_about(db: Connection, ada: User) -> None:
    ids = world.add_films(db)
    book = world.add(db, Work(kind=Kind.BOOK, title="Solaris"))
    world.tell(db, ada, ids["Heat"], EventKind.HIDDEN)
    asked = picks(db, ada.id, 50)
    assert ids["Heat"] not in {item.id for item in asked}
    assert [item.id for item in picks(db, ada.id, 5, kinds=[Kind.BOOK])] == [book]
    assert picks(db, ada.id, 5, kinds=[Kind.AUDIO]) == []
    with pytest.raises(NotFound):
        picks(db, 99_999)

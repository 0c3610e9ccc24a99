"""Popularity for somebody of whom a little is known: among equals first what is of their genres."""

from __future__ import annotations

import pytest

import small_world as world
from mediatheque.kit.database import Connection
from mediatheque.library.queries.users import User
from mediatheque.vocabulary import EventKind


def test_of_two_equally_popular_titles_their_genre_comes_first(db: Connection, ada: User, ben: User) -> None:
    ids = world.add_films(db)
    for title in ("Contact", "Emma", "Jaws"):
        world.tell(db, ben, ids[title], EventKind.WATCHED)
    world.tell(db, ada, ids["Casablanca"], EventKind.LIKED)
    first, *_ = world.recommended(db, ada.id, method="popular", n=3)
    assert first.item.title == "Emma"
    amounts = {c.name: c.amount for c in first.contributions}
    assert amounts["genres you choose"] > 0
    assert sum(amounts.values()) == pytest.approx(first.score)
    assert "here has" in first.because or "Rated" in first.because


def test_what_few_know_does_not_pass_what_many_do(db: Connection, ada: User, ben: User) -> None:
    ids = world.add_films(db)
    world.tell(db, ben, [ids["Jaws"], ids["Heat"]], EventKind.WATCHED)
    world.tell(db, ada, ids["Emma"], EventKind.LIKED)
    first, *_ = world.recommended(db, ada.id, method="popular", n=3)
    assert first.item.title in ("Heat", "Jaws")

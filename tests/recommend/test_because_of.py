"""What to turn to because of a title of one's own: new to the person, like it, and to their taste."""

from __future__ import annotations

import pytest

import small_world as world
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import NotFound
from mediatheque.library.queries.users import User
from mediatheque.recommend.because_of import because_of, rows
from mediatheque.recommend.champion import OnDuty
from mediatheque.recommend.request import Means, Request
from mediatheque.vocabulary import EventKind


def means(db: Connection) -> Means:
    return Means(model_id=world.model(db), on_duty=OnDuty(world.a_model(db)))


def request(n: int = 3) -> Request:
    return Request(n=n, method="because-of")


def test_they_are_new_like_it_and_the_reason_names_it(db: Connection, ada: User) -> None:
    ids = world.add_films(db)
    world.tell(db, ada, [ids["Emma"], ids["Amour"]], EventKind.WATCHED)
    found = because_of(db, ada.id, ids["Emma"], request(2), means(db))
    assert {r.item.title for r in found} == {"Persuasion", "Casablanca"}
    for r in found:
        assert r.because.startswith("Because you watched Emma: also romance")
        assert sum(c.amount for c in r.contributions) == pytest.approx(r.score, abs=1e-6)


def test_of_what_is_alike_the_own_taste_decides(db: Connection, ada: User, ben: User) -> None:
    ids = world.add_films(db)
    for user, also in ((ada, "Heat"), (ben, "Contact")):
        world.tell(db, user, ids["Emma"], EventKind.WATCHED, days_ago=900)
        world.tell(db, user, ids[also], EventKind.RATED, 5.0)
    best = {
        user.name: [
            r.item.title
            for r in because_of(db, user.id, ids["Emma"], request(3), Means(model_id=world.model(db)))
        ]
        for user in (ada, ben)
    }
    assert set(best["Ada"]) == set(best["Ben"]) == {"Persuasion", "Casablanca", "Amour"}
    assert best["Ada"].index("Casablanca") < best["Ben"].index("Casablanca")
    assert best["Ben"].index("Amour") < best["Ada"].index("Amour")


def test_a_title_one_never_had_to_do_with_is_no_cause(db: Connection, ada: User, ben: User) -> None:
    ids = world.add_films(db)
    world.tell(db, ben, ids["Emma"], EventKind.WATCHED)
    with pytest.raises(NotFound, match="similar"):
        because_of(db, ada.id, ids["Emma"], request(), means(db))


def test_rows_begin_with_the_best_recent_titles_and_share_none(db: Connection, ada: User) -> None:
    ids = world.add_films(db)
    world.tell(db, ada, ids["Heat"], EventKind.RATED, 5.0, days_ago=700)
    world.tell(db, ada, ids["Emma"], EventKind.RATED, 4.5, days_ago=2)
    world.tell(db, ada, ids["Amour"], EventKind.RATED, 5.0, days_ago=3)
    world.tell(db, ada, ids["Solaris"], EventKind.RATED, 4.0, days_ago=1)
    world.tell(db, ada, ids["Jaws"], EventKind.RATED, 0.5, days_ago=1)
    made = rows(db, ada.id, request(3), means(db), most=3)
    # Emma is so much like Amour that it would begin the same row again.
    assert [row.because for row in made] == [
        "Because you rated Amour 5",
        "Because you rated Solaris 4",
        "Because you rated Heat 5",
    ]
    shown = [r.item.id for row in made for r in row.best]
    assert len(shown) == len(set(shown)) == 9
    assert not set(shown) & {ids[t] for t in ("Heat", "Emma", "Amour", "Solaris", "Jaws")}
    assert len(rows(db, ada.id, request(3), means(db), most=1)) == 1


def test_who_has_told_nothing_has_no_rows(db: Connection, ben: User) -> None:
    world.add_films(db)
    assert rows(db, ben.id, request(), means(db)) == []

"""What is kept of a list, and what an old list still tells, whatever has happened since."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from alembic import command
from sqlalchemy import text

import small_world as world
from mediatheque.kit.database import Connection, Database, alembic_config, migrate
from mediatheque.kit.errors import NotFound
from mediatheque.library.queries.history import add_events
from mediatheque.library.queries.items import save_works
from mediatheque.library.queries.merges import merge_items, undo_merge
from mediatheque.library.queries.users import User
from mediatheque.recommend.champion import OnDuty
from mediatheque.recommend.impressions import OUTCOMES
from mediatheque.recommend.listing import methods
from mediatheque.recommend.queries.answers import impressions
from mediatheque.recommend.queries.shown import add_shown, items_on_lists, list_answered, shown_lists
from mediatheque.recommend.recorder import Since, Why, why
from mediatheque.recommend.request import Means, Recommended, Request
from mediatheque.recommend.serve import recommend
from mediatheque.vocabulary import Event, EventKind, Kind, Work


def shown(
    db: Connection, user: User, means: Means | None = None, *, n: int = 5, method: str = "mixed"
) -> int:
    """A list, recommended and kept; its id."""
    return add_shown(db, user.id, {"n": n, "via": "test"}, listed(db, user, means, n=n, method=method))


def listed(
    db: Connection, user: User, means: Means | None = None, *, n: int = 5, method: str = "mixed"
) -> Recommended:
    return recommend(db, user.id, Request(n=n, method=method), means or Means())


def all_means(db: Connection, version: int = 1) -> Means:
    return Means(model_id=world.model(db), on_duty=OnDuty(replace(world.a_model(db), version=version)))


def titles(told: Why) -> list[str | None]:
    return [place.item.title if place.item else None for place in told.places]


def test_all_that_was_shown_is_told_and_the_shares_are_of_the_score(db: Connection, ada: User) -> None:
    ids = world.add_films(db)
    world.tell(db, ada, [ids["Arrival"], ids["Heat"]], EventKind.LIKED)
    means = all_means(db, version=7)
    for method in methods():
        best = listed(db, ada, means, method=method)
        told = why(db, ada.id, add_shown(db, ada.id, {"n": 5, "via": "test"}, best))
        assert (told.method, told.via, told.model, told.version) == (method, "test", best.model, best.version)
        assert [(p.rank, p.item, p.method, p.because, p.fallback) for p in told.places] == [
            (rank, r.item, r.method, r.because, r.fallback) for rank, r in enumerate(best, 1)
        ]
        for place, r in zip(told.places, best, strict=True):
            assert place.score == pytest.approx(r.score, rel=1e-6)
            assert sum(s.contribution.amount for s in place.shares) == pytest.approx(place.score, abs=2e-6)
            if place.score > 0.01:
                assert sum(s.share or 0 for s in place.shares) == pytest.approx(1, abs=1e-4)
            labels = [(c.method, c.label, c.item_id) for c in r.contributions]
            assert [
                (s.contribution.method, s.contribution.label, s.contribution.item_id) for s in place.shares
            ] == labels
    assert why(db, ada.id).id == max(one.id for one in shown_lists(db, ada.id))


def test_an_old_list_answers_as_before_after_another_model_was_promoted(db: Connection, ada: User) -> None:
    ids = world.add_films(db)
    world.tell(db, ada, [ids["Arrival"], ids["Heat"]], EventKind.LIKED)
    first = shown(db, ada, all_means(db, version=1))
    before = why(db, ada.id, first)
    assert (before.model, before.version) == ("wedlae", 1)
    world.tell(db, ada, [ids["Emma"], ids["Amour"]], EventKind.RATED, 5.0)
    other = all_means(db, version=2)
    assert other.on_duty.artifact is not None
    other.on_duty.artifact.arrays["weights"][:] = np.roll(other.on_duty.artifact.arrays["weights"], 3, axis=1)
    second = why(db, ada.id, shown(db, ada, other))
    assert second.version == 2
    assert titles(second) != titles(before)
    assert why(db, ada.id, first) == before


def test_titles_are_called_what_they_are_now_and_say_what_became_of_them(
    db: Connection, ada: User, ben: User
) -> None:
    ids = world.add_films(db)
    world.tell(db, ada, [ids["Arrival"], ids["Heat"]], EventKind.LIKED)
    world.tell(
        db, ada, mine := world.add(db, world.film("Mine"), {"space": 1}, owner_id=ada.id), EventKind.SAVED
    )
    list_id = shown(db, ada, all_means(db), n=8)
    before = why(db, ada.id, list_id)
    assert {"Contact", "Solaris", "Moon", "Mine"} <= set(titles(before))
    save_works(db, {ids["Contact"]: (Work(kind=Kind.FILM, title="First Contact"), ("first contact",))})
    save_works(db, {ids["Arrival"]: (Work(kind=Kind.FILM, title="The Arrival"), ("the arrival",))})
    into = world.add(db, world.film("Solaris restored"))
    merge = merge_items(db, ids["Solaris"], into, "person")
    db.execute(text("DELETE FROM items WHERE id = :id"), {"id": ids["Moon"]})
    db.execute(text("UPDATE items SET owner_id = :ben WHERE id = :id"), {"ben": ben.id, "id": mine})

    told = why(db, ada.id, list_id)
    by_id = {place.item_id: place for place in told.places}
    assert [p.item_id for p in told.places] == [p.item_id for p in before.places]
    assert [p.score for p in told.places] == [p.score for p in before.places]
    assert by_id[ids["Contact"]].item.title == "First Contact"  # pyright: ignore[reportOptionalMemberAccess]
    assert (by_id[ids["Solaris"]].since, by_id[ids["Solaris"]].item.id) == (Since.MERGED, into)  # pyright: ignore
    assert by_id[ids["Moon"]].since is Since.GONE
    assert (by_id[mine].since, by_id[mine].item) == (Since.GONE, None)
    named = {s.contribution.title for place in told.places for s in place.shares}
    assert "The Arrival" in named
    assert "Arrival" not in named

    # Asked for by what it was and by what it is; both are the same place.
    assert why(db, ada.id, list_id, into).places == why(db, ada.id, list_id, ids["Solaris"]).places
    assert items_on_lists(db, ada.id, [list_id])[list_id] >= {into, ids["Solaris"]}
    undo_merge(db, merge.id)
    assert why(db, ada.id, list_id, ids["Solaris"]).places[0].since is Since.THERE


def test_lists_of_others_and_titles_that_were_not_there_are_not_found(
    db: Connection, ada: User, ben: User
) -> None:
    ids = world.add_films(db)
    with pytest.raises(NotFound, match="mediatheque recommend"):
        why(db, ada.id)
    world.tell(db, ada, ids["Arrival"], EventKind.LIKED)
    list_id = shown(db, ada)
    with pytest.raises(NotFound, match="no list"):
        why(db, ben.id, list_id)
    with pytest.raises(NotFound, match="was not on list"):
        why(db, ada.id, list_id, ids["Arrival"])
    assert items_on_lists(db, ben.id, [list_id]) == {}


def test_lists_come_latest_first_page_after_page(db: Connection, ada: User, ben: User) -> None:
    world.add_films(db)
    ids = [shown(db, ada) for _ in range(5)]
    shown(db, ben)
    found = shown_lists(db, ada.id, limit=2)
    assert [one.id for one in found] == [ids[4], ids[3]]
    assert [one.id for one in shown_lists(db, ada.id, before=ids[3], limit=9)] == ids[2::-1]
    assert (found[0].length, len(found[0].places)) == (5, 3)


def test_a_list_of_ten_takes_little_room(db: Connection, ada: User) -> None:
    topics = world.TOPICS
    for n in range(60):
        about = {topics[n % 4]: 1.0, topics[(n + 1) % 4]: 0.1 * (n % 7)}
        world.add(
            db, world.film(f"A film of some length, part {n}", genres=(world.GENRE[topics[n % 4]],)), about
        )
    rows = db.execute(text("SELECT id FROM items ORDER BY id LIMIT 20")).scalars().all()
    world.tell(db, ada, list(rows), EventKind.RATED, 4.5)
    list_id = shown(db, ada, Means(model_id=world.model(db)), n=10)
    told = why(db, ada.id, list_id)
    assert len(told.places) == 10
    assert all(place.shares for place in told.places)
    kept = db.execute(
        text(
            "SELECT pg_column_size(r.*), octet_length(shown::text) FROM recommendations_shown r WHERE id = :id"
        ),
        {"id": list_id},
    ).one()
    assert kept[0] <= 4096


def answers(told: Why) -> dict[str, list[EventKind]]:
    return {p.item.title: [a.kind for a in p.answers] for p in told.places if p.item and p.answers}


def at(db: Connection, list_id: int, days_ago: float) -> int:
    """As if it had been shown then."""
    db.execute(
        text("UPDATE recommendations_shown SET shown_at = :at WHERE id = :id"),
        {"id": list_id, "at": world.NOW - timedelta(days=days_ago)},
    )
    return list_id


def test_an_event_answers_the_last_list_before_it_that_showed_the_title(db: Connection, ada: User) -> None:
    ids = world.add_films(db)
    old, last, after = (at(db, shown(db, ada, n=14), days) for days in (50, 20, 5))
    world.tell(db, ada, ids["Moon"], EventKind.WATCHED, days_ago=10)
    world.tell(db, ada, ids["Moon"], EventKind.LIKED, days_ago=10)
    world.tell(db, ada, ids["Emma"], EventKind.SAVED, days_ago=49)
    world.tell(db, ada, ids["Heat"], EventKind.WATCHED, days_ago=60)  # before any
    world.tell(db, ada, ids["Jaws"], EventKind.SEARCHED, days_ago=10)
    assert answers(why(db, ada.id, last)) == {"Moon": [EventKind.WATCHED, EventKind.LIKED]}
    assert answers(why(db, ada.id, old)) == {"Emma": [EventKind.SAVED]}
    assert answers(why(db, ada.id, after)) == {}


def test_an_event_that_names_its_list_answers_that_one(db: Connection, ada: User) -> None:
    ids = world.add_films(db)
    old, last = (at(db, shown(db, ada, n=14), days) for days in (90, 1.5))
    add_events(db, ada.id, [(ids["Moon"], Event(kind=EventKind.CLICKED), None)], list_ids=[old])
    assert answers(why(db, ada.id, old)) == {"Moon": [EventKind.CLICKED]}
    assert answers(why(db, ada.id, last)) == {}


def test_days_episodes_and_days_of_the_past(db: Connection, ada: User) -> None:
    show = world.add(db, Work(kind=Kind.SHOW, title="Dark"), {"space": 1})
    episode = world.add(db, Work(kind=Kind.EPISODE, title="Secrets", series_title="Dark"), parent_id=show)
    list_id = at(db, shown(db, ada), 3)
    day = (world.NOW - timedelta(days=3)).replace(hour=0, minute=0, second=0, microsecond=0)
    that_day = Event(kind=EventKind.WATCHED, at=day, is_date_only=True)
    assert list_answered(db, ada.id, episode, that_day) == list_id
    assert list_answered(db, ada.id, show, Event(kind=EventKind.SAVED)) == list_id
    assert (
        list_answered(db, ada.id, show, Event(kind=EventKind.SAVED, at=world.NOW + timedelta(days=28)))
        is None
    )
    assert list_answered(db, ada.id, show, Event(kind=EventKind.SAVED, at=day)) is None
    add_events(db, ada.id, [(episode, that_day, None)])
    assert answers(why(db, ada.id, list_id)) == {"Dark": [EventKind.WATCHED]}
    past = recommend(db, ada.id, Request(as_of=world.NOW - timedelta(days=4)))
    add_shown(db, ada.id, {"as_of": "2020-01-01"}, past)
    assert list_answered(db, ada.id, show, Event(kind=EventKind.SAVED)) == list_id


def test_lists_from_before_are_read_after_the_migration(empty_database_url: str) -> None:
    config = alembic_config(empty_database_url)
    command.upgrade(config, "0004")
    old = """[{"item_id": 1, "score": 0.5, "method": "popular", "because": "Popular.", "fallback": null,
        "contributions": [{"method": "popular", "name": "renown", "amount": 0.3, "item_id": null, "title": null},
                          {"method": "content", "name": "like", "amount": 0.2, "item_id": 4, "title": "Emma"}]}]"""
    with closing(Database(empty_database_url)) as database:
        with database.transaction() as db:
            # As it was then: later columns are not there yet.
            user_id = db.execute(text("INSERT INTO users (name) VALUES ('Ada') RETURNING id")).scalar_one()
            db.execute(
                text("INSERT INTO recommendations_shown (user_id, request, shown) VALUES (:u, :r, :s)"),
                {"u": user_id, "r": '{"method": "popular", "via": "cli"}', "s": old},
            )
        migrate(empty_database_url)
        with database.transaction() as db:
            told = why(db, user_id)
        assert (told.method, told.via, told.places[0].score) == ("popular", "cli", 0.5)
        assert [(s.contribution.name, s.contribution.item_id, s.share) for s in told.places[0].shares] == [
            ("renown", None, 0.6),
            ("like", 4, 0.4),
        ]
        command.downgrade(config, "0004")
        with database.transaction() as db:
            row = db.execute(text("SELECT shown FROM recommendations_shown")).scalar_one()
    assert row[0]["contributions"][1] == {"method": "content", "name": "like", "amount": 0.2, "item_id": 4}


def test_nothing_of_a_list_is_left_when_it_goes(db: Connection, ada: User) -> None:
    ids: Sequence[int] = list(world.add_films(db).values())
    list_id = shown(db, ada, n=14)
    (event_id,) = add_events(db, ada.id, [(ids[0], Event(kind=EventKind.CLICKED), None)], list_ids=[list_id])
    db.execute(text("DELETE FROM recommendations_shown WHERE id = :id"), {"id": list_id})
    left = db.execute(text("SELECT list_id, item_id FROM events WHERE id = :id"), {"id": event_id}).one()
    assert tuple(left) == (None, ids[0])


def test_impressions_know_what_came_of_each_place(db: Connection, ada: User, ben: User) -> None:
    ids = world.add_films(db)
    first = at(db, shown(db, ada, n=14), 40)
    second = at(db, shown(db, ada, n=14), 12)
    others = at(db, shown(db, ben, n=14), 12)
    past = recommend(db, ada.id, Request(as_of=world.NOW - timedelta(days=4)))
    add_shown(db, ada.id, {"as_of": "2020-01-01"}, past)
    for title, kind, value in (
        ("Moon", EventKind.WATCHED, 0.9),
        ("Heat", EventKind.WATCHED, 0.2),
        ("Emma", EventKind.RATED, 4.5),
        ("Jaws", EventKind.RATED, 1.0),
        ("Drive", EventKind.SAVED, None),
        ("Drive", EventKind.CLICKED, None),
    ):
        world.tell(db, ada, ids[title], kind, value, days_ago=10)
    seen = impressions(db)
    assert len(seen) == 3 * 14
    came = {
        (list_id, title): [name for name, is_so in zip(OUTCOMES, row, strict=True) if is_so]
        for list_id, row, title in zip(
            seen.lists, seen.outcomes, shown_titles(db, ada, seen.lists), strict=True
        )
        if row.any()
    }
    assert came == {
        (second, "Moon"): ["watched"],
        (second, "Heat"): ["started"],
        (second, "Emma"): ["liked"],
        (second, "Jaws"): ["declined"],
        (second, "Drive"): ["clicked", "saved"],
    }
    assert seen.taken.sum() == 4
    assert set(seen.lists) == {first, second, others}
    assert set(impressions(db, since=world.NOW - timedelta(days=20)).lists) == {second, others}
    assert len(impressions(db, since=world.NOW + timedelta(days=1))) == 0


def shown_titles(db: Connection, user: User, list_ids: Sequence[int]) -> list[str]:
    """The title of each place, as the lists are in `impressions`."""
    rows = db.execute(
        text("""
            SELECT i.title FROM recommendations_shown s, jsonb_array_elements(s.shown) WITH ORDINALITY AS p(place, n),
                items i WHERE s.id = ANY(:ids) AND i.id = CAST(p.place ->> 'item' AS bigint) ORDER BY s.id, p.n
        """),
        {"ids": sorted({int(i) for i in list_ids})},
    )
    return list(rows.scalars())

"""Where people stand with items, from the events they told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mediatheque.kit.database import Connection, Database
from mediatheque.kit.errors import Invalid
from mediatheque.library.queries import history
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.library.queries.users import User
from mediatheque.vocabulary import Event, EventKind, Kind, Work


def a_film(db: Connection, title: str = "Arrival") -> int:
    work = Work(kind=Kind.FILM, title=title, year=2016, genres=("Drama",))
    return add_items(db, [NewItem(work=work, title_keys=(title.lower(),))])[0]


def on(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def tell(
    db: Connection, user: User, item: int, kind: EventKind, at: datetime, value: float | None = None
) -> None:
    history.add_events(db, user.id, [(item, Event(kind=kind, at=at, value=value), None)])


def test_the_latest_word_counts_however_late_it_is_heard(database: Database, ada: User) -> None:
    with database.transaction() as db:
        film = a_film(db)
        tell(db, ada, film, EventKind.RATED, on(5), 4.5)
        tell(db, ada, film, EventKind.RATED, on(2), 1.0)
        tell(db, ada, film, EventKind.SAVED, on(6))
        tell(db, ada, film, EventKind.HIDDEN, on(6))
        tell(db, ada, film, EventKind.UNHIDDEN, on(7))
        standing = history.standings(db, ada.id, [film])[film]
    assert (standing.rating, standing.is_saved, standing.is_hidden) == (4.5, True, False)


def test_a_rating_taken_back_is_gone_but_its_history_is_not(database: Database, ada: User) -> None:
    with database.transaction() as db:
        film = a_film(db)
        tell(db, ada, film, EventKind.RATED, on(5), 4.5)
        tell(db, ada, film, EventKind.RATED, on(6))
        assert history.standings(db, ada.id, [film])[film].rating is None
        assert [e.event.value for e in history.history(db, ada.id)] == [None, 4.5]


def test_views_on_one_day_count_once(database: Database, ada: User) -> None:
    with database.transaction() as db:
        film = a_film(db)
        for at in (on(1, 0), on(1, 20), on(4)):
            tell(db, ada, film, EventKind.WATCHED, at)
        assert history.standings(db, ada.id, [film])[film].seen_count == 2


def test_a_show_counts_its_seen_episodes(database: Database, ada: User) -> None:
    with database.transaction() as db:
        show = add_items(db, [NewItem(work=Work(kind=Kind.SHOW, title="Dark"), title_keys=("dark",))])[0]
        episodes = add_items(
            db,
            [
                NewItem(
                    work=Work(kind=Kind.EPISODE, title=f"E{n}", series_title="Dark", season=1, episode=n),
                    title_keys=(),
                    parent_id=show,
                )
                for n in (1, 2)
            ],
        )
        for n, episode in enumerate(episodes, 1):
            tell(db, ada, episode, EventKind.WATCHED, on(n))
        standing = history.standings(db, ada.id, [show])[show]
    assert (standing.episodes_seen, standing.seen_count, standing.last_at) == (2, 0, on(2))


def test_history_pages_without_a_gap_also_past_events_without_a_time(database: Database, ada: User) -> None:
    with database.transaction() as db:
        film = a_film(db)
        for day in (3, 1, 2, 2):
            tell(db, ada, film, EventKind.WATCHED, on(day))
        whole = history.history(db, ada.id)
        paged, before = [], None
        while page := history.history(db, ada.id, before=before, limit=1):
            paged += page
            before = (page[-1].event.at, page[-1].id)
    assert paged == whole
    assert [e.event.at.day for e in whole if e.event.at] == [3, 2, 2, 1]


@pytest.mark.parametrize("value", [0.0, 0.25, 3.3, 5.5])
def test_a_rating_is_in_halves(database: Database, ada: User, value: float) -> None:
    with database.transaction() as db, pytest.raises(Invalid, match="steps of a half"):
        history.add_events(db, ada.id, [(a_film(db), Event(kind=EventKind.RATED, value=value), None)])


def test_rebuilding_everything_changes_nothing(database: Database, ada: User) -> None:
    with database.transaction() as db:
        films = [a_film(db, title) for title in ("Arrival", "Dune")]
        tell(db, ada, films[0], EventKind.RATED, on(5), 4.5)
        tell(db, ada, films[1], EventKind.WATCHED, on(6))
        before = history.all_standings(db, ada.id)
        history.refresh_standings(db, ada.id)
        assert history.all_standings(db, ada.id) == before
        assert len(before) == 2

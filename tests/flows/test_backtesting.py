"""Looking back: what a person would have been shown, with nothing known but what was known then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

import community
from community import NOW, TASTES, Community

pytest.importorskip("scipy", reason="training needs the extra 'train'")
pytest.importorskip("irspack", reason="training needs the extra 'train'")

from mediatheque.flows.backtesting import backtest
from mediatheque.kit.database import Database
from mediatheque.library.queries.history import add_events
from mediatheque.library.queries.users import User
from mediatheque.vocabulary import Event, EventKind

#: When somebody of one taste comes late, and follows it for three months.
CAME = datetime(2026, 2, 10, tzinfo=UTC)


@pytest.fixture
def settled(database: Database) -> Community:
    return community.settle(database)


def follow(database: Database, settled: Community, user: User, taste: str) -> list[int]:
    """Twelve films of a taste, one a week; the most liked of them last, so that popularity finds them too."""
    films = settled.films[taste][11::-1]
    with database.transaction() as db:
        for week, film in enumerate(films):
            liked = Event(kind=EventKind.LIKED, at=CAME + timedelta(weeks=week))
            add_events(db, user.id, [(film, liked, None)])
    return films


def test_who_follows_a_taste_would_have_been_shown_it(
    settled: Community, database: Database, ada: User
) -> None:
    follow(database, settled, ada, "sea")
    found = backtest(database, ada.id, now=NOW)
    assert found.why_not is None
    assert [f"{one.began_at:%Y-%m}" for one in found.periods] == ["2026-02", "2026-03", "2026-04"]
    assert sum(one.choices for one in found.periods) == 12
    # Before February nothing was known of Ada, so she would have been shown what all would have been.
    first, *later = found.periods
    assert first.choices == 3
    assert sum(one.found_10 for one in later) > sum(one.popular_10 for one in later)
    for one in found.periods:
        assert one.people >= 55
        assert one.choices >= one.found_50 >= one.found_10 >= 0
        assert one.choices >= one.popular_50 >= one.popular_10 >= 0
    total = sum(one.found_50 for one in found.periods)
    assert found.says.startswith(f"Of 12 titles chosen in 2026, {total} were among the 50 that it would")


def test_what_came_later_has_no_say(settled: Community, database: Database, ada: User) -> None:
    follow(database, settled, ada, "sea")
    march = datetime(2026, 3, 1, tzinfo=UTC)
    before = backtest(database, ada.id, now=NOW)
    with database.transaction() as db:
        others = "user_id <> :ada AND at >= :end"
        told = {"ada": ada.id, "end": datetime(2026, 4, 1, tzinfo=UTC)}
        assert db.execute(
            text(f"UPDATE events SET kind = 'disliked', value = NULL WHERE {others}"), told
        ).rowcount
        for film in settled.films["space"]:
            add_events(db, settled.people[0].id, [(film, Event(kind=EventKind.LIKED, at=NOW), None)])
    after = backtest(database, ada.id, now=NOW)
    assert after.periods == before.periods
    with database.transaction() as db:
        told = {"ada": ada.id, "end": march}
        db.execute(text("DELETE FROM events WHERE user_id <> :ada AND at < :end"), told)
    assert backtest(database, ada.id, now=NOW).periods != before.periods


def test_titles_of_a_later_year_are_not_suggested(settled: Community, database: Database, ada: User) -> None:
    follow(database, settled, ada, "sea")
    with database.transaction() as db:
        db.execute(text("UPDATE items SET year = 2027 WHERE id = ANY(:sea)"), {"sea": settled.films["sea"]})
    found = backtest(database, ada.id, now=NOW)
    assert {(one.found_50, one.popular_50) for one in found.periods} == {(0, 0)}
    assert "0 were among the 50" in found.says


def test_periods_are_of_the_calendar_and_bounded(settled: Community, database: Database, ada: User) -> None:
    follow(database, settled, ada, "crime")
    quarters = backtest(database, ada.id, step="quarter", now=NOW)
    assert [f"{one.began_at:%m-%d}" for one in quarters.periods] == ["01-01", "04-01"]
    weeks = backtest(database, ada.id, step="week", most=2, now=NOW)
    assert len(weeks.periods) == 2
    assert {one.began_at.weekday() for one in weeks.periods} == {0}
    from_april = backtest(database, ada.id, since=datetime(2026, 4, 1, tzinfo=UTC), now=NOW)
    assert [one.began_at.month for one in from_april.periods] == [4]


def test_a_household_of_one_looks_back_by_content(database: Database, ada: User) -> None:
    alone = community.settle(database, people=1)
    with database.transaction() as db:
        db.execute(text("DELETE FROM events"))
    follow(database, alone, ada, TASTES[0])
    found = backtest(database, ada.id, now=NOW)
    # Before the first month nobody had liked anything; from then on genres say what is of her taste.
    assert (found.skipped, len(found.periods)) == (1, 2)
    assert sum(one.found_50 for one in found.periods) >= 8
    assert sum(one.popular_50 for one in found.periods) == 0


def test_who_told_nothing_is_told_so(settled: Community, database: Database, ada: User) -> None:
    assert "nothing with a date that was liked is in the history" in backtest(database, ada.id).says
    later = backtest(database, settled.people[0].id, since=datetime(2030, 1, 1, tzinfo=UTC))
    assert "nothing since 2030-01-01" in str(later.why_not)

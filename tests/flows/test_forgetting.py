"""Old lists of recommendations go when the settings say, and nothing else does."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import text

import small_world as world
from mediatheque.flows import worker
from mediatheque.flows.forgetting import forget_old_lists
from mediatheque.kit.database import Connection, Database
from mediatheque.kit.settings import Settings, read_settings
from mediatheque.library.queries.history import add_events
from mediatheque.library.queries.users import User
from mediatheque.recommend.queries.shown import add_shown, count_shown
from mediatheque.recommend.request import Recommended
from mediatheque.vocabulary import Event, EventKind, Item, Recommendation
from mediatheque.wiring import Mediatheque


def lists(db: Connection, user: User, item_id: int, ages_days: list[float]) -> list[int]:
    """Lists that showed the item so many days ago, the oldest first."""
    offered = Recommendation(
        item=Item(id=item_id, work=world.film("Moon")), score=1.0, method="popular", because="Popular."
    )
    ids = [add_shown(db, user.id, {}, Recommended(recommendations=(offered,))) for _ in ages_days]
    for list_id, days in zip(ids, ages_days, strict=True):
        db.execute(
            text("UPDATE recommendations_shown SET shown_at = :at WHERE id = :id"),
            {"id": list_id, "at": datetime.now(UTC) - timedelta(days=days)},
        )
    return ids


def kept(database: Database) -> list[int]:
    with database.transaction() as db:
        return list(db.execute(text("SELECT id FROM recommendations_shown ORDER BY id")).scalars())


def test_lists_go_in_batches_when_they_are_old_and_their_events_stay(database: Database, ada: User) -> None:
    with database.transaction() as db:
        item_id = world.add(db, world.film("Moon"))
        ids = lists(db, ada, item_id, [900, 500, 400, 366, 364, 1])
        add_events(db, ada.id, [(item_id, Event(kind=EventKind.CLICKED), None)], list_ids=[ids[0]])
    assert forget_old_lists(database, 0) == 0
    seen: list[int] = []
    assert forget_old_lists(database, 365, at_once=3, on_progress=seen.append) == 4
    assert seen == [3, 4]
    assert kept(database) == ids[4:]
    assert forget_old_lists(database, 365) == 0
    with database.transaction() as db:
        event = db.execute(text("SELECT kind, item_id, list_id FROM events")).one()
        assert tuple(event) == ("clicked", item_id, None)
        assert count_shown(db)[0] == 2


def test_the_worker_forgets_every_night_what_the_settings_say(
    database: Database, ada: User, tmp_path: Path
) -> None:
    with database.transaction() as db:
        ids = lists(db, ada, world.add(db, world.film("Moon")), [50, 20])
    settings = read_settings(
        data_dir=tmp_path, database_url=database.url, embedder="none", keep_lists_days=30
    )
    opened = Mediatheque(settings, database)
    queue = worker.queue_of(opened)
    nightly = {p.task.name: p for p in queue.periodic_registry.periodic_tasks.values()}
    assert nightly["mediatheque:forget_lists"].cron == worker.NIGHTLY["forget_lists"]

    async def work() -> None:
        stop = asyncio.Event()
        async with worker.queue_of(opened).open_async() as at_night:
            await at_night.configure_task("mediatheque:forget_lists").defer_async(timestamp=0)
        working = asyncio.create_task(worker.run_worker(opened, stop=stop))
        for _ in range(200):
            await asyncio.sleep(0.1)
            if len(kept(database)) == 1:
                break
        stop.set()
        await working

    asyncio.run(work())
    assert kept(database) == ids[1:]


def test_a_time_to_keep_is_a_number_of_days() -> None:
    assert Settings().keep_lists_days == 365
    with pytest.raises(ValidationError):
        Settings(keep_lists_days=-1)  # pyright: ignore[reportCallIssue]

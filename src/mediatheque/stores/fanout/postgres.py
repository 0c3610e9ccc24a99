"""Nudges through the database that the changes are in: LISTEN and NOTIFY, on one connection a process."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import psycopg

from mediatheque.kit.database import libpq_url
from mediatheque.kit.errors import Unavailable
from mediatheque.stores.fanout import CHANNEL


def open_at(url: str) -> PostgresFanout:
    """Nudges through the database at this address."""
    return PostgresFanout(libpq_url(url))


class PostgresFanout:
    """Needs nobody to carry nudges over: a trigger sends them with the commit."""

    needs_relay = False

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo

    @asynccontextmanager
    async def listening(self) -> AsyncGenerator[AsyncIterator[str]]:
        try:
            # A connection that a network dropped without a word is noticed after about a minute.
            connection = await psycopg.AsyncConnection.connect(
                self._conninfo,
                autocommit=True,
                keepalives_idle=30,
                keepalives_interval=10,
                keepalives_count=3,
            )
        except psycopg.Error as error:
            raise _unavailable(error) from error
        try:
            await connection.execute(f"LISTEN {CHANNEL}")  # pyright: ignore[reportArgumentType]  a name of ours
            # Listening holds the connection's lock, which closing it would wait for.
            async with aclosing(_nudges(connection)) as nudges:
                yield nudges
        finally:
            await connection.close()

    async def tell(self, nudge: str) -> None:
        try:
            async with await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True) as connection:
                await connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, nudge))
        except psycopg.Error as error:
            raise _unavailable(error) from error

    async def aclose(self) -> None:
        """Nothing stays open."""


async def _nudges(connection: psycopg.AsyncConnection[Any]) -> AsyncGenerator[str]:
    yield ""
    try:
        async with aclosing(connection.notifies()) as notifications:
            async for notification in notifications:
                yield notification.payload
    except psycopg.Error as error:
        raise _unavailable(error) from error


def _unavailable(error: psycopg.Error) -> Unavailable:
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return Unavailable(f"The database does not answer ({reason}). Is it running?")

"""Nudges through Redis or Valkey: many API processes listen there, and one carries them over from the database."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from mediatheque.kit.errors import Unavailable
from mediatheque.stores.fanout import CHANNEL

#: Every so often the server is asked whether it is there: a network may drop a connection without a word.
_ASKED_EVERY_S = 15.0


def open_at(url: str) -> RedisFanout:
    """Nudges through the server at redis://…, rediss://… or valkey://…."""
    return RedisFanout(url.replace("valkey://", "redis://", 1))


class RedisFanout:
    """Publish and subscribe: nothing is kept there."""

    needs_relay = True

    def __init__(self, url: str) -> None:
        self._url = url
        self._telling: Redis | None = None

    @asynccontextmanager
    async def listening(self) -> AsyncGenerator[AsyncIterator[str]]:
        async with self._open() as redis, redis.pubsub() as heard:
            try:
                await heard.subscribe(CHANNEL)
            except (RedisError, OSError) as error:
                raise _unavailable(error) from error
            async with aclosing(_nudges(heard)) as nudges:
                yield nudges

    async def tell(self, nudge: str) -> None:
        if self._telling is None:
            self._telling = self._open()
        try:
            await self._telling.publish(CHANNEL, nudge)
        except (RedisError, OSError) as error:
            raise _unavailable(error) from error

    async def aclose(self) -> None:
        """Give the connection of `tell` back."""
        if self._telling is not None:
            await self._telling.aclose()
            self._telling = None

    def _open(self) -> Redis:
        return Redis.from_url(self._url, decode_responses=True, health_check_interval=_ASKED_EVERY_S)


async def _nudges(heard: PubSub) -> AsyncGenerator[str]:
    yield ""
    try:
        while True:
            message = await heard.get_message(ignore_subscribe_messages=True, timeout=_ASKED_EVERY_S)
            if message is not None:
                yield str(message["data"])
    except (RedisError, OSError) as error:
        raise _unavailable(error) from error


def _unavailable(error: Exception) -> Unavailable:
    return Unavailable(f"MEDIATHEQUE_FANOUT_URL does not answer ({error}). Is Redis running?")

"""Jobs told to many who look on: one reader a process, woken by nudges, each listener with what is theirs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from mediatheque.jobs.queries import Changes, Job, changed_since, cursor_now
from mediatheque.kit.errors import Unavailable
from mediatheque.stores.fanout import Fanout, open_fanout

if TYPE_CHECKING:
    from mediatheque.wiring import Mediatheque

_log = logging.getLogger(__name__)

#: The database is read at most so often, however many jobs say how far they are; and looked at so often without a nudge.
_READ_EVERY_S, _LOOKED_EVERY_S = 0.1, 5.0
#: Of so many jobs is remembered what a listener was told last.
_REMEMBERED = 10_000
#: After a lost connection.
_AGAIN_AFTER_S = 1.0
#: Any number: whoever has this advisory lock carries nudges from the database to where processes listen.
_RELAY_LOCK = 7_306_016


class Listener:
    """What one client has yet to hear: of each job the latest only, so that a slow one costs no more."""

    def __init__(self, user_id: int | None, job_id: int | None, owner: int | None) -> None:
        self.user_id, self.job_id, self.owner = user_id, job_id, owner
        self._unheard: dict[int, Job] = {}
        self._told: dict[int, int] = {}
        self._cursor = 0
        self._something = asyncio.Event()
        self._is_over = False

    def give(self, changes: Changes) -> None:
        """What changed, of everybody's; keeps what this one may hear and has not."""
        for job in changes.jobs:
            if self._may_hear(job) and self._told.get(job.id) != job.revision:
                self._told[job.id] = job.revision
                self._unheard[job.id] = job
        while len(self._told) > _REMEMBERED:
            # The longest told are hardly told again; if so, twice does no harm.
            del self._told[next(iter(self._told))]
        self._cursor = changes.cursor
        if self._unheard:
            self._something.set()

    def end(self) -> None:
        """Nothing more will come."""
        self._is_over = True
        self._something.set()

    async def next(self) -> Changes | None:
        """What has not been heard, once there is something; None when nothing more will come."""
        await self._something.wait()
        if self._is_over:
            return None
        return self.now()

    def now(self) -> Changes:
        """What has not been heard, which may be nothing."""
        self._something.clear()
        unheard, self._unheard = self._unheard, {}
        return Changes(sorted(unheard.values(), key=lambda job: job.revision), self._cursor)

    def _may_hear(self, job: Job) -> bool:
        is_theirs = self.user_id is None or job.user_id == self.user_id
        return is_theirs and (self.job_id is None or job.id == self.job_id)


class Following:
    """All who look on in one process. It listens only while somebody does."""

    def __init__(self, app: Mediatheque) -> None:
        self._app = app
        self._listeners: set[Listener] = set()
        self._reader: asyncio.Task[None] | None = None
        self._woken, self._is_reading = asyncio.Event(), asyncio.Event()
        self._is_closed = False

    @contextlib.asynccontextmanager
    async def listening(
        self,
        user_id: int | None,
        *,
        owner: int | None = None,
        job_id: int | None = None,
        cursor: int | None = None,
    ) -> AsyncGenerator[Listener]:
        """A listener to one user's jobs, or everybody's; first it hears what goes on, or changed since the cursor.

        `owner`: who listens, to be counted.
        """
        listener = Listener(user_id, job_id, owner)
        if self._is_closed:
            listener.end()
        # First in line, then what was before: between the two nothing is missed, and twice is not told.
        self._listeners.add(listener)
        try:
            if self._reader is None or self._reader.done():
                self._is_reading = asyncio.Event()
                self._reader = asyncio.create_task(self._read(self._is_reading))
            await asyncio.wait(
                {self._reader, reading := asyncio.create_task(self._is_reading.wait())},
                return_when=asyncio.FIRST_COMPLETED,
            )
            reading.cancel()
            listener.give(await self._app.database.run(changed_since, user_id, cursor, job_id=job_id))
            yield listener
        finally:
            self._listeners.discard(listener)
            if not self._listeners and self._reader is not None:
                self._reader.cancel()
                self._reader = None

    def count(self, owner: int) -> int:
        """How many listeners somebody has."""
        return sum(listener.owner == owner for listener in self._listeners)

    def close(self) -> None:
        """Let everybody go: the process ends."""
        self._is_closed = True
        for listener in tuple(self._listeners):
            listener.end()

    async def _read(self, is_reading: asyncio.Event) -> None:
        fanout = open_fanout(
            url.get_secret_value() if (url := self._app.settings.fanout_url) else None,
            self._app.database.url,
        )
        cursor = await self._app.database.run(cursor_now)
        is_reading.set()
        hearing = asyncio.create_task(self._hear(fanout))
        try:
            while True:
                try:
                    changes = await self._app.database.run(changed_since, None, cursor)
                    cursor = changes.cursor
                    for listener in tuple(self._listeners):
                        listener.give(changes)
                except Unavailable as error:
                    _log.warning("Cannot see how jobs go (%s); trying again.", error)
                await asyncio.sleep(_READ_EVERY_S)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), _LOOKED_EVERY_S)
                self._woken.clear()
        finally:
            hearing.cancel()

    async def _hear(self, fanout: Fanout) -> None:
        while True:
            try:
                async with fanout.listening() as nudges:
                    async for _ in nudges:
                        self._woken.set()
            except Unavailable as error:
                _log.warning("Cannot hear how jobs go (%s); looking every %.0f s.", error, _LOOKED_EVERY_S)
            await asyncio.sleep(_AGAIN_AFTER_S)


async def relay(app: Mediatheque) -> None:
    """Carry nudges from the database to where MEDIATHEQUE_FANOUT_URL wants them, for ever; one process at a time does.

    Which one is settled by an advisory lock: when it dies, another takes over.
    """
    url = app.settings.fanout_url
    there = open_fanout(url.get_secret_value() if url else None, app.database.url)
    if not there.needs_relay:
        return
    here = open_fanout(None, app.database.url)
    try:
        while True:
            try:
                async with app.database.alone(_RELAY_LOCK) as is_mine:
                    if is_mine:
                        await _carry(here, there)
            except Unavailable as error:
                _log.warning("Cannot carry over how jobs go (%s); trying again.", error)
            await asyncio.sleep(_AGAIN_AFTER_S)
    finally:
        await there.aclose()


async def _carry(here: Fanout, there: Fanout) -> None:
    async with here.listening() as nudges:
        async for nudge in nudges:
            await there.tell(nudge)

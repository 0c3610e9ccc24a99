"""Lists that were shown a moment ago, written out, to be shown again while all that they were made from stands.

What a person did, which models serve and what an administrator allows count at once: they are the stamp that an
answer is kept under. Changes of the catalogue are noticed within a minute; what everybody else does may be ten
minutes old. Every time a list is shown it is kept by the flight recorder, under a number of its own.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from anyio import to_thread
from starlette.responses import Response

from mediatheque.api.recommending import Recommendations
from mediatheque.kit.remembered import Remembered
from mediatheque.library.queries.users import User
from mediatheque.wiring import Mediatheque

if TYPE_CHECKING:
    from mediatheque.recommend.champion import OnDuty

#: Bytes for the answers to everybody; a list of ten with its reasons takes 6,000.
MOST_BYTES, FOR_S = 16 << 20, 600.0
#: The catalogue is looked at so often.
LOOK_EVERY_S = 60.0
#: So many lists are worked out at once: more would share the same processors, and each holds some megabytes.
LISTS_AT_ONCE = 2
_START = b'{"id":'


@dataclass(frozen=True, slots=True)
class Answer:
    """A list: what follows its number, compressed, and what the recorder keeps of it."""

    rest: bytes
    written: Mapping[str, Any]

    @classmethod
    def of(cls, seen: Recommendations, written: Mapping[str, Any]) -> Answer:
        """The answer that this list is."""
        body = seen.model_dump_json().encode()
        return cls(zlib.compress(body[body.index(b",") :], 1), written)

    @property
    def size(self) -> int:
        """Bytes, about."""
        return (
            len(self.rest) + 500 + sum(len(told) for told in self.written.values() if isinstance(told, str))
        )

    def numbered(self, list_id: int) -> Response:
        """The answer under the number that it is kept under this time."""
        return Response(
            b"%b%d%b" % (_START, list_id, zlib.decompress(self.rest)), media_type="application/json"
        )


class Answers(Remembered[Answer]):
    """Room for the answers of one process."""

    def __init__(self) -> None:
        super().__init__(MOST_BYTES, for_s=FOR_S)
        self._catalogue: Hashable = None
        self._look_at = 0.0

    async def stamp(self, app: Mediatheque, asker: User) -> Hashable:
        """What a list for this person is made from, as it is now."""
        # Read aside: the event loop is not to be kept from its work while a new model is loaded.
        on_duty = app.champions.known() or await to_thread.run_sync(app.champions.current)
        stars = app.stars.known() or await to_thread.run_sync(app.stars.current)
        return (
            asker.history_version,
            asker.max_age,
            asker.may_see_unrated,
            asker.services,
            *_who(on_duty),
            *_who(stars),
            await self._seen(app),
        )

    async def _seen(self, app: Mediatheque) -> Hashable:
        """How often the catalogue was written to, as of a minute ago at most."""
        # Not before somebody asks: it loads a numerical library.
        from mediatheque.recommend.queries.mirrored import changes

        if time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + LOOK_EVERY_S
            self._catalogue = await app.database.run_alone(changes)
        return self._catalogue


def _who(on_duty: OnDuty) -> tuple[Hashable, ...]:
    version = on_duty.artifact.version if on_duty.artifact else None
    return version, on_duty.refused, on_duty.instead

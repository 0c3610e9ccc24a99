"""How processes hear that something changed: one file a way; the scheme of MEDIATHEQUE_FANOUT_URL chooses.

What changed is in the database. A message is no more than a nudge to look there, so that one that is lost or comes
twice does no harm.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol, cast
from urllib.parse import urlsplit

from mediatheque.kit import shelf
from mediatheque.kit.errors import Invalid

#: The channel of the database that every change of a job is told on, as "7 3": job 7, of user 3.
CHANNEL = "mediatheque_jobs"


class Fanout(Protocol):
    """One way for nudges to travel."""

    #: Whether somebody must carry them over from the database (see `relay`).
    needs_relay: bool

    def listening(self) -> AbstractAsyncContextManager[AsyncIterator[str]]:
        """Nudges from now on, until the block ends; "" after a break, in which some may have been missed.

        The iteration raises Unavailable when the connection is lost; listen anew then.
        """
        ...

    async def tell(self, nudge: str) -> None:
        """Send a nudge to everybody who listens. Raises Unavailable."""
        ...

    async def aclose(self) -> None:
        """Give back what `tell` opened."""
        ...


def open_fanout(setting: str | None, database_url: str) -> Fanout:
    """The way that the setting wants; empty: the database itself. Raises Invalid naming what there is."""
    url = setting or database_url
    scheme = urlsplit(url).scheme.split("+")[0] if setting else "postgres"
    name = {"postgresql": "postgres", "rediss": "redis", "valkey": "redis", "unix": "redis"}.get(
        scheme, scheme
    )
    this = sys.modules[__name__]
    if name not in shelf.names_on(this):
        raise Invalid(
            "MEDIATHEQUE_FANOUT_URL looks like redis://host:6379/0; leave it empty to use the database"
        )
    return cast("Fanout", shelf.take(this, name).open_at(url))

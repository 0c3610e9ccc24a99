"""Old lists of recommendations are forgotten after a while, as the settings say: their reasons are a person's history too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from mediatheque.kit.database import Database
from mediatheque.recommend.queries.shown import forget_shown

#: Lists deleted in one transaction.
AT_ONCE = 1000


def forget_old_lists(
    database: Database,
    keep_days: int,
    *,
    at_once: int = AT_ONCE,
    on_progress: Callable[[int], None] = lambda done: None,
) -> int:
    """Delete what was shown longer ago than that, the oldest first; how many lists went. 0 days keep all for ever.

    Events that named such a list stay, and name none any more.
    """
    if keep_days == 0:
        return 0
    before, gone = datetime.now(UTC) - timedelta(days=keep_days), 0
    while True:
        with database.transaction() as db:
            went = forget_shown(db, before, most=at_once)
        if not went:
            return gone
        gone += went
        on_progress(gone)

"""Looking back at somebody's history period by period, with nothing known but what was known then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np

from mediatheque.flows.training import check_libraries
from mediatheque.kit.database import Database
from mediatheque.recommend.opinions import Opinions
from mediatheque.training.backtest import Backtest, Period, look_back, periods_of
from mediatheque.training.contest import usual
from mediatheque.training.dataset import read
from mediatheque.training.queries import Part
from mediatheque.training.titles import read_titles


def backtest(
    database: Database,
    user_id: int,
    *,
    since: datetime | None = None,
    step: str = "month",
    most: int = 12,
    opinions: Opinions | None = None,
    now: datetime | None = None,
    threads: int = 1,
    embedder: str | None = None,
    on_step: Callable[[str], None] = lambda step: None,
) -> Backtest:
    """How much of what the person chose would have been suggested. Raises Unavailable where the training libraries
    are not installed."""
    check_libraries()
    opinions, now = opinions or Opinions(), now or datetime.now(UTC)
    on_step("Reading what people did")
    with database.transaction() as db:
        # One snapshot: what is told meanwhile must not be known in one period and new in the next.
        db.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        everything = read(db, Part(), opinions, now)
        own = everything.likes.of_users(np.flatnonzero(everything.user_ids == user_id))
        spans = periods_of(own.times, step, since, most)
        del everything
        found: list[Period] = []
        for begin, end in spans:
            on_step(f"Looking back at {begin.day} {begin:%B %Y}")
            known = usual(read(db, Part(until=begin), opinions, now))
            if not len(known.item_ids):
                continue
            # Columns go by what was known then: a title must not be there because it would be liked later.
            known = read_titles(db, known.item_ids, embedder).columns_of(known)
            later = read(db, Part(since=begin, until=end), opinions, now)
            found.append(look_back(known, later, user_id, (begin, end), threads=threads))
    if not spans:
        told = f"since {since:%Y-%m-%d}" if since else "with a date"
        return Backtest(why_not=f"nothing {told} that was liked is in the history", step=step)
    if not found:
        return Backtest(why_not=f"before each {step} nobody had liked anything yet", step=step)
    return Backtest(step=step, periods=found, skipped=len(spans) - len(found))

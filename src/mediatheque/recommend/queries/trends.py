"""How many people turned to each title lately, and how many in the time before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import text

from mediatheque.kit.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendFigures:
    """Catalogue titles that anybody turned to, by rising id; everybody counts once in each of the two times."""

    item_ids: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.str_]
    lately: npt.NDArray[np.float64]
    before: npt.NDArray[np.float64]


def trend_figures(db: Connection, *, lately_days: float, before_days: float) -> TrendFigures:
    """As of now: one pass over standings. Who came back to a title counts in both times."""
    rows = db.execute(
        text("""
            WITH times AS (
                SELECT now() - make_interval(secs => :lately * 86400) AS since,
                    now() - make_interval(secs => (:lately + :before) * 86400) AS start
            )
            SELECT i.id, i.kind, t.lately::float8, t.before::float8
            FROM (
                SELECT ui.item_id,
                    count(*) FILTER (WHERE ui.last_at >= since AND ui.last_at <= now()) AS lately,
                    count(*) FILTER (WHERE ui.first_at >= start AND ui.first_at < since) AS before
                FROM user_items ui CROSS JOIN times
                WHERE ui.last_at >= start AND NOT ui.is_hidden AND ui.liking >= 0
                    AND (ui.seen_count > 0 OR ui.episodes_seen > 0 OR ui.is_saved OR ui.liking > 0)
                GROUP BY ui.item_id
            ) t JOIN items i ON i.id = t.item_id
            WHERE i.owner_id IS NULL AND i.merged_into IS NULL AND t.lately + t.before > 0 ORDER BY i.id
        """),
        {"lately": lately_days, "before": before_days},
    ).all()
    return _figures(rows)


def trend_figures_before(
    db: Connection, day: datetime, *, lately_days: float, before_days: float
) -> TrendFigures:
    """As of that day, from the events themselves; an episode counts for its show."""
    rows = db.execute(
        text("""
            WITH times AS (
                SELECT CAST(:day AS timestamptz) - make_interval(secs => :lately * 86400) AS since,
                    CAST(:day AS timestamptz) - make_interval(secs => (:lately + :before) * 86400) AS start
            ), did AS (
                SELECT e.user_id, coalesce(i.parent_id, i.id) AS item_id, min(e.at) AS first_at, max(e.at) AS last_at
                FROM events e JOIN items i ON i.id = e.item_id
                WHERE e.at < :day AND e.kind IN ('watched', 'read', 'listened', 'saved', 'liked') GROUP BY 1, 2
            ), counted AS (
                SELECT item_id, count(*) FILTER (WHERE last_at >= since) AS lately,
                    count(*) FILTER (WHERE first_at >= start AND first_at < since) AS before
                FROM did CROSS JOIN times GROUP BY item_id
            )
            SELECT i.id, i.kind, c.lately::float8, c.before::float8
            FROM counted c JOIN items i ON i.id = c.item_id
            WHERE i.owner_id IS NULL AND i.merged_into IS NULL AND c.lately + c.before > 0 ORDER BY i.id
        """),
        {"day": day, "lately": lately_days, "before": before_days},
    ).all()
    return _figures(rows)


def _figures(rows: Sequence[Any]) -> TrendFigures:
    columns = list(zip(*rows, strict=True)) if rows else [()] * 4
    return TrendFigures(
        item_ids=np.array(columns[0], dtype=np.int64),
        kinds=np.array(columns[1], dtype=np.str_),
        lately=np.array(columns[2], dtype=np.float64),
        before=np.array(columns[3], dtype=np.float64),
    )

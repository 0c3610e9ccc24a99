"""What everybody together thinks of titles, in figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import text

from mediatheque.kit.database import Connection

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class CrowdFigures:
    """What all people and catalogues say of the catalogue's titles, by rising id."""

    item_ids: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.str_]
    activity: Floats  # people who had to do with it lately, fading
    popularity: Floats  # its rank among its kind in the catalogues, 0 to 1
    rating_count: Floats
    rating_total: Floats
    renown: Floats  # titles and catalogue entries it is known by, beyond the first


def crowd_figures(db: Connection, *, half_life_days: float) -> CrowdFigures:
    """Figures of every catalogue title that has any: one pass over standings, ratings and items."""
    rows = db.execute(
        text("""
            WITH activity AS (
                SELECT ui.item_id, sum(power(0.5, greatest(extract(epoch FROM now() - ui.last_at), 0)
                    / (86400.0 * :half_life))) AS amount
                FROM user_items ui WHERE ui.last_at IS NOT NULL AND NOT ui.is_hidden AND ui.liking >= 0
                    AND (ui.seen_count > 0 OR ui.episodes_seen > 0 OR ui.is_saved OR ui.liking > 0)
                GROUP BY ui.item_id
            ), rated AS (
                SELECT item_id, count(*) AS n, sum(value) AS total FROM ratings GROUP BY item_id
            ), titled AS (
                SELECT item_id, count(*) - 1 AS n FROM item_titles GROUP BY item_id HAVING count(*) > 1
            ), identified AS (
                SELECT item_id, count(*) - 1 AS n FROM external_ids GROUP BY item_id HAVING count(*) > 1
            )
            SELECT i.id, i.kind, coalesce(a.amount, 0)::float8,
                CASE WHEN i.popularity IS NULL THEN 0 ELSE percent_rank() OVER (
                    PARTITION BY i.kind, i.popularity IS NULL ORDER BY i.popularity) END::float8,
                (coalesce(r.n, 0) + CASE WHEN i.average_rating IS NULL THEN 0 ELSE coalesce(i.rating_count, 1) END)::float8,
                (coalesce(r.total, 0) + coalesce(i.average_rating * coalesce(i.rating_count, 1), 0))::float8,
                (coalesce(t.n, 0) + coalesce(d.n, 0))::float8
            FROM items i LEFT JOIN activity a ON a.item_id = i.id LEFT JOIN rated r ON r.item_id = i.id
                LEFT JOIN titled t ON t.item_id = i.id LEFT JOIN identified d ON d.item_id = i.id
            WHERE i.owner_id IS NULL AND i.merged_into IS NULL
                AND (a.amount > 0 OR r.n > 0 OR i.popularity IS NOT NULL OR t.n > 0 OR d.n > 0
                     OR i.average_rating IS NOT NULL)
            ORDER BY i.id
        """),
        {"half_life": half_life_days},
    ).all()
    return _figures(rows)


def crowd_figures_before(db: Connection, day: datetime, *, half_life_days: float) -> CrowdFigures:
    """The figures as of that day, of what people here did before it; what catalogues say is of today, so it is left out."""
    rows = db.execute(
        text("""
            WITH told AS (
                SELECT e.user_id, coalesce(i.parent_id, i.id) AS item_id, e.kind, e.value, e.at, e.id
                FROM events e JOIN items i ON i.id = e.item_id WHERE e.at < :day
            ), activity AS (
                SELECT item_id, sum(power(0.5, extract(epoch FROM :day - last_at) / (86400.0 * :half_life))) AS amount
                FROM (SELECT user_id, item_id, max(at) AS last_at FROM told
                      WHERE kind IN ('watched', 'read', 'listened', 'saved', 'liked') GROUP BY user_id, item_id) AS did
                GROUP BY item_id
            ), rated AS (
                SELECT item_id, count(*) AS n, sum(value) AS total
                FROM (SELECT DISTINCT ON (user_id, item_id) item_id, value FROM told WHERE kind = 'rated'
                      ORDER BY user_id, item_id, at DESC, id DESC) AS latest
                WHERE value IS NOT NULL GROUP BY item_id
            )
            SELECT i.id, i.kind, coalesce(a.amount, 0)::float8, 0::float8, coalesce(r.n, 0)::float8,
                coalesce(r.total, 0)::float8, 0::float8
            FROM items i LEFT JOIN activity a ON a.item_id = i.id LEFT JOIN rated r ON r.item_id = i.id
            WHERE i.owner_id IS NULL AND i.merged_into IS NULL AND (a.amount > 0 OR r.n > 0) ORDER BY i.id
        """),
        {"day": day, "half_life": half_life_days},
    ).all()
    return _figures(rows)


def _figures(rows: Sequence[Any]) -> CrowdFigures:
    columns = list(zip(*rows, strict=True)) if rows else [()] * 7
    return CrowdFigures(
        item_ids=np.array(columns[0], dtype=np.int64),
        kinds=np.array(columns[1], dtype=np.str_),
        activity=np.array(columns[2], dtype=np.float64),
        popularity=np.array(columns[3], dtype=np.float64),
        rating_count=np.array(columns[4], dtype=np.float64),
        rating_total=np.array(columns[5], dtype=np.float64),
        renown=np.array(columns[6], dtype=np.float64),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """The plain figures behind a title's popularity, for telling them."""

    people: int = 0  # who saw, read or heard it here
    rating_count: int = 0
    average_rating: float | None = None
    has_popularity: bool = False


def receptions(db: Connection, item_ids: Sequence[int]) -> dict[int, Reception]:
    """How these items were received, here and in the catalogues."""
    rows = db.execute(
        text("""
            SELECT i.id, i.popularity IS NOT NULL,
                (SELECT count(*) FROM user_items ui WHERE ui.item_id = i.id
                 AND (ui.seen_count > 0 OR ui.episodes_seen > 0)),
                c.n + r.n, (coalesce(i.average_rating * c.n, 0) + coalesce(r.total, 0)) / nullif(c.n + r.n, 0)
            FROM items i
            CROSS JOIN LATERAL (SELECT CASE WHEN i.average_rating IS NULL THEN 0
                                ELSE coalesce(i.rating_count, 1) END AS n) c
            LEFT JOIN LATERAL (
                SELECT count(*) AS n, sum(value) AS total FROM ratings WHERE item_id = i.id) r ON true
            WHERE i.id = ANY(:ids)
        """),
        {"ids": list(item_ids)},
    )
    return {
        row[0]: Reception(has_popularity=row[1], people=row[2], rating_count=row[3], average_rating=row[4])
        for row in rows
    }

"""What recommending asks the database, and the lists it showed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import text

from mediatheque.kit.database import Connection
from mediatheque.kit.wire import jsonb
from mediatheque.library.queries.items import VISIBLE
from mediatheque.recommend.taste import Known
from mediatheque.vocabulary import Kind, Recommendation

Floats = npt.NDArray[np.float64]

#: A history longer than this is learned from by its opinions first, then by its latest titles.
MOST_KNOWN = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligible:
    """Which titles may be recommended to whom."""

    viewer: int
    kinds: tuple[Kind, ...]
    never: frozenset[int] = frozenset()  # known, hidden or excluded
    closed: frozenset[int] = frozenset()  # shows whose episodes are not wanted either
    own: frozenset[int] = (
        frozenset()
    )  # of the viewer's own items, those they saved: nobody needs the rest named

    def sql(self) -> tuple[str, dict[str, Any]]:
        """A condition on `items i`, and all its parameters.

        Arrays, not EXISTS: of one person's titles the planner would hash everybody's ratings and events.
        """
        conditions = [
            VISIBLE,
            "(i.owner_id IS NULL OR i.id = ANY(CAST(:own AS bigint[])))",
            "i.kind = ANY(:kinds)",
            "i.id <> ALL(CAST(:never AS bigint[]))",
        ]
        given: dict[str, Any] = {
            "viewer": self.viewer,
            "kinds": [kind.value for kind in self.kinds],
            "never": _array(self.never),
            "own": _array(self.own),
        }
        if Kind.EPISODE in self.kinds:
            conditions.append("(i.parent_id IS NULL OR i.parent_id <> ALL(CAST(:closed AS bigint[])))")
            given["closed"] = _array(self.closed)
        return " AND ".join(conditions), given


def _array(ids: Iterable[int]) -> str:
    """An array as PostgreSQL writes it: a list of a thousand numbers takes psycopg longer than the query."""
    return f"{{{','.join(map(str, ids))}}}"


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


@dataclass(frozen=True, slots=True)
class TraitsRow:
    """One candidate as the database describes it."""

    item_id: int
    kind: str
    language: str | None
    series: str | None
    genres: tuple[int, ...]
    makers: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """The plain figures behind a title's popularity, for telling them."""

    people: int = 0  # who saw, read or heard it here
    rating_count: int = 0
    average_rating: float | None = None
    has_popularity: bool = False


def known_titles(db: Connection, user_id: int) -> list[Known]:
    """What the user has had to do with: those with an opinion first, then the latest, so many at most."""
    rows = db.execute(
        text("""
            WITH best AS (
                SELECT ui.*, r.value AS rating FROM user_items ui LEFT JOIN ratings r USING (user_id, item_id)
                WHERE ui.user_id = :user
                ORDER BY (r.value IS NOT NULL OR ui.liking <> 0) DESC, ui.last_at DESC NULLS LAST, ui.item_id
                LIMIT :most
            )
            SELECT b.item_id, i.kind, i.language, i.parent_id, b.seen_count, b.episodes_seen, b.is_saved,
                b.is_hidden, b.liking, b.rating, b.last_at, f.share_finished,
                ARRAY(SELECT g.genre_id FROM item_genres g WHERE g.item_id = b.item_id) AS genres
            FROM best b JOIN items i ON i.id = b.item_id LEFT JOIN (
                SELECT item_id, max(value) AS share_finished FROM events
                WHERE user_id = :user AND kind IN ('watched', 'read', 'listened') AND value IS NOT NULL
                GROUP BY item_id) f ON f.item_id = b.item_id
        """),
        {"user": user_id, "most": MOST_KNOWN},
    ).all()
    return [
        Known(
            item_id=row[0],
            kind=Kind(row[1]),
            language=row[2],
            parent_id=row[3],
            seen_count=row[4],
            episodes_seen=row[5],
            is_saved=row[6],
            is_hidden=row[7],
            liking=row[8],
            rating=row[9],
            last_at=row[10],
            share_finished=row[11],
            genres=frozenset(row[12]),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a person's lists must not name, the shows whose episodes they do not want, and own items they want."""

    known: frozenset[int]
    closed: frozenset[int]
    own: frozenset[int]


def bounds(db: Connection, user_id: int) -> Bounds:
    """What the user knows or has hidden, shows that are closed to them, and what they saved of their own.

    Known is what was seen (a show: any episode), rated, liked or disliked, or begun.
    """
    row = db.execute(
        text("""
            SELECT array_agg(DISTINCT item_id)::text, array_agg(DISTINCT item_id) FILTER (WHERE is_closed)::text,
                (SELECT array_agg(ui.item_id)::text FROM user_items ui JOIN items i ON i.id = ui.item_id
                 WHERE ui.user_id = :user AND ui.is_saved AND i.owner_id = :user)
            FROM (
                SELECT item_id, seen_count > 0 OR is_hidden AS is_closed FROM user_items
                WHERE user_id = :user AND (seen_count > 0 OR episodes_seen > 0 OR is_hidden OR liking <> 0)
                UNION ALL SELECT item_id, false FROM ratings WHERE user_id = :user
                UNION ALL SELECT item_id, false FROM events
                WHERE user_id = :user AND kind = 'started' AND item_id IS NOT NULL
            ) AS known
        """),
        {"user": user_id},
    ).one()
    return Bounds(
        *(frozenset(map(int, ids.strip("{}").split(","))) if ids else frozenset[int]() for ids in row)
    )


def eligible_among(db: Connection, item_ids: Sequence[int], which: Eligible, limit: int) -> list[int]:
    """The first `limit` of these items that may be recommended."""
    condition, given = which.sql()
    rows = db.execute(
        text(f"""
            SELECT i.id FROM unnest(CAST(:ids AS bigint[])) WITH ORDINALITY AS wanted(id, place)
            JOIN items i ON i.id = wanted.id WHERE {condition} ORDER BY wanted.place LIMIT :limit
        """),
        given | {"ids": _array(item_ids), "limit": limit},
    )
    return list(rows.scalars())


def eligible_at_all(db: Connection, which: Eligible, limit: int) -> list[int]:
    """Items that may be recommended, for when nobody has a word to say about any."""
    condition, given = which.sql()
    rows = db.execute(
        text(f"SELECT i.id FROM items i WHERE {condition} ORDER BY i.id LIMIT :limit"),
        given | {"limit": limit},
    )
    return list(rows.scalars())


def traits_of(db: Connection, item_ids: Sequence[int], which: Eligible) -> list[TraitsRow]:
    """Those of these items that may be recommended, with what makes them alike."""
    condition, given = which.sql()
    rows = db.execute(
        text(f"""
            SELECT i.id, i.kind, i.language, coalesce(i.parent_id::text, lower(i.work ->> 'series_title')),
                ARRAY(SELECT g.genre_id FROM item_genres g WHERE g.item_id = i.id),
                ARRAY(SELECT c.person_id FROM item_credits c WHERE c.item_id = i.id
                      AND c.role IN ('director', 'creator', 'author', 'channel')) AS makers
            FROM items i WHERE i.id = ANY(CAST(:ids AS bigint[])) AND {condition} ORDER BY i.id
        """),
        given | {"ids": _array(item_ids)},
    ).all()
    return [TraitsRow(row[0], row[1], row[2], row[3], tuple(row[4]), tuple(row[5])) for row in rows]


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


def add_shown(
    db: Connection, user_id: int, request: Mapping[str, Any], shown: Iterable[Recommendation]
) -> int:
    """Keep the list that was shown, best first, and what was asked for; its id."""
    rows = [
        {
            "item_id": recommendation.item.id,
            "score": recommendation.score,
            "method": recommendation.method,
            "because": recommendation.because,
            "fallback": recommendation.fallback,
            "contributions": dict(recommendation.contributions),
        }
        for recommendation in shown
    ]
    return db.execute(
        text(
            "INSERT INTO recommendations_shown (user_id, request, shown) VALUES (:user, :request, :shown) RETURNING id"
        ),
        {"user": user_id, "request": jsonb(dict(request)), "shown": jsonb(rows)},
    ).scalar_one()

"""What came of shown lists: which event answers which place of which list.

The rule: an event that names its list answers that list. Any other answers the last list that showed the user the
title before it, within 30 days (ANSWERED_WITHIN). It is applied when somebody asks, so an import of next week that says
what was watched today counts as well. An event about an episode answers for its show where no list showed the episode;
of an event whose day alone is known the day counts to its end; lists as of a past day offered nothing, and a title
that was merged is what it is now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import text

from mediatheque.kit.database import Connection
from mediatheque.library.queries import stood
from mediatheque.recommend.impressions import OUTCOMES, Impressions
from mediatheque.recommend.queries.shown import ANSWERED_WITHIN, KeptList
from mediatheque.vocabulary import SEEN_KINDS, EventKind

#: What may be said to a recommendation.
ANSWERS = frozenset(
    {
        EventKind.CLICKED,
        EventKind.SAVED,
        EventKind.ADDED,
        EventKind.STARTED,
        EventKind.LIKED,
        EventKind.DISLIKED,
        EventKind.RATED,
        EventKind.HIDDEN,
        *SEEN_KINDS,
    }
)


#: Who has seen so much of it has seen it through; so many stars say that one liked it, or did not.
FINISHED_FROM, LIKED_FROM, DECLINED_TO = 0.7, 4.0, 2.0


@dataclass(frozen=True, slots=True)
class Answer:
    """One thing that the user did with a shown title; `value` as that of the event."""

    kind: EventKind
    at: datetime | None
    value: float | None = None
    is_named: bool = False  # whether the event names the list itself


def answers_to(db: Connection, kept: KeptList) -> dict[int, list[Answer]]:
    """What came of each place of a list, by rank; the first thing first."""
    # Of the lists that came later each takes what it was the last one for.
    rows = db.execute(
        text(f"""
            {attributed("s.user_id = :user AND s.id >= :list AND s.shown_at <= CAST(:at AS timestamptz) + CAST(:within AS interval)")}
            SELECT a.rank, e.kind, e.at, e.value, e.list_id IS NOT NULL AS is_named
            FROM answers a JOIN events e ON e.id = a.event_id
            WHERE a.list_id = :list ORDER BY e.at NULLS LAST, e.id
        """),
        given() | {"user": kept.user_id, "list": kept.id, "at": kept.shown_at},
    )
    found: dict[int, list[Answer]] = {}
    for row in rows:
        found.setdefault(row.rank, []).append(
            Answer(EventKind(row.kind), row.at, row.value, is_named=row.is_named)
        )
    return found


def impressions(db: Connection, *, since: datetime | None = None) -> Impressions:
    """Every place of every list shown since then (None: that is kept), and what came of it."""
    rows = db.execute(
        text(f"""
            {attributed("(CAST(:since AS timestamptz) IS NULL OR s.shown_at >= :since) AND s.request -> 'as_of' IS NULL")},
            came AS (
                SELECT a.list_id, a.rank, {", ".join(f"bool_or({condition}) AS {name}" for name, condition in _CAME.items())}
                FROM answers a JOIN events e ON e.id = a.event_id GROUP BY a.list_id, a.rank
            )
            SELECT p.user_id, p.list_id, p.rank, p.method, p.arm, s.model, s.version, s.arms,
                {", ".join(f"coalesce(c.{name}, false) AS {name}" for name in OUTCOMES)}
            FROM places p JOIN recommendations_shown s ON s.id = p.list_id
            LEFT JOIN came c ON c.list_id = p.list_id AND c.rank = p.rank
            ORDER BY p.list_id, p.rank
        """),
        given() | {"since": since, "enough": FINISHED_FROM, "loved": LIKED_FROM, "poor": DECLINED_TO},
    ).all()
    sides = [{name: (model, version) for name, model, version in row.arms or ()} for row in rows]
    made = [arms.get(row.arm, (row.model, row.version)) for row, arms in zip(rows, sides, strict=True)]
    return Impressions(
        users=np.array([row.user_id for row in rows], np.int64),
        lists=np.array([row.list_id for row in rows], np.int64),
        ranks=np.array([row.rank for row in rows], np.int64),
        methods=np.array([row.method for row in rows], np.str_),
        models=np.array([_named(*one) for one in made], np.str_),
        arms=np.array([row.arm or "" for row in rows], np.str_),
        duels=np.array([" against ".join(_named(*one) for one in arms.values()) for arms in sides], np.str_),
        outcomes=np.array([row[-len(OUTCOMES) :] for row in rows], np.bool_).reshape(-1, len(OUTCOMES)),
    )


def given() -> dict[str, Any]:
    """The parameters of `attributed`, but for those of its condition."""
    return {"within": ANSWERED_WITHIN, "kinds": sorted(kind.value for kind in ANSWERS)}


def _named(model: str | None, version: int | None) -> str:
    return f"{model} {version}" if model is not None else ""


_SEEN = f"e.kind IN {stood.SEEN}"
_CAME = {
    "clicked": "e.kind = 'clicked'",
    "saved": "e.kind IN ('saved', 'added')",
    "started": f"e.kind = 'started' OR ({_SEEN} AND e.value < :enough)",
    "watched": f"{_SEEN} AND (e.value IS NULL OR e.value >= :enough)",
    "liked": "e.kind = 'liked' OR (e.kind = 'rated' AND e.value >= :loved)",
    "declined": "e.kind IN ('hidden', 'disliked') OR (e.kind = 'rated' AND e.value <= :poor)",
}


def attributed(condition: str) -> str:
    """The tables `places` (of the lists `s` of this condition) and `answers` (event_id, list_id, rank) of a query."""
    return f"""
        WITH RECURSIVE moved AS (
            SELECT id, merged_into AS now_id FROM items WHERE merged_into IS NOT NULL
            UNION SELECT m.id, i.merged_into FROM moved m JOIN items i ON i.id = m.now_id AND i.merged_into IS NOT NULL
        ),
        ends AS (
            SELECT m.id, m.now_id FROM moved m JOIN items i ON i.id = m.now_id AND i.merged_into IS NULL
        ),
        places AS MATERIALIZED (
            SELECT s.id AS list_id, s.user_id, s.shown_at, s.request -> 'as_of' IS NULL AS is_offer,
                CAST(p.n AS int) AS rank, p.place ->> 'method' AS method, p.place ->> 'arm' AS arm,
                coalesce(ends.now_id, CAST(p.place ->> 'item' AS bigint)) AS item_id
            FROM recommendations_shown s
            CROSS JOIN LATERAL jsonb_array_elements(s.shown) WITH ORDINALITY AS p(place, n)
            LEFT JOIN ends ON ends.id = CAST(p.place ->> 'item' AS bigint)
            WHERE {condition}
        ),
        told AS (
            SELECT e.id, e.user_id, e.item_id, i.parent_id, e.list_id,
                e.at + CASE WHEN e.is_date_only THEN interval '1 day' ELSE interval '0' END AS until
            FROM events e JOIN items i ON i.id = e.item_id
            WHERE e.kind = ANY(:kinds) AND e.user_id IN (SELECT user_id FROM places)
                AND (e.kind <> 'rated' OR e.value IS NOT NULL)  -- a rating taken back says nothing
        ),
        about AS (
            SELECT id, user_id, item_id, list_id, until, false AS is_its_show FROM told
            UNION ALL
            SELECT id, user_id, parent_id, list_id, until, true FROM told WHERE parent_id IS NOT NULL
        ),
        answers AS (
            SELECT DISTINCT ON (a.id) a.id AS event_id, p.list_id, p.rank
            FROM about a JOIN places p ON p.user_id = a.user_id AND p.item_id = a.item_id
            WHERE a.list_id = p.list_id OR (a.list_id IS NULL AND p.is_offer AND p.shown_at <= a.until
                AND p.shown_at > a.until - CAST(:within AS interval))
            ORDER BY a.id, a.is_its_show, p.shown_at DESC, p.list_id DESC, p.rank
        )
    """

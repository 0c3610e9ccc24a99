"""What training reads from the library: who did what with which title of the catalogue, as a stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

import mediatheque
from mediatheque.kit.database import Connection
from mediatheque.library.queries import stood
from mediatheque.vocabulary import SEEN_KINDS, EventKind

#: Fetched at a time: enough that a round trip costs nothing, little enough to weigh nothing.
ROWS_AT_A_TIME = 10_000

_KINDS = (
    *sorted(SEEN_KINDS),
    EventKind.STARTED,
    EventKind.RATED,
    EventKind.LIKED,
    EventKind.DISLIKED,
    EventKind.SAVED,
    EventKind.UNSAVED,
    EventKind.HIDDEN,
    EventKind.UNHIDDEN,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Which events: before a moment, from a moment on, or by the place of a title in its person's history.

    Places are counted back from the latest title in steps of `step` titles, a quarter of a history at most:
    `newer=1, step=5` leaves out each person's last five, `newer=0, older=1, step=5` is these five.
    """

    since: datetime | None = None  # what has no date is older than any moment
    until: datetime | None = None
    step: int = 0  # 0: all places
    newer: int = 0
    older: int | None = None


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far the events reach that a model was made of."""

    events: int
    last_id: int
    last_at: datetime | None

    def made(self, card: Mapping[str, Any]) -> bool:
        """Whether the model of that card is made of exactly these events, by this version of the program."""
        data = card.get("data", {})
        made_by = card.get("code_version")
        return (data.get("events"), data.get("last_event"), made_by) == (
            self.events,
            self.last_id,
            mediatheque.__version__,
        )

    def as_json(self) -> dict[str, Any]:
        """As a card keeps it."""
        return {
            "events": self.events,
            "last_event": self.last_id,
            "last_at": self.last_at.isoformat() if self.last_at else None,
        }


@dataclass(frozen=True, slots=True)
class TitleRow:
    """What the catalogue says of a title besides its text."""

    item_id: int
    kind: str
    year: int | None
    description_length: int
    genres: Sequence[str]
    people: Sequence[str]


def stream_told(db: Connection, part: Part) -> Iterator[Sequence[Any]]:
    """Chunks of rows by user and item: (user, item, seen, share, rating, liking, saved, hidden, last_at, total, count).

    `total` and `count` are of the person's ratings in this part. Episodes count for their show. Only what
    everybody may see: a title of one person's own teaches nothing to others, and could give them away.
    A cursor on the server: the client holds one chunk.
    """
    result = db.execute(
        text(_TOLD),
        {
            "kinds": [kind.value for kind in _KINDS],
            "since": part.since,
            "until": part.until,
            "step": part.step,
            "newer": part.newer,
            "older": part.older,
        },
        execution_options={"yield_per": ROWS_AT_A_TIME},
    )
    yield from result.partitions()


def moment_at(db: Connection, share: float) -> datetime | None:
    """The moment before which about this share of the dated events lie; None where there are none."""
    return db.execute(
        text(f"SELECT percentile_disc(:share) WITHIN GROUP (ORDER BY e.at) {_EVENTS}"),
        {"share": share, "kinds": [kind.value for kind in _KINDS]},
    ).scalar()


def watermark(db: Connection) -> Watermark:
    """How far the events reach now."""
    row = db.execute(
        text(f"SELECT count(*), coalesce(max(e.id), 0), max(e.at) {_EVENTS}"),
        {"kinds": [kind.value for kind in _KINDS]},
    ).one()
    return Watermark(row[0], row[1], row[2])


def title_rows(db: Connection, item_ids: Sequence[int]) -> list[TitleRow]:
    """What the catalogue says of these titles, by rising id."""
    rows = db.execute(
        text("""
            SELECT i.id, i.kind, i.year, coalesce(length(i.work->>'description'), 0),
                ARRAY(SELECT g.name FROM item_genres ig JOIN genres g ON g.id = ig.genre_id
                      WHERE ig.item_id = i.id),
                ARRAY(SELECT DISTINCT p.name FROM item_credits c JOIN people p ON p.id = c.person_id
                      WHERE c.item_id = i.id)
            FROM items i WHERE i.id = ANY(:items) ORDER BY i.id
        """),
        {"items": list(item_ids)},
    )
    return [TitleRow(*row) for row in rows]


def best_known(db: Connection, n: int, besides: Sequence[int]) -> list[int]:
    """The titles of the catalogue that most is known of; no episodes and videos, which come in thousands."""
    return list(
        db.execute(
            text("""
                SELECT i.id FROM items i
                WHERE i.owner_id IS NULL AND i.merged_into IS NULL AND i.kind NOT IN ('episode', 'video')
                    AND NOT i.id = ANY(:besides)
                ORDER BY i.popularity DESC NULLS LAST, i.rating_count DESC NULLS LAST,
                    coalesce(length(i.work->>'description'), 0) DESC, i.id
                LIMIT :n
            """),
            {"n": n, "besides": list(besides)},
        ).scalars()
    )


_EVENTS = """
    FROM events e JOIN items i ON i.id = e.item_id JOIN items s ON s.id = coalesce(i.parent_id, i.id)
    WHERE e.kind = ANY(:kinds) AND s.owner_id IS NULL AND s.merged_into IS NULL
"""


# What a person stands with a title is worked out as library/queries/history.py does, from a part of the events.
# Titles of one moment are scattered by id: a catalogue's order is no order in which anybody saw things.
_TOLD = f"""
    WITH told AS (
        SELECT e.id, e.user_id, s.id AS item_id, i.id AS own_id, i.id = s.id AS is_own, e.kind, e.value, e.at
        {_EVENTS}
            AND (CAST(:since AS timestamptz) IS NULL OR e.at >= :since)
            AND (CAST(:until AS timestamptz) IS NULL OR e.at IS NULL OR e.at < :until)
    ),
    stood AS (
        SELECT user_id, item_id,
            ({stood.seen_count("is_own")}
                + count(DISTINCT own_id) FILTER (WHERE NOT is_own AND kind IN {stood.SEEN})) AS seen,
            max(value) FILTER (WHERE is_own AND kind IN {stood.SEEN}) AS share,
            {stood.rating("is_own")} AS rating, {stood.liking("is_own")} AS liking,
            {stood.is_saved("is_own")} AS is_saved, {stood.is_hidden("is_own")} AS is_hidden,
            max(at) AS last_at
        FROM told GROUP BY user_id, item_id
    ),
    placed AS (
        SELECT *, row_number() OVER (PARTITION BY user_id
                ORDER BY last_at DESC NULLS LAST, item_id * 2654435761 % 4294967296) AS place,
            least(CAST(:step AS bigint), count(*) OVER (PARTITION BY user_id) / 4) AS step
        FROM stood
    ),
    chosen AS (
        SELECT * FROM placed WHERE CAST(:step AS bigint) = 0
            OR (place > :newer * step AND (CAST(:older AS bigint) IS NULL OR place <= :older * step))
    )
    SELECT user_id, item_id, seen, share, rating, liking, is_saved, is_hidden, last_at,
        coalesce(sum(rating) OVER (PARTITION BY user_id), 0), count(rating) OVER (PARTITION BY user_id)
    FROM chosen ORDER BY user_id, item_id
"""

"""What a person is in the middle of, what waits on their list, and what they once did on a day like today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from mediatheque.library.queries.items import VISIBLE, item_from_row
from mediatheque.vocabulary import Item, Kind

#: Who has not come back to a title for so long has stopped; a book may lie for longer.
_DAYS, _DAYS_OF_A_BOOK = 400, 800


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """An episode as its show's page names it."""

    id: int
    title: str
    season: int | None
    episode: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A title that somebody has begun and not finished: how far they are, and what comes next, where that is known."""

    item: Item
    last_at: datetime | None
    share: float | None = None  # of a film, a book, a recording: 0..1
    episodes_seen: int = 0
    last: Episode | None = None
    next: Episode | None = None


@dataclass(frozen=True, slots=True)
class Occasion:
    """A title, and when it mattered: "two years ago today", "you gave it five stars"."""

    kind: str  # "anniversary" or "loved"
    item: Item
    at: datetime
    rating: float | None


def begun(db: Connection, user_id: int, *, limit: int = 12) -> list[Begun]:
    """What the user is in the middle of, the latest first.

    A show goes on while an episode that is known of it was not seen, or while nobody knows how many there are and it
    was not rated since; a film, a book or a recording was started, and neither finished nor judged since.
    """
    rows = db.execute(
        text(_BEGUN),
        {"user": user_id, "viewer": user_id, "limit": limit, "days": _DAYS, "book_days": _DAYS_OF_A_BOOK},
    ).all()
    return [
        Begun(
            item=item_from_row(row),
            last_at=row.last_at,
            share=row.share,
            episodes_seen=row.episodes_seen,
            last=_episode(row.last),
            next=_episode(row.next),
        )
        for row in rows
    ]


def saved_latest(db: Connection, user_id: int, *, limit: int = 20) -> list[Item]:
    """What the user has saved and not come to yet, what was saved last first."""
    rows = db.execute(
        text(f"""
            SELECT i.id, i.work, i.parent_id, i.owner_id FROM user_items ui JOIN items i ON i.id = ui.item_id
            LEFT JOIN LATERAL (
                SELECT max(e.at) AS saved_at FROM events e
                WHERE e.user_id = ui.user_id AND e.item_id = ui.item_id AND e.kind = 'saved'
            ) AS said ON true
            WHERE ui.user_id = :user AND ui.is_saved AND NOT ui.is_hidden AND ui.seen_count = 0
                AND ui.episodes_seen = 0 AND {VISIBLE}
            ORDER BY said.saved_at DESC NULLS LAST, i.id LIMIT :limit
        """),
        {"user": user_id, "viewer": user_id, "limit": limit},
    )
    return [item_from_row(row) for row in rows]


def occasion(db: Connection, user_id: int, today: datetime) -> Occasion | None:
    """Something small and true to greet the user with: what they saw on this day of another year, else loved last."""
    row = db.execute(
        text(_OCCASION),
        {"user": user_id, "viewer": user_id, "month": today.month, "day": today.day, "today": today},
    ).first()
    return None if row is None else Occasion(row.occasion, item_from_row(row), row.at, row.rating)


def _episode(row: dict[str, Any] | None) -> Episode | None:
    return None if row is None else Episode(**row)


_EPISODE = (
    "jsonb_build_object('id', {0}.id, 'title', {0}.title, 'season', {0}.season, 'episode', {0}.episode)"
)

_BEGUN = f"""
    WITH shows AS MATERIALIZED (
        SELECT i.id, i.work, i.parent_id, i.owner_id, ui.episodes_seen, r.rated_at
        FROM user_items ui JOIN items i ON i.id = ui.item_id LEFT JOIN ratings r USING (user_id, item_id)
        WHERE ui.user_id = :user AND i.kind = '{Kind.SHOW}' AND ui.episodes_seen > 0 AND ui.seen_count = 0
            AND NOT ui.is_hidden AND {VISIBLE} AND ui.last_at > now() - make_interval(days => :days)
        ORDER BY ui.last_at DESC LIMIT 40
    ), watching AS (
        SELECT s.*, seen.at AS last_at, {_EPISODE.format("seen")} AS last,
            CASE WHEN following.id IS NOT NULL THEN {_EPISODE.format("following")} END AS next
        FROM shows s CROSS JOIN LATERAL (
            SELECT c.id, c.title, c.season, c.episode, eu.last_at AS at FROM items c
            JOIN user_items eu ON eu.item_id = c.id AND eu.user_id = :user AND eu.seen_count > 0
            WHERE c.parent_id = s.id AND c.merged_into IS NULL
            ORDER BY eu.last_at DESC NULLS LAST, c.season DESC NULLS LAST, c.episode DESC NULLS LAST, c.id DESC LIMIT 1
        ) AS seen LEFT JOIN LATERAL (
            SELECT c.id, c.title, c.season, c.episode FROM items c
            LEFT JOIN user_items eu ON eu.item_id = c.id AND eu.user_id = :user
            WHERE c.parent_id = s.id AND c.merged_into IS NULL AND (c.owner_id IS NULL OR c.owner_id = :user)
                AND coalesce(eu.seen_count, 0) = 0 AND (c.season, c.episode) > (seen.season, seen.episode)
            ORDER BY c.season, c.episode LIMIT 1
        ) AS following ON true
        WHERE following.id IS NOT NULL OR s.rated_at IS NULL OR s.rated_at < seen.at
    ), others AS (
        SELECT i.id, i.work, i.parent_id, i.owner_id, 0 AS episodes_seen, NULL::timestamptz AS rated_at,
            begun.at AS last_at, NULL::jsonb AS last, NULL::jsonb AS next, begun.share
        FROM (
            SELECT item_id, max(at) AS at, max(value) AS share FROM events
            WHERE user_id = :user AND kind = 'started' AND item_id IS NOT NULL GROUP BY item_id
        ) AS begun JOIN items i ON i.id = begun.item_id
        JOIN user_items ui ON ui.item_id = i.id AND ui.user_id = :user
        LEFT JOIN ratings r ON r.item_id = i.id AND r.user_id = :user
        WHERE coalesce(r.rated_at, '-infinity') < begun.at AND ui.liking = 0 AND i.kind IN ('{Kind.FILM}', '{Kind.BOOK}', '{Kind.AUDIO}') AND ui.seen_count = 0 AND NOT ui.is_hidden
            AND {VISIBLE} AND (begun.at > now() - make_interval(days =>
                CASE i.kind WHEN '{Kind.BOOK}' THEN CAST(:book_days AS int) ELSE CAST(:days AS int) END))
    )
    SELECT * FROM (SELECT *, NULL::real AS share FROM watching UNION ALL SELECT * FROM others) AS every
    ORDER BY last_at DESC NULLS LAST, id LIMIT :limit
"""

#: Days whose year, month or day somebody made up are the first of a month; nobody remembers those.
_OCCASION = f"""
    (
        SELECT 'anniversary' AS occasion, i.id, i.work, i.parent_id, i.owner_id, e.at, r.value AS rating
        FROM events e JOIN items i ON i.id = coalesce(
            (SELECT c.parent_id FROM items c WHERE c.id = e.item_id), e.item_id
        ) LEFT JOIN ratings r ON r.user_id = e.user_id AND r.item_id = i.id
        LEFT JOIN user_items ui ON ui.user_id = e.user_id AND ui.item_id = i.id
        WHERE e.user_id = :user AND e.kind IN ('watched', 'read', 'listened') AND {VISIBLE}
            AND extract(month FROM e.at AT TIME ZONE 'UTC') = :month
            AND extract(day FROM e.at AT TIME ZONE 'UTC') = :day
            AND e.at < CAST(:today AS timestamptz) - interval '300 days'
            AND coalesce(ui.liking, 0) >= 0 AND NOT coalesce(ui.is_hidden, false) AND coalesce(r.value, 3) >= 3
        ORDER BY r.value DESC NULLS LAST, e.at DESC, e.id LIMIT 1
    )
    UNION ALL (
        SELECT 'loved', i.id, i.work, i.parent_id, i.owner_id, r.rated_at, r.value
        FROM ratings r JOIN items i ON i.id = r.item_id
        WHERE r.user_id = :user AND r.value >= 4 AND r.rated_at IS NOT NULL AND {VISIBLE}
        ORDER BY r.rated_at DESC, i.id LIMIT 1
    )
    LIMIT 1
"""

"""What a person has had to do with: where a recommender learns their taste from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from mediatheque.kit.database import Connection
from mediatheque.kit.errors import NotFound
from mediatheque.library.queries import stood
from mediatheque.library.queries.items import items_with_ids
from mediatheque.recommend.taste import Known
from mediatheque.vocabulary import Kind

#: A history longer than this is learned from by its opinions first, then by its latest titles.
MOST_KNOWN = 300


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
                ARRAY(SELECT g.genre_id FROM item_genres g WHERE g.item_id = b.item_id) AS genres, false
            FROM best b JOIN items i ON i.id = b.item_id LEFT JOIN (
                SELECT item_id, max(value) AS share_finished FROM events
                WHERE user_id = :user AND kind IN ('watched', 'read', 'listened') AND value IS NOT NULL
                GROUP BY item_id) f ON f.item_id = b.item_id
        """),
        {"user": user_id, "most": MOST_KNOWN},
    ).all()
    return [_known(row) for row in rows]


def known_before(db: Connection, user_id: int, day: datetime) -> list[Known]:
    """What the user had had to do with before that day, all of it, from the events themselves.

    Worked out as standings are (`library/queries/history.py`); what has no date is older than any day.
    """
    rows = db.execute(text(_BEFORE), {"user": user_id, "day": day}).all()
    return [_known(row) for row in rows]


def known_these(db: Connection, viewer_id: int, item_ids: Sequence[int]) -> list[Known]:
    """These titles as if somebody had just liked them. Raises NotFound for one that the viewer may not see."""
    wanted = list(dict.fromkeys(item_ids))
    items = items_with_ids(db, wanted, viewer_id)
    if missing := [item_id for item_id in wanted if item_id not in items]:
        raise NotFound(f"There is no item {missing[0]}.")
    rows = db.execute(
        text("""
            SELECT i.id, i.kind, i.language, i.parent_id, 0, 0, false, false, 1, CAST(NULL AS real), now(),
                CAST(NULL AS real), ARRAY(SELECT g.genre_id FROM item_genres g WHERE g.item_id = i.id), false
            FROM items i WHERE i.id = ANY(:ids) ORDER BY i.id
        """),
        {"ids": [item.id for item in items.values()]},
    ).all()
    return [_known(row) for row in rows]


def latest_ratings(db: Connection, user_id: int, most: int) -> dict[int, float]:
    """The stars that the user gave, by item, the latest so many."""
    rows = db.execute(
        text("""
            SELECT item_id, value FROM ratings WHERE user_id = :user
            ORDER BY rated_at DESC NULLS LAST, item_id LIMIT :most
        """),
        {"user": user_id, "most": most},
    )
    return {row.item_id: float(row.value) for row in rows}


#: A tenth of what calling the class takes, 300 times a list.
_KINDS = {kind.value: kind for kind in Kind}


def _known(row: Any) -> Known:
    return Known(
        item_id=row[0],
        kind=_KINDS[row[1]],
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
        is_begun=row[13],
    )


_BEFORE = f"""
    WITH told AS MATERIALIZED (
        SELECT e.id, e.item_id, e.kind, e.value, e.at, i.parent_id FROM events e JOIN items i ON i.id = e.item_id
        WHERE e.user_id = :user AND i.merged_into IS NULL AND (e.at IS NULL OR e.at < :day)
    ),
    own AS (
        SELECT item_id, {stood.seen_count()} AS seen_count, {stood.is_saved()} AS is_saved,
            {stood.is_hidden()} AS is_hidden, {stood.liking()} AS liking, {stood.rating()} AS rating,
            max(at) AS last_at, max(value) FILTER (WHERE kind IN {stood.SEEN}) AS share_finished,
            bool_or(kind = 'started') AS is_begun
        FROM told GROUP BY item_id
    ),
    shows AS (
        SELECT parent_id AS item_id, count(DISTINCT item_id) FILTER (WHERE kind IN {stood.SEEN}) AS episodes_seen,
            max(at) AS last_at
        FROM told WHERE parent_id IS NOT NULL GROUP BY parent_id
    )
    SELECT i.id, i.kind, i.language, i.parent_id, coalesce(o.seen_count, 0), coalesce(s.episodes_seen, 0),
        coalesce(o.is_saved, false), coalesce(o.is_hidden, false), coalesce(o.liking, 0), o.rating,
        greatest(o.last_at, s.last_at), o.share_finished,
        ARRAY(SELECT g.genre_id FROM item_genres g WHERE g.item_id = i.id), coalesce(o.is_begun, false)
    FROM own o FULL JOIN shows s USING (item_id) JOIN items i ON i.id = item_id ORDER BY i.id
"""

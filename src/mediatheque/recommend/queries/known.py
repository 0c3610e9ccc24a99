"""What a person has had to do with: where a recommender learns their taste from."""

from __future__ import annotations

from sqlalchemy import text

from mediatheque.kit.database import Connection
from mediatheque.recommend.taste import Known
from mediatheque.vocabulary import Kind

#: A history longer than this is learned from by its opinions first, then by its latest titles.
MOST_KNOWN = 500


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

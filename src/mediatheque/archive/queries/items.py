"""The items that recordings are shown as: how they hang together with what else is known of them."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, text


class ItemStanding(NamedTuple):
    """Who else speaks of an item: `merged_into` follows merges to their end."""

    merged_into: int | None
    is_own: bool
    has_mentions: bool


def item_standing(db: Connection, item_id: int, user_id: int) -> ItemStanding | None:
    """How an item stands; None when it is gone."""
    row = db.execute(
        text("""
            WITH RECURSIVE chain AS (
                SELECT id, merged_into, owner_id FROM items WHERE id = :id
                UNION ALL SELECT i.id, i.merged_into, i.owner_id FROM items i JOIN chain c ON i.id = c.merged_into
            )
            SELECT (SELECT id FROM chain WHERE merged_into IS NULL AND id <> :id) AS merged_into,
                i.owner_id = :user AS is_own,
                EXISTS (SELECT FROM mentions m WHERE m.item_id = i.id) AS has_mentions
            FROM items i WHERE i.id = :id
        """),
        {"id": item_id, "user": user_id},
    ).first()
    return ItemStanding(row.merged_into, bool(row.is_own), row.has_mentions) if row is not None else None


def item_by_external_id(db: Connection, scheme: str, value: str, user_id: int) -> int | None:
    """The item of that id that this person may see, their own first."""
    return db.execute(
        text("""
            SELECT i.id FROM external_ids x JOIN items i ON i.id = x.item_id
            WHERE x.scheme = :scheme AND x.value = :value AND i.merged_into IS NULL
                AND (i.owner_id = :user OR i.owner_id IS NULL)
            ORDER BY i.owner_id NULLS LAST, i.id LIMIT 1
        """),
        {"scheme": scheme, "value": value, "user": user_id},
    ).scalar()


def remove_item_of_archive(db: Connection, item_id: int, user_id: int) -> bool:
    """Remove an own item that only a recording speaks of; one that its owner rated, saved or saw stays."""
    removed = db.execute(
        text("""
            DELETE FROM items i WHERE i.id = :id AND i.owner_id = :user AND i.merged_into IS NULL
                AND NOT EXISTS (SELECT FROM mentions m WHERE m.item_id = i.id)
                AND NOT EXISTS (SELECT FROM events e WHERE e.item_id = i.id)
                AND NOT EXISTS (SELECT FROM items o WHERE o.merged_into = i.id)
                AND NOT EXISTS (SELECT FROM media m WHERE m.item_id = i.id AND m.deleted_at IS NULL)
        """),
        {"id": item_id, "user": user_id},
    )
    return removed.rowcount > 0

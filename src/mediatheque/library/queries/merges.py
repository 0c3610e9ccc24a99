"""Merging two items that turn out to be one, and taking that back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from mediatheque.kit.errors import NotFound
from mediatheque.kit.wire import jsonb

#: Where an item is referred to, the column, and the rows that follow a merge.
_MOVING = (
    ("events", "item_id", "events"),
    ("mentions", "item_id", "mentions"),
    ("claims", "item_id", "claims"),
    ("items", "parent_id", "children"),
)


_REMOVE_HOLLOW = f"""
    DELETE FROM items i USING merges g
    WHERE i.merged_into = ANY(:ids) AND i.owner_id = :user
        AND g.from_item_id = i.id AND g.undone_at IS NULL AND g.by = 'resolver'
        AND NOT EXISTS (SELECT FROM media a WHERE a.item_id = i.id AND a.deleted_at IS NULL)
        AND {
    " AND ".join(
        f"NOT EXISTS (SELECT FROM {table} t WHERE t.{column} = i.merged_into AND g.moved -> '{name}' @> to_jsonb(t.id))"
        for table, column, name in _MOVING
    )
}
    RETURNING i.id
"""


@dataclass(frozen=True, slots=True)
class Merge:
    """`from_id` became part of `into_id`."""

    id: int
    from_id: int
    into_id: int


def merge_items(db: Connection, from_id: int, into_id: int, by: str) -> Merge:
    """Move everything that refers to `from_id` to `into_id`, remembering what moved."""
    moved = {
        name: list(
            db.execute(
                text(f"UPDATE {table} SET {column} = :into WHERE {column} = :from RETURNING id"),
                {"from": from_id, "into": into_id},
            ).scalars()
        )
        for table, column, name in _MOVING
    }
    db.execute(
        text("UPDATE items SET merged_into = :into WHERE id = :from"), {"from": from_id, "into": into_id}
    )
    merge_id = db.execute(
        text("""
            INSERT INTO merges (from_item_id, into_item_id, by, moved)
            VALUES (:from, :into, :by, :moved) RETURNING id
        """),
        {"from": from_id, "into": into_id, "by": by, "moved": jsonb(moved)},
    ).scalar_one()
    return Merge(merge_id, from_id, into_id)


def undo_merge(db: Connection, merge_id: int) -> list[int]:
    """Move back what is still there, or has moved on from there; the items that it may have come from.

    Raises NotFound when the merge is unknown or undone already.
    """
    row = db.execute(
        text("""
            UPDATE merges SET undone_at = now() WHERE id = :id AND undone_at IS NULL
            RETURNING from_item_id, into_item_id, moved
        """),
        {"id": merge_id},
    ).first()
    if row is None:
        raise NotFound(f"There is no merge {merge_id} to undo.")
    # What we moved may have moved on since, with the item that it was moved to.
    later = _merges_on_from(db, row.into_item_id)
    ends = [row.into_item_id, *(merge.into_item_id for merge in later)]
    for table, column, name in _MOVING:
        db.execute(
            text(f"UPDATE {table} SET {column} = :from WHERE id = ANY(:ids) AND {column} = ANY(:ends)"),
            {"from": row.from_item_id, "ends": ends, "ids": row.moved[name]},
        )
    for merge in later:
        left = {name: sorted(set(ids) - set(row.moved[name])) for name, ids in merge.moved.items()}
        db.execute(
            text("UPDATE merges SET moved = :moved WHERE id = :id"), {"id": merge.id, "moved": jsonb(left)}
        )
    db.execute(text("UPDATE items SET merged_into = NULL WHERE id = :id"), {"id": row.from_item_id})
    return ends


def _merges_on_from(db: Connection, item_id: int) -> Sequence[Any]:
    """The standing merges by which an item became part of another, and that one of a third …"""
    return db.execute(
        text("""
            WITH RECURSIVE later AS (
                SELECT id, into_item_id, moved FROM merges WHERE from_item_id = :id AND undone_at IS NULL
                UNION ALL SELECT m.id, m.into_item_id, m.moved
                FROM merges m JOIN later ON m.from_item_id = later.into_item_id AND m.undone_at IS NULL
            )
            SELECT id, into_item_id, moved FROM later
        """),
        {"id": item_id},
    ).all()


def merge_of(db: Connection, from_id: int) -> Merge | None:
    """The standing merge that made `from_id` part of another item."""
    row = db.execute(
        text("""
            SELECT id, from_item_id, into_item_id FROM merges
            WHERE from_item_id = :id AND undone_at IS NULL ORDER BY id DESC LIMIT 1
        """),
        {"id": from_id},
    ).first()
    return Merge(row.id, row.from_item_id, row.into_item_id) if row else None


def remove_unused_items(db: Connection, item_ids: Sequence[int]) -> list[int]:
    """Remove those own items that no mention, event, claim, recording or episode needs; then their shows. What went."""
    removed: list[int] = []
    left = list(item_ids)
    while left:
        gone = db.execute(
            text("""
                DELETE FROM items i WHERE i.id = ANY(:ids) AND i.owner_id IS NOT NULL
                    AND NOT EXISTS (SELECT FROM mentions m WHERE m.item_id = i.id)
                    AND NOT EXISTS (SELECT FROM events e WHERE e.item_id = i.id)
                    AND NOT EXISTS (SELECT FROM claims c WHERE c.item_id = i.id)
                    AND NOT EXISTS (SELECT FROM items c WHERE c.parent_id = i.id)
                    AND NOT EXISTS (SELECT FROM media a WHERE a.item_id = i.id AND a.deleted_at IS NULL)
                    AND NOT EXISTS (SELECT FROM merges g WHERE g.from_item_id = i.id AND g.undone_at IS NULL
                                    AND g.by = 'person')
                RETURNING i.id, i.parent_id
            """),
            {"ids": left},
        ).all()
        removed += [row.id for row in gone]
        left = list({row.parent_id for row in gone if row.parent_id is not None})
    return removed


def remove_hollow_items(db: Connection, user_id: int, into_ids: Sequence[int]) -> set[int]:
    """Remove the user's own items that the resolver merged into these, and of which nothing is left there."""
    removed: set[int] = set()
    while gone := set(db.execute(text(_REMOVE_HOLLOW), {"user": user_id, "ids": list(into_ids)}).scalars()):
        removed |= gone  # an episode first, then its show
    return removed


def own_items_among(db: Connection, item_ids: Sequence[int], owner_id: int | None = None) -> list[int]:
    """Which of these items were made from somebody's records: from this person's, or from anybody's."""
    rows = db.execute(
        text("""
            SELECT id FROM items WHERE id = ANY(:ids) AND merged_into IS NULL AND owner_id IS NOT NULL
                AND (CAST(:owner AS bigint) IS NULL OR owner_id = :owner) ORDER BY id
        """),
        {"ids": list(item_ids), "owner": owner_id},
    )
    return list(rows.scalars())


def owner_of(db: Connection, item_id: int) -> int | None:
    """Whose own item this is; None: the catalogue's."""
    return db.execute(text("SELECT owner_id FROM items WHERE id = :id"), {"id": item_id}).scalar()


def merged_episodes(db: Connection, show_id: int) -> list[Merge]:
    """The standing merges of this show's episodes."""
    rows = db.execute(
        text("""
            SELECT m.id, m.from_item_id, m.into_item_id FROM merges m JOIN items i ON i.id = m.from_item_id
            WHERE i.parent_id = :id AND m.undone_at IS NULL ORDER BY m.id DESC
        """),
        {"id": show_id},
    )
    return [Merge(row.id, row.from_item_id, row.into_item_id) for row in rows]


def with_episodes(db: Connection, item_ids: Sequence[int]) -> list[int]:
    """These items and the episodes of those that are shows."""
    rows = db.execute(
        text("SELECT id FROM items WHERE id = ANY(:ids) OR parent_id = ANY(:ids) ORDER BY id"),
        {"ids": list(item_ids)},
    )
    return list(rows.scalars())


def own_item_merged_with(db: Connection, mention_id: int) -> int | None:
    """The own item that this mention was first carried away from, of the merges that stand."""
    return db.execute(
        text("""
            SELECT from_item_id FROM merges
            WHERE undone_at IS NULL AND moved -> 'mentions' @> to_jsonb(CAST(:id AS bigint))
            ORDER BY id LIMIT 1
        """),
        {"id": mention_id},
    ).scalar()


def adopt_own_episodes(db: Connection, show_id: int, episode_ids: Sequence[int]) -> None:
    """Make those own episodes among these belong to this show."""
    db.execute(
        text(
            "UPDATE items SET parent_id = :show WHERE id = ANY(:ids) AND owner_id IS NOT NULL AND id <> :show"
        ),
        {"show": show_id, "ids": list(episode_ids)},
    )

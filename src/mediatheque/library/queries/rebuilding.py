"""Which items there are to work out again, page by page."""

from __future__ import annotations

from sqlalchemy import Connection, text


def catalogue_item_ids(db: Connection, *, after: int = 0, limit: int = 1000) -> list[int]:
    """Items that everybody may see, by id; those merged into others stay as they were merged."""
    return _ids(db, "owner_id IS NULL", after, limit)


def own_item_ids(db: Connection, *, after: int = 0, limit: int = 1000) -> list[int]:
    """Items made from somebody's records, by id."""
    return _ids(db, "owner_id IS NOT NULL", after, limit)


def count_live_items(db: Connection) -> int:
    """How many items there are."""
    return db.execute(text("SELECT count(*) FROM items WHERE merged_into IS NULL")).scalar_one()


def _ids(db: Connection, condition: str, after: int, limit: int) -> list[int]:
    rows = db.execute(
        text(f"""
            SELECT id FROM items WHERE {condition} AND merged_into IS NULL AND id > :after
            ORDER BY id LIMIT :limit
        """),
        {"after": after, "limit": limit},
    )
    return list(rows.scalars())

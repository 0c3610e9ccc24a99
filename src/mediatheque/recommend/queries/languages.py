"""In which languages the catalogue's titles were made."""

from __future__ import annotations

from sqlalchemy import text

from mediatheque.kit.database import Connection


def titles_by_language(db: Connection) -> dict[str, int]:
    """How many titles of the catalogue there are in each language (ISO 639-1)."""
    rows = db.execute(
        text("""
            SELECT language, count(*) AS n FROM items
            WHERE owner_id IS NULL AND merged_into IS NULL AND language IS NOT NULL GROUP BY language
        """)
    )
    return {row.language: row.n for row in rows}

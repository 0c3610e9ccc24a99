"""Which works of the catalogue, and of a person's own, go by titles that were said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, text

from mediatheque.library.queries.items import VISIBLE
from mediatheque.vocabulary import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class TitledItem:
    """A work found by the key of one of its titles; `is_own`: its person has seen, read or saved it."""

    item_id: int
    key: str
    title: str
    kind: Kind
    year: int | None
    people: tuple[str, ...]
    popularity: float | None
    is_own: bool


def items_titled(db: Connection, user_id: int, keys: Iterable[str]) -> list[TitledItem]:
    """The films, shows and books that the person may see and that go by one of these keys (see kit/title_keys.py)."""
    rows = db.execute(
        text(f"""
            SELECT i.id AS item_id, t.key, i.title, i.kind, i.year, i.popularity,
                EXISTS (SELECT FROM user_items u WHERE u.user_id = :viewer AND u.item_id = i.id) AS is_own,
                ARRAY(
                    SELECT p.name FROM item_credits c JOIN people p ON p.id = c.person_id
                    WHERE c.item_id = i.id ORDER BY c."position" LIMIT 8
                ) AS people
            FROM item_titles t JOIN items i ON i.id = t.item_id
            WHERE t.key = ANY(:keys) AND {VISIBLE} AND i.kind IN ('film', 'show', 'book')
            ORDER BY t.key, i.id
        """),
        {"viewer": user_id, "keys": sorted(set(keys))},
    )
    return [
        TitledItem(
            item_id=row.item_id,
            key=row.key,
            title=row.title,
            kind=Kind(row.kind),
            year=row.year,
            people=tuple(row.people),
            popularity=row.popularity,
            is_own=row.is_own,
        )
        for row in rows
    ]

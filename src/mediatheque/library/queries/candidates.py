"""Which items a mention may be: by external id, by equal title keys, and by similar ones for the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from mediatheque.kit.wire import jsonb
from mediatheque.library.queries.items import item_from_row
from mediatheque.vocabulary import Item, Kind, Work

#: Kinds whose ids are numbered apart in these schemes: the number 1399 is a film and a show at TMDB.
_SCHEMES_PER_KIND = ("tmdb", "trakt", "tvdb")

#: pg_trgm similarity under which a title is not worth comparing.
_SIMILAR = 0.45


@dataclass(frozen=True, slots=True)
class Wanted:
    """A work to find items for, and the keys of its titles."""

    work: Work
    title_keys: tuple[str, ...]


def candidates(
    db: Connection, wanted: Sequence[Wanted], owner_id: int | None, *, fuzzy: bool = True
) -> list[list[Item]]:
    """For each wanted work, the items it may be: of the catalogue, and of `owner_id`'s own.

    Episodes are looked for under their show instead, see `children_by_parent`. At most 20 a work.
    """
    found: list[dict[int, Item]] = [{} for _ in wanted]
    _by_external_id(db, wanted, owner_id, found)
    _by_equal_key(db, wanted, owner_id, found)
    if fuzzy:
        unfound = [n for n, items in enumerate(found) if not items and wanted[n].title_keys]
        _by_similar_key(db, wanted, unfound, owner_id, found)
    return [list(items.values()) for items in found]


def children_by_parent(
    db: Connection, parent_ids: Sequence[int], owner_id: int | None
) -> dict[int, list[Item]]:
    """The episodes of these shows that the owner may see."""
    rows = db.execute(
        text(f"SELECT {_COLUMNS} FROM items i WHERE i.parent_id = ANY(:ids) AND {_VISIBLE} ORDER BY i.id"),
        {"ids": list(parent_ids), "owner": owner_id},
    )
    found: dict[int, list[Item]] = {}
    for row in rows:
        found.setdefault(row.parent_id, []).append(item_from_row(row))
    return found


def owned_candidates(db: Connection, wanted: Sequence[Wanted]) -> list[list[tuple[int, Item]]]:
    """For each new catalogue work, the items of people's own that it may be, with their owners."""
    rows = [{"n": n, "key": key} for n, w in enumerate(wanted) for key in w.title_keys]
    found: list[list[tuple[int, Item]]] = [[] for _ in wanted]
    if not rows:
        return found
    for row in db.execute(
        text(f"""
            SELECT DISTINCT r.n, {_COLUMNS} FROM jsonb_to_recordset(:rows) AS r(n int, key text)
            JOIN item_titles t ON t.key = r.key JOIN items i ON i.id = t.item_id
            WHERE i.owner_id IS NOT NULL AND i.merged_into IS NULL AND i.kind IN ('film', 'show', 'book', 'audio')
            ORDER BY r.n, i.id
        """),
        {"rows": jsonb(rows)},
    ):
        found[row.n].append((row.owner_id, item_from_row(row)))
    return found


_COLUMNS = "i.id, i.work, i.parent_id, i.owner_id"
_VISIBLE = "(i.owner_id IS NULL OR i.owner_id = CAST(:owner AS bigint)) AND i.merged_into IS NULL"


def _by_external_id(
    db: Connection, wanted: Sequence[Wanted], owner_id: int | None, found: list[dict[int, Item]]
) -> None:
    rows = [
        {
            "n": n,
            "scheme": scheme,
            "value": value,
            "kind": w.work.kind.value if scheme in _SCHEMES_PER_KIND else None,
        }
        for n, w in enumerate(wanted)
        for scheme, value in w.work.external_ids.items()
    ]
    if rows:
        _collect(
            db,
            f"""
            SELECT r.n, {_COLUMNS}
            FROM jsonb_to_recordset(:rows) AS r(n int, scheme text, value text, kind text)
            JOIN external_ids x ON x.scheme = r.scheme AND x.value = r.value AND (r.kind IS NULL OR x.kind = r.kind)
            JOIN items i ON i.id = x.item_id WHERE {_VISIBLE} ORDER BY r.n, i.id
            """,
            rows,
            owner_id,
            found,
        )


def _by_equal_key(
    db: Connection, wanted: Sequence[Wanted], owner_id: int | None, found: list[dict[int, Item]]
) -> None:
    # A video is known by its id alone: titles such as "Trailer" or "Live" say nothing.
    rows = [
        {"n": n, "key": key}
        for n, w in enumerate(wanted)
        if w.work.kind is not Kind.VIDEO
        for key in w.title_keys
    ]
    if rows:
        _collect(
            db,
            f"""
            SELECT * FROM (
                SELECT DISTINCT ON (r.n, i.id) r.n, {_COLUMNS}, i.popularity
                FROM jsonb_to_recordset(:rows) AS r(n int, key text)
                JOIN item_titles t ON t.key = r.key JOIN items i ON i.id = t.item_id
                WHERE {_VISIBLE} AND i.kind NOT IN ('episode', 'video')
            ) AS c ORDER BY n, popularity DESC NULLS LAST, id
            """,
            rows,
            owner_id,
            found,
        )


def _by_similar_key(
    db: Connection,
    wanted: Sequence[Wanted],
    unfound: Sequence[int],
    owner_id: int | None,
    found: list[dict[int, Item]],
) -> None:
    rows = [
        {"n": n, "key": wanted[n].title_keys[0]}
        for n in unfound
        if wanted[n].work.kind in (Kind.FILM, Kind.SHOW, Kind.BOOK) and len(wanted[n].title_keys[0]) >= 4
    ]
    if rows:
        db.execute(text(f"SET LOCAL pg_trgm.similarity_threshold = {_SIMILAR}"))
        _collect(
            db,
            f"""
            SELECT r.n, c.* FROM jsonb_to_recordset(:rows) AS r(n int, key text)
            CROSS JOIN LATERAL (
                SELECT {_COLUMNS} FROM item_titles t JOIN items i ON i.id = t.item_id
                WHERE t.key % r.key AND {_VISIBLE} AND i.kind IN ('film', 'show', 'book')
                ORDER BY similarity(t.key, r.key) DESC, i.id LIMIT 8
            ) AS c
            """,
            rows,
            owner_id,
            found,
        )


def _collect(
    db: Connection,
    sql: str,
    rows: Sequence[Mapping[str, object]],
    owner_id: int | None,
    found: list[dict[int, Item]],
) -> None:
    for row in db.execute(text(sql), {"rows": jsonb(rows), "owner": owner_id}):
        items = found[row.n]
        if len(items) < 20:
            items.setdefault(row.id, item_from_row(row))

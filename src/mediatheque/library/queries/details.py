"""What hangs on items, each in a table of its own: title keys, ids, genres, credits, series, originals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from mediatheque.kit.title_keys import title_key
from mediatheque.kit.wire import jsonb
from mediatheque.vocabulary import Work

_TABLES = ("item_titles", "external_ids", "item_genres", "item_credits", "item_series", "item_originals")

#: Bytes of a title key: one beyond it fits no index, and nobody types it either. One character may become 18.
_LONGEST_KEY = 2_400


def clear(db: Connection, item_ids: Sequence[int]) -> None:
    """Take everything off these items."""
    for table in _TABLES:
        db.execute(text(f"DELETE FROM {table} WHERE item_id = ANY(:ids)"), {"ids": list(item_ids)})


def add(db: Connection, works: Mapping[int, tuple[Work, tuple[str, ...]]]) -> None:
    """Titles with their keys, external ids, genres, credits, series and originals of items that have none yet."""
    titles = [
        {"item": i, "key": key}
        for i, (_, keys) in works.items()
        for key in dict.fromkeys(keys)
        if key and len(key.encode()) <= _LONGEST_KEY
    ]
    _insert_from(
        db,
        "INSERT INTO item_titles (item_id, key) SELECT item, key FROM given ON CONFLICT DO NOTHING",
        "item bigint, key text",
        titles,
    )
    ids = [
        {"item": i, "scheme": scheme, "value": value, "kind": work.kind.value}
        for i, (work, _) in works.items()
        for scheme, value in work.external_ids.items()
    ]
    _insert_from(
        db,
        "INSERT INTO external_ids (scheme, value, kind, item_id) SELECT scheme, value, kind, item FROM given"
        " ON CONFLICT DO NOTHING",
        "item bigint, scheme text, value text, kind text",
        ids,
    )
    genres = [{"item": i, "name": g} for i, (work, _) in works.items() for g in dict.fromkeys(work.genres)]
    _insert_named(db, "genres", genres)
    _insert_from(
        db,
        "INSERT INTO item_genres (item_id, genre_id) SELECT item, g.id FROM given JOIN genres g USING (name)"
        " ON CONFLICT DO NOTHING",
        "item bigint, name text",
        genres,
    )
    credited = [
        {"item": i, "position": p, "name": c.name, "role": c.role.value, "character": c.character}
        for i, (work, _) in works.items()
        for p, c in enumerate(work.credits)
    ]
    _insert_named(db, "people", credited)
    _insert_from(
        db,
        'INSERT INTO item_credits (item_id, "position", person_id, role, "character")'
        ' SELECT item, given."position", p.id, role, given."character" FROM given JOIN people p USING (name)',
        'item bigint, "position" smallint, name text, role text, "character" text',
        credited,
    )
    _add_connections(db, works)


def _add_connections(db: Connection, works: Mapping[int, tuple[Work, tuple[str, ...]]]) -> None:
    """The series that items are part of, and what they were made from."""
    in_series = [
        # Rounded: PostgreSQL takes nothing for a real that is too small to be one, such as 1e-300.
        {
            "item": i,
            "name": work.series,
            "position": round(work.series_position, 3) if work.series_position is not None else None,
        }
        for i, (work, _) in works.items()
        if work.series
    ]
    _insert_named(db, "series", in_series)
    _insert_from(
        db,
        'INSERT INTO item_series (item_id, series_id, "position")'
        ' SELECT item, s.id, given."position" FROM given JOIN series s USING (name)',
        'item bigint, name text, "position" real',
        in_series,
    )
    originals = [
        {"item": i, "position": p, "key": key, "author": author}
        for i, (work, keys) in works.items()
        for p, (key, author) in enumerate(_originals(work, keys))
    ]
    _insert_from(
        db,
        'INSERT INTO item_originals (item_id, "position", title_key, author)'
        ' SELECT item, "position", key, author FROM given',
        'item bigint, "position" smallint, key text, author text',
        originals,
    )


def _originals(work: Work, keys: Sequence[str]) -> dict[tuple[str, str], None]:
    """What a work was made from as (title key, author), each once; without a title of its own by the work's keys."""
    return {
        (key, original.author): None
        for original in work.based_on
        for key in ((title_key(original.title),) if original.title else keys)
        if key and len(key.encode()) <= _LONGEST_KEY
    }


def _insert_named(db: Connection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """The names in `rows` that `table` does not have yet, in one order so that two writers never deadlock."""
    _insert_from(
        db,
        f"INSERT INTO {table} (name) SELECT DISTINCT name FROM given"
        f" WHERE NOT EXISTS (SELECT FROM {table} t WHERE t.name = given.name) ORDER BY name"
        " ON CONFLICT DO NOTHING",
        "name text",
        rows,
    )


def _insert_from(db: Connection, statement: str, columns: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Run an INSERT … SELECT … FROM given, where `given` holds the rows."""
    if rows:
        given = f"WITH given AS (SELECT * FROM jsonb_to_recordset(:rows) AS r({columns})) "
        db.execute(text(given + statement), {"rows": jsonb(rows)})

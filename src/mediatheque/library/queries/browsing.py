"""Reading a person's library as columns, and the few items of it that a page shows."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from mediatheque.library.browsing.columns import (
    DISLIKED,
    HIDDEN,
    LIKED,
    NO_MOMENT,
    NO_YEAR,
    SAVED,
    SEEN,
    STARTED,
    Facts,
    Ints,
    Standings,
    Tags,
)
from mediatheque.library.queries.history import Standing, standings
from mediatheque.library.queries.items import VISIBLE, item_from_row, within_age
from mediatheque.library.queries.users import User
from mediatheque.vocabulary import Item, Kind

#: Of the catalogue, the best known so many stand beside what is one's own: more is for a search.
MOST_OF_CATALOGUE = 200_000
#: Where an item came from that nobody exported: told here, or put into the archive.
TOLD, ARCHIVED = "told", "archive"

#: What somebody has met: not what was merely shown to them or clicked at.
_MET = """
    SELECT item_id AS id FROM user_items WHERE user_id = :viewer
        AND (seen_count > 0 OR episodes_seen > 0 OR is_saved OR is_hidden OR liking <> 0)
    UNION SELECT item_id FROM ratings WHERE user_id = :viewer
    UNION SELECT item_id FROM events WHERE user_id = :viewer AND kind IN ('started', 'added') AND item_id IS NOT NULL
    UNION SELECT id FROM items WHERE owner_id = :viewer AND merged_into IS NULL
"""
_CATALOGUE = f"""
    {_MET} UNION (
        SELECT id FROM items WHERE owner_id IS NULL AND merged_into IS NULL AND kind <> 'episode'
        ORDER BY popularity DESC NULLS LAST, id LIMIT {MOST_OF_CATALOGUE}
    )
"""
#: Between texts that come in one piece: in no title.
_APART = "\x1e"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An item as a page of the library shows it."""

    item: Item
    standing: Standing | None
    progress: float | None = None  # of what was begun and not finished: the share, where an export says
    media_id: int | None = None  # the recording in the archive that it is


def stamp_of(db: Connection, user_id: int) -> Hashable:
    """What changes with a person's imports and recordings, beside their history."""
    row = db.execute(
        text("""
            SELECT (SELECT ROW(count(*), max(id), sum(rows_read), count(*) FILTER (WHERE state = 'undone'))
                    FROM batches WHERE user_id = :viewer)::text AS imports,
                (SELECT ROW(count(*), max(id), count(item_id), count(deleted_at))
                    FROM media WHERE user_id = :viewer)::text AS recordings
        """),
        {"viewer": user_id},
    ).one()
    return row.imports, row.recordings


def changes(db: Connection) -> Hashable:
    """How often items were written to, as PostgreSQL counts it: about a second late."""
    row = db.execute(
        text("""
            SELECT n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables
            WHERE schemaname = current_schema() AND relname = 'items'
        """)
    ).first()
    return tuple(row) if row is not None else ()


def read_standings(db: Connection, user_id: int) -> Standings:
    """Where the person stands with everything they have to do with."""
    row = db.execute(
        text(f"""
            SELECT array_agg(item_id)::text AS ids, array_agg(flags)::text AS flags,
                array_agg(halves)::text AS halves, array_agg(last)::text AS last
            FROM (
                SELECT ui.item_id,
                    CASE WHEN ui.seen_count > 0 OR ui.episodes_seen > 0 THEN {SEEN} ELSE 0 END
                    + CASE WHEN ui.is_saved THEN {SAVED} ELSE 0 END + CASE WHEN ui.is_hidden THEN {HIDDEN} ELSE 0 END
                    + CASE ui.liking WHEN 1 THEN {LIKED} WHEN -1 THEN {DISLIKED} ELSE 0 END
                    + CASE WHEN begun.item_id IS NULL THEN 0 ELSE {STARTED} END AS flags,
                    coalesce(r.value * 2, 0)::int AS halves,
                    coalesce(extract(epoch FROM ui.last_at)::bigint, {NO_MOMENT}) AS last
                FROM user_items ui LEFT JOIN ratings r USING (user_id, item_id)
                LEFT JOIN (
                    SELECT DISTINCT item_id FROM events WHERE user_id = :viewer AND kind = 'started'
                ) AS begun ON begun.item_id = ui.item_id
                WHERE ui.user_id = :viewer ORDER BY ui.item_id
            ) AS stood
        """),
        {"viewer": user_id},
    ).one()
    return Standings(
        _numbers(row.ids),
        _numbers(row.flags).astype(np.uint8),
        _numbers(row.halves).astype(np.uint8),
        _numbers(row.last),
    )


def read_facts(db: Connection, user: User, *, is_whole: bool) -> Facts:
    """What is known of the items that the person has met, or with `is_whole` of the catalogue's too."""
    ids, columns = _items(db, user, _CATALOGUE if is_whole else _MET)
    language_names, languages = np.unique(columns["languages"], return_inverse=True)
    if not len(language_names) or language_names[0]:
        language_names, languages = np.concatenate([[""], language_names]), languages + 1
    sources, source_names, told_at = _origins(db, user.id, ids)
    key_rows, keys = _texts(db, "SELECT item_id, key AS said FROM item_titles", ids)
    # A show came from where its episodes came from.
    parents = columns["parents"]
    places = np.minimum(np.searchsorted(ids, parents), max(len(ids) - 1, 0))
    is_folded = (ids[places] == parents) & (parents > 0) if len(ids) else np.zeros(0, bool)
    np.bitwise_or.at(sources, places[is_folded], sources[is_folded])
    return Facts(
        ids=ids,
        kinds=columns["kinds"].astype(np.uint8),
        titles=columns["titles"],
        years=columns["years"].astype(np.int16),
        languages=languages.astype(np.int32),
        language_names=language_names.tolist(),
        minutes=columns["minutes"].astype(np.float32),
        added=np.where(told_at != NO_MOMENT, told_at, columns["created"]),
        is_folded=is_folded,
        sources=sources,
        source_names=source_names,
        genres=_tags(db, ids, "SELECT item_id, genre_id AS code FROM item_genres", "genres"),
        people=_tags(db, ids, _CREDITS, "people"),
        key_rows=key_rows,
        keys=keys,
    )


#: Whom a work is known by: who made it, and the first of the cast.
_CREDITS = "SELECT item_id, person_id AS code FROM item_credits WHERE role <> 'cast' OR position < 6"
_ALL_KINDS = f"ARRAY[{', '.join(repr(kind.value) for kind in Kind)}]"


def _items(db: Connection, user: User, scope: str) -> tuple[Ints, dict[str, Any]]:
    conditions = [VISIBLE]
    given: dict[str, Any] = {"viewer": user.id}
    allowed, values = within_age(user.max_age, may_see_unrated=user.may_see_unrated, kinds=())
    if allowed:
        conditions.append(allowed)
        given |= values
    row = db.execute(
        text(f"""
            SELECT array_agg(id)::text AS ids, array_agg(kind)::text AS kinds, array_agg(year)::text AS years,
                array_agg(parent)::text AS parents, array_agg(minutes)::text AS minutes,
                array_agg(created)::text AS created, string_agg(language, :apart) AS languages,
                string_agg(translate(title, :apart, ' '), :apart) AS titles
            FROM (
                SELECT i.id, array_position({_ALL_KINDS}, i.kind) - 1 AS kind, coalesce(i.year, {NO_YEAR}) AS year,
                    coalesce(i.parent_id, 0) AS parent, coalesce(i.language, p.language, '') AS language, i.title,
                    coalesce((i.work ->> 'runtime_minutes')::float4, 'NaN') AS minutes,
                    extract(epoch FROM i.created_at)::bigint AS created
                FROM ({scope}) AS these JOIN items i ON i.id = these.id LEFT JOIN items p ON p.id = i.parent_id
                WHERE {" AND ".join(conditions)} ORDER BY i.id
            ) AS there
        """),
        given | {"apart": _APART},
    ).one()
    is_empty = row.ids is None
    return _numbers(row.ids), {
        "kinds": _numbers(row.kinds),
        "years": _numbers(row.years),
        "parents": _numbers(row.parents),
        "created": _numbers(row.created),
        "minutes": _numbers(row.minutes, np.float64),
        "languages": np.array([] if is_empty else row.languages.split(_APART), np.str_),
        "titles": [] if is_empty else row.titles.split(_APART),
    }


def _origins(db: Connection, user_id: int, ids: Ints) -> tuple[npt.NDArray[np.uint32], list[str], Ints]:
    """Where each item came from, as bits; what the bits mean; and when it came."""
    row = db.execute(
        text("""
            SELECT array_agg(item_id)::text AS ids, array_agg(at)::text AS moments,
                array_agg(code)::text AS codes,
                (SELECT array_agg(DISTINCT source) FROM batches WHERE user_id = :viewer) AS names
            FROM (
                SELECT e.item_id, extract(epoch FROM min(e.created_at))::bigint AS at,
                    coalesce(array_position(
                        (SELECT array_agg(DISTINCT source) FROM batches WHERE user_id = :viewer), r.source), 0) AS code
                FROM events e LEFT JOIN records r ON r.id = e.record_id
                WHERE e.user_id = :viewer AND e.item_id IS NOT NULL AND e.kind NOT IN ('shown', 'clicked')
                GROUP BY e.item_id, r.source
                UNION ALL
                SELECT item_id, extract(epoch FROM min(added_at))::bigint, -1 FROM media
                WHERE user_id = :viewer AND item_id IS NOT NULL AND deleted_at IS NULL GROUP BY item_id
            ) AS origins
        """),
        {"viewer": user_id},
    ).one()
    # A bit each: told here, the archive, and at most thirty kinds of export.
    names = [TOLD, ARCHIVED, *(row.names or ())[:30]]
    sources, added = np.zeros(len(ids), np.uint32), np.full(len(ids), NO_MOMENT)
    places, there = _places(ids, _numbers(row.ids))
    moments, codes = _numbers(row.moments)[there], _numbers(row.codes)[there]
    bits = np.where(codes == -1, 1, np.where(codes == 0, 0, codes + 1))
    np.bitwise_or.at(sources, places, (np.uint32(1) << bits.astype(np.uint32)).astype(np.uint32))
    order = np.argsort(-moments)
    added[places[order]] = moments[order]
    return sources, names, added


def _tags(db: Connection, ids: Ints, pairs: str, table: str) -> Tags:
    """Which of a table's names each item bears."""
    row = db.execute(
        text(f"""
            SELECT array_agg(item_id)::text AS ids, array_agg(code)::text AS codes
            FROM ({pairs}) AS pairs WHERE item_id = ANY(CAST(:ids AS bigint[]))
        """),
        {"ids": _as_array(ids)},
    ).one()
    places, there = _places(ids, _numbers(row.ids))
    known, codes = np.unique(_numbers(row.codes)[there], return_inverse=True)
    names = db.execute(
        text(f"SELECT name FROM {table} WHERE id = ANY(CAST(:ids AS bigint[])) ORDER BY id"),
        {"ids": _as_array(known)},
    ).scalars()
    # Somebody who wrote and directed is one person of the work.
    once = np.unique(places * max(len(known), 1) + codes)
    rows, codes = np.divmod(once, max(len(known), 1))
    return Tags(rows.astype(np.int32), codes.astype(np.int32), list(names))


def _texts(db: Connection, pairs: str, ids: Ints) -> tuple[npt.NDArray[np.int32], list[str]]:
    """A text for some of the items, or several."""
    row = db.execute(
        text(f"""
            SELECT array_agg(item_id)::text AS ids, string_agg(translate(said, :apart, ' '), :apart) AS texts
            FROM ({pairs}) AS pairs WHERE item_id = ANY(CAST(:ids AS bigint[]))
        """),
        {"ids": _as_array(ids), "apart": _APART},
    ).one()
    places, there = _places(ids, _numbers(row.ids))
    texts = row.texts.split(_APART) if row.texts is not None else []
    return places.astype(np.int32), [t for t, is_there in zip(texts, there.tolist(), strict=True) if is_there]


def read_cards(db: Connection, user_id: int, item_ids: Sequence[int]) -> list[Card]:
    """These items as a page shows them, in this order; what is gone meanwhile, or no longer theirs to see, is left out."""
    given = {"viewer": user_id, "ids": list(item_ids)}
    rows = db.execute(
        text(f"""
            SELECT i.id, i.work - 'description' AS work, i.parent_id, i.owner_id, (
                    SELECT e.value FROM events e
                    WHERE e.user_id = :viewer AND e.item_id = i.id AND e.kind = 'started'
                    ORDER BY e.at DESC NULLS LAST, e.id DESC LIMIT 1
                ) AS progress, (
                    SELECT max(m.id) FROM media m WHERE m.item_id = i.id AND m.user_id = :viewer
                        AND m.deleted_at IS NULL AND m.duplicate_of IS NULL
                ) AS media_id
            FROM items i WHERE i.id = ANY(:ids) AND {VISIBLE}
        """),
        given,
    )
    stand = standings(db, user_id, item_ids)
    cards: dict[int, Card] = {}
    for row in rows:
        standing = stand.get(row.id)
        is_done = standing is not None and standing.seen_count > 0
        cards[row.id] = Card(
            item=item_from_row(row),
            standing=standing,
            progress=None if is_done else row.progress,
            media_id=row.media_id,
        )
    return [cards[item_id] for item_id in item_ids if item_id in cards]


def _places(ids: Ints, wanted: Ints) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Where the wanted ids that are there stand among `ids`, and which of them are there."""
    if not len(ids):
        return np.zeros(0, np.int64), np.zeros(len(wanted), bool)
    places = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    there = ids[places] == wanted
    return places[there], there


def _numbers(array: str | None, dtype: type[np.generic] = np.int64) -> npt.NDArray[Any]:
    return np.fromstring((array or "").strip("{}"), dtype, sep=",")


def _as_array(ids: npt.NDArray[Any]) -> str:
    return f"{{{','.join(map(str, ids.tolist()))}}}"

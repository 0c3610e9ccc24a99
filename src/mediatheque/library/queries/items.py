"""Items: one entry per work, its searchable details, and who may see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from mediatheque.kit.errors import NotFound
from mediatheque.kit.wire import jsonb, work_from_json, work_to_json
from mediatheque.library.queries import details
from mediatheque.vocabulary import Item, Kind, Work

#: What a person may see: the catalogue, and what was made from their own records.
VISIBLE = "(i.owner_id IS NULL OR i.owner_id = :viewer) AND i.merged_into IS NULL"

#: Kinds that are streamed: a service says nothing of the others.
STREAMED = frozenset({Kind.FILM, Kind.SHOW, Kind.EPISODE})

#: A condition on `items i` ("": none) and its parameters.
Conditioned = tuple[str, dict[str, Any]]


def within_age(limit: int | None, *, may_see_unrated: bool, kinds: Sequence[Kind]) -> Conditioned:
    """Only what is rated for people of `limit` years or younger; `kinds`: all that are asked for, () any."""
    if limit is None:
        return "", {}
    unrated = 0 if may_see_unrated else limit + 1
    age = _own_or_shows("minimum_age", kinds, str(unrated))
    return f"{age} <= :max_age", {"max_age": limit}


def on_services(services: Sequence[str], *, kinds: Sequence[Kind]) -> Conditioned:
    """What is streamed, only on one of these services; other kinds are left alone."""
    if not services:
        return "", {}
    condition = f"{_own_or_shows('services', kinds)} && CAST(:services AS text[])"
    if not kinds or not STREAMED.issuperset(kinds):
        condition = f"(i.kind <> ALL(CAST(:streamed AS text[])) OR {condition})"
        return condition, {"services": list(services), "streamed": sorted(STREAMED)}
    return condition, {"services": list(services)}


def in_languages(languages: Sequence[str], *, kinds: Sequence[Kind]) -> Conditioned:
    """Only what was made in one of these languages (ISO 639-1)."""
    if not languages:
        return "", {}
    return f"{_own_or_shows('language', kinds)} = ANY(:languages)", {"languages": list(languages)}


def _own_or_shows(column: str, kinds: Sequence[Kind], otherwise: str | None = None) -> str:
    """The item's value, an episode's else that of its show: catalogues speak of shows alone."""
    values = [f"i.{column}"]
    if not kinds or Kind.EPISODE in kinds:
        values.append(f"(SELECT s.{column} FROM items s WHERE s.id = i.parent_id)")
    values += [otherwise] if otherwise is not None else []
    return f"coalesce({', '.join(values)})" if len(values) > 1 else values[0]


_COLUMNS = "i.id, i.work, i.parent_id, i.owner_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """An item to be: its merged work, the keys its titles are found by, its show, and whose it is."""

    work: Work
    title_keys: tuple[str, ...]
    parent_id: int | None = None
    owner_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFilter:
    """Which items of all that the viewer may see; empty fields filter nothing."""

    kinds: tuple[Kind, ...] = ()
    genres: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    language: str | None = None
    is_seen: bool | None = None
    is_saved: bool | None = None
    max_age: int | None = None  # nothing that is rated for older people
    may_see_unrated: bool = True  # with `max_age`: also what nobody rated for an age
    services: tuple[str, ...] = ()  # what is streamed, on one of these

    def sql(self) -> tuple[str, dict[str, Any]]:
        """A condition on `items i` (and its parameters; `:viewer` is the caller's to give)."""
        conditions = [VISIBLE]
        given: dict[str, Any] = {}
        if self.kinds:
            conditions.append("i.kind = ANY(:kinds)")
            given["kinds"] = [kind.value for kind in self.kinds]
        if self.genres:
            conditions.append(
                "EXISTS (SELECT FROM item_genres ig JOIN genres g ON g.id = ig.genre_id"
                " WHERE ig.item_id = i.id AND lower(g.name) = ANY(:genres))"
            )
            given["genres"] = [genre.lower() for genre in self.genres]
        for name, value, condition in (
            ("year_from", self.year_from, "i.year >= :year_from"),
            ("year_to", self.year_to, "i.year <= :year_to"),
            ("language", self.language, "i.language = :language"),
        ):
            if value is not None:
                conditions.append(condition)
                given[name] = value
        for condition, values in (
            within_age(self.max_age, may_see_unrated=self.may_see_unrated, kinds=self.kinds),
            on_services(self.services, kinds=self.kinds),
        ):
            if condition:
                conditions.append(condition)
                given |= values
        for value, condition in (
            (self.is_seen, "(ui.seen_count > 0 OR ui.episodes_seen > 0)"),
            (self.is_saved, "ui.is_saved"),
        ):
            if value is not None:
                conditions.append(
                    f"{'' if value else 'NOT '}EXISTS (SELECT FROM user_items ui"
                    f" WHERE ui.user_id = :viewer AND ui.item_id = i.id AND {condition})"
                )
        return " AND ".join(conditions), given


def add_items(db: Connection, new: Sequence[NewItem]) -> list[int]:
    """Insert items with all their details; their ids, in the order given."""
    if not new:
        return []
    ids = list(
        db.execute(
            text("SELECT nextval(pg_get_serial_sequence('items', 'id')) FROM generate_series(1, :n)"),
            {"n": len(new)},
        ).scalars()
    )
    rows = [
        _row(item_id, item.work) | {"parent_id": item.parent_id, "owner_id": item.owner_id}
        for item_id, item in zip(ids, new, strict=True)
    ]
    db.execute(
        text(f"""
            INSERT INTO items (id, kind, title, year, language, popularity, average_rating, rating_count,
                               season, episode, minimum_age, services, work, parent_id, owner_id, search)
            OVERRIDING SYSTEM VALUE
            SELECT r.id, r.kind, r.title, r.year, r.language, r.popularity, r.average_rating, r.rating_count,
                   r.season, r.episode, r.minimum_age, r.services, r.work, r.parent_id, r.owner_id, {_SEARCH}
            FROM jsonb_to_recordset(:rows) AS r({_RECORDSET}, parent_id bigint, owner_id bigint)
        """),
        {"rows": jsonb(rows)},
    )
    details.add(db, {i: (n.work, n.title_keys) for i, n in zip(ids, new, strict=True)})
    return ids


def save_works(db: Connection, works: Mapping[int, tuple[Work, tuple[str, ...]]]) -> None:
    """Give items a new merged work and new title keys."""
    if not works:
        return
    rows = [_row(item_id, work) for item_id, (work, _) in works.items()]
    db.execute(
        text(f"""
            UPDATE items SET kind = r.kind, title = r.title, year = r.year, language = r.language,
                popularity = r.popularity, average_rating = r.average_rating, rating_count = r.rating_count,
                season = r.season, episode = r.episode, minimum_age = r.minimum_age, services = r.services,
                work = r.work, search = {_SEARCH}, updated_at = now()
            FROM jsonb_to_recordset(:rows) AS r({_RECORDSET})
            WHERE items.id = r.id
        """),
        {"rows": jsonb(rows)},
    )
    details.clear(db, list(works))
    details.add(db, works)


def items_with_ids(db: Connection, item_ids: Iterable[int], viewer: int) -> dict[int, Item]:
    """The items among `item_ids` that the viewer may see, by id, in the order asked for."""
    wanted = list(dict.fromkeys(item_ids))
    rows = db.execute(
        text(f"SELECT {_COLUMNS} FROM items i WHERE i.id = ANY(:ids) AND {VISIBLE}"),
        {"ids": wanted, "viewer": viewer},
    )
    found = {row.id: item_from_row(row) for row in rows}
    return {item_id: found[item_id] for item_id in wanted if item_id in found}


def item_with_id(db: Connection, item_id: int, viewer: int) -> Item:
    """One item, or the one it was merged into; raises NotFound, also for what is not the viewer's to see."""
    row = db.execute(
        text(f"""
            WITH RECURSIVE chain AS (
                -- Where somebody else's own item went tells what they watched.
                SELECT id, merged_into FROM items WHERE id = :id AND (owner_id IS NULL OR owner_id = :viewer)
                UNION SELECT i.id, i.merged_into FROM items i JOIN chain ON i.id = chain.merged_into
            )
            SELECT {_COLUMNS} FROM items i JOIN chain USING (id) WHERE {VISIBLE}
        """),
        {"id": item_id, "viewer": viewer},
    ).first()
    if row is None:
        raise NotFound(f"There is no item {item_id} in your library.")
    return item_from_row(row)


def list_items(
    db: Connection, viewer: int, which: ItemFilter, *, after: int | None = None, limit: int = 50
) -> list[Item]:
    """Items by id, those after `after`."""
    condition, given = which.sql()
    rows = db.execute(
        text(f"""
            SELECT {_COLUMNS} FROM items i
            WHERE {condition} AND i.id > :after ORDER BY i.id LIMIT :limit
        """),
        given | {"viewer": viewer, "after": after or 0, "limit": limit},
    )
    return [item_from_row(row) for row in rows]


def children_of(db: Connection, item_id: int, viewer: int) -> list[Item]:
    """A show's episodes in the order of seasons; those without a number by title."""
    rows = db.execute(
        text(f"""
            SELECT {_COLUMNS} FROM items i WHERE i.parent_id = :id AND {VISIBLE}
            ORDER BY i.season NULLS LAST, i.episode NULLS LAST, i.title, i.id
        """),
        {"id": item_id, "viewer": viewer},
    )
    return [item_from_row(row) for row in rows]


def genre_names(db: Connection) -> list[str]:
    """Every genre in use, by name."""
    return list(db.execute(text("SELECT name FROM genres ORDER BY name")).scalars())


def count_items(db: Connection) -> dict[str, int]:
    """How many catalogue items there are of each kind."""
    rows = db.execute(
        text(
            "SELECT kind, count(*) AS n FROM items WHERE owner_id IS NULL AND merged_into IS NULL GROUP BY kind"
        )
    )
    return {row.kind: row.n for row in rows}


def unasked_own_items(db: Connection, user_id: int, limit: int) -> list[Item]:
    """A user's own films, shows and books that no source was asked about for three months, latest first."""
    rows = db.execute(
        text(f"""
            SELECT {_COLUMNS} FROM items i LEFT JOIN user_items ui ON ui.item_id = i.id AND ui.user_id = i.owner_id
            WHERE i.owner_id = :user AND i.merged_into IS NULL AND i.kind IN ('film', 'show', 'book')
                AND (i.asked_at IS NULL OR i.asked_at < now() - interval '90 days')
            ORDER BY ui.last_at DESC NULLS LAST, i.id LIMIT :limit
        """),
        {"user": user_id, "limit": limit},
    )
    return [item_from_row(row) for row in rows]


def mark_asked(db: Connection, item_id: int) -> None:
    """Remember that the sources were asked about an own item."""
    db.execute(text("UPDATE items SET asked_at = now() WHERE id = :id"), {"id": item_id})


def item_from_row(row: Any) -> Item:
    """An Item from a row with id, work, parent_id and owner_id."""
    return Item(
        id=row.id,
        work=work_from_json(row.work),
        parent_id=row.parent_id,
        is_listed=row.owner_id is None,
    )


_RECORDSET = (
    "id bigint, kind text, title text, year smallint, language text, popularity real, average_rating real,"
    " rating_count integer, season integer, episode integer, minimum_age smallint, services text[], work jsonb, titles text, names text, genres text,"
    " description text"
)

# Weights: what a person types first is a title, then a name, then a genre, then a word of the description.
_SEARCH = (
    "setweight(to_tsvector('mediatheque', r.titles), 'A') || setweight(to_tsvector('mediatheque', r.names), 'B')"
    " || setweight(to_tsvector('mediatheque', r.genres), 'C')"
    " || setweight(to_tsvector('mediatheque', r.description), 'D')"
)


def _row(item_id: int, work: Work) -> dict[str, Any]:
    titles = (work.title, work.original_title, work.series_title, *work.alternative_titles)
    return {
        "id": item_id,
        "kind": work.kind.value,
        "title": work.title,
        "year": work.year,
        "language": work.language,
        "popularity": work.popularity,
        "average_rating": work.average_rating,
        "rating_count": work.rating_count,
        "season": work.season,
        "episode": work.episode,
        "minimum_age": work.minimum_age,
        "services": list(work.services) or None,
        "work": work_to_json(work),
        "titles": " ".join(t for t in titles if t),
        "names": " ".join(credit.name for credit in work.credits),
        "genres": " ".join(work.genres),
        "description": work.description or "",
    }

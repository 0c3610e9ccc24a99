"""What a person watched, read and heard, as arrays to count from: every view, the items they are of, and what those are.

Lists of thousands travel as one text each: psycopg takes longer to read them row by row than the query runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from mediatheque.kit.errors import Invalid
from mediatheque.library.queries.stood import SEEN
from mediatheque.vocabulary import Kind

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: Every kind of item, in the order of `ViewedItems.kinds`.
KINDS = tuple(Kind)
_EPISODE = KINDS.index(Kind.EPISODE)
#: What people are counted for; who made a show counts as who directed a film.
CREDITED = ("director", "cast", "author", "channel")
#: More of a cast than these are not who somebody watches a film for.
_BILLED = 8
#: Long before anything that was watched: what stands for "no day".
_NEVER = -(1 << 40)
_MINUTES = "coalesce((work ->> 'runtime_minutes')::float8, -1)"


@dataclass(frozen=True, slots=True)
class Views:
    """Everything a person has been through or begun, one row each, by the clock of their own place."""

    item_ids: Ints
    minute: Ints  # since 1970 on their clock; of no meaning where the day is not known
    is_dated: Bools
    is_timed: Bools  # the moment is known, not the day alone
    is_seen: Bools  # else begun and, as far as is known, not finished
    share: Floats  # finished, 0 to 1; NaN: nobody says
    told_minutes: Floats  # how long they sat there, where the source says; NaN: it does not


@dataclass(frozen=True, slots=True)
class ViewedItems:
    """What views are of, by rising id."""

    ids: Ints
    kinds: Ints  # index in KINDS
    title_ids: Ints  # the show of an episode, else itself
    minutes: Floats  # how long it takes; NaN: nobody says
    pages: Floats


@dataclass(frozen=True, slots=True)
class Credited:
    """Who has to do with titles, a row for each title, role and person."""

    titles: Ints
    roles: Ints  # index in CREDITED
    people: Ints


@dataclass(frozen=True, slots=True)
class StarCount:
    """How often a rating was given in a year; year None: nobody knows when."""

    year: int | None
    value: float
    count: int


def today_in(db: Connection, zone: str) -> date:
    """The day it is there. Raises Invalid for what is no time zone that the database knows."""
    try:
        with db.begin_nested():
            return db.execute(
                text("SELECT CAST(now() AT TIME ZONE :zone AS date)"), {"zone": zone}
            ).scalar_one()
    except DBAPIError:
        raise Invalid(
            f"'{zone}' is no time zone that is known here; they read like Europe/Berlin, or UTC."
        ) from None


def views_of(db: Connection, user_id: int, zone: str) -> Views:
    """All views of a person, whenever they were, on the clock of that time zone."""
    row = db.execute(
        text(f"""
            SELECT array_agg(item_id)::text, array_agg(minute)::text, array_agg(flags)::text,
                array_agg(share)::text, array_agg(told)::text
            FROM (
                SELECT e.item_id, (e.is_date_only)::int + 2 * (e.kind IN {SEEN})::int AS flags,
                    coalesce(round(e.value * 1000)::int, -1) AS share,
                    CASE WHEN jsonb_typeof(e.properties -> 'duration_seconds') = 'number'
                        -- Whatever number somebody may have sent: a day has no more.
                        THEN least(greatest((e.properties -> 'duration_seconds')::numeric, -1), 86400)::int
                        ELSE -1 END AS told,
                    coalesce(floor(date_part('epoch', CASE WHEN e.is_date_only THEN e.at AT TIME ZONE 'UTC'
                        ELSE e.at AT TIME ZONE :zone END) / 60)::bigint, {_NEVER}) AS minute
                FROM events e
                WHERE e.user_id = :user AND e.item_id IS NOT NULL AND (e.kind IN {SEEN} OR e.kind = 'started')
            ) AS each
        """),
        {"user": user_id, "zone": zone},
    ).one()
    item_ids, minute, flags, share, told = (_numbers(column) for column in row)
    is_dated = minute > _NEVER
    return Views(
        item_ids=item_ids,
        minute=minute,
        is_dated=is_dated,
        is_timed=is_dated & (flags & 1 == 0),
        is_seen=flags & 2 > 0,
        share=np.where(share < 0, np.nan, share / 1000),
        told_minutes=np.where(told < 0, np.nan, told / 60),
    )


def viewed_items(db: Connection, item_ids: Ints) -> ViewedItems:
    """What these items are. An episode takes as long as its show says where it does not say so itself."""
    row = db.execute(
        text(f"""
            SELECT array_agg(id)::text AS ids, array_agg(coalesce(parent_id, id))::text AS titles,
                array_agg(array_position(ARRAY[{", ".join(f"'{kind.value}'" for kind in KINDS)}], kind::text) - 1)::text
                    AS kinds,
                array_agg({_MINUTES})::text AS minutes,
                array_agg(coalesce((work ->> 'pages')::float8, -1))::text AS pages
            FROM items WHERE id = ANY(CAST(:ids AS bigint[]))
        """),
        {"ids": _array(item_ids)},
    ).one()
    ids, titles, kinds = _numbers(row.ids), _numbers(row.titles), _numbers(row.kinds)
    minutes, pages = _floats(row.minutes), _floats(row.pages)
    shows, of_shows = _minutes_of(db, np.unique(titles[(kinds == _EPISODE) & (minutes <= 0)]))
    if len(shows):
        at = np.minimum(np.searchsorted(shows, titles), len(shows) - 1)
        minutes = np.where(
            (minutes <= 0) & (kinds == _EPISODE) & (shows[at] == titles), of_shows[at], minutes
        )
    # A show as such is watched in no certain time: its minutes are one episode's.
    minutes = np.where((minutes > 0) & (kinds != KINDS.index(Kind.SHOW)), minutes, np.nan)
    order = np.argsort(ids)
    return ViewedItems(
        ids[order], kinds[order], titles[order], minutes[order], np.where(pages > 0, pages, np.nan)[order]
    )


def _minutes_of(db: Connection, show_ids: Ints) -> tuple[Ints, Floats]:
    """How long an episode of each of these shows is, by rising id; -1: nobody says."""
    row = db.execute(
        text(f"""
            SELECT array_agg(id ORDER BY id)::text, array_agg({_MINUTES} ORDER BY id)::text
            FROM items WHERE id = ANY(CAST(:ids AS bigint[]))
        """),
        {"ids": _array(show_ids)},
    ).one()
    return _numbers(row[0]), _floats(row[1])


def years_of(db: Connection, title_ids: Ints) -> tuple[Ints, Ints]:
    """Those of the titles whose year is known, and the year of each."""
    row = db.execute(
        text("""
            SELECT array_agg(id)::text, array_agg(year)::text FROM items
            WHERE id = ANY(CAST(:ids AS bigint[])) AND year IS NOT NULL
        """),
        {"ids": _array(title_ids)},
    ).one()
    return _numbers(row[0]), _numbers(row[1])


def languages_of(db: Connection, title_ids: Ints) -> list[tuple[str, int]]:
    """How many of the titles were made in each language, as far as it is known, most first."""
    rows = db.execute(
        text("""
            SELECT language, count(*) AS n FROM items
            WHERE id = ANY(CAST(:ids AS bigint[])) AND language IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1
        """),
        {"ids": _array(title_ids)},
    )
    return [(row.language, row.n) for row in rows]


def genres_of(db: Connection, title_ids: Ints) -> tuple[Ints, Ints]:
    """The genres of these titles as (title id, genre id) pairs, in two arrays."""
    row = db.execute(
        text("""
            SELECT array_agg(item_id)::text, array_agg(genre_id)::text FROM item_genres
            WHERE item_id = ANY(CAST(:ids AS bigint[]))
        """),
        {"ids": _array(title_ids)},
    ).one()
    return _numbers(row[0]), _numbers(row[1])


def genre_names(db: Connection, genre_ids: Iterable[int]) -> dict[int, str]:
    """What these genres are called."""
    return _names(db, "genres", genre_ids)


def people_names(db: Connection, person_ids: Iterable[int]) -> dict[int, str]:
    """What these people are called."""
    return _names(db, "people", person_ids)


def _names(db: Connection, table: str, ids: Iterable[int]) -> dict[int, str]:
    rows = db.execute(
        text(f"SELECT id, name FROM {table} WHERE id = ANY(CAST(:ids AS bigint[]))"), {"ids": _array(ids)}
    )
    return {row.id: row.name for row in rows}


def credits_of(db: Connection, title_ids: Ints) -> Credited:
    """Who directed, wrote, played in or published these titles; of a cast those who are billed first."""
    places = " ".join(f"WHEN '{role}' THEN {place}" for place, role in enumerate(CREDITED))
    row = db.execute(
        text(f"""
            SELECT array_agg(item_id)::text, array_agg(CASE role WHEN 'creator' THEN 0 {places} END)::text,
                array_agg(person_id)::text
            FROM item_credits
            WHERE item_id = ANY(CAST(:ids AS bigint[]))
                AND (role IN ('director', 'creator', 'author', 'channel') OR (role = 'cast' AND position < {_BILLED}))
        """),
        {"ids": _array(title_ids)},
    ).one()
    return Credited(_numbers(row[0]), _numbers(row[1]), _numbers(row[2]))


def stars_given(db: Connection, user_id: int, zone: str) -> list[StarCount]:
    """The person's ratings as they stand, counted by the year on their clock and by value."""
    rows = db.execute(
        text("""
            SELECT date_part('year', rated_at AT TIME ZONE :zone)::int AS year, value, count(*) AS n
            FROM ratings WHERE user_id = :user GROUP BY 1, 2 ORDER BY 1, 2
        """),
        {"user": user_id, "zone": zone},
    )
    return [StarCount(row.year, row.value, row.n) for row in rows]


def best_rated(
    db: Connection, user_id: int, zone: str, year: int | None, *, most: int
) -> list[tuple[int, float]]:
    """The items a person rated best, in that year on their clock or ever, as (id, stars), the latest first among equals."""
    rows = db.execute(
        text("""
            SELECT item_id, value FROM ratings
            WHERE user_id = :user AND value >= 4
                AND (CAST(:year AS int) IS NULL OR date_part('year', rated_at AT TIME ZONE :zone) = :year)
            ORDER BY value DESC, rated_at DESC NULLS LAST, item_id LIMIT :most
        """),
        {"user": user_id, "zone": zone, "year": year, "most": most},
    )
    return [(row.item_id, row.value) for row in rows]


def _array(numbers: Iterable[int] | Ints) -> str:
    """An array as PostgreSQL reads it."""
    return f"{{{','.join(map(str, numbers.tolist() if isinstance(numbers, np.ndarray) else numbers))}}}"


def _numbers(written: str | None) -> Ints:
    return np.fromstring(written[1:-1], np.int64, sep=",") if written else np.zeros(0, np.int64)


def _floats(written: str | None) -> Floats:
    return np.fromstring(written[1:-1], np.float64, sep=",") if written else np.zeros(0)

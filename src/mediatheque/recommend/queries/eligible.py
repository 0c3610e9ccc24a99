"""Which titles may be recommended to whom, as a condition in SQL, and what a person's lists must not name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import text

from mediatheque.kit.database import Connection
from mediatheque.library.queries.items import VISIBLE, in_languages, on_services, within_age
from mediatheque.library.queries.users import User, user_with_id
from mediatheque.vocabulary import Kind, service_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligible:
    """Which titles may be recommended to whom."""

    viewer: int
    kinds: tuple[Kind, ...]
    never: frozenset[int] = frozenset()  # known, hidden or excluded
    closed: frozenset[int] = frozenset()  # shows whose episodes are not wanted either
    own: frozenset[int] = (
        frozenset()
    )  # of the viewer's own items, those they saved: nobody needs the rest named
    until_year: int | None = None  # nothing that came out later; what has no year may be
    max_age: int | None = None  # nothing that is rated for older people
    may_see_unrated: bool = True  # with `max_age`: also what nobody rated for an age
    services: tuple[str, ...] = ()  # what is streamed, on one of these; books and the like wherever they are
    languages: tuple[str, ...] = ()  # ISO 639-1; what nobody knows the language of is in none

    @property
    def is_usual(self) -> bool:
        """Whether kinds, what is known and what is closed say all."""
        has_rules = self.max_age is not None or self.services or self.languages
        return not has_rules and self.until_year is None

    def sql(self) -> tuple[str, dict[str, Any]]:
        """A condition on `items i`, and all its parameters.

        Arrays, not EXISTS: of one person's titles the planner would hash everybody's ratings and events.
        """
        conditions = [
            VISIBLE,
            "(i.owner_id IS NULL OR i.id = ANY(CAST(:own AS bigint[])))",
            "i.kind = ANY(:kinds)",
            "i.id <> ALL(CAST(:never AS bigint[]))",
        ]
        given: dict[str, Any] = {
            "viewer": self.viewer,
            "kinds": [kind.value for kind in self.kinds],
            "never": _array(self.never),
            "own": _array(self.own),
        }
        if Kind.EPISODE in self.kinds:
            conditions.append("(i.parent_id IS NULL OR i.parent_id <> ALL(CAST(:closed AS bigint[])))")
            given["closed"] = _array(self.closed)
        if self.until_year is not None:
            conditions.append("(i.year IS NULL OR i.year <= :until_year)")
            given["until_year"] = self.until_year
        for condition, values in (
            within_age(self.max_age, may_see_unrated=self.may_see_unrated, kinds=self.kinds),
            on_services(self.services, kinds=self.kinds),
            in_languages(self.languages, kinds=self.kinds),
        ):
            if condition:
                conditions.append(condition)
                given |= values
        return " AND ".join(conditions), given


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRules:
    """What holds for every list of a person until it is changed: an administrator's age limit, own services."""

    max_age: int | None = None
    may_see_unrated: bool = True
    services: tuple[str, ...] = ()

    def narrowed(self, *, max_age: int | None = None, services: Sequence[str] | None = None) -> StandingRules:
        """As a request asks: no older than the limit whatever it says; on other services, or on any with ().

        Services by any spelling; one that is no name at all stays what it is, so that nothing streams there.
        """
        ages = [age for age in (self.max_age, max_age) if age is not None]
        return replace(
            self,
            max_age=min(ages, default=None),
            services=self.services
            if services is None
            else tuple(dict.fromkeys(service_name(written) or written for written in services)),
        )


def rules_of(db: Connection, user_id: int) -> StandingRules:
    """The person's standing rules; raises NotFound."""
    return rules_for(user_with_id(db, user_id))


def rules_for(user: User) -> StandingRules:
    """What the user's row says."""
    return StandingRules(max_age=user.max_age, may_see_unrated=user.may_see_unrated, services=user.services)


def _array(ids: Iterable[int]) -> str:
    """An array as PostgreSQL writes it: a list of a thousand numbers takes psycopg longer than the query."""
    return f"{{{','.join(map(str, ids))}}}"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a person's lists must not name, the shows whose episodes they do not want, and own items they want."""

    known: frozenset[int]
    closed: frozenset[int]
    own: frozenset[int]
    hidden: frozenset[int] = frozenset()  # of what is known


def bounds(db: Connection, user_id: int) -> Bounds:
    """What the user knows or has hidden, shows that are closed to them, and what they saved of their own.

    Known is what was seen (a show: any episode), rated, liked or disliked, or begun.
    """
    row = db.execute(
        text("""
            SELECT array_agg(DISTINCT item_id)::text, array_agg(DISTINCT item_id) FILTER (WHERE is_closed)::text,
                (SELECT array_agg(ui.item_id)::text FROM user_items ui JOIN items i ON i.id = ui.item_id
                 WHERE ui.user_id = :user AND ui.is_saved AND i.owner_id = :user),
                array_agg(DISTINCT item_id) FILTER (WHERE is_hidden)::text
            FROM (
                SELECT item_id, seen_count > 0 OR is_hidden AS is_closed, is_hidden FROM user_items
                WHERE user_id = :user AND (seen_count > 0 OR episodes_seen > 0 OR is_hidden OR liking <> 0)
                UNION ALL SELECT item_id, false, false FROM ratings WHERE user_id = :user
                UNION ALL SELECT item_id, false, false FROM events
                WHERE user_id = :user AND kind = 'started' AND item_id IS NOT NULL
            ) AS known
        """),
        {"user": user_id},
    ).one()
    return Bounds(
        *(frozenset(map(int, ids.strip("{}").split(","))) if ids else frozenset[int]() for ids in row)
    )


def eligible_among(db: Connection, item_ids: Sequence[int], which: Eligible, limit: int) -> list[int]:
    """The first `limit` of these items that may be recommended."""
    condition, given = which.sql()
    rows = db.execute(
        text(f"""
            SELECT i.id FROM unnest(CAST(:ids AS bigint[])) WITH ORDINALITY AS wanted(id, place)
            JOIN items i ON i.id = wanted.id WHERE {condition} ORDER BY wanted.place LIMIT :limit
        """),
        given | {"ids": _array(item_ids), "limit": limit},
    )
    return list(rows.scalars())


def eligible_at_all(db: Connection, which: Eligible, limit: int) -> list[int]:
    """Items that may be recommended, for when nobody has a word to say about any."""
    condition, given = which.sql()
    rows = db.execute(
        text(f"SELECT i.id FROM items i WHERE {condition} ORDER BY i.id LIMIT :limit"),
        given | {"limit": limit},
    )
    return list(rows.scalars())


@dataclass(frozen=True, slots=True)
class TraitsRow:
    """One candidate as the database describes it."""

    item_id: int
    kind: str
    language: str | None
    series: str | None
    genres: tuple[int, ...]
    makers: tuple[int, ...]


def traits_of(db: Connection, item_ids: Sequence[int], which: Eligible) -> list[TraitsRow]:
    """Those of these items that may be recommended, with what makes them alike."""
    condition, given = which.sql()
    rows = db.execute(
        text(f"""
            SELECT i.id, i.kind, i.language, coalesce(i.parent_id::text, lower(i.work ->> 'series_title')),
                ARRAY(SELECT g.genre_id FROM item_genres g WHERE g.item_id = i.id),
                ARRAY(SELECT c.person_id FROM item_credits c WHERE c.item_id = i.id
                      AND c.role IN ('director', 'creator', 'author', 'channel')) AS makers
            FROM items i WHERE i.id = ANY(CAST(:ids AS bigint[])) AND {condition} ORDER BY i.id
        """),
        given | {"ids": _array(item_ids)},
    ).all()
    return [TraitsRow(row[0], row[1], row[2], row[3], tuple(row[4]), tuple(row[5])) for row in rows]

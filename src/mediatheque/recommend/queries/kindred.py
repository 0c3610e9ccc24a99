"""Titles that share people or genres with one title: what is like it where no text was embedded."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from mediatheque.kit.database import Connection
from mediatheque.recommend.queries.eligible import Eligible

#: A maker is so many times as telling as somebody in the cast.
_MADE = "CASE WHEN bool_or(c.role NOT IN ('cast', 'narrator')) THEN 4.0 ELSE 1.0 END"
#: So many of a person's titles are looked at: a channel may have made a hundred thousand videos.
_MOST_OF_A_PERSON = 500


def sharing_people(db: Connection, item_id: int, which: Eligible, limit: int) -> list[int]:
    """Eligible titles by the same makers first, then with the same cast; who made less says more."""
    condition, given = which.sql()
    rows = db.execute(
        text(f"""
            WITH its AS MATERIALIZED (
                SELECT c.person_id, {_MADE} AS weight FROM item_credits c
                WHERE c.item_id = :item GROUP BY c.person_id
            ), shared AS MATERIALIZED (
                SELECT theirs.item_id, sum(its.weight / sqrt(theirs.n)) AS amount
                FROM its CROSS JOIN LATERAL (
                    SELECT made.item_id, count(*) OVER () AS n FROM (
                        SELECT DISTINCT c.item_id FROM item_credits c WHERE c.person_id = its.person_id LIMIT :each
                    ) AS made) AS theirs
                WHERE theirs.item_id <> :item GROUP BY theirs.item_id
            )
            SELECT i.id FROM shared s JOIN items i ON i.id = s.item_id WHERE {condition}
            ORDER BY s.amount DESC, i.id LIMIT :limit
        """),
        given | {"item": item_id, "each": _MOST_OF_A_PERSON, "limit": limit},
    )
    return list(rows.scalars())


def sharing_genres(
    db: Connection, item_id: int, among: Sequence[int], which: Eligible, limit: int
) -> list[int]:
    """Those among these that may be recommended and have a genre of the title, most alike in genres first."""
    condition, given = which.sql()
    rows = db.execute(
        text(f"""
            WITH wanted AS (
                SELECT item_id, place FROM unnest(CAST(:among AS bigint[])) WITH ORDINALITY AS w(item_id, place)
            ), alike AS MATERIALIZED (
                SELECT w.item_id, w.place,
                    count(*) FILTER (WHERE EXISTS (
                        SELECT FROM item_genres own WHERE own.item_id = :item AND own.genre_id = g.genre_id
                    )) / sqrt(count(*)) AS amount
                FROM wanted w JOIN item_genres g USING (item_id) GROUP BY w.item_id, w.place
            )
            SELECT i.id FROM alike a JOIN items i ON i.id = a.item_id WHERE a.amount > 0 AND {condition}
            ORDER BY a.amount DESC, a.place LIMIT :limit
        """),
        given | {"item": item_id, "among": list(among), "limit": limit},
    )
    return list(rows.scalars())


def likeness_in_people(db: Connection, item_id: int, item_ids: Sequence[int]) -> dict[int, float]:
    """How far the title was made by the people who made each of these: the cosine, 1 for all of them; without zeros."""
    rows = db.execute(
        text(f"""
            WITH its AS MATERIALIZED (
                SELECT c.person_id, {_MADE} AS weight FROM item_credits c
                WHERE c.item_id = :item GROUP BY c.person_id
            ), theirs AS MATERIALIZED (
                SELECT c.item_id, c.person_id, {_MADE} AS weight FROM item_credits c
                WHERE c.item_id = ANY(CAST(:ids AS bigint[])) GROUP BY c.item_id, c.person_id
            )
            SELECT theirs.item_id, (sum(least(its.weight, theirs.weight)) / sqrt(
                (SELECT sum(weight) FROM its) * (SELECT sum(t.weight) FROM theirs t WHERE t.item_id = theirs.item_id)
            ))::float8
            FROM theirs JOIN its USING (person_id) GROUP BY theirs.item_id
        """),
        {"item": item_id, "ids": list(item_ids)},
    )
    return {row[0]: row[1] for row in rows}

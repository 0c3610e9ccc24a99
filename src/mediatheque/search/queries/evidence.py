"""What could answer a question: passages by their words' stems, recordings by who is named, and what a person did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from mediatheque.library.queries.items import VISIBLE

#: A stem in more passages than this tells too little to look for it.
_MOST_RANKED = 1_000


class Mention(NamedTuple):
    """A moment at which a recording of the viewer names an item."""

    media_id: int
    item_id: int
    title: str  # of the recording
    start_ms: int
    said: str
    added_at: datetime


class Deed(NamedTuple):
    """What the viewer did with an item, the last time; `value` is a rating's stars."""

    item_id: int
    kind: str
    at: datetime | None
    is_date_only: bool
    value: float | None


def counts_of_stems(
    db: Connection, stems: Sequence[str], where: str, given: Mapping[str, Any]
) -> dict[str, int]:
    """In how many passages words beginning so are said, counted up to a thousand."""
    rows = db.execute(
        text(f"""
            SELECT asked.stem, (
                SELECT count(*) FROM (
                    SELECT FROM passages p JOIN media m ON m.id = p.media_id
                    WHERE p.search @@ to_tsquery('mediatheque', asked.stem || ':*') AND {where}
                    LIMIT {_MOST_RANKED}
                ) AS found
            ) AS n
            FROM unnest(CAST(:stems AS text[])) AS asked (stem)
        """),
        {**given, "stems": list(stems)},
    )
    return {row.stem: row.n for row in rows}


def passages_with_stems(
    db: Connection, weights: Mapping[str, float], where: str, given: Mapping[str, Any], limit: int
) -> list[int]:
    """Passages in which words beginning so are said, by the sum of their weights; the shorter passage first."""
    if not weights:
        return []
    rows = db.execute(
        text(f"""
            SELECT hit.id FROM unnest(CAST(:stems AS text[]), CAST(:weights AS float8[])) AS asked (stem, weight)
            CROSS JOIN LATERAL (
                SELECT p.id, length(p.text) AS length FROM passages p JOIN media m ON m.id = p.media_id
                WHERE p.search @@ to_tsquery('mediatheque', asked.stem || ':*') AND {where} LIMIT {_MOST_RANKED}
            ) AS hit
            GROUP BY hit.id ORDER BY sum(asked.weight) DESC, min(hit.length), hit.id LIMIT :limit
        """),
        {**given, "stems": list(weights), "weights": list(weights.values()), "limit": limit},
    )
    return list(rows.scalars())


def number_of_passages(db: Connection, viewer: int) -> int:
    """How many passages the viewer has."""
    return db.execute(
        text("SELECT count(*) FROM passages WHERE user_id = :viewer"), {"viewer": viewer}
    ).scalar_one()


def media_naming(db: Connection, viewer: int, names: Sequence[str]) -> list[int]:
    """The viewer's recordings in whose title, or among whose speakers, one of the names stands; most names first."""
    if not names:
        return []
    rows = db.execute(
        text("""
            SELECT m.id FROM media m
            LEFT JOIN enrichments e ON e.media_id = m.id
            CROSS JOIN LATERAL (
                SELECT to_tsvector('mediatheque', concat_ws(' ', m.title, m.found->>'title', e.title, (
                    SELECT string_agg(v.name, ' ') FROM media_speakers s JOIN voices v ON v.id = s.voice_id
                    WHERE s.media_id = m.id
                ))) AS words
            ) AS named
            CROSS JOIN LATERAL (
                SELECT count(*) AS n FROM unnest(CAST(:names AS text[])) AS asked (name)
                WHERE named.words @@ plainto_tsquery('mediatheque', asked.name)
            ) AS found
            WHERE m.user_id = :viewer AND m.deleted_at IS NULL AND m.duplicate_of IS NULL AND found.n > 0
            ORDER BY found.n DESC, m.id DESC LIMIT 20
        """),
        {"viewer": viewer, "names": list(names)},
    )
    return list(rows.scalars())


def mentions_of(db: Connection, viewer: int, item_ids: Sequence[int], limit: int = 20) -> list[Mention]:
    """Where the viewer's recordings name these items, the surest first."""
    rows = db.execute(
        text("""
            SELECT w.media_id, w.item_id,
                coalesce(nullif(m.title, ''), nullif(m.found->>'title', ''), nullif(e.title, ''), m.given) AS title,
                w.start_ms, w.said, m.added_at
            FROM work_mentions w JOIN media m ON m.id = w.media_id LEFT JOIN enrichments e ON e.media_id = m.id
            WHERE w.item_id = ANY(:items) AND m.user_id = :viewer AND m.deleted_at IS NULL
                AND m.duplicate_of IS NULL
            ORDER BY w.confidence DESC, m.added_at, w.start_ms LIMIT :limit
        """),
        {"items": list(item_ids), "viewer": viewer, "limit": limit},
    )
    return [Mention(*row) for row in rows]


def last_deeds(db: Connection, viewer: int, item_ids: Sequence[int]) -> list[Deed]:
    """The last of each sort of thing that the viewer did with each of these items; a rating taken back is none."""
    rows = db.execute(
        text("""
            SELECT DISTINCT ON (e.item_id, e.kind) e.item_id, e.kind, e.at, e.is_date_only, e.value
            FROM events e
            WHERE e.user_id = :viewer AND e.item_id = ANY(:items)
                AND e.kind IN ('watched', 'read', 'listened', 'rated', 'liked', 'disliked', 'saved')
            ORDER BY e.item_id, e.kind, e.at DESC NULLS LAST, e.id DESC
        """),
        {"viewer": viewer, "items": list(item_ids)},
    )
    return [Deed(*row) for row in rows if not (row.kind == "rated" and row.value is None)]


def items_in_words(db: Connection, viewer: int, keys: Sequence[str]) -> list[int]:
    """The items with one of these titles that the viewer has had to do with, or that their recordings name; the longest
    title first.
    """
    rows = db.execute(
        text(f"""
            SELECT i.id, max(length(t.key)) AS length FROM item_titles t JOIN items i ON i.id = t.item_id
            WHERE t.key = ANY(CAST(:keys AS text[])) AND {VISIBLE} AND (
                EXISTS (SELECT FROM events e WHERE e.user_id = :viewer AND e.item_id = i.id)
                OR EXISTS (
                    SELECT FROM work_mentions w JOIN media m ON m.id = w.media_id
                    WHERE w.item_id = i.id AND m.user_id = :viewer AND m.deleted_at IS NULL
                )
            )
            GROUP BY i.id ORDER BY length DESC, i.id LIMIT 20
        """),
        {"viewer": viewer, "keys": list(keys)},
    )
    return [row.id for row in rows]


class Around(NamedTuple):
    """The passage before and the one after another."""

    before: str
    after_id: int | None
    after: str


def around(db: Connection, viewer: int, passage_ids: Sequence[int]) -> dict[int, Around]:
    """What is said before and after these passages of the viewer's, by the passage."""
    rows = db.execute(
        text("""
            SELECT p.id, coalesce(b.text, '') AS before, a.id AS after_id, coalesce(a.text, '') AS after
            FROM passages p
            LEFT JOIN passages b ON b.media_id = p.media_id AND b."position" = p."position" - 1
            LEFT JOIN passages a ON a.media_id = p.media_id AND a."position" = p."position" + 1
            WHERE p.id = ANY(CAST(:ids AS bigint[])) AND p.user_id = :viewer
        """),
        {"ids": list(passage_ids), "viewer": viewer},
    )
    return {row.id: Around(row.before, row.after_id, row.after) for row in rows}


class SpokenLine(NamedTuple):
    """A line of a transcript that overlaps a passage."""

    start_ms: int
    end_ms: int
    text: str


def lines_within(db: Connection, viewer: int, passage_ids: Sequence[int]) -> dict[int, list[SpokenLine]]:
    """The lines that passages of the viewer are made of, corrected, in their order."""
    rows = db.execute(
        text("""
            SELECT p.id, l.start_ms, l.end_ms, coalesce((
                SELECT c.text FROM line_corrections c
                WHERE c.media_id = l.media_id AND c.start_ms = l.start_ms ORDER BY c.id DESC LIMIT 1
            ), l.text) AS said
            FROM passages p
            JOIN transcript_lines l ON l.media_id = p.media_id AND l.start_ms < p.end_ms AND l.end_ms > p.start_ms
            WHERE p.id = ANY(CAST(:ids AS bigint[])) AND p.user_id = :viewer ORDER BY p.id, l.position
        """),
        {"ids": list(passage_ids), "viewer": viewer},
    )
    lines: dict[int, list[SpokenLine]] = {}
    for row in rows:
        lines.setdefault(row.id, []).append(SpokenLine(row.start_ms, row.end_ms, row.said))
    return lines

"""Which passages of a person's recordings a query's words fit, and what is shown of those that were found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from mediatheque.library.queries.items import VISIBLE
from mediatheque.search.passage_filter import PassageFilter
from mediatheque.search.reading import Wording

#: A person's own, not in the trash, and once.
_SHOWN = "m.user_id = :viewer AND m.deleted_at IS NULL AND m.duplicate_of IS NULL"
#: More matches than this are not ranked: a word that common says nothing.
_MOST_RANKED = 500
_MOST_IN_PART = 4
#: Speakers' numbers lie below it: a recording's number times this plus a speaker's is a pair's.
_SPEAKERS = 32_768


class PassageRow(NamedTuple):
    """A passage as it is shown; `speaker_name` where somebody or captions told it."""

    passage_id: int
    media_id: int
    item_id: int | None
    title: str
    link: str | None
    start_ms: int
    end_ms: int
    speaker: int | None
    speaker_name: str | None
    text: str


def conditions(db: Connection, viewer: int, which: PassageFilter) -> tuple[str, dict[str, Any]] | None:
    """What is true of the `passages p` wanted, and its parameters; None when there can be none. Asked first of a search.

    The recordings are looked up here: a few numbers to compare with cost less than what they were found by. For the
    transaction, statements are planned for their values: how common a word is, and how many recordings are meant,
    decides which index is best.
    """
    is_there, hidden, _ = db.execute(
        text("""
            SELECT EXISTS (SELECT FROM passages WHERE user_id = :viewer),
                ARRAY(SELECT id FROM media WHERE user_id = :viewer AND deleted_at IS NOT NULL)
                    || ARRAY(SELECT id FROM media WHERE user_id = :viewer AND duplicate_of IS NOT NULL),
                set_config('plan_cache_mode', 'force_custom_plan', true)
        """),
        {"viewer": viewer},
    ).one()
    if not is_there:
        return None
    of_media = _of_media(which)
    if of_media is None and not which.speakers:
        if not hidden:
            return "p.user_id = :viewer", {"viewer": viewer}
        return "p.user_id = :viewer AND p.media_id <> ALL(CAST(:p_hidden AS bigint[]))", {
            "viewer": viewer,
            "p_hidden": hidden,
        }
    # Whose they are is not asked again: it would be looked up in each passage, and not in an index alone.
    found = ["p.media_id = ANY(CAST(:p_media AS bigint[]))"]
    given: dict[str, Any] = {}
    media: list[int] | None = None
    if of_media is not None:
        sql, values = of_media
        rows = db.execute(text(f"SELECT m.id FROM media m WHERE {sql}"), {**values, "viewer": viewer})
        media = list(rows.scalars())
    if which.speakers:
        pairs = _speakers(db, viewer, which.speakers, media)
        media = sorted({media_id for media_id, _ in pairs})
        found.append(f"p.media_id * {_SPEAKERS} + p.speaker = ANY(CAST(:p_speakers AS bigint[]))")
        given["p_speakers"] = [media_id * _SPEAKERS + number for media_id, number in pairs]
    return (" AND ".join(found), {**given, "p_media": media}) if media else None


def said(db: Connection, tsquery: str, where: str, given: Mapping[str, Any], limit: int) -> list[int]:
    """Passages in which all of the words are said, the densest first."""
    rows = db.execute(
        text(f"""
            WITH query AS MATERIALIZED (SELECT to_tsquery('mediatheque', :words) AS q),
            found AS MATERIALIZED (
                SELECT p.id, p.search FROM passages p
                WHERE p.search @@ to_tsquery('mediatheque', :words) AND {where} LIMIT {_MOST_RANKED}
            )
            SELECT id FROM found, query ORDER BY ts_rank_cd(search, query.q, 1) DESC, id LIMIT :limit
        """),
        {**given, "words": tsquery, "limit": limit},
    )
    return list(rows.scalars())


def said_in_part(
    db: Connection, wording: Wording, where: str, given: Mapping[str, Any], limit: int
) -> list[int]:
    """Passages in which telling words are said, those first that say more of the rarer ones.

    What a word tells is the logarithm of how rare it is (Spärck Jones 1972); a very common one tells nothing. Of many
    words the longest are asked for: looking one up takes up to 10 ms, and short ones are the frequent ones (Zipf 1935).
    """
    rows = db.execute(
        text(f"""
            WITH found AS MATERIALIZED (
                SELECT asked.n, hit.id
                FROM unnest(CAST(:words AS text[])) WITH ORDINALITY AS asked (word, n)
                CROSS JOIN LATERAL (
                    SELECT p.id FROM passages p
                    WHERE p.search @@ to_tsquery('mediatheque', asked.word) AND {where}
                    LIMIT {_MOST_RANKED} + 1
                ) AS hit
            ), telling AS (
                SELECT n, ln(1 + {_MOST_RANKED}.0 / count(*)) AS weight FROM found
                GROUP BY n HAVING count(*) <= {_MOST_RANKED}
            ), scored AS (
                SELECT id, sum(weight) AS weight FROM found JOIN telling USING (n) GROUP BY id
            )
            SELECT id FROM scored WHERE weight * 3 >= (SELECT sum(weight) FROM telling)
            ORDER BY weight DESC, id LIMIT :limit
        """),
        {**given, "words": sorted(wording.each(), key=len)[-_MOST_IN_PART:], "limit": limit},
    )
    return list(rows.scalars())


def passages_shown(db: Connection, viewer: int, passage_ids: Sequence[int]) -> dict[int, PassageRow]:
    """Those of the passages that are the viewer's, as they are shown, by id."""
    rows = db.execute(
        text(f"""
            SELECT p.id, p.media_id, m.item_id,
                coalesce(nullif(m.title, ''), nullif(m.found->>'title', ''), nullif(e.title, ''), m.given) AS title,
                m.link, p.start_ms, p.end_ms, p.speaker, v.name, p.text
            FROM passages p JOIN media m ON m.id = p.media_id
            LEFT JOIN enrichments e ON e.media_id = m.id
            LEFT JOIN media_speakers s ON s.media_id = p.media_id AND s.number = p.speaker
            LEFT JOIN voices v ON v.id = s.voice_id
            WHERE p.id = ANY(CAST(:ids AS bigint[])) AND {_SHOWN}
        """),
        {"ids": list(passage_ids), "viewer": viewer},
    )
    return {row.id: PassageRow(*row) for row in rows}


def _of_media(which: PassageFilter) -> tuple[str, dict[str, Any]] | None:
    """A condition on `media m`; None when nothing is asked of it."""
    parts: list[str] = []
    given: dict[str, Any] = {}
    asked: tuple[tuple[Any, str, str], ...] = (
        (which.media_ids, "p_media", "m.id = ANY(CAST(:p_media AS bigint[]))"),
        (
            [tag.lower() for tag in which.tags],
            "p_tags",
            "EXISTS (SELECT FROM media_tags mt JOIN tags t ON t.id = mt.tag_id"
            " WHERE mt.media_id = m.id AND NOT mt.is_removed AND lower(t.name) = ANY(CAST(:p_tags AS text[])))",
        ),
        (which.added_since, "p_since", "m.added_at >= :p_since"),
        (which.added_until, "p_until", "m.added_at < :p_until"),
        # Days as ISO 8601 writes them follow each other as text does.
        (_day(which.published_since), "p_out", "left(m.found->>'published_at', 10) >= :p_out"),
        (_day(which.published_until), "p_out_until", "left(m.found->>'published_at', 10) < :p_out_until"),
        (which.origins, "p_origins", "m.origin = ANY(CAST(:p_origins AS text[]))"),
        (
            [source.lower() for source in which.sources],
            "p_sources",
            f"EXISTS (SELECT FROM unnest(CAST(:p_sources AS text[])) AS s"
            f" WHERE strpos({_host('m.link')}, '.' || s || '.') > 0 OR EXISTS (SELECT FROM media f"
            f" WHERE f.id = m.parent_id AND strpos({_host('f.link')}, '.' || s || '.') > 0))",
        ),
        (
            which.languages,
            "p_languages",
            "left(coalesce(m.language, (SELECT t.language FROM transcripts t WHERE t.media_id = m.id),"
            " m.found->>'language'), 2) = ANY(CAST(:p_languages AS text[]))",
        ),
        (
            [kind.value for kind in which.kinds],
            "p_kinds",
            "coalesce((SELECT i.kind FROM items i WHERE i.id = m.item_id),"
            " CASE WHEN m.has_video THEN 'video' ELSE 'audio' END) = ANY(CAST(:p_kinds AS text[]))",
        ),
    )
    for value, name, condition in asked:
        if value:
            parts.append(condition)
            given[name] = list(value) if isinstance(value, tuple) else value
    of_item, values = which.item.sql() if which.item is not None else (VISIBLE, {})
    if of_item != VISIBLE:
        parts.append(f"EXISTS (SELECT FROM items i WHERE i.id = m.item_id AND {of_item})")
        given |= values
    if not parts:
        return None
    return " AND ".join([_SHOWN, *parts]), given


def _speakers(
    db: Connection, viewer: int, names: Sequence[str], media: Sequence[int] | None
) -> list[tuple[int, int]]:
    """Who is meant: a recording and a number in it each."""
    within = "" if media is None else " AND s.media_id = ANY(CAST(:media AS bigint[]))"
    rows = db.execute(
        text(f"""
            SELECT s.media_id, s.number FROM media_speakers s JOIN media m ON m.id = s.media_id
            LEFT JOIN voices v ON v.id = s.voice_id
            WHERE {_SHOWN}{within}
                AND (lower(v.name) = ANY(CAST(:names AS text[])) OR s.number = ANY(CAST(:numbers AS int[])))
        """),
        {
            "viewer": viewer,
            "media": list(media or ()),
            "names": [name.strip().lower() for name in names],
            "numbers": [int(n) for n in names if media is not None and n.isascii() and n.isdecimal()][:100],
        },
    )
    return [(row.media_id, row.number) for row in rows]


def _host(link: str) -> str:
    """The host of a link between dots, as ".www.youtube.com."."""
    return f"'.' || lower(coalesce(substring({link} FROM '^[a-z]+://([^/:?#]+)'), '')) || '.'"


def _day(moment: datetime | None) -> str | None:
    return moment.date().isoformat() if moment is not None else None

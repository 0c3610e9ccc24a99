"""Kept fingerprints, and the index of a sample of their integers, by which candidates are found in one person's archive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy import Connection, text

from mediatheque.archive.fingerprints import Fingerprint, Sample

#: So many equal integers at one offset make a candidate.
_LEAST_HITS = 5
#: An integer that stands at more places of an archive says nothing: a jingle, a hum, a count-in.
_COMMON = 64
#: Hits within so many frames are at one offset: two encodings round differently, and one may run a little slower.
_WIDTH = 8


def save_fingerprint(db: Connection, media_id: int, fingerprint: Fingerprint, sampled: Sample | None) -> None:
    """Keep a recording's fingerprint, by which it counts as being there, in the place of what was kept.

    `sampled` is what it is found by; None: it cannot be found by its sound.
    """
    db.execute(text("DELETE FROM fingerprint_hashes WHERE media_id = :media"), {"media": media_id})
    db.execute(
        text("""
            INSERT INTO fingerprints (media_id, hashes) VALUES (:media, :hashes)
            ON CONFLICT (media_id) DO UPDATE SET hashes = excluded.hashes
        """),
        {"media": media_id, "hashes": fingerprint.astype("<u4").tobytes()},
    )
    if sampled is not None and len(sampled.hashes):
        db.execute(
            text("""
                INSERT INTO fingerprint_hashes (user_id, media_id, hash, position)
                SELECT m.user_id, m.id, given.hash, given.position
                FROM media m, unnest(CAST(:hashes AS int[]), CAST(:positions AS int[])) AS given (hash, position)
                WHERE m.id = :media
            """),
            {"media": media_id, "hashes": sampled.hashes.tolist(), "positions": sampled.positions.tolist()},
        )


def remove_fingerprint(db: Connection, media_id: int) -> None:
    """A recording is no longer found by its sound."""
    for table in ("fingerprint_hashes", "fingerprints"):
        db.execute(text(f"DELETE FROM {table} WHERE media_id = :media"), {"media": media_id})


def fingerprints_of(db: Connection, media_ids: Sequence[int]) -> Mapping[int, Fingerprint]:
    """The fingerprints of those recordings that have one, by number."""
    rows = db.execute(
        text("SELECT media_id, hashes FROM fingerprints WHERE media_id = ANY(:ids)"),
        {"ids": list(media_ids)},
    )
    return {row.media_id: np.frombuffer(row.hashes, "<u4").astype(np.uint32) for row in rows}


def has_fingerprint(db: Connection, media_id: int) -> bool:
    """Whether a recording was compared before, and found to be new."""
    return bool(
        db.execute(
            text("SELECT EXISTS (SELECT FROM fingerprints WHERE media_id = :media)"), {"media": media_id}
        ).scalar()
    )


def with_equal_bytes(db: Connection, user_id: int, media_id: int, sha256: str) -> int | None:
    """A person's other recording whose original file has these bytes, the first one that counts as being there.

    Not one that is still before its comparison: of two that arrive at once, one has to be the first.
    """
    return db.execute(
        text("""
            SELECT m.id FROM media_files f JOIN media m ON m.id = f.media_id
            JOIN fingerprints p ON p.media_id = m.id
            WHERE f.sha256 = :sha256 AND f.role = 'original' AND m.user_id = :user AND m.id <> :media
                AND m.deleted_at IS NULL AND m.duplicate_of IS NULL
            ORDER BY m.id LIMIT 1
        """),
        {"sha256": sha256, "user": user_id, "media": media_id},
    ).scalar()


def candidates(db: Connection, user_id: int, media_id: int, sampled: Sample, *, limit: int = 8) -> list[int]:
    """A person's other recordings that share five landmarks or more at one offset, those that share most first."""
    if not len(sampled.hashes):
        return []
    rows = db.execute(
        text(_CANDIDATES),
        {
            "hashes": sampled.hashes.tolist(),
            "positions": sampled.positions.tolist(),
            "user": user_id,
            "media": media_id,
            "limit": limit,
        },
    )
    return list(rows.scalars())


#: Looked up one by one and no further than is common, whatever the planner thinks of the sample: two overlapping
#: rows of bins, so that no offset lies at the edge of both. Who is in the trash is left out at the end: they are few.
_CANDIDATES = f"""
    SELECT best.media_id FROM (
        SELECT found.media_id, max(found.hits) AS hits FROM (
            SELECT hit.media_id, shift, (hit.position - q.position + shift) / {_WIDTH} AS bin,
                count(DISTINCT q.position) AS hits
            FROM unnest(CAST(:hashes AS int[]), CAST(:positions AS int[])) AS q (hash, position)
            CROSS JOIN LATERAL (
                SELECT near.media_id, near.position, count(*) OVER () AS places FROM (
                    SELECT f.media_id, f.position FROM fingerprint_hashes f
                    WHERE f.user_id = :user AND f.hash = q.hash LIMIT {_COMMON + 1}
                ) AS near
            ) AS hit
            CROSS JOIN (VALUES (1 << 24), ((1 << 24) + {_WIDTH // 2})) AS two (shift)
            WHERE hit.places <= {_COMMON} AND hit.media_id <> :media
            GROUP BY hit.media_id, shift, bin HAVING count(DISTINCT q.position) >= {_LEAST_HITS}
        ) AS found GROUP BY found.media_id
    ) AS best JOIN media m ON m.id = best.media_id
    WHERE m.user_id = :user AND m.deleted_at IS NULL AND m.duplicate_of IS NULL
    ORDER BY best.hits DESC, best.media_id LIMIT :limit
"""

"""Claims: what sources say about works, appended whenever they say something new."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from mediatheque.kit.wire import jsonb, work_from_json, work_to_json
from mediatheque.vocabulary import Claim


@dataclass(frozen=True, slots=True)
class StoredClaim:
    """A claim in the library, and the item it is about (None: not decided yet)."""

    id: int
    claim: Claim
    item_id: int | None


def add_claims(db: Connection, claims: Sequence[Claim]) -> list[StoredClaim]:
    """Append what is new among `claims`; the new ones, each with the item its source key is already tied to.

    New is what differs from the newest claim under its key; the caller holds the catalogue's turn, so that
    two who say the same at once are heard one after the other.
    """
    if not claims:
        return []
    rows: dict[tuple[str, str], dict[str, object]] = {}
    for claim in claims:
        work = work_to_json(claim.work)
        digest = hashlib.blake2b(jsonb(work).encode(), digest_size=16).hexdigest()
        rows[(claim.source, claim.source_key)] = {
            "source": claim.source,
            "key": claim.source_key,
            "hash": digest,
            "work": work,
        }
    added = db.execute(
        text("""
            INSERT INTO claims (source, source_key, content_hash, work, item_id)
            SELECT r.source, r.key, decode(r.hash, 'hex'), r.work,
                (SELECT c.item_id FROM claims c WHERE c.source = r.source AND c.source_key = r.key
                 AND c.item_id IS NOT NULL ORDER BY c.id DESC LIMIT 1)
            FROM ROWS FROM (jsonb_to_recordset(:rows) AS (source text, key text, hash text, work jsonb))
                WITH ORDINALITY AS r(source, key, hash, work, n)
            WHERE decode(r.hash, 'hex') IS DISTINCT FROM (
                SELECT c.content_hash FROM claims c WHERE c.source = r.source AND c.source_key = r.key
                ORDER BY c.id DESC LIMIT 1)
            ORDER BY r.n
            RETURNING id, source, source_key, work, item_id
        """),
        {"rows": jsonb(list(rows.values()))},
    )
    return [
        StoredClaim(row.id, Claim(row.source, row.source_key, work_from_json(row.work)), row.item_id)
        for row in sorted(added, key=lambda row: row.id)
    ]


def tie_claims(db: Connection, item_by_claim: Mapping[int, int]) -> None:
    """Say which items these claims are about."""
    if item_by_claim:
        rows = [{"claim": c, "item": i} for c, i in item_by_claim.items()]
        db.execute(
            text("""
                UPDATE claims SET item_id = r.item
                FROM jsonb_to_recordset(:rows) AS r(claim bigint, item bigint) WHERE claims.id = r.claim
            """),
            {"rows": jsonb(rows)},
        )


def claims_about(db: Connection, item_ids: Sequence[int]) -> dict[int, list[Claim]]:
    """The newest claim of every source key about each of these items."""
    rows = db.execute(
        text("""
            SELECT DISTINCT ON (item_id, source, source_key) item_id, source, source_key, work
            FROM claims WHERE item_id = ANY(:ids) ORDER BY item_id, source, source_key, id DESC
        """),
        {"ids": list(item_ids)},
    )
    found: dict[int, list[Claim]] = {}
    for row in rows:
        claim = Claim(row.source, row.source_key, work_from_json(row.work))
        found.setdefault(row.item_id, []).append(claim)
    return found


def count_claims(db: Connection) -> dict[str, int]:
    """How many works each source has spoken of."""
    rows = db.execute(text("SELECT source, count(DISTINCT source_key) AS n FROM claims GROUP BY source"))
    return {row.source: row.n for row in rows}


def sync_cursor(db: Connection, source: str, plan: str) -> str | None:
    """Where the last sync of this plan stopped; None: at the beginning, or it came to its end."""
    return db.execute(
        text("SELECT cursor FROM sync_cursors WHERE source = :source AND plan = :plan"),
        {"source": source, "plan": plan},
    ).scalar()


def save_sync_cursor(db: Connection, source: str, plan: str, cursor: str | None) -> None:
    """Remember where a sync stands, with the claims of the page before it."""
    db.execute(
        text("""
            INSERT INTO sync_cursors (source, plan, cursor) VALUES (:source, :plan, :cursor)
            ON CONFLICT (source, plan) DO UPDATE SET cursor = excluded.cursor, updated_at = now()
        """),
        {"source": source, "plan": plan, "cursor": cursor},
    )

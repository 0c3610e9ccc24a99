"""What was said about a mention, one judgement after the other."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

from mediatheque.vocabulary import Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """One judgement: the item is None when it is gone."""

    verdict: Verdict
    item_id: int | None
    by: str  # "resolver" or "person"
    score: float | None


def judgements_on(db: Connection, mention_id: int) -> list[Judged]:
    """Every judgement on a mention, the one that stands first."""
    rows = db.execute(
        text("""
            SELECT verdict, item_id, by, score FROM judgements
            WHERE mention_id = :id ORDER BY (retracted_at IS NULL) DESC, id DESC
        """),
        {"id": mention_id},
    )
    return [Judged(Verdict(row.verdict), row.item_id, row.by, row.score) for row in rows]

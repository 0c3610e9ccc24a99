"""Mentions: each distinct work a person's records speak of, and the standing judgement which item it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from mediatheque.kit.errors import NotFound
from mediatheque.kit.wire import jsonb, work_from_json, work_to_json
from mediatheque.vocabulary import Decision, Match, Penalty, Role, Verdict, Work

#: The fields that make two rows speak of the same work; the rest (runtime, link …) may differ from row to row.
_IDENTITY = ("kind", "title", "year", "series_title", "season", "season_title", "episode")
_MAKERS = (Role.DIRECTOR, Role.AUTHOR, Role.CREATOR)
_dumped = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A work somebody's records speak of, and the item it is taken for."""

    id: int
    user_id: int
    work: Work
    parent_id: int | None
    item_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A mention that waits for its owner's answer, with the items it may be, best first."""

    mention: Mention
    candidates: tuple[Match, ...]
    records: int  # how many rows one answer repairs
    asked_at: datetime

    @property
    def own_id(self) -> int:
        """The item it stands as until it is answered."""
        assert self.mention.item_id is not None, "a question always has an item of its own"
        return self.mention.item_id


def fingerprint(work: Work) -> bytes:
    """16 bytes, equal for works that are the same mention."""
    basis: list[object] = [getattr(work, name) for name in _IDENTITY]
    basis.append(dict(work.external_ids))
    if work.series_title is None:
        basis.append([c.name for c in work.credits if c.role in _MAKERS])
    return hashlib.blake2b(_dumped(basis).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def places_of(db: Connection, user_id: int, prints: Sequence[bytes]) -> dict[bytes, tuple[int, int | None]]:
    """The user's mentions among `prints`, by fingerprint: each one's id and item."""
    rows = db.execute(
        text("""
            SELECT fingerprint, id, item_id FROM mentions
            WHERE user_id = :user AND fingerprint = ANY(:prints)
        """),
        {"user": user_id, "prints": list(prints)},
    )
    return {bytes(row.fingerprint): (row.id, row.item_id) for row in rows}


def add_mentions(
    db: Connection,
    user_id: int,
    new: Sequence[tuple[bytes, Work, int | None]],
    item_by_print: Mapping[bytes, int] | None = None,
) -> dict[bytes, Mention]:
    """Append mentions as (fingerprint, work, parent mention's id), and the items they are taken for, if known."""
    if not new:
        return {}
    taken = item_by_print or {}
    rows = [
        {"print": p.hex(), "work": work_to_json(w), "parent": parent, "item": taken.get(p)}
        for p, w, parent in new
    ]
    added = db.execute(
        text("""
            INSERT INTO mentions (user_id, fingerprint, work, parent_id, item_id)
            SELECT :user, decode(r.print, 'hex'), r.work, r.parent, r.item
            FROM ROWS FROM (jsonb_to_recordset(:rows) AS (print text, work jsonb, parent bigint, item bigint))
                WITH ORDINALITY AS r(print, work, parent, item, n)
            ORDER BY r.n RETURNING id, fingerprint
        """),
        {"user": user_id, "rows": jsonb(rows)},
    )
    ids = {bytes(row.fingerprint): row.id for row in added}
    return {
        p: Mention(id=ids[p], user_id=user_id, work=work, parent_id=parent, item_id=taken.get(p))
        for p, work, parent in new
    }


def mentions_with_ids(db: Connection, mention_ids: Sequence[int]) -> dict[int, Mention]:
    """Mentions by id."""
    rows = db.execute(
        text(f"SELECT {_COLUMNS} FROM mentions m WHERE m.id = ANY(:ids) ORDER BY m.id"),
        {"ids": list(mention_ids)},
    )
    return {row.id: _mention(row) for row in rows}


def mentions_of_items(db: Connection, item_ids: Sequence[int]) -> dict[int, list[Mention]]:
    """Mentions taken for each of these items, oldest first."""
    rows = db.execute(
        text(f"SELECT {_COLUMNS} FROM mentions m WHERE m.item_id = ANY(:ids) ORDER BY m.id"),
        {"ids": list(item_ids)},
    )
    found: dict[int, list[Mention]] = {}
    for row in rows:
        found.setdefault(row.item_id, []).append(_mention(row))
    return found


def children_of_mentions(db: Connection, mention_ids: Sequence[int]) -> list[Mention]:
    """The episodes' mentions under these shows' mentions."""
    rows = db.execute(
        text(f"SELECT {_COLUMNS} FROM mentions m WHERE m.parent_id = ANY(:ids) ORDER BY m.id"),
        {"ids": list(mention_ids)},
    )
    return [_mention(row) for row in rows]


def place_mentions(db: Connection, item_by_mention: Mapping[int, int]) -> None:
    """Take mentions for these items from now on, and move the events of their records along."""
    if not item_by_mention:
        return
    rows = jsonb([{"mention": m, "item": i} for m, i in item_by_mention.items()])
    db.execute(
        text("""
            UPDATE mentions SET item_id = r.item
            FROM jsonb_to_recordset(:rows) AS r(mention bigint, item bigint) WHERE mentions.id = r.mention
        """),
        {"rows": rows},
    )
    db.execute(
        text("""
            UPDATE events SET item_id = r.item
            FROM jsonb_to_recordset(:rows) AS r(mention bigint, item bigint)
            JOIN records ON records.mention_id = r.mention
            WHERE events.record_id = records.id AND events.item_id IS DISTINCT FROM r.item
        """),
        {"rows": rows},
    )


def add_judgements(
    db: Connection,
    decisions: Mapping[int, tuple[Decision, int | None]],
    by: str,
    *,
    before: Sequence[int] | None = None,
) -> None:
    """Append judgements as {mention id: (decision, item id)}; each retracts the one that stood before.

    `before` are the mentions that may have one already; None: all of them.
    """
    if not decisions:
        return
    if judged := [m for m in (decisions if before is None else before) if m in decisions]:
        db.execute(
            text(
                "UPDATE judgements SET retracted_at = now()"
                " WHERE mention_id = ANY(:ids) AND retracted_at IS NULL"
            ),
            {"ids": judged},
        )
    rows = [
        {
            "mention": mention_id,
            "verdict": decision.verdict.value,
            "item": item_id,
            "score": decision.best.score if decision.best else None,
            "candidates": [_match_to_json(match) for match in decision.candidates],
        }
        for mention_id, (decision, item_id) in decisions.items()
    ]
    db.execute(
        text("""
            INSERT INTO judgements (mention_id, verdict, item_id, by, score, candidates)
            SELECT r.mention, r.verdict, r.item, :by, r.score, r.candidates
            FROM jsonb_to_recordset(:rows)
                AS r(mention bigint, verdict text, item bigint, score real, candidates jsonb)
        """),
        {"rows": jsonb(rows), "by": by},
    )


def questions(db: Connection, user_id: int, *, after: int = 0, limit: int = 50) -> list[Question]:
    """What waits for the user's answer, in the order of mentions."""
    rows = db.execute(
        text(f"{_QUESTION} AND m.id > :after ORDER BY m.id LIMIT :limit"),
        {"user": user_id, "after": after, "limit": limit},
    )
    return [_question(row) for row in rows]


def question_about(db: Connection, user_id: int, mention_id: int) -> Question:
    """The open question about one of the user's mentions; raises NotFound."""
    row = db.execute(text(f"{_QUESTION} AND m.id = :id"), {"user": user_id, "id": mention_id}).first()
    if row is None:
        raise NotFound(f"There is no open question {mention_id}; list them with: mediatheque review")
    return _question(row)


def count_questions(db: Connection, user_id: int) -> int:
    """How many answers the user owes."""
    return db.execute(
        text("""
            SELECT count(*) FROM judgements j JOIN mentions m ON m.id = j.mention_id
            WHERE m.user_id = :user AND j.verdict = 'ask' AND j.retracted_at IS NULL
        """),
        {"user": user_id},
    ).scalar_one()


def candidates_asked_about(db: Connection, user_id: int) -> dict[int, tuple[int | None, tuple[Match, ...]]]:
    """The user's open questions, by mention: its own item and the candidates."""
    rows = db.execute(
        text("""
            SELECT m.id, m.item_id, j.candidates FROM judgements j JOIN mentions m ON m.id = j.mention_id
            WHERE m.user_id = :user AND j.verdict = 'ask' AND j.retracted_at IS NULL
        """),
        {"user": user_id},
    )
    return {row.id: (row.item_id, tuple(map(_match_from_json, row.candidates))) for row in rows}


def mention_answered(db: Connection, user_id: int, mention_id: int) -> Mention:
    """The mention, if it is the user's and a person's judgement stands on it; raises NotFound."""
    row = db.execute(
        text(f"""
            SELECT {_COLUMNS} FROM mentions m JOIN judgements j ON j.mention_id = m.id
            WHERE m.id = :id AND m.user_id = :user AND j.by = 'person' AND j.retracted_at IS NULL
        """),
        {"id": mention_id, "user": user_id},
    ).first()
    if row is None:
        raise NotFound(f"You gave no answer to question {mention_id}, so there is none to take back.")
    return _mention(row)


def decision_before_answer(db: Connection, mention_id: int) -> Decision:
    """What the resolver had decided before a person answered: the question to ask again."""
    row = db.execute(
        text("""
            SELECT verdict, candidates FROM judgements
            WHERE mention_id = :id AND by = 'resolver' ORDER BY id DESC LIMIT 1
        """),
        {"id": mention_id},
    ).first()
    if row is None:
        return Decision(Verdict.NEW)
    candidates = tuple(_match_from_json(c) for c in row.candidates)
    return Decision(Verdict(row.verdict), candidates[0] if candidates else None, candidates)


def people_judged(db: Connection, mention_ids: Sequence[int]) -> set[int]:
    """Which of these mentions a person has judged: they outlive their records, and the resolver leaves them."""
    rows = db.execute(
        text("""
            SELECT mention_id FROM judgements
            WHERE mention_id = ANY(:ids) AND by = 'person' AND retracted_at IS NULL
        """),
        {"ids": list(mention_ids)},
    )
    return set(rows.scalars())


def remove_orphans(db: Connection, mention_ids: Sequence[int]) -> list[int]:
    """Remove those mentions nothing speaks of any more, then their shows'; the items they stood for."""
    items: list[int] = []
    left = list(mention_ids)
    while left:
        gone = db.execute(
            text("""
                DELETE FROM mentions m WHERE m.id = ANY(:ids)
                    AND NOT EXISTS (SELECT FROM records r WHERE r.mention_id = m.id)
                    AND NOT EXISTS (SELECT FROM mentions c WHERE c.parent_id = m.id)
                    AND NOT EXISTS (SELECT FROM judgements j WHERE j.mention_id = m.id
                                    AND j.by = 'person' AND j.retracted_at IS NULL)
                RETURNING m.parent_id, m.item_id
            """),
            {"ids": left},
        ).all()
        items += [row.item_id for row in gone if row.item_id is not None]
        left = list({row.parent_id for row in gone if row.parent_id is not None})
    return items


_COLUMNS = "m.id, m.user_id, m.work, m.parent_id, m.item_id"

_QUESTION = f"""
    SELECT {_COLUMNS}, j.candidates, j.decided_at,
        (SELECT count(*) FROM records r WHERE r.mention_id = m.id
            OR r.mention_id IN (SELECT c.id FROM mentions c WHERE c.parent_id = m.id)) AS records
    FROM mentions m JOIN judgements j ON j.mention_id = m.id
    WHERE m.user_id = :user AND j.verdict = 'ask' AND j.retracted_at IS NULL
"""


def _mention(row: Any) -> Mention:
    return Mention(
        id=row.id,
        user_id=row.user_id,
        work=work_from_json(row.work),
        parent_id=row.parent_id,
        item_id=row.item_id,
    )


def _question(row: Any) -> Question:
    return Question(
        mention=_mention(row),
        candidates=tuple(_match_from_json(c) for c in row.candidates),
        records=row.records,
        asked_at=row.decided_at,
    )


def _match_to_json(match: Match) -> dict[str, Any]:
    return {
        "item_id": match.item_id,
        "score": round(match.score, 4),
        "penalties": [
            {"name": p.name, "amount": round(p.amount, 4), "detail": p.detail} for p in match.penalties
        ],
    }


def _match_from_json(data: Mapping[str, Any]) -> Match:
    return Match(
        data["item_id"],
        data["score"],
        tuple(Penalty(p["name"], p["amount"], p["detail"]) for p in data["penalties"]),
    )

"""Requests that may be sent twice: the answer to the first one is kept under the sender's key for a day."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

from mediatheque.kit.errors import Conflict
from mediatheque.kit.wire import jsonb


def answer_given(db: Connection, user_id: int, key: str, request_hash: bytes) -> Any | None:
    """The answer that was given under this key; None: it is new, and reserved until the transaction ends.

    A second sender of the same key waits for the first one's transaction. Raises Conflict when the key
    was used for another request.
    """
    given = {"user": user_id, "key": key, "hash": request_hash}
    db.execute(
        text("DELETE FROM idempotency_keys WHERE user_id = :user AND created_at < now() - interval '1 day'"),
        given,
    )
    is_new = db.execute(
        text("""
            INSERT INTO idempotency_keys (user_id, key, request_hash, response)
            VALUES (:user, :key, :hash, 'null') ON CONFLICT DO NOTHING RETURNING key
        """),
        given,
    ).first()
    if is_new is not None:
        return None
    row = db.execute(
        text("SELECT request_hash, response FROM idempotency_keys WHERE user_id = :user AND key = :key"),
        given,
    ).one()
    if bytes(row.request_hash) != request_hash:
        raise Conflict("This Idempotency-Key was used for another request; give each request its own key.")
    return row.response


def keep_answer(db: Connection, user_id: int, key: str, response: Any) -> None:
    """Keep the answer to a request whose key `answer_given` has reserved."""
    db.execute(
        text("UPDATE idempotency_keys SET response = :response WHERE user_id = :user AND key = :key"),
        {"user": user_id, "key": key, "response": jsonb(response)},
    )

"""Who lets others see their taste."""

from __future__ import annotations

from sqlalchemy import Connection, text


def sharing_with(db: Connection, user_id: int) -> tuple[int, ...]:
    """Everybody else who shares their taste, if the user does so too: both have to want it."""
    rows = db.execute(
        text("""
            SELECT o.id FROM users u JOIN users o ON o.id <> u.id AND o.shares_taste
            WHERE u.id = :user AND u.shares_taste ORDER BY o.id
        """),
        {"user": user_id},
    )
    return tuple(rows.scalars())

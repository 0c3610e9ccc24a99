"""Turns: who may change what, one after the other; a turn ends with its transaction.

A chunk of an import, an undo and an answer each change one person's history on the strength of what they
have read of it and of the catalogue, so neither may change in between. They take their turn before
anything else: the catalogue's first, then the person's, so that nobody waits in a circle.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

#: Any number: the advisory lock that the catalogue's readers share.
_CATALOGUE = 7_306_016


def take_turn(db: Connection, user_id: int) -> None:
    """Wait until nobody changes the catalogue, nor this person's history; several people go side by side."""
    db.execute(text("SELECT pg_advisory_xact_lock_shared(:lock)"), {"lock": _CATALOGUE})
    take_persons_turn(db, user_id)


def take_persons_turn(db: Connection, user_id: int) -> None:
    """Wait until nobody else changes this person's history, which is another version from now on."""
    # Leaves alone who only refers to the person, as every insert of an event does. Counted here, since nobody
    # changes a history without a turn: what was remembered of it counts no more once the change is committed.
    db.execute(
        text("UPDATE users SET history_version = history_version + 1 WHERE id = :user"), {"user": user_id}
    )


def take_catalogues_turn(db: Connection) -> None:
    """Wait until nobody reads the catalogue to place a history by it, nor changes it."""
    db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _CATALOGUE})

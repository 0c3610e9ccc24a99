"""Installing the projection in the database, and working out edges anew."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from mediatheque.graph.edges import codes
from mediatheque.graph.projection import LOCK, functions, version

_VERSION, _BUILT = "projection", "built"


def install(db: Connection) -> None:
    """See to it that the database follows the facts as this version's shelf of edge types says; a no-op costs one query.

    What was projected in another way counts as not built, unless there is nothing yet to project.
    """
    wanted = version()
    if _state(db, _VERSION) == wanted:
        return
    db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK - 1})
    if _state(db, _VERSION) == wanted:
        return
    for statement in functions():
        # Not text(): a colon in SQL is a colon.
        db.exec_driver_sql(statement.replace("%", "%%"))
    db.execute(
        text("""
            INSERT INTO graph_types (code, name) SELECT * FROM unnest(CAST(:codes AS smallint[]), CAST(:names AS text[]))
            ON CONFLICT (code) DO UPDATE SET name = excluded.name
        """),
        {"codes": list(codes().values()), "names": list(codes())},
    )
    set_state(db, _VERSION, wanted)
    is_empty = not db.execute(
        text("SELECT EXISTS (SELECT FROM items) OR EXISTS (SELECT FROM users)")
    ).scalar_one()
    if is_empty:
        mark_built(db)
    else:
        db.execute(text("DELETE FROM graph_state WHERE name = :name"), {"name": _BUILT})


def is_built(db: Connection) -> bool:
    """Whether all facts there are have been projected as the installed projection does it."""
    return _state(db, _BUILT) == _state(db, _VERSION)


def mark_built(db: Connection) -> None:
    """All facts have been projected."""
    set_state(db, _BUILT, _state(db, _VERSION) or "")


def set_state(db: Connection, name: str, value: str) -> None:
    """Remember something of the graph as a whole."""
    db.execute(
        text("""
            INSERT INTO graph_state (name, value) VALUES (:name, :value)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value
        """),
        {"name": name, "value": value},
    )


def take_graphs_turn(db: Connection, user_ids: Sequence[int] = (), *, items: bool = False) -> None:
    """Wait until nobody else works on the edges of items, or of these people; the turn ends with the transaction."""
    for owner in sorted({*user_ids, *([0] if items else [])}):
        db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK + owner})


def project_items(db: Connection, item_ids: Sequence[int]) -> None:
    """Work out the edges of these items again, those that are gone included."""
    take_graphs_turn(db, items=True)
    db.execute(text("SELECT graph_project_items(:ids)"), {"ids": list(item_ids)})


def project_standings(db: Connection, user_id: int, item_ids: Sequence[int]) -> None:
    """Work out again the edges between a person and these items."""
    take_graphs_turn(db, [user_id])
    db.execute(
        text("SELECT graph_project_standings(:users, :items)"),
        {"users": [user_id] * len(item_ids), "items": list(item_ids)},
    )


def project_users(db: Connection, user_ids: Sequence[int]) -> None:
    """Work out again what these people are called, and with whom they have nothing to do any more."""
    take_graphs_turn(db, user_ids)
    db.execute(text("SELECT graph_project_users(:ids)"), {"ids": list(user_ids)})


def follow(db: Connection) -> None:
    """Project now what this transaction has changed, as its commit would."""
    db.execute(text("SET CONSTRAINTS graph_at_commit IMMEDIATE"))
    db.execute(text("SET CONSTRAINTS graph_at_commit DEFERRED"))


def _state(db: Connection, name: str) -> str | None:
    return db.execute(text("SELECT value FROM graph_state WHERE name = :name"), {"name": name}).scalar()

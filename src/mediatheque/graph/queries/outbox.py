"""The outbox: while there is a graph elsewhere, triggers write down which edges and nodes change, in the same transaction.

An entry says what changed, not how: who tells it elsewhere looks up what is so now. So entries may be told twice, and in
any order, as long as what is told was read after the entry was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, text

from mediatheque.graph.edges import codes
from mediatheque.graph.queries.projection import set_state
from mediatheque.stores.graph import EdgeKey, StoredNode

#: The advisory lock of whoever tells a graph elsewhere what changed.
LOCK = 7_306_018
_STATE = "elsewhere"

_KEYS = {"graph_edges": "source_id, target_id, type, owner_id", "graph_nodes": "id, 0, 0, 0"}
_EVENTS = {
    "insert": "NEW TABLE AS changed",
    "update": "OLD TABLE AS before NEW TABLE AS changed",
    "delete": "OLD TABLE AS changed",
}


class Waiting(NamedTuple):
    """Entries of the outbox, and what they are about, each once."""

    ids: list[int]
    nodes: list[int]
    edges: list[EdgeKey]


def begin_outbox(db: Connection) -> None:
    """Write down from now on what changes: it waits until nobody is changing the graph. Begun already, it goes on."""
    if is_begun(db):
        return
    db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK + 1})
    if is_begun(db):
        return
    for table, keys in _KEYS.items():
        for event, names in _EVENTS.items():
            before = f"SELECT {keys} FROM before UNION" if event == "update" else ""
            name = f"{table}_outbox_{event}"
            db.exec_driver_sql(f"""
                CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    INSERT INTO graph_outbox (source_id, target_id, type, owner_id)
                    {before} SELECT DISTINCT {keys} FROM changed;
                    RETURN NULL;
                END $$
            """)
            db.exec_driver_sql(f"""
                CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {names}
                FOR EACH STATEMENT EXECUTE FUNCTION {name}()
            """)
        # Emptied at a stroke, it is to be told anew at a stroke.
        db.exec_driver_sql(f"""
            CREATE OR REPLACE FUNCTION {table}_outbox_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                DELETE FROM graph_state WHERE name = '{_STATE}';
                RETURN NULL;
            END $$
        """)
        db.exec_driver_sql(f"""
            CREATE TRIGGER {table}_outbox_truncate AFTER TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION {table}_outbox_truncate()
        """)


def end_outbox(db: Connection) -> None:
    """Write nothing down any more, and forget what waits: there is no graph elsewhere. Not begun, it stays so."""
    if not is_begun(db):
        return
    for table in _KEYS:
        for event in (*_EVENTS, "truncate"):
            db.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_outbox_{event} ON {table}")
            db.exec_driver_sql(f"DROP FUNCTION IF EXISTS {table}_outbox_{event}()")
    forget_waiting(db)
    forget_arrived(db)


def is_begun(db: Connection) -> bool:
    """Whether changes are written down."""
    return db.execute(
        text("""
            SELECT EXISTS (SELECT FROM pg_trigger
                WHERE tgrelid = 'graph_nodes'::regclass AND tgname = 'graph_nodes_outbox_truncate')
        """)
    ).scalar_one()


def is_anything_waiting(db: Connection) -> bool:
    """Whether there is something to tell, or all is to be told."""
    return db.execute(
        text(
            "SELECT EXISTS (SELECT FROM graph_outbox) OR NOT EXISTS (SELECT FROM graph_state WHERE name = :name)"
        ),
        {"name": _STATE},
    ).scalar_one()


def waiting(db: Connection, limit: int) -> Waiting:
    """The oldest entries."""
    rows = db.execute(
        text("SELECT id, source_id, target_id, type, owner_id FROM graph_outbox ORDER BY id LIMIT :limit"),
        {"limit": limit},
    ).all()
    names = {code: name for name, code in codes().items()}
    edges = {
        EdgeKey(row.source_id, row.target_id, names[row.type], row.owner_id): None
        for row in rows
        # Of a type that another version had, nothing is told.
        if row.target_id and row.type in names
    }
    nodes = dict.fromkeys(row.source_id for row in rows if not row.target_id)
    return Waiting([row.id for row in rows], list(nodes), list(edges))


def done(db: Connection, ids: Sequence[int]) -> None:
    """These entries have been told."""
    db.execute(text("DELETE FROM graph_outbox WHERE id = ANY(:ids)"), {"ids": list(ids)})


def forget_waiting(db: Connection) -> None:
    """All that waits is told otherwise."""
    db.execute(text("DELETE FROM graph_outbox"))


def nodes_after(db: Connection, after: int, limit: int) -> list[StoredNode]:
    """All nodes page by page, by their numbers."""
    rows = db.execute(
        text("SELECT id, owner_id, name, degree FROM graph_nodes WHERE id > :after ORDER BY id LIMIT :limit"),
        {"after": after, "limit": limit},
    )
    return [StoredNode(row.id, row.owner_id, row.name, row.degree) for row in rows]


def arrived(db: Connection) -> tuple[str, int] | None:
    """What is known to have arrived elsewhere: a load, and so many rounds of changes since; None: nothing."""
    value = db.execute(text("SELECT value FROM graph_state WHERE name = :name"), {"name": _STATE}).scalar()
    if value is None:
        return None
    load, _, number = value.rpartition(":")
    return load, int(number)


def note_load(db: Connection, load: str) -> None:
    """All of a load has arrived."""
    set_state(db, _STATE, f"{load}:0")


def note_round(db: Connection, load: str, number: int) -> bool:
    """One more round of changes has arrived; False when meanwhile it was decided that all is to be told anew."""
    values: Mapping[str, str] = {
        "name": _STATE,
        "before": f"{load}:{number - 1}",
        "now": f"{load}:{number}",
    }
    changed = db.execute(
        text("UPDATE graph_state SET value = :now WHERE name = :name AND value = :before"), values
    )
    return changed.rowcount == 1


def forget_arrived(db: Connection) -> None:
    """All is to be told anew."""
    db.execute(text("DELETE FROM graph_state WHERE name = :name"), {"name": _STATE})

"""Installing the projection in the database, and working out edges anew."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from mediatheque.graph.edges import codes
from mediatheque.graph.projection import LOCK, functions, version
from mediatheque.vocabulary import NODE_CODES, NodeKind

_ITEM, _USER = NODE_CODES[NodeKind.ITEM], NODE_CODES[NodeKind.USER]
_VERSION, _BUILT = "projection", "built"


def install(db: Connection) -> None:
    """See to it that the database follows the facts as this version's shelf of edge types says; a no-op costs one query.

    What was projected in another way counts as not built, unless there is nothing yet to project.
    """
    wanted = version()
    if state(db, _VERSION) == wanted:
        return
    db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK - 1})
    if state(db, _VERSION) == wanted:
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
    return state(db, _BUILT) == state(db, _VERSION)


def mark_built(db: Connection) -> None:
    """All facts have been projected."""
    set_state(db, _BUILT, state(db, _VERSION) or "")


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
    owners: set[int] = set(user_ids) | ({0} if items else set())
    for owner in sorted(owners):
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


def state(db: Connection, name: str) -> str | None:
    """What is remembered of the graph as a whole; None: nothing by that name."""
    return db.execute(text("SELECT value FROM graph_state WHERE name = :name"), {"name": name}).scalar()


def item_page(db: Connection, *, after: int = 0, limit: int = 500) -> list[int]:
    """All items there are or that edges still speak of, merged ones too, by id."""
    rows = db.execute(
        text(f"""
            SELECT id FROM (
                (SELECT id FROM items WHERE id > :after ORDER BY id LIMIT :limit)
                UNION (
                    SELECT n.id >> 4 FROM graph_nodes n WHERE n.id & 15 = {_ITEM} AND n.id >> 4 > :after
                        AND NOT EXISTS (SELECT FROM items i WHERE i.id = n.id >> 4) ORDER BY n.id LIMIT :limit
                )
            ) AS both_of_them ORDER BY id LIMIT :limit
        """),
        {"after": after, "limit": limit},
    )
    return list(rows.scalars())


def standing_page(db: Connection, user_id: int, *, after: int = 0, limit: int = 500) -> list[int]:
    """The items that a person stands somewhere with, or that edges say they do, by id."""
    rows = db.execute(
        text(f"""
            SELECT item_id FROM (
                SELECT item_id FROM user_items WHERE user_id = :user AND item_id > :after
                UNION SELECT target_id >> 4 FROM graph_edges
                WHERE source_id = (CAST(:user AS bigint) << 4 | {_USER}) AND owner_id = :user
                    AND target_id & 15 = {_ITEM} AND target_id >> 4 > :after
            ) AS both_of_them ORDER BY item_id LIMIT :limit
        """),
        {"user": user_id, "after": after, "limit": limit},
    )
    return list(rows.scalars())


def user_page(db: Connection, *, after: int = 0, limit: int = 500) -> list[int]:
    """All people there are or that nodes still speak of, by id."""
    rows = db.execute(
        text(f"""
            SELECT id FROM (
                SELECT id FROM users WHERE id > :after
                UNION SELECT id >> 4 FROM graph_nodes WHERE id & 15 = {_USER} AND id >> 4 > :after
            ) AS both_of_them ORDER BY id LIMIT :limit
        """),
        {"after": after, "limit": limit},
    )
    return list(rows.scalars())


def node_page(db: Connection, *, after: int = 0, limit: int = 2000) -> list[int]:
    """All nodes, by number."""
    rows = db.execute(
        text("SELECT id FROM graph_nodes WHERE id > :after ORDER BY id LIMIT :limit"),
        {"after": after, "limit": limit},
    )
    return list(rows.scalars())


def settle_nodes(db: Connection, numbers: Sequence[int]) -> None:
    """Nodes have their things' names and owners, go when they are nothing any more, and count their edges anew."""
    db.execute(text("SELECT graph_settle(NULL, NULL, NULL, NULL, :ids)"), {"ids": list(numbers)})
    db.execute(
        text("""
            UPDATE graph_nodes n SET degree = d.degree FROM (
                SELECT m.id, (SELECT count(*) FROM graph_edges e WHERE e.source_id = m.id AND e.owner_id = m.owner_id)
                    + (SELECT count(*) FROM graph_edges e WHERE e.target_id = m.id AND e.owner_id = m.owner_id) AS degree
                FROM graph_nodes m WHERE m.id = ANY(CAST(:ids AS bigint[]))
            ) AS d WHERE n.id = d.id AND n.degree <> d.degree
        """),
        {"ids": list(numbers)},
    )

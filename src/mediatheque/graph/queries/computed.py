"""What the computed edges come from, those that there are, and what is to be worked out again; and writing them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from mediatheque.graph import like_minded, similar
from mediatheque.graph.edges import codes
from mediatheque.graph.queries.projection import set_state, state, take_graphs_turn
from mediatheque.stores.graph import EdgeColumns
from mediatheque.stores.graph.postgresql import load
from mediatheque.stores.vectors import Condition
from mediatheque.vocabulary import NODE_CODES, NodeKind

Ids = npt.NDArray[np.int64]

_ITEM, _USER = NODE_CODES[NodeKind.ITEM], NODE_CODES[NodeKind.USER]
_WAY = "computed"
_SIMILAR, _LIKE_MINDED = codes()["SIMILAR"], codes()["LIKE_MINDED"]
#: Any number: held while the computed edges are worked out, by one process at a time.
_LOCK = 7_306_027
#: So many edges are written in one statement.
_AT_ONCE = 5_000
#: Items that are like others: an episode is as its show is, and goes with it.
_COMPARED = "i.merged_into IS NULL AND (i.kind <> 'episode' OR i.parent_id IS NULL)"
_LISTED = f"i.owner_id IS NULL AND {_COMPARED}"
#: Whose `user_items ui` have been through it, or like it; the triggers in migration 0011 say the same.
_COMPANY = (
    "(ui.seen_count > 0 OR ui.episodes_seen > 0 OR ui.liking > 0) AND ui.liking >= 0 AND NOT ui.is_hidden"
)


@dataclass(frozen=True, slots=True)
class Stale:
    """What waits to be worked out again, and the marks that say so."""

    marks: Ids
    items: Ids  # by what they mean, and by their company
    company: Ids  # items, by their company alone
    users: Ids

    def __len__(self) -> int:
        return len(self.marks)


def wait_for_turn(db: Connection) -> None:
    """Wait until no other process works these edges out; the turn ends with the transaction."""
    db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def begin_reading(db: Connection) -> None:
    """See one moment of the library for the rest of this transaction."""
    db.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))


def anything_stale(db: Connection) -> bool:
    """Whether anything waits to be worked out again."""
    return bool(db.execute(text("SELECT EXISTS (SELECT FROM graph_stale)")).scalar())


def stale(db: Connection) -> Stale:
    """All that waits."""
    rows = _records(
        db, [("i8", "id"), ("i8", "node_id"), ("i4", "company_only::integer")], "FROM graph_stale"
    )
    marks, nodes, company_only = rows["f0"], rows["f1"], rows["f2"] > 0
    is_item = nodes & 15 == _ITEM
    return Stale(
        marks,
        np.unique(nodes[is_item & ~company_only] >> 4),
        np.unique(nodes[is_item & company_only] >> 4),
        np.unique(nodes[nodes & 15 == _USER] >> 4),
    )


def unmark(db: Connection, marks: Ids) -> None:
    """What these marks said has been seen to."""
    for start in range(0, len(marks), 10 * _AT_ONCE):
        ids = marks[start : start + 10 * _AT_ONCE].tolist()
        db.execute(text("DELETE FROM graph_stale WHERE id = ANY(CAST(:ids AS bigint[]))"), {"ids": ids})


def way(db: Connection) -> str | None:
    """How all the computed edges were worked out; None: they were not."""
    return state(db, _WAY)


def set_way(db: Connection, value: str) -> None:
    """All the computed edges are worked out in this way."""
    set_state(db, _WAY, value)


def embedded_count(db: Connection, model_id: int) -> int:
    """How many vectors of items a model has."""
    counted = text("SELECT count(*) FROM embeddings WHERE model_id = :model")
    return db.execute(counted, {"model": model_id}).scalar_one()


def embedded_of(owner_id: int) -> Condition:
    """Items that are compared by what they mean: the catalogue's (owner 0), or a person's own."""
    if not owner_id:
        return Condition(_LISTED, {})
    return Condition(f"i.owner_id = :owner AND {_COMPARED}", {"owner": owner_id})


def owners(db: Connection, model_id: int, item_ids: Ids | None) -> list[int]:
    """Who has items of their own that are compared; `item_ids`: only whose own these are, or have edges with them."""
    rows = db.execute(
        text(f"""
            SELECT DISTINCT i.owner_id FROM items i JOIN embeddings e ON e.item_id = i.id
            WHERE i.owner_id IS NOT NULL AND {_COMPARED} AND e.model_id = :model
                AND (CAST(:ids AS bigint[]) IS NULL OR i.id = ANY(CAST(:ids AS bigint[])))
            UNION SELECT DISTINCT e.owner_id FROM unnest(CAST(:ids AS bigint[])) AS g(id)
                JOIN graph_edges e ON (e.source_id = (g.id << 4 | {_ITEM}) OR e.target_id = (g.id << 4 | {_ITEM}))
                    AND e.type = {_SIMILAR} AND e.owner_id > 0
            UNION SELECT DISTINCT owner_id FROM graph_edges
                WHERE type = {_SIMILAR} AND owner_id > 0 AND CAST(:ids AS bigint[]) IS NULL
            ORDER BY 1
        """),
        {"ids": None if item_ids is None else item_ids.tolist(), "model": model_id},
    )
    return list(rows.scalars())


def listed(db: Connection, item_ids: Ids) -> Ids:
    """Those of these items that are the catalogue's, or nobody's any more."""
    rows = db.execute(
        text("""
            SELECT g.id FROM unnest(CAST(:ids AS bigint[])) AS g(id) LEFT JOIN items i ON i.id = g.id
            WHERE i.owner_id IS NULL
        """),
        {"ids": item_ids.tolist()},
    )
    return np.array(list(rows.scalars()), np.int64)


def companies(db: Connection) -> tuple[Ids, Ids]:
    """Who has been through which of the catalogue's items, (people, items): of those that enough people have."""
    rows = _records(
        db,
        [("i8", "ui.user_id"), ("i8", "ui.item_id")],
        f"""
            FROM user_items ui JOIN items i ON i.id = ui.item_id WHERE {_COMPANY} AND {_LISTED}
            AND (SELECT count(*) FROM (SELECT FROM users LIMIT :most) AS some_of) = :most
        """,
        {"most": similar.LEAST_PEOPLE + 1},
    )
    return rows["f0"], rows["f1"]


def similar_edges(db: Connection, owner_id: int, item_ids: Ids) -> similar.Edges:
    """The edges between titles for everybody (owner 0), or of a person's own titles and with these items."""
    columns = [
        *(("i8", "e.source_id"), ("i8", "e.target_id")),
        *(("f4", "coalesce(e.likeness, 'NaN')"), ("f4", "coalesce(e.together, 'NaN')")),
        ("i4", "CASE WHEN e.together IS NULL THEN 0 ELSE e.count END"),
    ]
    rows, given = f"FROM graph_edges e WHERE e.type = {_SIMILAR} AND e.owner_id = 0", dict[str, Any]()
    if owner_id:
        given = {"owner": owner_id, "ids": item_ids.tolist()}
        nodes = f"""
            SELECT (id << 4 | {_ITEM}) AS id FROM items WHERE owner_id = :owner
            UNION SELECT (id << 4 | {_ITEM}) FROM unnest(CAST(:ids AS bigint[])) AS given(id)
        """
        rows = f"""
            FROM (
                SELECT e.* FROM ({nodes}) AS n JOIN graph_edges e ON e.source_id = n.id
                WHERE e.owner_id = :owner AND e.type = {_SIMILAR}
                UNION SELECT e.* FROM ({nodes}) AS n JOIN graph_edges e ON e.target_id = n.id
                WHERE e.owner_id = :owner AND e.type = {_SIMILAR}
            ) AS e
        """
    found = _records(db, columns, rows, given)
    return similar.Edges(found["f0"] >> 4, found["f1"] >> 4, found["f2"], found["f3"], found["f4"])


def write_similar(db: Connection, owner_id: int, gone: similar.Edges, come: similar.Edges) -> None:
    """Take edges away and add others, of titles that are still there to be seen by whoever the edges are of."""
    take_graphs_turn(db, [owner_id] if owner_id else (), items=not owner_id)
    for start in range(0, len(gone), _AT_ONCE):
        some = gone.take(np.arange(start, min(len(gone), start + _AT_ONCE)))
        _remove(db, _SIMILAR, _nodes(some.a, some.b, _ITEM), owner_id)
    there = db.execute(
        text("""
            SELECT i.id FROM unnest(CAST(:ids AS bigint[])) AS g(id) JOIN items i ON i.id = g.id
            WHERE i.merged_into IS NULL AND coalesce(i.owner_id, :owner) = :owner
        """),
        {"ids": np.unique(np.concatenate([come.a, come.b])).tolist(), "owner": owner_id},
    )
    ids = np.array(list(there.scalars()), np.int64)
    new = come.take(np.isin(come.a, ids) & np.isin(come.b, ids))
    load(
        db,
        EdgeColumns(
            source=new.a << 4 | _ITEM,
            target=new.b << 4 | _ITEM,
            type=np.full(len(new), _SIMILAR, np.int16),
            owner=np.full(len(new), owner_id),
            weight=new.weight,
            count=np.where(np.isnan(new.together), 1, new.people).astype(np.int32),
            likeness=new.likeness,
            together=new.together,
        ),
    )


def ratings_of_sharing(db: Connection) -> tuple[Ids, Ids, npt.NDArray[np.float32]]:
    """What everybody who shares their taste has rated: people, items, stars."""
    rows = _records(
        db,
        [("i8", "r.user_id"), ("i8", "r.item_id"), ("f4", "r.value")],
        "FROM ratings r JOIN users u ON u.id = r.user_id AND u.shares_taste",
    )
    return rows["f0"], rows["f1"], rows["f2"]


def like_minded_links(db: Connection) -> like_minded.Links:
    """Who is known to rate like whom."""
    rows = _records(
        db,
        [("i8", "e.source_id"), ("i8", "e.target_id"), ("f4", "e.weight::real"), ("i4", "e.count")],
        f"""
            FROM users u JOIN graph_edges e ON e.source_id = (u.id << 4 | {_USER}) AND e.owner_id = u.id
            WHERE e.type = {_LIKE_MINDED}
        """,
    )
    return like_minded.Links(rows["f0"] >> 4, rows["f1"] >> 4, rows["f2"], rows["f3"])


def write_like_minded(db: Connection, gone: like_minded.Links, come: like_minded.Links) -> None:
    """Take links away and add others: each its first person's own, and only where both still share their taste."""
    # Consent that is withdrawn waits for the turn of whoever withdraws it: both ends' are held.
    take_graphs_turn(db, np.unique(np.concatenate([gone.a, come.a, come.b])).tolist())
    for start in range(0, max(len(gone), len(come)), _AT_ONCE):
        some = np.arange(start, start + _AT_ONCE)
        old, new = gone.take(some[some < len(gone)]), come.take(some[some < len(come)])
        _remove(db, _LIKE_MINDED, _nodes(old.a, old.b, _USER), None)
        sources, targets = _nodes(new.a, new.b, _USER)
        _add(
            db,
            f"""
                SELECT source, target, {_LIKE_MINDED}, source >> 4, likeness, titles, NULL, NULL
                FROM unnest(CAST(:sources AS bigint[]), CAST(:targets AS bigint[]), CAST(:likeness AS float8[]),
                    CAST(:titles AS integer[])) AS given(source, target, likeness, titles)
                JOIN users a ON a.id = source >> 4 AND a.shares_taste
                JOIN users b ON b.id = target >> 4 AND b.shares_taste
            """,
            {
                "sources": sources,
                "targets": targets,
                "likeness": new.likeness.astype(np.float64).tolist(),
                "titles": new.titles.tolist(),
            },
        )


def _remove(db: Connection, code: int, ends: tuple[list[int], list[int]], owner_id: int | None) -> None:
    """Remove edges of a type and an owner (None: each its source's)."""
    if ends[0]:
        # Else the trigger that looks for gaps would find one.
        db.execute(text("SELECT set_config('mediatheque.graph_computes', 'yes', true)"))
        _settle(
            db,
            f"""
                DELETE FROM graph_edges e WHERE e.ctid = ANY(ARRAY(
                    SELECT found.ctid FROM unnest(CAST(:sources AS bigint[]), CAST(:targets AS bigint[])) AS g(source, target)
                    -- Along the index, whatever the planner has heard of a table that has just grown.
                    CROSS JOIN LATERAL (
                        SELECT x.ctid, x.target_id, x.type FROM graph_edges x
                        WHERE x.source_id = g.source AND x.owner_id = coalesce(CAST(:owner AS bigint), g.source >> 4) OFFSET 0
                    ) AS found WHERE found.target_id = g.target AND found.type = {code}
                ))
                RETURNING e.source_id, e.target_id, e.owner_id, -1 AS sign
            """,
            {"sources": ends[0], "targets": ends[1], "owner": owner_id},
        )
        db.execute(text("SELECT set_config('mediatheque.graph_computes', '', true)"))


def _add(db: Connection, rows: str, given: dict[str, Any]) -> None:
    if given["sources"]:
        _settle(
            db,
            f"""
                INSERT INTO graph_edges (source_id, target_id, type, owner_id, weight, count, likeness, together) {rows}
                RETURNING source_id, target_id, owner_id, 1 AS sign
            """,
            given,
        )


def _settle(db: Connection, statement: str, given: dict[str, Any]) -> None:
    """Write edges, and have their nodes count them."""
    row = db.execute(
        text(f"""
            WITH changed AS ({statement})
            SELECT array_agg(source_id), array_agg(target_id), array_agg(owner_id), array_agg(sign::bigint) FROM changed
        """),
        given,
    ).one()
    if row[0]:
        db.execute(
            text("SELECT graph_settle(:sources, :targets, :owners, :signs, '{}')"),
            dict(zip(("sources", "targets", "owners", "signs"), row, strict=True)),
        )


def _nodes(a: Ids, b: Ids, code: int) -> tuple[list[int], list[int]]:
    return (a << 4 | code).tolist(), (b << 4 | code).tolist()


#: How PostgreSQL sends a number, by how NumPy calls it.
_SENT = {"i8": "int8send", "i4": "int4send", "f4": "float4send"}


def _records(
    db: Connection, columns: Sequence[tuple[str, str]], rows: str, given: dict[str, Any] | None = None
) -> npt.NDArray[np.void]:
    """The columns (kind, expression) of many rows, none of them NULL, as fields f0, f1 …: no object for each."""
    sent = " || ".join(f"{_SENT[kind]}({expression})" for kind, expression in columns)
    pages = db.execute(
        text(f"""
            SELECT string_agg(record, ''::bytea) AS page FROM (
                SELECT {sent} AS record, row_number() OVER () / 4096 AS page {rows}
            ) AS sent GROUP BY page
        """),
        given or {},
    )
    kinds = [(f"f{n}", f">{kind}") for n, (kind, _) in enumerate(columns)]
    here = [(f"f{n}", kind) for n, (kind, _) in enumerate(columns)]
    return np.frombuffer(b"".join(pages.scalars()), kinds).astype(here)

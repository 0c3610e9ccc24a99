"""The SQL of walks: one statement each, in which a node's heaviest edges are read off the indexes and no others.

`_frontier` says what they mean, and they multiply and divide in its order, so that scores are the same to the last bit.
Nothing in a text depends on what is asked: psycopg prepares what it sends again and again, and PostgreSQL plans that
once a connection. What is given comes out of subselects where the planner would else look at it and plan anew.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from sqlalchemy import TextClause, text

from mediatheque.stores.graph import BEAM, END_FAN_OUT, FAN_OUT
from mediatheque.vocabulary import NODE_CODES, NodeKind

_USER = NODE_CODES[NodeKind.USER]
#: The columns of an edge, in the order of `Edge`'s fields.
COLUMNS = (
    "e.source_id, e.target_id, e.type, e.owner_id, e.weight, e.confidence, e.count, e.first_at, e.last_at, e.batch_id,"
    " e.said_by, e.at_ms, e.likeness, e.together, e.detail"
)
N_COLUMNS = 15
#: A condition of guests' edges: what they lead to is somebody's whom the viewer may know of.
KNOWN = "EXISTS (SELECT FROM graph_nodes n WHERE n.id = e.target_id AND n.owner_id IN (0, :viewer))"
#: Through no other person.
_GOES_ON = f"(node & 15 <> {_USER} OR node >> 4 = :viewer)"
#: What finds an edge again, carried along instead of the whole of it.
_STEP = "weight, type, owner_id, way"


class Walk(NamedTuple):
    """What makes one statement another."""

    has_types: bool = False
    #: Whether an end is a guest's own node.
    has_guests: bool = False


@cache
def expand(hops: int, walk: Walk) -> TextClause:
    """Rows: node, hops, score, then COLUMNS. Takes starts, guests (of each start, 0: none), viewer, types, limit."""
    parts = [
        f"""
        found0 AS MATERIALIZED (
            SELECT s.node, s.guest, 1::float8 AS score, {root("s.node")} AS root
            FROM unnest((SELECT CAST(:starts AS bigint[])), (SELECT CAST(:guests AS bigint[]))) AS s(node, guest)
        )
        """
    ]
    for hop in range(1, hops + 1):
        seen = " UNION ALL ".join(f"SELECT node FROM found{n}" for n in range(hop))
        heaviest = _heaviest("f.node", FAN_OUT, walk, guest="f.guest" if hop == 1 else None)
        parts.append(f"""
        found{hop} AS MATERIALIZED (
            SELECT * FROM (
                SELECT DISTINCT ON (s.node) s.node, f.score * s.weight / f.root AS score, f.node AS before, {_of("s", _STEP)}
                FROM {"found0" if hop == 1 else f"going{hop - 1}"} AS f
                    CROSS JOIN LATERAL ({heaviest}) AS s
                ORDER BY s.node, f.score * s.weight / f.root DESC, f.node, s.type, s.owner_id, s.way
            ) AS best WHERE node NOT IN ({seen})
        )
        """)
        if hop < hops:
            parts.append(f"""
        going{hop} AS MATERIALIZED (
            SELECT node, score, {root("node")} AS root FROM (
                SELECT node, score FROM found{hop} WHERE {_GOES_ON} ORDER BY score DESC, node LIMIT {BEAM}
            ) AS most_telling
        )
            """)
    all_found = " UNION ALL ".join(
        f"SELECT node, {hop} AS hops, score, before, {_STEP} FROM found{hop}" for hop in range(1, hops + 1)
    )
    return text(f"""
        WITH {", ".join(parts)}
        SELECT t.b AS node, t.hops, t.score, {COLUMNS} FROM (
            SELECT before AS a, node AS b, hops, score, {_STEP} FROM ({all_found}) AS all_found
            ORDER BY score DESC, node LIMIT (SELECT CAST(:limit AS bigint))
        ) AS t CROSS JOIN LATERAL ({again("t")}) AS e ORDER BY t.score DESC, t.b
    """)


@cache
def paths(max_length: int, shortest: bool, walk: Walk) -> TextClause:
    """Rows, one an edge, path by path: place, score, node (which the edge is walked from), then COLUMNS.

    Takes start, end, their guests (start_guest, end_guest; 0: none), viewer, types, limit. Where only the shortest are
    asked for, ways are grown no longer than they have to: PostgreSQL works out only those parts that something reads.
    """
    parts = [
        "ends AS MATERIALIZED (SELECT CAST(:start AS bigint) AS l, CAST(:end AS bigint) AS r,"
        " CAST(:start_guest AS bigint) AS l_guest, CAST(:end_guest AS bigint) AS r_guest)"
    ]
    for length in range(1, max_length + 1):
        parts += _grown("l", (length + 1) // 2, walk) if length % 2 else _grown("r", length // 2, walk)
        parts += _met((length + 1) // 2, length // 2)
    found = " UNION ALL ".join(_found(length, shortest) for length in range(1, max_length + 1))
    return text(f"""
        WITH {", ".join(parts)},
        best AS MATERIALIZED (
            SELECT *, row_number() OVER (ORDER BY score DESC, length, nodes) AS place FROM (
                SELECT * FROM ({found}) AS found ORDER BY score DESC, length, nodes LIMIT (SELECT CAST(:limit AS bigint))
            ) AS first_of_them
        )
        SELECT s.place, s.score, s.a AS node, {COLUMNS} FROM (
            SELECT place, score, n AS step, nodes[n] AS a, nodes[n + 1] AS b,
                weights[n] AS weight, types[n] AS type, owners[n] AS owner_id, ways[n] AS way
            FROM best CROSS JOIN LATERAL generate_series(1, length) AS n
        ) AS s CROSS JOIN LATERAL ({again("s")}) AS e ORDER BY s.place, s.step
    """)


def _grown(side: str, steps: int, walk: Walk) -> list[str]:
    """The ways of so many steps from one end (l2: of two from the start), and the nodes that they go on from (going_l1).

    A way is its last node, the one before, and the step between; how it came so far is told by the node before, in
    `going`. Two steps between the same nodes are both there, until ways have met: there are fewer of them then.
    """
    if steps == 1:
        heaviest = _heaviest(f"f.{side}", END_FAN_OUT, walk, guest=f"f.{side}_guest")
        return [
            f"""
            {side}1 AS MATERIALIZED (
                SELECT DISTINCT ON (s.node) s.node, f.{side} AS before, s.weight AS score, {_of("s", _STEP)}
                FROM ends AS f CROSS JOIN LATERAL ({heaviest}) AS s WHERE s.node <> f.{side}
                ORDER BY s.node, s.weight DESC, s.type, s.owner_id, s.way
            )
        """
        ]
    ways, going, opposite = f"{side}{steps - 1}", f"going_{side}{steps - 1}", "r" if side == "l" else "l"
    return [
        f"""
            {going} AS MATERIALIZED (
                SELECT *, {root("node")} AS root FROM (
                    SELECT * FROM (
                        SELECT DISTINCT ON (node) * FROM {ways} WHERE {_GOES_ON} AND node <> (SELECT {opposite} FROM ends)
                        ORDER BY node, score DESC, before, type, owner_id, way
                    ) AS of_each ORDER BY score DESC, node LIMIT {BEAM}
                ) AS most_telling
            )
        """,
        f"""
            {side}{steps} AS MATERIALIZED (
                SELECT s.node, f.node AS before, f.score * s.weight / f.root AS score, {_of("s", _STEP)}
                FROM {going} AS f CROSS JOIN LATERAL ({_heaviest("f.node", FAN_OUT, walk)}) AS s
                WHERE s.node <> f.node AND s.node <> f.before AND s.node <> (SELECT {side} FROM ends)
            )
        """,
    ]


def _met(left: int, right: int) -> list[str]:
    """The paths of `left` steps from the start and `right` from the end: the most telling, with their steps in arrays."""
    length = left + right
    if not right:
        return [
            """
            met1 AS MATERIALIZED (
                SELECT score, 1 AS length, ARRAY[before, node] AS nodes, ARRAY[weight] AS weights, ARRAY[type] AS types,
                    ARRAY[owner_id] AS owners, ARRAY[way] AS ways
                FROM l1 WHERE node = (SELECT r FROM ends)
            )
        """
        ]
    passed = {f"l{n}": node for n, node in enumerate(_passed("l", left), 1)} | {
        f"r{n}": node for n, node in enumerate(_passed("r", right), 1)
    }
    apart = [f"{a} <> {b}" for a in _passed("l", left) for b in _passed("r", right)]
    between = ", ".join(
        [*(f"l{n}" for n in range(1, left)), "meet", *(f"r{n}" for n in range(right - 1, 0, -1))]
    )
    return [
        # How many edges a node has is asked once, however many ways meet there.
        f"""
            meeting{length} AS MATERIALIZED (
                SELECT node, {root("node")} AS root FROM (
                    SELECT node FROM l{left} INTERSECT SELECT node FROM r{right}
                ) AS both_ways
            )
        """,
        f"""
            met{length} AS MATERIALIZED (
                SELECT p.score, {length} AS length, ARRAY[ends.l, {between}, ends.r] AS nodes, {_arrays(left, right)}
                FROM (
                    SELECT * FROM (
                        SELECT DISTINCT ON ({between}) * FROM (
                            SELECT l.score * r.score / m.root AS score, m.node AS meet,
                                {"".join(f"{node} AS {name}, " for name, node in passed.items())}
                                {_of("l", _STEP, "l_")}, {_of("r", _STEP, "r_")}
                            FROM meeting{length} AS m
                                JOIN l{left} AS l ON l.node = m.node {_and_so_far("l", left)}
                                JOIN r{right} AS r ON r.node = m.node {_and_so_far("r", right)}
                            {f"WHERE {' AND '.join(apart)}" if apart else ""}
                        ) AS all_of_them
                        ORDER BY {between}, score DESC, l_type, l_owner_id, l_way, r_type, r_owner_id, r_way
                    ) AS of_each ORDER BY score DESC, {between} LIMIT (SELECT CAST(:limit AS bigint))
                ) AS p CROSS JOIN ends {_steps_of("l", left)} {_steps_of("r", right)}
            )
        """,
    ]


def _found(length: int, shortest: bool) -> str:
    """The paths of that length, of the shortest only if there are no shorter ones."""
    shorter = [f"NOT EXISTS (SELECT FROM met{n})" for n in range(1, length)] if shortest else []
    return f"SELECT * FROM met{length}" + (f" WHERE {' AND '.join(shorter)}" if shorter else "")


def _passed(side: str, steps: int) -> list[str]:
    """The nodes between the end and the last node of a way, from the end on."""
    return [[], [f"{side}.before"], [f"{side}_going.before", f"{side}.before"]][steps - 1]


def _and_so_far(side: str, steps: int) -> str:
    """Of a way of three steps, how it came to the node before the last."""
    return f"JOIN going_{side}2 AS {side}_going ON {side}_going.node = {side}.before" if steps == 3 else ""


def _steps_of(side: str, steps: int) -> str:
    """Joins of what is known of the steps before the last of a way, of a path `p`."""
    joins = [f"JOIN {side}1 AS {side}_1 ON {side}_1.node = p.{side}1"] if steps > 1 else []
    joins += [f"JOIN going_{side}2 AS {side}_2 ON {side}_2.node = p.{side}2"] if steps > 2 else []
    return " ".join(joins)


def _arrays(left: int, right: int) -> str:
    """The steps of a path from the start to the end; those from the end were walked the other way."""

    def column(name: str) -> list[str]:
        back = "1 - " if name == "way" else ""
        return [
            *(f"l_{n}.{name}" for n in range(1, left)),
            f"p.l_{name}",
            f"{back}p.r_{name}",
            *(f"{back}r_{n}.{name}" for n in range(right - 1, 0, -1)),
        ]

    named = {"weight": "weights", "type": "types", "owner_id": "owners", "way": "ways"}
    return ", ".join(f"ARRAY[{', '.join(column(name))}] AS {plural}" for name, plural in named.items())


def _heaviest(node: str, fan_out: int, walk: Walk, *, guest: str | None = None) -> str:
    """The heaviest edges of a node, as steps to the other end; `guest`: of whose node nothing but theirs is seen.

    Of each of the two indexes no more is read than may be wanted: a limit of its own, or a hub would be read whole.
    """
    owners = [("0", "true"), (":viewer", "true")]
    if guest and walk.has_guests:
        owners = [(owner, f"{guest} = 0") for owner, _ in owners] + [(guest, f"{guest} > 0 AND {KNOWN}")]
    which = "AND e.type = ANY(CAST(:types AS smallint[]))" if walk.has_types else ""
    arms = [
        f"""(
            SELECT e.{other}_id AS node, e.weight, e.type, e.owner_id, {way} AS way FROM graph_edges e
            WHERE e.{side}_id = {node} AND e.owner_id = {owner} AND {condition} {which}
            ORDER BY e.weight DESC, e.{other}_id, e.type LIMIT {fan_out}
        )"""
        for owner, condition in owners
        for way, (side, other) in enumerate((("source", "target"), ("target", "source")))
    ]
    return f"""
        SELECT * FROM ({" UNION ALL ".join(arms)}) AS both_ways
        ORDER BY weight DESC, node, type, owner_id, way LIMIT {fan_out}
    """


def again(step: str) -> str:
    """The whole edge of a step from node `a` to `b`, along the index."""
    return f"""
        SELECT * FROM graph_edges e
        WHERE e.source_id = CASE {step}.way WHEN 0 THEN {step}.a ELSE {step}.b END AND e.owner_id = {step}.owner_id
            AND e.weight = {step}.weight AND e.type = {step}.type
            AND e.target_id = CASE {step}.way WHEN 0 THEN {step}.b ELSE {step}.a END LIMIT 1
    """


def root(node: str) -> str:
    """What a step away from a node is divided by."""
    return f"sqrt(greatest(1, coalesce((SELECT n.degree FROM graph_nodes n WHERE n.id = {node}), 1))::float8)"


def _of(row: str, names: str, prefix: str = "") -> str:
    return ", ".join(f"{row}.{name} AS {prefix}{name}" for name in names.split(", "))

"""Every Cypher text that is ever sent to a graph elsewhere; what is asked about are parameters, always (pure).

Nodes are (:Thing:Item {key, kind, id, owner_id, name, degree}); relationships are called as the edge's type and carry the
rest of the edge, and the code of the type, by which ties are broken. One node (:Mediatheque) says what has arrived.
Written for Neo4j 5.23 and newer, whose subqueries name what they take over, and for what ArcadeDB understands of that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from mediatheque.kit.errors import Invalid
from mediatheque.vocabulary import NodeKind

#: One statement each: a schema cannot be changed by two at once.
SCHEMA = (
    "CREATE CONSTRAINT mediatheque_key IF NOT EXISTS FOR (n:Thing) REQUIRE n.key IS UNIQUE",
    "CREATE CONSTRAINT mediatheque_mark IF NOT EXISTS FOR (n:Mediatheque) REQUIRE n.name IS UNIQUE",
    "CREATE INDEX mediatheque_name IF NOT EXISTS FOR (n:Thing) ON (n.name)",
)

#: Of a guest only what leads to things that the viewer may know of.
_SEEN = """(size($types) = 0 OR type(r) IN $types)
    AND (r.owner_id IN [0, $viewer] OR endNode(r).owner_id IN [0, $viewer])"""
_EDGE = "startNode(r).key AS source, endNode(r).key AS target, type(r) AS type, properties(r) AS given"
#: The other end is `m`; between the same two of the same code, everybody's comes before one's own, and what leads away
#: before what leads here.
_TIES = "m.key, r.code, r.owner_id, startNode(r).key = m.key"
_ORDERS = {"weight": "r.weight DESC", "recent": "r.last_at IS NULL, r.last_at DESC, r.weight DESC"}
_PATTERNS = {"out": "-[r]->", "in": "<-[r]-", "both": "-[r]-"}


def neighbours(direction: str, order: str) -> str:
    """The edges of $node that belong to one of $owners."""
    return f"""
        MATCH (n:Thing {{key: $node}}){_PATTERNS[direction]}(m:Thing)
        WHERE r.owner_id IN $owners AND {_SEEN}
        RETURN {_EDGE}
        ORDER BY {_ORDERS[order]}, {_TIES}
        LIMIT $limit
    """


#: Of each of $asked (node, owners) its heaviest edges, and the degrees of the other ends.
EDGES_OF = f"""
    UNWIND $asked AS ask
    CALL (ask) {{
        MATCH (n:Thing {{key: ask.node}})-[r]-(m:Thing)
        WHERE r.owner_id IN ask.owners AND {_SEEN}
        WITH r, m ORDER BY r.weight DESC, {_TIES} LIMIT $limit
        RETURN r, m
    }}
    RETURN ask.node AS node, {_EDGE}, m.key AS other, m.degree AS degree
"""

#: The same, of which only what it says and how loudly.
LINKS = f"""
    UNWIND $nodes AS node
    CALL (node) {{
        MATCH (n:Thing {{key: node}})-[r]-(m:Thing)
        WHERE r.owner_id IN [0, $viewer] AND (size($types) = 0 OR type(r) IN $types)
        WITH r, m ORDER BY r.weight DESC, {_TIES} LIMIT $limit
        RETURN m.key AS other, r.code AS code, r.weight AS weight
    }}
    RETURN node, other, code, weight
"""

#: What $a and $b are both connected with, by the heaviest edge of each.
COMMON = f"""
    MATCH (a:Thing {{key: $a}})-[r]-(m:Thing)
    WHERE m.key <> $b AND r.owner_id IN $owners_a AND {_SEEN}
    WITH m, r ORDER BY r.weight DESC, {_TIES}
    WITH m, collect(r)[0] AS first
    MATCH (b:Thing {{key: $b}})-[r]-(m)
    WHERE r.owner_id IN $owners_b AND {_SEEN}
    WITH m, first, r ORDER BY r.weight DESC, {_TIES}
    WITH m, first, collect(r)[0] AS second
    RETURN m.key AS node, first.weight * second.weight / sqrt(CASE WHEN m.degree > 1 THEN m.degree ELSE 1 END) AS score,
        startNode(first).key AS source, endNode(first).key AS target, type(first) AS type, properties(first) AS given,
        startNode(second).key AS source_b, endNode(second).key AS target_b, type(second) AS type_b,
        properties(second) AS given_b
    ORDER BY score DESC, node
    LIMIT $limit
"""

EDGES_AMONG = f"""
    UNWIND $nodes AS node
    MATCH (n:Thing {{key: node}})-[r]->(m:Thing)
    WHERE m.key IN $nodes AND r.owner_id IN [0, $viewer] AND (size($types) = 0 OR type(r) IN $types)
    RETURN {_EDGE}
    ORDER BY r.weight DESC, n.key, m.key, r.code, r.owner_id
    LIMIT $limit
"""

NODES = """
    UNWIND $keys AS key
    MATCH (n:Thing {key: key})
    RETURN n.key AS key, n.owner_id AS owner_id, n.name AS name, n.degree AS degree
"""

#: $everybody: whosever they are.
EDGES_AFTER = f"""
    MATCH (n:Thing)-[r]->(m:Thing)
    WHERE n.key >= $source AND ($everybody OR r.owner_id IN [0, $viewer])
        AND (n.key > $source OR m.key > $target
            OR (m.key = $target AND (r.code > $code OR (r.code = $code AND r.owner_id > $owner))))
    RETURN {_EDGE}
    ORDER BY n.key, m.key, r.code, r.owner_id
    LIMIT $limit
"""

COUNT_NODES = "MATCH (n:Thing) RETURN count(n) AS found"
COUNT_EDGES = "MATCH (:Thing)-[r]->(:Thing) RETURN count(r) AS found"

#: What has arrived: of which load, and how many rounds of changes since; of a load under way, how many pieces.
MARK = "MATCH (k:Mediatheque {name: 'graph'}) RETURN k.load AS load, k.round AS round, k.piece AS piece"
BEGIN_LOAD = "MERGE (k:Mediatheque {name: 'graph'}) SET k.load = $load, k.round = -1, k.piece = 0"
#: Writing to the node also makes two writers take turns.
NEXT_PIECE = """
    MATCH (k:Mediatheque {name: 'graph'}) WHERE k.load = $load AND k.round = -1 AND k.piece = $piece - 1
    SET k.piece = $piece
    RETURN k.piece AS piece
"""
END_LOAD = """
    MATCH (k:Mediatheque {name: 'graph'}) WHERE k.load = $load AND k.round <= 0
    SET k.round = 0
    RETURN k.round AS round
"""
#: The round before, or this one once more: who sent it has not heard that it arrived.
NEXT_ROUND = """
    MATCH (k:Mediatheque {name: 'graph'}) WHERE k.load = $load AND k.round IN [$round - 1, $round]
    SET k.round = $round
    RETURN k.round AS round
"""

FORGET_EDGES = "MATCH (:Thing)-[r]->(:Thing) WITH r LIMIT $limit DELETE r RETURN count(*) AS gone"
FORGET_NODES = "MATCH (n:Thing) WITH n LIMIT $limit DETACH DELETE n RETURN count(*) AS gone"
FORGET_MARK = "MATCH (k:Mediatheque {name: 'graph'}) DELETE k"

REMOVE_NODES = "UNWIND $keys AS key MATCH (n:Thing {key: key}) DETACH DELETE n"


def put_nodes(kind: NodeKind) -> str:
    """Nodes of a kind, each made or brought up to date."""
    return f"""
        UNWIND $rows AS row
        MERGE (n:Thing:{label(kind)} {{key: row.key}})
        SET n = row
    """


def add_edges(type_: str) -> str:
    """Edges of a type that are not there yet."""
    return f"""
        UNWIND $rows AS row
        MATCH (n:Thing {{key: row.source}}) MATCH (m:Thing {{key: row.target}})
        CREATE (n)-[r:{_checked(type_)}]->(m)
        SET r = row.given
    """


def put_edges(type_: str) -> str:
    """Edges of a type, each made or brought up to date."""
    return f"""
        UNWIND $rows AS row
        MATCH (n:Thing {{key: row.source}}) MATCH (m:Thing {{key: row.target}})
        MERGE (n)-[r:{_checked(type_)} {{owner_id: row.owner_id}}]->(m)
        SET r = row.given
    """


def remove_edges(type_: str) -> str:
    """Edges of a type, as far as they are there."""
    return f"""
        UNWIND $rows AS row
        MATCH (n:Thing {{key: row.source}})-[r:{_checked(type_)}]->(m:Thing {{key: row.target}})
        WHERE r.owner_id = row.owner_id
        DELETE r
    """


def label(kind: NodeKind) -> str:
    """The label that nodes of a kind have beside Thing."""
    return kind.value.capitalize()


def texts(types: Iterable[str]) -> Sequence[str]:
    """All there are, for who wants to check them."""
    found = [
        *SCHEMA,
        EDGES_OF,
        LINKS,
        COMMON,
        EDGES_AMONG,
        NODES,
        EDGES_AFTER,
        COUNT_NODES,
        COUNT_EDGES,
        MARK,
    ]
    found += [
        BEGIN_LOAD,
        NEXT_PIECE,
        END_LOAD,
        NEXT_ROUND,
        FORGET_EDGES,
        FORGET_NODES,
        FORGET_MARK,
        REMOVE_NODES,
    ]
    found += [neighbours(direction, order) for direction in _PATTERNS for order in _ORDERS]
    found += [put_nodes(kind) for kind in NodeKind]
    found += [text(type_) for type_ in types for text in (add_edges, put_edges, remove_edges)]
    return found


def _checked(type_: str) -> str:
    """A name that can stand in a text: what a type is called cannot be a parameter."""
    if not re.fullmatch(r"[A-Z][A-Z_]*", type_):
        raise Invalid(f"'{type_}' is no type of edges.")
    return type_

"""A Cypher script for cypher-shell: constraints first, then nodes and edges by the hundred, without any parameter."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from mediatheque.graph.exports import Value, class_of, edge_properties, ends_of, node_properties
from mediatheque.graph.labels import label_of
from mediatheque.stores.graph import Edge, StoredNode

MEDIA_TYPE = "application/x-cypher-query"
SUFFIX = ".cypher"

#: So many rows a statement: more take the planner longer than they save round trips.
_BATCH = 500
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SPECIAL = re.compile('\\\\u|[\\\\"\x00-\x1f\x7f-\x9f\u2028\u2029]')


def write(nodes: Iterable[StoredNode], edges: Iterable[Edge]) -> Iterator[bytes]:
    """Statements that end with a semicolon and a line break; into an empty database, as it creates without looking."""
    yield b"CREATE CONSTRAINT mediatheque_label IF NOT EXISTS FOR (n:Mediatheque) REQUIRE n.id IS UNIQUE;\n"
    labelled = ((label_of(node.number), node_properties(node)) for node in nodes)
    yield from _batched(
        ((class_of(label), _map({"id": label, **properties})) for label, properties in labelled),
        lambda kind: f"CREATE (n:Mediatheque:{kind}) SET n = row",
    )
    yield from _batched(
        ((edge.type, _row(edge)) for edge in edges),
        lambda type_: (
            "MATCH (a:Mediatheque {id: row[0]}) MATCH (b:Mediatheque {id: row[1]})"
            f" CREATE (a)-[e:{type_}]->(b) SET e = row[2]"
        ),
    )


def quoted(text: str) -> str:
    """The literal whose value is this text.

    Older parsers read `\\u0022` as a quotation mark before they look for the end of a literal: in a name that has these
    very characters, the letter after the backslash is itself written as an escape.
    """
    return f'"{_SPECIAL.sub(_escaped, text)}"'


def _escaped(found: re.Match[str]) -> str:
    special = found[0]
    if special == "\\u":
        return "\\\\\\u0075"
    return _ESCAPES.get(special) or f"\\u{ord(special):04x}"


def _batched(rows: Iterable[tuple[str, str]], then: Callable[[str], str]) -> Iterator[bytes]:
    """A statement whenever there are enough rows of one name, and in the end of all names."""
    waiting: dict[str, list[str]] = {}
    for name, row in rows:
        those = waiting.setdefault(name, [])
        those.append(row)
        if len(those) == _BATCH:
            yield _statement(waiting.pop(name), then(name))
    for name, those in waiting.items():
        yield _statement(those, then(name))


def _statement(rows: Iterable[str], then: str) -> bytes:
    return "UNWIND [\n{}\n] AS row {};\n".format(",\n".join(rows), then).encode()


def _row(edge: Edge) -> str:
    source, target = ends_of(edge)
    return f"[{quoted(source)}, {quoted(target)}, {_map(edge_properties(edge))}]"


def _map(properties: Mapping[str, Value]) -> str:
    return "{" + ", ".join(f"{name}: {_literal(value)}" for name, value in properties.items()) + "}"


def _literal(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return f"datetime({quoted(value.isoformat())})"
    return quoted(value) if isinstance(value, str) else repr(value)

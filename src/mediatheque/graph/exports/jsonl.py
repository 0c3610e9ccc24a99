"""JSON Lines as Neo4j's APOC writes and reads them: a line a node, then a line an edge."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from mediatheque.graph.exports import class_of, edge_properties, ends_of, node_properties, plain
from mediatheque.graph.labels import label_of
from mediatheque.stores.graph import Edge, StoredNode

MEDIA_TYPE = "application/x-ndjson"
SUFFIX = ".jsonl"


def write(nodes: Iterable[StoredNode], edges: Iterable[Edge]) -> Iterator[bytes]:
    """Nodes and relationships, each with its label as id."""
    for node in nodes:
        yield _line({"type": "node", **_end(label_of(node.number)), "properties": node_properties(node)})
    for edge in edges:
        source, target = ends_of(edge)
        properties = {name: plain(value) for name, value in edge_properties(edge).items()}
        yield _line(
            {
                "type": "relationship",
                "id": f"{source} {edge.type} {target}" + (" (private)" if edge.owner_id else ""),
                "label": edge.type,
                "properties": properties,
                "start": _end(source),
                "end": _end(target),
            }
        )


def _end(label: str) -> dict[str, Any]:
    return {"id": label, "labels": [class_of(label)]}


def _line(told: dict[str, Any]) -> bytes:
    # What breaks lines for some readers (U+2028, U+0085) is escaped, as everything beyond ASCII.
    return json.dumps(told, separators=(",", ":")).encode() + b"\n"

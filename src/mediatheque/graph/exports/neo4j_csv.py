"""What `neo4j-admin database import` takes: a ZIP of nodes.csv, relationships.csv and a note that says how."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, cast

from mediatheque.graph.exports import (
    EDGE_PROPERTIES,
    NODE_PROPERTIES,
    Sort,
    Value,
    class_of,
    edge_properties,
    ends_of,
    node_properties,
    plain,
)
from mediatheque.graph.labels import label_of
from mediatheque.stores.graph import Edge, StoredNode

MEDIA_TYPE = "application/zip"
SUFFIX = ".zip"

README = """\
neo4j-admin database import full neo4j \\
    --nodes=nodes.csv --relationships=relationships.csv --multiline-fields=true
"""

#: Entries of a ZIP carry a time; this one, so that the same graph is the same bytes.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_ROWS_AT_ONCE = 200
_SORTS: Mapping[Sort, str] = {
    Sort.TEXT: "string",
    Sort.WHOLE: "long",
    Sort.NUMBER: "double",
    Sort.TRUTH: "boolean",
    Sort.MOMENT: "datetime",
}


def write(nodes: Iterable[StoredNode], edges: Iterable[Edge]) -> Iterator[bytes]:
    """A ZIP, written forward alone. Properties that are unknown are empty fields, and so not set."""
    pipe = _Pipe()
    with zipfile.ZipFile(cast("IO[bytes]", pipe), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, pieces in (
            ("README.txt", iter([README])),
            ("nodes.csv", _table(("id:ID", *_columns(NODE_PROPERTIES), ":LABEL"), map(_node, nodes))),
            (
                "relationships.csv",
                _table((":START_ID", ":END_ID", ":TYPE", *_columns(EDGE_PROPERTIES)), map(_edge, edges)),
            ),
        ):
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as file:
                for piece in pieces:
                    file.write(piece.encode("utf-8", "replace"))
                    yield pipe.taken()
    yield pipe.taken()


class _Pipe:
    """A file that cannot seek: what is written is taken out at the other end."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._written.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def taken(self) -> bytes:
        """What was written since the last time."""
        written, self._written = b"".join(self._written), []
        return written


def _columns(properties: Mapping[str, Sort]) -> list[str]:
    return [f"{name}:{_SORTS[sort]}" for name, sort in properties.items()]


def _node(node: StoredNode) -> str:
    label = label_of(node.number)
    return f"{label},{_fields(NODE_PROPERTIES, node_properties(node))},{class_of(label)}"


def _edge(edge: Edge) -> str:
    return f"{','.join(ends_of(edge))},{edge.type},{_fields(EDGE_PROPERTIES, edge_properties(edge))}"


def _fields(names: Iterable[str], properties: Mapping[str, Value]) -> str:
    return ",".join(_field(properties[name]) if name in properties else "" for name in names)


def _field(value: Value) -> str:
    """As RFC 4180 has it. Every text in quotation marks: without them, an empty one would count as none."""
    if isinstance(value, str):
        return '"{}"'.format(value.replace('"', '""'))
    return str(value).lower() if isinstance(value, bool) else str(plain(value))


def _table(header: Iterable[str], rows: Iterable[str]) -> Iterator[str]:
    """The lines of a table, some at a time."""
    page = [",".join(header)]
    for row in rows:
        page.append(row)
        if len(page) == _ROWS_AT_ONCE:
            yield "\n".join(page) + "\n"
            page = []
    if page:
        yield "\n".join(page) + "\n"

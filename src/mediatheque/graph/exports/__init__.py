"""The shelf of forms that a graph is written in: one file each, and the file's name is what one asks for.

A module offers `MEDIA_TYPE`, `SUFFIX` and `write(nodes, edges)`. Pure: nodes and edges in, bytes out, piece by piece.
Names are other people's: whatever can be in one, the form's reader gets it back.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Protocol, cast

from mediatheque.graph.labels import label_of
from mediatheque.kit import shelf
from mediatheque.stores.graph import Edge, StoredNode
from mediatheque.vocabulary import Node

Value = str | int | float | bool | datetime


class Sort(StrEnum):
    """What the values of a property are."""

    TEXT = "text"
    WHOLE = "whole"  # a 64-bit integer
    NUMBER = "number"  # a double
    TRUTH = "truth"
    MOMENT = "moment"  # in UTC


#: The properties of nodes and edges, in the order that they are written in. Where one is unknown, it is left out.
NODE_PROPERTIES: Mapping[str, Sort] = {"kind": Sort.TEXT, "name": Sort.TEXT, "is_private": Sort.TRUTH}
EDGE_PROPERTIES: Mapping[str, Sort] = {
    "weight": Sort.NUMBER,
    "confidence": Sort.NUMBER,
    "count": Sort.WHOLE,
    "first_at": Sort.MOMENT,
    "last_at": Sort.MOMENT,
    "said_by": Sort.TEXT,
    "at_ms": Sort.WHOLE,
    "likeness": Sort.NUMBER,
    "together": Sort.NUMBER,
    "detail": Sort.TEXT,
    "is_private": Sort.TRUTH,
}
_OF_EDGES = tuple(name for name in EDGE_PROPERTIES if name != "is_private")


class Form(Protocol):
    """What every module on this shelf offers."""

    #: What it is, for the header Content-Type.
    MEDIA_TYPE: str
    #: How names of such files end.
    SUFFIX: str

    def write(self, nodes: Iterable[StoredNode], edges: Iterable[Edge]) -> Iterator[bytes]:
        """The graph in this form: all nodes are taken first, then the edges; neither is kept."""
        ...


def names() -> tuple[str, ...]:
    """Public names of the forms."""
    return shelf.names_on(sys.modules[__name__])


def form(name: str) -> Form:
    """The form called `name`; raises Invalid naming what there is."""
    return cast("Form", shelf.take(sys.modules[__name__], name))


def node_properties(node: StoredNode) -> dict[str, Value]:
    """What is told of a node beside its label. `is_private`: it is there for one person alone."""
    kind = Node.from_number(node.number).kind
    return {"kind": str(kind), "name": node.name, "is_private": node.owner_id != 0}


def edge_properties(edge: Edge) -> dict[str, Value]:
    """What is told of an edge beside its ends and its type, as far as it is known."""
    known = {name: getattr(edge, name) for name in _OF_EDGES}
    told = {name: value for name, value in known.items() if value is not None}
    return {**told, "is_private": edge.owner_id != 0}


def ends_of(edge: Edge) -> tuple[str, str]:
    """The labels of both ends, the source first."""
    return label_of(edge.source), label_of(edge.target)


def class_of(node_label: str) -> str:
    """What a graph database calls the kind of the node with this label: "Item"."""
    return node_label.partition(":")[0].capitalize()


def plain(value: Value) -> str | int | float | bool:
    """A value as JSON has it: moments as ISO 8601."""
    return value.isoformat() if isinstance(value, datetime) else value

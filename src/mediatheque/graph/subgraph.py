"""What is around a thing, to be drawn: so many nodes, the most relevant first, and the edges among them.

`subgraph(graph, db, view, start: Node | None, *, types=(), hops=2, most=200) -> Subgraph`
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mediatheque.graph.queries.naming import Thing
from mediatheque.stores.graph import Edge
from mediatheque.vocabulary import NodeKind


@dataclass(frozen=True, slots=True)
class Placed:
    """A node of a drawing."""

    thing: Thing
    degree: int  # of everybody's node, how many of everybody's edges it has; of the viewer's own, of theirs
    relevance: float  # in (0, 1]: of the start 1, of others how telling the way there is
    hops: int
    community: (
        int | None
    )  # those of one number hang together in this drawing, 0 the most of them; None: alone


@dataclass(frozen=True, slots=True)
class Subgraph:
    """Nodes, the most relevant first, and all edges among them, the heaviest first."""

    nodes: tuple[Placed, ...]
    edges: tuple[Edge, ...]
    nodes_by_kind: Mapping[NodeKind, int]
    edges_by_type: Mapping[str, int]
    more: int  # how many nodes within reach were left out

"""What is around a thing, to be drawn: so many nodes, the most relevant first, and the edges among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mediatheque.graph.edges import edge_types
from mediatheque.graph.partition import partition
from mediatheque.graph.queries.naming import Thing, things
from mediatheque.graph.walks import known_types, thing
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import Invalid
from mediatheque.stores.graph import Edge, Graph, Reached, StoredNode, View
from mediatheque.vocabulary import Node, NodeKind

MOST_NODES = 2_000
#: What has more connections than this is drawn, and nothing for its sake alone: that two films are dramas says little.
HUB = 256
#: So many times the nodes that are wanted are looked at, for some of them are there for a hub's sake alone.
_TO_CHOOSE_FROM = 5
_EDGES_A_NODE = 25


#: Who else there is belongs only where it is asked for.
_USUAL_TYPES = tuple(name for name in edge_types() if name != "LIKE_MINDED")


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
    """Nodes, the most relevant first, and the edges among them, the heaviest first."""

    nodes: tuple[Placed, ...]
    edges: tuple[Edge, ...]
    nodes_by_kind: Mapping[NodeKind, int]
    edges_by_type: Mapping[str, int]
    more: int  # how many nodes that were come upon were left out


def subgraph(
    graph: Graph,
    db: Connection,
    view: View,
    start: Node | None = None,
    *,
    types: Sequence[str] = (),
    hops: int = 2,
    most: int = 200,
) -> Subgraph:
    """What is around a thing within some hops, at most so many nodes; around nothing: around the viewer's own history.

    Other people are in it where LIKE_MINDED is among the types, and nobody is its start: a drawing around somebody
    who shares their taste would show the whole of their history. Raises NotFound for a start that is not the viewer's
    to know, and Invalid for bounds that cannot be kept.
    """
    view = View(view.viewer)
    if not 1 <= most <= MOST_NODES:
        raise Invalid(f"A drawing has 1 to {MOST_NODES:,} nodes, not {most}.")
    centre = start or Node(NodeKind.USER, view.viewer)
    thing(db, view, centre)
    walked = known_types(types) or _USUAL_TYPES
    reached = graph.expand(db, [centre.number], view, types=walked, hops=hops, limit=_TO_CHOOSE_FROM * most)
    degrees = graph.nodes(db, [centre.number, *(r.node for r in reached)])
    chosen = _chosen(centre.number, reached, degrees, most - 1)
    named = things(db, view, [centre.number, *(r.node for r in chosen)])
    drawn = [r for r in chosen if r.node in named]
    edges = _edges(graph, db, view, [centre.number, *(r.node for r in drawn)], walked, drawn)
    community = _communities([r.node for r in drawn], edges, degrees)
    nodes = [Placed(named[centre.number], degrees[centre.number].degree, 1.0, 0, None)] + [
        Placed(named[r.node], degrees[r.node].degree, r.score, r.hops, community.get(r.node)) for r in drawn
    ]
    return Subgraph(
        nodes=tuple(nodes),
        edges=tuple(edges),
        nodes_by_kind=dict(Counter(placed.thing.node.kind for placed in nodes)),
        edges_by_type=dict(Counter(edge.type for edge in edges)),
        more=len(reached) - len(drawn),
    )


def _chosen(
    centre: int, reached: Sequence[Reached], nodes: Mapping[int, StoredNode], most: int
) -> list[Reached]:
    """The most relevant that hang on one another: nothing without what it was reached from, or for a hub's sake alone."""
    drawn = {centre}
    chosen: list[Reached] = []
    # By hops first: what leads somewhere may be no more relevant than where it leads.
    for one in sorted(reached, key=lambda r: r.hops):
        parent = one.via.other(one.node)
        is_hub = parent != centre and parent in nodes and nodes[parent].degree > HUB
        if parent in drawn and not is_hub and one.node in nodes:
            drawn.add(one.node)
            chosen.append(one)
    chosen.sort(key=lambda r: (-r.score, r.hops, r.node))
    return chosen[:most]


def _edges(
    graph: Graph, db: Connection, view: View, nodes: list[int], types: Sequence[str], drawn: Sequence[Reached]
) -> list[Edge]:
    """Those among the nodes, and those by which they were reached, which may be too light to be among the former."""
    among = graph.edges_among(db, nodes, view, types=types, limit=_EDGES_A_NODE * len(nodes))
    there = set(nodes)
    ways = [r.via for r in drawn if {r.via.source, r.via.target} <= there]
    by_key = {edge.key: edge for edge in [*among, *ways]}
    return sorted(by_key.values(), key=lambda edge: (-edge.weight, edge.key))


def _communities(
    nodes: Sequence[int], edges: Sequence[Edge], stored: Mapping[int, StoredNode]
) -> dict[int, int]:
    """Which of these hang together, the start left out: all of them hang on it."""
    place = {
        node: n for n, node in enumerate(sorted(nodes)) if Node.from_number(node).kind is not NodeKind.USER
    }
    weight: dict[tuple[int, int], float] = {}
    for edge in edges:
        if edge.source in place and edge.target in place:
            pair = (place[min(edge.source, edge.target)], place[max(edge.source, edge.target)])
            # As telling as a step between them is in either direction.
            telling = edge.weight / max(1.0, stored[edge.source].degree * stored[edge.target].degree) ** 0.25
            weight[pair] = max(weight.get(pair, 0.0), telling)
    pairs = np.array(sorted(weight), np.int64).reshape(-1, 2)
    weights = np.array([weight[a, b] for a, b in pairs.tolist()])
    found = partition(len(nodes), pairs[:, 0], pairs[:, 1], weights)
    return {node: int(found.label[n]) for node, n in place.items() if found.label[n] >= 0}

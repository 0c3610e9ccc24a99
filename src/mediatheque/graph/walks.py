"""Walks over the graph as a person asks for them: the port's answers, named, put into words, and without what is not theirs to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mediatheque.graph.edges import Facts, edge_types
from mediatheque.graph.queries.guests import sharing_with
from mediatheque.graph.queries.naming import Thing as Thing
from mediatheque.graph.queries.naming import things
from mediatheque.graph.telling import sentence, step
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import Invalid, NotFound
from mediatheque.stores.graph import Direction, Edge, Graph, Order, Path, View
from mediatheque.vocabulary import Node, NodeKind

#: So many times the paths that are wanted are looked at, to choose from them what differs.
_TO_CHOOSE_FROM = 6


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A thing that another is connected with; the words follow the other one: "was directed by Denis Villeneuve"."""

    thing: Thing
    edge: Edge
    words: str


@dataclass(frozen=True, slots=True)
class Around:
    """A thing within some hops of another, and the edge by which it was reached most tellingly, from `parent`."""

    thing: Thing
    hops: int
    score: float
    parent: Thing
    edge: Edge
    words: str  # follow the parent


@dataclass(frozen=True, slots=True)
class Telling:
    """A path between two things, in words; each step's words follow the thing that it leaves."""

    things: tuple[Thing, ...]
    edges: tuple[Edge, ...]
    steps: tuple[str, ...]
    score: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Common:
    """A thing that two others are both connected with; the words follow each of them."""

    thing: Thing
    edge_a: Edge
    edge_b: Edge
    words_a: str
    words_b: str
    score: float


@dataclass(frozen=True, slots=True)
class Met:
    """One time that the viewer met a thing: when, or where in a recording; the words say how, as a sentence."""

    at: datetime | None
    at_ms: int | None
    thing: Thing
    edge: Edge
    words: str


def view_of(db: Connection, user_id: int) -> View:
    """What a person sees: the common graph, their own part, and as guests those who share their taste, if they do."""
    return View(user_id, sharing_with(db, user_id))


def thing(db: Connection, view: View, node: Node) -> Thing:
    """One thing; raises NotFound, also of what is not the viewer's to know."""
    found = things(db, view, [node.number]).get(node.number)
    if found is None:
        raise NotFound(f"There is no {node.kind} {node.id} in your graph.")
    return found


def known_types(types: Sequence[str]) -> tuple[str, ...]:
    """Names of edge types, as they were written in any case; raises Invalid naming what there is."""
    there = edge_types()
    wanted = tuple(dict.fromkeys(name.strip().upper().replace("-", "_") for name in types))
    for name in wanted:
        if name not in there:
            raise Invalid(f"'{name}' is no type of connection; there is {', '.join(there)}")
    return wanted


def neighbours_of(
    graph: Graph,
    db: Connection,
    view: View,
    node: Node,
    *,
    types: Sequence[str] = (),
    direction: Direction = "both",
    order: Order = "weight",
    limit: int = 50,
) -> list[Neighbour]:
    """What a thing is connected with, the heaviest or the latest first."""
    here = thing(db, view, node)
    edges = graph.neighbours(
        db,
        node.number,
        _own_eyes(view),
        types=known_types(types),
        direction=direction,
        order=order,
        limit=limit,
    )
    named = things(db, view, (edge.other(node.number) for edge in edges))
    return [
        Neighbour(there, edge, step(edge, here, there))
        for edge in edges
        if (there := named.get(edge.other(node.number))) is not None
    ]


def around(
    graph: Graph,
    db: Connection,
    view: View,
    node: Node,
    *,
    types: Sequence[str] = (),
    hops: int = 2,
    limit: int = 100,
) -> list[Around]:
    """What is within some hops of a thing, most telling first."""
    thing(db, view, node)
    reached = graph.expand(
        db, [node.number], _own_eyes(view), types=known_types(types), hops=hops, limit=limit
    )
    named = things(db, view, {n for r in reached for n in (r.via.source, r.via.target)})
    return [
        Around(there, r.hops, r.score, parent, r.via, step(r.via, parent, there))
        for r in reached
        if (there := named.get(r.node)) is not None and (parent := named.get(r.via.other(r.node))) is not None
    ]


def paths_between(
    graph: Graph,
    db: Connection,
    view: View,
    a: Node,
    b: Node,
    *,
    types: Sequence[str] = (),
    max_length: int = 4,
    limit: int = 5,
) -> list[Telling]:
    """How two things hang together: the most telling paths, of those alike the first."""
    for node in (a, b):
        thing(db, view, node)
    if a == b:
        raise Invalid("A path is between two things, and these are one and the same.")
    found = graph.paths(
        db,
        a.number,
        b.number,
        _own_eyes(view),
        types=known_types(types),
        max_length=max_length,
        limit=limit * _TO_CHOOSE_FROM,
    )
    return _told(db, view, _different(found, limit))


def why(graph: Graph, db: Connection, view: View, item_id: int, *, limit: int = 3) -> list[Telling]:
    """What connects the viewer with a title, other than that they know it: the most telling paths."""
    me, item = Node(NodeKind.USER, view.viewer), Node(NodeKind.ITEM, item_id)
    thing(db, view, item)
    found = graph.paths(
        db, me.number, item.number, view, max_length=4, limit=limit * _TO_CHOOSE_FROM + len(_OWN_TYPES)
    )
    return _told(db, view, _different([path for path in found if len(path.edges) > 1], limit))


def common_ground(
    graph: Graph,
    db: Connection,
    view: View,
    a: Node,
    b: Node,
    *,
    types: Sequence[str] = (),
    limit: int = 20,
) -> list[Common]:
    """What two things are both connected with, or two people: the viewer and somebody who shares their taste."""
    thing_a, thing_b = thing(db, view, a), thing(db, view, b)
    # Between a guest and a genre it would be all of the guest's history that is of it.
    eyes = view if Node(NodeKind.USER, view.viewer) in (a, b) else _own_eyes(view)
    shared = graph.common(db, a.number, b.number, eyes, types=known_types(types), limit=limit)
    named = things(db, view, (s.node for s in shared))
    return [
        Common(
            there, s.edge_a, s.edge_b, step(s.edge_a, thing_a, there), step(s.edge_b, thing_b, there), s.score
        )
        for s in shared
        if (there := named.get(s.node)) is not None
    ]


def timeline(graph: Graph, db: Connection, view: View, node: Node, *, limit: int = 50) -> list[Met]:
    """Where the viewer met a thing before: what they did with it, and what recordings of theirs speak of it, latest first."""
    here = thing(db, view, node)
    edges = graph.neighbours(
        db, node.number, _own_eyes(view), types=_MEETING_TYPES, order="recent", limit=limit
    )
    named = things(db, view, (edge.other(node.number) for edge in edges))
    met: list[Met] = []
    for edge in edges:
        there = named.get(edge.other(node.number))
        if there is None or edge.owner_id != view.viewer:
            continue
        words = sentence((there, here), (edge,)) if there.is_reader else sentence((here, there), (edge,))
        met.append(Met(edge.last_at or edge.first_at, edge.at_ms, there, edge, words))
    met.sort(key=lambda m: (m.at is not None, m.at), reverse=True)
    return met


def _own_eyes(view: View) -> View:
    """What the viewer sees without their guests: who shares their taste shows what both know, and that they are alike.

    Guests are for `common_ground` with them; walked from a guest's node, any other walk would list the whole of a history.
    """
    return View(view.viewer)


#: What only somebody's own doings say, and where they may have met a thing.
_OWN_TYPES = tuple(name for name, edge in edge_types().items() if edge.facts is Facts.STANDING)
_MEETING_TYPES = (*_OWN_TYPES, "MENTIONED_IN", "SPEAKS_IN")


def _different(paths: Sequence[Path], limit: int) -> list[Path]:
    """The most telling ones, each the less worth the more what it leads over was told already."""
    left, chosen = list(paths), list[Path]()
    told: dict[int, int] = {}
    while left and len(chosen) < limit:
        best = max(
            left,
            key=lambda path: path.score / (1 + max((told.get(n, 0) for n in path.nodes[1:-1]), default=0)),
        )
        left.remove(best)
        chosen.append(best)
        for node in best.nodes[1:-1]:
            told[node] = told.get(node, 0) + 1
    return chosen


def _told(db: Connection, view: View, paths: Sequence[Path]) -> list[Telling]:
    named = things(db, view, {node for path in paths for node in path.nodes})
    tellings: list[Telling] = []
    for path in paths:
        if all(node in named for node in path.nodes):
            ends = tuple(named[node] for node in path.nodes)
            steps = tuple(step(edge, ends[n], ends[n + 1]) for n, edge in enumerate(path.edges))
            tellings.append(Telling(ends, path.edges, steps, path.score, sentence(ends, path.edges)))
    return tellings

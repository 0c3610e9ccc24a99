"""A made-up graph: films, people, genres, a hub, three users with things of their own; and what walks over it must find.

What must be found is worked out here in plain Python from the list of edges, with nothing of any backend.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import cache
from math import sqrt

from sqlalchemy import text

from mediatheque.graph.edges import codes
from mediatheque.kit.database import Connection
from mediatheque.stores.graph import Edge, Shared, StoredNode, View
from mediatheque.vocabulary import Node, NodeKind

ADA, BEN, CEM = 1, 2, 3
FILMS = 300
#: Few weights, so that much is equally telling and only ties decide.
_WEIGHTS = (0.2, 0.3, 0.6, 0.9, 1.0, 1 / 3)
_BEGAN = datetime(2024, 2, 29, 23, 59, 59, 123456, tzinfo=UTC)


@dataclass(frozen=True)
class MadeGraph:
    """Nodes and edges."""

    nodes: tuple[StoredNode, ...]
    edges: tuple[Edge, ...]


def node(kind: NodeKind, id_: int) -> int:
    return Node(kind, id_).number


def item(id_: int) -> int:
    return node(NodeKind.ITEM, id_)


def user(id_: int) -> int:
    return node(NodeKind.USER, id_)


HUB = node(NodeKind.GENRE, 1)


@cache
def made_graph(seed: int = 11) -> MadeGraph:
    rng = random.Random(seed)
    owner_of: dict[int, int] = {user(one): one for one in (ADA, BEN, CEM)}
    owner_of |= {item(10_000 + one): one for one in (ADA, BEN, CEM)}  # own items, in no catalogue
    found: dict[object, Edge] = {}

    def connect(source: int, target: int, type_: str, owner_id: int = 0, **given: object) -> None:
        made = Edge(
            source=source,
            target=target,
            type=type_,
            owner_id=owner_id,
            weight=rng.choice(_WEIGHTS),
            confidence=rng.choice((1.0, 0.5)),
            count=rng.randrange(1, 4),
            first_at=_BEGAN,
            last_at=rng.choice((None, _BEGAN + timedelta(microseconds=rng.randrange(50)))),
            batch_id=rng.choice((None, 7)),
            said_by=rng.choice((None, "tmdb, trakt")),
            **given,  # pyright: ignore[reportArgumentType]
        )
        found.setdefault(made.key, made)

    for n in range(1, FILMS + 1):
        connect(item(n), HUB, "HAS_GENRE")
        for _ in range(2):
            connect(item(n), node(NodeKind.GENRE, rng.randrange(2, 12)), "HAS_GENRE")
            connect(
                item(n), node(NodeKind.PERSON, rng.randrange(1, 80)), "ACTED_IN", detail='Zoë’s "friend"\n'
            )
            other = rng.randrange(1, FILMS + 1)
            if other != n:
                connect(item(n), item(other), "SIMILAR", likeness=0.25, together=-0.5)
        connect(item(n), node(NodeKind.PERSON, rng.randrange(1, 30)), "DIRECTED_BY")
    for one in (ADA, BEN, CEM):
        own = item(10_000 + one)
        connect(own, HUB, "HAS_GENRE", one)
        for n in rng.sample(range(1, FILMS + 1), 120):
            connect(user(one), item(n), rng.choice(("WATCHED", "RATED", "LIKES")), one)
        connect(user(one), own, "WATCHED", one)
        for n in range(20):
            passage, tag = node(NodeKind.PASSAGE, 100 * one + n), node(NodeKind.TAG, 10 * one + n % 3)
            owner_of |= {passage: one, tag: one}
            connect(item(rng.randrange(1, FILMS + 1)), passage, "MENTIONED_IN", one, at_ms=1000 * n)
            connect(item(rng.randrange(1, FILMS + 1)), tag, "HAS_TAG", one)
    connect(user(ADA), user(BEN), "LIKE_MINDED", ADA)
    connect(user(ADA), user(CEM), "LIKE_MINDED", ADA)
    edges = tuple(found.values())
    degrees: Counter[tuple[int, int]] = Counter()
    for edge in edges:
        degrees.update(((edge.source, edge.owner_id), (edge.target, edge.owner_id)))
    numbers = sorted({end for edge in edges for end in (edge.source, edge.target)})
    nodes = tuple(
        StoredNode(n, owner_of.get(n, 0), f"thing {n} “é”", degrees[n, owner_of.get(n, 0)]) for n in numbers
    )
    return MadeGraph(nodes, edges)


def fill(db: Connection, made: MadeGraph) -> None:
    """Put it into the library's own database, as if facts had said so."""
    names = [field.name for field in fields(Edge)]
    columns = ", ".join({"source": "source_id", "target": "target_id"}.get(name, name) for name in names)
    rows = [
        {name: getattr(edge, name) for name in names} | {"type": codes()[edge.type]} for edge in made.edges
    ]
    db.execute(
        text(f"INSERT INTO graph_edges ({columns}) VALUES ({', '.join(f':{name}' for name in names)})"), rows
    )
    db.execute(
        text(
            "INSERT INTO graph_nodes (id, owner_id, name, degree) VALUES (:number, :owner_id, :name, :degree)"
        ),
        [one._asdict() for one in made.nodes],
    )


class Oracle:
    """What walks over a made graph must find."""

    def __init__(self, made: MadeGraph) -> None:
        self._edges: dict[int, list[Edge]] = {}
        for edge in made.edges:
            self._edges.setdefault(edge.source, []).append(edge)
            self._edges.setdefault(edge.target, []).append(edge)
        self._nodes = {one.number: one for one in made.nodes}

    def edges_of(
        self, number: int, view: View, *, is_end: bool = True, types: Sequence[str] = ()
    ) -> list[Edge]:
        """Every edge of a node that the viewer sees there, the heaviest first."""
        guest = number >> 4 if is_end and number & 15 == user(0) & 15 and number >> 4 in view.guests else 0
        seen = [
            edge
            for edge in self._edges.get(number, ())
            if (not types or edge.type in types)
            and (edge.owner_id == guest if guest else edge.owner_id in (0, view.viewer))
            and (not guest or self._nodes[edge.target].owner_id in (0, view.viewer))
        ]
        return sorted(seen, key=lambda edge: self.by_weight(edge, number))

    def by_weight(self, edge: Edge, number: int) -> tuple[object, ...]:
        return (-edge.weight, edge.other(number), codes()[edge.type], edge.owner_id, edge.target == number)

    def edges_for_walk(self, ends: Iterable[int], view: View, types: Sequence[str] = ()):
        """What `_frontier` asks."""
        wanted = set(ends)

        def edges_of(numbers: Sequence[int], limit: int) -> list[tuple[int, Edge]]:
            return [
                (n, edge)
                for n in numbers
                for edge in self.edges_of(n, view, is_end=n in wanted, types=types)[:limit]
            ]

        return edges_of

    def degrees_of(self, numbers: Sequence[int]) -> dict[int, int]:
        return {n: self._nodes[n].degree for n in numbers if n in self._nodes}

    def common(self, a: int, b: int, view: View) -> list[Shared]:
        first: dict[int, Edge] = {}
        second: dict[int, Edge] = {}
        for end, best in ((a, first), (b, second)):
            for edge in self.edges_of(end, view):
                best.setdefault(edge.other(end), edge)
        shared = [
            Shared(
                n,
                first[n],
                second[n],
                first[n].weight * second[n].weight / sqrt(max(1, self._nodes[n].degree)),
            )
            for n in first.keys() & second.keys() - {a, b}
        ]
        return sorted(shared, key=lambda one: (-one.score, one.node))

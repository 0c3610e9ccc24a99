"""Walks told as questions for the edges of some nodes: what the port means, for any backend that answers these (pure)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import sqrt
from typing import NamedTuple

from mediatheque.stores.graph import BEAM, END_FAN_OUT, FAN_OUT, Edge, Path, Reached

#: Of each of these nodes its heaviest edges, so many, each with the node that it was asked for: (node, edge). Ordered
#: by weight, the other end's number, the type's code, the owner, and whether the node is its target.
EdgesOf = Callable[[Sequence[int], int], Iterable[tuple[int, Edge]]]
#: The degrees of nodes.
DegreesOf = Callable[[Sequence[int]], Mapping[int, int]]


class _Way(NamedTuple):
    nodes: tuple[int, ...]
    edges: tuple[Edge, ...]
    score: float  # of the edges, and of the nodes between the first and the last


def expand(
    starts: Sequence[int],
    edges_of: EdgesOf,
    degrees_of: DegreesOf,
    goes_on: Callable[[int], bool],
    *,
    hops: int,
    limit: int,
) -> list[Reached]:
    """As the port's `expand`."""
    seen = dict.fromkeys(starts, 1.0)
    reached: list[Reached] = []
    frontier = [(node, 1.0) for node in seen]
    for hop in range(1, hops + 1):
        scores = dict(frontier)
        degrees = degrees_of(list(scores))
        best: dict[int, Reached] = {}
        for node, edge in edges_of(list(scores), FAN_OUT):
            other = edge.other(node)
            if other in seen:
                continue
            score = scores[node] * edge.weight / sqrt(max(1, degrees.get(node, 1)))
            there = best.get(other)
            if there is None or _better(Reached(other, hop, score, edge), there):
                best[other] = Reached(other, hop, score, edge)
        found = sorted(best.values(), key=lambda r: (-r.score, r.node))
        reached += found
        seen |= {r.node: r.score for r in found}
        frontier = [(r.node, r.score) for r in found if goes_on(r.node)][:BEAM]
        if not frontier:
            break
    reached.sort(key=lambda r: (-r.score, r.node))
    return reached[:limit]


def _better(one: Reached, other: Reached) -> bool:
    """More telling; else from the lesser node. Of one node's, the first stays: edges come in the order of their codes."""
    if one.score != other.score:
        return one.score > other.score
    return one.via.other(one.node) < other.via.other(other.node)


def paths(
    start: int,
    end: int,
    edges_of: EdgesOf,
    degrees_of: DegreesOf,
    goes_on: Callable[[int], bool],
    *,
    max_length: int,
    limit: int,
    shortest: bool = False,
) -> list[Path]:
    """As the port's `paths`: ways grow from both ends in turn, and meet."""
    if start == end:
        return []
    left, right = [[_Way((start,), (), 1.0)]], [[_Way((end,), (), 1.0)]]
    found: dict[tuple[int, ...], Path] = {}
    for length in range(1, max_length + 1):
        side = left if length % 2 else right
        opposite = end if side is left else start
        side.append(
            _grown(side[-1], edges_of, degrees_of, lambda node, no=opposite: node != no and goes_on(node))
        )
        for path in _met(left[-1], right[-1], degrees_of):
            found.setdefault(path.nodes, path)
        if shortest and found:
            break
    ranked = sorted(found.values(), key=lambda path: (-path.score, len(path.nodes), path.nodes))
    return ranked[:limit]


def _grown(
    ways: Sequence[_Way], edges_of: EdgesOf, degrees_of: DegreesOf, goes_on: Callable[[int], bool]
) -> list[_Way]:
    """Ways one edge longer: from the most telling nodes that were come to, and from each by the most telling way there."""
    at_the_end = len(ways) == 1 and not ways[0].edges
    best: dict[int, _Way] = {}
    for way in ways:
        node = way.nodes[-1]
        if at_the_end or goes_on(node):
            there = best.get(node)
            if there is None or (-way.score, way.nodes[-2]) < (-there.score, there.nodes[-2]):
                best[node] = way
    going = sorted(best, key=lambda node: (-best[node].score, node))[:BEAM]
    degrees = {} if at_the_end else degrees_of(going)
    steps: dict[int, dict[int, Edge]] = {node: {} for node in going}
    for node, edge in edges_of(going, END_FAN_OUT if at_the_end else FAN_OUT):
        steps[node].setdefault(edge.other(node), edge)  # the heaviest comes first
    grown: list[_Way] = []
    for node in going:
        way = best[node]
        passing = 1.0 if at_the_end else sqrt(max(1, degrees.get(node, 1)))
        grown += [
            _Way((*way.nodes, other), (*way.edges, edge), way.score * edge.weight / passing)
            for other, edge in steps[node].items()
            if other not in way.nodes
        ]
    return grown


def _met(left: Sequence[_Way], right: Sequence[_Way], degrees_of: DegreesOf) -> list[Path]:
    """The ways from the left that end where one from the right does."""
    ending: dict[int, list[_Way]] = {}
    for way in right:
        ending.setdefault(way.nodes[-1], []).append(way)
    meeting = sorted({way.nodes[-1] for way in left} & ending.keys())
    degrees = degrees_of(meeting) if meeting else {}
    met: list[Path] = []
    for way in left:
        node = way.nodes[-1]
        for other in ending.get(node, ()):
            if set(way.nodes[:-1]) & set(other.nodes[:-1]):
                continue
            is_between = len(way.nodes) > 1 and len(other.nodes) > 1
            passing = sqrt(max(1, degrees.get(node, 1))) if is_between else 1.0
            score = way.score * other.score / passing
            met.append(
                Path((*way.nodes, *reversed(other.nodes[:-1])), (*way.edges, *reversed(other.edges)), score)
            )
    return met

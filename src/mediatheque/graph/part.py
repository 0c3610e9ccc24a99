"""The part of the graph that is a person's: the titles they have to do with, and what these are connected with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mediatheque.graph.edges import Facts, codes, edge_types
from mediatheque.graph.queries.titles import titles
from mediatheque.kit.database import Connection
from mediatheque.stores.graph import Graph, View
from mediatheque.vocabulary import NODE_CODES, Node, NodeKind

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

OWN_TYPES = tuple(name for name, edge in edge_types().items() if edge.facts is Facts.STANDING)
#: What two titles may share, and what ties two titles to each other.
SHARED_TYPES = (
    *("HAS_GENRE", "HAS_TAG", "DIRECTED_BY", "CREATED_BY", "WRITTEN_BY", "ACTED_IN", "NARRATED_BY"),
    *("PUBLISHED_BY", "SPEAKS_IN"),
)
DIRECT_TYPES = ("SIMILAR", "ADAPTED_FROM")
#: So many edges of the person themselves are looked at, and so many of each title.
_STANDINGS, _OF_EACH = 50_000, 64
_SHARED_KINDS = (NodeKind.GENRE, NodeKind.PERSON, NodeKind.TAG, NodeKind.SERIES, NodeKind.VOICE)


class Sharing(NamedTuple):
    """Which title has which thing: arrays of one length, of places."""

    title: Ints
    thing: Ints
    type: Ints  # codes
    weight: Floats


class Pairs(NamedTuple):
    """Titles that are tied to each other, each pair once, by its heaviest edge."""

    a: Ints  # the lesser place
    b: Ints
    weight: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Arrays over titles (n), and over the things that titles share (m): both numbers of nodes, rising."""

    titles: Ints  # (n)
    kind: npt.NDArray[np.str_]  # (n)
    year: Ints  # (n); 0: nobody says
    weight: Floats  # (n): of the heaviest edge between the person and each
    rating: Floats  # (n): 0.5–5.0; NaN: none
    did: Mapping[str, npt.NDArray[np.bool_]]  # (n) of each type: whether the person has such an edge to it
    left_out: int  # titles beyond the most that were asked for
    things: Ints  # (m)
    sharing: Sharing
    pairs: Pairs


def part_of(graph: Graph, db: Connection, viewer: int, most: int) -> Part:
    """What the viewer has to do with, at most so many titles, the heaviest first; an episode is told by its show."""
    view = View(viewer)  # nobody else's edges, whoever lets theirs be seen
    own = graph.links(db, [Node(NodeKind.USER, viewer).number], view, types=OWN_TYPES, limit_each=_STANDINGS)
    known = titles(db, np.unique(own.other >> 4).tolist())
    here = ~known.is_of_a_show
    numbers = known.id[here] << 4 | NODE_CODES[NodeKind.ITEM]
    # By weight, then by number: `own` comes in this order, so the first edge of each title is its heaviest.
    order, first = np.unique(own.other, return_index=True)
    weight = own.weight[first[np.searchsorted(order, numbers)]]
    kept = np.sort(np.lexsort((numbers, -weight))[:most])
    mine = numbers[kept]
    is_mine = np.isin(own.other, mine)
    place, type_ = np.searchsorted(mine, own.other[is_mine]), own.type[is_mine]
    did = {name: _marked(len(mine), place[type_ == codes()[name]]) for name in OWN_TYPES}
    rating = np.full(len(mine), np.nan)
    is_rating = type_ == codes()["RATED"]
    rating[place[is_rating]] = 5 * own.weight[is_mine][is_rating]
    things, sharing, pairs = _linked(graph, db, view, mine)
    return Part(
        titles=mine,
        kind=known.kind[here][kept],
        year=known.year[here][kept],
        weight=weight[kept],
        rating=rating,
        did=did,
        left_out=len(numbers) - len(mine),
        things=things,
        sharing=sharing,
        pairs=pairs,
    )


def _linked(graph: Graph, db: Connection, view: View, mine: Ints) -> tuple[Ints, Sharing, Pairs]:
    """What these titles are connected with: things that titles share, and each other."""
    asked: list[int] = mine.tolist()
    said = graph.links(db, asked, view, types=(*SHARED_TYPES, *DIRECT_TYPES), limit_each=_OF_EACH)
    # Apart: a show's episodes and a recording's passages are as heavy as any, and would take the others' places.
    series = graph.links(db, asked, view, types=("PART_OF",), limit_each=_OF_EACH)
    other = np.concatenate([said.other, series.other])
    title = np.searchsorted(mine, np.concatenate([said.node, series.node]))
    type_ = np.concatenate([said.type, series.type])
    weight = np.concatenate([said.weight, series.weight])
    is_shared = np.isin(other & 15, [NODE_CODES[kind] for kind in _SHARED_KINDS])
    things = np.unique(other[is_shared])
    sharing = Sharing(
        title[is_shared], np.searchsorted(things, other[is_shared]), type_[is_shared], weight[is_shared]
    )
    is_direct = np.isin(type_, [codes()[name] for name in DIRECT_TYPES]) & np.isin(other, mine)
    return (
        things,
        sharing,
        _pairs(title[is_direct], np.searchsorted(mine, other[is_direct]), weight[is_direct]),
    )


def _pairs(one: Ints, other: Ints, weight: Floats) -> Pairs:
    a, b = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort((-weight, b, a))
    a, b, weight = a[order], b[order], weight[order]
    is_first = np.ones(len(a), np.bool_)
    is_first[1:] = (np.diff(a) != 0) | (np.diff(b) != 0)
    return Pairs(a[is_first], b[is_first], weight[is_first])


def _marked(n: int, places: Ints) -> npt.NDArray[np.bool_]:
    marks = np.zeros(n, np.bool_)
    marks[places] = True
    return marks

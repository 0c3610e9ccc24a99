"""Where walks over the graph end that begin at what a person likes, and by what ways (pure).

Two steps each, as RP3β (Paudel 2017) takes them: from a title to what it has to do with (people, genres, series, the
person's own tags) and on to what else has, or straight to a title that it was made from, or is like. Passing something
with n titles counts n^-½ for each, so that a genre of thousands says little of any two of them: the step of the
graph's port, and the exponent that was best for MovieLens-1M among ½, ¾ and 1 (NDCG@100 .155, .150 and .130).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mediatheque.graph.edges import End, codes, words_of
from mediatheque.stores.graph import Edge
from mediatheque.vocabulary import Kind, Node, NodeKind

Ids = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

#: Of a title's walks this share goes straight to other titles, where it is connected with some.
STRAIGHT = 0.3
#: So many things are walked on from, those that say most of each title they lead to first.
MOST_GUIDES = 150
#: What an edge to a genre weighs, beside the square root of how many the title has (graph/edges/has_genre.py).
GENRE = 0.4


@dataclass(frozen=True, slots=True)
class Steps:
    """Edges as they are walked, a place each: from a node that was asked for to another. Nodes are numbers."""

    node: Ids
    other: Ids
    type: Ids  # codes
    is_forward: npt.NDArray[np.bool_]  # walked from the edge's source
    weight: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.node)

    def where(self, which: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> Steps:
        """Those of them, by a mask or by their places."""
        return Steps(
            self.node[which], self.other[which], self.type[which], self.is_forward[which], self.weight[which]
        )

    def turned(self) -> Steps:
        """The same steps, walked the other way."""
        return Steps(self.other, self.node, self.type, ~self.is_forward, self.weight)


@dataclass(frozen=True, slots=True)
class Begin:
    """A title that walks begin at: how much of them (the share of all), and what it is."""

    item_id: int
    kind: Kind
    share: float


@dataclass(frozen=True, slots=True)
class Link:
    """How a title hangs together with one of the person's own: in words that follow it, "was directed by Denis Villeneuve".

    `theirs`: the words that follow the person's own, where they are others. Of a straight step there are none.
    """

    words: str
    theirs: str | None = None
    is_straight: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """A way that walks end at a title by: where it began, how many take it, and the link."""

    item_id: int
    amount: float
    link: Link


@dataclass(frozen=True, slots=True)
class Outset:
    """The first steps: what each beginning has to do with, and how many of its walks pass there for each title beyond.

    `pulls` is (beginnings, guides). `told` and `straight_told` hold the codes of edges, below 0 when walked against them.
    """

    begins: tuple[Begin, ...]
    guides: Ids  # rising
    pulls: Floats
    told: npt.NDArray[np.int64]
    straight: Ids  # titles that beginnings are connected with themselves, a place each
    straight_from: npt.NDArray[np.intp]
    straight_amounts: Floats
    straight_told: npt.NDArray[np.int64]

    @property
    def masses(self) -> Floats:
        """How many walks pass each guide for each title beyond."""
        return self.pulls.sum(axis=0)

    def back_at(self, items: Ids, places: npt.NDArray[np.intp]) -> Floats:
        """How many of the walks by each of these guides would be back at where they began, of these titles."""
        begun = np.array([begin.item_id for begin in self.begins], np.int64)
        order = np.argsort(begun, kind="stable")
        rows = order[np.searchsorted(begun[order], items).clip(max=len(begun) - 1)]
        return np.where(begun[rows] == items, self.pulls[rows, places], 0.0)

    def to_go_on_from(self) -> list[int]:
        """The guides that say most of each title beyond."""
        best = np.argsort(-self.masses, kind="stable")[:MOST_GUIDES]
        return np.sort(self.guides[best]).tolist()


def set_out(begins: Sequence[Begin], steps: Steps, degrees: Mapping[int, int]) -> Outset:
    """The first steps of walks from these beginnings."""
    steps = _heaviest(steps)
    row_of = {Node(NodeKind.ITEM, begin.item_id).number: row for row, begin in enumerate(begins)}
    rows = np.array([row_of[node] for node in steps.node.tolist()], np.intp)
    codes_told = np.where(steps.is_forward, steps.type, -steps.type)
    is_title = steps.other & 15 == Node(NodeKind.ITEM, 0).number
    guides = np.unique(steps.other[~is_title])
    places = np.searchsorted(guides, steps.other[~is_title])
    shares = np.array([begin.share for begin in begins])
    counts = np.maximum(np.array([degrees.get(guide, 1) for guide in guides.tolist()], np.float64), 1)
    pulls = np.zeros((len(begins), len(guides)))
    pulls[rows[~is_title], places] = steps.weight[~is_title] / np.sqrt(counts[places])
    told = np.zeros(pulls.shape, np.int64)
    told[rows[~is_title], places] = codes_told[~is_title]
    # So many walks would go by a guide if all its titles were as much of it as the beginning is.
    walks = pulls**2 * counts**1.5
    straight_sums = np.bincount(rows[is_title], weights=steps.weight[is_title], minlength=len(begins))
    guided_sums = walks.sum(axis=1)
    by_guides = np.where(straight_sums > 0, 1 - STRAIGHT, 1.0)
    by_straight = np.where(guided_sums > 0, STRAIGHT, 1.0)
    pulls *= (shares * by_guides / np.maximum(guided_sums, 1e-12))[:, None]
    amounts = (shares * by_straight / np.maximum(straight_sums, 1e-12))[rows[is_title]] * steps.weight[
        is_title
    ]
    return Outset(
        tuple(begins),
        guides,
        pulls,
        told,
        steps.other[is_title] >> 4,
        rows[is_title],
        amounts,
        codes_told[is_title],
    )


@dataclass(frozen=True, slots=True)
class Walk:
    """All the ways there are, and how many walks end where; the genres of a title are told by whoever asks."""

    outset: Outset
    names: Mapping[int, str]  # of nodes
    items: Ids  # of each second step, rising
    places: npt.NDArray[np.intp]  # of its guide
    weights: Floats
    told: npt.NDArray[np.int64]
    is_genre: npt.NDArray[np.bool_]
    ends: Ids  # every title that is reached but by a genre, rising, and how many walks end there
    amounts: Floats
    found: Ids  # every title that was reached, most walks first
    row_of: Mapping[int, int]  # of a beginning, by its title
    genres: Mapping[int, tuple[int, float]]  # by the genre's id its place among the guides, and its mass

    @classmethod
    def on(cls, outset: Outset, steps: Steps, names: Mapping[int, str], besides: Iterable[int]) -> Walk:
        """The walks that go on from the guides by these steps; `besides` are the titles where none needs to end."""
        steps = _heaviest(steps)
        items = steps.other >> 4
        order = np.lexsort((steps.node, items))
        steps, items = steps.where(order), items[order]
        places = np.searchsorted(outset.guides, steps.node)
        gains = (outset.masses[places] - outset.back_at(items, places)) * steps.weight
        is_genre = steps.node & 15 == Node(NodeKind.GENRE, 0).number
        all_items = np.concatenate([items, outset.straight])
        all_gains = np.concatenate([gains, outset.straight_amounts])
        is_sure = np.concatenate([~is_genre, np.ones(len(outset.straight), np.bool_)])
        reached, where = np.unique(all_items, return_inverse=True)
        sums = np.bincount(where, weights=all_gains, minlength=len(reached))
        ends, where = np.unique(all_items[is_sure], return_inverse=True)
        is_new = ~np.isin(reached, np.fromiter(besides, np.int64))
        ranked = np.lexsort((reached[is_new], -sums[is_new]))
        return cls(
            outset,
            names,
            items,
            places,
            steps.weight,
            # Walked from the guide; told from the title.
            np.where(steps.is_forward, -steps.type, steps.type),
            is_genre,
            ends,
            np.maximum(np.bincount(where, weights=all_gains[is_sure], minlength=len(ends)), 0.0),
            reached[is_new][ranked],
            {begin.item_id: row for row, begin in enumerate(outset.begins)},
            {
                number >> 4: (place, mass)
                for place, (number, mass) in enumerate(
                    zip(outset.guides.tolist(), outset.masses.tolist(), strict=True)
                )
                if Node.from_number(number).kind is NodeKind.GENRE
            },
        )

    def amount(self, item_id: int, genres: Collection[int]) -> float:
        """How many of all walks end at a title of these genres."""
        place = int(np.searchsorted(self.ends, item_id))
        is_there = place < len(self.ends) and self.ends[place] == item_id
        return (float(self.amounts[place]) if is_there else 0.0) + self.by_genres(item_id, genres)

    def by_genres(self, item_id: int, genres: Collection[int]) -> float:
        """How many of these come by a genre."""
        shared = [self.genres[genre] for genre in sorted(genres) if genre in self.genres]
        total = sum(mass for _, mass in shared)
        row = self.row_of.get(item_id)
        if row is not None:
            total -= float(sum(self.outset.pulls[row, place] for place, _ in shared))
        return max(total, 0.0) * _weight_of_a_genre(genres)

    def ways(self, item_id: int, genres: Collection[int], most: int) -> tuple[list[Way], float]:
        """The ways to a title of these genres that most walks take, so many at most, and how many walks take others."""
        begun, places, weights, told = self._by_guides(item_id, genres)
        amounts = self.outset.pulls[begun, places] * weights
        straight = np.flatnonzero(self.outset.straight == item_id)
        everything = np.concatenate([amounts, self.outset.straight_amounts[straight]])
        order = np.argsort(-everything, kind="stable")
        named: list[Way] = []
        for n in order[:most].tolist():
            if n < len(amounts):
                row, link = int(begun[n]), self._link(int(begun[n]), int(places[n]), int(told[n]))
            else:
                row, link = self._straight_link(int(straight[n - len(amounts)]))
            named.append(Way(self.outset.begins[row].item_id, float(everything[n]), link))
        return named, float(everything[order[most:]].sum())

    def _by_guides(
        self, item_id: int, genres: Collection[int]
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Floats, npt.NDArray[np.int64]]:
        """The walks of two steps to a title: each one's beginning, guide, last step's weight and code."""
        known = [self.genres[genre][0] for genre in sorted(genres) if genre in self.genres]
        start, stop = np.searchsorted(self.items, [item_id, item_id + 1])
        some = np.arange(start, stop)
        some = some[~self.is_genre[some]]
        places = np.concatenate([self.places[some], np.array(known, np.intp)])
        weights = np.concatenate([self.weights[some], np.full(len(known), _weight_of_a_genre(genres))])
        told = np.concatenate([self.told[some], np.full(len(known), codes()["HAS_GENRE"])])
        pulls = self.outset.pulls[:, places]
        if item_id in self.row_of:
            pulls[self.row_of[item_id]] = 0  # no title is a reason for itself
        begun, step = np.nonzero(pulls)
        return begun, places[step], weights[step], told[step]

    def _straight_link(self, n: int) -> tuple[int, Link]:
        """Where a straight step begins, and its link: walked from there, and told from the title."""
        row = int(self.outset.straight_from[n])
        begin = self.outset.begins[row]
        name = self.names.get(Node(NodeKind.ITEM, begin.item_id).number, "")
        end = End(NodeKind.ITEM, name, what=begin.kind.value)
        return row, Link(_words(-int(self.outset.straight_told[n]), end), is_straight=True)

    def _link(self, row: int, place: int, told: int) -> Link:
        number = int(self.outset.guides[place])
        end = End(Node.from_number(number).kind, self.names.get(number, ""))
        theirs = int(self.outset.told[row, place])
        return Link(_words(told, end), None if theirs == told else _words(theirs, end))


def _weight_of_a_genre(genres: Collection[int]) -> float:
    return GENRE / max(len(genres), 1) ** 0.5


def _words(told: int, end: End) -> str:
    """What follows a title whose edge of that code leads to `end`; below 0: whose edge comes from there."""
    name = _names()[abs(told)]
    # Of two titles that are alike only the likeness of their texts was asked.
    edge = Edge(source=0, target=0, type=name, weight=1.0, likeness=1.0)
    title = End(NodeKind.ITEM, "")
    if told > 0:
        return words_of(name)(edge, title, end, forward=True)
    return words_of(name)(edge, end, title, forward=False)


def _names() -> Mapping[int, str]:
    return {code: name for name, code in codes().items()}


def _heaviest(steps: Steps) -> Steps:
    """One step between each two nodes, as a path has it: the heaviest."""
    order = np.lexsort((steps.type, -steps.weight, steps.other, steps.node))
    steps = steps.where(order)
    is_first = np.ones(len(steps), np.bool_)
    is_first[1:] = (np.diff(steps.node) != 0) | (np.diff(steps.other) != 0)
    return steps.where(is_first)

"""What a person's titles fall into: communities of titles that hang together, named by what they share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mediatheque.graph.part import Floats, Ints, Part, part_of
from mediatheque.graph.partition import Partition, partition
from mediatheque.graph.queries.naming import Thing, things
from mediatheque.graph.queries.titles import minutes_spent
from mediatheque.graph.ties import Ties, ties
from mediatheque.graph.traits import log_odds, named, spoken, telling
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import Invalid
from mediatheque.stores.graph import Graph, View
from mediatheque.vocabulary import Node

MOST_TITLES = 5_000


@dataclass(frozen=True, slots=True)
class Trait:
    """What the members of a community share more than the person's other titles do."""

    name: str  # "Denis Villeneuve", "science fiction", "the 1970s"
    what: str  # "person", "genre", "tag", "series", "voice", "decade"
    node: Node | None  # None: of a decade
    members: int  # how many of them have it
    score: float  # log-odds ratio in standard errors: 2 is hardly chance


@dataclass(frozen=True, slots=True)
class Community:
    """Titles that hang together more than with the rest."""

    number: int  # 0 is the largest
    name: str  # "Denis Villeneuve and science fiction"
    size: int
    share: float  # of the time that the person has spent with titles, 0..1
    members: tuple[Thing, ...]  # those that are tied most to the others first; so many as were asked for
    traits: tuple[Trait, ...]  # the most telling first; at most five


@dataclass(frozen=True, slots=True)
class Communities:
    """A person's communities, the largest first, and what is in none."""

    communities: tuple[Community, ...]
    others: tuple[Thing, ...]  # those the person has most to do with first; so many as were asked for
    others_size: int
    others_share: float  # of the person's time, 0..1
    modularity: (
        float  # how much more hangs together within than by chance, −0.5..1; from 0.3 on it is a pattern
    )
    items: int  # how many titles were looked at
    items_left_out: int  # beyond the most that are looked at
    links_left_out: int  # ties between two titles, beyond each one's strongest


def communities(
    graph: Graph, db: Connection, view: View, *, resolution: float = 1.0, top: int = 10
) -> Communities:
    """What the titles that the viewer has to do with fall into, so many members of each told.

    A higher `resolution` (0.01 to 100) makes smaller communities. The same facts give the same answer, whoever else
    there is: guests are not asked.
    """
    if not 0.01 <= resolution <= 100:
        raise Invalid(f"The resolution is between 0.01 and 100, not {resolution:g}; 1 is the usual one.")
    if top < 1:
        raise Invalid(f"At least one title of each community has to be wanted, not {top}.")
    part = part_of(graph, db, view.viewer, MOST_TITLES)
    tied = ties(len(part.titles), part.sharing, part.pairs)
    found = partition(len(part.titles), tied.a, tied.b, tied.weight, resolution=resolution)
    shares = _shares(db, view.viewer, part)
    members = _members(part, tied, found)
    traits = _Traits(part, found)
    wanted = {int(part.titles[n]) for places in members for n in places[:top]}
    names = things(db, View(view.viewer), wanted | traits.nodes())
    told: list[Community] = []
    for number, places in enumerate(members[:-1]):
        shared = traits.of(number, names)
        tops = tuple(names[int(part.titles[n])] for n in places[:top])
        said = [(t.name, t.what, max(0.0, t.score) * t.members**0.5) for t in shared]
        name = named(said, tops[0].name, {one.name for one in told})
        told.append(Community(number, name, len(places), float(shares[places].sum()), tops, shared))
    alone = members[-1]
    return Communities(
        communities=tuple(told),
        others=tuple(names[int(part.titles[n])] for n in alone[:top]),
        others_size=len(alone),
        others_share=float(shares[alone].sum()),
        modularity=found.modularity,
        items=len(part.titles),
        items_left_out=part.left_out,
        links_left_out=tied.left_out,
    )


def _shares(db: Connection, viewer: int, part: Part) -> Floats:
    """Of the time that went into all of these titles, each one's share; all 0 if none did."""
    spent = minutes_spent(db, viewer, (part.titles >> 4).tolist())
    minutes = np.array([spent.get(number >> 4, 0.0) for number in part.titles.tolist()], np.float64)
    total = float(minutes.sum())
    return minutes / total if total else minutes


def _members(part: Part, tied: Ties, found: Partition) -> list[Ints]:
    """The places of each community's titles, the most tied within first; at last those that are in none."""
    within = found.label[tied.a] == found.label[tied.b]
    strength = np.bincount(
        np.concatenate([tied.a[within], tied.b[within]]),
        weights=np.concatenate([tied.weight[within], tied.weight[within]]),
        minlength=len(part.titles),
    )
    strength = np.where(found.label < 0, part.weight, strength)
    order = np.lexsort((part.titles, -strength))
    return [order[found.label[order] == number] for number in (*range(len(found.size)), -1)]


class _Traits:
    """What each community's members share: things, and decades."""

    def __init__(self, part: Part, found: Partition) -> None:
        self._things = part.things
        decades = part.year // 10 * 10
        self._decades = np.unique(decades[part.year != 0])
        dated = np.flatnonzero(part.year != 0)
        title = np.concatenate([part.sharing.title, dated])
        decade = np.searchsorted(self._decades, decades[dated])
        trait = np.concatenate([part.sharing.thing, len(part.things) + decade])
        width = len(part.things) + len(self._decades)
        # Once each, though somebody both writes and directs it.
        title, trait = np.divmod(np.unique(title * max(width, 1) + trait), max(width, 1))
        # Those in none are the last row.
        rows = len(found.size) + 1
        row = np.where(found.label < 0, rows - 1, found.label)
        counts = np.bincount(row[title] * width + trait, minlength=rows * width).reshape(rows, width)
        scores = log_odds(counts, np.bincount(row, minlength=rows))
        self._told = [
            [
                (int(n), int(counts[number, n]), float(scores[number, n]))
                for n in telling(scores[number], counts[number], int(found.size[number]))
            ]
            for number in range(rows - 1)
        ]

    def nodes(self) -> set[int]:
        """The nodes that have to be named."""
        return {int(self._things[n]) for told in self._told for n, _, _ in told if n < len(self._things)}

    def of(self, number: int, names: Mapping[int, Thing]) -> tuple[Trait, ...]:
        """The most telling traits of that community."""
        traits: list[Trait] = []
        for n, members, score in self._told[number]:
            if n >= len(self._things):
                decade = int(self._decades[n - len(self._things)])
                traits.append(Trait(f"the {decade}s", "decade", None, members, score))
                continue
            thing = names.get(int(self._things[n]))
            if thing is None:  # a graph elsewhere may be a moment behind
                continue
            kind = thing.node.kind
            traits.append(Trait(spoken(thing.name, kind), kind.value, thing.node, members, score))
        return tuple(traits)

"""What a person's titles fall into: communities of titles that hang together, named by what they share.

`communities(graph, db, view, *, resolution=1.0, top=10) -> Communities`
"""

from __future__ import annotations

from dataclasses import dataclass

from mediatheque.graph.queries.naming import Thing
from mediatheque.vocabulary import Node


@dataclass(frozen=True, slots=True)
class Trait:
    """What the members of a community share more than the person's other titles do."""

    name: str  # "Denis Villeneuve", "science fiction", "the 1970s"
    what: str  # "person", "genre", "tag", "series", "decade"
    node: Node | None  # None: of a decade
    members: int  # how many of them have it
    score: float  # log-odds ratio in standard errors: 2 is no chance


@dataclass(frozen=True, slots=True)
class Community:
    """Titles that hang together more than with the rest."""

    number: int  # 0 is the largest
    name: str  # "Denis Villeneuve and science fiction"
    size: int
    share: float  # of the time that the person has spent with titles, 0..1
    members: tuple[
        Thing, ...
    ]  # those that hang together with the others most, first; so many as were asked for
    traits: tuple[Trait, ...]  # what speaks for the name, first; at most five


@dataclass(frozen=True, slots=True)
class Communities:
    """A person's communities, the largest first, and what is in none."""

    communities: tuple[Community, ...]
    others: tuple[
        Thing, ...
    ]  # titles that are in none, those the person has most to do with first; so many as asked for
    others_size: int
    others_share: float  # of the person's time, 0..1
    modularity: float  # how much more hangs together within than by chance, −0.5..1; from 0.3 it is a pattern
    items: int  # how many titles were looked at
    items_left_out: int  # beyond the most that are looked at
    links_left_out: int  # between two titles, beyond each one's strongest

"""Edges and paths put into words (pure)."""

from __future__ import annotations

from collections.abc import Sequence

from mediatheque.graph.edges import End, words_of
from mediatheque.graph.queries.naming import Thing
from mediatheque.stores.graph import Edge
from mediatheque.vocabulary import NodeKind

#: Whom "who" speaks of; of anything else it is "which".
_PEOPLE = frozenset({NodeKind.PERSON, NodeKind.VOICE, NodeKind.USER})


def step(edge: Edge, here: Thing, there: Thing) -> str:
    """What follows `here` when an edge is walked from it: "was directed by Denis Villeneuve"."""
    forward = edge.source == here.node.number
    source, target = (here, there) if forward else (there, here)
    return words_of(edge.type)(edge, _end(source), _end(target), forward=forward)


def sentence(things: Sequence[Thing], edges: Sequence[Edge]) -> str:
    """A path in one sentence: "Arrival (2016) was directed by Denis Villeneuve, who directed Dune (2021)"."""
    told = things[0].name
    for n, edge in enumerate(edges):
        here, there = things[n], things[n + 1]
        link = " " if n == 0 else f", {'who' if here.node.kind in _PEOPLE else 'which'} "
        told += link + step(edge, here, there)
    return told[:1].upper() + told[1:]


def _end(thing: Thing) -> End:
    return End(thing.node.kind, thing.name, thing.is_reader, thing.what)

"""Walks over the graph from what a person likes, by the edges that they see."""

from __future__ import annotations

from itertools import islice

from mediatheque.kit.database import Connection
from mediatheque.recommend.queries.connected import nodes_of, steps_from
from mediatheque.recommend.taste import Taste
from mediatheque.recommend.walk import Begin, Outset, Walk, set_out
from mediatheque.vocabulary import Node, NodeKind

#: So many of the titles that a person likes most are walked from; more only take time.
MOST_BEGINNINGS = 50
#: So many edges of a title are looked at, the heaviest first: who made it, and who plays the first parts.
_FAN_OUT = 20


def walk_of(db: Connection, taste: Taste) -> Walk | None:
    """Walks from what the person likes, by the edges that they see; None for one who likes nothing.

    Of a guest's titles, or an earlier day's, walks go by the catalogue's edges alone.
    """
    begun = first_steps(db, taste)
    if begun is None:
        return None
    outset, names = begun
    second = steps_from(db, taste.person or 0, outset.to_go_on_from(), to=(NodeKind.ITEM,))
    return Walk.on(outset, second, names, [k.item_id for k in taste.history if k.was_chosen or k.is_hidden])


def first_steps(db: Connection, taste: Taste) -> tuple[Outset, dict[int, str]] | None:
    """The first steps from what the person likes most, and what the nodes are called."""
    liked = list(islice((seed for seed in taste.seeds if seed.weight > 0), MOST_BEGINNINGS))
    if not liked:
        return None
    total = sum(seed.weight for seed in liked)
    begins = [Begin(seed.item_id, seed.known.kind, seed.weight / total) for seed in liked]
    numbers = [Node(NodeKind.ITEM, begin.item_id).number for begin in begins]
    first = steps_from(db, taste.person or 0, numbers, fan_out=_FAN_OUT)
    passed = nodes_of(db, {*numbers, *first.other.tolist()})
    outset = set_out(begins, first, {number: degree for number, (degree, _) in passed.items()})
    return outset, {number: name for number, (_, name) in passed.items()}

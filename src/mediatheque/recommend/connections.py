"""What connects titles with a person, as sentences: for who asks why, and lists that can wait for it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mediatheque.kit.database import Connection
from mediatheque.library.queries.items import items_with_ids
from mediatheque.recommend.queries.connected import steps_from
from mediatheque.recommend.reasons import link_in_words
from mediatheque.recommend.taste import Taste
from mediatheque.recommend.walk import Walk
from mediatheque.recommend.walking import first_steps
from mediatheque.vocabulary import Node, NodeKind


def paths_for(db: Connection, taste: Taste, item_ids: Sequence[int]) -> dict[int, str]:
    """A sentence for each of these titles that hangs together with what the person likes: the way most walks take.

    A genre alone is no reason. Of the titles themselves everything is looked at, so that rare ways are found too, which lists have no time for.
    Titles that the viewer may not see have to be left out by the caller.
    """
    begun = first_steps(db, taste)
    if begun is None or not item_ids:
        return {}
    outset, names = begun
    there = {Node(NodeKind.ITEM, item_id).number for item_id in item_ids}
    back = steps_from(db, taste.person or 0, sorted(there)).turned()
    walk = Walk.on(outset, back.where(np.isin(back.node, outset.guides)), names, ())
    ways = {item_id: walk.ways(item_id, (), 1)[0] for item_id in item_ids}
    items = items_with_ids(db, [way.item_id for those in ways.values() for way in those], taste.person or 0)
    known = {known.item_id: known for known in taste.history}
    return {
        item_id: f"{link_in_words(way.link, [(items[way.item_id], known.get(way.item_id))])}."
        for item_id, those in ways.items()
        for way in those
        if way.item_id in items
    }

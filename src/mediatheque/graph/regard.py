"""What a person has done with the titles of somebody, or of a theme, in a sentence (pure)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mediatheque.graph.edges import codes
from mediatheque.graph.edges._telling import numeral
from mediatheque.graph.part import Ints, Part
from mediatheque.graph.queries.naming import Thing
from mediatheque.graph.traits import spoken
from mediatheque.vocabulary import NodeKind

#: What somebody makes is theirs; what they play, speak or read in is with them.
_MAKING = ("DIRECTED_BY", "CREATED_BY", "WRITTEN_BY", "PUBLISHED_BY")
_NOUNS = {"audio": "recording"}
_VERBS = {
    "LIKES": "like",
    "WATCHED": "watched",
    "READ": "read",
    "LISTENED": "listened to",
    "SAVED": "saved",
}


class Regard(NamedTuple):
    """What somebody gave on average, where they gave anything, and the sentence that tells it."""

    average_rating: float | None
    sentence: str


def regarded(part: Part, thing: int, known: Thing) -> Regard | None:
    """Of the titles that have the thing at that place; None of a thing that none has."""
    here = part.sharing.thing == thing
    titles = np.unique(part.sharing.title[here])
    rated = titles[~np.isnan(part.rating[titles])]
    if len(rated):
        average = float(part.rating[rated].mean())
        given = f"{average:.1f}" if len(rated) > 1 else f"{average:g}"
        of_them = " on average" if len(rated) > 1 else ""
        return Regard(average, f"You gave {_of(part, rated, here, known)} {given}{of_them}.")
    done = {name: titles[part.did[name][titles]] for name in _VERBS if name in part.did}
    verb = max(done, key=lambda name: len(done[name]), default="")
    if not verb or not len(done[verb]):
        return None
    return Regard(None, f"You {_VERBS[verb]} {_of(part, done[verb], here, known)}.")


def _of(part: Part, titles: Ints, links: np.ndarray, thing: Thing) -> str:
    """ "five of Denis Villeneuve's films", "one film with Amy Adams", "12 science fiction films"."""
    kinds = set(part.kind[titles].tolist())
    one = _NOUNS.get(kind := kinds.pop(), kind) if len(kinds) == 1 else "title"
    number = numeral(len(titles))
    noun = one if len(titles) == 1 else f"{one}s"
    match thing.node.kind:
        case NodeKind.GENRE:
            return f"{number} {spoken(thing.name, NodeKind.GENRE)} {noun}"
        case NodeKind.TAG:
            return f"{number} {noun} tagged {thing.name}"
        case NodeKind.SERIES:
            return f"{number} {noun} of the series {thing.name}"
        case _:
            making = np.isin(part.sharing.type[links], [codes()[name] for name in _MAKING])
            is_maker = 2 * int(making.sum()) >= int(links.sum())
            return f"{number} of {thing.name}'s {one}s" if is_maker else f"{number} {noun} with {thing.name}"

"""Edges and paths put into words (pure)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mediatheque.graph.edges import End, Facts, edge_types, words_of
from mediatheque.graph.edges._telling import quoted
from mediatheque.graph.queries.naming import Thing
from mediatheque.stores.graph import Edge
from mediatheque.vocabulary import NodeKind

#: What leads from a thing that was just named to what is said of it; of anything else, "which".
_PRONOUNS = {
    NodeKind.PERSON: ", who",
    NodeKind.VOICE: ", who",
    NodeKind.USER: ", who",
    # "is a drama film, which …" would speak of the film.
    NodeKind.GENRE: ", a genre that",
}
#: What may stand behind a name without "which" speaking of it: "(Louise Banks)", "at 1:12".
_BESIDE_A_NAME = re.compile(r"( \([^()]*\)| at [\d:]+)+$")
_AUXILIARY = re.compile(r"^(was|is|were|are) ")


def step(edge: Edge, here: Thing, there: Thing) -> str:
    """What follows `here` when an edge is walked from it: "was directed by Denis Villeneuve"."""
    forward = edge.source == here.node.number
    source, target = (here, there) if forward else (there, here)
    return words_of(edge.type)(edge, _end(source), _end(target), forward=forward)


def sentence(things: Sequence[Thing], edges: Sequence[Edge]) -> str:
    """A path in one sentence: "Arrival (2016) was directed by Denis Villeneuve, who also directed Dune (2021)"."""
    first = things[0]
    told = quoted(first.name) if first.node.kind is NodeKind.PASSAGE else first.name
    is_begun = False
    for n, edge in enumerate(edges):
        if _goes_without_saying(things, edges, n):
            continue
        here, there = things[n], things[n + 1]
        if _names_an_author(edges, n):
            told += f" by {there.name}"
            continue
        said = step(edge, here, there)
        said = _also(said) if n and _turns_back(edges[n - 1], edge) else said
        told += f"{_link(told, here) if is_begun else ''} {said}"
        is_begun = True
    return told[:1].upper() + told[1:]


def _goes_without_saying(things: Sequence[Thing], edges: Sequence[Edge], n: int) -> bool:
    """A passage is told by its recording: from one to the other is no news, unless the path begins or ends there."""
    if edges[n].type != "PART_OF":
        return False
    is_out_of = things[n].node.kind is NodeKind.PASSAGE and n > 0
    is_into = things[n + 1].node.kind is NodeKind.PASSAGE and n + 1 < len(edges)
    return is_out_of or is_into


def _names_an_author(edges: Sequence[Edge], n: int) -> bool:
    """Whether "was adapted from Dune (1965)" goes on with "by Frank Herbert"."""
    return (
        n > 0
        and (edges[n - 1].type, edges[n].type) == ("ADAPTED_FROM", "WRITTEN_BY")
        and edges[n - 1].target == edges[n].source
    )


def _turns_back(came_by: Edge, goes_by: Edge) -> bool:
    """Whether two things have the same to do with what is between them: "… who also directed …"."""
    if came_by.type != goes_by.type or edge_types()[goes_by.type].facts is Facts.COMPUTED:
        return False
    return came_by.target == goes_by.target or came_by.source == goes_by.source


def _also(said: str) -> str:
    return _AUXILIARY.sub(r"\1 also ", said) if _AUXILIARY.match(said) else f"also {said}"


def _link(told: str, here: Thing) -> str:
    """What goes between what was told, which led to `here`, and what is to be said of it."""
    if here.is_reader:
        return ", and you"
    if here.node.kind is NodeKind.GENRE:
        return _PRONOUNS[NodeKind.GENRE]
    name = here.what if here.node.kind is NodeKind.PASSAGE else here.name
    if not _BESIDE_A_NAME.sub("", told).endswith(_BESIDE_A_NAME.sub("", name)):
        # "You watched Sicario (2015) twice; it was …": "which" would speak of the second time.
        return f"; {here.name}" if here.node.kind in _PRONOUNS else "; it"
    return _PRONOUNS.get(here.node.kind, ", which")


def _end(thing: Thing) -> End:
    return End(thing.node.kind, thing.name, thing.is_reader, thing.what)

"""Who and what a person's taste is about: the people and themes that a walk from their loved titles keeps coming back to.

A random walk that begins anew at a loved title ever so often (personalised PageRank: Page, Brin, Motwani and Winograd
1999; Haveliwala 2002, doi:10.1145/511446.511513) is found at a person or theme for such a share of the time. Ranked by
that share alone, "Drama" would be everybody's answer; so it is held against the share that it has of the catalogue, by
what the one tells about the other: p log (p / q), a term of their relative entropy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mediatheque.graph.part import Floats, Ints, Part, part_of
from mediatheque.graph.queries.naming import Thing, things
from mediatheque.graph.regard import regarded
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import Invalid
from mediatheque.stores.graph import Graph, StoredNode, View
from mediatheque.vocabulary import NODE_CODES, NodeKind

MOST_TITLES = 2_000
DAMPING, _TOLERANCE, _MOST_STEPS = 0.85, 1e-6, 100
#: Stars from which on a title is loved, and below which it does not count.
_LOVED, _ENDURED = 4.0, 3.0
#: What nobody has rated or liked, and is loved nevertheless: it was gone back to.
_LOVED_WEIGHT = 0.5
_PEOPLE = (NodeKind.PERSON, NodeKind.VOICE)
_THEMES = (NodeKind.GENRE, NodeKind.TAG, NodeKind.SERIES)
#: A thing of one title is no pattern, unless there are none of two.
_LEAST_TITLES = 2


@dataclass(frozen=True, slots=True)
class Centre:
    """A person or theme that somebody's taste is about."""

    thing: Thing
    score: float  # higher is more central; comparable inside one answer's people, and inside its themes
    lift: float  # how many times as much of it as the catalogue has
    titles: int  # of the viewer's, connected with it
    average_rating: float | None  # 0.5–5.0: what the viewer gave those of them that they rated
    sentence: str  # "You gave five of Denis Villeneuve's films 4.4 on average."


@dataclass(frozen=True, slots=True)
class Central:
    """The most central first."""

    people: tuple[Centre, ...]
    themes: tuple[Centre, ...]  # genres, tags and series


def central(graph: Graph, db: Connection, view: View, *, limit: int = 10) -> Central:
    """The people and themes that are most central to what the viewer loves, and more so than in the catalogue.

    The same facts give the same answer, whoever else there is: guests are not asked.
    """
    if limit < 1:
        raise Invalid(f"At least one has to be wanted, not {limit}.")
    part = part_of(graph, db, view.viewer, MOST_TITLES)
    visits = _visits(part)
    titles = _titles_of_each(part)
    candidates = _candidates(part, visits, titles)
    stored = graph.nodes(db, part.things[candidates].tolist())
    ranked = [
        _ranked(part, candidates, visits, titles, stored, kinds)[:limit] for kinds in (_PEOPLE, _THEMES)
    ]
    known = things(db, View(view.viewer), [int(part.things[n]) for some in ranked for n, _, _ in some])
    people, themes = (
        tuple(
            Centre(thing, score, lift, int(titles[n]), told.average_rating, told.sentence)
            for n, score, lift in some
            if (thing := known.get(int(part.things[n]))) is not None
            and (told := regarded(part, n, thing)) is not None
        )
        for some in ranked
    )
    return Central(people, themes)


def walk(starts: Floats, a: Ints, b: Ints, weight: Floats) -> Floats:
    """Where a walk over undirected links is found: shares of the time, of all nodes; it begins anew at `starts`.

    `starts` are shares too; from a node it goes on in proportion to the links' weights, and from one without a link
    it begins anew.
    """
    n = len(starts)
    source, target = np.concatenate([a, b]), np.concatenate([b, a])
    both = np.concatenate([weight, weight])
    out = np.bincount(source, weights=both, minlength=n)
    step = both / out[source]
    found = starts
    for _ in range(_MOST_STEPS):
        moved = np.bincount(target, weights=found[source] * step, minlength=n)
        following = DAMPING * moved + (1 - DAMPING * float(moved.sum())) * starts
        change = float(np.abs(following - found).sum())
        found = following
        if change < _TOLERANCE:
            break
    return found


def _visits(part: Part) -> Floats:
    """How much of the time the walk from loved titles is at each thing."""
    n = len(part.titles)
    is_bad = part.rating < _ENDURED
    loved = (part.rating >= _LOVED) | (
        np.isnan(part.rating) & (part.did["LIKES"] | (part.weight > _LOVED_WEIGHT))
    )
    for kind in np.unique(part.kind):
        # Who rates films and not books loves some of their books, too.
        if not loved[part.kind == kind].any():
            loved |= (part.kind == kind) & ~is_bad
    starts = np.where(loved, part.weight, 0.0)
    if not starts.any():
        return np.zeros(len(part.things))
    links, pairs = ~is_bad[part.sharing.title], ~(is_bad[part.pairs.a] | is_bad[part.pairs.b])
    found = walk(
        np.concatenate([starts / starts.sum(), np.zeros(len(part.things))]),
        np.concatenate([part.sharing.title[links], part.pairs.a[pairs]]),
        np.concatenate([n + part.sharing.thing[links], part.pairs.b[pairs]]),
        np.concatenate([part.sharing.weight[links], part.pairs.weight[pairs]]),
    )
    return found[n:]


def _titles_of_each(part: Part) -> Ints:
    """How many of the viewer's titles have each thing."""
    height = len(part.things)
    once = np.unique(part.sharing.title * max(height, 1) + part.sharing.thing)
    return np.bincount(once % max(height, 1), minlength=height)


def _candidates(part: Part, visits: Floats, titles: Ints) -> Ints:
    """The places of things that may be central: of several titles, where there are such."""
    chosen: list[npt.NDArray[np.bool_]] = []
    for kinds in (_PEOPLE, _THEMES):
        here = np.isin(part.things & 15, [NODE_CODES[kind] for kind in kinds]) & (visits > 0)
        several = here & (titles >= _LEAST_TITLES)
        chosen.append(several if several.any() else here)
    return np.flatnonzero(chosen[0] | chosen[1])


def _ranked(
    part: Part,
    candidates: Ints,
    visits: Floats,
    titles: Ints,
    stored: Mapping[int, StoredNode],
    kinds: Sequence[NodeKind],
) -> list[tuple[int, float, float]]:
    """(place, score, lift) of those of these kinds that are more of the viewer's taste than of the catalogue."""
    of_kinds = candidates[np.isin(part.things[candidates] & 15, [NODE_CODES[kind] for kind in kinds])]
    total = float(visits[of_kinds].sum())
    ranked: list[tuple[int, float, float]] = []
    for kind in kinds:
        here = of_kinds[part.things[of_kinds] & 15 == NODE_CODES[kind]]
        if not len(here):
            continue
        share = visits[here] / total
        usual = share.sum() * _usual_shares(part, here, titles, stored)
        lift = share / usual
        score = share * np.log(lift)
        ranked += [
            (int(n), float(s), float(times))
            for n, s, times in zip(here, score, lift, strict=True)
            if s > 0 or len(here) == 1
        ]
    return sorted(ranked, key=lambda one: (-one[1], int(part.things[one[0]])))


def _usual_shares(part: Part, here: Ints, titles: Ints, stored: Mapping[int, StoredNode]) -> Floats:
    """What each of these would have of a walk that nobody's taste guides: by its degree in the catalogue."""
    nodes = [stored.get(number) for number in part.things[here].tolist()]
    # What is the viewer's own, a tag, is in no catalogue: one is as usual as another.
    degree = np.array([node.degree if node and node.owner_id == 0 else 0 for node in nodes], np.float64)
    degree = np.where(degree > 0, np.maximum(degree, titles[here]), 1.0)
    return degree / degree.sum()

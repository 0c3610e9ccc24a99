"""A graph of any size, made up as libraries are, for the benchmark `graph`: the same in every run.

A million edges have 30,000 titles, 16,700 people, 60 genres and 500 users. People and titles are known as Zipf's law has it;
two genres hold 20,000 titles each. A third of the edges are users' own. Twice the edges are twice the things and users,
and genres twice as large.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mediatheque.graph.edges import codes
from mediatheque.stores.graph import EdgeColumns
from mediatheque.vocabulary import NODE_CODES, NodeKind

Ints = npt.NDArray[np.int64]

#: Things are numbered from here, so that those which a benchmark really adds to the library are others.
FIRST = 1_000_000
#: Of a million edges.
ITEMS, PEOPLE, SERIES, TAGS, USERS, GENRES = 30_000, 16_700, 1_700, 1_040, 500, 60
HUBS = (0.667, 0.667, 0.4, 0.25)  # which share of all titles the first genres hold
SOURCES = ("tmdb", "wikidata", "tmdb, wikidata", "netflix", "letterboxd", "trakt", "netflix, trakt")
_EPOCH, _DAY = np.datetime64("2015-01-01", "us"), 86_400_000_000


@dataclass(frozen=True)
class Made:
    """Edges, and the nodes that they lie between: numbers and owners (0: everybody's)."""

    edges: EdgeColumns
    nodes: Ints
    owners: Ints

    def of_kind(self, kind: NodeKind) -> Ints:
        return self.nodes[self.nodes & 15 == NODE_CODES[kind]]


def made(n_edges: int) -> Made:
    """A graph of so many edges, with a twentieth of that many nodes."""
    scale = n_edges / 1_000_000
    rng = np.random.default_rng(5)
    some = {
        kind: (FIRST + np.arange(count if kind is NodeKind.GENRE else round(count * scale))) << 4
        | NODE_CODES[kind]
        for kind, count in (
            (NodeKind.ITEM, ITEMS),
            (NodeKind.PERSON, PEOPLE),
            (NodeKind.SERIES, SERIES),
            (NodeKind.TAG, TAGS),
            (NodeKind.USER, USERS),
            (NodeKind.GENRE, GENRES),
        )
    }
    pairs = _catalogue(rng, some)
    wanted = n_edges - sum(len(source) for source, _ in pairs.values())
    pairs |= _of_users(rng, some, wanted)
    edges = _columns(rng, pairs)
    nodes = np.concatenate(list(some.values()))
    kinds = nodes & 15
    owners = np.where(kinds == NODE_CODES[NodeKind.USER], nodes >> 4, 0)
    tags = kinds == NODE_CODES[NodeKind.TAG]
    owners[tags] = _user_of_tag(nodes[tags])
    return Made(edges, nodes, owners)


def _catalogue(rng: np.random.Generator, some: dict[NodeKind, Ints]) -> dict[str, tuple[Ints, Ints]]:
    items, people = some[NodeKind.ITEM], some[NodeKind.PERSON]
    n = len(items)
    held = [items[rng.random(n) < share] for share in HUBS]
    genres = some[NodeKind.GENRE]
    hubs = np.repeat(genres[: len(HUBS)], [len(those) for those in held])
    first = np.arange(n)
    # Likeness is of things that lie near each other: triangles, as there are in a library.
    near = (np.repeat(first, 9) + rng.integers(1, 200, 9 * n) * rng.choice([-1, 1], 9 * n)) % n
    return {
        "HAS_GENRE": _distinct(
            np.concatenate([*held, items[rng.integers(n, size=n)]]),
            np.concatenate([hubs, genres[rng.integers(len(HUBS), len(genres), n)]]),
        ),
        "ACTED_IN": _distinct(people[_zipf(rng, len(people), 8 * n)], np.repeat(items, 8)),
        "DIRECTED_BY": _distinct(items, people[_zipf(rng, len(people), n)]),
        "WRITTEN_BY": _distinct(np.repeat(items, 2), people[_zipf(rng, len(people), 2 * n)]),
        "PART_OF": _distinct(
            items[::5], some[NodeKind.SERIES][rng.integers(len(some[NodeKind.SERIES]), size=len(items[::5]))]
        ),
        "SIMILAR": _distinct(np.repeat(items, 9), items[near]),
    }


def _of_users(
    rng: np.random.Generator, some: dict[NodeKind, Ints], wanted: int
) -> dict[str, tuple[Ints, Ints]]:
    """As many as are wanted: what users watched, what of it they rated and liked, and how they tagged it."""
    items, users, tags = some[NodeKind.ITEM], some[NodeKind.USER], some[NodeKind.TAG]
    tagged = _distinct(items[rng.integers(len(items), size=20 * len(tags))], np.repeat(tags, 20))
    rest = wanted - len(tagged[0])
    # More than enough, of which those that are there twice are lost; half of the users have seen a few things only.
    seen = _distinct(
        users[_zipf(rng, len(users), 2 * rest, 0.5)], items[_zipf(rng, len(items), 2 * rest, 0.6)]
    )
    order = rng.permutation(len(seen[0]))
    watched = order[: rest * 6 // 10]
    rated = watched[: rest * 3 // 10]
    liked = rated[: rest - len(watched) - len(rated)]
    found = {
        "HAS_TAG": tagged,
        "WATCHED": (seen[0][watched], seen[1][watched]),
        "RATED": (seen[0][rated], seen[1][rated]),
        "LIKES": (seen[0][liked], seen[1][liked]),
    }
    assert sum(len(source) for source, _ in found.values()) == wanted
    return found


def _columns(rng: np.random.Generator, pairs: dict[str, tuple[Ints, Ints]]) -> EdgeColumns:
    by_name = codes()
    types = np.repeat(
        [by_name[name] for name in pairs], [len(source) for source, _ in pairs.values()]
    ).astype(np.int16)
    source = np.concatenate([source for source, _ in pairs.values()])
    target = np.concatenate([target for _, target in pairs.values()])
    n = len(source)

    def of(*names: str) -> npt.NDArray[np.bool_]:
        return np.isin(types, [by_name[name] for name in names])

    own, tagged, similar = of("WATCHED", "RATED", "LIKES"), of("HAS_TAG"), of("SIMILAR")
    owner = np.where(own, source >> 4, 0)
    owner[tagged] = _user_of_tag(target[tagged])
    weight = rng.choice([0.4, 0.5, 0.6, 0.7, 0.8, 0.9], n)
    weight[of("HAS_GENRE")] = 0.4 / np.sqrt(rng.integers(1, 5, int(of("HAS_GENRE").sum())))
    weight[of("ACTED_IN")] = 0.8 / np.sqrt(1 + rng.integers(0, 12, int(of("ACTED_IN").sum())) / 2)
    weight[of("DIRECTED_BY", "WRITTEN_BY", "PART_OF", "LIKES")] = 0.9
    likeness = np.full(n, np.nan, np.float32)
    likeness[similar] = rng.uniform(0.5, 0.95, int(similar.sum()))
    together = np.where(similar & (rng.random(n) < 0.5), rng.uniform(0, 0.6, n), np.nan).astype(np.float32)
    weight[similar] = np.fmax(likeness, together)[similar]
    first_at = _EPOCH + rng.integers(0, 3_000, n) * _DAY
    said_by = np.where(own | tagged, rng.integers(3, 7, n), rng.integers(0, 3, n)).astype(np.int32)
    said_by[similar] = -1
    return EdgeColumns(
        source=source,
        target=target,
        type=types,
        owner=owner,
        weight=weight,
        confidence=np.where(own, rng.choice([1.0, 0.97, 0.9], n), 1.0).astype(np.float32),
        count=np.where(own, rng.integers(1, 4, n), 1).astype(np.int32),
        first_at=np.where(similar, np.datetime64("NaT"), first_at),
        last_at=np.where(own, first_at + rng.integers(0, 900, n) * _DAY, np.datetime64("NaT")),
        batch_id=np.where(own, rng.integers(1, 1000, n), 0),
        said_by=said_by,
        sayings=SOURCES,
        likeness=likeness,
        together=together,
    )


def _zipf(rng: np.random.Generator, among: int, n: int, exponent: float = 0.75) -> Ints:
    """`n` of 0..among−1, the k-th in proportion to (k + 3)^−exponent, in no order of their numbers."""
    shares = (np.arange(among) + 3.0) ** -exponent
    drawn = np.searchsorted(np.cumsum(shares) / shares.sum(), rng.random(n))
    return np.random.default_rng(among).permutation(among)[np.minimum(drawn, among - 1)]


def _distinct(source: Ints, target: Ints) -> tuple[Ints, Ints]:
    """Each pair once, and nothing with itself."""
    key = np.unique(source[source != target] * (1 << 32) + target[source != target])
    return key >> 32, key & 0xFFFFFFFF


def _user_of_tag(tags: Ints) -> Ints:
    """The id of the user whose tag it is: two a user, and a few have more."""
    return FIRST + ((tags >> 4) - FIRST) // 3

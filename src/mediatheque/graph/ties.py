"""How strongly titles are tied to one another by what they share (pure).

Each thing hands every title that has it as much as every other one, divided by how many there are: so the genre of all
of them says little of any two, and the director of three says much. That is resource allocation (Zhou, Ren, Medo and
Zhang 2007, doi:10.1103/PhysRevE.76.046115; as an index of likeness Zhou, Lü and Zhang 2009, doi:10.1140/epjb/e2009-00335-8),
here times the geometric mean of the two links' weights.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mediatheque.graph.part import Floats, Ints, Pairs, Sharing

#: So many titles' ties to all others are in memory at once.
_AT_ONCE = 256


class Ties(NamedTuple):
    """Pairs of titles, each once, by rising places; `left_out` counts those that are tied less strongly."""

    a: Ints  # the lesser place
    b: Ints
    weight: Floats
    left_out: int


def ties(titles: int, sharing: Sharing, pairs: Pairs, *, most: int = 100_000) -> Ties:
    """The strongest ties among so many titles: of each its `most` / `titles` strongest, and at least five."""
    shared, direct = _given(sharing), _handed_on(titles, pairs)
    found: list[tuple[Ints, Ints, Floats]] = []
    tied = 0
    for start in range(0, titles, _AT_ONCE):
        rows = range(start, min(start + _AT_ONCE, titles))
        block = _strengths(rows, titles, shared, direct)
        tied += int(np.count_nonzero(block))
        found.append(_strongest(block, start, max(5, most // titles)))
    return _both_ways(titles, found, tied // 2)


class _Given(NamedTuple):
    """Titles and the things they have, by rising title; what a title gives and takes; and the titles by thing."""

    title: Ints
    thing: Ints
    share: Floats
    members: Ints  # of each thing, how many titles have it
    by_thing: Ints  # places above, by rising thing
    first: Ints  # where each thing's begin there


def _given(sharing: Sharing) -> _Given:
    """Things that one title alone has are left out."""
    title, thing, weight = _each_once(sharing)
    members = np.bincount(thing, minlength=1)
    is_shared = members[thing] > 1
    title, thing, weight = title[is_shared], thing[is_shared], weight[is_shared]
    by_thing = np.argsort(thing, kind="stable")
    first = np.searchsorted(thing[by_thing], np.arange(len(members)))
    # One factor of two: √wᵢ √wⱼ / k.
    return _Given(title, thing, np.sqrt(weight / members[thing]), members, by_thing, first)


def _handed_on(titles: int, pairs: Pairs) -> tuple[Ints, Ints, Floats]:
    """Pairs from either end, each the weaker the more of them its titles have."""
    ends = np.concatenate([pairs.a, pairs.b])
    degree = np.bincount(ends, minlength=titles)
    weight = pairs.weight / np.sqrt(degree[pairs.a] * degree[pairs.b])
    return ends, np.concatenate([pairs.b, pairs.a]), np.concatenate([weight, weight])


def _strengths(rows: range, titles: int, given: _Given, direct: tuple[Ints, Ints, Floats]) -> Floats:
    """How strongly each of these titles is tied to every title: (rows, titles)."""
    links = np.arange(*np.searchsorted(given.title, [rows.start, rows.stop]))
    # Every link of these titles, once for each title that has the same thing.
    count = given.members[given.thing[links]]
    link = np.repeat(links, count)
    nth = np.arange(len(link)) - np.repeat(np.cumsum(count) - count, count)
    other = given.by_thing[given.first[given.thing[link]] + nth]
    one, another, weight = direct
    here = np.flatnonzero((one >= rows.start) & (one < rows.stop))
    cells = np.concatenate([given.title[link], one[here]]) - rows.start
    cells = cells * titles + np.concatenate([given.title[other], another[here]])
    strength = np.concatenate([given.share[link] * given.share[other], weight[here]])
    block = np.zeros((len(rows), titles))
    block += np.bincount(cells, weights=strength, minlength=block.size).reshape(block.shape)
    block[np.arange(len(rows)), np.arange(rows.start, rows.stop)] = 0
    return block


def _each_once(sharing: Sharing) -> tuple[Ints, Ints, Floats]:
    """A title and a thing that are linked in two ways (who writes and directs), by the heavier one."""
    order = np.lexsort((-sharing.weight, sharing.thing, sharing.title))
    title, thing, weight = sharing.title[order], sharing.thing[order], sharing.weight[order]
    is_first = np.ones(len(title), np.bool_)
    is_first[1:] = (np.diff(title) != 0) | (np.diff(thing) != 0)
    return title[is_first], thing[is_first], weight[is_first]


def _strongest(block: Floats, start: int, most: int) -> tuple[Ints, Ints, Floats]:
    """Of each row its `most` largest that are not 0, of equal ones the first."""
    if block.shape[1] > most:
        least = np.partition(block, -most, axis=1)[:, -most][:, None]
        above = block > least
        room = most - above.sum(axis=1, keepdims=True)
        level = (block == least) & (block > 0)
        kept = above | (level & (np.cumsum(level, axis=1) <= room))
    else:
        kept = block > 0
    row, column = np.nonzero(kept)
    return row + start, column, block[row, column]


def _both_ways(titles: int, found: list[tuple[Ints, Ints, Floats]], tied: int) -> Ties:
    """What is among the strongest of either end, once."""
    if not found:
        return Ties(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), 0)
    row, column, weight = (np.concatenate(columns) for columns in zip(*found, strict=True))
    low, high = np.minimum(row, column), np.maximum(row, column)
    _, first = np.unique(low * titles + high, return_index=True)
    return Ties(low[first], high[first], weight[first], tied - len(first))

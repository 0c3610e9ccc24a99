"""Lists of the nearest follow every change to the last bit, and are what comparing everything says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediatheque.graph.nearest import GONE, Lists, all_nearest, follow
from mediatheque.graph.similar import Meanings

K = 4


def units(dice: np.random.Generator, n: int, d: int = 8) -> np.ndarray:
    """Vectors in clusters, some of them twice there: lists with equals in them."""
    centres = dice.normal(size=(max(n // 8, 1), d))
    made = centres[dice.integers(len(centres), size=n)] + dice.normal(size=(n, d)) * 0.4
    made[dice.random(n) < 0.2] = centres[0]
    # As vectors are kept: half floats.
    made = (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float16).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def by_comparing_all(vectors: np.ndarray, k: int, floor: float) -> Lists:
    """What is right, the slow way."""
    lists = Lists.empty(len(vectors), k)
    for row, vector in enumerate(vectors.astype(np.float64)):
        scores = np.array([(vector * other).sum() for other in vectors], np.float32)
        others = [p for p in range(len(vectors)) if p != row and scores[p] >= np.float32(floor)]
        for column, place in enumerate(sorted(others, key=lambda p: (-scores[p], p))[:k]):
            lists.places[row, column], lists.scores[row, column] = place, scores[place]
    return lists


def same(one: Lists, other: Lists) -> bool:
    return np.array_equal(one.places, other.places) and np.array_equal(one.scores, other.scores)


@pytest.mark.parametrize("n", [0, 1, 3, 5, 40, 64 * 4 * K + 7])
def test_the_nearest_are_those_that_comparing_everything_finds(n: int) -> None:
    vectors = units(np.random.default_rng(n), n)
    assert same(all_nearest(Meanings(vectors, 0.3), K), by_comparing_all(vectors, K, 0.3))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.sampled_from(["change", "add", "remove", "swap"]), max_size=6))
def test_what_follows_changes_is_what_is_worked_out_anew(seed: int, steps: list[str]) -> None:
    dice = np.random.default_rng(seed)
    ids, vectors = np.arange(30), units(dice, 30)
    lists = all_nearest(Meanings(vectors, 0.3), K)
    for step in steps:
        before, some = ids, dice.random(len(ids)) < 0.15
        if step == "remove":
            ids, vectors = ids[~some], vectors[~some]
            changed = np.zeros(0, np.intp)
        else:
            new = units(dice, int(some.sum()))
            if step == "swap":
                new = vectors[some][::-1]
            if step == "add":
                ids = np.concatenate([ids, np.arange(len(new)) + ids.max(initial=0) + 1])
                vectors, changed = np.concatenate([vectors, new]), np.arange(len(before), len(ids))
            else:
                vectors, changed = vectors.copy(), np.flatnonzero(some)
                vectors[some] = new
        lists = follow(in_places_of(lists, before, ids), changed, Meanings(vectors, 0.3))
        assert same(lists, all_nearest(Meanings(vectors, 0.3), K))


def in_places_of(lists: Lists, before: np.ndarray, ids: np.ndarray) -> Lists:
    """The lists as they speak of today's places."""
    place_of = {int(thing): place for place, thing in enumerate(ids)}
    moved = Lists.empty(len(ids), lists.places.shape[1])
    for row, thing in enumerate(before):
        if thing in place_of:
            places = [place_of.get(int(before[p]), GONE) if p >= 0 else p for p in lists.places[row]]
            moved.places[place_of[thing]], moved.scores[place_of[thing]] = places, lists.scores[row]
    return moved

"""Which interactions a model may learn from, and which it is judged by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mediatheque.training.interactions import Interactions


@dataclass(frozen=True, slots=True)
class Held:
    """Users held out of training: what a model is shown of them, and what it should then find. Row by row."""

    users: npt.NDArray[np.int64]
    shown: Interactions
    targets: Interactions


@dataclass(frozen=True, slots=True)
class Fold:
    """One fold of strong generalisation; `items` are the training items, by their numbers in the whole."""

    train: Interactions
    validation: Held
    test: Held
    items: npt.NDArray[np.int64]
    train_users: npt.NDArray[np.int64]


def strong_generalisation(
    seen: Interactions, *, folds: int = 10, seed: int = 98765, shown_share: float = 0.8
) -> Iterator[Fold]:
    """Liang 2018, over all folds: users in disjoint folds; fold k tests, fold k + 1 validates, the rest train.

    Items are those of the training users. Of each held-out user a random 80 % of what they have among those
    is shown, and the rest is to be found.
    """
    shuffled = np.random.default_rng(seed).permutation(seen.n_users)
    parts = np.array_split(shuffled, folds)
    for k in range(folds):
        held = {k, (k + 1) % folds}
        train_users = np.sort(np.concatenate([parts[f] for f in range(folds) if f not in held]))
        train = seen.of_users(train_users)
        items = np.flatnonzero(train.per_item > 0)
        known = seen.of_items(items)
        rng = np.random.default_rng([seed, k])
        yield Fold(
            train.of_items(items),
            hold_out(known, np.sort(parts[(k + 1) % folds]), shown_share, rng),
            hold_out(known, np.sort(parts[k]), shown_share, rng),
            items,
            train_users,
        )


def hold_out(
    seen: Interactions, users: npt.NDArray[Any], shown_share: float, rng: np.random.Generator
) -> Held:
    """A random share of each user's items shown, rounded so that at least one of two or more is to be found."""
    own = seen.of_users(users)
    n_targets = np.floor(own.per_user * (1 - shown_share) + 1e-9).astype(np.int64)
    n_targets = np.where(own.per_user >= 2, np.maximum(n_targets, 1), 0)
    is_target = _places_from_start(own, rng.random(len(own))) < n_targets[own.users]
    kept = np.flatnonzero(n_targets > 0)
    return Held(
        users[kept].astype(np.int64),
        own.having(~is_target).of_users(kept),
        own.having(is_target).of_users(kept),
    )


def last_of_each(seen: Interactions, n: int) -> tuple[Interactions, Interactions]:
    """What each user had before their last `n`, and those; who has no more than `n` only trains."""
    from_end = seen.per_user[seen.users] - 1 - _places_from_start(seen, seen.times)
    is_last = (from_end < n) & (seen.per_user[seen.users] > n)
    return seen.having(~is_last), seen.having(is_last)


def at_time(seen: Interactions, time_s: int) -> tuple[Interactions, Interactions]:
    """What was before that moment, and what from it on: how a living library would be judged."""
    later = seen.times >= time_s
    return seen.having(~later), seen.having(later)


def stratified(
    users: npt.NDArray[Any],
    items: npt.NDArray[Any],
    *,
    share: float = 0.75,
    seed: int = 42,
    by_item: bool = True,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The rows that train and those that test, as Microsoft's Recommenders split: a share of each item's (or user's) rows.

    Rows are given a random number each in their order, sorted by it within their group, and the first
    `round(share · size)` of a group train.
    """
    groups = items if by_item else users
    # The legacy generator is what the published figures were made with.
    chance = np.random.RandomState(seed).rand(len(groups))
    order = np.lexsort((chance, groups))
    _, first, sizes = np.unique(groups[order], return_index=True, return_counts=True)
    place = np.arange(len(order)) - np.repeat(first, sizes)
    trains = place < np.repeat(np.round(share * sizes), sizes)
    return np.sort(order[trains]), np.sort(order[~trains])


def _places_from_start(seen: Interactions, keys: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """The place of each entry among its user's, by ascending key."""
    order = np.lexsort((keys, seen.users))
    places = np.empty(len(seen), np.int64)
    places[order] = np.arange(len(seen)) - np.repeat(seen.starts[:-1], seen.per_user)
    return places

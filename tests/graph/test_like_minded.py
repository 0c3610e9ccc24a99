"""How alike people rate is Pearson's correlation, believed the more the more titles it is of, and follows every rating."""

from __future__ import annotations

import numpy as np
import pytest

from mediatheque.graph.like_minded import LEAST_IN_COMMON, SHRINK, Links, Tastes, follow_links, link_changes

NONE = Links(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, np.int32))


def tastes(stars: np.ndarray) -> Tastes:
    """Of people (rows) who rate titles (columns); 0: not rated."""
    people, titles = np.nonzero(stars)
    return Tastes(people, titles, stars[people, titles].astype(np.float32), stars.shape)


def made(dice: np.random.Generator, people: int, titles: int) -> np.ndarray:
    heap = dice.integers(1, 11, size=(3, titles))[dice.integers(3, size=people)]
    stars = np.clip(heap + dice.integers(-2, 3, size=(people, titles)), 1, 10) / 2
    return stars * (dice.random((people, titles)) < 0.4)


def by_the_book(a: np.ndarray, b: np.ndarray) -> float:
    both = (a > 0) & (b > 0)
    if both.sum() < LEAST_IN_COMMON:
        return 0.0
    x, y = a[both] - a[a > 0].mean(), b[both] - b[b > 0].mean()
    spread = np.sqrt((x * x).sum() * (y * y).sum())
    return (
        max(float((x * y).sum() / spread), 0.0) * both.sum() / (both.sum() + SHRINK) if spread > 1e-9 else 0.0
    )


def test_it_is_the_correlation_of_the_book() -> None:
    stars = made(np.random.default_rng(1), 25, 1100)
    stars[3, :] = np.where(stars[3] > 0, 4, 0)  # somebody who likes everything alike
    found = tastes(stars).block(np.arange(25))
    for a in range(25):
        for b in range(25):
            if a != b:
                assert found[a, b] == pytest.approx(by_the_book(stars[a], stars[b]), abs=1e-6)
    assert np.array_equal(found, found.T)


def test_links_follow_ratings_and_people_as_if_worked_out_anew() -> None:
    dice = np.random.default_rng(2)
    stars, ids = made(dice, 60, 40), np.arange(100, 160)
    links = follow_links(NONE, ids, tastes(stars), None)
    assert np.bincount(links.a).max() == 20
    for _ in range(15):
        changed = dice.choice(len(ids), 3, replace=False)
        stars[changed] = made(dice, 3, 40)
        stays = np.ones(len(ids), np.bool_)
        stays[dice.integers(len(ids))] = False
        gone = ids[~stays]
        # Who holds somebody that goes is marked by the database.
        marked = np.concatenate([ids[changed], gone])
        ids, stars = ids[stays], stars[stays]
        followed, anew = (
            follow_links(old, ids, tastes(stars), which) for old, which in ((links, marked), (NONE, None))
        )
        come_and_gone = link_changes(followed, anew)
        assert [len(part) for part in come_and_gone] == [0, 0]
        links = followed

"""The best items for a taste: exact among few, nearly so among many, and never fewer than there are."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediatheque.recommend import nearest as module
from mediatheque.recommend.models import Factors
from mediatheque.recommend.nearest import WORTH_AN_INDEX, Nearest, best_of

ITEMS, DIMENSIONS = 20_000, 32
NONE = np.zeros(0, np.int64)


def clustered(items: int = ITEMS, seed: int = 0) -> Factors:
    """Items around 60 points, some clusters and some items longer than others."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((60, DIMENSIONS))
    of_item = rng.choice(60, items, p=rng.dirichlet(np.full(60, 2.0)))
    vectors = (centres[of_item] + 0.6 * rng.standard_normal((items, DIMENSIONS))) / np.sqrt(DIMENSIONS)
    return Factors(vectors.astype(np.float32), np.exp(0.3 * rng.standard_normal(items)).astype(np.float32))


def tastes(factors: Factors, count: int = 40) -> np.ndarray:
    """People who like three things each."""
    rng = np.random.default_rng(1)
    return np.stack(
        [factors.vectors[rng.choice(len(factors.vectors), 3)].sum(axis=0) for _ in range(count)]
    ).astype(np.float32)


@pytest.fixture(scope="module")
def factors() -> Factors:
    return clustered()


@pytest.fixture(scope="module")
def indexed(factors: Factors) -> Nearest:
    pytest.importorskip("faiss", reason="an index needs the extra 'large'")
    made = Nearest(factors, exact_below=1_000)
    made.index()
    assert made.is_indexed
    return made


@settings(max_examples=200, deadline=None)
@given(
    values=st.lists(st.sampled_from([-np.inf, -1.0, 0.0, 0.5, 0.5, 2.0]), max_size=30),
    count=st.integers(0, 40),
)
def test_the_best_are_what_sorting_says_whatever_the_ties(values: list[float], count: int) -> None:
    scores = np.array(values, np.float32)
    order = [n for n in np.argsort(-scores, kind="stable") if scores[n] > -np.inf][:count]
    found = best_of(scores, count)
    assert found.columns.tolist() == order
    assert found.scores.tolist() == scores[order].tolist()


def test_the_best_of_very_many_are_what_sorting_says() -> None:
    rng = np.random.default_rng(4)
    for steps in (5, 10_000):
        scores = rng.integers(0, steps, 40_003).astype(np.float32)
        scores[rng.choice(len(scores), 20_000)] = -np.inf
        for count in (1, 7, 100):
            assert (
                best_of(scores, count).columns.tolist() == np.argsort(-scores, kind="stable")[:count].tolist()
            )
    assert best_of(np.full(40_000, -np.inf, np.float32), 9).columns.tolist() == []


def test_a_search_among_few_is_exact_and_knows_its_filters(factors: Factors) -> None:
    search = Nearest(factors)
    rng = np.random.default_rng(2)
    for taste in tastes(factors, 5):
        shut, among = rng.choice(ITEMS, 700, replace=False), rng.random(ITEMS) < 0.3
        scores = (factors.vectors @ taste) * factors.scales
        scores[shut] = -np.inf
        everything = np.argsort(-scores, kind="stable")
        assert search.best(taste, 50, shut).columns.tolist() == everything[:50].tolist()
        scores[~among] = -np.inf
        only = np.argsort(-scores, kind="stable")[:50]
        found = search.best(taste, 50, shut, among)
        assert found.columns.tolist() == only.tolist()
        assert search.scores_of(taste, found.columns) == pytest.approx(found.scores, rel=1e-5)
    assert len(search.best(tastes(factors, 1)[0], ITEMS + 5, np.arange(10)).columns) == ITEMS - 10


def test_among_many_nearly_all_of_the_best_are_found(factors: Factors, indexed: Nearest) -> None:
    exact = Nearest(factors)
    rng = np.random.default_rng(3)
    for among in (None, rng.random(ITEMS) < 0.5, rng.random(ITEMS) < 0.15):
        hits = 0
        for taste in tastes(factors):
            shut = rng.choice(ITEMS, 300, replace=False)
            wanted = exact.best(taste, 100, shut, among).columns
            found = indexed.best(taste, 100, shut, among)
            assert len(found.columns) == 100
            assert not np.isin(found.columns, shut).any()
            assert among is None or among[found.columns].all()
            assert (np.diff(found.scores) <= 0).all()
            hits += len(np.intersect1d(wanted, found.columns))
        assert hits / (100 * 40) >= 0.95


def test_an_index_never_finds_less_than_there_is(factors: Factors, indexed: Nearest) -> None:
    """Whatever is left after a filter, down to nothing, comes back whole."""
    exact = Nearest(factors)
    taste = tastes(factors, 1)[0]
    furthest = exact.best(-taste, 15_000, NONE).columns
    for left in (0, 1, 30, 3_000, 10_000):
        among = np.zeros(ITEMS, np.bool_)
        among[furthest[:left]] = True
        found = indexed.best(taste, 100, NONE, among)
        assert len(found.columns) == min(left, 100)
        assert among[found.columns].all()
        if left < 0.1 * ITEMS:
            assert found.columns.tolist() == exact.best(taste, 100, NONE, among).columns.tolist()
    assert len(indexed.best(taste, ITEMS, NONE).columns) == ITEMS


def test_the_same_items_give_the_same_index(factors: Factors, indexed: Nearest) -> None:
    again = Nearest(factors, exact_below=1_000)
    again.index()
    for taste in tastes(factors, 10):
        assert (
            again.best(taste, 100, NONE).columns.tolist() == indexed.best(taste, 100, NONE).columns.tolist()
        )


def test_whoever_asks_often_gets_an_index_and_waits_for_none(factors: Factors) -> None:
    pytest.importorskip("faiss", reason="an index needs the extra 'large'")
    search = Nearest(factors, exact_below=1_000)
    (taste,) = tastes(factors, 1)
    for _ in range(WORTH_AN_INDEX - 1):
        search.best(taste, 5, NONE)
    assert not search.is_indexed
    search.best(taste, 5, NONE)
    for thread in threading.enumerate():
        if thread.name == "index of items":
            thread.join(60)
    assert search.is_indexed


def test_without_faiss_all_are_compared_and_the_log_says_so(
    factors: Factors, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    search = Nearest(factors, exact_below=1_000)
    search.index()
    assert not search.is_indexed
    assert "the extra 'large' would be faster" in caplog.text
    (taste,) = tastes(factors, 1)
    assert (
        search.best(taste, 9, NONE).columns.tolist() == Nearest(factors).best(taste, 9, NONE).columns.tolist()
    )

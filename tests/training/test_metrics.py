"""Measures by hand, on lists short enough to count on fingers."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy", reason="training needs the extra 'train'")

from hypothesis import given, settings
from hypothesis import strategies as st

from mediatheque.training import metrics, significance

#: Two people: the first is shown items 2, 0, 1 and wants 0 and 3; the second 1, 3 and wants 1.
LISTS = np.array([[2, 0, 1], [1, 3, -1]])
HITS = metrics.hits(LISTS, np.array([0, 2, 3]), np.array([0, 3, 1]), 4)
TARGETS = np.array([2, 1])


def test_lists_are_best_first_and_the_earlier_among_equals() -> None:
    scores = np.array([[0.1, 0.9, 0.9, 0.5], [-np.inf, 0.2, -np.inf, 0.1]])
    assert metrics.top(scores, 3).tolist() == [[1, 2, 3], [1, 3, -1]]
    assert metrics.top(scores, 9).tolist() == [[1, 2, 3, 0], [1, 3, -1, -1]]
    assert metrics.top(scores, 0).shape == (2, 0)


def test_accuracy_by_hand() -> None:
    assert HITS.tolist() == [[False, True, False], [True, False, False]]
    second = 1 / np.log2(3)
    np.testing.assert_allclose(metrics.ndcg(HITS, TARGETS, 3), [second / (1 + second), 1])
    np.testing.assert_allclose(metrics.recall(HITS, TARGETS, 1), [0, 1])
    np.testing.assert_allclose(metrics.recall(HITS, TARGETS, 3), [0.5, 1])
    np.testing.assert_allclose(metrics.recall(HITS, np.array([6, 1]), 3), [1 / 3, 1])
    np.testing.assert_allclose(metrics.recall(HITS, np.array([6, 1]), 3, of_all=True), [1 / 6, 1])
    np.testing.assert_allclose(metrics.precision(HITS, 3), [1 / 3, 1 / 3])
    np.testing.assert_allclose(metrics.hit_rate(HITS, 1), [0, 1])
    np.testing.assert_allclose(metrics.mrr(HITS, 3), [0.5, 1])
    np.testing.assert_allclose(metrics.average_precision(HITS, TARGETS, 3), [0.25, 1])


def test_who_wants_nothing_scores_nothing() -> None:
    none = np.zeros((1, 3), bool)
    for measure in (metrics.ndcg, metrics.recall, metrics.average_precision):
        assert measure(none, np.array([0]), 3).tolist() == [0]


def test_what_lists_show_of_the_catalogue() -> None:
    assert metrics.coverage(LISTS, 5) == 4 / 5
    assert metrics.gini(np.array([[0, 1], [2, 3]]), 4) == pytest.approx(0)
    assert metrics.gini(np.array([[0], [0]]), 4) == pytest.approx(0.75)
    assert metrics.gini(np.array([[-1]]), 4) == 0
    counts = np.array([8, 4, 2, 1])
    np.testing.assert_allclose(metrics.novelty(LISTS, counts, 8), [(2 + 0 + 1) / 3, (1 + 3) / 2])


def test_a_list_of_twins_has_no_diversity() -> None:
    vectors = np.array([[1.0, 0], [1, 0], [0, 1]])
    lists = np.array([[0, 1, -1], [0, 2, -1], [2, -1, -1], [0, 1, 2]])
    np.testing.assert_allclose(metrics.diversity(lists, vectors), [0, 1, 0, 2 / 3])


def test_errors_of_ratings() -> None:
    said, given_stars = np.array([3.0, 5]), np.array([4.0, 2])
    assert metrics.rmse(said, given_stars) == pytest.approx(np.sqrt(5))
    assert metrics.mae(said, given_stars) == pytest.approx(2)


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10_000), k=st.integers(1, 12))
def test_measures_stay_between_0_and_1_and_are_1_for_the_ideal_list(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    wanted = rng.random((4, 10)) < 0.3
    wanted[:, 0] = True
    starts = np.append(0, np.cumsum(wanted.sum(axis=1)))
    targets, n = np.nonzero(wanted)[1], wanted.sum(axis=1)
    for scores, is_ideal in ((rng.random((4, 10)), False), (wanted + rng.random((4, 10)) / 2, True)):
        hits = metrics.hits(metrics.top(scores, k), starts, targets, 10)
        for value in (metrics.ndcg(hits, n, k), metrics.recall(hits, n, k), metrics.mrr(hits, k)):
            assert ((value >= 0) & (value <= 1 + 1e-9)).all()
            assert not is_ideal or value == pytest.approx(1)
        precise = metrics.average_precision(hits, n, k, of_all=False)
        assert not is_ideal or precise == pytest.approx(1)


def test_a_paired_test_knows_luck_from_gain() -> None:
    rng = np.random.default_rng(0)
    people = rng.random(500)
    noise = rng.normal(0, 0.02, 500)
    better = significance.compare(people + 0.01 + noise, people)
    assert better.is_better
    assert better.low < 0.01 < better.high
    assert not significance.compare(people + noise - noise.mean(), people).is_better
    same = significance.compare(people, people)
    assert (same.gain, same.p, same.is_better) == (0, 1, False)


def test_a_paired_test_is_students() -> None:
    # Gains of 1, 2 and 3: mean 2, deviation 1, so t = 2·√3 with two degrees of freedom.
    found = significance.compare(np.array([2.0, 4, 6]), np.array([1.0, 2, 3]))
    t = 2 * np.sqrt(3)
    assert found.p == pytest.approx(1 - t / np.sqrt(2 + t * t))
    assert found.low == pytest.approx(2 - 4.302653 / np.sqrt(3))


def test_how_popular_by_hand() -> None:
    # Three people have item 0, one has 1 and 2 each, nobody has 3.
    ranks = metrics.percentiles(np.array([3, 1, 1, 0]))
    np.testing.assert_allclose(ranks, [0.875, 0.5, 0.5, 0.125])
    np.testing.assert_allclose(metrics.mean_of_shown(LISTS, ranks), [(0.5 + 0.875 + 0.5) / 3, 0.3125])
    assert metrics.mean_of_shown(np.array([[-1, -1]]), ranks).tolist() == [0]
    wanted = metrics.mean_of_rows(np.array([0, 2, 2, 3]), np.array([0, 3, 1]), ranks)
    np.testing.assert_allclose(wanted, [0.5, 0, 0.5])
    assert metrics.percentiles(np.zeros(0)).tolist() == []


def test_means_have_students_interval() -> None:
    found = significance.estimate(np.array([1.0, 2, 3]))
    assert found.mean == 2
    assert found.high - found.mean == found.mean - found.low == pytest.approx(4.302653 / np.sqrt(3))
    assert significance.estimate(np.array([0.3])) == significance.Estimate(0.3, 0.3, 0.3)
    assert significance.estimate(np.zeros(0)).mean == 0


def test_several_comparisons_are_held_to_more() -> None:
    # By hand: .01 · 4, then .02 · 3 and .03 · 2 (both .06), then .6.
    assert significance.holm([0.6, 0.01, 0.03, 0.02]) == pytest.approx([0.6, 0.04, 0.06, 0.06])
    assert significance.holm([0.4, 0.4]) == pytest.approx([0.8, 0.8])
    assert significance.holm([0.9, 0.8]) == [1, 1]
    assert significance.holm([]) == []


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 1), max_size=12))
def test_no_correction_makes_a_chance_smaller_nor_turns_two_around(chances: list[float]) -> None:
    held = significance.holm(chances)
    assert all(p <= q <= 1 for p, q in zip(chances, held, strict=True))
    order = sorted(range(len(chances)), key=chances.__getitem__)
    assert sorted(held) == [held[which] for which in order]

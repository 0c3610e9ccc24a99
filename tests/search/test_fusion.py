"""Fusing rankings favours what several of them rank high, whatever their scores were."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mediatheque.search.fusion import fuse

RANKINGS = st.lists(st.lists(st.integers(1, 50), unique=True, max_size=30), max_size=4)


def test_what_is_first_everywhere_scores_one() -> None:
    assert fuse([[7, 1, 2], [7, 3]])[7] == 1.0


def test_two_middling_places_beat_one_good_one() -> None:
    assert next(iter(fuse([[1, 2, 3], [4, 3, 5]]))) == 3


def test_an_empty_ranking_takes_nothing_away() -> None:
    assert fuse([[1, 2], []]) == fuse([[1, 2]])
    assert fuse([]) == fuse([[], []]) == {}


@given(RANKINGS)
def test_scores_lie_between_zero_and_one_and_descend(rankings: list[list[int]]) -> None:
    scores = fuse(rankings)
    assert set(scores) == {item for ranking in rankings for item in ranking}
    assert all(0.0 < score <= 1.0 for score in scores.values())
    assert list(scores.values()) == sorted(scores.values(), reverse=True)


@given(RANKINGS)
def test_the_order_of_the_rankings_does_not_matter(rankings: list[list[int]]) -> None:
    assert list(fuse(rankings).items()) == list(fuse(rankings[::-1]).items())

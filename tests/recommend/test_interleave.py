"""Interleaving: known answers, and that neither side gains by anything but its titles."""

from __future__ import annotations

import itertools
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediatheque.recommend.interleave import Drafted, team_draft


def drafted(first: str, second: str, n: int, coins: str) -> str:
    """The list as "a0 b1 …", with the coins "1" for the first side to begin and "0" for the second."""
    tosses = iter(coins)
    places = team_draft(first, second, n, lambda: next(tosses) == "1")
    return " ".join(f"{place.title}{'-' if place.team is None else place.team}" for place in places)


@pytest.mark.parametrize(
    ("first", "second", "n", "coins", "expected"),
    [
        # The first begins twice: a, then the second's best that is left; c, then d.
        ("abcd", "bcda", 4, "11", "a0 b1 c0 d1"),
        # The second begins: b, then a; then the first begins with c.
        ("abcd", "bcda", 4, "01", "b1 a0 c0 d1"),
        # Equal rankings make that ranking, whoever picks.
        ("abcd", "abcd", 4, "10", "a0 b1 c1 d0"),
        # What the other has already picked is passed over.
        ("abc", "acb", 3, "11", "a0 c1 b0"),
        # One has nothing left to pick: the rest speaks for neither.
        ("a", "bcd", 4, "1", "a0 b1 c- d-"),
        ("", "bc", 4, "", "b- c-"),
        ("abc", "def", 0, "", ""),
        ("ab", "cd", 3, "11", "a0 c1 b0"),
    ],
)
def test_known_answers(first: str, second: str, n: int, coins: str, expected: str) -> None:
    assert drafted(first, second, n, coins) == expected


def test_what_may_not_be_taken_is_passed_over_by_both() -> None:
    places = team_draft("abcd", "badc", 4, lambda: True, lambda title, taken: title != "b" or "c" in taken)
    assert [place.title for place in places] == ["a", "d", "c", "b"]


def test_over_all_coins_each_place_of_equal_rankings_is_as_often_either_s() -> None:
    n = 6
    owners = [Counter[int | None]() for _ in range(n)]
    for coins in itertools.product((True, False), repeat=n // 2):
        tosses = iter(coins)
        for place, pick in enumerate(team_draft("abcdef", "abcdef", n, lambda tosses=tosses: next(tosses))):
            owners[place][pick.team] += 1
    assert all(counts[0] == counts[1] for counts in owners)


rankings = st.lists(st.integers(0, 12), unique=True, max_size=10)


@given(first=rankings, second=rankings, n=st.integers(0, 15), seed=st.integers(0, 1000))
def test_every_list_is_fair(first: list[int], second: list[int], n: int, seed: int) -> None:
    coins = random.Random(seed)
    places = team_draft(first, second, n, lambda: coins.random() < 0.5)
    titles = [place.title for place in places]
    assert len(titles) == len(set(titles)) == min(n, len({*first, *second}))
    assert set(titles) <= {*first, *second}
    teams = Counter(place.team for place in places)
    assert abs(teams[0] - teams[1]) <= 1
    # Whoever picks, picks the best of theirs that was left.
    for at, place in enumerate(places):
        if place.team is not None:
            theirs = (first, second)[place.team]
            assert place == Drafted(next(t for t in theirs if t not in titles[:at]), place.team)

"""What each thing that a person can do with a title counts, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from mediatheque.recommend.opinions import Opinions, Told, mean_rating


def weight(**told: float) -> float:
    given = {"seen": 0, "share": np.nan, "rating": np.nan, "mean": 3.5, "liking": 0, "age_days": 0} | told
    columns = {name: np.array([value], np.float64) for name, value in given.items()}
    marks = {name: np.array([bool(told.get(name))]) for name in ("is_saved", "is_hidden")}
    return float(Opinions().weights(Told(**(columns | marks)))[0])


@pytest.mark.parametrize(
    ("told", "counts"),
    [
        ({"rating": 4.5}, 1.0),
        ({"rating": 3.5}, 0.5),
        ({"rating": 2.5}, 0.0),
        ({"rating": 0.5}, -1.0),
        ({"rating": 4.5, "mean": 4.0}, 0.75),  # stars of somebody who gives many count less
        ({"rating": 1.0, "liking": 1}, -0.75),  # stars say more than a thumb
        ({"liking": 1}, 1.0),
        ({"liking": -1, "seen": 3}, -1.0),
        ({"is_hidden": 1}, -0.5),
        ({"seen": 1}, 0.6),
        ({"seen": 4}, 0.8),
        ({"seen": 1000}, 0.9),
        ({"seen": 1, "share": 0.5}, 0.3),
        ({"seen": 1, "share": 0.1}, -0.1),
        ({"is_saved": 1}, 0.2),
        ({}, 0.0),
        ({"liking": 1, "age_days": 365}, 0.5**0.5),
        ({"liking": 1, "age_days": 9999}, 0.5),
        ({"liking": 1, "age_days": np.nan}, 0.5),
        ({"liking": 1, "age_days": -3}, 1.0),
    ],
)
def test_known_weights(told: dict[str, float], counts: float) -> None:
    assert weight(**told) == pytest.approx(counts)


def test_the_weights_can_be_chosen() -> None:
    saved = Told(
        **{name: np.zeros(1) for name in ("seen", "mean", "liking", "age_days")},
        **{name: np.full(1, np.nan) for name in ("share", "rating")},
        is_saved=np.array([True]),
        is_hidden=np.array([False]),
    )
    assert Opinions(saved=0.7).weights(saved) == pytest.approx(0.7)


def test_a_mean_of_few_ratings_is_drawn_to_the_middle_and_never_extreme() -> None:
    assert mean_rating(0, 0) == pytest.approx(3.25)
    assert mean_rating(5, 1) == pytest.approx((5 + 13) / 5)
    assert mean_rating([500, 50], [100, 100]) == pytest.approx([4.0, 2.5])

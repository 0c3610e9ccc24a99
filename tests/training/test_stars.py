"""Stars that were given teach which will be."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("myfm", reason="training needs the extra 'train'")

from mediatheque.training import metrics, stars


def test_who_agrees_with_whom_is_learned() -> None:
    # Two groups of people and two of titles: each group gives its own titles about 4.5 and the others about 2.
    rng = np.random.default_rng(4)
    users, items = (part.ravel() for part in np.meshgrid(np.arange(40), np.arange(30), indexing="ij"))
    given = np.clip(
        np.round(np.where(users % 2 == items % 2, 4.5, 2.0) + rng.normal(0, 0.4, len(users))), 1, 5
    )
    times = rng.integers(0, 90 * stars.DAY_S, len(users))
    tested = rng.random(len(users)) < 0.3

    def rows(chosen: np.ndarray) -> stars.Asked:
        return stars.Asked(users[chosen], items[chosen], times[chosen])

    config = stars.Config(rank=4, samples=40, burn_in=10)
    said = stars.predict(rows(~tested), given[~tested], rows(tested), 40, 30, config)
    usual = np.full(tested.sum(), given[~tested].mean())
    assert metrics.rmse(said, given[tested]) < 0.5 * metrics.rmse(usual, given[tested])
    assert ((said >= 1) & (said <= 5)).all()


def test_a_day_nobody_rated_on_is_no_error() -> None:
    known = stars.Asked(np.array([0, 1, 0]), np.array([0, 0, 1]), np.array([0, 0, stars.DAY_S]))
    asked = stars.Asked(np.array([1]), np.array([1]), np.array([50 * stars.DAY_S]))
    config = stars.Config(rank=2, samples=10, burn_in=2, machines=("numbers",))
    said = stars.predict(known, np.array([5.0, 3.0, 4.0]), asked, 2, 2, config)
    assert 3 <= said[0] <= 5

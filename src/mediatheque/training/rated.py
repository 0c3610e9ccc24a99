"""Who gave what how many stars, for a machine that expects them: split by time, judged against habits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mediatheque.recommend.models import Histories
from mediatheque.recommend.models import stars as model
from mediatheque.recommend.models.stars import Config
from mediatheque.training.expected_stars import Rated
from mediatheque.training.fitting import stars as fitting
from mediatheque.training.interactions import Interactions
from mediatheque.training.significance import Comparison, compare

Floats = npt.NDArray[np.float64]

#: Fewer people, ratings, or people who rated before and after, show nothing.
LEAST_PEOPLE, LEAST_RATINGS, LEAST_JUDGES = 5, 200, 5
#: The last fifth of the ratings judges.
LEARNED_SHARE = 0.8
#: A person's or title's habit is believed as much as the usual with so many ratings.
HABIT_PRIOR = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How far off the machine is, and how far habits alone are; the gain is in squared stars, a person each."""

    judges: int
    asked: int
    rmse: float
    mae: float
    usual_rmse: float
    against_usual: Comparison


def matrix_of(rated: Rated) -> tuple[Interactions, npt.NDArray[np.int64]]:
    """The ratings as a matrix whose weights are stars, and the titles of its columns by rising id."""
    user_ids, users = np.unique(rated.users, return_inverse=True)
    item_ids, items = np.unique(rated.items, return_inverse=True)
    seen = Interactions.of(users, items, len(user_ids), len(item_ids), weights=rated.stars, times=rated.times)
    return seen, item_ids.astype(np.int64)


def too_few(rated: Rated) -> str | None:
    """Why these ratings teach nothing; None when they might."""
    people = len(np.unique(rated.users))
    if people < LEAST_PEOPLE or len(rated) < LEAST_RATINGS:
        return (
            f"it takes {LEAST_RATINGS:,} ratings by {LEAST_PEOPLE} people to expect any; "
            f"so far there are {len(rated):,} by {people:,}"
        )
    if len(np.unique(rated.stars)) < 2:
        return "everybody gives the same stars"
    return None


def judge(rated: Rated, config: Config) -> Verdict | None:
    """The machine that learned from the earlier ratings, asked about the later; None with too few judges.

    People are met by their earlier ratings alone, as when it serves.
    """
    later = _later(rated)
    given, asked = rated.having(~later), rated.having(later)
    asked = asked.having(np.isin(asked.users, given.users) & np.isin(asked.items, given.items))
    judging = np.unique(asked.users)
    if len(judging) < LEAST_JUDGES or too_few(given):
        return None
    seen, item_ids = matrix_of(given)
    user_ids = np.unique(given.users)
    rows, columns = np.searchsorted(user_ids, asked.users), np.searchsorted(item_ids, asked.items)
    arrays = fitting.fit(seen, config)
    said = np.zeros(len(asked))
    for user in np.unique(rows):
        mine = np.flatnonzero(rows == user)
        history = Histories.of([seen.histories()[int(user)]])
        said[mine] = model.score(arrays, config, history)[0][columns[mine]]
    said = np.clip(said, rated.stars.min(), rated.stars.max())
    usual = habits(seen)(rows, columns)
    errors, usual_errors = (said - asked.stars) ** 2, (usual - asked.stars) ** 2
    per_person = [_means(values, asked.users, judging) for values in (-errors, -usual_errors)]
    return Verdict(
        judges=len(judging),
        asked=len(asked),
        rmse=float(np.sqrt(errors.mean())),
        mae=float(np.abs(said - asked.stars).mean()),
        usual_rmse=float(np.sqrt(usual_errors.mean())),
        against_usual=compare(*per_person),
    )


def habits(seen: Interactions) -> Callable[[npt.NDArray[Any], npt.NDArray[Any]], Floats]:
    """What is expected by habits alone: the mean, how kind the person is, how liked the title (Koren 2008's baseline)."""
    mean = float(seen.weights.mean())
    users, stars = seen.users, seen.weights.astype(np.float64)
    kind, liked = np.zeros(seen.n_users), np.zeros(seen.n_items)
    for _ in range(10):
        left = np.bincount(seen.items, weights=stars - mean - kind[users], minlength=seen.n_items)
        liked = left / (seen.per_item + HABIT_PRIOR)
        left = np.bincount(users, weights=stars - mean - liked[seen.items], minlength=seen.n_users)
        kind = left / (seen.per_user + HABIT_PRIOR)

    def expected(rows: npt.NDArray[Any], columns: npt.NDArray[Any]) -> Floats:
        return np.asarray(np.clip(mean + kind[rows] + liked[columns], stars.min(), stars.max()), np.float64)

    return expected


def _later(rated: Rated) -> npt.NDArray[np.bool_]:
    """The ratings after a moment; where that leaves too few judges, the last fifth of each person's."""
    moment = np.quantile(rated.times, LEARNED_SHARE)
    later = rated.times > moment
    both = np.intersect1d(rated.users[later], rated.users[~later])
    if len(both) >= max(LEAST_JUDGES, 0.3 * len(np.unique(rated.users))):
        return later
    # Ratings of one moment are scattered by a fixed order: a catalogue's is no order in which anybody rated.
    scatter = np.random.default_rng(0).permutation(len(rated))
    order = np.lexsort((scatter, rated.times, rated.users))
    _, starts, counts = np.unique(rated.users[order], return_index=True, return_counts=True)
    place = np.arange(len(rated)) - np.repeat(starts, counts)
    later[order] = place >= np.ceil(LEARNED_SHARE * np.repeat(counts, counts))
    return later


def _means(values: Floats, users: npt.NDArray[np.int64], judging: npt.NDArray[np.int64]) -> Floats:
    places = np.searchsorted(judging, users)
    return np.asarray(np.bincount(places, weights=values) / np.bincount(places), np.float64)

"""How many stars somebody would give: a Bayesian factorisation machine, by myfm.

Besides person and title it sees the day, all that the person has rated and all who have rated the title (each
over the square root of how many): the features of timeSVD++ both ways round (Rendle 2019, "On the Difficulty of
Evaluating Baselines"). Two machines are averaged: one takes stars as numbers, the other as steps in order.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import myfm
import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse

Floats = npt.NDArray[np.float64]
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Config:
    """Of `samples` of the posterior the first `burn_in` are left out."""

    rank: int = 10
    samples: int = 400
    burn_in: int = 50
    machines: tuple[Literal["numbers", "steps"], ...] = ("numbers", "steps")
    seed: int = 42


@dataclass(frozen=True, slots=True)
class Asked:
    """Who, what and when, a row each."""

    users: npt.NDArray[np.int64]
    items: npt.NDArray[np.int64]
    times: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.users)


def predict(
    given: Asked, stars: npt.NDArray[Any], asked: Asked, n_users: int, n_items: int, config: Config
) -> Floats:
    """The stars expected for each row asked about, from those given; within the range of the given."""
    days = np.unique(given.times // DAY_S)
    users, items = _who_rated_what(given, n_users, n_items)
    known, wanted = _days(given, days), _days(asked, days)
    # Each kind of feature has a prior of its own.
    sizes = [len(days), n_users, n_items, n_items, n_users]
    answers: list[Floats] = []
    for machine in config.machines:
        # Blocks are named once for each row that refers to them, instead of spelled out in it.
        blocks = [_block(given.users, users), _block(given.items, items)]
        questions = [_block(asked.users, users), _block(asked.items, items)]
        fitted = _fitted(machine, known, blocks, stars, sizes, config)
        answers.append(_expected(machine, fitted, wanted, questions, stars))
    return np.clip(np.mean(answers, axis=0), stars.min(), stars.max())


def _block(rows: npt.NDArray[np.int64], features: sparse.csr_matrix) -> Any:
    return myfm.RelationBlock(cast(Sequence[int], rows), features)


def _who_rated_what(given: Asked, n_users: int, n_items: int) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """For each person, and for each title: itself, and what it was rated with."""
    ones = np.ones(len(given))
    rated = sparse.csr_matrix((ones, (given.users, given.items)), shape=(n_users, n_items))
    by_person, by_title = _unit_rows(rated), _unit_rows(sparse.csr_matrix(rated.T))
    return (
        sparse.csr_matrix(sparse.hstack([sparse.identity(n_users), by_person])),
        sparse.csr_matrix(sparse.hstack([sparse.identity(n_items), by_title])),
    )


def _unit_rows(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    lengths = np.sqrt(np.maximum(np.asarray(matrix.sum(axis=1)).ravel(), 1))
    return sparse.csr_matrix(sparse.diags(1 / lengths) @ matrix)


def _days(asked: Asked, days: npt.NDArray[Any]) -> sparse.csr_matrix:
    """The day of each row, as a column each; no column for a day that nobody rated on."""
    day = asked.times // DAY_S
    column = np.minimum(np.searchsorted(days, day), len(days) - 1)
    known = np.flatnonzero(days[column] == day)
    return sparse.csr_matrix((np.ones(len(known)), (known, column[known])), shape=(len(asked), len(days)))


def _fitted(
    machine: str,
    known: sparse.csr_matrix,
    blocks: Sequence[Any],
    stars: npt.NDArray[Any],
    sizes: list[int],
    config: Config,
) -> Any:
    kind = myfm.MyFMRegressor if machine == "numbers" else myfm.MyFMOrderedProbit
    # Steps begin at 0.
    target = stars.astype(np.float64) if machine == "numbers" else np.unique(stars, return_inverse=True)[1]
    with contextlib.redirect_stderr(io.StringIO()):  # it draws a progress bar
        return kind(rank=config.rank, random_seed=config.seed).fit(
            known,
            target,
            X_rel=list(blocks),
            n_iter=config.samples,
            n_kept_samples=config.samples - config.burn_in,
            group_shapes=sizes,
        )


def _expected(
    machine: str, fitted: Any, wanted: sparse.csr_matrix, questions: Sequence[Any], stars: npt.NDArray[Any]
) -> Floats:
    if machine == "numbers":
        return np.asarray(fitted.predict(wanted, list(questions)), np.float64)
    chances: Any = fitted.predict_proba(wanted, list(questions))
    return np.asarray(chances @ np.unique(stars), np.float64)

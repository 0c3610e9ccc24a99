"""Samples of a factorisation machine over who rated what with how many stars, by myfm."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse

from mediatheque.recommend.models import Array
from mediatheque.recommend.models.stars import Config
from mediatheque.training.interactions import Interactions


def fit(seen: Interactions, config: Config, *, threads: int = 1) -> dict[str, Array]:
    """The titles' part of each kept sample; weights are stars. One thread: a chain is drawn step by step."""
    import myfm

    del threads
    people = _people(seen)
    titles = sparse.csr_matrix(
        (np.ones(len(seen)), (np.arange(len(seen)), seen.items)), shape=(len(seen), seen.n_items)
    )
    # Each person's features are spelled out once, and named in each of their ratings.
    block = myfm.RelationBlock(cast(Sequence[int], seen.users.astype(np.int64)), people)
    with contextlib.redirect_stderr(io.StringIO()):  # it draws a progress bar
        machine: Any = myfm.MyFMRegressor(rank=config.rank, random_seed=config.seed).fit(
            titles,
            seen.weights.astype(np.float64),
            X_rel=[block],
            n_iter=config.draws,
            n_kept_samples=max(config.draws // 2, config.kept),
            group_shapes=[seen.n_items, seen.n_users, seen.n_items],
        )
    samples: list[Any] = machine.predictor_.samples
    hypers: list[Any] = machine.history_.hypers[-len(samples) :]
    chosen = np.linspace(0, len(samples) - 1, config.kept).round().astype(int)
    return _packed([(samples[n], hypers[n]) for n in chosen], seen)


def _people(seen: Interactions) -> sparse.csr_matrix:
    """For each person themselves, and what they rated, each over the square root of how many."""
    each = np.repeat(np.maximum(seen.per_user, 1) ** -0.5, seen.per_user)
    rated = sparse.csr_matrix((each, seen.items, seen.starts), shape=(seen.n_users, seen.n_items))
    return sparse.csr_matrix(sparse.hstack([sparse.identity(seen.n_users), rated]))


def _packed(drawn: Sequence[tuple[Any, Any]], seen: Interactions) -> dict[str, Array]:
    """Columns of a sample are titles, then people, then what people rated; people are the second group."""
    titles, rated = slice(0, seen.n_items), slice(seen.n_items + seen.n_users, None)
    people = 1
    return {
        "level": _floats([sample.w0 for sample, _ in drawn]),
        "noise": _floats([hyper.alpha for _, hyper in drawn]),
        "biases": _floats([sample.w[titles] for sample, _ in drawn]),
        "vectors": _floats([sample.V[titles] for sample, _ in drawn]),
        "rated_biases": _floats([sample.w[rated] for sample, _ in drawn]),
        "rated_vectors": _floats([sample.V[rated] for sample, _ in drawn]),
        "own_means": _floats([np.append(h.mu_w[people], h.mu_V[people]) for _, h in drawn]),
        "own_precisions": _floats([np.append(h.lambda_w[people], h.lambda_V[people]) for _, h in drawn]),
    }


def _floats(values: Sequence[Any]) -> npt.NDArray[np.float32]:
    return np.array(values, np.float32)

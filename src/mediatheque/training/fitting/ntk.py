"""Kernel ridge regression of what people have on what they have."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sparse
from scipy.linalg import cho_factor, cho_solve
from threadpoolctl import threadpool_limits

from mediatheque.recommend.models import Array
from mediatheque.recommend.models.ntk import Config, kernel
from mediatheque.training.fitting._matrices import as_arrays
from mediatheque.training.interactions import Interactions


def fit(seen: Interactions, config: Config, *, threads: int = 1) -> dict[str, Array]:
    """Of more than `config.users` people a sample: the work grows with their cube."""
    if seen.n_users > config.users:
        chosen = np.random.default_rng(config.seed).choice(seen.n_users, config.users, replace=False)
        seen = seen.of_users(np.sort(chosen))
    having = seen.matrix()
    counts = np.maximum(seen.per_item, 1).astype(np.float64)
    scales = counts**-config.item_exponent
    inputs = sparse.csr_array(having * scales)
    squares = np.asarray(inputs.power(2).sum(axis=1), np.float64).ravel()
    size = np.array([squares.mean() / seen.n_items])
    inputs = sparse.csr_array(sparse.diags_array(1 / np.sqrt(np.maximum(squares, 1e-12))) @ inputs)
    with threadpool_limits(threads, user_api="blas"):
        likeness = kernel(config, size * (inputs @ inputs.T).toarray(), size, size)
        likeness[np.diag_indices_from(likeness)] += config.ridge * np.diagonal(likeness).mean()
        factor = cho_factor(likeness.astype(np.float32), overwrite_a=True, check_finite=False)
        targets = (having.toarray() * counts**-config.column_exponent).astype(np.float32)
        answers = cho_solve(factor, targets, overwrite_b=True, check_finite=False)
    return {
        "answers": np.ascontiguousarray(answers, np.float32),
        "scales": scales.astype(np.float32),
        "size": size.astype(np.float32),
        **as_arrays("people", inputs.T.tocsr()),
    }

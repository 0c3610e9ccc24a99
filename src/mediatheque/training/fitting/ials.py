"""Alternating least squares, by irspack."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sparse
from irspack import IALSRecommender
from threadpoolctl import threadpool_limits

from mediatheque.recommend.models import Array
from mediatheque.recommend.models.ials import Config
from mediatheque.training.interactions import Interactions


def fit(seen: Interactions, config: Config, *, threads: int = 1) -> dict[str, Array]:
    """Only the items' vectors are kept: tastes are found again from histories."""
    counts = np.maximum(seen.per_item, 1).astype(np.float64)
    lengths = np.maximum(seen.per_user, 1) ** -config.row_exponent
    falls = counts**-config.item_exponent
    # On average over what is seen a confidence is 1, whatever the exponents.
    confidences = falls / max(
        float(np.mean((lengths[seen.users] * falls[seen.items]) if len(seen) else 1.0)), 1e-12
    )
    weights = seen.weights * lengths[seen.users] * confidences[seen.items]
    recommender = IALSRecommender(
        sparse.csr_matrix(replace(seen, weights=weights.astype(np.float32)).matrix()),
        n_components=config.dimensions,
        alpha0=config.alpha0,
        reg=config.reg,
        nu=config.nu,
        random_seed=config.seed,
        train_epochs=config.epochs,
        n_threads=threads,
    )
    # The solver has threads of its own; those of BLAS below them would only wait for each other.
    with threadpool_limits(1, user_api="blas"):
        recommender.start_learning()  # `learn` would draw a progress bar
        for _ in range(config.epochs):
            recommender.run_epoch()
    vectors = np.ascontiguousarray(recommender.get_item_embedding(), np.float32)
    return {
        "vectors": vectors,
        "gram": vectors.T @ vectors,
        "confidences": confidences.astype(np.float32),
        "scales": (counts**-config.column_exponent).astype(np.float32),
    }

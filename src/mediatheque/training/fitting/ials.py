"""Alternating least squares, by irspack."""

from __future__ import annotations

import numpy as np
from irspack import IALSRecommender
from threadpoolctl import threadpool_limits

from mediatheque.recommend.models import Array
from mediatheque.recommend.models.ials import Config
from mediatheque.training.interactions import Interactions


def fit(seen: Interactions, config: Config, *, threads: int = 1) -> dict[str, Array]:
    """Only the items' vectors are kept: tastes are found again from histories."""
    import scipy.sparse as sparse

    recommender = IALSRecommender(
        sparse.csr_matrix(seen.matrix()),
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
        recommender.learn()
        vectors = np.ascontiguousarray(recommender.get_item_embedding(), np.float32)
        return {"vectors": vectors, "gram": vectors.T @ vectors}

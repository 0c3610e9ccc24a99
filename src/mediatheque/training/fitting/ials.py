"""Alternating least squares, by irspack; what Spark minimises, which irspack does not know, by numpy."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sparse
from irspack import IALSRecommender
from threadpoolctl import threadpool_limits

from mediatheque.recommend.models import Array
from mediatheque.recommend.models.ials import Config
from mediatheque.training.fitting._factors import Floats, alternate, arrays_of, confidences_of, weighed
from mediatheque.training.interactions import Interactions


def fit(seen: Interactions, config: Config, *, threads: int = 1) -> dict[str, Array]:
    """Only the items' vectors are kept: tastes are found again from histories."""
    confidences = confidences_of(seen, config)
    entries = weighed(seen, config, confidences)
    # The solver has threads of its own, and small systems gain nothing: those of BLAS would only wait for each other.
    with threadpool_limits(1, user_api="blas"):
        vectors = alternate(entries, config) if config.loss == "hu" else _learned(entries, config, threads)
    return arrays_of(vectors, seen, config, confidences)


def _learned(entries: Interactions, config: Config, threads: int) -> Floats:
    recommender = IALSRecommender(
        sparse.csr_matrix(entries.matrix()),
        n_components=config.dimensions,
        alpha0=config.alpha0,
        reg=config.reg,
        nu=config.nu,
        random_seed=config.seed,
        train_epochs=config.epochs,
        n_threads=threads,
    )
    recommender.start_learning()  # `learn` would draw a progress bar
    for _ in range(config.epochs):
        recommender.run_epoch()
    return recommender.get_item_embedding().astype(np.float32)

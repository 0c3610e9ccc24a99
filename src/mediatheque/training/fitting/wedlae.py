"""EASE, EDLAE and wEDLAE in closed form."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

from mediatheque.recommend.models import Array
from mediatheque.recommend.models.wedlae import Config
from mediatheque.training.fitting._matrices import gram, invert, near_gram
from mediatheque.training.interactions import Interactions

#: From here on single precision: half the memory, and the figures differ in the fifth digit.
LARGE = 8_000


def fit(seen: Interactions, config: Config, *, threads: int = 1) -> dict[str, Array]:
    """PG = I - PΛ because P = (G + Λ)⁻¹, so that off the diagonal B is no more than -P / diag(P), by columns."""
    dtype = np.float64 if seen.n_items < LARGE else np.float32
    matrix = seen.matrix()
    sizes = np.asarray(matrix.sum(axis=1)).ravel()
    # Their mean is 1, so that the ridge means the same whatever the exponent.
    row_weights = np.maximum(sizes, 1e-12) ** -config.row_exponent
    row_weights /= row_weights.mean()
    if config.nearness_s is None:
        weights = gram(matrix, row_weights, dtype)
    else:
        weights = near_gram(seen, row_weights, config.nearness_s, dtype)
    if config.content and seen.catalogue is not None:
        places = seen.catalogue.places().astype(dtype)
        weights += dtype(config.content) * (places @ places.T)
    diagonal = np.diagonal(weights).copy()
    np.fill_diagonal(weights, diagonal * (1 + config.dropout / (1 - config.dropout)) + config.ridge)
    with threadpool_limits(threads, user_api="blas"):
        weights = invert(weights)
    counts = np.maximum(seen.per_item, 1).astype(np.float64)
    weights *= -(counts**-config.column_exponent) / np.diagonal(weights)
    np.fill_diagonal(weights, 0.0)
    return {"weights": np.ascontiguousarray(weights, np.float32)}

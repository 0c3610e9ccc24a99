"""Which items are had by the same people."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sparse

from mediatheque.recommend.models import Array
from mediatheque.recommend.models.item_knn import Config
from mediatheque.training.fitting._matrices import as_arrays, largest_of_rows
from mediatheque.training.interactions import Interactions

BAND = 2048


def fit(seen: Interactions, config: Config, *, threads: int = 1) -> dict[str, Array]:
    """Each item's nearest, a band of listening items at a time."""
    having = seen.matrix()
    by_item = having.T.tocsr()
    sizes = np.asarray(having.power(2).sum(axis=0), np.float64).ravel()
    bands: list[sparse.csr_array] = []
    for start in range(0, seen.n_items, BAND):
        listening = np.arange(start, min(start + BAND, seen.n_items))
        shared = (by_item[listening] @ having).toarray().astype(np.float64)
        shared[np.arange(len(listening)), listening] = 0
        scale = sizes[listening, None] ** (1 - config.asymmetry) * sizes[None, :] ** config.asymmetry
        likeness = shared / np.maximum(scale + config.shrink, 1e-12)
        bands.append(sparse.csr_array(largest_of_rows(likeness, config.neighbours)))
    similar = sparse.csr_array(sparse.vstack(bands).T)
    return {"counts": seen.per_item, **as_arrays("similar", similar)}

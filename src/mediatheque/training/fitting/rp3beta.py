"""Where walks of three steps end: from a person to an item, to a person who has it, to what they have."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sparse

from mediatheque.recommend.models import Array
from mediatheque.recommend.models.rp3beta import Config
from mediatheque.training.fitting._matrices import as_arrays, largest_of_rows
from mediatheque.training.interactions import Interactions

BAND = 2048


def fit(seen: Interactions, config: Config, *, threads: int = 1) -> dict[str, Array]:
    """The first step is the history itself, so what is kept are the two from each of its items."""
    having = seen.matrix()
    to_items = _steps(having, config.alpha)
    to_people = _steps(having.T.tocsr(), config.alpha)
    damped = np.maximum(np.asarray(having.sum(axis=0)).ravel(), 1e-12) ** -config.beta
    bands: list[sparse.csr_array] = []
    for start in range(0, seen.n_items, BAND):
        begun = np.arange(start, min(start + BAND, seen.n_items))
        ends = (to_people[begun] @ to_items).toarray() * damped
        ends[np.arange(len(begun)), begun] = 0
        bands.append(sparse.csr_array(largest_of_rows(ends, config.ends)))
    return {"counts": seen.per_item, **as_arrays("walks", sparse.csr_array(sparse.vstack(bands)))}


def _steps(matrix: sparse.csr_array, alpha: float) -> sparse.csr_array:
    """Each row as chances that add up to 1, bent by alpha."""
    sums = np.asarray(matrix.sum(axis=1)).ravel()
    chances = sparse.csr_array(sparse.diags_array(1 / np.maximum(sums, 1e-12)) @ matrix)
    chances.data = chances.data**alpha
    return chances

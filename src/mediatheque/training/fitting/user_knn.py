"""People by item and items by person: all that user-kNN needs is the matrix itself, both ways round."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sparse

from mediatheque.recommend.models import Array
from mediatheque.recommend.models.user_knn import Config
from mediatheque.training.fitting._matrices import as_arrays
from mediatheque.training.interactions import Interactions


def fit(seen: Interactions, config: Config, *, threads: int = 1) -> dict[str, Array]:
    """Weights are kept less their person's mean."""
    sums = np.bincount(seen.users, weights=seen.weights, minlength=seen.n_users)
    means = sums / np.maximum(seen.per_user, 1)
    centred = (seen.weights - means[seen.users]).astype(np.float32)
    shape = (seen.n_users, seen.n_items)
    having = sparse.csr_array((centred, seen.items, seen.starts), shape=shape)
    return {
        "counts": seen.per_item,
        "sizes": seen.per_user,
        **as_arrays("people", having.T.tocsr()),
        **as_arrays("having", having),
    }

"""What fitting vectors of people and items needs wherever it happens: confidences, the arrays, and least squares."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from mediatheque.recommend.models import Array
from mediatheque.recommend.models.ials import Config
from mediatheque.training.interactions import Interactions

Floats = npt.NDArray[np.float32]

#: Of the regression of vectors on content: a tenth and ten times as much were worse on validation users of MovieLens-1M.
CONTENT_RIDGE = 100.0


def confidences_of(seen: Interactions, config: Config) -> npt.NDArray[np.float64]:
    """How much having each item counts; on average over what is seen a confidence is 1, whatever the exponents."""
    falls = np.maximum(seen.per_item, 1).astype(np.float64) ** -config.item_exponent
    lengths = _lengths(seen, config)
    mean = float(np.mean(lengths[seen.users] * falls[seen.items])) if len(seen) else 1.0
    return falls / max(mean, 1e-12)


def weighed(seen: Interactions, config: Config, confidences: npt.NDArray[np.float64]) -> Interactions:
    """The entries with the confidence c of the loss as their weight."""
    weights = seen.weights * _lengths(seen, config)[seen.users] * confidences[seen.items]
    return replace(seen, weights=weights.astype(np.float32))


def arrays_of(
    vectors: Floats, seen: Interactions, config: Config, confidences: npt.NDArray[np.float64]
) -> dict[str, Array]:
    """The arrays of the model: tastes are found again from histories, so people's vectors are not kept."""
    vectors = np.ascontiguousarray(drawn_to_content(vectors, seen, config.content_likes), np.float32)
    return {
        "vectors": vectors,
        "gram": vectors.T @ vectors,
        "confidences": confidences.astype(np.float32),
        "scales": (np.maximum(seen.per_item, 1).astype(np.float64) ** -config.column_exponent).astype(
            np.float32
        ),
    }


def drawn_to_content(vectors: Floats, seen: Interactions, likes: float) -> Floats:
    """Each item's vector and what its content says it should be, weighed as that item's likes against so many.

    What is liked by nobody has no vector to learn from. The regression counts an item by the root of its likes: by
    the likes themselves, a few favourites decided what new titles are like (recall of these .36 instead of .39).
    """
    if not likes or seen.catalogue is None or not len(seen):
        return vectors
    counts = seen.per_item.astype(np.float64)[:, None]
    places = np.hstack([seen.catalogue.places(), np.ones((seen.n_items, 1), np.float32)]).astype(np.float64)
    pulls = places * np.sqrt(counts)
    system = pulls.T @ places
    system[np.diag_indices_from(system)] += CONTENT_RIDGE
    said = places @ np.linalg.solve(system, pulls.T @ vectors)
    return ((counts * vectors + likes * said) / (counts + likes)).astype(np.float32)


def alternate(seen: Interactions, config: Config) -> Floats:
    """The items' vectors that minimise the loss "hu" over entries as `weighed` gives them; row by row with BLAS."""
    rng = np.random.default_rng(config.seed)
    items = rng.normal(size=(seen.n_items, config.dimensions)).astype(np.float32)
    items /= np.linalg.norm(items, axis=1, keepdims=True)
    turned = Interactions.of(seen.items, seen.users, seen.n_items, seen.n_users, weights=seen.weights)
    for _ in range(config.epochs):
        users = _answers(seen, items, config)
        items = _answers(turned, users, config)
    return items


def _answers(rows: Interactions, others: Floats, config: Config) -> Floats:
    """Each row's vector while those of the other side stand; nothing for a row without entries."""
    found = np.zeros((rows.n_users, config.dimensions), np.float32)
    everything = config.alpha0 * (others.T @ others)
    for row, (start, stop) in enumerate(zip(rows.starts[:-1], rows.starts[1:], strict=True)):
        if start == stop:
            continue
        mine, counts = others[rows.items[start:stop]], rows.weights[start:stop]
        system = everything + mine.T @ (mine * counts[:, None])
        system.flat[:: config.dimensions + 1] += config.reg * float(stop - start) ** config.nu
        found[row] = np.linalg.solve(system, (counts + config.alpha0) @ mine)
    return found


def _lengths(seen: Interactions, config: Config) -> npt.NDArray[np.float64]:
    return np.maximum(seen.per_user, 1) ** -config.row_exponent

"""Where walks end that go from items to people and to what items are alike, and from there to items."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse

from mediatheque.kit.errors import Invalid
from mediatheque.recommend.models import Array
from mediatheque.recommend.models.mixed_walk import Config
from mediatheque.training.catalogue import Catalogue
from mediatheque.training.fitting._matrices import as_arrays, largest_of_rows
from mediatheque.training.interactions import Interactions

BAND = 2048

Floats = npt.NDArray[np.float64]


def fit(seen: Interactions, config: Config, *, threads: int = 1) -> dict[str, Array]:
    """The first step is the history itself; kept are the two from each of its items. Raises Invalid without a catalogue."""
    if seen.catalogue is None:
        raise Invalid(
            "mixed walks pass by what titles are; give the interactions a catalogue, or leave 'mixed-walk' out"
        )
    having = seen.matrix()
    per_item = _sums(having, 0)
    to_people, to_items = _chances(sparse.csr_array(having.T)), _chances(having)
    to_features, of_features = _by_features(seen.catalogue, config.hub)
    to_alike = _chances(_alike(seen.catalogue, config.alike))
    damped = ((per_item + config.patience) / (per_item.mean() + config.patience)) ** -config.beta
    bands: list[sparse.csr_array] = []
    for start in range(0, seen.n_items, BAND):
        begun = np.arange(start, min(start + BAND, seen.n_items))
        by_people = (to_people[begun] @ to_items).toarray() * damped
        being = (1 - config.texts) * _rows_of_one((to_features[begun] @ of_features).toarray(), begun)
        being = _rows_of_one(being + config.texts * to_alike[begun].toarray(), begun)
        passed = np.where(being.any(axis=1), config.people / (config.people + per_item[begun]), 0.0)
        ends = (1 - passed)[:, None] * by_people + passed[:, None] * being
        ends[np.arange(len(begun)), begun] = 0
        bands.append(sparse.csr_array(largest_of_rows(ends, config.ends)))
    return {"counts": seen.per_item, **as_arrays("walks", sparse.csr_array(sparse.vstack(bands)))}


def _by_features(catalogue: Catalogue, hub: float) -> tuple[sparse.csr_array, sparse.csr_array]:
    """The steps to features, and back from each to what it holds."""
    features = catalogue.features()
    # No degree is below 1: what hardly holds anything is no better a guide than what holds one item.
    damped = sparse.diags_array(np.maximum(_sums(features, 0), 1.0) ** -hub)
    return features, sparse.csr_array(damped @ features.T)


def _alike(catalogue: Catalogue, most: int) -> sparse.csr_array:
    """Each item's nearest by text and those that it is near to, with the likeness."""
    n = len(catalogue)
    texts = catalogue.centred_texts()
    bands: list[sparse.csr_array] = []
    for start in range(0, n, BAND):
        likeness = (texts[start : start + BAND] @ texts.T).astype(np.float64)
        likeness[np.arange(len(likeness)), np.arange(start, start + len(likeness))] = 0
        bands.append(sparse.csr_array(largest_of_rows(likeness, most)))
    nearest = sparse.csr_array(sparse.vstack(bands)) if bands else sparse.csr_array((n, n))
    return sparse.csr_array(nearest.maximum(sparse.csr_array(nearest.T)))


def _chances(matrix: sparse.csr_array) -> sparse.csr_array:
    """Each row as chances that add up to 1."""
    return sparse.csr_array(sparse.diags_array(1 / np.maximum(_sums(matrix, 1), 1e-12)) @ matrix)


def _rows_of_one(rows: Floats, begun: npt.NDArray[np.int64]) -> Floats:
    """Rows that add up to 1, without the ways back to where they begin; a row of nothing stays so."""
    rows[np.arange(len(begun)), begun] = 0
    return rows / np.maximum(rows.sum(axis=1, keepdims=True), 1e-12)


def _sums(matrix: sparse.csr_array, axis: int) -> Floats:
    return np.asarray(matrix.sum(axis=axis)).ravel().astype(np.float64)

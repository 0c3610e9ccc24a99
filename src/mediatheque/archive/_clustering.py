"""Agglomerative clustering of unit vectors by the mean cosine between clusters (average linkage)."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Vectors: TypeAlias = npt.NDArray[np.float32]
Labels: TypeAlias = npt.NDArray[np.intp]


class Merge(NamedTuple):
    """Two clusters, by a member of each, that become one at this mean cosine."""

    one: int
    other: int
    cosine: float


def merges(vectors: Vectors) -> list[Merge]:
    """All that can be merged, the most alike first. Shape of `vectors`: (n, dimensions), n up to some thousands.

    The chain of nearest neighbours finds them in n² steps: Murtagh, A survey of recent advances in hierarchical
    clustering algorithms, The Computer Journal 26 (1983).
    """
    count = len(vectors)
    alike = (vectors @ vectors.T).astype(np.float64)
    np.fill_diagonal(alike, -np.inf)
    sizes = np.ones(count)
    found: list[Merge] = []
    chain: list[int] = []
    alive = np.ones(count, bool)
    for _ in range(count - 1):
        if not chain:
            chain.append(int(alive.argmax()))
        while True:
            last = chain[-1]
            nearest = int(alike[last].argmax())
            if len(chain) > 1 and alike[last, chain[-2]] >= alike[last, nearest]:
                nearest = chain[-2]
                break
            chain.append(nearest)
        del chain[-2:]
        found.append(Merge(last, nearest, float(alike[last, nearest])))
        mean = (alike[last] * sizes[last] + alike[nearest] * sizes[nearest]) / (sizes[last] + sizes[nearest])
        # `nearest` stands for both from now on.
        alike[nearest], alike[:, nearest] = mean, mean
        alike[nearest, nearest] = -np.inf
        alike[last], alike[:, last] = -np.inf, -np.inf
        sizes[nearest] += sizes[last]
        alive[last] = False
    return sorted(found, key=lambda merge: -merge.cosine)


def labels_after(tree: list[Merge], count: int, taken: int) -> Labels:
    """Which cluster each vector is in after the first `taken` merges; numbers from 0."""
    parent = list(range(count))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for merge in tree[:taken]:
        parent[root(merge.one)] = root(merge.other)
    _, labels = np.unique([root(node) for node in range(count)], return_inverse=True)
    return labels


def centroids(vectors: Vectors, labels: Labels) -> Vectors:
    """The mean of each cluster at length 1. Shape (clusters, dimensions)."""
    sums = np.zeros((int(labels.max()) + 1, vectors.shape[1]), np.float32)
    np.add.at(sums, labels, vectors)
    return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)

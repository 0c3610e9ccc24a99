"""How alike titles are, for judging the diversity of lists: by what their texts mean, else by their genres."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mediatheque.training.catalogue import Catalogue

#: Texts speak where so many of the titles have a vector.
MOST_OF = 0.8

Vectors = npt.NDArray[np.float32]


def vectors_of(catalogue: Catalogue | None) -> tuple[Vectors | None, str | None]:
    """Unit vectors, a row each, and by what they go; None and None where neither texts nor genres are known.

    A title without any is a row of zeros: unlike everything.
    """
    if catalogue is None:
        return None, None
    if catalogue.texts is not None and catalogue.texts.any(axis=1).mean() >= MOST_OF:
        return catalogue.texts, "what their texts mean"
    if not catalogue.genres.any():
        return None, None
    lengths = np.linalg.norm(catalogue.genres, axis=1, keepdims=True)
    return (catalogue.genres / np.where(lengths > 0, lengths, 1)).astype(np.float32), "their genres"

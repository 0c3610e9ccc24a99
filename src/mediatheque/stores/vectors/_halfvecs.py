"""Vectors as PostgreSQL keeps them: unit length, half floats, written as text and read as bytes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from mediatheque.kit.errors import Invalid

if TYPE_CHECKING:
    from mediatheque.stores.vectors import Vector


def unit(vector: Vector, dimensions: int) -> Vector:
    """The vector at length 1, which half floats hold without overflow; raises Invalid for what has no direction."""
    if vector.shape != (dimensions,):
        raise Invalid(f"A vector of this model has {dimensions} numbers, not {vector.size}.")
    length = float(np.linalg.norm(vector.astype(np.float64)))
    if not np.isfinite(length) or length == 0.0:
        raise Invalid("A vector of zeros, or with something else than numbers in it, is near to nothing.")
    shortened: Vector = (vector.astype(np.float64) / length).astype(np.float32)
    return shortened


def written(vector: Vector) -> str:
    """The vector as halfvec reads it."""
    return f"[{','.join(map(str, vector.astype(np.float16).tolist()))}]"


def units_of(sent: Iterable[bytes]) -> Vector:
    """A unit vector a row, of what halfvec_send gave; there is at least one."""
    # Two 16-bit integers (length, nothing), then big-endian half floats.
    matrix: Vector = np.vstack([np.frombuffer(row, ">f2", offset=4) for row in sent]).astype(np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    return matrix

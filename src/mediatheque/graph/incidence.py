"""Who has been through what, a bit each: how many people two titles have in common, and titles two people (pure)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mediatheque.graph.nearest import Places

#: So many columns are unpacked at once, and so many bytes of pairs compared.
_COLUMNS, _BYTES = 256, 1 << 25


class Incidence:
    """A matrix of bits, (rows, columns), from the places of those that are set."""

    def __init__(self, rows: Places, columns: Places, shape: tuple[int, int]) -> None:
        self.n_rows, n_columns = shape
        self._bits = np.zeros((self.n_rows, (n_columns + 7) // 8), np.uint8)
        np.bitwise_or.at(self._bits, (rows, columns >> 3), np.left_shift(1, columns & 7).astype(np.uint8))

    def sizes(self) -> npt.NDArray[np.int64]:
        """How many bits each row has set."""
        return np.bitwise_count(self._bits).sum(axis=1, dtype=np.int64)

    def shared(self, rows: Places) -> npt.NDArray[np.float32]:
        """How many columns each of these rows has in common with every row: whole numbers, exact below 2²⁴."""
        counts = np.zeros((len(rows), self.n_rows), np.float32)
        # A column that none of these rows has adds nothing.
        used = np.flatnonzero(np.bitwise_or.reduce(self._bits[rows], axis=0))
        for start in range(0, len(used), _COLUMNS // 8):
            some = np.unpackbits(self._bits[:, used[start : start + _COLUMNS // 8]], axis=1).astype(
                np.float32
            )
            counts += some[rows] @ some.T
        return counts

    def in_common(self, a: Places, b: Places) -> npt.NDArray[np.int64]:
        """How many columns the two rows of each pair have in common."""
        counts = np.zeros(len(a), np.int64)
        at_once = max(_BYTES // max(self._bits.shape[1], 1), 1)
        for start in range(0, len(a), at_once):
            some = slice(start, start + at_once)
            both = self._bits[a[some]] & self._bits[b[some]]
            counts[some] = np.bitwise_count(both).sum(axis=1, dtype=np.int64)
        return counts

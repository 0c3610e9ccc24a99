"""Sums over a few rows of a matrix, dense or sparse: what scoring a history mostly is."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mediatheque.recommend.models import Array, Arrays, Explanation, Histories, History, Scores

Floats = npt.NDArray[np.float64]

#: Rows copied at a time: a history of 500 titles among 20,000 items would be a copy of 40 MB.
_ROWS = 64


def sum_of_rows(matrix: Array, histories: Histories) -> Scores:
    """For each history the weighted sum of its items' rows."""
    scores = np.zeros((len(histories), matrix.shape[1]), np.float32)
    for user in range(len(histories)):
        history = histories[user]
        # Fewer multiplications than one product of the whole batch: histories are short beside the catalogue.
        for start in range(0, len(history), _ROWS):
            span = slice(start, start + _ROWS)
            scores[user] += history.weights[span] @ matrix[history.items[span]]
    return scores


class SparseRows(NamedTuple):
    """A sparse matrix by rows: row r holds `values` at `columns`, from starts[r] to starts[r + 1]."""

    starts: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int32]
    values: npt.NDArray[Any]
    n_columns: int

    @classmethod
    def of(cls, arrays: Arrays, name: str, n_columns: int) -> SparseRows:
        """The matrix that a model keeps as `<name>_starts`, `<name>_columns` and `<name>_values`."""
        return cls(arrays[f"{name}_starts"], arrays[f"{name}_columns"], arrays[f"{name}_values"], n_columns)

    def weighted_sum(self, rows: npt.NDArray[Any], weights: npt.NDArray[Any]) -> Floats:
        """The sum of these rows, each times its weight."""
        places, lengths = self._places(rows)
        sums = np.bincount(
            self.columns[places],
            weights=self.values[places] * np.repeat(weights, lengths),
            minlength=self.n_columns,
        )
        return sums.astype(np.float64, copy=False)  # of nothing at all they are whole numbers

    def at(self, rows: npt.NDArray[Any], column: int) -> Floats:
        """The values of these rows at one column."""
        places, lengths = self._places(rows)
        hits = np.flatnonzero(self.columns[places] == column)
        found = np.zeros(len(rows))
        found[np.repeat(np.arange(len(rows)), lengths)[hits]] = self.values[places[hits]]
        return found

    def dense(self, rows: npt.NDArray[Any]) -> Floats:
        """These rows, zeros included."""
        places, lengths = self._places(rows)
        filled = np.zeros((len(rows), self.n_columns))
        filled[np.repeat(np.arange(len(rows)), lengths), self.columns[places]] = self.values[places]
        return filled

    def _places(self, rows: npt.NDArray[Any]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Where the entries of these rows stand, one row after the other, and how many each has."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        ends = np.cumsum(lengths)
        total = int(ends[-1]) if len(ends) else 0
        return np.arange(total) + np.repeat(self.starts[rows] - (ends - lengths), lengths), lengths


def sparse_scores(matrix: SparseRows, histories: Histories) -> Scores:
    """For each history the weighted sum of its items' rows."""
    scores = np.zeros((len(histories), matrix.n_columns), np.float32)
    for user in range(len(histories)):
        history = histories[user]
        scores[user] = matrix.weighted_sum(history.items, history.weights)
    return scores


def sparse_explanation(matrix: SparseRows, history: History, item: int) -> Explanation:
    """What each item of a history adds to the score of `item`."""
    return Explanation(0.0, matrix.at(history.items, item) * history.weights)

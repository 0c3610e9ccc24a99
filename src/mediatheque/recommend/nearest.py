"""The items whose vectors have the largest product with a taste: all compared, or by an index where they are many.

Up to `EXACT_BELOW` items every product is worked out: one pass over the vectors. Among more, an inverted file
(faiss, IVF with vectors kept as 16-bit floats) looks into the lists around the taste only. Its lists have centres
of unit length: with plain products the longest centres would draw everything (recall .85 instead of .94 at one
million items). The index is made in a thread of its own once a process has asked often enough to be a server;
until then, without faiss, and where a filter leaves little, the answer is the exact one.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

from mediatheque.recommend.models import Factors

Columns = npt.NDArray[np.int64]
Floats32 = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

_log = logging.getLogger(__name__)

#: Measured with 128 dimensions on one core: an exact search takes 1.7 ms here, 20 ms among a million.
EXACT_BELOW = 100_000
#: Searches after which an index is worth its seconds: a command asks once or twice.
WORTH_AN_INDEX = 16
#: An index has `LISTS`·√items lists, and learns their centres in so many rounds from so many items each.
LISTS, _ROUNDS, _LEARN_FROM = 2.0, 6, 40
#: It looks at one of `LOOK_AT` items, and at so many for each one wanted: .95 of the best hundred are among them.
LOOK_AT, LOOK_AT_FOR_EACH = 11, 50
#: Below this share of open items a search visits the open ones alone.
_FEW = 0.1
#: More than so many are not asked of an index.
_MOST_FROM_INDEX = 1_024
#: Rows at a time, where only some are visited or the index is filled: their copy stays in the cache.
_ROWS = 16_384
#: Scores looked at together where the best of very many are wanted.
_GROUP = 64


@dataclass(frozen=True, slots=True)
class Found:
    """Items with their scores, best first; among equals the earlier."""

    columns: Columns
    scores: Floats32


def best_of(scores: Floats32, count: int, columns: Columns | None = None) -> Found:
    """The `count` best of these finite scores; what scores -inf is left out. Ties never depend on `count`."""
    count = min(count, len(scores))
    if count <= 0:
        return Found(np.zeros(0, np.int64), np.zeros(0, np.float32))
    least = _least_of_best(scores, count)
    above = np.flatnonzero(scores > least)
    level = np.flatnonzero(scores == least)[: count - len(above)] if least > -np.inf else above[:0]
    rows = np.concatenate([above, level])
    rows = rows[np.lexsort((rows, -scores[rows]))]
    return Found((rows if columns is None else columns[rows]).astype(np.int64), scores[rows])


def _least_of_best(scores: Floats32, count: int) -> np.float32:
    """The score of the last of the `count` best."""
    groups = len(scores) // _GROUP
    if groups > 4 * count:
        # As many groups hold a best one at least as good as this, so the last of the best is no worse: among a
        # million that leaves some thousands to order, and takes 1 ms instead of 10.
        bests = scores[: groups * _GROUP].reshape(groups, _GROUP).max(axis=1)
        bound = np.partition(bests, groups - count)[groups - count]
        if bound > -np.inf:
            scores = scores[scores >= bound]
    return np.partition(scores, len(scores) - count)[len(scores) - count]


class Nearest:
    """Search among the items of one model, for any number of threads."""

    def __init__(self, factors: Factors, *, exact_below: int = EXACT_BELOW) -> None:
        self._vectors = np.ascontiguousarray(factors.vectors, np.float32)
        self._scales = np.ascontiguousarray(factors.scales, np.float32)
        self._exact_below = exact_below
        self._index: Any = None
        self._asked = 0
        self._lock = threading.Lock()
        self._is_begun = False
        self._own = threading.local()

    def __len__(self) -> int:
        return len(self._vectors)

    @property
    def is_indexed(self) -> bool:
        return self._index is not None

    def scores_of(self, taste: Floats32, columns: Columns) -> Floats32:
        """The exact scores of these items."""
        return (self._vectors[columns] @ taste) * self._scales[columns]

    def best(self, taste: Floats32, count: int, shut: Columns, among: Mask | None = None) -> Found:
        """The `count` best items, or all there are, that are not `shut` and, if given, are `among` these."""
        if len(self) <= self._exact_below:
            return self._exact(taste, count, shut, among)
        self._begin_index()
        is_open = np.ones(len(self), np.bool_) if among is None else among.copy()
        is_open[shut] = False
        few = int(np.count_nonzero(is_open)) if among is not None else len(self) - len(shut)
        if few < _FEW * len(self):
            return self._visited(taste, count, np.flatnonzero(is_open))
        if self._index is not None and count <= _MOST_FROM_INDEX:
            found = self._looked_up(taste, count, is_open, few)
            if len(found.columns) >= min(count, few):
                return found
        return self._exact(taste, count, shut, among)

    def index(self) -> None:
        """Make the index now, where there are enough items for one and faiss is installed."""
        with self._lock:
            if self._index is None and len(self) > self._exact_below:
                started = time.monotonic()
                self._index = _index_of(self._vectors, self._scales)
                took = time.monotonic() - started
                if self._index is not None:
                    _log.info("Made an index of %s items in %.1f s.", f"{len(self):,}", took)

    def _begin_index(self) -> None:
        self._asked += 1  # not exact among threads, and need not be
        if self._is_begun or self._asked < WORTH_AN_INDEX:
            return
        self._is_begun = True
        threading.Thread(target=self.index, name="index of items").start()

    def _exact(self, taste: Floats32, count: int, shut: Columns, among: Mask | None) -> Found:
        scores = self._room()
        np.matmul(self._vectors, taste, out=scores)
        scores *= self._scales
        if among is not None:
            np.copyto(scores, np.float32(-np.inf), where=~among)
        scores[shut] = -np.inf
        return best_of(scores, count)

    def _visited(self, taste: Floats32, count: int, columns: Columns) -> Found:
        scores = np.empty(len(columns), np.float32)
        for start in range(0, len(columns), _ROWS):
            some = columns[start : start + _ROWS]
            np.matmul(self._vectors[some], taste, out=scores[start : start + _ROWS])
        scores *= self._scales[columns]
        return best_of(scores, count, columns)

    def _looked_up(self, taste: Floats32, count: int, is_open: Mask, n_open: int) -> Found:
        faiss = _faiss()
        # Per thread, and a thread's own: more would take the processor from other requests.
        faiss.omp_set_num_threads(1)
        bits = np.packbits(is_open, bitorder="little")
        lists = self._index.nlist
        # With half of the items shut, the best of the rest lie twice as wide.
        wide = max(1 / LOOK_AT, LOOK_AT_FOR_EACH * count / len(self)) * len(self) / max(n_open, 1)
        depth = min(math.ceil(lists * min(wide, 1.0)), lists)
        where = faiss.SearchParametersIVF(nprobe=depth, sel=faiss.IDSelectorBitmap(bits))
        _, found = self._index.search(taste[None], count, params=where)
        columns = found[0][found[0] >= 0].astype(np.int64)
        # 16 bits find them; the model's own numbers rank them, so that a score is the same however it was found.
        return best_of(self.scores_of(taste, columns), count, columns) if len(columns) else _NOTHING

    def _room(self) -> Floats32:
        """A row for all scores that this thread reuses: fresh memory costs as much as the products."""
        room = getattr(self._own, "room", None)
        if room is None:
            room = self._own.room = np.empty(len(self), np.float32)
        return room


_NOTHING = Found(np.zeros(0, np.int64), np.zeros(0, np.float32))


def _faiss() -> Any:
    """The library, 40 MB that only who has so many items pays for; None where it is not installed."""
    return import_module("faiss") if find_spec("faiss") is not None else None


def _index_of(vectors: Floats32, scales: Floats32) -> Any:
    """The index; None without faiss. The same vectors always give the same one."""
    faiss = _faiss()
    if faiss is None:
        _log.warning(
            "Among %s items lists are found by comparing all: the extra 'large' would be faster.",
            f"{len(vectors):,}",
        )
        return None
    faiss.omp_set_num_threads(1)
    count, dimensions = vectors.shape
    lists = int(LISTS * math.sqrt(count))
    sample = np.random.default_rng(0).choice(count, min(count, _LEARN_FROM * lists), replace=False)
    learned = vectors[np.sort(sample)]
    learned /= np.maximum(np.linalg.norm(learned, axis=1, keepdims=True), 1e-12)
    means = faiss.Kmeans(
        dimensions,
        lists,
        niter=_ROUNDS,
        seed=0,
        spherical=True,
        min_points_per_centroid=1,
        max_points_per_centroid=_LEARN_FROM,
    )
    means.train(learned)
    centres = faiss.IndexFlatIP(dimensions)
    centres.add(means.centroids)
    index = faiss.IndexIVFScalarQuantizer(
        centres, dimensions, lists, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT, False
    )
    index.train(learned[:1])  # the centres are there, and 16-bit floats learn nothing
    for start in range(0, count, _ROWS):
        span = slice(start, start + _ROWS)
        index.add(vectors[span] * scales[span, None])
    return index

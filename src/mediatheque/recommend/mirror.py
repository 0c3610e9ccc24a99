"""The catalogue's vectors in this process: what is near to a person's interests is a product of small matrices.

For a process that is asked often, and a catalogue of up to `MOST` titles. Candidates are compared along the
directions in which the catalogue differs most, and the nearest of those by the whole vectors: of 30,000 titles
with 384 dimensions that takes 38 MB and 2 ms, and finds .98 of the nearest. A copy is looked over once a minute and
read again when anything has changed; whether a title may still be recommended is asked of the database in the end.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mediatheque.kit.database import Connection
from mediatheque.kit.memory import give_back
from mediatheque.recommend.interests import Vectors
from mediatheque.recommend.nearest import best_of
from mediatheque.recommend.queries.eligible import Eligible
from mediatheque.recommend.queries.mirrored import LISTED, changes, kinds_and_shows
from mediatheque.stores.vectors import store

_log = logging.getLogger(__name__)

#: More titles than this are searched where they are kept.
MOST = 60_000
#: So many directions are compared first, and so many times as many titles as are wanted by the whole vectors.
DIRECTIONS, AMONG = 128, 6
#: Looked over after so long, and read again whatever the look says after so many times as long.
LOOK_EVERY_S, _READ_AGAIN = 60.0, 15


@dataclass(frozen=True, slots=True)
class Mirror:
    """Titles for everybody by rising id: a unit vector, the kind and the show (0: none) of each.

    `directions` are the principal ones (d, at most `DIRECTIONS`), `coarse` the vectors along these.
    """

    item_ids: npt.NDArray[np.int64]
    vectors: npt.NDArray[np.float16]
    kinds: npt.NDArray[np.str_]
    shows: npt.NDArray[np.int64]
    directions: Vectors
    coarse: Vectors

    @classmethod
    def of(
        cls,
        item_ids: npt.NDArray[np.int64],
        vectors: Vectors,
        kinds: npt.NDArray[np.str_],
        shows: npt.NDArray[np.int64],
    ) -> Mirror:
        """The mirror of these titles."""
        _, axes = np.linalg.eigh(vectors.T @ vectors)
        directions = np.ascontiguousarray(axes[:, -DIRECTIONS:])
        return cls(item_ids, vectors.astype(np.float16), kinds, shows, directions, vectors @ directions)

    def near_each(self, vectors: Sequence[Vectors], quotas: Sequence[int], which: Eligible) -> list[int]:
        """Ids of the nearest titles to each vector that may be recommended, as many as its quota, without repeats."""
        is_open = self._open(which)
        wanted = np.stack(vectors).astype(np.float32)
        likeness = (wanted @ self.directions) @ self.coarse.T
        likeness[:, ~is_open] = -np.inf
        found: dict[int, None] = {}
        for vector, row, quota in zip(wanted, likeness, quotas, strict=True):
            among = best_of(row, AMONG * quota).columns
            nearest = best_of(self.vectors[among].astype(np.float32) @ vector, quota, among)
            found.update(dict.fromkeys(self.item_ids[nearest.columns].tolist()))
        return list(found)

    def vectors_of(self, item_ids: Iterable[int]) -> dict[int, Vectors]:
        """The vectors of those of these titles that are here."""
        wanted = np.fromiter(item_ids, np.int64)
        rows = self._rows(wanted)
        there = np.flatnonzero(rows >= 0)
        return dict(zip(wanted[there].tolist(), self.vectors[rows[there]].astype(np.float32), strict=True))

    def _open(self, which: Eligible) -> npt.NDArray[np.bool_]:
        is_open = np.isin(self.kinds, [kind.value for kind in which.kinds])
        rows = self._rows(np.fromiter(which.never, np.int64))
        is_open[rows[rows >= 0]] = False
        if which.closed:
            is_open &= ~np.isin(self.shows, np.fromiter(which.closed, np.int64))
        return is_open

    def _rows(self, item_ids: npt.NDArray[np.int64]) -> npt.NDArray[np.intp]:
        if not len(self.item_ids):
            return np.full(len(item_ids), -1, np.intp)
        rows = np.searchsorted(self.item_ids, item_ids).clip(max=len(self.item_ids) - 1)
        return np.where(self.item_ids[rows] == item_ids, rows, -1)


class Mirrors:
    """The mirror of the model that serves, for any number of threads."""

    def __init__(self, *, most: int = MOST, look_every_s: float = LOOK_EVERY_S) -> None:
        self._most = most
        self._look_every_s = look_every_s
        self._lock = threading.Lock()
        self._model_id: int | None = None
        self._mirror: Mirror | None = None
        self._seen: object = None
        self._look_at = 0.0
        self._looks = 0

    def current(self, db: Connection, model_id: int) -> Mirror | None:
        """The mirror of this model; None for a catalogue that is too large, and while the first one is made."""
        if self._model_id == model_id and time.monotonic() < self._look_at:
            return self._mirror
        # Whoever comes while one thread reads goes on with what there was.
        if self._lock.acquire(blocking=False):
            try:
                self._look(db, model_id)
            finally:
                self._lock.release()
        return self._mirror if self._model_id == model_id else None

    def _look(self, db: Connection, model_id: int) -> None:
        # Before anything is read: what changes meanwhile is seen at the next look.
        seen = changes(db)
        is_due = self._looks >= _READ_AGAIN
        if self._model_id != model_id or seen != self._seen or is_due:
            started = time.monotonic()
            mirror = read_mirror(db, model_id, self._most)
            self._mirror, self._model_id, self._seen, self._looks = mirror, model_id, seen, 0
            give_back()
            if mirror is not None:
                took = time.monotonic() - started
                _log.info("Read the vectors of %s titles in %.1f s.", f"{len(mirror.item_ids):,}", took)
        self._looks += 1
        self._look_at = time.monotonic() + self._look_every_s


def read_mirror(db: Connection, model_id: int, most: int) -> Mirror | None:
    """The mirror of this model as the database is now; None of more than `most` titles."""
    read = store().all_vectors(db, model_id, most, LISTED)
    if read is None:
        return None
    item_ids, vectors = read
    there, kinds, shows = kinds_and_shows(db, model_id)
    # An item that came between the two questions is in none of them.
    both = np.intersect1d(item_ids, there, assume_unique=True)
    rows, of_items = np.searchsorted(item_ids, both), np.searchsorted(there, both)
    if len(both) < len(item_ids):
        vectors = vectors[rows]
    return Mirror.of(both, vectors, kinds[of_items], shows[of_items])

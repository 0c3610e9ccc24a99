"""What was worked out and still holds, kept in this process: each with a stamp of what it was worked out from.

Nothing is ever told to forget: whoever asks brings the stamp of what is the case now, and what was kept under
another stamp is gone. What has not been asked for the longest makes room.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class _Kept(Generic[V]):
    value: V
    stamp: Hashable
    size: int
    until: float


class Remembered(Generic[V]):
    """Values by key, up to so many bytes, for any number of threads; each for `for_s` seconds at most."""

    def __init__(self, most_bytes: int, *, for_s: float = float("inf")) -> None:
        self._most_bytes = most_bytes
        self._for_s = for_s
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, _Kept[V]] = OrderedDict()
        self._bytes = 0

    def __contains__(self, key: Hashable) -> bool:
        return key in self._kept

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def size(self) -> int:
        """Bytes of all that is kept, as far as it was told."""
        return self._bytes

    def get(self, key: Hashable, stamp: Hashable) -> V | None:
        """What is kept of this, if it was kept under the same stamp and not for too long."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None:
                return None
            if kept.stamp != stamp or time.monotonic() >= kept.until:
                self._drop(key)
                return None
            self._kept.move_to_end(key)
            return kept.value

    def put(self, key: Hashable, stamp: Hashable, value: V, size: int) -> None:
        """Keep a value of about so many bytes, worked out from what the stamp stands for."""
        with self._lock:
            if key in self._kept:
                self._drop(key)
            self._kept[key] = _Kept(value, stamp, size, time.monotonic() + self._for_s)
            self._bytes += size
            while self._bytes > self._most_bytes:
                self._drop(next(iter(self._kept)))

    def _drop(self, key: Hashable) -> None:
        self._bytes -= self._kept.pop(key).size

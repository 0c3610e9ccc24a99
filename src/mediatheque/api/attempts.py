"""Attempts to sign in, counted in this process, so that nobody guesses passwords by the thousand."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from mediatheque.kit.errors import TooManyRequests


@dataclass(slots=True)
class Attempts:
    """At most so many attempts under one name, and so many from one address, in a window of time."""

    by_name: int = 10  # of one address, so that a stranger cannot lock an owner out
    by_address: int = 60  # a household behind one router, but no dictionary
    window_s: float = 300.0
    clock: Callable[[], float] = time.monotonic
    most_kept: int = 10_000
    _times: OrderedDict[tuple[str, str], deque[float]] = field(
        default_factory=OrderedDict[tuple[str, str], deque[float]]
    )

    def note(self, name: str, address: str) -> None:
        """Count an attempt; raises TooManyRequests when it is one too many."""
        now = self.clock()
        buckets = (((address, name.strip().casefold()), self.by_name), ((address, ""), self.by_address))
        for bucket, most in buckets:
            times = self._times.get(bucket, deque())
            while times and times[0] <= now - self.window_s:
                times.popleft()
            if len(times) >= most:
                wait = times[0] + self.window_s - now
                raise TooManyRequests(f"Too many attempts to sign in; wait {wait:.0f} seconds.", wait)
        for bucket, _ in buckets:
            self._times.setdefault(bucket, deque()).append(now)
            self._times.move_to_end(bucket)
        while len(self._times) > self.most_kept:
            self._times.popitem(last=False)

    def forget(self, name: str, address: str) -> None:
        """The attempt succeeded: earlier failures under this name no longer count."""
        self._times.pop((address, name.strip().casefold()), None)

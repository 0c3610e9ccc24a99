"""How often and how much at once one person may ask the archive: an answer costs a second of a processor, or a model's time."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from mediatheque.kit.errors import TooManyRequests


@dataclass(slots=True)
class ChatLimits:
    """At most so many questions of a person in a window of time, and so many at once; counted in this process."""

    most: int = 60
    window_s: float = 300.0
    at_once: int = 2
    clock: Callable[[], float] = time.monotonic
    most_kept: int = 10_000
    _times: OrderedDict[int, deque[float]] = field(default_factory=OrderedDict[int, deque[float]])
    _open: dict[int, int] = field(default_factory=dict[int, int])

    @contextmanager
    def turn(self, user_id: int) -> Generator[None]:
        """One question's turn; raises TooManyRequests when it is one too many."""
        now = self.clock()
        times = self._times.setdefault(user_id, deque())
        while times and times[0] <= now - self.window_s:
            times.popleft()
        if len(times) >= self.most:
            wait = times[0] + self.window_s - now
            raise TooManyRequests(f"Too many questions; wait {wait:.0f} seconds.", wait)
        if self._open.get(user_id, 0) >= self.at_once:
            raise TooManyRequests(
                f"{self.at_once} of your questions are being answered already; wait for one of the answers.",
                2.0,
            )
        times.append(now)
        self._times.move_to_end(user_id)
        while len(self._times) > self.most_kept:
            self._times.popitem(last=False)
        self._open[user_id] = self._open.get(user_id, 0) + 1
        try:
            yield
        finally:
            self._open[user_id] -= 1
            if not self._open[user_id]:
                del self._open[user_id]

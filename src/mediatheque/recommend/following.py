"""A thread that keeps this machine's copy of the champion as new as the registry, so that no request waits for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from mediatheque.kit.errors import Invalid, MediathequeError, Unavailable

_log = logging.getLogger(__name__)

#: A promotion elsewhere is noticed after so long.
FOLLOW_EVERY_S = 5.0


class Follower:
    """Calls `follow` over and over; `trouble` says what kept the last call from its end."""

    def __init__(self, follow: Callable[[], None], *, every_s: float = FOLLOW_EVERY_S) -> None:
        self._follow, self._every_s = follow, every_s
        self._ends, self._looked = threading.Event(), threading.Event()
        self.trouble: MediathequeError | None = None
        # A daemon: a command that is done does not wait for a server that is slow.
        self._thread = threading.Thread(target=self._run, name="champion", daemon=True)
        self._thread.start()

    @property
    def has_looked(self) -> bool:
        """Whether the first look is over."""
        return self._looked.is_set()

    def wait(self, timeout_s: float) -> None:
        """Until the first look is over, but not longer."""
        self._looked.wait(timeout_s)

    def close(self) -> None:
        """Look no more."""
        self._ends.set()
        self._thread.join(timeout=1.0)

    def _run(self) -> None:
        while not self._ends.is_set():
            self._look()
            self._looked.set()
            self._ends.wait(self._every_s)

    def _look(self) -> None:
        before = str(self.trouble)
        try:
            self._follow()
        except Invalid as error:
            self.trouble = error
            if str(error) != before:
                _log.warning("The promoted model is refused, what served before goes on: %s", error)
        except Exception as error:  # noqa: BLE001  a thread that gives up would leave an old champion for ever
            is_known = isinstance(error, MediathequeError)
            self.trouble = error if is_known else Unavailable(f"following the registry failed: {error!r}")
            if str(self.trouble) != before:
                _log.warning(
                    "%s Until then the champion goes on serving from this machine's copy, if there is one.",
                    f"{self.trouble}.",
                    exc_info=None if is_known else error,
                )
        else:
            if self.trouble is not None:
                _log.info("The registry of models is followed again.")
            self.trouble = None

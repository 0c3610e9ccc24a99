"""The model that is tried out beside the one that serves: read in a thread of its own, so that no request waits."""

from __future__ import annotations

import logging

from mediatheque.kit.errors import Invalid, MediathequeError
from mediatheque.recommend.artifact import Artifact, Pin
from mediatheque.recommend.champion import READY_WITHIN_S
from mediatheque.recommend.following import Follower
from mediatheque.recommend.registries import Registry

_log = logging.getLogger(__name__)

#: Another challenger is noticed after so long.
LOOK_EVERY_S = 15.0


class Challengers:
    """The challenger of a registry, for any number of threads; none where it is refused or the registry is away."""

    def __init__(self, registry: Registry, *, look_every_s: float = LOOK_EVERY_S) -> None:
        self._registry = registry
        self._artifact: Artifact | None = None
        self._pin: Pin | None = None
        self._trouble = ""
        self._follower = Follower(self._look, every_s=look_every_s)

    def current(self) -> Artifact | None:
        """Who is tried out now; None: nobody, or not yet."""
        return self._artifact

    def ready(self, timeout_s: float = READY_WITHIN_S) -> Artifact | None:
        """Who is tried out now, once the registry was asked: for a command, which asks one time only."""
        self._follower.wait(timeout_s)
        return self.current()

    def close(self) -> None:
        """Look no more."""
        self._follower.close()

    def _look(self) -> None:
        try:
            pin = self._registry.aliases().challenger
            if pin != self._pin:
                self._artifact = self._registry.challenger() if pin is not None else None
                self._pin = pin
        except MediathequeError as error:
            # What was read before goes on while the registry is away, and nothing is tried out that is refused.
            if isinstance(error, Invalid):
                self._artifact = self._pin = None
            if str(error) != self._trouble:
                _log.warning("No challenger can be tried out: %s", error)
            self._trouble = str(error)
        else:
            self._trouble = ""

"""The model that serves: kept in the process, exchanged when another is promoted, refused when it is not whole."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from mediatheque.kit.errors import Invalid
from mediatheque.recommend.artifact import ALIASES, Artifact, read_aliases, read_artifact

_log = logging.getLogger(__name__)

#: A promotion is noticed after so long at most; what was refused is looked at again after a while.
LOOK_EVERY_S, REFUSED_FOR_S = 2.0, 60.0


@dataclass(frozen=True, slots=True)
class OnDuty:
    """The champion, if there is one; `refused` says why the promoted one does not serve."""

    artifact: Artifact | None = None
    refused: str | None = None


class Champions:
    """The champion of a folder of models, for any number of threads."""

    def __init__(self, models_dir: Path, *, look_every_s: float = LOOK_EVERY_S) -> None:
        self._models_dir = models_dir
        self._look_every_s = look_every_s
        self._lock = threading.Lock()
        self._on_duty: OnDuty | None = None
        self._seen: tuple[int, int, int] | None = None
        self._look_at = 0.0
        self._refused_at = 0.0

    def current(self) -> OnDuty:
        """Who serves now. While one thread loads a new champion, the others go on with the old one."""
        on_duty = self._on_duty
        if on_duty is not None and time.monotonic() < self._look_at:
            return on_duty
        # Only the very first has nothing to go on with, and waits.
        if not self._lock.acquire(blocking=on_duty is None):
            return on_duty or OnDuty()
        try:
            self._look()
            return self._on_duty or OnDuty()
        finally:
            self._lock.release()

    def _look(self) -> None:
        now = time.monotonic()
        if self._on_duty is not None and now < self._look_at:
            return
        stamp = self._stamp()
        is_stale = bool(self._on_duty and self._on_duty.refused) and now > self._refused_at + REFUSED_FOR_S
        if self._on_duty is None or stamp != self._seen or is_stale:
            self._on_duty = self._loaded()
            self._seen = stamp
            self._refused_at = now
        self._look_at = time.monotonic() + self._look_every_s

    def _stamp(self) -> tuple[int, int, int] | None:
        """Changes whenever the file of aliases is replaced."""
        try:
            found = (self._models_dir / ALIASES).stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _loaded(self) -> OnDuty:
        had = self._on_duty.artifact if self._on_duty else None
        try:
            pin = read_aliases(self._models_dir).champion
            if pin is None:
                return OnDuty()
            # Trained anew a version gets a number of its own, so equal numbers are equal models.
            if had is not None and had.version == pin.version:
                return OnDuty(had)
            artifact = read_artifact(self._models_dir, pin)
        except Invalid as error:
            _log.warning("The collaborative model is refused, lists do without it: %s", error)
            return OnDuty(refused=f"the collaborative model was refused: {error}")
        _log.info("Version %s of the collaborative model (%s) serves.", artifact.version, artifact.name)
        return OnDuty(artifact)

"""The model that serves: kept in the process, exchanged when another is promoted, refused when it is not whole."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from mediatheque.kit.errors import Invalid
from mediatheque.recommend.artifact import ALIASES, Aliases, Artifact, Pin, read_aliases, read_artifact
from mediatheque.recommend.following import FOLLOW_EVERY_S, Follower

_log = logging.getLogger(__name__)

#: A promotion is noticed after so long at most; what was refused is looked at again after a while.
LOOK_EVERY_S, REFUSED_FOR_S = 2.0, 60.0
#: A command waits for a server's champion for so long, and then goes on with the copy that there is.
READY_WITHIN_S = 20.0


@dataclass(frozen=True, slots=True)
class OnDuty:
    """The champion, if there is one; `refused` says why none serves though one was promoted.

    Where an earlier one serves instead of the promoted, `instead` says why; `away` says that the registry cannot be
    asked, so that another may have been promoted.
    """

    artifact: Artifact | None = None
    refused: str | None = None
    instead: str | None = None
    away: str | None = None
    since: datetime | None = None


class Champions:
    """The champion of a folder of models, for any number of threads.

    Where the folder is a copy of what a server has, `follow` brings it up to date, in a thread of its own.
    """

    def __init__(
        self,
        models_dir: Path,
        *,
        look_every_s: float = LOOK_EVERY_S,
        follow: Callable[[], None] | None = None,
        follow_every_s: float = FOLLOW_EVERY_S,
    ) -> None:
        self._models_dir = models_dir
        self._look_every_s = look_every_s
        self._lock = threading.Lock()
        self._on_duty: OnDuty | None = None
        self._seen: object = None
        self._look_at = 0.0
        self._loaded_at = 0.0
        self._follower = Follower(follow, every_s=follow_every_s) if follow else None

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

    def known(self) -> OnDuty | None:
        """Who serves now, where that needs no look at the files: for who must not wait."""
        return self._on_duty if time.monotonic() < self._look_at else None

    def ready(self, timeout_s: float = READY_WITHIN_S) -> OnDuty:
        """Who serves now, once the registry was asked: for a command, which asks one time only."""
        if self._follower is not None and self._on_duty is None:
            self._follower.wait(timeout_s)
        return self.current()

    def close(self) -> None:
        """Follow no more."""
        if self._follower is not None:
            self._follower.close()

    def _look(self) -> None:
        now = time.monotonic()
        if self._on_duty is not None and now < self._look_at:
            return
        seen = self._stamp(), self._follower and (self._follower.has_looked, str(self._follower.trouble))
        is_well = self._on_duty is not None and not (self._on_duty.refused or self._on_duty.instead)
        is_stale = not is_well and now > self._loaded_at + REFUSED_FOR_S
        if self._on_duty is None or seen != self._seen or is_stale:
            self._on_duty = self._with_trouble(self._loaded())
            self._seen, self._loaded_at = seen, now
        self._look_at = time.monotonic() + self._look_every_s

    def _stamp(self) -> tuple[int, int, int] | None:
        """Changes whenever the file of aliases is replaced."""
        try:
            found = (self._models_dir / ALIASES).stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _loaded(self) -> OnDuty:
        """The promoted model; where it is refused, who served before: in this process, or by the list of names."""
        had = self._on_duty if self._on_duty and self._on_duty.artifact else None
        named = Aliases()
        try:
            named = read_aliases(self._models_dir)
            return self._serving(named.champion, had) if named.champion else OnDuty()
        except Invalid as error:
            why = f"the collaborative model was refused: {error}"
        earlier = had or self._first_whole(named.former)
        if earlier is None or earlier.artifact is None:
            _log.warning("Lists do without the collaborative model: %s", why)
            return OnDuty(refused=why)
        _log.warning("Version %s serves instead: %s", earlier.artifact.version, why)
        return OnDuty(earlier.artifact, instead=why, since=earlier.since)

    def _serving(self, pin: Pin, had: OnDuty | None) -> OnDuty:
        # Trained anew a version gets a number of its own, so equal numbers are equal models.
        if had is not None and had.artifact is not None and had.artifact.version == pin.version:
            return OnDuty(had.artifact, since=had.since)
        artifact = read_artifact(self._models_dir, pin)
        _log.info("Version %s of the collaborative model (%s) serves.", artifact.version, artifact.name)
        return OnDuty(artifact, since=datetime.now(UTC))

    def _first_whole(self, former: Sequence[Pin]) -> OnDuty | None:
        for pin in former:
            with contextlib.suppress(Invalid):
                return self._serving(pin, None)
        return None

    def _with_trouble(self, on_duty: OnDuty) -> OnDuty:
        """What following the registry came to, told along with who serves."""
        if self._follower is None:
            return on_duty
        trouble = self._follower.trouble
        if trouble is None:
            if on_duty.artifact is None and not self._follower.has_looked:
                return replace(on_duty, refused="the collaborative model is being fetched")
            return on_duty
        if isinstance(trouble, Invalid):
            why = f"the collaborative model was refused: {trouble}"
            return replace(on_duty, instead=why) if on_duty.artifact else replace(on_duty, refused=why)
        if on_duty.artifact is not None:
            return replace(on_duty, away=str(trouble))
        return replace(on_duty, refused=f"the collaborative model cannot be had: {trouble}")

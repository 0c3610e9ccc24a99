"""Training in a process of its own, for tests that kill it: URL MODELS_FOLDER WHAT [STEP TO DIE AT].

A step is whatever makes a difference on the disk: a file synced, a folder made, renamed or replaced.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mediatheque.flows.training import train
from mediatheque.kit.database import Database
from mediatheque.training.registries.local import LocalRegistry


def main(url: str, folder: str, what: str, dies_at: str = "0") -> None:
    registry = LocalRegistry(Path(folder))
    if int(dies_at):
        _die_at(int(dies_at))
    if what == "train":
        database = Database(url)
        train(database, registry, on_step=lambda step: print(step, flush=True))
        database.close()
    elif what == "rollback":
        registry.roll_back()
    else:
        registry.promote(int(what))


def _die_at(number: int) -> None:
    """Be killed before the step of this number."""
    steps = itertools.count(1)

    def counted(does: Callable[..., Any]) -> Callable[..., Any]:
        def it(*given: Any, **named: Any) -> Any:
            if next(steps) == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return does(*given, **named)

        return it

    for name in ("fsync", "mkdir", "rename", "replace"):
        setattr(os, name, counted(getattr(os, name)))


if __name__ == "__main__":
    main(*sys.argv[1:])

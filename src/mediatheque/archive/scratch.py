"""Folders for the while of a step: they go with it, and what a killed worker leaves goes with who comes next."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

#: Between the making of a folder and its lock a moment passes.
_YOUNG_S = 10.0


@contextmanager
def scratch_folder(root: Path, name: str) -> Generator[Path]:
    """A new folder `name`-… below `root`, removed whatever happens; first, those by that name that nobody uses any more.

    It is known to be in use by a lock on it, which the kernel takes back from who dies.
    """
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    sweep_scratch(root, f"{name}-*")
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=root))
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def sweep_scratch(root: Path, pattern: str = "*-*") -> None:
    """Remove the folders below `root` by names of that pattern that nobody uses any more."""
    for left in root.glob(pattern):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime < _YOUNG_S:
                continue
            held = os.open(left, os.O_RDONLY)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(held)

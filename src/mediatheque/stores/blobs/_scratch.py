"""Files for the while: they go with who uses them, and what a killed process leaves can be told from what is in use."""

from __future__ import annotations

import contextlib
import fcntl
import os
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO


@contextmanager
def scratch_file(folder: Path) -> Generator[tuple[Path, BinaryIO]]:
    """A new, empty file with a lock that the kernel takes back from who dies; renamed or removed at the end."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / uuid.uuid4().hex
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield path, file
        finally:
            path.unlink(missing_ok=True)


def remove_scratch(folder: Path, before: datetime, *, is_dry: bool = False) -> int:
    """Remove the files that nobody holds and nobody wrote to since `before`; how many."""
    count = 0
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        # Its owner may be done with it at any moment.
        with contextlib.suppress(FileNotFoundError, BlockingIOError), path.open("rb") as file:
            if os.fstat(file.fileno()).st_mtime >= before.timestamp():
                continue
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not is_dry:
                path.unlink()
            count += 1
    return count

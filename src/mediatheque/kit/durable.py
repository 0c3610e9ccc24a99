"""Files that outlast a power cut: on the disk before anybody is told of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path


def settle(path: Path) -> None:
    """Wait until the disk has this file, or the names in this folder."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def write_settled(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file and wait until the disk has it."""
    write(path)
    settle(path)

"""Puts a blob in a process that is killed or that others race with: URL FOLDER WHAT SEED SIZE; prints its SHA-256.

WHAT is `all` (once a line comes in on the input, so that several begin at once), `half` (say so in the middle, and
wait to be killed) or `upload` (the same in the middle of what goes over the network).
"""

from __future__ import annotations

import io
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from mediatheque.stores.blobs import _objects, open_blobs


def content(seed: int, size: int) -> bytes:
    """The same bytes for the same seed."""
    return random.Random(seed).randbytes(size)


class _Stopping(io.BytesIO):
    """Comes to its middle, and never further."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() >= len(self.getbuffer()) // 2:
            _wait_for_the_end()
        return super().read(size)


def main(url: str, folder: str, what: str, seed: str, size: str) -> None:
    blobs = open_blobs(url or None, Path(folder))
    source: BinaryIO = io.BytesIO(content(int(seed), int(size)))
    if what == "all":
        print("ready", flush=True)
        sys.stdin.readline()
    elif what == "half":
        source = _Stopping(source.read())
    else:
        _objects.same_again = _stopping(_objects.same_again, int(size))
    print(blobs.put(source).sha256, flush=True)


def _stopping(pieces_of: Callable[..., Iterator[bytes]], size: int) -> Callable[..., Iterator[bytes]]:
    def it(*given: Any) -> Iterator[bytes]:
        done = 0
        for piece in pieces_of(*given):
            yield piece
            done += len(piece)
            if done > size // 2:
                # The parts before are on their way in other threads.
                time.sleep(1)
                _wait_for_the_end()

    return it


def _wait_for_the_end() -> None:
    print("half", flush=True)
    time.sleep(600)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A file that is somewhere else, read by ranges as if it were here."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Buffer

#: What is fetched at a time: little where somebody jumps about in a file, twice as much with each piece that
#: follows on the one before. A request to S3 takes 10 to 100 ms before its first byte, however long it is.
_FIRST, _MOST = 256 << 10, 8 << 20


class RangeReader(io.RawIOBase):
    """`fetch(start, end)` gives the bytes of that range of a file of `size` bytes, all of them, or raises."""

    def __init__(self, size: int, fetch: Callable[[int, int], Buffer]) -> None:
        super().__init__()
        self._size = size
        self._fetch = fetch
        self._position = 0
        self._window = memoryview(b"")
        self._window_start = 0
        self._ahead = _FIRST

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        self._check_open()
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        self._check_open()
        begins = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}
        if whence not in begins:
            raise ValueError(f"whence is {whence}; it is 0, 1 or 2")
        if (position := begins[whence] + offset) < 0:
            raise OSError(22, "Nothing is before the beginning of a file")
        self._position = position
        return position

    def readinto(self, buffer: Buffer, /) -> int:
        self._check_open()
        into = memoryview(buffer).cast("B")
        if not len(into) or self._position >= self._size:
            return 0
        at = self._position - self._window_start
        if not 0 <= at < len(self._window):
            self._fill(len(into))
            at = 0
        piece = self._window[at : at + len(into)]
        into[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def readall(self) -> bytes:
        """The rest; io's own would ask for 8 KiB at a time."""
        pieces = bytearray(max(0, self._size - self._position))
        into, done = memoryview(pieces), 0
        while got := self.readinto(into[done:]):
            done += got
        return bytes(pieces)

    def close(self) -> None:
        self._window = memoryview(b"")
        super().close()

    def _fill(self, wanted: int) -> None:
        follows_on = self._position == self._window_start + len(self._window) > 0
        self._ahead = min(2 * self._ahead, _MOST) if follows_on else _FIRST
        end = min(self._size, self._position + max(self._ahead, min(wanted, _MOST)))
        self._window = memoryview(self._fetch(self._position, end)).cast("B")
        self._window_start = self._position

    def _check_open(self) -> None:
        if self.closed:
            raise ValueError("This file is closed")


def reader(size: int, fetch: Callable[[int, int], Buffer]) -> io.BufferedReader:
    """The same for who reads a few bytes at a time."""
    return io.BufferedReader(RangeReader(size, fetch), 64 << 10)

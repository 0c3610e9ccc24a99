"""Bytes on their way in: read once, counted, bounded and hashed."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from mediatheque.kit.errors import Invalid, NotFound, TooLarge
from mediatheque.stores.blobs import Blob

#: So much is read at a time.
PIECE = 1 << 20


class Intake:
    """The pieces of a stream; when they are through, `blob` says what they were."""

    def __init__(self, stream: BinaryIO, limit: int | None = None) -> None:
        self._stream = stream
        self._limit = limit
        self._hash = hashlib.sha256()
        self._size = 0

    def __iter__(self) -> Iterator[bytes]:
        while piece := self._stream.read(PIECE):
            self._size += len(piece)
            if self._limit is not None and self._size > self._limit:
                raise TooLarge(f"This is larger than {_in_words(self._limit)}, the limit for one file")
            self._hash.update(piece)
            yield piece

    @property
    def blob(self) -> Blob:
        return Blob(self._hash.hexdigest(), self._size)


@contextmanager
def reading(path: Path) -> Generator[BinaryIO]:
    """A file that somebody gave us, open. Raises NotFound, or Invalid for what is no file."""
    if path.exists() and not path.is_file():
        raise Invalid(f"{path} is no file; give the file itself")
    try:
        opened = path.open("rb", buffering=0)
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}") from None
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}") from None
    with opened:
        yield opened


def same_again(stream: BinaryIO, blob: Blob) -> Iterator[bytes]:
    """The pieces of what was read before. Raises Invalid at their end if they are not the same any more."""
    again = Intake(stream)
    yield from again
    if again.blob != blob:
        raise Invalid("The file changed while it was read; try again when nobody writes to it")


def _in_words(size: int) -> str:
    for unit, name in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if size >= unit:
            return f"{size / unit:.4g} {name}"
    return f"{size} bytes"

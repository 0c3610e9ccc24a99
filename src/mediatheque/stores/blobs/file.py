"""Blobs in a folder: `file:///folder`, or below the data directory when nothing is set. Needs no package."""

from __future__ import annotations

import asyncio
import fcntl
import itertools
import os
from collections.abc import AsyncGenerator, Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from mediatheque.kit.durable import settle
from mediatheque.kit.errors import Invalid, NotFound, Unavailable
from mediatheque.stores.blobs import Abilities, Address, Blob, Stored, checked, clipped, key_of
from mediatheque.stores.blobs._intake import PIECE, Intake, reading
from mediatheque.stores.blobs._scratch import remove_scratch, scratch_file

#: Programs that look here and there into a file read no more than that in vain.
_READ_AHEAD = 128 << 10


def open_from(address: Address, folder: Path) -> FolderBlobs:
    """The folder that the address names, else `folder`; it is made when the first blob comes."""
    address.only()
    if address.bucket or (address.path and not Path(address.path).is_absolute()):
        raise Invalid("MEDIATHEQUE_BLOBS_URL names a folder with three slashes: file:///srv/media")
    return FolderBlobs(Path(address.path) if address.path else folder)


class FolderBlobs:
    """Written and hashed beside, on the disk, then renamed: whoever is killed leaves nothing that is visible."""

    can = Abilities(presigns=False, has_files=True, clears_uploads=True)

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"
        self._settled: set[Path] = set()

    @property
    def where(self) -> str:
        return str(self._root)

    def put(self, source: BinaryIO | Path, limit: int | None = None) -> Blob:
        if isinstance(source, Path):
            with reading(source) as stream:
                return self.put(stream, limit)
        with self._disk(), scratch_file(self._incoming) as (path, file):
            intake = Intake(source, limit)
            for piece in _raising_theirs(intake):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
            self._name(path, intake.blob)
        return intake.blob

    def open(self, sha256: str, size: int | None = None) -> BinaryIO:
        path = self._path(sha256)
        with self._disk():
            try:
                file = path.open("rb", buffering=_READ_AHEAD)
            except FileNotFoundError:
                raise _unknown(sha256) from None
        there = os.fstat(file.fileno()).st_size
        if size is not None and there != size:
            file.close()
            raise _damaged(path, there, size)
        return file

    def read_range(self, sha256: str, start: int, end: int) -> bytes:
        with self.open(sha256) as file, self._disk():
            start, end = clipped(start, end, os.fstat(file.fileno()).st_size)
            file.seek(start)
            return file.read(end - start)

    async def stream(
        self, sha256: str, start: int = 0, end: int | None = None, size: int | None = None
    ) -> AsyncGenerator[bytes, None]:
        with await asyncio.to_thread(self.open, sha256, size) as file:
            there = os.fstat(file.fileno()).st_size
            start, end = clipped(start, end, there)
            while start < end:
                piece = await asyncio.to_thread(os.pread, file.fileno(), min(PIECE, end - start), start)
                if not piece:
                    raise _damaged(self._path(sha256), start, there)
                start += len(piece)
                yield piece

    def size(self, sha256: str) -> int:
        with self._disk():
            try:
                return self._path(sha256).stat().st_size
            except FileNotFoundError:
                raise _unknown(sha256) from None

    def exists(self, sha256: str) -> bool:
        path = self._path(sha256)
        with self._disk():
            return path.is_file()

    def delete(self, sha256: str) -> None:
        path = self._path(sha256)
        with self._disk():
            path.unlink(missing_ok=True)

    def page(self, after: str = "", limit: int = 1000) -> Sequence[Stored]:
        if after:
            checked(after)
        with self._disk():
            return tuple(itertools.islice(self._listed(after), limit))

    @contextmanager
    def local_path(self, sha256: str) -> Generator[Path]:
        path = self._path(sha256)
        if not self.exists(sha256):
            raise _unknown(sha256)
        yield path

    def presigned(self, sha256: str, expires: timedelta) -> None:
        checked(sha256)

    def delete_if_older(self, sha256: str, before: datetime) -> bool:
        path = self._path(sha256)
        with self._disk(), self._alone():
            try:
                if path.stat().st_mtime >= before.timestamp():
                    return False
                path.unlink()
            except FileNotFoundError:
                return False
        return True

    def delete_remains(self, before: datetime, *, is_dry: bool = False) -> int:
        with self._disk():
            return remove_scratch(self._incoming, before, is_dry=is_dry)

    def _path(self, sha256: str) -> Path:
        return self._root / key_of(sha256)

    def _name(self, written: Path, blob: Blob) -> None:
        """Give a file its name, or throw it away where there is one; either way the blob is as new to a sweep."""
        path = self._path(blob.sha256)
        self._make(path.parent)
        with self._alone():
            try:
                is_there = path.stat().st_size == blob.size
            except FileNotFoundError:
                is_there = False
            if is_there:
                os.utime(path)
            else:
                written.replace(path)
        # Also where another process renamed it a moment ago, and has not come to this yet.
        settle(path.parent)

    def _make(self, folder: Path) -> None:
        """Make a folder that outlasts a power cut, and those above it up to the root."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if folder in self._settled:
            return
        above = folder
        while above != self._root:
            above = above.parent
            settle(above)
        self._settled.add(folder)

    @contextmanager
    def _alone(self) -> Generator[None]:
        """Keeps a sweep from removing what is put again at that moment."""
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self._root / "lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _listed(self, after: str) -> Iterator[Stored]:
        for first in _names_in(self._root / "sha256", after[:2]):
            for second in _names_in(first, after[2:4] if first.name == after[:2] else ""):
                for path in _names_in(second, after):
                    # What else lies here is not ours; what goes meanwhile is not listed.
                    if path.name > after and len(path.name) == 64 and (told := _told(path)):
                        yield told

    @contextmanager
    def _disk(self) -> Generator[None]:
        try:
            yield
        except _Theirs as error:
            raise error.cause from None
        except OSError as error:
            raise Unavailable(
                f"The folder {self._root} cannot be used ({error.strerror or error}): see that the disk is there, "
                "has room and is ours to write, or choose another with MEDIATHEQUE_BLOBS_URL=file:///folder"
            ) from error


class _Theirs(Exception):
    """A fault of the stream that we were given, which is none of our disk."""

    def __init__(self, cause: OSError) -> None:
        super().__init__()
        self.cause = cause


def _raising_theirs(pieces: Intake) -> Iterator[bytes]:
    try:
        yield from pieces
    except OSError as error:
        raise _Theirs(error) from error


def _names_in(folder: Path, first: str) -> list[Path]:
    """What is in a folder from this name on, sorted."""
    return sorted(path for path in folder.iterdir() if path.name >= first) if folder.is_dir() else []


def _told(path: Path) -> Stored | None:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return Stored(path.name, stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC))


def _unknown(sha256: str) -> NotFound:
    return NotFound(f"There is no blob {sha256}")


def _damaged(path: Path, there: int, size: int) -> Unavailable:
    return Unavailable(
        f"{path} is damaged: it has {there} bytes of {size}. Put the same file again, or bring it back from a backup"
    )

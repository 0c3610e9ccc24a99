"""Blobs as objects in a bucket, through obstore: what S3 and Google's storage have in common."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from mediatheque.kit.errors import Invalid, NotFound, Unavailable
from mediatheque.stores.blobs import Abilities, Blob, Stored, checked, clipped, key_of
from mediatheque.stores.blobs._intake import PIECE, Intake, reading, same_again
from mediatheque.stores.blobs._reader import reader
from mediatheque.stores.blobs._refusals import because
from mediatheque.stores.blobs._scratch import remove_scratch, scratch_file

if TYPE_CHECKING:
    from obstore import Bytes, GetResult, ObjectMeta
    from obstore.store import ClientConfig, GCSStore, RetryConfig, S3Store

#: In memory up to here, and sent in one request; beyond, in parts of that size.
_PART = 8 << 20
#: S3 takes 10,000 parts.
_MOST_PARTS = 9_500
_PARTS_AT_ONCE = 4
#: An S3 signature is good for a week.
_LONGEST_SIGNED = timedelta(days=7)


def need_obstore() -> None:
    """Raise Unavailable where the package is not installed."""
    if find_spec("obstore") is None:
        raise Unavailable(
            "A bucket is reached through the package obstore, which is not installed; install it with: "
            "pip install 'mediatheque[archive]'"
        )


def client_options(*, is_plain_http: bool) -> ClientConfig:
    """Long answers take their time, silent ones do not: obstore's own limit is 30 s for the whole of an answer."""
    return {"allow_http": is_plain_http, "timeout": "1day", "connect_timeout": "5s", "read_timeout": "30s"}


def retries() -> RetryConfig:
    """As somebody who waits for a page can bear; a job tries again by itself."""
    backoff = {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=2), "base": 2}
    return cast("RetryConfig", {"max_retries": 4, "retry_timeout": timedelta(seconds=30), "backoff": backoff})


class BucketBlobs:
    """An object for each blob. It is uploaded when its hash is known, so what is there already costs no upload."""

    def __init__(
        self,
        store: S3Store | GCSStore,
        where: str,
        folder: Path,
        clear_uploads: Callable[[datetime, bool], int] | None = None,
    ) -> None:
        self._store = store
        self.where = where
        self._incoming, self._copies = folder / "incoming", folder / "copies"
        self._clear_uploads = clear_uploads
        self._is_reached = False
        self.can = Abilities(presigns=True, has_files=False, clears_uploads=clear_uploads is not None)

    def put(self, source: BinaryIO | Path, limit: int | None = None) -> Blob:
        import obstore

        self._reach()
        with self._taken_in(source, limit) as (blob, stream):
            key = key_of(blob.sha256)
            if self._renew(blob):
                return blob
            with self._asking():
                if blob.size <= _PART:
                    obstore.put(self._store, key, b"".join(same_again(stream, blob)), use_multipart=False)
                else:
                    # When the last piece is not what it should be, the upload is given up and nothing is seen.
                    obstore.put(
                        self._store,
                        key,
                        same_again(stream, blob),
                        chunk_size=max(_PART, -(-blob.size // _MOST_PARTS)),
                        max_concurrency=_PARTS_AT_ONCE,
                    )
            self._check_size(blob.sha256, self.size(blob.sha256), blob.size)
        return blob

    def open(self, sha256: str, size: int | None = None) -> BinaryIO:
        there = self.size(sha256)
        self._check_size(sha256, there, size)
        return cast("BinaryIO", reader(there, lambda start, end: self._fetch(sha256, start, end, there)))

    def read_range(self, sha256: str, start: int, end: int) -> bytes:
        start, end = clipped(start, end, self.size(sha256))
        return bytes(self._fetch(sha256, start, end)) if start < end else b""

    async def stream(
        self, sha256: str, start: int = 0, end: int | None = None, size: int | None = None
    ) -> AsyncGenerator[bytes, None]:
        import obstore

        there = (await self._head_async(sha256))["size"]
        self._check_size(sha256, there, size)
        start, end = clipped(start, end, there)
        if start == end:
            return
        with self._asking(sha256):
            got = await obstore.get_async(self._store, key_of(sha256), options={"range": (start, end)})
            self._check_size(sha256, got.meta["size"], there)
            pieces = aiter(got.stream(min_chunk_size=PIECE))
        while start < end:
            with self._asking(sha256):
                piece = bytes(await anext(pieces, b""))
            if not piece:
                raise self._damaged(sha256, start, end)
            start += len(piece)
            yield piece

    def size(self, sha256: str) -> int:
        return self._head(key_of(sha256), sha256)["size"]

    def exists(self, sha256: str) -> bool:
        try:
            self.size(sha256)
        except NotFound:
            return False
        return True

    def delete(self, sha256: str) -> None:
        self._delete(key_of(sha256))

    def page(self, after: str = "", limit: int = 1000) -> Sequence[Stored]:
        import obstore

        found: list[Stored] = []
        with self._asking():
            listed = obstore.list(
                self._store, "sha256", offset=key_of(after) if after else None, chunk_size=min(limit, 1000)
            )
            for chunk in listed:
                # What else lies here is not ours.
                told = (Stored(m["path"].rpartition("/")[2], m["size"], m["last_modified"]) for m in chunk)
                found += (stored for stored in told if len(stored.sha256) == 64 and stored.sha256 > after)
                if len(found) >= limit:
                    break
        return sorted(found)[:limit]

    @contextmanager
    def local_path(self, sha256: str) -> Generator[Path]:
        with self.open(sha256) as source, scratch_file(self._copies) as (path, file):
            intake = Intake(source)
            with self._room():
                for piece in intake:
                    file.write(piece)
                file.flush()
            if intake.blob.sha256 != sha256:
                raise Unavailable(
                    f"{self.where} has something else under the name {sha256}: delete it there, put the file again"
                )
            yield path

    def presigned(self, sha256: str, expires: timedelta) -> str | None:
        import obstore

        if not timedelta(0) < expires <= _LONGEST_SIGNED:
            raise Invalid("A signed URL is good for more than nothing and for seven days at most")
        with self._asking():
            return obstore.sign(self._store, "GET", key_of(sha256), expires)

    def delete_if_older(self, sha256: str, before: datetime) -> bool:
        for key in (key_of(sha256), _renewal_of(sha256)):
            try:
                if self._head(key, sha256)["last_modified"] >= before:
                    return False
            except NotFound:
                if key == key_of(sha256):
                    return False
        self.delete(sha256)
        return True

    def delete_remains(self, before: datetime, *, is_dry: bool = False) -> int:
        import obstore

        self._reach()
        if not is_dry:
            with self._asking():
                renewals = [m for chunk in obstore.list(self._store, "renewed") for m in chunk]
            for meta in renewals:
                if meta["last_modified"] < before:
                    self._delete(meta["path"])
        uploads = self._clear_uploads(before, is_dry) if self._clear_uploads else 0
        here = (remove_scratch(place, before, is_dry=is_dry) for place in (self._incoming, self._copies))
        return uploads + sum(here)

    @contextmanager
    def _taken_in(self, source: BinaryIO | Path, limit: int | None) -> Generator[tuple[Blob, BinaryIO]]:
        """What it is, and a stream of it from its beginning: a file as it lies, a stream from where it was spooled."""
        with contextlib.ExitStack() as held:
            if isinstance(source, Path):
                stream = held.enter_context(reading(source))
                intake = Intake(stream, limit)
                for _ in intake:
                    pass
            else:
                intake = Intake(source, limit)
                with self._room():
                    self._incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
                # Without a name, so that nothing is left of it whatever happens.
                spool = tempfile.SpooledTemporaryFile(max_size=_PART, dir=str(self._incoming))  # noqa: SIM115
                stream = cast("BinaryIO", held.enter_context(spool))
                for piece in intake:
                    with self._room():
                        stream.write(piece)
            stream.seek(0)
            yield intake.blob, stream

    def _renew(self, blob: Blob) -> bool:
        """Whether it is there and whole, and will not be swept for its age.

        An object's date cannot be changed, so another object beside tells it.
        """
        import obstore

        try:
            if self.size(blob.sha256) != blob.size:
                return False
            with self._asking():
                obstore.put(self._store, _renewal_of(blob.sha256), b"")
            # A sweep may have looked a moment before.
            return self.size(blob.sha256) == blob.size
        except NotFound:
            return False

    def _fetch(self, sha256: str, start: int, end: int, size: int | None = None) -> Bytes:
        import obstore

        with self._asking(sha256):
            got: GetResult = obstore.get(self._store, key_of(sha256), options={"range": (start, end)})
            self._check_size(sha256, got.meta["size"], size)
            piece = got.bytes()
        if len(piece) != end - start:
            raise self._damaged(sha256, start + len(piece), end)
        return piece

    def _head(self, key: str, sha256: str) -> ObjectMeta:
        import obstore

        with self._asking(sha256):
            return obstore.head(self._store, key)

    async def _head_async(self, sha256: str) -> ObjectMeta:
        import asyncio

        return await asyncio.to_thread(self._head, key_of(sha256), sha256)

    def _delete(self, key: str) -> None:
        import obstore

        self._reach()
        # Google's answer to deleting nothing is that there is nothing.
        with self._asking(), contextlib.suppress(FileNotFoundError):
            obstore.delete(self._store, key)

    def _reach(self) -> None:
        """See, once, that the bucket is there: to ask a missing one for an object says only that there is none."""
        import obstore

        if not self._is_reached:
            with self._asking():
                next(iter(obstore.list(self._store, "sha256", chunk_size=1)), None)
            self._is_reached = True

    @contextmanager
    def _asking(self, sha256: str | None = None) -> Generator[None]:
        """Turn the client's faults into ours; its messages quote requests, so that little is taken from them."""
        from obstore.exceptions import BaseError

        try:
            yield
        except FileNotFoundError as error:
            if sha256 is None:
                raise Unavailable(because(error, self.where)) from None
            self._reach()
            raise NotFound(f"There is no blob {checked(sha256)}") from None
        except (BaseError, OSError) as error:
            raise Unavailable(because(error, self.where)) from None

    @contextmanager
    def _room(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            raise Unavailable(
                f"{self._incoming.parent}, where files wait for their upload, cannot be written "
                f"({error.strerror or error}): see that the disk has room"
            ) from error

    def _check_size(self, sha256: str, there: int, size: int | None) -> None:
        if size is not None and there != size:
            raise self._damaged(sha256, there, size)

    def _damaged(self, sha256: str, there: int, size: int) -> Unavailable:
        return Unavailable(
            f"{self.where} has a damaged blob {sha256}: {there} bytes of {size}. Put the same file again, or bring "
            "it back from a backup"
        )


def _renewal_of(sha256: str) -> str:
    return f"renewed/{sha256}"

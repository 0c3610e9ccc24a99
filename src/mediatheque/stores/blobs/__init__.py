"""The port for blobs: what every backend that keeps files by their content promises.

A module offers `open_from(address, folder) -> Blobs`, and its name is the scheme of `MEDIATHEQUE_BLOBS_URL`:
`s3://bucket/prefix?endpoint=…` opens `s3.py`; no setting opens `file.py` on a folder below the data directory.
A blob is known by the SHA-256 of its bytes, in hexadecimal, so the same content is kept once. It is there whole
or not at all.
"""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from mediatheque.kit import shelf
from mediatheque.kit.errors import Invalid


class Blob(NamedTuple):
    """What was kept: the SHA-256 of its bytes in hexadecimal, and how many they are."""

    sha256: str
    size: int


class Stored(NamedTuple):
    """A blob in a listing; `modified_at` is when it was last put, which is what a sweep goes by."""

    sha256: str
    size: int
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a backend can do, so that nobody needs to ask which one it is."""

    #: `presigned` gives a URL that a browser can fetch without us.
    presigns: bool
    #: `local_path` is the file itself: it costs nothing.
    has_files: bool
    #: A sweep removes uploads that were never finished; else the bucket needs a lifecycle rule that does.
    clears_uploads: bool


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep removed, or would remove when dry: blobs that nobody knows, and what killed processes left."""

    blobs: int = 0
    bytes: int = 0
    remains: int = 0


class Blobs(Protocol):
    """A place for files; any number of threads and processes may use it at once.

    Every method raises Unavailable where the place cannot be reached, refuses us, or is found to hold less than
    it should, and Invalid for what is no SHA-256.
    """

    @property
    def where(self) -> str:
        """The place, to be shown: its address without a password."""
        ...

    @property
    def can(self) -> Abilities:
        """What this backend can do."""
        ...

    def put(self, source: BinaryIO | Path, limit: int | None = None) -> Blob:
        """Keep the bytes of a file, or of a stream from where it stands, which is read once.

        When this returns, the blob outlasts a power cut. Raises TooLarge beyond `limit` bytes.
        """
        ...

    def open(self, sha256: str, size: int | None = None) -> BinaryIO:
        """A reader that can seek. Raises NotFound; Unavailable where it has not the `size` it should have."""
        ...

    def read_range(self, sha256: str, start: int, end: int) -> bytes:
        """The bytes from `start` up to `end`, which is not among them; fewer where the blob ends before."""
        ...

    def stream(
        self, sha256: str, start: int = 0, end: int | None = None, size: int | None = None
    ) -> AsyncGenerator[bytes, None]:
        """The same range in pieces, for an answer over HTTP; raises as `open` before the first piece."""
        ...

    def size(self, sha256: str) -> int:
        """How many bytes it has. Raises NotFound."""
        ...

    def exists(self, sha256: str) -> bool:
        """Whether it is there."""
        ...

    def delete(self, sha256: str) -> None:
        """Remove it; nothing happens when there is none."""
        ...

    def page(self, after: str = "", limit: int = 1000) -> Sequence[Stored]:
        """Up to `limit` blobs by rising SHA-256, beginning after `after`; fewer than that are the last."""
        ...

    def local_path(self, sha256: str) -> AbstractContextManager[Path]:
        """A file for programs that want one, to be read only: the blob itself, or a checked copy for the while."""
        ...

    def presigned(self, sha256: str, expires: timedelta) -> str | None:
        """A URL that anybody can fetch the blob by until then; None where the backend `can` not."""
        ...

    def delete_if_older(self, sha256: str, before: datetime) -> bool:
        """Remove a blob unless it was put again since `before`; whether it went."""
        ...

    def delete_remains(self, before: datetime, *, is_dry: bool = False) -> int:
        """Remove what processes that were killed before then left half done; how many pieces."""
        ...


@dataclass(frozen=True, slots=True)
class Address:
    """A parsed `MEDIATHEQUE_BLOBS_URL`; `key` and `secret` are what stands before the @, decoded."""

    bucket: str
    path: str
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    key: str | None = None
    secret: str | None = field(default=None, repr=False)

    def only(self, *known: str) -> Mapping[str, str]:
        """The options; raises Invalid naming those that are not known."""
        if unknown := sorted(set(self.options) - set(known)):
            raise Invalid(
                f"MEDIATHEQUE_BLOBS_URL has the options {', '.join(unknown)}; there is {', '.join(known) or 'none'}"
            )
        return self.options


def names() -> tuple[str, ...]:
    """Public names of the backends: the schemes of their URLs."""
    return shelf.names_on(sys.modules[__name__])


def open_blobs(url: str | None, folder: Path) -> Blobs:
    """The place that `MEDIATHEQUE_BLOBS_URL` names, or `folder`, which also takes what is only for the while.

    Nothing is asked over the network yet. Raises Invalid when the URL cannot be used, Unavailable when a
    package is missing. The URL may hold a password: it is not shown.
    """
    name, address = _parsed(url) if url and url.strip() else ("file", Address("", ""))
    module: Any = shelf.take(sys.modules[__name__], name)
    opened: Blobs = module.open_from(address, folder)
    return opened


def all_blobs(blobs: Blobs) -> Iterator[Stored]:
    """Every blob by rising SHA-256, a page at a time."""
    after = ""
    while page := blobs.page(after):
        yield from page
        after = page[-1].sha256


def sweep(blobs: Blobs, known: Iterable[str], older_than: timedelta, *, is_dry: bool = False) -> Swept:
    """Remove the blobs that are not among `known` and were last put longer ago than `older_than`.

    So long may somebody take between putting a blob and saying that it is theirs. `known` is read to its end
    before anything is listed: what is put meanwhile is younger than that. Raises Invalid, and removes nothing,
    when there is something else than a SHA-256 among `known`.
    """
    if older_than < timedelta(0):
        raise Invalid("older_than must not be negative: nothing can be older than the future")
    before = datetime.now(UTC) - older_than
    kept = {bytes.fromhex(checked(sha256)) for sha256 in known}
    count = size = 0
    for stored in all_blobs(blobs):
        if bytes.fromhex(stored.sha256) in kept or stored.modified_at >= before:
            continue
        if is_dry or blobs.delete_if_older(stored.sha256, before):
            count, size = count + 1, size + stored.size
    return Swept(count, size, blobs.delete_remains(before, is_dry=is_dry))


def checked(sha256: str) -> str:
    """The hash itself; raises Invalid for anything else, which could be a path to somewhere."""
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        raise Invalid("A blob is known by its SHA-256: 64 digits of 0-9 and a-f")
    return sha256


def key_of(sha256: str) -> str:
    """Where a blob is, below the root: two levels, so that no folder has more entries than is good for it."""
    checked(sha256)
    return f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def clipped(start: int, end: int | None, size: int) -> tuple[int, int]:
    """A range that lies within `size` bytes; raises Invalid for one that begins after its end."""
    end = size if end is None else end
    if not 0 <= start <= end:
        raise Invalid(
            f"There are no bytes from {start} to {end}: a range begins at 0 or later and ends after that"
        )
    return min(start, size), min(end, size)


def _parsed(url: str) -> tuple[str, Address]:
    try:
        parts = urlsplit(url.strip())
        bucket, options = parts.hostname or "", dict(parse_qsl(parts.query, keep_blank_values=True))
        has_port = parts.port is not None
    except ValueError:
        # Its message would show a part of the secret.
        raise _unusable() from None
    name = parts.scheme.lower()
    if name not in names() or has_port or "@" in parts.path or parts.fragment:
        raise _unusable()
    key = unquote(parts.username) if parts.username else None
    secret = unquote(parts.password) if parts.password else None
    return name, Address(bucket, unquote(parts.path), options, key, secret)


def _unusable() -> Invalid:
    return Invalid(
        "MEDIATHEQUE_BLOBS_URL is no place for files: write s3://bucket/prefix?endpoint=…&region=…, "
        "gs://bucket/prefix or file:///folder, or nothing for the data folder. In s3://key:secret@bucket, the "
        "characters / + @ : ? # % of key and secret are written as %2F %2B %40 %3A %3F %23 %25"
    )

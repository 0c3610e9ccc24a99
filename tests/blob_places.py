"""Places for blobs that tests try, and short words for what they ask there."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import seaweedfs_server
from mediatheque.stores.blobs import Blobs, all_blobs, key_of, open_blobs

KINDS = ["file", pytest.param("s3", marks=pytest.mark.slow)]
NOTHING = hashlib.sha256(b"").hexdigest()
AT_ONCE = timedelta(0)


@dataclass(frozen=True)
class Place:
    """A place that is tried: how any process opens it, and how its bytes are changed behind its back."""

    url: str
    folder: Path

    def opened(self) -> Blobs:
        return open_blobs(self.url or None, self.folder)

    def tamper(self, sha256: str, content: bytes) -> None:
        """Put other bytes under a name."""
        if not self.url:
            (self.folder / key_of(sha256)).write_bytes(content)
            return
        import obstore

        store: Any = self.opened()
        obstore.put(store._store, key_of(sha256), content)

    def incoming(self) -> list[Path]:
        """What is in the folders for the while."""
        return [path for name in ("incoming", "copies") for path in (self.folder / name).glob("*")]


def new_place(kind: str, request: pytest.FixtureRequest, folder: Path) -> Place:
    if kind == "file":
        return Place("", folder / "blobs")
    server: seaweedfs_server.SeaweedServer = request.getfixturevalue("s3_server")
    return Place(server.url(server.new_bucket(), "some/where"), folder / "blobs")


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def every(blobs: Blobs) -> list[str]:
    return [stored.sha256 for stored in all_blobs(blobs)]


def gathered(
    blobs: Blobs, sha256: str, start: int = 0, end: int | None = None, size: int | None = None
) -> bytes:
    async def gather() -> bytes:
        return b"".join([piece async for piece in blobs.stream(sha256, start, end, size)])

    return asyncio.run(gather())

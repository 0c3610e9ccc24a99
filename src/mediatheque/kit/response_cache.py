"""Answers of other people's servers, kept so that an unchanged one need not be sent again."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """A body with what the server needs to say "that one is still good"."""

    body: bytes
    etag: str | None = None
    last_modified: str | None = None


class ResponseCache(Protocol):
    """Keeps responses under keys that hold no secret; may forget any of them at any time."""

    def get(self, key: str) -> StoredResponse | None: ...

    def put(self, key: str, response: StoredResponse) -> None: ...


class FolderCache:
    """Responses as files in one folder, the least recently used dropped beyond `max_bytes`.

    Several processes may share the folder: files appear whole (written aside, then renamed), and
    a damaged one counts as absent. A disk that is full or read-only costs speed, never an answer.
    """

    def __init__(self, folder: Path, max_bytes: int = 256 * 1024 * 1024) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._held_bytes: int | None = None  # unknown until the folder has been listed once
        self._lock = threading.Lock()

    def get(self, key: str) -> StoredResponse | None:
        path = self._path(key)
        try:
            raw = path.read_bytes()
            os.utime(path)  # recently used: dropped last
        except OSError:
            return None
        return _parse(raw)

    def put(self, key: str, response: StoredResponse) -> None:
        raw = _serialise(response)
        if len(raw) > self._max_bytes:
            return
        try:
            self._write(self._path(key), raw)
            self._make_room(len(raw))
        except OSError as error:
            _log.warning("the response cache %s cannot be written: %s", self._folder, error)

    def _path(self, key: str) -> Path:
        return self._folder / hashlib.sha256(key.encode()).hexdigest()

    def _write(self, path: Path, raw: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(dir=self._folder, prefix=".")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(raw)
            Path(aside).replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                Path(aside).unlink()
            raise

    def _make_room(self, added: int) -> None:
        with self._lock:
            if self._held_bytes is not None:
                self._held_bytes += added
                if self._held_bytes <= self._max_bytes:
                    return
            self._held_bytes = self._drop_oldest()

    def _drop_oldest(self) -> int:
        """List the folder and, if it holds too much, drop to 80 %, so that not every put lists it."""
        files: list[tuple[float, int, Path]] = []
        for path in self._folder.iterdir():
            with contextlib.suppress(OSError):  # another process may drop it meanwhile
                status = path.stat()
                files.append((status.st_mtime, status.st_size, path))
        held = sum(size for _, size, _ in files)
        if held <= self._max_bytes:
            return held
        for _, size, path in sorted(files):
            if held <= self._max_bytes * 0.8:
                break
            with contextlib.suppress(OSError):
                path.unlink()
            held -= size
        return held


def _serialise(response: StoredResponse) -> bytes:
    head = {
        "etag": response.etag,
        "last_modified": response.last_modified,
        "sha256": hashlib.sha256(response.body).hexdigest(),
    }
    return json.dumps(head).encode() + b"\n" + response.body


def _parse(raw: bytes) -> StoredResponse | None:
    head_line, _, body = raw.partition(b"\n")
    try:
        head: Any = json.loads(head_line)
        if head["sha256"] != hashlib.sha256(body).hexdigest():
            return None
        return StoredResponse(body, head["etag"], head["last_modified"])
    except (ValueError, KeyError, TypeError):
        return None

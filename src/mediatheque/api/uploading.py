"""Receiving a file: a multipart body goes to disk as it arrives, within bounds, and never lies in memory."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from anyio import to_thread
from fastapi import Request
from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.exceptions import HTTPException

from mediatheque.kit.errors import Invalid, TooLarge

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

_LONGEST_FIELD = 2048
_MOST_FIELDS = 20
_WRITTEN_AT_ONCE = 1 << 20
_DAY_S = 24 * 3600


@dataclass(slots=True)
class Received:
    """A file that arrived, what its owner calls it, and the form's other fields."""

    path: Path
    name: str = ""
    fields: dict[str, str] = field(default_factory=dict[str, str])
    is_kept: bool = False

    def settle(self) -> Path:
        """Give the file the name it can wait under for days; it is still deleted unless it is kept."""
        self.path = self.path.rename(self.path.with_suffix(""))
        return self.path

    def keep(self) -> None:
        """Somebody else sees to the file from now on."""
        self.is_kept = True


@asynccontextmanager
async def received(request: Request, folder: Path, largest_mb: int) -> AsyncGenerator[Received]:
    """The `file` of a multipart request, on disk; deleted afterwards unless it is kept.

    Raises TooLarge, Invalid for a form without a file, HTTPException 415 for what is no form.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    upload = Received(folder / f"{secrets.token_hex(16)}.part")
    try:
        with upload.path.open("xb") as file:
            await _Form(upload, file, largest_mb).read(request)
        yield upload
    finally:
        if not upload.is_kept:
            upload.path.unlink(missing_ok=True)


def forget_left_behind(folder: Path) -> None:
    """Delete what a killed server was receiving or sending, and what nobody fetched for a month."""
    if folder.is_dir():
        for path in folder.iterdir():
            with suppress(OSError):
                age_s = time.time() - path.stat().st_mtime
                if age_s > (_DAY_S if path.suffix == ".part" else 30 * _DAY_S):
                    path.unlink()


class _Form:
    """Reads one multipart body; the parser calls back for each piece it meets."""

    def __init__(self, upload: Received, file: BinaryIO, largest_mb: int) -> None:
        self._upload = upload
        self._file = file
        self._largest_mb = largest_mb
        self._size = 0
        self._unwritten = bytearray()
        self._header = bytearray(), bytearray()
        self._disposition = b""
        self._field: str | None = None  # None: the part is the file
        self._value = bytearray()
        self._parts = 0
        self._has_file = False
        self._is_whole = False

    async def read(self, request: Request) -> None:
        boundary = _boundary(request)
        try:
            parser = MultipartParser(boundary, self._callbacks())
            async for chunk in request.stream():
                parser.write(chunk)
                if len(self._unwritten) >= _WRITTEN_AT_ONCE:
                    await self._write()
            parser.finalize()
        except FormParserError:
            raise Invalid("The form is malformed; send the file again.") from None
        # The parser itself does not mind a form that breaks off: half a history would be imported.
        if not self._is_whole:
            raise Invalid("The form breaks off before its end; send the file again.")
        await self._write()
        if not self._has_file:
            raise Invalid("Send the file as the part 'file' of a multipart form.")

    async def _write(self) -> None:
        data, self._unwritten = self._unwritten, bytearray()
        await to_thread.run_sync(self._file.write, data)

    def _callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._on_part_begin,
            "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers_finished,
            "on_part_data": self._on_part_data,
            "on_part_end": self._on_part_end,
            "on_end": self._on_end,
        }

    def _on_part_begin(self) -> None:
        self._disposition, self._field, self._value = b"", None, bytearray()

    def _on_header_end(self) -> None:
        name, value = map(bytes, self._header)
        if name.lower() == b"content-disposition":
            self._disposition = value
        self._header = bytearray(), bytearray()

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = _text(options.get(b"name", b""))
        if name != "file":
            self._field = name
            self._parts += 1  # not the names: a form may hold one of them a million times
            if self._parts > _MOST_FIELDS:
                raise Invalid(f"The form has more than {_MOST_FIELDS} fields; see /api/openapi.json.")
        elif self._has_file:
            raise Invalid("The form has more than one 'file'; send one at a time.")
        else:
            self._has_file = True
            self._upload.name = harmless_name(_text(options.get(b"filename", b"")))

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._field is not None:
            self._value += data[start:end]
            if len(self._value) > _LONGEST_FIELD:
                raise Invalid(f"The field '{self._field[:50]}' is longer than {_LONGEST_FIELD:,} bytes.")
            return
        self._size += end - start
        if self._size > self._largest_mb << 20:
            raise TooLarge(
                f"The file is larger than {self._largest_mb} MiB; add it on the command line, "
                "or raise MEDIATHEQUE_UPLOAD_LIMIT_MB."
            )
        self._unwritten += data[start:end]

    def _on_part_end(self) -> None:
        if self._field is not None:
            self._upload.fields[self._field] = _text(bytes(self._value))

    def _on_end(self) -> None:
        self._is_whole = True


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise HTTPException(415, "Send a multipart/form-data form with the file as its part 'file'.")
    return options[b"boundary"]


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def harmless_name(name: str) -> str:
    """The last part of a file name, without what could break a line or leave a folder."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable())[:200].strip() or "upload"

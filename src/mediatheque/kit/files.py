"""Files that people hand us: a plain file or a ZIP, read as bounded streams of bytes and of text."""

from __future__ import annotations

import codecs
import io
import lzma
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, TextIO, cast

from mediatheque.kit.errors import Invalid, TooLarge


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an upload may unpack to; counted on bytes really read, never on what a header says."""

    members: int = 50_000
    nested_archives: int = 20
    directory_bytes: int = 32 << 20  # of a ZIP's list of contents, which has to be held in memory
    member_bytes: int = 4 << 30
    total_bytes: int = 16 << 30
    ratio: int = 300  # an honest history packs 10–40 times smaller; a bomb 1,000 times
    ratio_counts_from: int = 16 << 20


_JUNK_NAMES = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
_READABLE_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,  # includes NotImplementedError: a feature of ZIP that Python does not read
    ValueError,
    OverflowError,
)


class _Budget:
    """Counts the bytes that an upload has unpacked to; reading a member again costs nothing more."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.furthest_by_name: dict[str, int] = {}
        self.total = 0

    def spend(self, name: str, position: int, packed_bytes: int | None) -> None:
        limits = self.limits
        furthest = self.furthest_by_name.get(name, 0)
        if position > furthest:
            self.furthest_by_name[name] = position
            self.total += position - furthest
        if position > limits.member_bytes:
            raise TooLarge(
                f"{name} unpacks to more than {_size(limits.member_bytes)}, the limit for one file"
            )
        if self.total > limits.total_bytes:
            raise TooLarge(
                f"The ZIP unpacks to more than {_size(limits.total_bytes)}, the limit for one upload"
            )
        if (
            packed_bytes is not None
            and position > limits.ratio_counts_from
            and position > limits.ratio * max(packed_bytes, 1)
        ):
            raise TooLarge(f"{name} unpacks to over {limits.ratio} times its size, as only a ZIP bomb does")


class _Bounded(io.RawIOBase):
    """A member's bytes: each read is paid from the budget, damage becomes Invalid."""

    def __init__(self, source: BinaryIO, name: str, packed_bytes: int | None, budget: _Budget) -> None:
        super().__init__()
        self._source = source
        self._name = name
        self._packed_bytes = packed_bytes
        self._budget = budget
        self._position = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        try:
            chunk = self._source.read(len(buffer))
        except _DAMAGE as error:
            raise Invalid(f"{self._name} is damaged ({error}); download the export again") from error
        self._position += len(chunk)
        self._budget.spend(self._name, self._position, self._packed_bytes)
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        if not self.closed:
            self._source.close()
        super().close()


class Member:
    """One file of an upload. It can be opened any number of times, also while it is open."""

    def __init__(self, name: str, size: int, archive: _Archive | None, path: Path, budget: _Budget) -> None:
        self.name = name
        self.size = size
        self._archive = archive
        self._path = path
        self._budget = budget

    def __repr__(self) -> str:
        return f"Member({self.name!r}, {self.size} bytes)"

    @property
    def base_name(self) -> str:
        """The name without its folders."""
        return PurePosixPath(self.name).name

    def open(self) -> BinaryIO:
        """The bytes as a stream; reading raises Invalid on damage and TooLarge past the limits."""
        packed_bytes = None
        try:
            if self._archive is None:
                source = cast(BinaryIO, self._path.open("rb", buffering=0))
            else:
                info = self._archive.info_by_name[self.name]
                packed_bytes = info.compress_size
                source = cast(BinaryIO, self._archive.zip_file.open(info))
        except _DAMAGE as error:
            raise Invalid(f"{self.name} cannot be opened ({error}); download the export again") from error
        return io.BufferedReader(_Bounded(source, self.name, packed_bytes, self._budget), 1 << 16)

    def head(self, n: int) -> bytes:
        """The first `n` bytes."""
        with self.open() as stream:
            return stream.read(n)


class _Archive:
    """An open ZIP: its usable entries by the name we give them."""

    def __init__(self, zip_file: zipfile.ZipFile, label: str, prefix: str) -> None:
        self.zip_file = zip_file
        self.info_by_name: dict[str, zipfile.ZipInfo] = {}
        for info in zip_file.infolist():
            if info.is_dir() or _is_junk(info.filename):
                continue
            if info.flag_bits & 0x1:
                raise Invalid(f"{label} is protected by a password; unpack it and give the files inside")
            if info.compress_type not in _READABLE_METHODS:
                raise Invalid(
                    f"{info.filename} in {label} is packed by method {info.compress_type}, which is not read "
                    "here; unpack the ZIP and pack it again in the usual way"
                )
            self.info_by_name.setdefault(prefix + info.filename, info)


class Upload:
    """A file as it was given: `members` are the files inside, or the plain file itself."""

    def __init__(self, name: str, members: tuple[Member, ...], held_open: ExitStack) -> None:
        self.name = name
        self.members = members
        self._held_open = held_open

    @classmethod
    def open(cls, path: Path | str, name: str | None = None, limits: Limits | None = None) -> Upload:
        """Open `path`; `name` is what its owner calls it, where the file on disk has another name."""
        path = Path(path)
        name = name or path.name
        if path.is_dir():
            raise Invalid(f"{path} is a folder; give the exported file or ZIP itself")
        if not path.is_file():
            raise Invalid(f"There is no file {path}")
        budget = _Budget(limits or Limits())
        held_open = ExitStack()
        try:
            with path.open("rb") as stream:
                is_zip = stream.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
            if is_zip:
                members = tuple(_members_of_zip(path, name, budget, held_open))
            else:
                members = (Member(name, path.stat().st_size, None, path, budget),)
        except BaseException as error:
            held_open.close()
            if isinstance(error, OSError):
                raise Invalid(f"{name} cannot be read: {error.strerror or error}") from error
            raise
        return cls(name, members, held_open)

    def close(self) -> None:
        self._held_open.close()

    def __enter__(self) -> Upload:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _members_of_zip(path: Path, label: str, budget: _Budget, held_open: ExitStack) -> Iterator[Member]:
    outer = _open_archive(held_open.enter_context(path.open("rb")), label, "", budget.limits, held_open)
    count = nested = 0
    for name, info in outer.info_by_name.items():
        member = Member(name, info.file_size, outer, path, budget)
        inside: list[Member] = [member]
        if name.lower().endswith(".zip"):
            nested += 1
            if nested > budget.limits.nested_archives:
                raise TooLarge(
                    f"{label} holds more than {budget.limits.nested_archives} ZIPs; give them singly"
                )
            inner = _open_nested(member, name, budget.limits, held_open)
            inside = [Member(n, i.file_size, inner, path, budget) for n, i in inner.info_by_name.items()]
        count += len(inside)
        if count > budget.limits.members:
            raise TooLarge(f"{label} holds more than {budget.limits.members} files; give the ones to import")
        yield from inside


def _open_nested(member: Member, label: str, limits: Limits, held_open: ExitStack) -> _Archive:
    """A ZIP inside the ZIP, spooled to a temporary file because ZIPs are read from their end."""
    spooled = tempfile.SpooledTemporaryFile(max_size=8 << 20)  # noqa: SIM115
    held_open.enter_context(spooled)
    with member.open() as stream:
        while chunk := stream.read(1 << 20):
            spooled.write(chunk)
    return _open_archive(cast(BinaryIO, spooled), label, f"{label}/", limits, held_open)


def _open_archive(
    stream: BinaryIO, label: str, prefix: str, limits: Limits, held_open: ExitStack
) -> _Archive:
    try:
        if _directory_bytes(stream) > limits.directory_bytes:
            raise TooLarge(f"{label} lists more files than can be read; give the ones to import")
        zip_file = held_open.enter_context(zipfile.ZipFile(stream))
    except _DAMAGE as error:
        raise Invalid(f"{label} is no complete ZIP ({error}); download or pack it again") from error
    return _Archive(zip_file, label, prefix)


def _directory_bytes(stream: BinaryIO) -> int:
    """The size that a ZIP claims for its list of contents, before zipfile holds all of it in memory."""
    length = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, length - 65_600))
    tail = stream.read()
    stream.seek(0)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 16:
        return 0  # zipfile will say what is wrong
    wide = tail.rfind(b"PK\x06\x06", 0, end)  # the 64-bit twin stands shortly before
    if wide >= 0 and len(tail) >= wide + 48:
        return int(struct.unpack_from("<Q", tail, wide + 40)[0])
    return int(struct.unpack_from("<I", tail, end + 12)[0])


def _is_junk(name: str) -> bool:
    """What macOS and Windows leave in ZIPs."""
    parts = PurePosixPath(name).parts
    return not parts or "__MACOSX" in parts or parts[-1] in _JUNK_NAMES or parts[-1].startswith("._")


def _size(n: int) -> str:
    return f"{n / (1 << 30):g} GB" if n >= 1 << 30 else f"{n / (1 << 20):g} MB"


# ---- text ----------------------------------------------------------------------------------


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are no UTF-8 as cp1252, byte for byte, so no file has to be read twice to know."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("mediatheque-cp1252", _as_cp1252)


class _Utf8(io.RawIOBase):
    """Bytes in some encoding as UTF-8 without NULs, which neither csv nor PostgreSQL's JSON can hold."""

    def __init__(self, source: BinaryIO, encoding: str, skip: int) -> None:
        super().__init__()
        self._source = source
        source.read(skip)
        is_utf8 = encoding == "utf-8"
        self._decoder = None if is_utf8 else codecs.getincrementaldecoder(encoding)("replace")
        self._pending = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        while not self._pending:
            chunk = self._source.read(1 << 16)
            ends = not chunk
            if self._decoder is not None:
                chunk = self._decoder.decode(chunk, ends).encode("utf-8", "replace")
            self._pending = chunk.replace(b"\0", b"")
            if ends and not self._pending:
                return 0
        n = min(len(buffer), len(self._pending))
        buffer[:n] = self._pending[:n]
        self._pending = self._pending[n:]
        return n

    def close(self) -> None:
        if not self.closed:
            self._source.close()
        super().close()


_MARKS = (  # UTF-32 first: its little-endian mark begins like that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def encoding_of(head: bytes) -> tuple[str, int]:
    """The encoding that a file's first bytes show, and how many of them are its mark."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    sample = head[:256]
    pairs = len(sample) // 2
    if pairs:
        # Headers and markup are ASCII, which in UTF-16 is every second byte NUL.
        high, low = sample[0 : pairs * 2 : 2].count(0), sample[1 : pairs * 2 : 2].count(0)
        if low * 2 >= pairs and high * 8 < pairs:
            return "utf-16-le", 0
        if high * 2 >= pairs and low * 8 < pairs:
            return "utf-16-be", 0
    return "utf-8", 0


def open_utf8(member: Member) -> BinaryIO:
    """The member's text as UTF-8 bytes without mark or NULs, for parsers that want bytes (JSON, HTML)."""
    encoding, skip = encoding_of(member.head(256))
    return io.BufferedReader(_Utf8(member.open(), encoding, skip), 1 << 16)


def open_text(member: Member) -> TextIO:
    """The member's text: UTF-8 or UTF-16 with or without mark, else cp1252; line ends become "\\n"."""
    return io.TextIOWrapper(
        cast("io.BufferedReader", open_utf8(member)), "utf-8", errors="mediatheque-cp1252", newline=None
    )

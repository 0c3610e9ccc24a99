"""The built page's files: which there are, what they are called on the wire, and how they are packed."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import mediatheque

#: Where the build puts the page, and the wheel has it.
FOLDER = Path(mediatheque.__file__).parent / "page"
INDEX = "index.html"

#: How a browser calls a packing, and how the build calls the file; the best one first.
_PACKINGS = {"br": ".br", "gzip": ".gz"}
#: What the system's own list may not know, or calls by an old name.
_MEDIA_TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file of the page, and its packings by their names in `Content-Encoding`; "" is the file as it is."""

    media_type: str
    digest: str
    contents: Mapping[str, bytes]

    def best(self, accepted: str) -> str:
        """The packing for who sends this as `Accept-Encoding`."""
        weights = _weights(accepted)
        return next((name for name in self.contents if name and weights.get(name, 0.0) > 0), "")

    def etag(self, packing: str, variant: str = "") -> str:
        """Names these very bytes, and what is said along with them."""
        return f'"{"-".join(part for part in (self.digest, packing, variant) if part)}"'


@dataclass(slots=True)
class BuiltPage:
    """A folder of such files. Only what was in it when it was built can be asked for, so no path leads out of it."""

    folder: Path = FOLDER
    _built_at: int = 0
    _names: frozenset[str] = frozenset()
    _read: dict[str, PageFile] = field(default_factory=dict[str, PageFile])

    def file(self, name: str) -> PageFile | None:
        """The file called so; None: there is none."""
        self._look()
        if name not in self._names:
            return None
        if name not in self._read:
            try:
                self._read[name] = _file(self.folder / name)
            except FileNotFoundError:  # it is being built anew
                return None
        return self._read[name]

    def _look(self) -> None:
        """See what there is, where it was built since."""
        try:
            built_at = (self.folder / INDEX).stat().st_mtime_ns
        except FileNotFoundError:
            built_at = 0
        if built_at == self._built_at:
            return
        paths = [path for path in self.folder.rglob("*") if path.is_file()] if built_at else []
        names = {path.relative_to(self.folder).as_posix() for path in paths}
        packed = {name for name in names if name.endswith(tuple(_PACKINGS.values()))}
        self._names = frozenset(name for name in names - packed if not _is_hidden(name))
        self._read = {}
        self._built_at = built_at


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/"))


def _file(path: Path) -> PageFile:
    contents: dict[str, bytes] = {}
    for packing, ending in _PACKINGS.items():
        packed = path.with_name(path.name + ending)
        if packed.is_file():
            contents[packing] = packed.read_bytes()
    contents[""] = path.read_bytes()
    guessed = (
        _MEDIA_TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    )
    is_text = guessed.startswith("text/") or guessed in ("application/json", "image/svg+xml")
    media_type = f"{guessed}; charset=utf-8" if is_text else guessed
    return PageFile(media_type, hashlib.sha256(contents[""]).hexdigest()[:32], contents)


def _weights(accepted: str) -> dict[str, float]:
    """Which packings are welcome, and how much (RFC 9110, 12.5.3); 0: not at all."""
    weights: dict[str, float] = {}
    for part in accepted.split(","):
        name, _, parameter = part.partition(";")
        kind, _, value = parameter.strip().partition("=")
        try:
            weight = float(value) if kind.strip().lower() == "q" else 1.0
        except ValueError:
            weight = 0.0
        weights[name.strip().lower()] = weight
    if "*" in weights:
        weights = dict.fromkeys(_PACKINGS, weights["*"]) | weights
    return weights

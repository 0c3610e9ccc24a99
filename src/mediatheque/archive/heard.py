"""What was heard of a recording so far, kept in a file from which another attempt goes on."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from mediatheque.tools.speech import Heard as Heard
from mediatheque.tools.speech import Word

#: What nobody went on with in so many seconds is thrown away.
_KEPT_S = 24 * 3600.0


class HeardSoFar:
    """Stretches of speech in their order; each is on the disk when `add` returns."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self._path, self._file = path, file
        self.heard: list[Heard] = []
        self.language: str | None = None
        self.language_probability: float | None = None

    @classmethod
    def open(cls, folder: Path, key: Sequence[str]) -> HeardSoFar:
        """What was heard of it before, or nothing; `key` tells the sound, the model and how it was asked apart."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _throw_old_away(folder)
        path = folder / f"{hashlib.sha256(json.dumps(list(key)).encode()).hexdigest()[:32]}.jsonl"
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "r+b", buffering=0)
        so_far = cls(path, file)
        file.seek(0)
        for line in file.read().split(b"\n"):
            # The last line may have been cut short, and two at work on one recording may have written at once.
            with contextlib.suppress(ValueError, KeyError, TypeError):
                so_far._take(json.loads(line))
        file.write(b"\n")
        return so_far

    @property
    def end_ms(self) -> int:
        """Up to here it was heard."""
        return self.heard[-1].end_ms if self.heard else 0

    def is_in(self, language: str | None, probability: float | None) -> None:
        """Keep the language; the first that was found stays."""
        if self.language is None and language is not None:
            self._write({"language": language, "probability": probability})

    def add(self, stretch: Heard) -> None:
        """Keep one more stretch."""
        words = [[w.start_ms, w.end_ms, w.text, w.probability] for w in stretch.words]
        self._write({"heard": [stretch.start_ms, stretch.end_ms, stretch.text, words]})

    def forget(self) -> None:
        """All was heard: the file goes."""
        self._path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def _write(self, told: dict[str, Any]) -> None:
        self._file.write(json.dumps(told, ensure_ascii=False).encode() + b"\n")
        self._take(told)

    def _take(self, told: dict[str, Any]) -> None:
        if "language" in told:
            self.language, self.language_probability = told["language"], told["probability"]
            return
        start_ms, end_ms, text, words = told["heard"]
        if start_ms >= self.end_ms - 1_000 and end_ms > self.end_ms:
            self.heard.append(Heard(start_ms, end_ms, text, tuple(Word(*word) for word in words)))


def _throw_old_away(folder: Path) -> None:
    before = time.time() - _KEPT_S
    for path in folder.glob("*.jsonl"):
        with contextlib.suppress(OSError):  # another worker was quicker
            if path.stat().st_mtime < before:
                path.unlink()

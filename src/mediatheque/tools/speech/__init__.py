"""The shelf of listeners: each module opens one way of turning speech into text.

A module offers `open_from(rest, *, models_dir, key) -> Speech`, where `rest` is what the setting says after the module's
name: `whisper`, `whisper?model=small`, `openai+https://api.openai.com/v1?model=whisper-1`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from mediatheque.kit import shelf
from mediatheque.kit.errors import Invalid

#: Asked between pieces of work: whether to stop.
IsCancelled: TypeAlias = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it was heard, in milliseconds from the beginning; `probability` in 0..1."""

    start_ms: int
    end_ms: int
    text: str
    probability: float = 1.0


@dataclass(frozen=True, slots=True)
class Heard:
    """A stretch of speech, about a sentence, in the order of the recording."""

    start_ms: int
    end_ms: int
    text: str
    words: tuple[Word, ...] = ()


class Hearing(Protocol):
    """What is heard, as it comes; who stops before the end says so, and nobody goes on listening."""

    def __iter__(self) -> Iterator[Heard]: ...
    def __next__(self) -> Heard: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Listening:
    """What is known before the first words, and the words as they come."""

    language: str | None  # ISO 639-1
    language_probability: float | None
    heard: Hearing


class Speech(Protocol):
    """Turns speech into text; safe to call from several threads."""

    @property
    def name(self) -> str:
        """Which model it is: "whisper-base"."""
        ...

    def listen(
        self,
        speech: Path,
        *,
        language: str | None = None,
        is_cancelled: IsCancelled | None = None,
        from_ms: int = 0,
    ) -> Listening:
        """What is said in a 16 kHz mono file, in the language given or found; nothing where nobody speaks.

        With `from_ms` what is said from then on; times still count from the beginning of the file.
        Raises (also while iterating) Invalid for a file it cannot read, Unavailable when the model cannot be reached or its
        process died, Cancelled when told so.
        """
        ...

    def close(self) -> None:
        """End what it started."""
        ...


def names() -> tuple[str, ...]:
    """Public names of the listeners."""
    return shelf.names_on(sys.modules[__name__])


def open_speech(setting: str, *, models_dir: Path | None, key: str | None) -> Speech:
    """The listener that `MEDIATHEQUE_SPEECH` names; raises Invalid when the setting cannot be used."""
    name, rest = _split(setting.strip() or "whisper")
    if name not in names():
        raise Invalid(
            f"MEDIATHEQUE_SPEECH is '{setting}', but '{name}' is no listener; there is {', '.join(names())}"
        )
    module: Any = shelf.take(sys.modules[__name__], name)
    opened: Speech = module.open_from(rest, models_dir=models_dir, key=key)
    return opened


def _split(setting: str) -> tuple[str, str]:
    found = re.match(r"([A-Za-z0-9_-]+)(?:\+|://)?(.*)$", setting, re.DOTALL)
    return (found[1].lower(), found[2]) if found else (setting, "")

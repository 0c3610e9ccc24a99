"""The shelf of forms that a transcript is written in: one file each, and the file's name is what one asks for.

A module offers `MEDIA_TYPE`, `SUFFIX` and `write(document) -> str`. Pure: a document in, text out.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, cast
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from mediatheque.kit import shelf
from mediatheque.tools.speech import Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A line of a transcript, in milliseconds from the beginning, as it counts.

    `heard` is what the machine wrote where a person corrected it. `words` have times, where a model heard them.
    """

    start_ms: int
    end_ms: int
    text: str
    speaker: str | None = None
    heard: str | None = None
    words: Sequence[Word] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A chapter: it goes on until the next begins."""

    title: str
    start_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A recording in words: what is said in it, and what is said of it. Times of `lines` and `chapters` rise."""

    title: str
    lines: Sequence[Said]
    by: str | None = None
    link: str | None = None
    language: str | None = None  # ISO 639-1
    duration_ms: int | None = None
    summary: str = ""
    key_points: Sequence[str] = ()
    tags: Sequence[str] = ()
    chapters: Sequence[Part] = field(default=())


class Format(Protocol):
    """What every module on this shelf offers."""

    #: What it is, for the header Content-Type.
    MEDIA_TYPE: str
    #: How names of such files end.
    SUFFIX: str

    def write(self, document: Document) -> str:
        """The document in this form; ends with a line break."""
        ...


def names() -> tuple[str, ...]:
    """Public names of the forms."""
    return shelf.names_on(sys.modules[__name__])


def form(name: str) -> Format:
    """The form called `name`; raises Invalid naming what there is."""
    module: Any = shelf.take(sys.modules[__name__], name)
    return cast("Format", module)


def clock(ms: int) -> str:
    """A time for people: 0:07, 12:41, 1:02:03."""
    minutes, seconds = divmod(ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def link_at(link: str, ms: int) -> str:
    """The link to a moment of a recording: with YouTube's parameter there, else as a media fragment (W3C)."""
    parts = urlsplit(link)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    if host in ("youtube.com", "youtu.be"):
        others = [(name, value) for name, value in parse_qsl(parts.query) if name != "t"]
        return urlunsplit(parts._replace(query=urlencode([*others, ("t", f"{ms // 1000}s")])))
    return urlunsplit(parts._replace(fragment=f"t={ms // 1000}"))


def by_chapter(document: Document) -> list[tuple[Part | None, list[Said]]]:
    """The lines under the chapter that they begin in; under None those before the first."""
    parts: list[tuple[Part | None, list[Said]]] = [(None, [])]
    waiting = list(document.chapters)
    for line in document.lines:
        while waiting and waiting[0].start_ms <= line.start_ms:
            parts.append((waiting.pop(0), []))
        parts[-1][1].append(line)
    parts += [(part, []) for part in waiting]
    return parts if parts[0][1] else parts[1:]


def by_turn(lines: Sequence[Said]) -> list[tuple[Said, str]]:
    """What each person says until another speaks, with the line that it begins with."""
    turns: list[tuple[Said, list[str]]] = []
    for line in lines:
        said = " ".join(line.text.split())
        if not said:
            continue
        if turns and turns[-1][0].speaker == line.speaker and _is_short(turns[-1][1]):
            turns[-1][1].append(said)
        else:
            turns.append((line, [said]))
    return [(first, " ".join(texts)) for first, texts in turns]


def _is_short(texts: Sequence[str]) -> bool:
    """Whether there is room for more: nobody finds the minute again in a paragraph of pages."""
    return sum(map(len, texts)) < 600

"""Markdown (CommonMark): what it says in short, then what is said, under its chapters, with links to the moments."""

from __future__ import annotations

import re
from urllib.parse import quote

from mediatheque.archive.formats import Document, by_chapter, by_turn, clock, link_at

MEDIA_TYPE = "text/markdown"
SUFFIX = ".md"


def write(document: Document) -> str:
    """The title, the summary and key points, then the turns, each with its time."""
    parts = [f"# {_escaped(document.title)}"]
    if about := _about(document):
        parts.append(about)
    if document.summary:
        parts += [_escaped(paragraph) for paragraph in re.split(r"\n\s*\n", document.summary)]
    if document.key_points:
        parts.append("\n".join(f"- {_escaped(point)}" for point in document.key_points))
    for chapter, lines in by_chapter(document):
        if chapter is not None:
            parts.append(f"## {_escaped(chapter.title)} ({_moment(document, chapter.start_ms)})")
        for first, said in by_turn(lines):
            name = f"**{_escaped(first.speaker)}** " if first.speaker else ""
            parts.append(f"{name}{_moment(document, first.start_ms)}  \n{_escaped(said)}")
    return "\n\n".join(part for part in parts if part.strip()) + "\n"


def _about(document: Document) -> str:
    told = [
        _escaped(document.by) if document.by else "",
        clock(document.duration_ms) if document.duration_ms is not None else "",
        _linked("source", document.link) if document.link else "",
        ", ".join(map(_escaped, document.tags)),
    ]
    return " · ".join(part for part in told if part)


def _moment(document: Document, ms: int) -> str:
    """A time, as a link where there is something to lead to."""
    return _linked(clock(ms), link_at(document.link, ms)) if document.link else clock(ms)


def _linked(text: str, link: str) -> str:
    # What could end a link's address, as a bracket or a space does, is written in hexadecimal.
    return f"[{text}]({quote(link, safe=_PLAIN_IN_LINKS)})"


_PLAIN_IN_LINKS = "%/:=&?~#+!$,;'@*-._"


_ANYWHERE = re.compile(r"([\\`*_\[\]<>|~&])")
_AT_BEGINNING = re.compile(r"^([#+\-=]|\d{1,9}(?=[.)]))")


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is, in one line."""
    escaped = _ANYWHERE.sub(r"\\\1", " ".join(text.split()))
    return _AT_BEGINNING.sub(_quoted, escaped)


def _quoted(found: re.Match[str]) -> str:
    """A list's number is quoted at its full stop: a digit cannot be."""
    return f"{found[1]}\\" if found[1][0].isdigit() else f"\\{found[1]}"

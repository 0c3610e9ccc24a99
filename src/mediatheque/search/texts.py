"""What is embedded of a work: a few sentences a reader would recognise it by."""

from __future__ import annotations

import hashlib

from mediatheque.vocabulary import Kind, Role, Work

#: More names say little about what a work is like, and drown its description.
_NAMES = 6

_NOUN = {
    Kind.FILM: "film",
    Kind.SHOW: "series",
    Kind.EPISODE: "episode",
    Kind.VIDEO: "video",
    Kind.BOOK: "book",
    Kind.AUDIO: "audio",
}
_CREDITED = (
    ("Directed by", (Role.DIRECTOR,)),
    ("Created by", (Role.CREATOR,)),
    ("Written by", (Role.AUTHOR, Role.WRITER)),
    ("Read by", (Role.NARRATOR,)),
    ("Channel:", (Role.CHANNEL,)),
    ("With", (Role.CAST,)),
)


def text_of(work: Work) -> str:
    """Title, original title, year, kind, genres, people and description; "" when a work says nothing of itself."""
    title = " ".join(work.title.split())
    description = " ".join((work.description or "").split())
    series = " ".join((work.series_title or "").split())
    if not (title or description or series):
        return ""
    return " ".join(part for part in (_heading(work, title, series), *_people(work), description) if part)


def text_hash(text: str) -> bytes:
    """16 bytes that are equal for equal texts."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _heading(work: Work, title: str, series: str) -> str:
    """ "Spirited Away (千と千尋の神隠し), animation, fantasy film, 2001."."""
    name = title
    if work.kind is Kind.EPISODE and series:
        name = f"{series}: {title}" if title else series
    if work.original_title and work.original_title.strip() not in ("", title):
        name += f" ({' '.join(work.original_title.split())})"
    genres = ", ".join(genre.lower() for genre in work.genres)
    kind = " ".join(part for part in (genres, _NOUN[work.kind]) if part)
    return ", ".join(part for part in (name, kind, str(work.year) if work.year else "") if part) + "."


def _people(work: Work) -> list[str]:
    found = ((label, work.people(*roles)) for label, roles in _CREDITED)
    return [f"{label} {', '.join(dict.fromkeys(names[:_NAMES]))}." for label, names in found if names]

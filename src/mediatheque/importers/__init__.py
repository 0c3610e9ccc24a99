"""The shelf of importers: each module reads one service's export, row by row, into records.

A module here has `TITLE` (what a person calls the export), `recognises(upload) -> bool` (from the
content: names inside a ZIP, headers) and `read(upload, options)`, which yields one Record, Rejected
or Skipped per row, streaming, and opens nothing but the upload. A question that only the user can
answer is raised as NeedsAnswer before the first row.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol, cast

from mediatheque.importers._bounds import bounded
from mediatheque.kit import shelf
from mediatheque.kit.errors import Invalid, NeedsAnswer
from mediatheque.kit.files import Upload
from mediatheque.vocabulary import Row

DateOrder = Literal["day-first", "month-first", "year-first"]


@dataclass(frozen=True, slots=True)
class Options:
    """What a user answered about an export; None: not asked yet, let the importer find out."""

    profile: str | None = None  # "all" takes every profile
    date_order: DateOrder | None = None
    timezone: str | None = None  # IANA name of the place where the export's local times were written


class Importer(Protocol):
    """What every module on this shelf offers."""

    TITLE: str

    def recognises(self, upload: Upload) -> bool: ...

    def read(self, upload: Upload, options: Options) -> Iterator[Row]: ...


def names() -> tuple[str, ...]:
    """The importers there are."""
    return shelf.names_on(sys.modules[__name__])


def importer(name: str) -> Importer:
    """The importer called `name`; raises Invalid naming what there is."""
    return cast(Importer, shelf.take(sys.modules[__name__], name))


def read(name: str, upload: Upload, options: Options) -> Iterator[Row]:
    """The rows of an upload as the importer called `name` reads them, each within the bounds of what can be kept."""
    return bounded(importer(name).read(upload, options))


def recognise(upload: Upload) -> str:
    """The name of the importer that reads this upload."""
    found = [name for name in names() if importer(name).recognises(upload)]
    if len(found) == 1:
        return found[0]
    if found:
        raise NeedsAnswer(
            f"{upload.name} could be from {' or '.join(found)}: say whose export it is",
            option="source",
            choices=found,
        )
    titles = ", ".join(importer(name).TITLE for name in names())
    raise Invalid(
        f"{upload.name} is no export known here. It has {_contents(upload)}. Supported are: {titles}"
    )


def check_source(upload: Upload, name: str) -> str:
    """`name`, when its importer can read this upload; raises Invalid when there is nothing in it for that one."""
    chosen = importer(name)
    if not chosen.recognises(upload):
        raise Invalid(
            f"{upload.name} holds nothing that is read as {chosen.TITLE}. It has {_contents(upload)}. "
            "Leave the source out to have it recognised."
        )
    return name


def _contents(upload: Upload) -> str:
    """What was looked at, short enough for a message."""
    members = upload.members
    if len(members) == 1:
        first = members[0].head(200)
        start = first.replace(b"\0", b"").decode("utf-8", "replace").strip("\ufeff\ufffd \r\n\t")
        begins = " ".join(start.split())[:60]
        return f"one file, {members[0].name}, that begins with “{begins}”" if begins else "only an empty file"
    shown = ", ".join(m.name for m in members[:5])
    return (
        f"{len(members)} files: {shown}{', …' if len(members) > 5 else ''}" if members else "no files inside"
    )

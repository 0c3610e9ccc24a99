"""Google's activity pages (one outer-cell per entry, all in one line), cut up in constant memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from mediatheque.kit.files import Member, open_text
from mediatheque.vocabulary import Rejected

_CELL = '<div class="outer-cell'
_CHUNK = 1 << 18
_LONGEST_CELL = 1 << 20  # characters; real ones have some 1,500

_HEADER = re.compile(r'<p class="[^"]*mdl-typography--title[^"]*"[^>]*>(.*?)</p>', re.DOTALL)
_CONTENT = re.compile(r'<div class="content-cell[^>]*>(.*?)</div>', re.DOTALL)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_LINK = re.compile(
    r"<a\s[^>]*?href\s*=\s*[\"']([^\"']*)[\"'][^>]*>(.*?)(?:</a>|$)", re.DOTALL | re.IGNORECASE
)
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an entry: its text, and its link's address and text if it has one."""

    text: str
    url: str = ""
    link_text: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One entry of the page."""

    header: str  # "YouTube", "YouTube Music"
    lines: tuple[Line, ...]
    caption: str  # products, details and why Google keeps it

    def payload(self) -> dict[str, Any]:
        """The entry as it stands, for the record."""
        return {
            "header": self.header,
            "lines": [line.text for line in self.lines],
            "links": [line.url for line in self.lines if line.url],
            "caption": self.caption,
        }


def read_cells(member: Member) -> Iterator[tuple[str, Cell] | Rejected]:
    """Each entry with its place ("page.html:3" is the third), or a Rejected."""
    for number, (cell, is_last) in enumerate(_cells(member), 1):
        where = f"{member.name}:{number}"
        if cell is None:
            yield Rejected(where, "is too long for an entry of a history")
        elif is_last and cell.count("</div>") < cell.count("<div"):
            yield Rejected(where, "the file ends in the middle of this entry; download the export again")
        else:
            yield where, _read_cell(cell)


def _cells(member: Member) -> Iterator[tuple[str | None, bool]]:
    """The markup of each entry (None: too long) and whether it is the last."""
    with open_text(member) as text:
        rest, is_inside, is_too_long = "", False, False
        while chunk := text.read(_CHUNK):
            *complete, rest = (rest + chunk).split(_CELL)
            for piece in complete:
                if is_inside:
                    yield (None if is_too_long else _CELL + piece), False
                is_inside, is_too_long = True, False
            if not is_inside or len(rest) > _LONGEST_CELL:
                rest, is_too_long = rest[-len(_CELL) :], is_inside
        if is_inside:
            yield (None if is_too_long else _CELL + rest), True


def _read_cell(markup: str) -> Cell:
    header = _HEADER.search(markup)
    contents = _CONTENT.findall(markup)
    lines = (_read_line(part) for part in _BREAK.split(contents[0])) if contents else ()
    captions = [_plain(part) for part in contents[1:]]
    return Cell(
        header=_plain(header[1]) if header else "",
        lines=tuple(line for line in lines if line.text),
        caption=next((caption for caption in captions if caption), ""),
    )


def _read_line(markup: str) -> Line:
    link = _LINK.search(markup)
    if link is None:
        return Line(_plain(markup))
    return Line(_plain(markup), unescape(link[1]).strip(), _plain(link[2]))


def _plain(markup: str) -> str:
    """The text without tags; a line break in a caption becomes a space."""
    text = unescape(_TAG.sub("", _BREAK.sub(" ", markup)))
    return " ".join(text.replace("\0", "").split())

"""YouTube and YouTube Music from Google Takeout: views, searches, likes, playlists, subscriptions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice
from typing import Any
from zoneinfo import ZoneInfo

from mediatheque.importers import Options
from mediatheque.importers._youtube_activity import Activity, from_json, outcome
from mediatheque.importers._youtube_html import Cell, Line, read_cells
from mediatheque.importers._youtube_tables import Table, read_playlist, read_subscriptions, table_in
from mediatheque.importers._youtube_wording import Wording
from mediatheque.kit.errors import Invalid
from mediatheque.kit.files import Member, Upload
from mediatheque.kit.json_lists import read_json_list
from mediatheque.vocabulary import Rejected, Row

TITLE = "YouTube (Google Takeout)"

_SOURCE = "youtube"
_JSON_ENTRY = re.compile(r'"(?:header|products)"\s*:\s*(?:\[\s*)?"YouTube')
_EMPTY_LIST = re.compile(r"\s*\[\s*\]\s*")
_HISTORY_NAME = re.compile(r"(watch|search)[-_ ]history", re.IGNORECASE)
_PAGE_HEAD = 1 << 19  # Google puts 130 kB of style before the first entry
_SAMPLE = 200  # entries to learn a file's wording from


def recognises(upload: Upload) -> bool:
    return any(_reader_of(member) is not None for member in upload.members)


def read(upload: Upload, options: Options) -> Iterator[Row]:
    """Views and searches first: they name the videos that playlists only number."""
    if options.timezone is not None:
        _check_timezone(options.timezone)
    histories: list[tuple[Member, _Reader]] = []
    tables: list[tuple[Member, _Reader]] = []
    for member in upload.members:
        if (reader := _reader_of(member)) is not None:
            (tables if _is_csv(member) else histories).append((member, reader))
    for member, reader in chain(histories, tables):
        yield from reader(member, options)


_Reader = Callable[[Member, Options], Iterator[Row]]


def _reader_of(member: Member) -> _Reader | None:
    """What reads this member; None: it is not of YouTube, or tells nothing about works."""
    name = member.base_name.lower()
    if name.endswith(".json"):
        return _read_json if _is_json_history(member) else None
    if name.endswith((".html", ".htm")):
        return _read_html if _is_html_history(member) else None
    if _is_csv(member):
        match table_in(member):
            case Table.PLAYLIST:
                return lambda member, _: read_playlist(member, _SOURCE)
            case Table.SUBSCRIPTIONS:
                return lambda member, _: read_subscriptions(member, _SOURCE)
            case None:
                return None
    return None


def _is_csv(member: Member) -> bool:
    return member.base_name.lower().endswith(".csv")


def _is_json_history(member: Member) -> bool:
    head = member.head(1 << 14).replace(b"\0", b"").decode("utf-8", "replace").lstrip("\ufeff\ufffd")
    if _HISTORY_NAME.search(member.base_name) and _EMPTY_LIST.fullmatch(head):
        return True
    return head.lstrip().startswith("[") and _JSON_ENTRY.search(head) is not None


def _is_html_history(member: Member) -> bool:
    head = member.head(_PAGE_HEAD).replace(b"\0", b"")
    return b"outer-cell" in head and b"youtube.com" in head.lower()


def _check_timezone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise Invalid(f"'{name}' is no time zone; write it like Europe/Berlin or America/New_York") from error


def _read_json(member: Member, options: Options) -> Iterator[Row]:
    entries = read_json_list(member)
    sample = list(islice(entries, _SAMPLE))
    wording = Wording.of(_views_in(sample))
    for entry in chain(sample, entries):
        if isinstance(entry, Rejected):
            yield entry
            continue
        where, value = entry
        activity = from_json(value)
        yield (
            Rejected(where, activity)
            if isinstance(activity, str)
            else outcome(activity, where, _SOURCE, wording, options)
        )


def _views_in(sample: list[tuple[str, Any] | Rejected]) -> Iterator[tuple[str, str]]:
    """Sentence and address of the entries that are about a video."""
    for entry in sample:
        value = None if isinstance(entry, Rejected) else entry[1]
        if isinstance(value, Mapping):
            sentence, url = value.get("title"), value.get("titleUrl")
            if isinstance(sentence, str) and isinstance(url, str) and "/watch" in url:
                yield sentence, url


def _read_html(member: Member, options: Options) -> Iterator[Row]:
    wording = Wording()
    for entry in read_cells(member):
        if isinstance(entry, Rejected):
            yield entry
            continue
        where, cell = entry
        activity = _from_cell(cell)
        yield (
            outcome(activity, where, _SOURCE, wording, options)
            if activity is not None
            else Rejected(where, "the entry is empty")
        )


def _from_cell(cell: Cell) -> Activity | None:
    if not cell.lines:
        return None
    main, *others = cell.lines
    last = others[-1] if others else Line("")
    channel = next((line for line in others if line.url), Line(""))
    return Activity(
        header=cell.header,
        sentence=main.text,
        title=main.link_text or None,
        url=main.url,
        channel=channel.link_text,
        time="" if last.url else last.text,
        details=cell.caption,
        payload=cell.payload(),
    )

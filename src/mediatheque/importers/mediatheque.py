"""Mediatheque's own export: the facts themselves, so that a library can be carried elsewhere and back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

from mediatheque.importers import Options
from mediatheque.kit.errors import Invalid
from mediatheque.kit.files import Member, Upload
from mediatheque.kit.json_lists import parse_json, read_json_lines
from mediatheque.kit.wire import event_from_json, event_to_json, work_from_json, work_to_json
from mediatheque.vocabulary import Event, EventKind, Record, Rejected, Row, Work

TITLE = "Mediatheque (own export)"

#: The files of an export. The tables (history.csv …) beside them are for people and are not read back.
MANIFEST_FILE = "mediatheque.json"
RECORDS_FILE = "records.jsonl"
EVENTS_FILE = "events.jsonl"

VERSION = 1

_SOURCE = "mediatheque"
_SOURCE_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_TEXTS = (
    "title", "original_title", "language", "description", "series_title", "season_title", "series", "url", "image_url",
)  # fmt: skip
_RATINGS = frozenset(half / 2 for half in range(1, 11))
_LONGEST_TITLE = 1_000
_LONGEST_ID = 500
_WHOLES = ("year", "pages", "season", "episode", "rating_count", "minimum_age")
_NUMBERS = ("runtime_minutes", "popularity", "average_rating", "series_position")


# ---- what an export is made of -------------------------------------------------------------


def manifest(user_name: str, exported_at: datetime) -> dict[str, Any]:
    """What `mediatheque.json` says about the export."""
    return {
        "format": "mediatheque",
        "version": VERSION,
        "user": user_name,
        "exported_at": exported_at.astimezone(UTC).isoformat(),
    }


def to_json(record: Record) -> dict[str, Any]:
    """One line of `records.jsonl`; `from_json` gives back an equal record with an equal content hash.

    Write it with `json.dumps(…, ensure_ascii=False, default=str)`, as the content hash does.
    """
    line: dict[str, Any] = {"source": record.source, "where": record.where, "payload": dict(record.payload)}
    if record.key:
        line["key"] = record.key
    if record.work is not None:
        line["work"] = work_to_json(record.work)
    if record.events:
        line["events"] = [event_to_json(event) for event in record.events]
    return line


def from_json(line: Any) -> Record:
    """The record that `to_json` wrote; raises ValueError in words if it is none."""
    if not isinstance(line, Mapping):
        raise ValueError("is no record")
    source, where, payload = line.get("source"), line.get("where"), line.get("payload")
    key, events = line.get("key", ""), line.get("events", [])
    if not isinstance(source, str) or not _SOURCE_NAME.fullmatch(source):
        raise ValueError("does not say which importer read it (“source”)")
    if not isinstance(where, str) or not isinstance(payload, dict) or not isinstance(key, str):
        raise ValueError("has no “where”, “payload” or “key” as a record has")
    if not isinstance(events, list):
        raise ValueError("its “events” are no list")
    return Record(
        source=source,
        where=where,
        payload=payload,
        work=_work(line.get("work")),
        events=tuple(_event(event) for event in events),
        key=key,
    )


def event_to_line(event_id: str, event: Event, work: Work | None) -> dict[str, Any]:
    """One line of `events.jsonl`: an event that somebody gave directly, under an id that never changes."""
    line: dict[str, Any] = {"id": event_id, "event": event_to_json(event)}
    if work is not None:
        line["work"] = work_to_json(work)
    return line


def event_key(event_id: str) -> str:
    """The key of the record that stands for a directly given event."""
    return f"event:{event_id}"


# ---- reading it ----------------------------------------------------------------------------


def recognises(upload: Upload) -> bool:
    return any(_is_manifest(member) or _is_lines(member) for member in upload.members)


def read(upload: Upload, options: Options) -> Iterator[Row]:
    """The records under their first importer's name and key, so that what is known stays known."""
    del options  # nothing here is in doubt
    for member in upload.members:
        if _is_manifest(member):
            _check_version(member)
    for member in upload.members:
        if _is_lines(member):
            for entry in read_json_lines(member):
                yield entry if isinstance(entry, Rejected) else _row(*entry)


def _row(where: str, line: Any) -> Row:
    try:
        if isinstance(line, Mapping) and "event" in line:
            return _record_of_event(where, line)
        return from_json(line)
    except ValueError as error:
        return Rejected(where, str(error))


def _record_of_event(where: str, line: Mapping[str, Any]) -> Record:
    event_id = line.get("id")
    if not isinstance(event_id, str | int) or isinstance(event_id, bool) or event_id == "":
        raise ValueError("the event has no “id”")
    return Record(
        source=_SOURCE,
        where=where,
        payload=dict(line),
        work=_work(line.get("work")),
        events=(_event(line["event"]),),
        key=event_key(str(event_id)),
    )


def _is_manifest(member: Member) -> bool:
    return member.base_name == MANIFEST_FILE and b'"mediatheque"' in member.head(4096).replace(b"\0", b"")


def _is_lines(member: Member) -> bool:
    """Records or events; single files may have been renamed, so their first line decides."""
    if not member.base_name.lower().endswith((".jsonl", ".ndjson")):
        return False
    head = member.head(1 << 14).replace(b"\0", b"").decode("utf-8", "replace").lstrip("\ufeff\ufffd \r\n\t")
    if member.base_name in (RECORDS_FILE, EVENTS_FILE):
        return head.startswith("{")
    return head.startswith(('{"source"', '{"id"')) and ('"payload"' in head or '"event"' in head)


def _check_version(member: Member) -> None:
    try:
        said = parse_json(member.head(1 << 16).decode("utf-8-sig", "replace"))
    except ValueError as error:
        raise Invalid(f"{member.name} {error}; export the library again") from error
    version = said.get("version") if isinstance(said, dict) else None
    if not isinstance(version, int):
        raise Invalid(f"{member.name} does not say its version; export the library again")
    if version > VERSION:
        raise Invalid(
            f"This export has version {version} and this Mediatheque reads up to {VERSION}: update it first"
        )


def _event(data: Any) -> Event:
    if not isinstance(data, Mapping) or not isinstance(data.get("kind"), str):
        raise ValueError("an event has no kind")
    value, properties = data.get("value"), data.get("properties", {})
    if isinstance(value, bool) or not isinstance(value, int | float | None):
        raise ValueError("the value of an event is no number")
    if not isinstance(properties, dict):
        raise ValueError("the properties of an event are no object")
    try:
        event = event_from_json(data)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"an event cannot be read ({error})") from error
    if event.at is not None and event.at.tzinfo is None:
        raise ValueError("the time of an event has no zone")
    if event.is_date_only and (event.at is None or event.at.time() != time()):
        raise ValueError("an event of a day has a time that is not midnight")
    if event.kind is EventKind.RATED and value is not None and value not in _RATINGS:
        raise ValueError(f"the rating {value} is not one of 0.5, 1, 1.5 … 5")
    return event if value is None else replace(event, value=float(value))


def _work(data: Any) -> Work | None:
    if data is None:
        return None
    if not isinstance(data, Mapping):
        raise ValueError("its work is no object")
    _check_work(data)
    try:
        return work_from_json(data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"its work cannot be read ({error})") from error


def _check_work(data: Mapping[str, Any]) -> None:
    """Reject values of the wrong type, which the dataclass itself would take."""
    expected: tuple[tuple[tuple[str, ...], type | tuple[type, ...]], ...] = (
        (_TEXTS, str),
        (_WHOLES, int),
        (_NUMBERS, (int, float)),
    )
    for names, kinds in expected:
        for name in names:
            value = data.get(name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, kinds)):
                raise ValueError(f"the {name.replace('_', ' ')} of its work is “{str(value)[:40]}”")
    title, series = data.get("title"), data.get("series_title")
    if not isinstance(title, str) or len(title) > _LONGEST_TITLE or not (title.strip() or series):
        raise ValueError(f"its work has no title, or none of up to {_LONGEST_TITLE:,} characters")
    for name in ("alternative_titles", "genres", "services"):
        texts = data.get(name, [])
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise ValueError(f"the {name.replace('_', ' ')} of its work are no list of texts")
    ids = data.get("external_ids", {})
    if not isinstance(ids, dict) or not all(
        isinstance(one, str) and 0 < len(one) <= _LONGEST_ID for one in ids.values()
    ):
        raise ValueError("the external ids of its work are no short texts")
    people = data.get("credits", [])
    if not isinstance(people, list) or not all(
        isinstance(one, dict) and isinstance(one.get("name"), str) for one in people
    ):
        raise ValueError("the credits of its work name nobody")
    originals = data.get("based_on", [])
    if not isinstance(originals, list) or not all(
        isinstance(one, dict)
        and isinstance(one.get("author"), str)
        and isinstance(one.get("title"), str | None)
        for one in originals
    ):
        raise ValueError("what its work is based on has no author")

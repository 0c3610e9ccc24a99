"""How works and events are written as JSON: empty fields are left out, and reading gives equal values back."""

from __future__ import annotations

import codecs
import json
import math
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from mediatheque.vocabulary import Credit, Event, EventKind, Kind, Original, Role, Work

_WORK_FIELDS = tuple(f.name for f in fields(Work))


def work_to_json(work: Work) -> dict[str, Any]:
    """`work` as a JSON object without its empty fields; `work_from_json` reads it back."""
    out: dict[str, Any] = {"kind": work.kind.value, "title": work.title}
    for name in _WORK_FIELDS:
        value = getattr(work, name)
        if name in out or value is None or value == () or value == {}:
            continue
        if name == "credits":
            value = [_credit_to_json(credit) for credit in work.credits]
        elif name == "based_on":
            value = [_original_to_json(original) for original in work.based_on]
        elif isinstance(value, tuple):
            value = list(value)
        elif name == "external_ids":
            value = dict(value)
        out[name] = value
    return out


def work_from_json(data: Mapping[str, Any]) -> Work:
    """The work that `work_to_json` wrote; unknown keys are ignored, a missing title is a KeyError."""
    known: dict[str, Any] = {name: data[name] for name in _WORK_FIELDS if name in data}
    known["kind"] = Kind(data["kind"])
    known["title"] = data["title"]
    for name in ("alternative_titles", "genres", "services"):
        if name in known:
            known[name] = tuple(known[name])
    if "credits" in known:
        known["credits"] = tuple(
            Credit(c["name"], Role(c["role"]), c.get("character")) for c in known["credits"]
        )
    if "based_on" in known:
        known["based_on"] = tuple(Original(o["author"], o.get("title")) for o in known["based_on"])
    return Work(**known)


def event_to_json(event: Event) -> dict[str, Any]:
    """`event` as a JSON object without its empty fields; `event_from_json` reads it back."""
    out: dict[str, Any] = {"kind": event.kind.value}
    if event.at is not None:
        out["at"] = event.at.isoformat()
    if event.is_date_only:
        out["is_date_only"] = True
    if event.value is not None:
        out["value"] = event.value
    if event.properties:
        out["properties"] = dict(event.properties)
    return out


def event_from_json(data: Mapping[str, Any]) -> Event:
    """The event that `event_to_json` wrote."""
    return Event(
        kind=EventKind(data["kind"]),
        at=datetime.fromisoformat(data["at"]) if "at" in data else None,
        is_date_only=bool(data.get("is_date_only", False)),
        value=data.get("value"),
        properties=data.get("properties", {}),
    )


def _credit_to_json(credit: Credit) -> dict[str, Any]:
    out: dict[str, Any] = {"name": credit.name, "role": credit.role.value}
    if credit.character:
        out["character"] = credit.character
    return out


def _original_to_json(original: Original) -> dict[str, Any]:
    return {"author": original.author} | ({"title": original.title} if original.title else {})


#: An encoder made once: making one costs as much as writing a row with it.
_encode = json.JSONEncoder(ensure_ascii=False, default=str, allow_nan=False).encode


def jsonb(value: Any) -> str:
    """`value` as JSON that PostgreSQL can store.

    It has no NUL and no lone surrogate, so both become U+FFFD; NaN and infinities become strings.
    """
    try:
        written = _encode(value)
        if not written.isascii():
            written.encode()
    except ValueError:
        return json.dumps(_cleaned(value), ensure_ascii=False, default=str)
    if "\\u0000" in written:
        return json.dumps(_cleaned(value), ensure_ascii=False, default=str)
    return written


def storable_text(value: str) -> str:
    """`value` as PostgreSQL can store it, see `jsonb`."""
    if value.isascii() and "\0" not in value:
        return value
    return value.replace("\0", "\ufffd").encode("utf-8", "replace_surrogates").decode()


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        mapping: Mapping[Any, Any] = value
        return {storable_text(str(k)): _cleaned(v) for k, v in mapping.items()}
    if isinstance(value, list | tuple):
        sequence: list[Any] | tuple[Any, ...] = value
        return [_cleaned(v) for v in sequence]
    return value


def _replace_surrogates(error: UnicodeError) -> tuple[bytes, int]:
    assert isinstance(error, UnicodeEncodeError)
    return "\ufffd".encode() * (error.end - error.start), error.end


codecs.register_error("replace_surrogates", _replace_surrogates)

"""Events: telling what you did, one or a thousand at a time, and reading your history back."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, model_validator

from mediatheque.api import problems
from mediatheque.api.asking import Asker, Opened
from mediatheque.api.cursors import Cursor, Limit, no_such_page, read_cursor, write_cursor
from mediatheque.api.shapes import NO_NUL, Id, ItemView, Page, PathId, item_view
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import Invalid
from mediatheque.library.queries import history, idempotency, items
from mediatheque.library.queries.history import HistoryEntry, check_rating
from mediatheque.recommend.queries.shown import items_on_lists
from mediatheque.vocabulary import Event, EventKind, Kind

router = APIRouter(prefix="/events", tags=["events"])

_LISTING = "events"
_WITHOUT_ITEM = frozenset({EventKind.SEARCHED, EventKind.SUBSCRIBED})
_LONGEST_PROPERTIES = 4096  # characters of JSON

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="Any text of your own: sent again within a day, the same request is answered as the "
        "first time and changes nothing.",
        examples=["5f2c8e0a-7e3f-4a57-9a53-0d5f4f2f7c11"],
    ),
]


class NewEvent(BaseModel):
    """One thing you did."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"kind": "watched", "item_id": 603, "at": "2026-03-14T20:15:00+01:00", "value": 1.0}
        }
    )

    kind: EventKind
    item_id: Id | None = Field(None, description="Needed, except for `searched` and `subscribed`.")
    at: AwareDatetime | None = Field(None, description="When, with its time zone; left out: now.")
    is_date_only: bool = Field(False, description="The day is known, not the moment.")
    value: float | None = Field(
        None,
        ge=0,
        le=5,
        description="Of `rated`: 0.5 to 5 in halves, or none to take it back; else the share finished, 0 to 1.",
    )
    campaign: Annotated[str, Field(min_length=1, max_length=100, pattern=NO_NUL)] | None = None
    list_id: Id | None = Field(
        None,
        alias="list",
        description="The list of recommendations that it answers, which showed you the item.",
    )
    properties: dict[str, JsonValue] = Field({}, description="Anything else, up to 4,096 characters of JSON.")

    @model_validator(mode="after")
    def _is_possible(self) -> NewEvent:
        if self.kind is EventKind.RATED:
            try:
                check_rating(self.value)
            except Invalid as error:
                raise ValueError(str(error)) from None
        elif self.value is not None and self.value > 1:
            raise ValueError("value is the share finished, 0 to 1")
        if self.item_id is None and self.kind not in _WITHOUT_ITEM:
            raise ValueError(f"a '{self.kind}' event needs an item_id")
        if self.list_id is not None and self.item_id is None:
            raise ValueError(
                "an event that names a list needs an item_id: which title of the list it is about"
            )
        if self.at is not None and not _EARLIEST <= self.at <= datetime.now(UTC) + timedelta(days=1):
            raise ValueError("at lies before 1900 or in the future")
        if not _is_finite(self.properties) or len(json.dumps(self.properties)) > _LONGEST_PROPERTIES:
            raise ValueError(
                f"properties have more than {_LONGEST_PROPERTIES:,} characters or an infinite number"
            )
        return self


_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


class NewEvents(BaseModel):
    """Several things you did."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"events": [{"kind": "watched", "item_id": 603}, {"kind": "liked", "item_id": 603}]}
        }
    )

    events: Annotated[list[NewEvent], Field(min_length=1, max_length=1000)]


class Told(BaseModel):
    """The event that was kept."""

    model_config = ConfigDict(json_schema_extra={"example": {"id": 1042}})

    id: int


class ToldAll(BaseModel):
    """The events that were kept, in the order they were sent."""

    model_config = ConfigDict(json_schema_extra={"example": {"ids": [1042, 1043]}})

    ids: list[int]


class EventView(BaseModel):
    """Something you did."""

    id: int
    kind: EventKind
    at: datetime | None = Field(description="None: the export did not say when.")
    is_date_only: bool
    value: float | None
    item: ItemView | None
    source: str | None = Field(description="The kind of export it was read from; none: told directly.")
    campaign: str | None
    list_id: int | None = Field(
        alias="list", description="The list of recommendations that it answers, where you said so."
    )
    properties: dict[str, Any]


@router.post("", status_code=201, summary="Tell what you did", responses=problems.describe(404, 409))
async def add_event(
    app: Opened, asker: Asker, given: NewEvent, idempotency_key: IdempotencyKey = None
) -> Told:
    """Tell one thing you did."""
    ids = await app.database.run(_keep_once, asker.id, "event", [given], idempotency_key)
    return Told(id=ids[0])


@router.post(
    "/batch",
    status_code=201,
    summary="Tell up to a thousand things you did",
    responses=problems.describe(404, 409),
)
async def add_events(
    app: Opened, asker: Asker, given: NewEvents, idempotency_key: IdempotencyKey = None
) -> ToldAll:
    """Tell several things at once: all are kept, or none when one of them cannot be."""
    return ToldAll(ids=await app.database.run(_keep_once, asker.id, "events", given.events, idempotency_key))


@router.delete(
    "/{event_id:int}", status_code=204, summary="Take an event back", responses=problems.describe(404)
)
async def take_event_back(app: Opened, asker: Asker, event_id: PathId) -> Response:
    """Undo what you told by a slip, such as that you watched something. What an import says goes with its import."""
    await app.database.run(history.take_back_event, asker.id, event_id)
    return Response(status_code=204)


@router.get("", summary="Your history")
async def list_events(
    app: Opened,
    asker: Asker,
    kind: Annotated[list[EventKind] | None, Query(description="Only these.", max_length=20)] = None,
    item_kind: Annotated[list[Kind] | None, Query(description="Only about these.", max_length=6)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[EventView]:
    """Everything you did, latest first; what has no time comes last."""
    before = _read_place(cursor)

    def page(db: Connection) -> Page[EventView]:
        found = history.history(
            db, asker.id, kinds=kind or (), item_kinds=item_kind or (), before=before, limit=limit + 1
        )
        following = _write_place(found[limit - 1]) if len(found) > limit else None
        return Page(items=[_view(entry) for entry in found[:limit]], next=following)

    return await app.database.run(page)


def _keep_once(
    db: Connection, user_id: int, name: str, given: Sequence[NewEvent], key: str | None
) -> list[int]:
    """Keep events, unless the same request was answered before; their ids."""
    if key is None:
        return _keep(db, user_id, given)
    body = json.dumps([name, [event.model_dump(mode="json") for event in given]], sort_keys=True)
    answered = idempotency.answer_given(db, user_id, key, hashlib.sha256(body.encode()).digest())
    if answered is not None:
        return answered["ids"]
    ids = _keep(db, user_id, given)
    idempotency.keep_answer(db, user_id, key, {"ids": ids})
    return ids


def _keep(db: Connection, user_id: int, given: Sequence[NewEvent]) -> list[int]:
    wanted = {event.item_id for event in given if event.item_id is not None}
    there = items.items_with_ids(db, wanted, user_id)
    # The rare id that is not there as such may be an item that was merged into another.
    current = {
        i: there[i].id if i in there else items.item_with_id(db, i, user_id).id for i in sorted(wanted)
    }
    _check_lists(db, user_id, given, current)
    told = [
        (
            None if event.item_id is None else current[event.item_id],
            Event(
                kind=event.kind,
                at=_moment(event),
                is_date_only=event.is_date_only and event.at is not None,
                value=event.value,
                properties=event.properties,
            ),
            event.campaign,
        )
        for event in given
    ]
    return history.add_events(db, user_id, told, list_ids=[event.list_id for event in given])


def _check_lists(db: Connection, user_id: int, given: Sequence[NewEvent], current: Mapping[int, int]) -> None:
    """Raise Invalid unless every event that names a list is about a title that this list showed the user."""
    named = {event.list_id for event in given if event.list_id is not None}
    if not named:
        return
    on_lists = items_on_lists(db, user_id, named)
    shows = {i: item.parent_id for i, item in items.items_with_ids(db, current.values(), user_id).items()}
    for event in given:
        if event.list_id is None or event.item_id is None:
            continue
        if event.list_id not in on_lists:
            raise Invalid(
                f"There is no list {event.list_id} of yours; leave `list` out, or name one that was shown to you."
            )
        item_id = current[event.item_id]
        if not on_lists[event.list_id] & {event.item_id, item_id, shows.get(item_id)}:
            raise Invalid(
                f"List {event.list_id} did not show item {event.item_id}; leave `list` out, or name the list that did."
            )


def _moment(event: NewEvent) -> datetime | None:
    """When it was; of a day, its midnight UTC, whatever the zone it was told in."""
    if event.at is None or not event.is_date_only:
        return event.at
    return datetime.combine(event.at.date(), time(), UTC)


def _is_finite(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))  # pyright: ignore[reportUnknownArgumentType]
    return all(map(_is_finite, value)) if isinstance(value, list) else True


def _write_place(entry: HistoryEntry) -> str:
    at = entry.event.at
    return write_cursor(_LISTING, at.isoformat() if at else None, entry.id)


def _read_place(cursor: str | None) -> tuple[datetime | None, int] | None:
    place = read_cursor(_LISTING, cursor, (str, type(None)), int)
    if place is None:
        return None
    at, event_id = place
    if at is None:
        return None, event_id
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise no_such_page()
    return moment, event_id


def _view(entry: HistoryEntry) -> EventView:
    return EventView(
        id=entry.id,
        kind=entry.event.kind,
        at=entry.event.at,
        is_date_only=entry.event.is_date_only,
        value=entry.event.value,
        item=item_view(entry.item) if entry.item else None,
        source=entry.source,
        campaign=entry.campaign,
        list=entry.list_id,
        properties=dict(entry.event.properties),
    )

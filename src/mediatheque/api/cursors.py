"""Cursors of paged lists: where a page ended, as text that its reader hands back and need not understand."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Annotated, Any

from fastapi import Query

from mediatheque.kit.errors import NotFound

#: The query parameters of every paged list.
Cursor = Annotated[
    str | None,
    Query(
        description="`next` of the page before; leave out for the first page.",
        max_length=200,
        pattern=r"^[A-Za-z0-9_-]+$",
        examples=["WyJpdGVtcyIsNDJd"],
    ),
]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]


def write_cursor(listing: str, *place: int | str | None) -> str:
    """Where a page of `listing` ended."""
    text = json.dumps([listing, *place], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(
    listing: str, cursor: str | None, *shapes: type[Any] | tuple[type[Any], ...]
) -> list[Any] | None:
    """The place that `write_cursor` wrote, one value per shape; None without a cursor.

    Raises NotFound for a cursor that is not one of this listing: there is no such page.
    """
    if cursor is None:
        return None
    try:
        name, *place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise no_such_page() from None
    fits = len(place) == len(shapes) and all(
        isinstance(value, shape) and not isinstance(value, bool)
        for value, shape in zip(place, shapes, strict=True)
    )
    if name != listing or not fits or any(isinstance(v, int) and not 0 <= v < 1 << 63 for v in place):
        raise no_such_page()
    return place


def read_number(listing: str, cursor: str | None) -> int | None:
    """The number a page ended with; None without a cursor. Raises NotFound."""
    place = read_cursor(listing, cursor, int)
    return None if place is None else place[0]


def no_such_page() -> NotFound:
    """What to raise for a cursor that names no place in a list."""
    return NotFound("There is no such page: the cursor is not one of this list; begin again without one.")

"""The flight recorder: each list as it was shown, what was asked for, and by what it was made.

A place is written as {"item", "score", "method", "because", "terms": [[method, name, amount, item]]}, in numbers of
seven digits; "fallback" is there only where it is not the whole list's, "arm" only in an experiment.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from mediatheque.kit.database import Connection
from mediatheque.kit.wire import jsonb
from mediatheque.library.queries.items import VISIBLE, item_from_row
from mediatheque.recommend.recommended import Recommended
from mediatheque.vocabulary import Event, Item, Recommendation

#: For so long after it was shown an event may be what came of a list, when it names none.
ANSWERED_WITHIN = timedelta(days=30)
_DIGITS = ".7g"


@dataclass(frozen=True, slots=True)
class KeptTerm:
    """One addend of a kept score."""

    method: str
    name: str
    amount: float
    item_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPlace:
    """One place of a kept list, as it was shown."""

    item_id: int
    score: float
    method: str
    because: str
    fallback: str | None = None
    arm: str | None = None
    terms: tuple[KeptTerm, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptList:
    """A list as it was shown: `arms` are (name, model, version) of an experiment's sides."""

    id: int
    user_id: int
    shown_at: datetime
    method: str
    model: str | None = None
    version: int | None = None
    fallback: str | None = None
    arms: tuple[tuple[str, str, int], ...] = ()
    request: Mapping[str, Any] = field(default_factory=dict[str, Any])
    length: int = 0
    places: tuple[KeptPlace, ...] = ()  # best first


def add_shown(db: Connection, user_id: int, request: Mapping[str, Any], best: Recommended) -> int:
    """Keep the list that was shown, best first, and what was asked for; its id."""
    return add_written(db, written_list(user_id, request, best))


def written_list(user_id: int, request: Mapping[str, Any], best: Recommended) -> dict[str, Any]:
    """A list as it is kept: whoever shows the same one again need not write it again."""
    return {
        "user": user_id,
        "request": jsonb(dict(request)),
        "method": best.method,
        "model": best.model,
        "version": best.version,
        "fallback": best.fallback,
        "arms": jsonb([[arm.name, arm.model, arm.version] for arm in best.arms]) if best.arms else None,
        "shown": jsonb([_written(place, best.fallback) for place in best]),
    }


def add_written(db: Connection, written: Mapping[str, Any]) -> int:
    """Keep a list that was shown; its id."""
    return db.execute(_ADD, written).scalar_one()


def shown_lists(
    db: Connection, user_id: int, *, before: int | None = None, limit: int = 50, most_places: int = 3
) -> list[KeptList]:
    """The user's lists, latest first, with so many of their places; `before` is the last one's id."""
    rows = db.execute(
        text(f"""
            {_SELECT}, jsonb_path_query_array(shown, '$[0 to $last]', jsonb_build_object('last', CAST(:last AS int)))
                AS places
            FROM recommendations_shown WHERE user_id = :user AND (CAST(:before AS bigint) IS NULL OR id < :before)
            ORDER BY id DESC LIMIT :limit
        """),
        {"user": user_id, "before": before, "limit": limit, "last": most_places - 1},
    )
    return [_list(row) for row in rows]


def shown_list(db: Connection, user_id: int, list_id: int | None = None) -> KeptList | None:
    """That list of the user's, or the last one; None where there is none."""
    row = db.execute(
        text(f"""
            {_SELECT}, shown AS places FROM recommendations_shown
            WHERE user_id = :user AND (CAST(:id AS bigint) IS NULL OR id = :id) ORDER BY id DESC LIMIT 1
        """),
        {"user": user_id, "id": list_id},
    ).first()
    return None if row is None else _list(row)


def list_answered(db: Connection, user_id: int, item_id: int, event: Event) -> int | None:
    """The last list before the event that showed the user this item (of an episode, or its show), if one did lately.

    Of an event whose day alone is known, the day counts to its end. A list as of another day offers nothing.
    """
    until = event.at + timedelta(days=1) if event.at and event.is_date_only else event.at
    lately = """
        AND s.shown_at <= coalesce(CAST(:until AS timestamptz), now())
        AND s.shown_at > coalesce(CAST(:until AS timestamptz), now()) - CAST(:within AS interval)
        AND s.request -> 'as_of' IS NULL
    """
    given = {"user": user_id, "item": item_id, "until": until, "within": ANSWERED_WITHIN}
    return db.execute(text(_LAST_WITH + lately + _LAST), given).scalar()


def last_list_with(db: Connection, user_id: int, item_id: int) -> int | None:
    """The user's last list with this item (of an episode, or its show), whenever it was shown."""
    return db.execute(text(_LAST_WITH + _LAST), {"user": user_id, "item": item_id}).scalar()


def items_on_lists(db: Connection, user_id: int, list_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """The items on those of these lists that are the user's, as shown and as what they are now."""
    rows = db.execute(
        text("""
            WITH RECURSIVE shown AS (
                SELECT s.id AS list_id, CAST(p.place ->> 'item' AS bigint) AS item_id
                FROM recommendations_shown s LEFT JOIN LATERAL jsonb_array_elements(s.shown) AS p(place) ON true
                WHERE s.user_id = :user AND s.id = ANY(:ids)
                UNION SELECT shown.list_id, i.merged_into FROM shown JOIN items i ON i.id = shown.item_id
                    AND i.merged_into IS NOT NULL
            )
            SELECT list_id, array_remove(array_agg(item_id), NULL) AS item_ids FROM shown GROUP BY list_id
        """),
        {"user": user_id, "ids": list(list_ids)},
    )
    return {row.list_id: frozenset(row.item_ids) for row in rows}


def items_now(db: Connection, item_ids: Iterable[int], viewer: int) -> dict[int, Item]:
    """What each of these items is now (itself, or what it became part of), as far as the viewer may see it."""
    rows = db.execute(
        text(f"""
            WITH RECURSIVE chain AS (
                -- Where somebody else's own item went tells what they watched.
                SELECT id AS asked, id, merged_into FROM items
                WHERE id = ANY(:ids) AND (owner_id IS NULL OR owner_id = :viewer)
                UNION SELECT c.asked, i.id, i.merged_into FROM items i JOIN chain c ON i.id = c.merged_into
            )
            SELECT c.asked, i.id, i.work, i.parent_id, i.owner_id FROM items i JOIN chain c ON c.id = i.id
            WHERE {VISIBLE}
        """),
        {"ids": list(dict.fromkeys(item_ids)), "viewer": viewer},
    )
    return {row.asked: item_from_row(row) for row in rows}


def count_shown(db: Connection) -> tuple[int, datetime | None]:
    """How many lists are kept, and when the oldest of them was shown."""
    row = db.execute(text("SELECT count(*) AS n, min(shown_at) AS oldest FROM recommendations_shown")).one()
    return row.n, row.oldest


def forget_shown(db: Connection, before: datetime, *, most: int) -> int:
    """Delete the oldest lists, `most` at once, as far as they were shown before that moment; how many went."""
    return db.execute(
        text("""
            WITH oldest AS (SELECT id, shown_at FROM recommendations_shown ORDER BY id LIMIT :most)
            DELETE FROM recommendations_shown s USING oldest o
            WHERE s.id = o.id AND o.shown_at < :before
        """),
        {"before": before, "most": most},
    ).rowcount


_ADD = text("""
    INSERT INTO recommendations_shown (user_id, request, method, model, version, fallback, arms, shown)
    VALUES (:user, :request, :method, :model, :version, :fallback, :arms, :shown)
    -- Whoever asks does not wait for the disk (4 ms of 5): after a power cut the lists of the last half second may be
    -- missing. An event that answers one is waited for, and takes all that came before it along.
    RETURNING id, set_config('synchronous_commit', 'off', true)
""")

_LAST_WITH = """
    WITH RECURSIVE same AS (
        SELECT unnest(ARRAY[i.id, i.parent_id]) AS id FROM items i WHERE i.id = :item
        UNION SELECT i.id FROM items i JOIN same ON i.merged_into = same.id
    )
    SELECT s.id FROM recommendations_shown s
    WHERE s.user_id = :user
        AND EXISTS (SELECT FROM same WHERE s.shown @> jsonb_build_array(jsonb_build_object('item', same.id)))
"""
_LAST = "ORDER BY s.id DESC LIMIT 1"

_SELECT = """
    SELECT id, user_id, shown_at, method, model, version, fallback, arms, request, jsonb_array_length(shown) AS length
"""


def _written(place: Recommendation, fallback: str | None) -> dict[str, Any]:
    written: dict[str, Any] = {
        "item": place.item.id,
        "score": _short(place.score),
        "method": place.method,
        "because": place.because,
        "terms": [
            [c.method, c.name, _short(c.amount), *([] if c.item_id is None else [c.item_id])]
            for c in place.contributions
        ],
    }
    if place.fallback != fallback:
        written["fallback"] = place.fallback
    if place.arm is not None:
        written["arm"] = place.arm
    return written


def _short(value: float) -> float:
    return float(format(value, _DIGITS))


def _list(row: Any) -> KeptList:
    return KeptList(
        id=row.id,
        user_id=row.user_id,
        shown_at=row.shown_at,
        method=row.method,
        model=row.model,
        version=row.version,
        fallback=row.fallback,
        arms=tuple((name, model, version) for name, model, version in row.arms or ()),
        request=row.request,
        length=row.length,
        places=tuple(_place(place, row.fallback) for place in row.places),
    )


def _place(written: Mapping[str, Any], fallback: str | None) -> KeptPlace:
    terms = written.get("terms") or ()
    return KeptPlace(
        item_id=written["item"],
        score=written["score"],
        method=written["method"],
        because=written["because"],
        fallback=written.get("fallback", fallback),
        arm=written.get("arm"),
        terms=tuple(KeptTerm(*term) for term in terms),
    )

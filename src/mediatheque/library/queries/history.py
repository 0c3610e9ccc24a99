"""What people did: events told directly, and where every person stands with every item."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, text

from mediatheque.kit.errors import Invalid, NotFound
from mediatheque.kit.wire import jsonb
from mediatheque.library.queries import stood
from mediatheque.library.queries.items import item_from_row, item_with_id
from mediatheque.library.queries.turns import take_persons_turn
from mediatheque.library.queries.users import User, user_with_id
from mediatheque.vocabulary import Event, EventKind, Item, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One event of a person, with its item when it has one."""

    id: int
    event: Event
    item: Item | None
    campaign: str | None = None
    source: str | None = None  # the importer that read it; None: told directly
    list_id: int | None = None  # the shown list that it answers, where somebody said so


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a person stands with an item."""

    item_id: int
    seen_count: int = 0
    episodes_seen: int = 0
    is_saved: bool = False
    is_hidden: bool = False
    liking: int = 0
    rating: float | None = None
    last_at: datetime | None = None


def add_events(
    db: Connection,
    user_id: int,
    told: Sequence[tuple[int | None, Event, str | None]],
    *,
    list_ids: Sequence[int | None] = (),
) -> list[int]:
    """Append events told directly as (item id, event, campaign); their ids, in order.

    The caller has checked that the items are the user's to see, and that the lists which they answer (one an event,
    or none at all) are theirs too. An event without a time happened now.
    """
    if not told:
        return []
    now = datetime.now(UTC)
    rows: list[dict[str, Any]] = [
        {
            "item": item_id,
            "kind": event.kind.value,
            "value": event.value,
            # PostgreSQL knows no zone that is 16 hours or more from UTC, though ISO 8601 can write them.
            "at": (event.at or now).astimezone(UTC).isoformat(),
            "date_only": event.is_date_only,
            "campaign": campaign,
            "list": list_id,
            "properties": dict(event.properties) or None,
        }
        for (item_id, event, campaign), list_id in zip(told, list_ids or [None] * len(told), strict=True)
    ]
    for item_id, event, _ in told:
        if event.kind is EventKind.RATED:
            check_rating(event.value)
        if item_id is None and event.kind not in (EventKind.SEARCHED, EventKind.SUBSCRIBED):
            raise Invalid(f"A '{event.kind}' event needs an item.")
    take_persons_turn(db, user_id)
    # What the caller has checked may have been merged or taken back before our turn came.
    wanted = {item_id for item_id, _, _ in told if item_id is not None}
    current = {item_id: item_with_id(db, item_id, user_id).id for item_id in _moved(db, wanted)}
    for row in rows:
        row["item"] = current.get(row["item"], row["item"])
    ids = db.execute(
        text("""
            INSERT INTO events (user_id, item_id, kind, value, at, is_date_only, campaign, list_id, properties)
            SELECT :user, r.item, r.kind, r.value, r.at, r.date_only, r.campaign, r.list, r.properties
            FROM ROWS FROM (jsonb_to_recordset(:rows) AS (item bigint, kind text, value real, at timestamptz,
                date_only boolean, campaign text, list bigint, properties jsonb)) WITH ORDINALITY
                AS r(item, kind, value, at, date_only, campaign, list, properties, n)
            ORDER BY r.n RETURNING id
        """),
        {"user": user_id, "rows": jsonb(rows)},
    ).scalars()
    added = sorted(ids)
    refresh_standings(db, user_id, [current.get(item_id, item_id) for item_id in wanted])
    return added


def take_back_event(db: Connection, user_id: int, event_id: int) -> None:
    """Take back what the user told directly: it was a slip. Raises NotFound; what an import says goes with its batch."""
    take_persons_turn(db, user_id)
    gone = db.execute(
        text("""
            DELETE FROM events WHERE id = :id AND user_id = :user AND record_id IS NULL RETURNING item_id
        """),
        {"id": event_id, "user": user_id},
    ).first()
    if gone is None:
        raise NotFound(
            f"You told no event {event_id} yourself; what an import brought goes when that is undone."
        )
    if gone.item_id is not None:
        refresh_standings(db, user_id, [gone.item_id])


def _moved(db: Connection, item_ids: Collection[int]) -> set[int]:
    """Those of these items that are gone, or part of another one."""
    there = db.execute(
        text("SELECT id FROM items WHERE id = ANY(:ids) AND merged_into IS NULL"), {"ids": list(item_ids)}
    )
    return set(item_ids) - set(there.scalars())


def event_key(user: User, event_id: int) -> str:
    """The name of a directly told event across exports: unique to this library, as the user's first moment is."""
    return f"{user.created_at.isoformat()}#{event_id}"


def told_keys(db: Connection, user_id: int, key_by_name: Mapping[bytes, str]) -> list[bytes]:
    """Which of these event keys name events that were told directly to this very library."""
    if not key_by_name:
        return []
    user = user_with_id(db, user_id)
    ours = {
        int(number): name
        for name, key in key_by_name.items()
        for start, _, number in [key.rpartition("#")]
        if start == user.created_at.isoformat() and number.isdecimal()
    }
    there = db.execute(
        text("SELECT id FROM events WHERE user_id = :user AND record_id IS NULL AND id = ANY(:ids)"),
        {"user": user_id, "ids": list(ours)},
    ).scalars()
    return [ours[event_id] for event_id in there]


def check_rating(value: float | None) -> None:
    """Raise Invalid unless `value` is 0.5, 1.0 … 5.0 (or None: taken back)."""
    if value is not None and (not 0.5 <= value <= 5 or value * 2 != int(value * 2)):
        raise Invalid(f"A rating is 0.5 to 5.0 in steps of a half, not {value:g}.")


def refresh_standings(db: Connection, user_id: int, item_ids: Sequence[int] | None = None) -> None:
    """Work out again where the user stands with these items (None: all) and with their shows."""
    take_persons_turn(db, user_id)
    if item_ids is None:
        for table in ("user_items", "ratings"):
            db.execute(text(f"DELETE FROM {table} WHERE user_id = :user"), {"user": user_id})
        item_ids = list(
            db.execute(
                text("SELECT DISTINCT item_id FROM events WHERE user_id = :user AND item_id IS NOT NULL"),
                {"user": user_id},
            ).scalars()
        )
    # Shows come second: they count the standings of their episodes.
    for ids in (list(dict.fromkeys(item_ids)), shows_of(db, item_ids)):
        if ids:
            db.execute(text(_REFRESH_STANDINGS), {"user": user_id, "ids": ids})


def shows_of(db: Connection, item_ids: Sequence[int]) -> list[int]:
    """The shows that the episodes among these items belong to."""
    rows = db.execute(
        text("SELECT DISTINCT parent_id FROM items WHERE id = ANY(:ids) AND parent_id IS NOT NULL"),
        {"ids": list(item_ids)},
    )
    return list(rows.scalars())


def history(
    db: Connection,
    user_id: int,
    *,
    kinds: Sequence[EventKind] = (),
    item_kinds: Sequence[Kind] = (),
    before: tuple[datetime | None, int] | None = None,
    limit: int = 50,
) -> list[HistoryEntry]:
    """The user's events, latest first; events without a time come last. `before` is the last entry's (at, id)."""
    conditions = ["e.user_id = :user"]
    given: dict[str, Any] = {"user": user_id, "limit": limit}
    if kinds:
        conditions.append("e.kind = ANY(:kinds)")
        given["kinds"] = [kind.value for kind in kinds]
    if item_kinds:
        conditions.append("i.kind = ANY(:item_kinds)")
        given["item_kinds"] = [kind.value for kind in item_kinds]
    if before is not None:
        at, event_id = before
        given |= {"id": event_id}
        if at is None:
            conditions.append("(e.at IS NULL AND e.id < :id)")
        else:
            given["at"] = at
            conditions.append("((e.at, e.id) < (:at, :id) OR e.at IS NULL)")
    rows = db.execute(
        text(f"""
            {_ENTRY} WHERE {" AND ".join(conditions)}
            ORDER BY e.at DESC NULLS LAST, e.id DESC LIMIT :limit
        """),
        given,
    )
    return [_entry(row) for row in rows]


def told_events(db: Connection, user_id: int, *, after: int = 0, limit: int = 2000) -> list[HistoryEntry]:
    """The events the user told directly, in the order they were told."""
    rows = db.execute(
        text(f"""
            {_ENTRY} WHERE e.user_id = :user AND e.record_id IS NULL AND e.id > :after ORDER BY e.id LIMIT :limit
        """),
        {"user": user_id, "after": after, "limit": limit},
    )
    return [_entry(row) for row in rows]


def saved_items(db: Connection, user_id: int, *, after: int = 0, limit: int = 2000) -> list[Item]:
    """What the user has saved for later, by item id."""
    rows = db.execute(
        text("""
            SELECT i.id, i.work, i.parent_id, i.owner_id FROM user_items ui JOIN items i ON i.id = ui.item_id
            WHERE ui.user_id = :user AND ui.is_saved AND i.id > :after ORDER BY i.id LIMIT :limit
        """),
        {"user": user_id, "after": after, "limit": limit},
    )
    return [item_from_row(row) for row in rows]


def standings(db: Connection, user_id: int, item_ids: Sequence[int]) -> dict[int, Standing]:
    """Where the user stands with each of these items, if anywhere."""
    rows = db.execute(
        text(f"{_STANDING} WHERE ui.user_id = :user AND ui.item_id = ANY(:ids)"),
        {"user": user_id, "ids": list(item_ids)},
    )
    return {row.item_id: _standing(row) for row in rows}


def all_standings(db: Connection, user_id: int) -> list[Standing]:
    """Where the user stands with everything, latest first: what a recommender learns a taste from."""
    rows = db.execute(
        text(f"{_STANDING} WHERE ui.user_id = :user ORDER BY ui.last_at DESC NULLS LAST, ui.item_id"),
        {"user": user_id},
    )
    return [_standing(row) for row in rows]


def list_ratings(
    db: Connection, user_id: int, *, after: int = 0, limit: int = 50
) -> list[tuple[Item, float]]:
    """The user's ratings with their items, by item id."""
    rows = db.execute(
        text("""
            SELECT i.id, i.work, i.parent_id, i.owner_id, r.value AS rating
            FROM ratings r JOIN items i ON i.id = r.item_id
            WHERE r.user_id = :user AND r.item_id > :after ORDER BY r.item_id LIMIT :limit
        """),
        {"user": user_id, "after": after, "limit": limit},
    )
    return [(item_from_row(row), row.rating) for row in rows]


_ENTRY = """
    SELECT e.id AS event_id, e.kind AS event_kind, e.value, e.at, e.is_date_only, e.campaign, e.list_id,
        e.properties, r.source, i.id, i.work, i.parent_id, i.owner_id
    FROM events e LEFT JOIN items i ON i.id = e.item_id LEFT JOIN records r ON r.id = e.record_id
"""


# Item by item (LATERAL … OFFSET 0), and with the user as a column: of a user who is new to the statistics the planner
# thinks that there is one event, and would read all of them again for each item.
# Views on one day are one view: a title in two exports of one account is not watched twice; views of which
# nobody knows the day are one more.
_REFRESH_STANDINGS = f"""
    WITH given AS MATERIALIZED (
        SELECT CAST(:user AS bigint) AS user_id, unnest(CAST(:ids AS bigint[])) AS item_id
    ),
    told AS MATERIALIZED (
        SELECT g.item_id, t.* FROM given g CROSS JOIN LATERAL (
            SELECT count(*) AS told_count, min(e.at) AS first_at, max(e.at) AS last_at,
                {stood.seen_count()} AS seen_count, {stood.is_saved()} AS is_saved,
                {stood.is_hidden()} AS is_hidden, {stood.liking()} AS liking, {stood.rating()} AS rating,
                {stood.latest("at", EventKind.RATED)} AS rated_at
            FROM events e WHERE e.user_id = g.user_id AND e.item_id = g.item_id
        ) AS t WHERE told_count > 0
    ),
    children AS MATERIALIZED (
        SELECT g.user_id, g.item_id AS show_id, c.id FROM given g
        CROSS JOIN LATERAL (SELECT i.id FROM items i WHERE i.parent_id = g.item_id OFFSET 0) AS c
    ),
    episodes AS MATERIALIZED (
        SELECT c.show_id AS item_id, min(t.first_at) AS first_at, max(t.last_at) AS last_at,
            count(*) FILTER (WHERE t.seen_count > 0) AS episodes_seen
        FROM children c CROSS JOIN LATERAL (
            SELECT * FROM user_items ui WHERE ui.user_id = c.user_id AND ui.item_id = c.id OFFSET 0
        ) AS t GROUP BY c.show_id
    ),
    stood AS (
        INSERT INTO user_items
            (user_id, item_id, seen_count, episodes_seen, is_saved, is_hidden, liking, first_at, last_at)
        SELECT :user, item_id, coalesce(seen_count, 0), coalesce(episodes_seen, 0), coalesce(is_saved, false),
            coalesce(is_hidden, false), coalesce(liking, 0),
            least(told.first_at, episodes.first_at), greatest(told.last_at, episodes.last_at)
        FROM told FULL JOIN episodes USING (item_id)
        ON CONFLICT (user_id, item_id) DO UPDATE SET seen_count = excluded.seen_count,
            episodes_seen = excluded.episodes_seen, is_saved = excluded.is_saved, is_hidden = excluded.is_hidden,
            liking = excluded.liking, first_at = excluded.first_at, last_at = excluded.last_at
    ),
    forgotten AS (
        DELETE FROM user_items WHERE user_id = :user AND item_id = ANY(:ids)
            AND item_id NOT IN (SELECT item_id FROM told) AND item_id NOT IN (SELECT item_id FROM episodes)
    ),
    rated AS (
        INSERT INTO ratings (user_id, item_id, value, rated_at)
        SELECT :user, item_id, rating, rated_at FROM told WHERE rating IS NOT NULL
        ON CONFLICT (user_id, item_id) DO UPDATE SET value = excluded.value, rated_at = excluded.rated_at
    )
    DELETE FROM ratings WHERE user_id = :user AND item_id = ANY(:ids)
        AND item_id NOT IN (SELECT item_id FROM told WHERE rating IS NOT NULL)
"""

_STANDING = """
    SELECT ui.item_id, ui.seen_count, ui.episodes_seen, ui.is_saved, ui.is_hidden, ui.liking, ui.last_at,
        r.value AS rating
    FROM user_items ui LEFT JOIN ratings r USING (user_id, item_id)
"""


def _standing(row: Any) -> Standing:
    return Standing(
        item_id=row.item_id,
        seen_count=row.seen_count,
        episodes_seen=row.episodes_seen,
        is_saved=row.is_saved,
        is_hidden=row.is_hidden,
        liking=row.liking,
        rating=row.rating,
        last_at=row.last_at,
    )


def _entry(row: Any) -> HistoryEntry:
    return HistoryEntry(
        id=row.event_id,
        event=Event(
            kind=EventKind(row.event_kind),
            at=row.at,
            is_date_only=row.is_date_only,
            value=row.value,
            properties=row.properties or {},
        ),
        item=item_from_row(row) if row.id is not None else None,
        campaign=row.campaign,
        source=row.source,
        list_id=row.list_id,
    )

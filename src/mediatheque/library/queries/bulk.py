"""One change of many items, in one transaction: only where it does not hold already, and to be taken back as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, text

from mediatheque.kit.errors import Invalid, NotFound
from mediatheque.kit.wire import jsonb
from mediatheque.library.queries import stood
from mediatheque.library.queries.history import (
    Standing,
    add_events,
    check_rating,
    refresh_standings,
    standings,
)
from mediatheque.library.queries.items import VISIBLE
from mediatheque.library.queries.turns import take_persons_turn
from mediatheque.vocabulary import FINISHED_KIND, Event, EventKind, Kind

#: So many items at once: more would keep the person's other changes waiting for longer than a minute.
MOST = 20_000
#: So many edits of a person can be taken back, the latest.
MOST_KEPT = 50


class Action(StrEnum):
    """What is to hold of the items afterwards."""

    RATE = "rate"
    UNRATE = "unrate"
    WATCHED = "watched"  # or read, or heard
    UNWATCHED = "unwatched"
    SAVE = "save"
    UNSAVE = "unsave"
    HIDE = "hide"
    UNHIDE = "unhide"


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkEdit:
    """What came of it."""

    id: int | None  # to take it back by; None: nothing had to change
    changed: int
    unchanged: int  # it held already, or an export says otherwise
    missing: int  # there is no such item, or it is not theirs to see


def edit(
    db: Connection, user_id: int, item_ids: Sequence[int], action: Action, rating: float | None = None
) -> BulkEdit:
    """Make it so. Raises Invalid for more items than `MOST`, and for `RATE` without a rating."""
    wanted = list(dict.fromkeys(item_ids))
    if len(wanted) > MOST:
        raise Invalid(f"At most {MOST:,} items are changed at once, not {len(wanted):,}: narrow your choice.")
    if action is Action.RATE and rating is None:
        raise Invalid("To rate is to say how many stars: send `rating`.")
    check_rating(rating)
    take_persons_turn(db, user_id)
    kinds = _kinds(db, user_id, wanted)
    stand = standings(db, user_id, list(kinds))
    if action is Action.UNWATCHED:
        removed = _take_back_views(db, user_id, [i for i in kinds if i in stand])
        added: list[int] = []
        changed = len({row["item_id"] for row in removed})
    else:
        told = list(_events(kinds, stand, action, rating))
        added, removed = add_events(db, user_id, [(item_id, event, None) for item_id, event in told]), []
        changed = len(told)
    return BulkEdit(
        id=_keep(db, user_id, action, added, removed) if changed else None,
        changed=changed,
        unchanged=len(kinds) - changed,
        missing=len(wanted) - len(kinds),
    )


def undo(db: Connection, user_id: int, edit_id: int) -> int:
    """Take an edit back: what it told is told no more, and what it took away is there again.

    How many items that concerned; 0 when it was taken back before. Raises NotFound, also for edits of others.
    """
    take_persons_turn(db, user_id)
    row = db.execute(
        text("SELECT added, removed, undone_at FROM bulk_edits WHERE id = :id AND user_id = :user"),
        {"id": edit_id, "user": user_id},
    ).first()
    if row is None:
        raise NotFound(
            f"There is no edit {edit_id} of yours to take back; the last {MOST_KEPT} of them can be."
        )
    if row.undone_at is not None:
        return 0
    touched = set(
        db.execute(
            text("DELETE FROM events WHERE user_id = :user AND id = ANY(:ids) RETURNING item_id"),
            {"user": user_id, "ids": list(row.added)},
        ).scalars()
    )
    touched |= set(db.execute(text(_TELL_AGAIN), {"user": user_id, "rows": jsonb(row.removed)}).scalars())
    touched.discard(None)
    refresh_standings(db, user_id, sorted(touched))
    db.execute(text("UPDATE bulk_edits SET undone_at = now() WHERE id = :id"), {"id": edit_id})
    return len(touched)


def _kinds(db: Connection, user_id: int, item_ids: Sequence[int]) -> dict[int, Kind]:
    rows = db.execute(
        text(f"SELECT i.id, i.kind FROM items i WHERE i.id = ANY(:ids) AND {VISIBLE}"),
        {"ids": list(item_ids), "viewer": user_id},
    )
    return {row.id: Kind(row.kind) for row in rows}


def _events(
    kinds: Mapping[int, Kind], stand: Mapping[int, Standing], action: Action, rating: float | None
) -> Iterator[tuple[int, Event]]:
    """What has to be told for the action to hold of every item."""
    for item_id, kind in kinds.items():
        now = stand.get(item_id) or Standing(item_id=item_id)
        event, holds = {
            Action.RATE: (EventKind.RATED, now.rating == rating),
            Action.UNRATE: (EventKind.RATED, now.rating is None),
            Action.WATCHED: (FINISHED_KIND[kind], now.seen_count > 0),
            Action.SAVE: (EventKind.SAVED, now.is_saved),
            Action.UNSAVE: (EventKind.UNSAVED, not now.is_saved),
            Action.HIDE: (EventKind.HIDDEN, now.is_hidden),
            Action.UNHIDE: (EventKind.UNHIDDEN, not now.is_hidden),
        }[action]
        if not holds:
            yield item_id, Event(kind=event, value=rating if action is Action.RATE else None)


def _take_back_views(db: Connection, user_id: int, item_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Take away that these were seen, as far as it was told here: what an export says is undone with the import."""
    rows = db.execute(
        text(f"""
            DELETE FROM events WHERE user_id = :user AND item_id = ANY(:ids) AND record_id IS NULL
                AND kind IN {stood.SEEN}
            RETURNING jsonb_build_object('id', id, 'item_id', item_id, 'kind', kind, 'value', value, 'at', at,
                'is_date_only', is_date_only, 'campaign', campaign, 'list_id', list_id, 'properties', properties,
                'created_at', created_at)
        """),
        {"user": user_id, "ids": list(item_ids)},
    )
    removed = list(rows.scalars())
    refresh_standings(db, user_id, sorted({row["item_id"] for row in removed}))
    return removed


# Under their old numbers, by which exports name them. Where an item was merged into another meanwhile, its events are that one's; of one that is gone there is nothing to tell.
_TELL_AGAIN = """
    INSERT INTO events
        (id, user_id, item_id, kind, value, at, is_date_only, campaign, list_id, properties, created_at)
    OVERRIDING SYSTEM VALUE
    SELECT r.id, :user, coalesce(i.merged_into, i.id), r.kind, r.value, r.at, r.is_date_only, r.campaign,
        (SELECT s.id FROM recommendations_shown s WHERE s.id = r.list_id), r.properties, r.created_at
    FROM jsonb_to_recordset(:rows) AS r(id bigint, item_id bigint, kind text, value real, at timestamptz, is_date_only boolean,
        campaign text, list_id bigint, properties jsonb, created_at timestamptz)
    JOIN items i ON i.id = r.item_id
    ON CONFLICT (id) DO NOTHING RETURNING item_id
"""


def _keep(
    db: Connection, user_id: int, action: Action, added: Sequence[int], removed: Sequence[Mapping[str, Any]]
) -> int:
    """Remember an edit, and forget those that nobody will take back any more."""
    edit_id: int = db.execute(
        text("""
            INSERT INTO bulk_edits (user_id, action, added, removed) VALUES (:user, :action, :added, :removed)
            RETURNING id
        """),
        {"user": user_id, "action": action.value, "added": list(added), "removed": jsonb(removed)},
    ).scalar_one()
    db.execute(
        text("""
            DELETE FROM bulk_edits WHERE user_id = :user AND id NOT IN (
                SELECT id FROM bulk_edits WHERE user_id = :user ORDER BY id DESC LIMIT :most
            )
        """),
        {"user": user_id, "most": MOST_KEPT},
    )
    return edit_id

"""Taking a batch back: exactly what it brought goes, and what is left is worked out again."""

from __future__ import annotations

from mediatheque.flows.placing import refresh_own_items
from mediatheque.kit.database import Connection, Database
from mediatheque.kit.errors import Conflict
from mediatheque.library.queries import batches, history, mentions, merges, records
from mediatheque.library.queries.batches import Batch


def undo_batch(database: Database, user_id: int, batch_id: int) -> Batch:
    """Take back a batch; raises NotFound, or Conflict when there is nothing to take back."""
    with database.transaction() as db:
        return _undo(db, user_id, batch_id)


def _undo(db: Connection, user_id: int, batch_id: int) -> Batch:
    batch = batches.batch_with_id(db, batch_id, user_id)
    if batch.state == "undone":
        raise Conflict(f"Batch {batch_id} is undone already.")
    touched_mentions, touched_items = records.remove_records(db, batch_id)
    orphaned = mentions.remove_orphans(db, touched_mentions)
    items = list({*touched_items, *orphaned})
    shows = history.shows_of(db, items)
    gone = set(merges.remove_unused_items(db, items))
    left = [item for item in items if item not in gone]
    refresh_own_items(db, merges.own_items_among(db, left))
    history.refresh_standings(db, user_id, left)
    history.roll_up_shows(db, user_id, [show for show in shows if show not in gone])
    batches.close_batch(db, batch_id, "undone")
    return batches.batch_with_id(db, batch_id, user_id)

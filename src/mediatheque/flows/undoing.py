"""Taking a batch back: exactly what it brought goes, and what is left is worked out again."""

from __future__ import annotations

from mediatheque.flows.placing import refresh_own_items
from mediatheque.kit.database import Connection, Database
from mediatheque.kit.errors import Conflict
from mediatheque.library.queries import batches, history, mentions, merges, records
from mediatheque.library.queries.batches import Batch
from mediatheque.library.queries.turns import take_turn
from mediatheque.vocabulary import Decision, Verdict


def undo_batch(database: Database, user_id: int, batch_id: int) -> Batch:
    """Take back a batch; raises NotFound, or Conflict when there is nothing to take back."""
    # What the batch brought is embedded and enriched meanwhile, which holds the same items in another order.
    return database.settle(lambda db: _undo(db, user_id, batch_id))


def _undo(db: Connection, user_id: int, batch_id: int) -> Batch:
    take_turn(db, user_id)  # an import of this batch that still runs ends at its next chunk
    batch = batches.batch_with_id(db, batch_id, user_id)
    if batch.state == "undone":
        raise Conflict(f"Batch {batch_id} is undone already.")
    touched_mentions, touched_items = records.remove_records(db, batch_id)
    orphaned = mentions.remove_orphans(db, touched_mentions)
    items = list({*touched_items, *orphaned})
    shows = history.shows_of(db, items)
    gone = set(merges.remove_unused_items(db, items))
    left = [item for item in {*items, *shows} if item not in gone]
    gone |= merges.remove_hollow_items(db, user_id, left)
    refresh_own_items(db, merges.own_items_among(db, left))
    _ask_without(db, user_id, gone)
    history.refresh_standings(db, user_id, left)
    batches.close_batch(db, batch_id, "undone")
    return batches.batch_with_id(db, batch_id, user_id)


def _ask_without(db: Connection, user_id: int, gone: set[int]) -> None:
    """Items that are gone are no answers any more; a question without answers is none."""
    asked = mentions.candidates_asked_about(db, user_id) if gone else {}
    again: dict[int, tuple[Decision, int | None]] = {}
    for mention_id, (item_id, matches) in asked.items():
        left = tuple(match for match in matches if match.item_id not in gone)
        if len(left) < len(matches):
            decision = Decision(Verdict.ASK, None, left) if left else Decision(Verdict.NEW)
            again[mention_id] = (decision, item_id)
    mentions.add_judgements(db, again, by="resolver")

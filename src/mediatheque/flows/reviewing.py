"""Answers to "which item is this?": one answer repairs every row with that title, lasts, and can be undone."""

from __future__ import annotations

from mediatheque.flows.merging import merge_own_item, part_own_item
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import Conflict
from mediatheque.library.queries import items, mentions, merges
from mediatheque.library.queries.mentions import Mention, Question
from mediatheque.library.queries.turns import take_turn
from mediatheque.vocabulary import Decision, Match, Verdict


def answer(db: Connection, user_id: int, mention_id: int, item_id: int | None) -> Question:
    """Say that a mention is the item `item_id`, or (None) none of the candidates; the question answered.

    Raises NotFound for a question or an item that is not there, Conflict for an unfitting item.
    """
    take_turn(db, user_id)
    question = mentions.question_about(db, user_id, mention_id)
    own_id = question.own_id
    if item_id is None:
        mentions.add_judgements(db, {mention_id: (Decision(Verdict.NEW), own_id)}, by="person")
        return question
    chosen = items.item_with_id(db, item_id, user_id)
    if chosen.id == own_id:
        raise Conflict(f"Item {item_id} is what you are being asked about; choose another, or none.")
    best = next((m for m in question.candidates if m.item_id == chosen.id), Match(chosen.id, 1.0))
    said = Decision(Verdict.SAME, best, question.candidates)
    if merges.owner_of(db, own_id) == user_id:
        merge_own_item(db, own_id, chosen.id, by="person", decision=said)
    return question


def take_back(db: Connection, user_id: int, mention_id: int) -> Mention:
    """Undo an answer: things are as before it, and the question is open again. Raises NotFound."""
    take_turn(db, user_id)
    mention = mentions.mention_answered(db, user_id, mention_id)
    own_id = merges.own_item_merged_with(db, mention.id)
    if own_id is not None:
        part_own_item(db, own_id)
    again = mentions.mentions_with_ids(db, [mention_id])[mention_id]
    assert again.item_id is not None, "an answered mention has an item"
    there = mentions.mentions_of_items(db, [again.item_id]).get(again.item_id, [])
    answered = mentions.people_judged(db, [m.id for m in there if m.user_id == user_id]) | {mention_id}
    # What another answer had brought to this item before is still said to be it.
    brought = {m for m in answered if merges.own_item_merged_with(db, m) is not None}
    still = Decision(Verdict.SAME, Match(again.item_id, 1.0))
    mentions.add_judgements(db, dict.fromkeys(brought, (still, again.item_id)), by="person")
    before = {m: (mentions.decision_before_answer(db, m), again.item_id) for m in answered - brought}
    mentions.add_judgements(db, before, by="resolver")
    return again

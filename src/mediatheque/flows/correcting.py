"""A match that was wrong: its owner says which item a mention really is, and can take that back.

What rows said stays as it was read; a judgement is added, and what is worked out from it follows: the events of these
rows, a show's episodes, and where the person stands with either title.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mediatheque.flows import reviewing
from mediatheque.flows.placing import judge, place_episodes, refresh_own_items
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import Conflict, NotFound
from mediatheque.library.queries import candidates as found
from mediatheque.library.queries import history, items, mentions, merges
from mediatheque.library.queries.judged import Judged, judgements_on
from mediatheque.library.queries.mentions import Mention
from mediatheque.library.queries.met import matched_mention
from mediatheque.library.queries.turns import take_turn
from mediatheque.resolve.compare import compare
from mediatheque.resolve.normalise import title_keys
from mediatheque.vocabulary import Decision, Item, Kind, Match, Verdict

#: More to choose from would help nobody; whoever wants another one searches for it.
MOST_CANDIDATES = 8


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that a mention may be, and what speaks against it."""

    item: Item
    match: Match


def other_candidates(db: Connection, user_id: int, mention_id: int) -> list[Candidate]:
    """What else the mention may be, likeliest first. Raises NotFound."""
    mention = matched_mention(db, user_id, mention_id).mention
    wanted = found.Wanted(mention.work, title_keys(mention.work))
    [near] = found.candidates(db, [wanted], user_id)
    others = [
        Candidate(item, compare(mention.work, item))
        for item in near
        if item.id != mention.item_id and _fits(mention, item)
    ]
    return sorted(others, key=lambda one: (-one.match.score, one.item.id))[:MOST_CANDIDATES]


def correct(db: Connection, user_id: int, mention_id: int, item_id: int | None) -> int:
    """Say that a mention is another item than it is taken for, or (None) a work of its own; the item that it is now.

    Raises NotFound for a mention or an item that is not there, Conflict for an unfitting item.
    """
    take_turn(db, user_id)
    matched = matched_mention(db, user_id, mention_id)
    mention = matched.mention
    if mention.parent_id is not None:
        raise Conflict("An episode goes with its show; say what the show is.")
    if matched.verdict == Verdict.ASK.value:
        # A question is open about it: this is its answer.
        reviewing.answer(db, user_id, mention_id, item_id)
        return _now(db, mention_id)
    if item_id is None:
        to, said = _own_item(db, user_id, mention), Decision(Verdict.NEW)
    else:
        chosen = items.item_with_id(db, item_id, user_id)
        if chosen.id == mention.item_id:
            raise Conflict(f"It is taken for '{chosen.title}' already; choose another title.")
        if not _fits(mention, chosen):
            raise Conflict(
                f"'{mention.work.title}' cannot be '{chosen.title}': one is a {chosen.kind}, the other none."
            )
        to, same = chosen.id, Match(chosen.id, 1.0)
        said = Decision(Verdict.SAME, same, (same,))
    _move(db, user_id, mention, to)
    mentions.add_judgements(db, {mention_id: (said, to)}, by="person")
    return to


def take_back(db: Connection, user_id: int, mention_id: int) -> int:
    """Undo a correction: the mention is what it was taken for before; the item that it is now. Raises NotFound."""
    take_turn(db, user_id)
    mention = matched_mention(db, user_id, mention_id).mention
    judged = judgements_on(db, mention_id)
    if not judged or judged[0].by != "person":
        raise NotFound(f"You corrected no match {mention_id}, so there is nothing to take back.")
    before = judged[1] if len(judged) > 1 else None
    if before is None or before.verdict is Verdict.ASK:
        # It was the answer to a question, which is opened again.
        reviewing.take_back(db, user_id, mention_id)
        return _now(db, mention_id)
    to = _there(db, user_id, before)
    if to is None:
        to = _own_item(db, user_id, mention)
    _move(db, user_id, mention, to)
    match = Match(to, before.score) if before.score is not None else None
    mentions.add_judgements(db, {mention_id: (Decision(before.verdict, match), to)}, by=before.by)
    return to


def _move(db: Connection, user_id: int, mention: Mention, to: int) -> None:
    """Take a mention, its rows' events and a show's episodes to another item, and work out what follows."""
    episodes = mentions.children_of_mentions(db, [mention.id])
    before = _family(db, [mention.item_id, *(episode.item_id for episode in episodes)])
    mentions.place_mentions(db, {mention.id: to})
    settled = place_episodes(db, user_id, {m.id: (m.work, to) for m in episodes})
    mentions.place_mentions(db, {m: s.item_id for m, s in settled.items()})
    judge(db, settled, before=list(settled))
    after = _family(db, [to, *(s.item_id for s in settled.values())])
    gone = set(merges.remove_unused_items(db, sorted(before - after)))
    left = sorted((before | after) - gone)
    refresh_own_items(db, _spoken_of(db, merges.own_items_among(db, left, user_id)))
    history.refresh_standings(db, user_id, left)


def _family(db: Connection, item_ids: Iterable[int | None]) -> set[int]:
    """These items, their episodes and their shows."""
    ids = [item_id for item_id in item_ids if item_id is not None]
    return {*merges.with_episodes(db, ids), *history.shows_of(db, ids)}


def _spoken_of(db: Connection, own_ids: list[int]) -> list[int]:
    """Those own items that mentions speak of: what nothing speaks of any more stays what it was."""
    return list(mentions.mentions_of_items(db, own_ids))


def _own_item(db: Connection, user_id: int, mention: Mention) -> int:
    """A new item of the user's own, made from what the mention says."""
    new = items.NewItem(work=mention.work, title_keys=title_keys(mention.work), owner_id=user_id)
    [item_id] = items.add_items(db, [new])
    return item_id


def _there(db: Connection, user_id: int, before: Judged) -> int | None:
    """The item of an earlier judgement, or what became of it; None when it is gone."""
    if before.item_id is None:
        return None
    try:
        return items.item_with_id(db, before.item_id, user_id).id
    except NotFound:
        return None


def _now(db: Connection, mention_id: int) -> int:
    item_id = mentions.mentions_with_ids(db, [mention_id])[mention_id].item_id
    assert item_id is not None, "a judged mention has an item"
    return item_id


def _fits(mention: Mention, item: Item) -> bool:
    """A show's episodes need a show, and nothing else has any."""
    return item.kind is not Kind.EPISODE and (mention.work.kind is Kind.SHOW) == (item.kind is Kind.SHOW)

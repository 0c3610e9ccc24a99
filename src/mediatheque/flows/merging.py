"""A person's own item turns out to be a catalogue entry: everything moves there, and can move back."""

from __future__ import annotations

from mediatheque.flows.placing import judge, place_episodes, refresh_own_items
from mediatheque.kit.database import Connection
from mediatheque.library.queries import candidates as found
from mediatheque.library.queries import history, mentions, merges
from mediatheque.library.queries.turns import take_persons_turn
from mediatheque.resolve.siblings import Siblings
from mediatheque.vocabulary import Decision


def merge_own_item(db: Connection, own_id: int, into_id: int, *, by: str, decision: Decision) -> None:
    """Merge an own item (and its episodes) into another item, and judge its mentions accordingly."""
    if (owner := merges.owner_of(db, own_id)) is not None:
        take_persons_turn(db, owner)  # what they tell about the item meanwhile would stay behind
    spoken = [m.id for m in mentions.mentions_of_items(db, [own_id]).get(own_id, [])]
    _merge_episodes(db, own_id, into_id, by)
    merges.merge_items(db, own_id, into_id, by)
    # Where a person's answer has gone to since is no other answer.
    said = mentions.people_judged(db, spoken) if by == "resolver" else set[int]()
    mentions.add_judgements(db, {m: (decision, into_id) for m in spoken if m not in said}, by=by)
    _refresh(db, own_id, into_id)


def part_own_item(db: Connection, own_id: int) -> None:
    """Undo the standing merge of an own item, and those of its episodes; nothing happens without one."""
    merge = merges.merge_of(db, own_id)
    if merge is None:
        return
    ends = merges.undo_merge(db, merge.id)
    for episode in merges.merged_episodes(db, own_id):
        merges.undo_merge(db, episode.id)
    _bring_later_rows_back(db, own_id)
    _refresh(db, own_id, *ends)


def _bring_later_rows_back(db: Connection, own_id: int) -> None:
    """Rows read since the merge went to the other item at once; they belong to the own one again."""
    spoken = mentions.mentions_of_items(db, [own_id]).get(own_id, [])
    mentions.place_mentions(db, {m.id: own_id for m in spoken})
    episodes = mentions.children_of_mentions(db, [m.id for m in spoken])
    merges.adopt_own_episodes(db, own_id, [m.item_id for m in episodes if m.item_id is not None])
    if (owner := merges.owner_of(db, own_id)) is not None:
        settled = place_episodes(db, owner, {m.id: (m.work, own_id) for m in episodes})
        mentions.place_mentions(db, {m: s.item_id for m, s in settled.items()})
        judge(db, settled, before=list(settled))


def _merge_episodes(db: Connection, own_id: int, into_id: int, by: str) -> None:
    """Episodes that both shows have become one; the others follow their show when it is merged."""
    children = found.children_by_parent(db, [own_id, into_id], merges.owner_of(db, own_id))
    theirs = Siblings(children.get(into_id, ()))
    for episode in children.get(own_id, ()):
        if there := theirs.find(episode.work):
            merges.merge_items(db, episode.id, there.id, by)


def _refresh(db: Connection, own_id: int, *others: int) -> None:
    """What these items and their episodes are, and their owner's standing with them; what others did has not moved."""
    family = merges.with_episodes(db, [own_id, *others])
    owner = merges.owner_of(db, own_id)
    assert owner is not None, "only own items are merged"
    refresh_own_items(db, merges.own_items_among(db, family, owner))
    history.refresh_standings(db, owner, family)

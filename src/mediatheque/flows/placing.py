"""From what rows say to which item they are about: every new mention gets its judgement and its item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from mediatheque.enrich.merge import merge
from mediatheque.kit.database import Connection
from mediatheque.library.queries import candidates as found
from mediatheque.library.queries import items, mentions
from mediatheque.library.queries.mentions import Mention
from mediatheque.resolve.compare import compare
from mediatheque.resolve.decide import decide
from mediatheque.resolve.normalise import title_key, title_keys
from mediatheque.resolve.siblings import Siblings
from mediatheque.vocabulary import Claim, Decision, Item, Kind, Match, Verdict, Work

#: Fields of an episode's row that speak of its show as well.
_SHOW_SCHEMES = ("netflix_show", "imdb_show", "tmdb_show", "trakt_show")

#: What a work is called by while it waits for its item: its fingerprint, or its mention's id.
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Placed:
    """A mention and the item it is taken for."""

    mention_id: int
    item_id: int


@dataclass(frozen=True, slots=True)
class Settled:
    """The item a work is taken for, and the judgement that says so; `is_joined`: an own item that was there before."""

    item_id: int
    decision: Decision
    is_joined: bool = False


def show_of(work: Work) -> Work | None:
    """What an episode says about its show; None for anything else."""
    if work.kind is not Kind.EPISODE or not work.series_title:
        return None
    ids = {
        scheme.removesuffix("_show"): value
        for scheme, value in work.external_ids.items()
        if scheme in _SHOW_SCHEMES
    }
    return Work(kind=Kind.SHOW, title=work.series_title, external_ids=ids)


def place(db: Connection, user_id: int, works: Mapping[bytes, Work]) -> dict[bytes, Placed]:
    """The mention and item of every work, by fingerprint; new ones are resolved, or get an item of their own."""
    known = mentions.places_of(db, user_id, list(works))
    new = {p: work for p, work in works.items() if p not in known or known[p][1] is None}
    parents, shows = _place_shows(db, user_id, new)
    # A row may speak of the very show whose episodes stand beside it: it is placed by now.
    known |= {p: (show.mention_id, show.item_id) for p, show in shows.items() if p in new}
    new = {p: work for p, work in new.items() if p not in shows}
    settled = _resolve(db, user_id, {p: work for p, work in new.items() if p not in parents})
    settled |= place_episodes(db, user_id, {p: (new[p], show.item_id) for p, show in parents.items()})
    mention_ids = _store(db, user_id, new, parents, settled, {p: m for p, (m, _) in known.items()})
    judge(
        db, {mention_ids[p]: s for p, s in settled.items()}, before=[known[p][0] for p in new if p in known]
    )
    # What a further mention says of an own item counts for it, as it would in a rebuild.
    refresh_own_items(db, [s.item_id for s in settled.values() if s.is_joined])
    placed = {p: Placed(m, item_id) for p, (m, item_id) in known.items() if item_id is not None}
    return placed | {p: Placed(mention_ids[p], s.item_id) for p, s in settled.items()}


def _place_shows(
    db: Connection, user_id: int, new: Mapping[bytes, Work]
) -> tuple[dict[bytes, Placed], dict[bytes, Placed]]:
    """The shows of the episodes among `new`, by the episode's fingerprint and by the show's own."""
    prints: dict[bytes, bytes] = {}
    shows: dict[bytes, Work] = {}
    for p, work in new.items():
        if (show := show_of(work)) is not None:
            prints[p] = mentions.fingerprint(show)
            shows[prints[p]] = show
    places = place(db, user_id, shows) if shows else {}
    return {p: places[show] for p, show in prints.items()}, places


def _store(
    db: Connection,
    user_id: int,
    new: Mapping[bytes, Work],
    parents: Mapping[bytes, Placed],
    settled: Mapping[bytes, Settled],
    known: Mapping[bytes, int],
) -> dict[bytes, int]:
    """The mentions' ids; those that are there already have lost their item, and get the new one."""
    to_add = [
        (p, work, parents[p].mention_id if p in parents else None)
        for p, work in new.items()
        if p not in known
    ]
    added = mentions.add_mentions(db, user_id, to_add, {p: s.item_id for p, s in settled.items()})
    mentions.place_mentions(db, {known[p]: settled[p].item_id for p in new if p in known})
    return {p: added[p].id if p in added else known[p] for p in new}


def judge(db: Connection, settled: Mapping[int, Settled], before: Sequence[int]) -> None:
    """Append the resolver's judgements on mentions, by their ids; of those there `before`, what a person said stands."""
    judged = mentions.people_judged(db, before) if before else set[int]()
    said = {m: (s.decision, s.item_id) for m, s in settled.items() if m not in judged}
    mentions.add_judgements(db, said, by="resolver", before=before)


def _resolve(db: Connection, user_id: int, new: Mapping[bytes, Work]) -> dict[bytes, Settled]:
    """Items of works that stand alone; those of the same title wait until the first of them has one."""
    settled: dict[bytes, Settled] = {}
    waiting = {p: found.Wanted(work, _keys(work)) for p, work in new.items()}
    while waiting:
        first_by_key: dict[object, bytes] = {}
        for p, wanted in waiting.items():
            first_by_key.setdefault(_own_key(wanted), p)
        turn = {p: waiting.pop(p) for p in first_by_key.values()}
        settled |= _resolve_distinct(db, user_id, turn)
    return settled


def _own_key(wanted: found.Wanted) -> object:
    """Two mentions with the same key may be one work, so the second is resolved after the first."""
    if wanted.work.external_ids:
        return min(wanted.work.external_ids.items())
    return next(iter(wanted.title_keys), wanted.work.title)


def _keys(work: Work) -> tuple[str, ...]:
    """The keys under which an own item may be found: an episode is found by its show, a video by its id."""
    if work.kind is Kind.EPISODE:
        return ()
    # Whoever searches for a video types its title, not what is left of it after a dash.
    return (title_key(work.title),) if work.kind is Kind.VIDEO else title_keys(work)


def _resolve_distinct(
    db: Connection, user_id: int, new: Mapping[bytes, found.Wanted]
) -> dict[bytes, Settled]:
    near = found.candidates(db, list(new.values()), user_id)
    decided = {p: _decide(wanted.work, items) for (p, wanted), items in zip(new.items(), near, strict=True)}
    own = [p for p, decision in decided.items() if decision.verdict is not Verdict.SAME]
    ids = items.add_items(
        db,
        [items.NewItem(work=new[p].work, title_keys=new[p].title_keys, owner_id=user_id) for p in own],
    )
    made = dict(zip(own, ids, strict=True))
    return {
        p: Settled(made[p], decision) if p in made else _taken(decision, items)
        for (p, decision), items in zip(decided.items(), near, strict=True)
    }


def _taken(decision: Decision, near: Sequence[Item]) -> Settled:
    assert decision.best is not None, "the same as what?"
    chosen = next(item for item in near if item.id == decision.best.item_id)
    return Settled(chosen.id, decision, is_joined=not chosen.is_listed)


def _decide(work: Work, near: Sequence[Item]) -> Decision:
    if work.kind is Kind.VIDEO:
        # A video is its id; its title is whatever its uploader felt like that day.
        near = [item for item in near if _shares_id(work, item.work)]
    return decide(work, [compare(work, item) for item in near])


def _shares_id(work: Work, other: Work) -> bool:
    return any(other.external_ids.get(scheme) == value for scheme, value in work.external_ids.items())


def place_episodes(db: Connection, user_id: int, new: Mapping[K, tuple[Work, int]]) -> dict[K, Settled]:
    """Items of episodes, given as (work, show's item), found by season and number or title, else made."""
    shows = list({show for _, show in new.values()})
    children = found.children_by_parent(db, shows, user_id)
    siblings = {show: Siblings(children.get(show, ())) for show in shows}
    found_items: dict[
        K, Item
    ] = {}  # an id below zero is the place in `made` of an item that is yet to be made
    made: dict[K, items.NewItem] = {}
    for key, (work, show) in new.items():
        there = siblings[show].find(work)
        if there is None:
            made[key] = items.NewItem(work=work, title_keys=(), parent_id=show, owner_id=user_id)
            # So that a second row about it in this chunk finds it.
            there = Item(id=-len(made), work=work, parent_id=show)
            siblings[show].add(there)
        found_items[key] = there
    made_ids = items.add_items(db, list(made.values()))
    settled: dict[K, Settled] = {}
    for key, item in found_items.items():
        item_id = item.id if item.id > 0 else made_ids[-item.id - 1]
        if key in made:
            settled[key] = Settled(item_id, Decision(Verdict.NEW))
        else:
            same = Match(item_id, 1.0)
            settled[key] = Settled(item_id, Decision(Verdict.SAME, same, (same,)), not item.is_listed)
    return settled


def refresh_own_items(db: Connection, item_ids: Sequence[int]) -> None:
    """Work out again what own items are from the mentions that are left of them."""
    if not item_ids:
        return
    spoken = mentions.mentions_of_items(db, list(dict.fromkeys(item_ids)))
    works = {item_id: _work_of(those) for item_id, those in spoken.items()}
    items.save_works(db, {item_id: (work, _keys(work)) for item_id, work in works.items()})


def _work_of(spoken: Sequence[Mention]) -> Work:
    if len(spoken) == 1:
        return spoken[0].work
    return merge([Claim("mention", f"{m.id:020}", m.work) for m in spoken])

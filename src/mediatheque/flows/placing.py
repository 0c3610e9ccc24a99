"""From what rows say to which item they are about: every new mention gets its judgement and its item."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mediatheque.enrich.merge import merge
from mediatheque.kit.database import Connection
from mediatheque.library.queries import candidates as found
from mediatheque.library.queries import items, mentions
from mediatheque.library.queries.mentions import Mention
from mediatheque.resolve.compare import compare
from mediatheque.resolve.decide import decide
from mediatheque.resolve.normalise import title_keys
from mediatheque.resolve.series import same_episode
from mediatheque.vocabulary import Claim, Decision, Item, Kind, Match, Verdict, Work

#: Fields of an episode's row that speak of its show as well.
_SHOW_SCHEMES = ("netflix_show", "imdb_show", "tmdb_show", "trakt_show")


@dataclass(frozen=True, slots=True)
class Placed:
    """A mention and the item it is taken for."""

    mention_id: int
    item_id: int


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


def place(db: Connection, user_id: int, works: Iterable[Work]) -> dict[bytes, Placed]:
    """The mention and item of every work, by fingerprint; new ones are resolved, or get an item of their own."""
    by_print = {mentions.fingerprint(work): work for work in works}
    known = mentions.mentions_with_fingerprints(db, user_id, list(by_print))
    new = {p: work for p, work in by_print.items() if p not in known or known[p].item_id is None}
    shows = {p: show for p, work in new.items() if (show := show_of(work)) is not None}
    show_places = place(db, user_id, shows.values()) if shows else {}
    parents = {p: show_places[mentions.fingerprint(show)] for p, show in shows.items()}
    to_add = [
        (p, work, parents[p].mention_id if p in parents else None)
        for p, work in new.items()
        if p not in known
    ]
    known |= mentions.add_mentions(db, user_id, to_add)
    placed = {p: m.item_id for p, m in known.items() if m.item_id is not None}
    placed |= _resolve(db, user_id, {p: known[p] for p in new if p not in parents})
    placed |= place_episodes(db, user_id, {known[p].id: (p, known[p], parents[p].item_id) for p in parents})
    return {p: Placed(known[p].id, placed[p]) for p in by_print}


def _resolve(db: Connection, user_id: int, new: Mapping[bytes, Mention]) -> dict[bytes, int]:
    """Items of mentions that stand alone; those of the same title wait until the first of them has one."""
    placed: dict[bytes, int] = {}
    waiting = dict(new)
    while waiting:
        first_by_key: dict[object, bytes] = {}
        for p, mention in waiting.items():
            first_by_key.setdefault(_own_key(mention.work), p)
        turn = {p: waiting.pop(p) for p in first_by_key.values()}
        placed |= _resolve_distinct(db, user_id, turn)
    return placed


def _own_key(work: Work) -> object:
    """Two mentions with the same key may be one work, so the second is resolved after the first."""
    if work.external_ids:
        return min(work.external_ids.items())
    return next(iter(title_keys(work)), work.title)


def _resolve_distinct(db: Connection, user_id: int, new: Mapping[bytes, Mention]) -> dict[bytes, int]:
    wanted = {p: found.Wanted(m.work, title_keys(m.work)) for p, m in new.items()}
    decided: dict[bytes, tuple[Decision, Item | None]] = {}
    for p, near in zip(new, found.candidates(db, list(wanted.values()), user_id), strict=True):
        decided[p] = _decide(new[p].work, near)
    own = [p for p, (decision, _) in decided.items() if decision.verdict is not Verdict.SAME]
    ids = items.add_items(
        db,
        [items.NewItem(work=new[p].work, title_keys=wanted[p].title_keys, owner_id=user_id) for p in own],
    )
    placed = dict(zip(own, ids, strict=True))
    taken = {p: item for p, (_, item) in decided.items() if item is not None}
    placed |= {p: item.id for p, item in taken.items()}
    _settle(db, {new[p].id: (decided[p][0], item_id) for p, item_id in placed.items()})
    refresh_own_items(db, [item.id for item in taken.values() if not item.is_listed])
    return placed


def _decide(work: Work, near: Sequence[Item]) -> tuple[Decision, Item | None]:
    if work.kind is Kind.VIDEO:
        # A video is its id; its title is whatever its uploader felt like that day.
        near = [item for item in near if _shares_id(work, item.work)]
    decision = decide(work, [compare(work, item) for item in near])
    if decision.verdict is Verdict.SAME and decision.best is not None:
        chosen = decision.best.item_id
        return decision, next(item for item in near if item.id == chosen)
    return decision, None


def _shares_id(work: Work, other: Work) -> bool:
    return any(other.external_ids.get(scheme) == value for scheme, value in work.external_ids.items())


def place_episodes(
    db: Connection, user_id: int, new: Mapping[int, tuple[bytes, Mention, int]]
) -> dict[bytes, int]:
    """Items of episodes under their shows, found by season and number or title, else made."""
    siblings = found.children_by_parent(db, list({show for _, _, show in new.values()}), user_id)
    placed: dict[bytes, int] = {}
    made: list[tuple[bytes, Mention, int]] = []
    twins: list[tuple[bytes, int]] = []  # a print, and the place in `made` of the same episode
    for p, mention, show in new.values():
        there = next((e for e in siblings.get(show, ()) if same_episode(mention.work, e)), None)
        if there is not None and there.id > 0:
            placed[p] = there.id
        elif there is not None:
            twins.append((p, -there.id - 1))
        else:
            made.append((p, mention, show))
            # A stand-in with a negative id, so that a second row about it in this chunk finds it.
            stand_in = Item(id=-len(made), work=mention.work, parent_id=show)
            siblings.setdefault(show, []).append(stand_in)
    ids = items.add_items(
        db,
        [items.NewItem(work=m.work, title_keys=(), parent_id=show, owner_id=user_id) for _, m, show in made],
    )
    placed |= {p: item_id for (p, _, _), item_id in zip(made, ids, strict=True)}
    placed |= {p: ids[n] for p, n in twins}
    fresh = set(ids)
    verdicts = {
        mention.id: (
            Decision(Verdict.NEW)
            if placed[p] in fresh
            else Decision(Verdict.SAME, Match(placed[p], 1.0), (Match(placed[p], 1.0),)),
            placed[p],
        )
        for p, mention, _ in new.values()
    }
    _settle(db, verdicts)
    return placed


def _settle(db: Connection, verdicts: Mapping[int, tuple[Decision, int]]) -> None:
    mentions.place_mentions(db, {m: item for m, (_, item) in verdicts.items()})
    # Judgements of people stand: only a mention that nobody judged yet gets here.
    mentions.add_judgements(db, dict(verdicts), by="resolver")


def refresh_own_items(db: Connection, item_ids: Sequence[int]) -> None:
    """Work out again what own items are from the mentions that are left of them."""
    spoken = mentions.mentions_of_items(db, list(dict.fromkeys(item_ids)))
    works: dict[int, tuple[Work, tuple[str, ...]]] = {}
    for item_id, those in spoken.items():
        work = merge([Claim("mention", f"{m.id:020}", m.work) for m in those])
        works[item_id] = (work, () if work.kind is Kind.EPISODE else title_keys(work))
    items.save_works(db, works)

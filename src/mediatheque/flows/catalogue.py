"""The catalogue: what sources claim becomes items for everybody, and people's own items find their entry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from mediatheque.enrich import sources
from mediatheque.enrich.merge import merge
from mediatheque.enrich.sources import SourceSettings, SyncPlan
from mediatheque.flows.merging import merge_own_item
from mediatheque.kit.database import Connection, Database
from mediatheque.library.queries import candidates as found
from mediatheque.library.queries import claims, items, mentions
from mediatheque.library.queries.claims import StoredClaim
from mediatheque.library.queries.turns import take_catalogues_turn, take_persons_turn
from mediatheque.resolve.compare import compare
from mediatheque.resolve.decide import decide
from mediatheque.resolve.normalise import title_keys
from mediatheque.vocabulary import Claim, Decision, Item, Match, Verdict

#: Called after each page with the number of works behind us.
OnProgress = Callable[[int], None]


@dataclass(slots=True)
class Synced:
    """What a sync did."""

    source: str
    seen: int = 0
    new_claims: int = 0
    new_items: int = 0
    matched: int = 0  # people's own items that found their catalogue entry


def sync(
    database: Database,
    name: str,
    settings: SourceSettings,
    plan: SyncPlan,
    *,
    on_progress: OnProgress | None = None,
) -> Synced:
    """Bring a source's works in, a page a transaction; an interrupted sync goes on where it stopped.

    Raises Invalid when the source refuses the key, Unavailable when it cannot be reached; what came
    before stays.
    """
    source = sources.source(name)
    label = _label(plan)
    synced = Synced(name)
    with database.transaction() as db:
        after = claims.sync_cursor(db, name, label)
    with source.client(settings) as client:
        for page in source.sync(client, plan, after):
            with database.transaction() as db:
                _count_in(synced, add_to_catalogue(db, page.claims))
                claims.save_sync_cursor(db, name, label, page.cursor)
            synced.seen += len(page.claims)
            if on_progress:
                on_progress(synced.seen)
    with database.transaction() as db:
        claims.save_sync_cursor(db, name, label, None)
    return synced


@dataclass(slots=True)
class Added:
    """What some claims did to the catalogue."""

    new_claims: int = 0
    new_items: int = 0
    matched: int = 0


def add_to_catalogue(db: Connection, said: Iterable[Claim]) -> Added:
    """Store claims and bring the catalogue's items up to date with them."""
    take_catalogues_turn(db)
    fresh = claims.add_claims(db, list(said))
    untied = [claim for claim in fresh if claim.item_id is None]
    tied = _tie_to_known(db, untied)
    to_make = [claim for claim in untied if claim.id not in tied]
    made = _make_items(db, to_make)
    claims.tie_claims(db, tied | {c.id: item.id for c, item in zip(to_make, made, strict=True)})
    refresh_listed_items(db, [c.item_id for c in fresh if c.item_id is not None] + list(tied.values()))
    return Added(len(fresh), len(made), match_own_items(db, made))


def refresh_listed_items(db: Connection, item_ids: Sequence[int]) -> None:
    """Merge these items' fields from their claims again."""
    about = claims.claims_about(db, list(dict.fromkeys(item_ids)))
    works = {item_id: merge(those) for item_id, those in about.items()}
    items.save_works(db, {item_id: (work, title_keys(work)) for item_id, work in works.items()})


def match_own_items(db: Connection, made: Sequence[Item]) -> int:
    """Merge people's own items with the new entries they turn out to be; ask where it is not sure."""
    wanted = [found.Wanted(item.work, title_keys(item.work)) for item in made]
    matched = 0
    done: set[int] = set()
    candidates = found.owned_candidates(db, wanted)
    # In one order, before the first of them changes: who waits for two people must not meet another who does.
    for owner in sorted({owner for own in candidates for owner, _ in own}):
        take_persons_turn(db, owner)
    for entry, own in zip(made, candidates, strict=True):
        for _, item in own:
            decision = decide(item.work, [compare(item.work, entry)])
            if item.id in done or decision.verdict is Verdict.NEW:
                continue
            done.add(item.id)
            if decision.verdict is Verdict.SAME:
                merge_own_item(db, item.id, entry.id, by="resolver", decision=decision)
                matched += 1
            else:
                _ask(db, item, decision)
    return matched


def _tie_to_known(db: Connection, untied: Sequence[StoredClaim]) -> dict[int, int]:
    """Which catalogue items other sources' claims have made already, by claim id."""
    wanted = [found.Wanted(c.claim.work, title_keys(c.claim.work)) for c in untied]
    near = found.candidates(db, wanted, None, fuzzy=False)
    spoken = claims.claims_about(db, [item.id for those in near for item in those])
    tied: dict[int, int] = {}
    for stored, those in zip(untied, near, strict=True):
        others = [item for item in those if not _is_told_apart(stored.claim, spoken.get(item.id, ()))]
        decision = decide(stored.claim.work, [compare(stored.claim.work, item) for item in others])
        if decision.verdict is Verdict.SAME and decision.best is not None:
            tied[stored.id] = decision.best.item_id
    return tied


def _is_told_apart(claim: Claim, others: Sequence[Claim]) -> bool:
    """Whether the source itself says that these are two works, by having an entry for each."""
    # Google Books has an entry for each edition, so there two entries may well be one book.
    return claim.source != "google-books" and any(other.source == claim.source for other in others)


def _make_items(db: Connection, untied: Sequence[StoredClaim]) -> list[Item]:
    works = [merge([c.claim]) for c in untied]
    ids = items.add_items(db, [items.NewItem(work=w, title_keys=title_keys(w)) for w in works])
    return [Item(id=i, work=w, is_listed=True) for i, w in zip(ids, works, strict=True)]


def _ask(db: Connection, own: Item, decision: Decision) -> None:
    spoken = mentions.mentions_of_items(db, [own.id]).get(own.id, [])
    judged = mentions.people_judged(db, [m.id for m in spoken])
    matches = tuple(Match(m.item_id, m.score, m.penalties) for m in decision.candidates)
    asked = Decision(Verdict.ASK, decision.best, matches)
    mentions.add_judgements(db, {m.id: (asked, own.id) for m in spoken if m.id not in judged}, by="resolver")


def _count_in(synced: Synced, added: Added) -> None:
    synced.new_claims += added.new_claims
    synced.new_items += added.new_items
    synced.matched += added.matched


def _label(plan: SyncPlan) -> str:
    """A short name of a plan, under which its cursor is kept."""
    parts = [",".join(sorted(plan.kinds)) if len(plan.kinds) < 6 else "all", str(plan.limit)]
    parts += [",".join(plan.languages) or "-", ",".join(plan.genres) or "-"]
    return " ".join(parts)[:64]

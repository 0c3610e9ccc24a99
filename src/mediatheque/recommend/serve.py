"""The list for one person: what may be recommended, found, scored, mixed, varied and explained."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from mediatheque.kit.database import Connection
from mediatheque.library.queries.items import items_with_ids
from mediatheque.recommend import algorithms
from mediatheque.recommend.algorithms import Algorithm, Search, Term
from mediatheque.recommend.champion import OnDuty
from mediatheque.recommend.crowd import current_crowd
from mediatheque.recommend.interests import Vectors
from mediatheque.recommend.likeness import Space
from mediatheque.recommend.mix import COLLABORATIVE, Part, Pick, pick, shares
from mediatheque.recommend.pool import Pool, Traits
from mediatheque.recommend.queries.crowd import Reception, receptions
from mediatheque.recommend.queries.eligible import Eligible, bounds, traits_of
from mediatheque.recommend.queries.known import known_titles
from mediatheque.recommend.reasons import Told, contributions, reason
from mediatheque.recommend.taste import Taste, learn, with_model, with_vectors
from mediatheque.stores.vectors import store
from mediatheque.vocabulary import Item, Kind, Recommendation

MIXED = "mixed"
#: The term of a title that only fills a list up.
AFTER = "after what was asked for"
#: Serves whoever no other method can serve.
POPULAR = "popular"
#: Episodes and videos come in thousands and mean little alone: only for who asks.
USUAL_KINDS = (Kind.FILM, Kind.SHOW, Kind.BOOK, Kind.AUDIO)


def methods() -> tuple[str, ...]:
    """What may be asked for: the mixture, or one algorithm alone."""
    return (MIXED, *algorithms.names())


def recommend(
    db: Connection,
    user_id: int,
    *,
    kinds: Sequence[Kind] = (),
    n: int = 10,
    exclude: Iterable[int] = (),
    method: str = MIXED,
    model_id: int | None = None,
    on_duty: OnDuty | None = None,
) -> list[Recommendation]:
    """The `n` titles (fewer, where there are no more) most worth the user's time, best first.

    What they know, have hidden or may not see is never among them. Without `model_id` there are no
    vectors to go by, without `on_duty` no trained model. Raises Invalid for an unknown method.
    """
    wanted = list(algorithms.names()) if method == MIXED else [method]
    by_name = {name: algorithms.algorithm(name) for name in {*wanted, POPULAR}}
    if n < 1:
        return []
    eligible = _eligible(db, user_id, kinds, exclude)
    on_duty = on_duty or OnDuty()
    taste = _taste(db, user_id, model_id, on_duty)
    able, fallback = _able(wanted, by_name, taste, model_id)
    if on_duty.refused and COLLABORATIVE in wanted:
        fallback = f"{on_duty.refused}; {fallback or 'the other methods go on without it'}"
    search = Search(eligible, n, model_id)
    used = {name: by_name[name] for name in able}
    recommended = _list(db, taste, search, used, fallback)
    missing = n - len(recommended)
    if missing and POPULAR not in used:
        there = {r.item.id for r in recommended}
        rest = replace(search, n=missing, eligible=replace(eligible, never=eligible.never | there))
        why = f"{method} found no more than {len(there)}, so the rest is what is popular"
        recommended += _below(recommended, _list(db, taste, rest, {POPULAR: by_name[POPULAR]}, why))
    return recommended


def _eligible(db: Connection, user_id: int, kinds: Sequence[Kind], exclude: Iterable[int]) -> Eligible:
    known = bounds(db, user_id)
    return Eligible(
        viewer=user_id,
        kinds=tuple(kinds) or USUAL_KINDS,
        never=known.known.union(exclude),
        closed=known.closed,
        own=known.own,
    )


def _taste(db: Connection, user_id: int, model_id: int | None, on_duty: OnDuty) -> Taste:
    now = datetime.now(UTC)
    taste = learn(known_titles(db, user_id), now)
    if on_duty.artifact is not None:
        taste = with_model(taste, on_duty.artifact, now)
    if model_id is None or not taste.seeds:
        return taste
    return with_vectors(taste, store().vectors_of(db, model_id, [seed.item_id for seed in taste.seeds]))


def _able(
    wanted: Sequence[str], by_name: dict[str, Algorithm], taste: Taste, model_id: int | None
) -> tuple[list[str], str | None]:
    """Which of these methods can serve; where only popularity can, why."""
    why_not = {name: by_name[name].why_not(taste) for name in wanted}
    able = [name for name, why in why_not.items() if why is None]
    if able and (set(able) != {POPULAR} or set(wanted) == {POPULAR}):
        return able, None
    why = next((why for why in why_not.values() if why), "")
    if model_id is None and taste.seeds and wanted != [COLLABORATIVE]:
        why = "there are no embeddings to compare titles by"
    return [POPULAR], f"{why}, so this is what is popular"


def _list(
    db: Connection, taste: Taste, search: Search, used: dict[str, Algorithm], fallback: str | None
) -> list[Recommendation]:
    pool = pool_of(db, taste, search, _found(db, taste, search, used))
    if not len(pool):
        return []
    given = shares(taste, list(used))
    parts = [Part(name, used[name].score(taste, pool), given[name]) for name in used]
    picks = pick(taste, pool, parts, search.n, used)
    return _told(db, taste, search, pool, picks, fallback)


def _found(db: Connection, taste: Taste, search: Search, used: dict[str, Algorithm]) -> list[int]:
    """What the methods find, each asked for its share and something to choose from."""
    given = shares(taste, list(used))
    found: dict[int, None] = {}
    for name, algorithm in used.items():
        # Popular titles fill any list up, so at least as many as are wanted are asked of it.
        n = search.n if name == POPULAR else math.ceil(2 * search.n * given[name])
        found.update(dict.fromkeys(algorithm.find(db, taste, replace(search, n=n + 5))))
    return list(found)


def pool_of(db: Connection, taste: Taste, search: Search, item_ids: Sequence[int]) -> Pool:
    """Those of these titles that may be recommended, ready to be scored for a person of this taste."""
    traits = [
        Traits(
            item_id=row.item_id,
            kind=Kind(row.kind),
            language=row.language,
            series=row.series,
            genres=frozenset(row.genres),
            makers=frozenset(row.makers),
        )
        for row in traits_of(db, item_ids, search.eligible)
    ]
    return Pool(traits, _vectors(db, taste, search.model_id, traits), current_crowd(db))


def _vectors(db: Connection, taste: Taste, model_id: int | None, traits: Sequence[Traits]) -> Vectors:
    """A row for each title in the space of the taste; zeros where there is no vector."""
    item_ids = [those.item_id for those in traits]
    by_id = store().vectors_of(db, model_id, item_ids) if model_id is not None else {}
    space = taste.space
    if by_id and not taste.vectors:
        space = Space.of(len(next(iter(by_id.values()))), ())
    rows = np.zeros((len(traits), space.width), dtype=np.float32)
    embedded = [row for row, item_id in enumerate(item_ids) if item_id in by_id]
    if embedded:
        texts = np.stack([by_id[item_ids[row]] for row in embedded])
        rows[embedded] = space.place(texts, [traits[row].genres for row in embedded])
    return rows


def _told(
    db: Connection, taste: Taste, search: Search, pool: Pool, picks: Sequence[Pick], fallback: str | None
) -> list[Recommendation]:
    """Picks as recommendations: only now are whole items loaded, the picked ones and those they are like."""
    picked = [pool.traits[chosen.row].item_id for chosen in picks]
    causes = {t.item_id for chosen in picks for t in _terms(chosen) if t.item_id is not None}
    items = items_with_ids(db, [*picked, *causes], search.eligible.viewer)
    popular = [i for i, chosen in zip(picked, picks, strict=True) if chosen.method == POPULAR]
    received = receptions(db, popular) if popular else {}
    known = {known.item_id: known for known in taste.history if known.item_id in causes}
    told: list[Recommendation] = []
    for item_id, chosen in zip(picked, picks, strict=True):
        facts = Told(
            items=items,
            known=known,
            reception=received.get(item_id, Reception()),
            is_saved=item_id in taste.saved,
        )
        told.append(_recommendation(items[item_id], chosen, facts, fallback))
    return told


def _recommendation(item: Item, chosen: Pick, facts: Told, fallback: str | None) -> Recommendation:
    return Recommendation(
        item=item,
        score=chosen.score,
        method=chosen.method,
        because=reason(item, chosen.terms_by_method[chosen.method], facts),
        fallback=fallback,
        contributions=contributions(_terms(chosen), facts.items),
    )


def _terms(chosen: Pick) -> list[Term]:
    return [term for terms in chosen.terms_by_method.values() for term in terms]


def _below(first: Sequence[Recommendation], rest: Sequence[Recommendation]) -> list[Recommendation]:
    """`rest`, scaled so that it ranks below what the method asked for found itself."""
    ceiling = min((r.score for r in first), default=math.inf)
    highest = max((r.score for r in rest), default=0.0)
    if highest <= ceiling:
        return list(rest)
    factor = max(ceiling, 0.0) / highest if highest > 0 else 1.0
    # What a method advises against scores below zero; what it says nothing of comes after that all the same.
    lower = min(ceiling, 0.0)
    own = {AFTER: lower} if lower else {}
    return [
        replace(
            r,
            score=r.score * factor + lower,
            contributions={name: amount * factor for name, amount in r.contributions.items()} | own,
        )
        for r in rest
    ]

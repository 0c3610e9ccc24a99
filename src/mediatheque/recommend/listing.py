"""From a taste to a list: titles found, scored, mixed, varied and explained, by whichever methods can serve."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mediatheque.kit.database import Connection
from mediatheque.library.queries.items import items_with_ids
from mediatheque.recommend import algorithms
from mediatheque.recommend.algorithms import Algorithm, Search
from mediatheque.recommend.centre import centre
from mediatheque.recommend.crowd import Crowd
from mediatheque.recommend.interests import Vectors
from mediatheque.recommend.likeness import Space
from mediatheque.recommend.mix import COLLABORATIVE, Part, Pick, pick, shares
from mediatheque.recommend.neighbours import vectors_of
from mediatheque.recommend.pool import Pool, Traits
from mediatheque.recommend.queries.crowd import Reception, receptions
from mediatheque.recommend.queries.eligible import Eligible, traits_of
from mediatheque.recommend.reasons import Told, contributions, reason
from mediatheque.recommend.request import MIXED, Means, Recommended, Request
from mediatheque.recommend.taste import Taste
from mediatheque.vocabulary import Contribution, Item, Kind, Recommendation

#: The term of a title that only fills a list up.
AFTER = "after what was asked for"
#: Compare titles by what was embedded.
_BY_TEXT = frozenset({"content", "because-you-liked"})
#: Serves whoever no other method can serve.
POPULAR = "popular"


@dataclass(frozen=True, slots=True)
class Listener:
    """Somebody to recommend to: what they like, and what may be on their list."""

    taste: Taste
    eligible: Eligible


@dataclass(frozen=True, slots=True)
class Methods:
    """The algorithms that serve, by name, and why they are not those asked for, if they are not."""

    used: Mapping[str, Algorithm]
    fallback: str | None = None


def methods() -> tuple[str, ...]:
    """What may be asked for: the mixture, or one algorithm alone."""
    return (MIXED, *algorithms.names())


def list_for(db: Connection, to: Listener, crowd: Crowd, request: Request, means: Means) -> Recommended:
    """The `n` titles (fewer, where there are no more) most worth the listener's time, best first.

    Raises Invalid for an unknown method.
    """
    to = replace(to, taste=algorithms.ready(db, _wanted(request.method), to.taste))
    serving = able(to.taste, request.method, means, crowd)
    if request.n < 1:
        return Recommended(method=request.method)
    search = Search(to.eligible, request.n, means.model_id, crowd, means.mirror(db))
    told = _listed(db, to.taste, search, serving, request, {})
    missing = request.n - len(told)
    if missing and POPULAR not in serving.used:
        told += _filled_up(db, to, search, request, told)
    version = means.on_duty.artifact if COLLABORATIVE in serving.used else None
    return Recommended(
        recommendations=tuple(told),
        method=request.method,
        model=version.name if version else None,
        version=version.version if version else None,
        fallback=serving.fallback,
    )


def able(taste: Taste, method: str, means: Means, crowd: Crowd) -> Methods:
    """Which of the methods asked for can serve; where only popularity can, why."""
    wanted = _wanted(method)
    by_name = {name: algorithms.algorithm(name) for name in {*wanted, POPULAR}}
    why_not = {name: by_name[name].why_not(taste, crowd) for name in wanted}
    names = [name for name, why in why_not.items() if why is None]
    fallback = None
    if not names or (set(names) == {POPULAR} and set(wanted) != {POPULAR}):
        fallback = next((why for why in why_not.values() if why), "")
        if means.model_id is None and taste.seeds and _BY_TEXT.intersection(wanted):
            fallback = "there are no embeddings to compare titles by"
        names, fallback = [POPULAR], f"{fallback}, so this is what is popular"
    if means.on_duty.refused and COLLABORATIVE in wanted:
        fallback = f"{means.on_duty.refused}; {fallback or 'the other methods go on without it'}"
    return Methods({name: by_name[name] for name in names}, fallback)


def _wanted(method: str) -> list[str]:
    return list(algorithms.mixed()) if method == MIXED else [method]


def found(db: Connection, taste: Taste, search: Search, used: Mapping[str, Algorithm]) -> list[int]:
    """What the methods find, each asked for its share and something to choose from."""
    given = shares(taste, list(used))
    ids: dict[int, None] = {}
    for name, algorithm in used.items():
        # Popular titles fill any list up, so at least as many as are wanted are asked of it.
        n = search.n if name == POPULAR else math.ceil(2 * search.n * given[name])
        ids.update(dict.fromkeys(algorithm.find(db, taste, replace(search, n=n + 5))))
    return list(ids)


def parts_of(taste: Taste, pool: Pool, used: Mapping[str, Algorithm]) -> list[Part]:
    """Each method's scores of the pool, and its share."""
    given = shares(taste, list(used))
    return [Part(name, used[name].score(taste, pool), given[name]) for name in used]


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
    return Pool(traits, _vectors(db, taste, search, traits), search.crowd)


def told_of(
    db: Connection, taste: Taste, search: Search, pool: Pool, picks: Sequence[Pick], fallback: str | None
) -> list[Recommendation]:
    """Picks as recommendations: only now are whole items loaded, the picked ones and those they are like."""
    picked = [pool.traits[chosen.row].item_id for chosen in picks]
    causes = {
        t.item_id
        for chosen in picks
        for terms in chosen.terms_by_method.values()
        for t in terms
        if t.item_id is not None
    }
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
            trend=search.crowd.trends.of(item_id),
            peers=taste.peers.of(item_id) if taste.peers is not None else None,
            is_saved=item_id in taste.saved,
        )
        told.append(_recommendation(items[item_id], chosen, facts, fallback))
    return told


def _listed(
    db: Connection,
    taste: Taste,
    search: Search,
    serving: Methods,
    request: Request,
    taken: Mapping[str, int],
) -> list[Recommendation]:
    pool = pool_of(db, taste, search, found(db, taste, search, serving.used))
    if not len(pool):
        return []
    picks = pick(
        taste, pool, parts_of(taste, pool, serving.used), search.n, serving.used, request.rules, taken
    )
    return told_of(db, taste, search, pool, picks, serving.fallback)


def _filled_up(
    db: Connection, to: Listener, search: Search, request: Request, told: Sequence[Recommendation]
) -> list[Recommendation]:
    """What is popular, for the places that the method asked for could not fill."""
    there = {r.item.id for r in told}
    rest = replace(
        search,
        n=request.n - len(told),
        eligible=replace(to.eligible, never=to.eligible.never | there),
    )
    why = f"{request.method} found no more than {len(there)}, so the rest is what is popular"
    popular = Methods({POPULAR: algorithms.algorithm(POPULAR)}, why)
    taken: Mapping[str, int] = {}
    if request.rules.per_series is not None and there:
        rows = traits_of(db, sorted(there), to.eligible)
        taken = Counter(row.series for row in rows if row.series)
    return _below(told, _listed(db, to.taste, rest, popular, request, taken))


def _vectors(db: Connection, taste: Taste, search: Search, traits: Sequence[Traits]) -> Vectors:
    """A row for each title in the space of the taste; zeros where there is no vector."""
    item_ids = [those.item_id for those in traits]
    by_id = vectors_of(db, search.model_id, search.mirror, item_ids)
    space = taste.space
    if by_id and search.model_id is not None and not taste.vectors:
        space = Space.of(len(next(iter(by_id.values()))), (), centre(db, search.model_id))
    rows = np.zeros((len(traits), space.width), dtype=np.float32)
    embedded = [row for row, item_id in enumerate(item_ids) if item_id in by_id]
    if embedded:
        texts = np.stack([by_id[item_ids[row]] for row in embedded])
        rows[embedded] = space.place(texts, [traits[row].genres for row in embedded])
    return rows


def _recommendation(item: Item, chosen: Pick, facts: Told, fallback: str | None) -> Recommendation:
    return Recommendation(
        item=item,
        score=chosen.score,
        method=chosen.method,
        because=reason(item, chosen.terms_by_method[chosen.method], facts),
        fallback=fallback,
        contributions=contributions(chosen.terms_by_method, facts.items),
    )


def _below(first: Sequence[Recommendation], rest: Sequence[Recommendation]) -> list[Recommendation]:
    """`rest`, scaled so that it ranks below what the method asked for found itself."""
    ceiling = min((r.score for r in first), default=math.inf)
    highest = max((r.score for r in rest), default=0.0)
    if highest <= ceiling:
        return list(rest)
    factor = max(ceiling, 0.0) / highest if highest > 0 else 1.0
    # What a method advises against scores below zero; what it says nothing of comes after that all the same.
    lower = min(ceiling, 0.0)
    own = (Contribution(method="", name=AFTER, amount=lower),) if lower else ()
    return [
        replace(
            r,
            score=r.score * factor + lower,
            contributions=(*(replace(c, amount=c.amount * factor) for c in r.contributions), *own),
        )
        for r in rest
    ]

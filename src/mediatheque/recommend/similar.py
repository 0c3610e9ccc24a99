"""What is like one title, whether or not the person has seen it: the list below a title's own page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mediatheque.kit.database import Connection
from mediatheque.library.queries.items import items_with_ids
from mediatheque.recommend.algorithms import Search, Term
from mediatheque.recommend.crowd import current_crowd
from mediatheque.recommend.listing import pool_of
from mediatheque.recommend.mix import VARIETY, vary
from mediatheque.recommend.pool import Pool
from mediatheque.recommend.queries.eligible import Bounds, Eligible, bounds
from mediatheque.recommend.reasons import contributions
from mediatheque.recommend.request import USUAL_KINDS, Means, Recommended, Request
from mediatheque.recommend.resemblance import About, Resemblance, about, resemblance, resembling
from mediatheque.recommend.serve import eligible
from mediatheque.vocabulary import Recommendation

METHOD = "similar"


def similar(
    db: Connection,
    user_id: int,
    item_id: int,
    request: Request | None = None,
    means: Means | None = None,
    *,
    only_unseen: bool = False,
) -> Recommended:
    """The `n` titles (fewer, where fewer are like it at all) most like this one, best first.

    What the user has hidden is never among them, what they know only where they want it. Raises NotFound for a
    title that they may not see.
    """
    request, means = request or Request(method=METHOD), means or Means()
    it = about(db, user_id, item_id, means)
    search = Search(
        _eligible(db, user_id, it, request, only_unseen), request.n, means.model_id, current_crowd(db)
    )
    pool = pool_of(db, it.taste, search, resembling(db, it, search) if request.n > 0 else [])
    alike = resemblance(db, it, pool)
    values = alike.values
    picked = vary(pool, lambda _: values, request.n, request.rules)
    terms = alike.terms(pool, [row for row, _ in picked])
    return recommended(db, it, alike, pool, picked, terms, METHOD, f"Like {it.item.title}")


def recommended(
    db: Connection,
    it: About,
    alike: Resemblance,
    pool: Pool,
    picked: Sequence[tuple[int, float]],
    terms: Sequence[dict[str, list[Term]]],
    method: str,
    start: str,
) -> Recommended:
    """Picked rows with their scores and the terms of these as a list; `start` begins each reason."""
    item_ids = [pool.traits[row].item_id for row, _ in picked]
    causes = {term.item_id for one in terms for some in one.values() for term in some}
    items = items_with_ids(db, [*item_ids, *(i for i in causes if i is not None)], it.viewer)
    told: list[Recommendation] = []
    for (row, score), item_id, by_method in zip(picked, item_ids, terms, strict=True):
        missing = score - sum(term.amount for some in by_method.values() for term in some)
        own = [*by_method.get("", []), *([Term(VARIETY, missing)] if missing else [])]
        told.append(
            Recommendation(
                item=items[item_id],
                score=score,
                method=alike.chief(row),
                because=f"{start}: {alike.why(row, items[item_id].work)}.",
                fallback=None if it.is_embedded else _WITHOUT_EMBEDDINGS,
                contributions=contributions({**by_method, "": own}, items),
            )
        )
    model = it.taste.fold_in.artifact if it.taste.fold_in is not None else None
    return Recommended(
        recommendations=tuple(told),
        method=method,
        model=model.name if model else None,
        version=model.version if model else None,
        fallback=None if it.is_embedded else _WITHOUT_EMBEDDINGS,
    )


_WITHOUT_EMBEDDINGS = "no text of it has been embedded, so this goes by people and genres"


def _eligible(db: Connection, user_id: int, it: About, request: Request, only_unseen: bool) -> Eligible:
    """Neither the title itself nor its show or episodes, which nobody needs to be told of."""
    own = bounds(db, user_id)
    series = {it.item.id, it.item.parent_id or it.item.id}
    known = own.known if only_unseen else own.hidden
    closed = own.closed if only_unseen else own.hidden
    which = eligible(db, user_id, Bounds(known | series, closed | series, own.own), request.rules)
    if request.rules.kinds or it.item.kind in USUAL_KINDS:
        return which
    # Who asks about a video wants videos too, rare as they are on other lists.
    return replace(which, kinds=(*USUAL_KINDS, it.item.kind))

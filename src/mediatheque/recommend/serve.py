"""Recommendations for one person, now or as of a day, and for an anonymous list of titles."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from mediatheque.kit.database import Connection
from mediatheque.library.queries.users import User, user_with_id
from mediatheque.recommend.centre import centre
from mediatheque.recommend.champion import OnDuty
from mediatheque.recommend.crowd import crowd_as_of, current_crowd
from mediatheque.recommend.expected import expected_stars
from mediatheque.recommend.experiment import interleaved, is_experiment
from mediatheque.recommend.listing import Listener, list_for
from mediatheque.recommend.neighbours import vectors_of
from mediatheque.recommend.queries.eligible import (
    Bounds,
    Eligible,
    StandingRules,
    bounds,
    rules_for,
    rules_of,
    traits_of,
)
from mediatheque.recommend.queries.known import known_before, known_these, known_titles
from mediatheque.recommend.remembered import Person
from mediatheque.recommend.request import USUAL_KINDS, Means, Recommended, Request, Rules
from mediatheque.recommend.taste import Known, Taste, learn, with_model, with_vectors


def recommend(
    db: Connection, user_id: int, request: Request | None = None, means: Means | None = None
) -> Recommended:
    """The `n` titles (fewer, where there are no more) most worth the user's time, best first.

    What they know, have hidden or may not see is never among them. Raises Invalid for an unknown method.
    """
    request, means = request or Request(), means or Means()
    if request.as_of is not None:
        return _as_of(db, user_id, request, replace(means, on_duty=_then(means.on_duty, request.as_of)))
    best = _side_by_side(db, user_id, request, means)
    return with_expected_stars(db, user_id, best, means)


def _side_by_side(db: Connection, user_id: int, request: Request, means: Means) -> Recommended:
    """The list; in an experiment interleaved with the one that the challenger would have made."""
    to, crowd = listener(db, user_id, request.rules, means), current_crowd(db)
    best = list_for(db, to, crowd, request, means)
    if means.challenger is None or best.version is None:
        return best
    # Who is remembered is so with the champion's word; the challenger's is asked for anew.
    rival = replace(means, on_duty=OnDuty(means.challenger), people=None)
    other = list_for(db, listener(db, user_id, request.rules, rival), crowd, request, rival)
    if not is_experiment(best, other):
        return best
    series_of: dict[int, str | None] = {}
    if request.rules.per_series is not None:
        rows = traits_of(db, [r.item.id for side in (best, other) for r in side], to.eligible)
        series_of = {row.item_id: row.series for row in rows}
    coin = random.Random()
    return interleaved(
        best,
        other,
        request.n,
        lambda: coin.random() < 0.5,
        per_series=request.rules.per_series,
        series_of=series_of,
    )


def with_expected_stars(db: Connection, user_id: int, best: Recommended, means: Means) -> Recommended:
    """The list with how many stars the user would give to each title, where somebody can say."""
    expected = expected_stars(db, user_id, [r.item.id for r in best], means.stars)
    if not expected:
        return best
    told = (replace(r, expected_rating=expected.get(r.item.id)) for r in best)
    return replace(best, recommendations=tuple(told))


def recommend_from(
    db: Connection,
    viewer_id: int,
    item_ids: Sequence[int],
    request: Request | None = None,
    means: Means | None = None,
) -> Recommended:
    """What goes with these titles, for somebody of whom nothing else is known; nothing of the viewer's own
    history counts. Raises NotFound for a title that the viewer may not see."""
    request, means = request or Request(), means or Means()
    history = known_these(db, viewer_id, item_ids)
    taste = taste_of(db, history, means, datetime.now(UTC))
    own = Bounds(frozenset(known.item_id for known in history), frozenset(), frozenset())
    to = Listener(taste, eligible(db, viewer_id, own, request.rules))
    return list_for(db, to, current_crowd(db), request, means)


def listener(db: Connection, user_id: int, rules: Rules, means: Means) -> Listener:
    """The user as they are now; as remembered, where nothing has changed since."""
    # First of all: what is read after it is of this version or a later one.
    user = user_with_id(db, user_id)
    person = _person(db, user, means)
    taste = replace(person.taste, person=user_id)
    return Listener(taste, _under(rules_for(user), user_id, person.bounds, rules))


def _person(db: Connection, user: User, means: Means) -> Person:
    artifact = means.on_duty.artifact
    stamp = (user.history_version, means.model_id, artifact.version if artifact else None)
    kept = means.people.get(user.id, stamp) if means.people is not None else None
    if kept is None:
        taste = taste_of(db, known_titles(db, user.id), means, datetime.now(UTC))
        kept = Person(taste, bounds(db, user.id))
        if means.people is not None:
            means.people.put(user.id, stamp, kept, kept.size)
    return kept


def taste_of(db: Connection, history: Sequence[Known], means: Means, now: datetime) -> Taste:
    """What this history says, in the words of whatever there is to recommend with."""
    taste = learn(history, now)
    if means.on_duty.artifact is not None:
        taste = with_model(taste, means.on_duty.artifact, now)
    if means.model_id is None or not taste.seeds:
        return taste
    seeds = [seed.item_id for seed in taste.seeds]
    texts = vectors_of(db, means.model_id, means.mirror(db), seeds)
    return with_vectors(taste, texts, centre(db, means.model_id))


def eligible(db: Connection, viewer_id: int, own: Bounds, rules: Rules) -> Eligible:
    """What may be on the viewer's list under these rules, and under those that always hold for them."""
    return _under(rules_of(db, viewer_id), viewer_id, own, rules)


def _under(standing: StandingRules, viewer_id: int, own: Bounds, rules: Rules) -> Eligible:
    always = standing.narrowed(max_age=rules.max_age, services=rules.services)
    return Eligible(
        viewer=viewer_id,
        kinds=rules.kinds or USUAL_KINDS,
        never=own.known.union(rules.exclude),
        closed=own.closed,
        own=own.own,
        max_age=always.max_age,
        may_see_unrated=always.may_see_unrated,
        services=always.services,
        languages=rules.languages,
    )


def _as_of(db: Connection, user_id: int, request: Request, means: Means) -> Recommended:
    """The list of that day: what was known, by whom, and what was out."""
    assert request.as_of is not None
    history = known_before(db, user_id, request.as_of)
    now = bounds(db, user_id)
    known = frozenset(k.item_id for k in history if k.was_chosen or k.is_hidden or k.is_begun)
    closed = frozenset(k.item_id for k in history if k.seen_count > 0 or k.is_hidden)
    may = eligible(db, user_id, Bounds(known | now.hidden, closed | now.hidden, now.own), request.rules)
    to = Listener(taste_of(db, history, means, request.as_of), replace(may, until_year=request.as_of.year))
    return list_for(db, to, crowd_as_of(db, request.as_of), request, means)


def _then(on_duty: OnDuty, day: datetime) -> OnDuty:
    """The champion, if it had learned from nothing later."""
    artifact = on_duty.artifact
    if artifact is None:
        return on_duty
    last_at = artifact.card.get("data", {}).get("last_at")
    if last_at is not None and datetime.fromisoformat(last_at) < day:
        return on_duty
    return OnDuty(None, f"version {artifact.version} also learned from what came later")

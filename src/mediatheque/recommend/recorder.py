"""Why an old list was as it was: told from what was kept when it was shown, never worked out again.

Whatever has happened since (another model was promoted, titles were renamed, merged or taken away), the scores, the
methods and the terms are those of that moment; only what titles are called is as of now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from mediatheque.kit.database import Connection
from mediatheque.kit.errors import NotFound
from mediatheque.recommend.queries.answers import Answer, answers_to
from mediatheque.recommend.queries.shown import KeptList, KeptPlace, KeptTerm, items_now, shown_list
from mediatheque.vocabulary import Contribution, Item


class Since(StrEnum):
    """What became of a title since it was shown."""

    THERE = "there"
    MERGED = "merged"  # it turned out to be another one's double
    GONE = "gone"  # deleted, or not for this person to see any more


@dataclass(frozen=True, slots=True)
class Share:
    """One addend of a score, and its share of it: the shares of a score add up to 1; None where the score is 0."""

    contribution: Contribution
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place of an old list: `item` is what the title is now, None when it is gone."""

    rank: int  # 1 is the best
    item_id: int  # as it was shown
    item: Item | None
    since: Since
    score: float
    method: str
    because: str
    fallback: str | None = None
    arm: str | None = None
    shares: tuple[Share, ...] = ()  # the largest first
    answers: tuple[Answer, ...] = ()  # what came of it, by the rule of recommend/queries/answers.py


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """An old list, and all that was kept of how it came about: `arms` are (name, model, version)."""

    id: int
    shown_at: datetime
    method: str
    model: str | None = None
    version: int | None = None
    fallback: str | None = None
    arms: tuple[tuple[str, str, int], ...] = ()
    request: Mapping[str, Any] = field(default_factory=dict[str, Any])
    length: int = 0
    places: tuple[Place, ...] = ()

    @property
    def via(self) -> str | None:
        """By which way it was asked for: "api", "cli"."""
        return self.request.get("via")


def why(db: Connection, user_id: int, list_id: int | None = None, item_id: int | None = None) -> Why:
    """Everything about that list of the user's (None: the last one), or about one of its titles.

    `item_id` is the title's number as it was shown, or as it is now. Raises NotFound for a list that is not the
    user's, and for a title that was not on it.
    """
    kept = shown_list(db, user_id, list_id)
    if kept is None:
        raise NotFound(
            "Nothing has been recommended to you yet. Ask for it with: mediatheque recommend"
            if list_id is None
            else f"There is no list {list_id} of yours; lists are kept for a while only."
        )
    causes = {t.item_id for place in kept.places for t in place.terms if t.item_id is not None}
    now = items_now(db, [*(place.item_id for place in kept.places), *causes], user_id)
    answers = answers_to(db, kept)
    places = [
        _place(rank, place, now, answers.get(rank, ()))
        for rank, place in enumerate(kept.places, 1)
        if item_id is None or item_id in (place.item_id, _id_now(now.get(place.item_id)))
    ]
    if item_id is not None and not places:
        raise NotFound(f"Item {item_id} was not on list {kept.id}.")
    return Why(
        id=kept.id,
        shown_at=kept.shown_at,
        method=kept.method,
        model=kept.model,
        version=kept.version,
        fallback=kept.fallback,
        arms=kept.arms,
        request=kept.request,
        length=kept.length,
        places=tuple(places),
    )


def shares_of(score: float, contributions: Sequence[Contribution]) -> tuple[Share, ...]:
    """What part of the score each addend is."""
    return tuple(Share(one, one.amount / score if score else None) for one in contributions)


def model_of(kept: KeptList | Why, arm: str | None) -> tuple[str, int] | None:
    """The trained model, and its version, that had a say in a place of that arm."""
    for name, model, version in kept.arms:
        if name == arm:
            return model, version
    return (kept.model, kept.version) if kept.model is not None and kept.version is not None else None


def _place(rank: int, kept: KeptPlace, now: Mapping[int, Item], answers: Sequence[Answer]) -> Place:
    item = now.get(kept.item_id)
    since = Since.GONE if item is None else Since.THERE if item.id == kept.item_id else Since.MERGED
    return Place(
        rank=rank,
        item_id=kept.item_id,
        item=item,
        since=since,
        score=kept.score,
        method=kept.method,
        because=kept.because,
        fallback=kept.fallback,
        arm=kept.arm,
        shares=shares_of(kept.score, [_contribution(term, now) for term in kept.terms]),
        answers=tuple(answers),
    )


def _contribution(term: KeptTerm, now: Mapping[int, Item]) -> Contribution:
    cause = now.get(term.item_id) if term.item_id is not None else None
    return Contribution(
        method=term.method,
        name=term.name,
        amount=term.amount,
        item_id=cause.id if cause else term.item_id,
        title=cause.title if cause else None,
    )


def _id_now(item: Item | None) -> int | None:
    return item.id if item else None

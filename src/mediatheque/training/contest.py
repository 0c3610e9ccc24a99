"""A contest of models: which part of the events teaches, which chooses, which judges, and everything tried on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from mediatheque.kit.database import Connection
from mediatheque.recommend.artifact import Artifact
from mediatheque.recommend.models import Arrays
from mediatheque.recommend.opinions import Opinions
from mediatheque.training.candidates import (
    Recipe,
    blend_weights,
    blended,
    fit_all,
    members_of,
    with_content,
)
from mediatheque.training.dataset import Dataset, read
from mediatheque.training.engines import Engine
from mediatheque.training.engines.here import Here
from mediatheque.training.judging import Judges, judge, judges
from mediatheque.training.queries import Part, moment_at

#: Nobody is trained for fewer people with so many liked titles each, nor judged by fewer.
LEAST_USERS, LEAST_LIKES, LEAST_JUDGES = 5, 4, 5
TOO_FEW_JUDGES = (
    f"fewer than {LEAST_JUDGES} people have a history that could show whether a model is any good"
)
#: Of the dated events the last fifth judges; of what is before it, the last fifth chooses.
LEARNED_SHARE = 0.8
#: Where time does not split (everybody came with one export), each person's last so many titles judge.
LAST_TITLES = 5
#: Time must leave so many of the people as judges, or places in histories are used instead.
JUDGING_SHARE = 0.3
#: More titles than these teach nothing: the least liked are left out.
MOST_ITEMS = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The parts of the events: learned from to choose, choosing, learned from to be judged, judging."""

    why: str
    fit: Part
    validation: Part
    train: Part
    test: Part


@dataclass(frozen=True, slots=True)
class Contest:
    """Everything that was tried, ready to be judged: recipes, how each did in validation, arrays of the train part."""

    recipes: Sequence[Recipe]
    validation: Mapping[str, float]
    arrays: Mapping[str, Arrays]
    known: Dataset
    left_out: Sequence[str] = field(default_factory=list[str])

    @property
    def best(self) -> Recipe:
        """The best by validation: the part that judges has no say in what is chosen."""
        return max(self.recipes, key=lambda recipe: self.validation[recipe.key])


@dataclass(frozen=True, slots=True)
class Parts:
    """What the parts of a split hold: fitted on, choosing, known when judged, judging."""

    fit: Dataset
    validation: Dataset
    known: Dataset
    test: Dataset

    @classmethod
    def read(cls, db: Connection, split: Split, opinions: Opinions, now: datetime) -> Parts:
        """All four, from one connection."""
        return cls(
            *(
                read(db, part, opinions, now)
                for part in (split.fit, split.validation, split.train, split.test)
            )
        )

    def choosing(self) -> Judges:
        """Those by whom settings and weights are chosen."""
        return judges(usual(self.fit), self.validation)

    def judging(self) -> Judges:
        """Those by whom models are judged."""
        return judges(usual(self.known), self.test)


def try_models(
    fit: Dataset,
    validation: Dataset,
    known: Dataset,
    champion: Artifact | None,
    *,
    threads: int = 1,
    engine: Engine | None = None,
) -> Contest:
    """Choose on `validation` what was fitted on `fit`, then fit everything on `known`; what judges is not seen."""
    fit = usual(fit)
    return contest_of(fit, judges(fit, validation), usual(known), champion, threads=threads, engine=engine)


def contest_of(
    fit: Dataset,
    choosing: Judges,
    known: Dataset,
    champion: Artifact | None,
    *,
    threads: int = 1,
    engine: Engine | None = None,
    also: Sequence[Recipe] = (),
) -> Contest:
    """As `try_models`, for whoever has the judges that choose; `also` are further recipes to try.

    Without an engine, models are fitted here with so many threads.
    """
    engine = engine or Here(threads)
    sizes = len(known.user_ids), len(known.item_ids)
    alone, left_out = engine.candidates(*sizes)
    can_fit = set(engine.models(*sizes))
    if known.seen.catalogue is not None:
        alone, can_fit = with_content(alone, *sizes), can_fit | {"content", "mixed-walk"}
    arrays = fit_all(alone, fit.likes, engine.fit)
    weights = blend_weights(alone, arrays, choosing, len(known.user_ids))
    recipes = [*alone, blended(alone, weights), *also]
    if champion is not None:
        theirs = Recipe("champion", champion.name, champion.config)
        can_be_fitted = can_fit.issuperset(one.model for one in members_of(theirs) or [theirs])
        if can_be_fitted and theirs.key not in {recipe.key for recipe in recipes}:
            recipes.append(theirs)
    arrays = fit_all(recipes, fit.likes, engine.fit, already=arrays)
    validated = {r.key: float(judge(r.model, r.config, arrays[r.key], choosing).ndcg.mean()) for r in recipes}
    if known is not fit:
        arrays = fit_all(recipes, known.likes, engine.fit)
    return Contest(recipes, validated, arrays, known, left_out)


def split_of(db: Connection, *, by_time: bool) -> Split | None:
    """The parts by time, or by the places of titles in each history; None where there are no dates."""
    if not by_time:
        return Split(
            why=f"each person's last {LAST_TITLES} titles (a quarter of a short history) judge, "
            f"the {LAST_TITLES} before them choose",
            fit=Part(step=LAST_TITLES, newer=2),
            validation=Part(step=LAST_TITLES, newer=1, older=2),
            train=Part(step=LAST_TITLES, newer=1),
            test=Part(step=LAST_TITLES, older=1),
        )
    end = moment_at(db, LEARNED_SHARE)
    begin = moment_at(db, LEARNED_SHARE**2)
    if begin is None or end is None or begin >= end:
        return None
    return Split(
        why=f"what happened from {begin:%Y-%m-%d} chooses, from {end:%Y-%m-%d} on judges",
        fit=Part(until=begin),
        validation=Part(since=begin, until=end),
        train=Part(until=end),
        test=Part(since=end),
    )


def parts_of(db: Connection, opinions: Opinions, now: datetime) -> tuple[Split, Parts | None]:
    """The parts by time where that leaves enough people to judge, else by places."""
    for by_time in (True, False):
        split = split_of(db, by_time=by_time)
        if split is None:
            continue
        parts = Parts.read(db, split, opinions, now)
        wanted = JUDGING_SHARE * len(parts.known.user_ids) if by_time else 0
        if min(len(parts.choosing()), len(parts.judging())) >= max(LEAST_JUDGES, wanted):
            return split, parts
    return Split(why=TOO_FEW_JUDGES, fit=Part(), validation=Part(), train=Part(), test=Part()), None


def usual(data: Dataset) -> Dataset:
    """Only titles that somebody likes, the most liked where there are too many; as they are, if chosen already."""
    if data.seen.catalogue is not None:
        return data
    counts = data.likes.per_item
    kept = np.flatnonzero(counts > 0)
    if len(kept) > MOST_ITEMS:
        kept = np.sort(kept[np.argsort(-counts[kept], kind="stable")[:MOST_ITEMS]])
    return data.of_items(data.item_ids[kept]) if len(kept) < len(data.item_ids) else data


def too_little(data: Dataset) -> str | None:
    """Why there is too little to learn from; None where there is enough."""
    able = int((data.likes.per_user >= LEAST_LIKES).sum())
    if able >= LEAST_USERS:
        return None
    people = {0: "nobody has", 1: "one person has"}.get(able, f"{able} people have")
    return (
        f"{people} liked {LEAST_LIKES} titles of the catalogue or more; what people like together shows "
        f"from {LEAST_USERS} such people on. Until then lists go by content and popularity"
    )

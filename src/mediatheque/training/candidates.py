"""Which models are tried on a library of this size, and how a blend's weights are found without learning by heart."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

from mediatheque.recommend import models
from mediatheque.recommend.models import Array, Arrays, blend, ials, item_knn, popularity, wedlae
from mediatheque.training.interactions import Interactions
from mediatheque.training.judging import Judges, shown

#: An items × items matrix is no larger than this: 0.6 GB in the process that serves.
MOST_ITEMS_SQUARE = 12_000
#: The ridge that is best for the 4,826 people of MovieLens-1M is in proportion to how many people there are.
PEOPLE_PER_RIDGE, LEAST_RIDGE, MOST_RIDGE = 16.0, 5.0, 300.0
#: With so many people, popularity is believed as much as all other members of a blend together.
PEOPLE_FOR_TASTE = 30.0
#: What validation says of a blend's weights is believed as much as the prior with so many judges.
JUDGES_FOR_WEIGHTS = 50.0
#: Weights are tried in steps of a quarter.
_STEPS = 4
#: The scores of this many users and items at once, at most: 160 MB for four members.
_MOST_SCORES = 10_000_000


@dataclass(frozen=True, slots=True)
class Recipe:
    """A model and its settings, under the name that tables show."""

    label: str
    model: str
    config: Any

    @property
    def key(self) -> str:
        """Equal for equal recipes, whatever they are called."""
        return json.dumps([self.model, models.config_to_json(self.config)], sort_keys=True)


#: How an engine makes the arrays of a recipe.
Fit = Callable[[Recipe, Interactions], Arrays]


def singles(n_users: int, n_items: int) -> tuple[list[Recipe], list[str]]:
    """The models worth trying on so many people and items, and what was left out and why."""
    tried = [
        Recipe("popularity", "popularity", popularity.Config()),
        Recipe("item-knn", "item-knn", item_knn.Config()),
    ]
    left_out: list[str] = []
    if n_items <= MOST_ITEMS_SQUARE:
        ridge = round(min(max(n_users / PEOPLE_PER_RIDGE, LEAST_RIDGE), MOST_RIDGE), 1)
        tried.append(Recipe("wedlae", "wedlae", wedlae.Config(ridge=ridge)))
    else:
        left_out.append(f"wedlae: {n_items:,} titles are more than the {MOST_ITEMS_SQUARE:,} it is meant for")
    if find_spec("irspack") is not None:
        tried.append(Recipe("ials", "ials", ials.Config(dimensions=dimensions_for(n_users))))
    else:
        left_out.append("ials: irspack is not installed (pip install 'mediatheque[train]')")
    return tried, left_out


def fit_all(
    recipes: Sequence[Recipe], seen: Interactions, fit: Fit, *, already: Mapping[str, Arrays] | None = None
) -> dict[str, Arrays]:
    """The arrays of each recipe by its key; what is fitted already, or stands alone and in a blend, is not again."""
    by_key = dict(already or {})
    for recipe in recipes:
        members = members_of(recipe)
        for one in members or [recipe]:
            if one.key not in by_key:
                by_key[one.key] = fit(one, seen)
        if members:
            by_key[recipe.key] = blend.pack({one.label: by_key[one.key] for one in members})
    return by_key


def members_of(recipe: Recipe) -> list[Recipe]:
    """The recipes that a blend is made of; none for another model."""
    if recipe.model != "blend":
        return []
    return [
        Recipe(one.name, one.model, models.config_from_json(one.model, one.config))
        for one in recipe.config.members
    ]


def blended(members: Sequence[Recipe], weights: Mapping[str, float]) -> Recipe:
    """The blend of these with these weights; who has none is left out."""
    kept = [
        blend.Member(one.label, one.model, models.config_to_json(one.config), round(weights[one.label], 4))
        for one in members
        if round(weights[one.label], 4) > 0
    ]
    return Recipe("blend", "blend", blend.Config(tuple(kept)))


def prior_weights(members: Sequence[Recipe], n_users: int) -> dict[str, float]:
    """What a community of this size should begin with: the fewer people, the more goes by popularity."""
    crowd = PEOPLE_FOR_TASTE / (PEOPLE_FOR_TASTE + n_users)
    others = [one.label for one in members if one.model != "popularity"]
    share = (1 - crowd) / max(len(others), 1)
    return {one.label: crowd if one.model == "popularity" else share for one in members}


def blend_weights(
    members: Sequence[Recipe], by_key: Mapping[str, Arrays], judges: Judges, n_users: int
) -> dict[str, float]:
    """The weights that serve the judges best, drawn towards the prior the more the fewer judges there are."""
    prior = prior_weights(members, n_users)
    n = min(len(judges), max(_MOST_SCORES // max(judges.seen.n_items, 1), 1))
    judges = judges.first(n)
    scores = [_standard_scores(one, by_key[one.key], judges) for one in members]
    best, best_gain = prior, _gain(scores, list(prior.values()), judges)
    for mixture in _mixtures(len(members), _STEPS):
        if (gain := _gain(scores, mixture, judges)) > best_gain:
            best = dict(zip(prior, mixture, strict=True))
            best_gain = gain
    believed = n / (n + JUDGES_FOR_WEIGHTS)
    return {label: believed * best[label] + (1 - believed) * prior[label] for label in prior}


def _standard_scores(one: Recipe, arrays: Arrays, judges: Judges) -> npt.NDArray[np.float32]:
    """As the blend takes them: a blend of this member alone, with weight 1."""
    alone = blended([one], {one.label: 1.0})
    packed: Mapping[str, Array] = blend.pack({one.label: arrays})
    return blend.score(packed, alone.config, judges.histories)


def _gain(scores: Sequence[npt.NDArray[np.float32]], weights: Sequence[float], judges: Judges) -> float:
    total = sum((w * s for w, s in zip(weights, scores, strict=True) if w), np.zeros_like(scores[0]))
    return float(shown(total, judges).ndcg.mean())


def _mixtures(parts: int, steps: int) -> Iterator[list[float]]:
    """All ways to share 1 among so many parts in steps."""
    if parts == 1:
        yield [1.0]
        return
    for first in range(steps + 1):
        if first == steps:
            yield [1.0] + [0.0] * (parts - 1)
        else:
            for rest in _mixtures(parts - 1, steps - first):
                yield [first / steps] + [share * (steps - first) / steps for share in rest]


def dimensions_for(n_users: int) -> int:
    """More people can tell more tastes apart."""
    return 16 if n_users < 200 else 64 if n_users < 2000 else 128

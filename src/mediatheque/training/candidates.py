"""Which models are tried on a library of this size, and how a blend's weights are found without learning by heart."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

from mediatheque.recommend import models
from mediatheque.recommend.models import (
    Array,
    Arrays,
    blend,
    content,
    ials,
    item_knn,
    mixed_walk,
    popularity,
    wedlae,
)
from mediatheque.training.interactions import Interactions
from mediatheque.training.judging import Judges, shown
from mediatheque.training.recipes import for_community

#: An items × items matrix is no larger than this: 0.6 GB in the process that serves.
MOST_ITEMS_SQUARE = 12_000
#: The ridge that is best for the 4,826 people of MovieLens-1M is in proportion to how many people there are.
PEOPLE_PER_RIDGE, LEAST_RIDGE, MOST_RIDGE = 16.0, 5.0, 300.0
#: Without a catalogue: with so many people, popularity is believed as much as all others of a blend together.
PEOPLE_FOR_TASTE = 30.0
#: What validation says of a blend's weights is believed as much as the prior with so many judges.
JUDGES_FOR_WEIGHTS = 50.0
#: From the prior on each weight is tried with none, half and twice of it, and with so much of all; so many times round.
_FACTORS, _MORE, _ROUNDS = (0.0, 0.5, 2.0), 0.25, 3
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


def with_content(tried: Sequence[Recipe], n_users: int, n_items: int = 0) -> list[Recipe]:
    """The same for titles with a catalogue: content alone, and beside what people have where a model can use it.

    Walks compare all texts with each other, so they are for no more items than a square of these is.
    """
    usual = {one.model: one.config for one in members_of(Recipe("blend", "blend", for_community(n_users)))}
    changed: list[Recipe] = []
    for one in tried:
        config = one.config
        if isinstance(config, ials.Config):
            config = replace(config, content_likes=usual["ials"].content_likes)
        changed.append(replace(one, config=usual["wedlae"] if one.model == "wedlae" else config))
    also = [Recipe("content", "content", content.Config())]
    if n_items <= MOST_ITEMS_SQUARE:
        also.append(Recipe("mixed-walk", "mixed-walk", mixed_walk.Config()))
    return [*changed, *also]


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
    """What a community of this size should begin with: the fewer people, the more goes by content and popularity."""
    if any(one.model == "content" for one in members):
        measured = {one.model: one.weight for one in for_community(n_users).members}
        given = {one.label: measured.get(one.model, 0.0) for one in members}
        return {label: weight / sum(given.values()) for label, weight in given.items()}
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
    best = _climbed(list(prior.values()), lambda weights: _gain(scores, weights, judges))
    believed = n / (n + JUDGES_FOR_WEIGHTS)
    return {
        label: believed * found + (1 - believed) * prior[label]
        for label, found in zip(prior, best, strict=True)
    }


def _climbed(weights: list[float], gain: Callable[[list[float]], float]) -> list[float]:
    """From these weights uphill, one at a time; what is as good as before is left as it was. They add up to 1."""
    best_gain = gain(weights)
    for _ in range(_ROUNDS):
        before = list(weights)
        for place, weight in enumerate(before):
            for value in sorted({*(weight * factor for factor in _FACTORS), _MORE}):
                tried = [value if n == place else other for n, other in enumerate(weights)]
                if (total := sum(tried)) and (found := gain(tried)) > best_gain:
                    weights, best_gain = [one / total for one in tried], found
        if weights == before:
            break
    return weights


def _standard_scores(one: Recipe, arrays: Arrays, judges: Judges) -> npt.NDArray[np.float32]:
    """As the blend takes them: a blend of this member alone, with weight 1."""
    alone = blended([one], {one.label: 1.0})
    packed: Mapping[str, Array] = blend.pack({one.label: arrays})
    return blend.score(packed, alone.config, judges.histories)


def _gain(scores: Sequence[npt.NDArray[np.float32]], weights: Sequence[float], judges: Judges) -> float:
    total = sum((w * s for w, s in zip(weights, scores, strict=True) if w), np.zeros_like(scores[0]))
    return float(shown(total, judges).ndcg.mean())


def dimensions_for(n_users: int) -> int:
    """More people can tell more tastes apart."""
    return 16 if n_users < 200 else 64 if n_users < 2000 else 128

"""What is tried on a library of some size, what a blend begins with, and how far validation moves it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("scipy", reason="training needs the extra 'train'")
pytest.importorskip("irspack", reason="training needs the extra 'train'")

from mediatheque.recommend.models import config_from_json
from mediatheque.training import fitting
from mediatheque.training.candidates import (
    JUDGES_FOR_WEIGHTS,
    Recipe,
    blend_weights,
    members_of,
    prior_weights,
    singles,
    with_content,
)
from mediatheque.training.catalogue import Catalogue
from mediatheque.training.interactions import Interactions
from mediatheque.training.judging import Judges
from mediatheque.training.recipes import for_community

ITEMS = 60
#: By these no title can be told from another.
NO_GENRES = np.zeros((ITEMS, 1), np.float32)


def people(n: int, seed: int = 0) -> tuple[Interactions, Judges]:
    """People who like titles of one half or the other, twelve known and three to find."""
    rng = np.random.default_rng(seed)
    rows = [rng.choice(np.arange(ITEMS)[person % 2 :: 2], 15, replace=False) for person in range(n)]
    users = np.repeat(np.arange(n), 15)
    both = Interactions.of(users, np.concatenate(rows), n, ITEMS, times=np.tile(np.arange(15), n))
    shown, targets = both.having(both.times < 12), both.having(both.times >= 12)
    catalogue = Catalogue(np.full(ITEMS, np.nan), NO_GENRES)
    return replace(shown, catalogue=catalogue), Judges(shown, targets)


@pytest.mark.parametrize("n", [1, 10, 1000, 100_000])
def test_a_community_of_any_size_has_a_prior_that_adds_up(n: int) -> None:
    members = with_content(singles(n, 500)[0], n)
    weights = prior_weights(members, n)
    assert sum(weights.values()) == pytest.approx(1)
    assert min(weights.values()) >= 0
    for member in for_community(n).members:
        config_from_json(member.model, member.config)


def test_the_more_people_the_more_goes_by_them() -> None:
    def of(n: int) -> dict[str, float]:
        return prior_weights(with_content(singles(n, 500)[0], n), n)

    assert of(1)["ials"] < of(100)["ials"] < of(5000)["ials"]
    assert of(1)["popularity"] > of(100)["popularity"] > of(5000)["popularity"]
    assert of(1)["content"] > of(5000)["content"]


def test_content_stands_beside_people_only_where_a_model_can_use_it() -> None:
    plain = singles(50, 500)[0]
    told = {one.label: one for one in with_content(plain, 50)}
    assert set(told) == {one.label for one in plain} | {"content", "mixed-walk"}
    assert told["wedlae"].config.content > 0
    assert told["ials"].config.content_likes > 0
    assert told["item-knn"] in plain


@pytest.mark.parametrize("n", [6, 300])
def test_weights_move_from_the_prior_as_far_as_there_are_judges(n: int) -> None:
    known, judges = people(n)
    members = [
        Recipe(name, name, config)
        for name, config in ((m.label, m.config) for m in with_content(singles(n, ITEMS)[0], n))
        if name in ("content", "wedlae")
    ]
    arrays = {one.key: fitting.fit(one.model, known, one.config) for one in members}
    prior = prior_weights(members, n)
    found = blend_weights(members, arrays, judges, n)
    assert sum(found.values()) == pytest.approx(1)
    # Here content says nothing, so what is found can only be less of it, by the judges' share.
    believed = n / (n + JUDGES_FOR_WEIGHTS)
    assert (1 - believed) * prior["content"] - 1e-9 <= found["content"] <= prior["content"] + 1e-9


def test_the_members_of_a_blend_are_its_recipes() -> None:
    recipe = Recipe("blend", "blend", for_community(10))
    assert [one.label for one in members_of(recipe)] == [m.name for m in recipe.config.members]

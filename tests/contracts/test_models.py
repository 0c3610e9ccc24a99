"""What every trained model promises, tried on each with small matrices, and answers worked out another way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("scipy", reason="training needs the extra 'train'")
pytest.importorskip("irspack", reason="training needs the extra 'train'")

from mediatheque.kit.errors import Invalid
from mediatheque.recommend import models as shelf
from mediatheque.recommend.models import (
    Arrays,
    Histories,
    History,
    Model,
    blend,
    content,
    ials,
    item_knn,
    mixed_walk,
    ntk,
    popularity,
    rp3beta,
    stars,
    user_knn,
    wedlae,
)
from mediatheque.training import fitting
from mediatheque.training.catalogue import Catalogue, credited
from mediatheque.training.interactions import Interactions

ITEMS, PEOPLE = 12, 40
CONFIGS: dict[str, list[Any]] = {
    "popularity": [popularity.Config(), popularity.Config(half_life_days=30)],
    "item-knn": [item_knn.Config(neighbours=5), item_knn.Config(neighbours=50, asymmetry=0.5, shrink=0)],
    "user-knn": [
        user_knn.Config(neighbours=PEOPLE),
        user_knn.Config(neighbours=8, likeness="pearson", shrink=5),
        user_knn.Config(neighbours=8, likeness="pearson", shrink=5, says="deviation"),
    ],
    "rp3beta": [rp3beta.Config(ends=6)],
    "mixed-walk": [mixed_walk.Config(alike=3), mixed_walk.Config(ends=5, texts=0.0, hub=1.0)],
    "wedlae": [
        wedlae.Config(ridge=3.0),
        wedlae.EASE,
        wedlae.EDLAE,
        wedlae.Config(ridge=3.0, nearness_s=1e7),
        wedlae.Config(ridge=3.0, content=2.0),
    ],
    "ials": [
        ials.Config(dimensions=4, epochs=4),
        replace(ials.PLAIN, dimensions=4, epochs=4),
        ials.Config(dimensions=4, epochs=4, reg=0.05, loss="hu"),
        ials.Config(dimensions=4, epochs=4, content_likes=5.0),
    ],
    "content": [content.Config(others=4.0, reg=0.5), content.Config(dimensions=3, others=4.0, reg=0.5)],
    "stars": [stars.Config(rank=2, draws=40, kept=5)],
    "ntk": [ntk.Config(ridge=0.5), ntk.Config(depth=2, users=20)],
    "blend": [
        blend.Config(
            (
                blend.Member("items", "wedlae", {"ridge": 3.0}, 2.0),
                blend.Member("wide", "ials", {"dimensions": 4, "epochs": 3}),
                blend.Member("kernel", "ntk", {}, 0.5),
                blend.Member("crowd", "popularity", {}, 0.25),
            )
        )
    ],
}


@dataclass(frozen=True)
class Trained:
    name: str
    model: Model
    config: Any
    arrays: Arrays


def likes(seed: int = 5) -> Interactions:
    """Two groups of people, each with a half of the items they mostly like, rated 1 to 5, over two years."""
    rng = np.random.default_rng(seed)
    group = np.arange(PEOPLE) % 2
    chance = np.where((np.arange(ITEMS) % 2)[None, :] == group[:, None], 0.7, 0.15)
    users, items = np.nonzero(rng.random((PEOPLE, ITEMS)) < chance)
    seen = Interactions.of(
        users,
        items,
        PEOPLE,
        ITEMS,
        weights=rng.integers(1, 6, len(users)).astype(np.float32),
        times=rng.integers(0, 2 * 365 * 86_400, len(users)),
    )
    return replace(seen, catalogue=catalogue())


def catalogue() -> Catalogue:
    """The items of each half have a genre, and texts about one thing, each in its own words."""
    half = np.arange(ITEMS) % 2
    texts = np.random.default_rng(7).normal(size=(ITEMS, 8)).astype(np.float32)
    texts[:, 0] += np.where(half, 3, -3)
    genres = np.column_stack([half, 1 - half]).astype(np.float32)
    return Catalogue(np.linspace(1950, 2020, ITEMS), genres, texts / np.linalg.norm(texts, axis=1)[:, None])


@pytest.fixture(
    scope="module",
    params=[(name, n) for name, configs in CONFIGS.items() for n in range(len(configs))],
    ids=lambda p: f"{p[0]}-{p[1]}",
)
def trained(request: pytest.FixtureRequest) -> Trained:
    name, n = request.param
    config = CONFIGS[name][n]
    return Trained(name, shelf.model(name), config, fitting.fit(name, likes(), config))


@st.composite
def histories(draw: st.DrawFn) -> list[History]:
    """Up to four people with up to all items, with weights of stars."""
    rows = draw(st.lists(st.lists(st.integers(0, ITEMS - 1), unique=True), min_size=1, max_size=4))
    return [
        History(
            np.array(row, np.int32),
            np.array([draw(st.sampled_from([1.0, 2.0, 3.5, 5.0])) for _ in row], np.float32),
        )
        for row in rows
    ]


def test_every_model_is_tried_and_can_be_trained() -> None:
    assert set(CONFIGS) == set(shelf.names()) == set(fitting.names())


def test_arrays_are_what_the_model_says(trained: Trained) -> None:
    assert shelf.check(trained.name, trained.config, trained.arrays) == ITEMS
    assert set(trained.arrays) == set(trained.model.shapes(trained.config))
    key = next(iter(trained.arrays))
    with pytest.raises(Invalid, match="train it again"):
        shelf.check(trained.name, trained.config, {k: v for k, v in trained.arrays.items() if k != key})
    with pytest.raises(Invalid, match="train it again"):
        shelf.check(trained.name, trained.config, {**trained.arrays, key: trained.arrays[key][None]})


def test_a_config_survives_json(trained: Trained) -> None:
    import json

    fields = json.loads(json.dumps(shelf.config_to_json(trained.config)))
    assert shelf.config_from_json(trained.name, fields) == trained.config
    with pytest.raises(Invalid, match="train it again"):
        shelf.config_from_json(trained.name, {**fields, "unheard_of": 1})


@settings(max_examples=25, deadline=None)
@given(people=histories())
def test_scores_are_finite_and_of_each_history_alone(trained: Trained, people: list[History]) -> None:
    scores = trained.model.score(trained.arrays, trained.config, Histories.of(people))
    assert scores.dtype == np.float32
    assert scores.shape == (len(people), ITEMS)
    assert np.isfinite(scores).all()
    backwards = trained.model.score(trained.arrays, trained.config, Histories.of(people[::-1]))
    np.testing.assert_allclose(backwards[::-1], scores, rtol=1e-4, atol=1e-4)


@settings(max_examples=25, deadline=None)
@given(people=histories(), seed=st.integers(0, 99))
def test_the_order_of_a_history_changes_nothing(trained: Trained, people: list[History], seed: int) -> None:
    rng = np.random.default_rng(seed)
    orders = [rng.permutation(len(row)) for row in people]
    shuffled = [History(row.items[o], row.weights[o]) for row, o in zip(people, orders, strict=True)]
    scores = trained.model.score(trained.arrays, trained.config, Histories.of(people))
    again = trained.model.score(trained.arrays, trained.config, Histories.of(shuffled))
    np.testing.assert_allclose(again, scores, rtol=1e-4, atol=1e-4)


@settings(max_examples=25, deadline=None)
@given(people=histories(), item=st.integers(0, ITEMS - 1))
def test_an_explanation_adds_up_to_the_score(trained: Trained, people: list[History], item: int) -> None:
    scores = trained.model.score(trained.arrays, trained.config, Histories.of(people))
    for row, history in zip(scores, people, strict=True):
        why = trained.model.explain(trained.arrays, trained.config, history, item)
        assert why.parts.shape == (len(history),)
        assert why.score == pytest.approx(float(row[item]), rel=1e-3, abs=1e-3)


@settings(max_examples=25, deadline=None)
@given(people=histories(), items=st.lists(st.integers(0, ITEMS - 1), max_size=6))
def test_several_explanations_at_once_are_those_of_each(
    trained: Trained, people: list[History], items: list[int]
) -> None:
    for history in people:
        at_once = shelf.explain_all(trained.name, trained.arrays, trained.config, history, items)
        for item, why in zip(items, at_once, strict=True):
            alone = trained.model.explain(trained.arrays, trained.config, history, item)
            assert why.base == pytest.approx(alone.base, rel=1e-6, abs=1e-9)
            np.testing.assert_allclose(why.parts, alone.parts, rtol=1e-6, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(people=histories())
def test_what_says_it_is_factored_scores_by_products(trained: Trained, people: list[History]) -> None:
    factored = shelf.factored(trained.name)
    if factored is None:
        assert trained.name != "ials"
        return
    factors = factored.factors(trained.arrays, trained.config)
    scores = factored.score(trained.arrays, trained.config, Histories.of(people))
    for row, history in zip(scores, people, strict=True):
        taste = factored.taste(trained.arrays, trained.config, history)
        assert taste.dtype == np.float32
        np.testing.assert_allclose((factors.vectors @ taste) * factors.scales, row, rtol=1e-4, atol=1e-5)


def test_numbering_people_otherwise_changes_nothing(trained: Trained) -> None:
    if trained.name in ("ials", "blend", "stars") or trained.config == CONFIGS["ntk"][1]:
        pytest.skip("begins from chance, or keeps a sample, by the people's numbers")
    turned = likes().of_users(np.arange(PEOPLE)[::-1])
    arrays = fitting.fit(trained.name, turned, trained.config)
    people = Histories.of_likes([[0, 2], [1, 3, 5]])
    np.testing.assert_allclose(
        trained.model.score(arrays, trained.config, people),
        trained.model.score(trained.arrays, trained.config, people),
        rtol=1e-4,
        atol=1e-5,
    )


def test_numbering_items_otherwise_numbers_scores_otherwise(trained: Trained) -> None:
    if trained.name in ("ials", "blend", "stars"):
        pytest.skip("begins from chance, by the items' numbers")
    order = np.random.default_rng(3).permutation(ITEMS)
    number = np.argsort(order)
    arrays = fitting.fit(trained.name, likes().of_items(order), trained.config)
    scores = trained.model.score(trained.arrays, trained.config, Histories.of_likes([[0, 2, 7]]))
    turned = trained.model.score(
        arrays, trained.config, Histories.of_likes([[int(number[i]) for i in (0, 2, 7)]])
    )
    np.testing.assert_allclose(turned, scores[:, order], rtol=1e-4, atol=1e-5)


def test_what_one_group_likes_comes_first_for_its_people(trained: Trained) -> None:
    if trained.name == "popularity":
        pytest.skip("is the same for everybody")
    weights = np.array([5, 4, 1], np.float32)  # Pearson of ratings needs them to differ
    even = History(np.array([0, 2, 4], np.int32), weights)
    scores = trained.model.score(trained.arrays, trained.config, Histories.of([even]))[0]
    assert scores[[6, 8, 10]].mean() > scores[[1, 3, 5, 7, 9, 11]].mean()


def test_nothing_but_numpy_is_needed_to_serve() -> None:
    import subprocess
    import sys

    code = (
        "import sys\nfrom mediatheque.recommend import models\n[models.model(n) for n in models.names()]\n"
        "print([m for m in ('scipy', 'irspack', 'lightgbm', 'sqlalchemy', 'numba') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


# Known answers.


def dense(seen: Interactions) -> np.ndarray:
    return seen.matrix().toarray().astype(np.float64)


def binary(rows: list[list[int]]) -> Interactions:
    users, items = np.nonzero(np.array(rows))
    return Interactions.of(users, items, len(rows), len(rows[0]))


def test_popularity_halves_with_age() -> None:
    day = 86_400
    seen = Interactions.of(
        np.array([0, 1, 2]), np.array([0, 0, 1]), 3, 2, times=np.array([0, 10 * day, 10 * day])
    )
    config = popularity.Config(half_life_days=10)
    scores = popularity.score(fitting.fit("popularity", seen, config), config, Histories.of_likes([[]]))
    np.testing.assert_allclose(scores, [[1.0, 1 / 1.5]])


def test_item_knn_by_hand() -> None:
    # Items 0 and 1 share two people; item 0 has three, item 1 two, item 2 one, shared with item 0.
    seen = binary([[1, 1, 0], [1, 1, 0], [1, 0, 1]])
    config = item_knn.Config(neighbours=1, asymmetry=0.6, shrink=1.0)
    scores = item_knn.score(fitting.fit("item-knn", seen, config), config, Histories.of_likes([[0], [1]]))
    to_one, to_two = 2 / (3**0.6 * 2**0.4 + 1), 1 / (3**0.6 * 1**0.4 + 1)
    to_zero = 2 / (2**0.6 * 3**0.4 + 1)
    np.testing.assert_allclose(scores, [[0, to_one, to_two], [to_zero, 0, 0]], rtol=1e-6)


def test_rp3beta_by_hand() -> None:
    seen = binary([[1, 1, 0], [0, 1, 1]])
    config = rp3beta.Config(alpha=1.0, beta=0.5)
    scores = rp3beta.score(fitting.fit("rp3beta", seen, config), config, Histories.of_likes([[0], [1]]))
    # From item 0 to person 0, who has two items; from item 1 to either, with an item each besides.
    np.testing.assert_allclose(scores, [[0, 0.5 / 2**0.5, 0], [0.25, 0, 0.25]], rtol=1e-6)


def test_user_knn_is_numpys_correlation() -> None:
    seen = likes()
    matrix = (dense(seen) > 0).astype(float)
    mine = np.zeros(ITEMS)
    mine[[0, 2, 4]] = 1
    alike = np.array([np.corrcoef(mine, row)[0, 1] for row in matrix])
    nearest = np.argsort(-alike, kind="stable")[:7]
    config = user_knn.Config(neighbours=7)
    scores = user_knn.score(fitting.fit("user-knn", seen, config), config, Histories.of_likes([[0, 2, 4]]))
    np.testing.assert_allclose(scores[0], alike[nearest] @ matrix[nearest], rtol=1e-5)


def test_user_knn_of_ratings_counts_little_in_common_for_little() -> None:
    ratings = np.array([[5.0, 1, 0, 4], [5, 1, 3, 0], [1, 5, 0, 2]])
    users, items = np.nonzero(ratings)
    seen = Interactions.of(users, items, 3, 4, weights=ratings[users, items])
    config = user_knn.Config(neighbours=3, likeness="pearson", shrink=2.0)
    mine = History(np.array([0, 1], np.int32), np.array([4, 2], np.float32))
    scores = user_knn.score(fitting.fit("user-knn", seen, config), config, Histories.of([mine]))[0]

    def alike(theirs: list[float], mean: float) -> float:
        deviations = np.array(theirs) - mean
        return float(np.array([1, -1]) @ deviations / np.sqrt(2 * (deviations @ deviations)) * 2 / (2 + 2))

    first, second = alike([5, 1], 10 / 3), alike([5, 1], 3)
    np.testing.assert_allclose(scores, [first + second, first + second, second, first], rtol=1e-6)


def test_ease_is_the_papers_formula() -> None:
    seen = likes()
    matrix = dense(seen)
    inverse = np.linalg.inv(matrix.T @ matrix + 500 * np.eye(ITEMS))
    expected = np.eye(ITEMS) - inverse / np.diag(inverse)
    np.fill_diagonal(expected, 0)
    np.testing.assert_allclose(
        fitting.fit("wedlae", seen, wedlae.EASE)["weights"], expected, rtol=1e-4, atol=1e-7
    )


def test_wedlae_is_the_constrained_solution() -> None:
    seen, config = likes(), wedlae.Config(ridge=2.0, dropout=0.4, row_exponent=0.5, column_exponent=0.2)
    matrix = dense(seen)
    per_person = matrix.sum(axis=1, keepdims=True) ** -0.5
    weighted = matrix.T @ (matrix * per_person / per_person.mean())
    ridge = np.diag(2.0 + 0.4 / 0.6 * np.diag(weighted))
    inverse = np.linalg.inv(weighted + ridge)
    product = inverse @ weighted
    expected = product - inverse @ np.diag(np.diag(product) / np.diag(inverse))
    expected = expected * (matrix > 0).sum(axis=0) ** -0.2
    weights = fitting.fit("wedlae", seen, config)["weights"]
    np.testing.assert_allclose(weights, expected, rtol=1e-4, atol=1e-6)
    assert (np.diag(weights) == 0).all()


def test_what_was_liked_at_one_time_says_more_of_each_other() -> None:
    # Everybody likes all four; items 0 and 1 at one time, 2 and 3 at another, an hour later.
    users, items = np.repeat(np.arange(20), 4), np.tile(np.arange(4), 20)
    seen = Interactions.of(users, items, 20, 4, times=np.tile([0, 0, 3600, 3600], 20))
    near = fitting.fit("wedlae", seen, wedlae.Config(ridge=1.0, nearness_s=1800))["weights"]
    assert near[0, 1] > 2 * near[0, 2]
    far = fitting.fit("wedlae", seen, wedlae.Config(ridge=1.0, nearness_s=1e12))["weights"]
    np.testing.assert_allclose(
        far, fitting.fit("wedlae", seen, wedlae.Config(ridge=1.0))["weights"], rtol=1e-5
    )


def test_a_taste_by_content_is_ridge_regression_of_having_on_places() -> None:
    config = content.Config(dimensions=99, others=ITEMS * 1.0, reg=0.5)
    places = catalogue().places().astype(np.float64)
    # The whole catalogue as rows that should come to 0, the history as rows that should come to 1.
    rows = np.vstack([places, places[[2, 8]], np.sqrt(0.5) * np.eye(places.shape[1])])
    answers = np.array([0.0] * ITEMS + [1.0, 1.0] + [0.0] * places.shape[1])
    direction = np.linalg.lstsq(rows, answers, rcond=None)[0]
    scores = content.score(fitting.fit("content", likes(), config), config, Histories.of_likes([[2, 8]]))
    np.testing.assert_allclose(scores[0], places @ direction, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "config"), [("content", content.Config()), ("mixed-walk", mixed_walk.Config())]
)
def test_content_needs_a_catalogue(name: str, config: Any) -> None:
    with pytest.raises(Invalid, match="catalogue"):
        fitting.fit(name, replace(likes(), catalogue=None), config)


def test_a_mixed_walk_by_hand() -> None:
    # Person 0 has items 0 and 1. One genre holds items 0 and 2, another item 1 alone; nobody has item 2.
    genres = np.array([[1, 0], [0, 1], [1, 0]], np.float32)
    seen = replace(binary([[1, 1, 0]]), catalogue=Catalogue(np.full(3, np.nan), genres))
    config = mixed_walk.Config(people=3.0, texts=0.0, hub=0.5, beta=0.5, patience=1.0)
    scores = mixed_walk.score(fitting.fit("mixed-walk", seen, config), config, Histories.of_likes([[0], [2]]))
    # From item 0, whose genre counts like three people beside its one: a quarter of the walks go by the person, half
    # of them on to item 1, damped; the others all end at item 2. From item 2 nothing but its genre leads on.
    damped = ((1 + 1) / (2 / 3 + 1)) ** -0.5
    np.testing.assert_allclose(scores, [[0, 0.25 * 0.5 * damped, 0.75], [1, 0, 0]], rtol=1e-6)


def test_who_made_a_few_guides_a_walk_more_than_a_genre_of_many() -> None:
    # Item 0 shares a genre with all others, and with item 1 also who made it.
    catalogue = Catalogue(
        np.full(9, np.nan), np.ones((9, 1), np.float32), credits=credited([["A"], ["A"], *[[]] * 7])
    )
    seen = replace(binary([[1] * 9]), catalogue=catalogue)
    config = mixed_walk.Config(people=100.0)
    scores = mixed_walk.score(fitting.fit("mixed-walk", seen, config), config, Histories.of_likes([[0]]))[0]
    assert scores[1] > 3 * scores[2:].max()


@pytest.mark.parametrize(
    ("name", "config", "without"),
    [
        ("wedlae", wedlae.Config(ridge=3.0, content=2.0), wedlae.Config(ridge=3.0)),
        ("ials", ials.Config(dimensions=4, content_likes=5.0), ials.Config(dimensions=4)),
    ],
)
def test_what_nobody_has_is_placed_by_its_content(name: str, config: Any, without: Any) -> None:
    seen = likes()
    seen = seen.having(seen.items < ITEMS - 2)  # of the last two, one belongs to each half
    even = Histories.of_likes([[0, 2, 4]])
    blind = shelf.model(name).score(fitting.fit(name, seen, without), without, even)[0]
    placed = shelf.model(name).score(fitting.fit(name, seen, config), config, even)[0]
    assert abs(blind[ITEMS - 2] - blind[ITEMS - 1]) < 1e-3
    assert placed[ITEMS - 2] > placed[ITEMS - 1] + 1e-3
    bare = fitting.fit(name, replace(seen, catalogue=None), config)
    np.testing.assert_allclose(shelf.model(name).score(bare, config, even)[0], blind, atol=1e-6)


def test_a_newcomers_taste_minimises_the_loss_of_ials() -> None:
    config = ials.Config(dimensions=3, epochs=3, alpha0=0.2, reg=0.05, row_exponent=0.5, item_exponent=0.3)
    arrays = fitting.fit("ials", likes(), config)
    vectors = arrays["vectors"].astype(np.float64)
    history = History(np.array([1, 4], np.int32), np.array([2, 1], np.float32))
    scores = ials.score(arrays, config, Histories.of([history]))[0] / arrays["scales"].astype(np.float64)
    seen = likes()
    of_row, of_item = seen.per_user**-0.5, seen.per_item**-0.3
    unit = np.mean(of_row[seen.users] * of_item[seen.items])
    confidences = history.weights * 2**-0.5 * of_item[history.items] / unit
    taste = np.linalg.lstsq(vectors, scores, rcond=None)[0]

    def slope_of_the_loss(x: np.ndarray) -> np.ndarray:
        mine = vectors[history.items]
        pull = mine.T @ (confidences * (mine @ x - 1))
        everything = config.alpha0 * vectors.T @ (vectors @ x)
        return pull + everything + config.reg * (config.alpha0 * ITEMS + 2) ** config.nu * x

    np.testing.assert_allclose(slope_of_the_loss(taste), 0, atol=1e-4)


def test_vectors_that_minimise_hus_loss_leave_no_slope() -> None:
    config = ials.Config(dimensions=3, epochs=300, alpha0=0.2, reg=0.05, loss="hu")
    seen = likes()
    arrays = fitting.fit("ials", seen, config)
    items = arrays["vectors"].astype(np.float64)
    people = [ials.taste(arrays, config, seen.histories()[u]).astype(np.float64) for u in range(PEOPLE)]
    confidences = np.zeros((PEOPLE, ITEMS))
    of_row, of_item = seen.per_user**-0.5, seen.per_item**-0.3
    unit = np.mean(of_row[seen.users] * of_item[seen.items])
    confidences[seen.users, seen.items] = seen.weights * of_row[seen.users] * of_item[seen.items] / unit
    wanted = (confidences > 0).astype(float)
    off = (config.alpha0 + confidences) * (np.array(people) @ items.T - wanted)
    counts = wanted.sum(axis=0)[:, None]
    np.testing.assert_allclose(off.T @ np.array(people) + config.reg * counts * items, 0, atol=2e-3)
    lengths = wanted.sum(axis=1)[:, None]
    np.testing.assert_allclose(off @ items + config.reg * lengths * np.array(people), 0, atol=2e-3)


def test_the_kernel_is_what_a_wide_network_learns_with() -> None:
    # The tangent kernel is the product of gradients; a finite network's is near the endless one's.
    rng = np.random.default_rng(0)
    config, width, n = ntk.Config(), 200_000, 6
    left, right = np.array([1, 1, 0, 0, 1, 0.0]), np.array([1, 0, 1, 0, 1, 1.0])
    hidden = rng.normal(size=(width, n)) * np.sqrt(config.gain / n)
    bias, out = rng.normal(size=width) * np.sqrt(config.bias), rng.normal(size=width)

    def gradients(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        before = hidden @ x + bias
        return np.maximum(before, 0) / np.sqrt(width), (before > 0) * out / np.sqrt(width)

    (top_left, below_left), (top_right, below_right) = gradients(left), gradients(right)
    below = (below_left @ below_right) * (config.gain * left @ right / n + config.bias)
    expected = top_left @ top_right + below
    found = ntk.kernel(
        config, np.array(left @ right / n), np.array(left @ left / n), np.array(right @ right / n)
    )
    assert float(found) == pytest.approx(expected, rel=0.02)


def test_ntk_without_ridge_gives_back_what_it_learned() -> None:
    seen, config = likes(), ntk.Config(ridge=1e-6, column_exponent=0.0)
    arrays = fitting.fit("ntk", seen, config)
    scores = ntk.score(arrays, config, seen.histories())
    np.testing.assert_allclose(scores, dense(seen), atol=0.05)


def test_a_blend_adds_standard_scores() -> None:
    config = CONFIGS["blend"][0]
    arrays = fitting.fit("blend", likes(), config)
    people = Histories.of_likes([[0, 3, 5]])
    others = [i for i in range(ITEMS) if i not in (0, 3, 5)]
    expected = np.zeros(ITEMS)
    for member in config.members:
        own = shelf.config_from_json(member.model, member.config)
        scores = (
            shelf.model(member.model)
            .score(fitting.fit(member.model, likes(), own), own, people)[0]
            .astype(np.float64)
        )
        expected += member.weight * (scores - scores[others].mean()) / scores[others].std()
    np.testing.assert_allclose(blend.score(arrays, config, people)[0], expected, rtol=1e-4, atol=1e-4)


def test_a_blend_of_nobody_or_of_twins_is_refused() -> None:
    with pytest.raises(Invalid, match="members"):
        blend.Config(())
    twin = blend.Member("one", "wedlae", {})
    with pytest.raises(Invalid, match="name of its own"):
        blend.Config((twin, twin))

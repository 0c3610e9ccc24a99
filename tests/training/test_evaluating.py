"""What an evaluation measures, by hand where fingers suffice: figures, groups, claims, stars and published protocols."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

pytest.importorskip("scipy", reason="training needs the extra 'train'")
pytest.importorskip("irspack", reason="training needs the extra 'train'")

from mediatheque.kit.errors import Invalid
from mediatheque.recommend.models import popularity
from mediatheque.training import public_protocols
from mediatheque.training.candidates import Recipe
from mediatheque.training.catalogue import Catalogue
from mediatheque.training.claims import LEAST_TO_CLAIM
from mediatheque.training.contest import Contest
from mediatheque.training.dataset import Dataset
from mediatheque.training.evaluating import Evaluation, Question, evaluate
from mediatheque.training.expected_stars import Rated, star_errors
from mediatheque.training.interactions import Interactions
from mediatheque.training.item_vectors import vectors_of
from mediatheque.training.judging import judges
from mediatheque.training.splits import stratified, strong_generalisation
from mediatheque.training.user_groups import Bounds


def interactions(rows: list[list[int]], n_items: int) -> Interactions:
    users = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    items = np.array([item for row in rows for item in row], np.int64)
    return Interactions.of(users, items, len(rows), n_items)


def dataset(rows: list[list[int]], n_items: int) -> Dataset:
    return Dataset(np.arange(len(rows)), np.arange(n_items), interactions(rows, n_items))


def told(
    known: Dataset, later: Dataset, scores: dict[str, npt.NDArray[np.float32]], **asked: object
) -> Evaluation:
    """An evaluation of models that show the items in the order of these scores, whoever asks."""
    recipes = [
        Recipe(name, "popularity", popularity.Config(half_life_days=n or None))
        for n, name in enumerate(scores)
    ]
    arrays = {r.key: {"counts": scores[r.label]} for r in recipes}
    contest = Contest(recipes, {r.key: float(n) for n, r in enumerate(recipes)}, arrays, known)
    question = Question(protocol="time", split="by hand", **{"k": 2, **asked})  # pyright: ignore[reportArgumentType]
    return evaluate(contest, judges(known, later), question)


def test_figures_by_hand() -> None:
    # Counts 3, 2, 1, 0. Everybody wants item 3 or 2, and is shown the first two of what they do not have.
    known = dataset([[0, 1, 2], [0, 1], [0]], 4)
    later = dataset([[3], [2], [1, 3]], 4)
    vectors = np.eye(4, dtype=np.float32)
    found = told(known, later, {"crowd": np.array([4, 3, 2, 1], np.float32)}, vectors=vectors)
    (model,) = found.models
    value = {name: figure.value for name, figure in model.figures.items()}
    # Shown are [3], [2, 3] and [1, 2]: the first finds all, the second its first, the third its first of two.
    assert value["hit_rate"] == value["mrr"] == 1
    assert value["recall"] == pytest.approx((1 + 1 + 0.5) / 3)
    assert value["precision"] == pytest.approx(0.5)
    assert value["map"] == pytest.approx((1 + 1 + 0.5) / 3)
    assert value["coverage"] == pytest.approx(3 / 4)
    assert value["diversity"] == pytest.approx(2 / 3)  # a list of one is not diverse
    # Popularity percentiles are 7/8, 5/8, 3/8 and 1/8; all titles have fewer than five people.
    assert value["popularity_bias"] == pytest.approx(((1 - 1) + (2 - 3) + (4 - 3)) / 8 / 3)
    assert value["cold_share"] == 1
    assert value["novelty"] == pytest.approx(np.log2(3) * 2 / 3 + (np.log2(3) + np.log2(1.5)) / 2 / 3)
    assert (found.choices.judges, found.choices.targets) == (3, 4)
    assert found.choices.popularity == pytest.approx((1 / 8 + 3 / 8 + 3 / 8) / 3)


def test_without_vectors_there_is_no_diversity() -> None:
    found = told(dataset([[0], [1]], 3), dataset([[1], [0]], 3), {"crowd": np.array([3, 2, 1], np.float32)})
    assert "diversity" not in {one.name for one in found.measures}
    assert "diversity" not in found.models[0].figures
    genres = np.array([[1, 1], [0, 0], [0, 1]], np.float32)
    vectors, by = vectors_of(Catalogue(np.full(3, np.nan), genres))
    assert vectors is not None
    assert by == "their genres"
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 0, 1])
    texts = np.eye(3, dtype=np.float32)
    assert vectors_of(Catalogue(np.full(3, np.nan), genres, texts))[1] == "what their texts mean"
    texts[0] = 0  # two of three have one, which is too few
    assert vectors_of(Catalogue(np.full(3, np.nan), genres, texts))[1] == "their genres"
    assert vectors_of(Catalogue(np.full(3, np.nan), np.zeros((3, 2), np.float32))) == (None, None)
    assert vectors_of(None) == (None, None)


def test_groups_are_told_apart_by_what_was_before() -> None:
    sizes = [3, 9, 10, 49, 50, 199, 200, 250]
    seen = interactions([list(range(250 - size, 250)) for size in sizes], 250)
    ranks = np.linspace(0, 1, 250)
    bounds = Bounds.of(seen, ranks)
    members = bounds.members(seen, ranks)
    assert {name: mask.nonzero()[0].tolist() for name, mask in members["history"].items()} == {
        "new": [0, 1], "light": [2, 3], "regular": [4, 5], "heavy": [6, 7],
    }  # fmt: skip
    # The shorter a history, the more mainstream it is here.
    assert {name: mask.nonzero()[0].tolist() for name, mask in members["taste"].items()} == {
        "niche": [5, 6, 7], "mixed": [3, 4], "mainstream": [0, 1, 2],
    }  # fmt: skip
    history, taste = bounds.groupings()
    assert [group.what for group in history.groups] == [
        "0–9 titles", "10–49 titles", "50–199 titles", "200 or more",
    ]  # fmt: skip
    assert taste.groups[0].what.startswith("up to ")


def many(n: int) -> tuple[Dataset, Dataset]:
    """So many people who have item 0, and want item 2; a third of them want item 1."""
    return dataset([[0]] * n, 4), dataset([[1] if row % 3 == 0 else [2] for row in range(n)], 4)


RIGHT, WRONG = np.array([4, 1, 3, 2], np.float32), np.array([4, 3, 1, 2], np.float32)


def test_a_gain_is_claimed_when_enough_judges_say_so_and_only_then() -> None:
    for n, is_claimed in ((60, True), (LEAST_TO_CLAIM - 1, False)):
        found = told(*many(n), {"popularity": WRONG, "better": RIGHT}, k=1)
        (claim,) = found.comparisons
        assert (claim.label, claim.against, claim.users) == ("better", "popularity", n)
        assert claim.gain == pytest.approx(1 / 3, abs=0.08)
        assert claim.is_claimed is is_claimed
        assert found.verdict == f"{claim.says}."
    assert claim.says.startswith(
        "19 judges are too few to claim that better is better or worse than popularity"
    )
    same = told(*many(60), {"popularity": WRONG, "other": WRONG}, k=1)
    assert not same.comparisons[0].is_claimed
    assert "cannot be told" in same.verdict


def test_all_comparisons_are_corrected_together() -> None:
    scores = {
        "popularity": WRONG,
        "better": RIGHT,
        "same": WRONG,
        "worse": np.array([4, 1, 2, 3], np.float32),
    }
    found = told(*many(60), scores, k=1)
    by_label = {one.label: one for one in found.comparisons}
    assert by_label["worse"].p < by_label["better"].p
    assert by_label["worse"].p_holm == pytest.approx(3 * by_label["worse"].p)
    assert by_label["better"].p_holm == pytest.approx(2 * by_label["better"].p)
    assert by_label["same"].p_holm == 1
    assert by_label["worse"].gain < 0
    assert "worse is worse than popularity by -0.333" in by_label["worse"].says


def test_small_groups_are_counted_and_not_judged() -> None:
    known, later = many(60)
    known.seen.items[:3] = 3  # three people with a taste of their own
    found = told(known, later, {"popularity": WRONG, "better": RIGHT}, k=1)
    for grouping in found.groupings:
        assert sum(group.judges for group in grouping.groups) == 60
        for group in grouping.groups:
            assert (group.name in found.models[0].by_group[grouping.name]) is (group.judges >= 5)


def rated(rng: np.random.Generator, n_users: int = 40, n_items: int = 30) -> Rated:
    users, items = (
        part.ravel() for part in np.meshgrid(np.arange(n_users), np.arange(n_items), indexing="ij")
    )
    stars = np.clip(
        np.round(np.where(users % 2 == items % 2, 4.5, 2.0) + rng.normal(0, 0.4, len(users))), 1, 5
    )
    return Rated(users, items, stars, rng.integers(0, 10**7, len(users)))


def test_stars_are_expected_from_what_was_given_before() -> None:
    pytest.importorskip("myfm", reason="expected stars need the extra 'train'")
    rng = np.random.default_rng(4)
    everything = rated(rng)
    is_asked = rng.random(len(everything)) < 0.2
    given, asked = everything.having(~is_asked), everything.having(is_asked)
    newcomer = Rated(*(np.append(part, value) for part, value in zip(
        (asked.users, asked.items, asked.stars, asked.times), (999, 0, 1.0, 5), strict=True)))  # fmt: skip
    again = Rated(*(np.append(part, value) for part, value in zip(
        (newcomer.users, newcomer.items, newcomer.stars, newcomer.times),
        (given.users[0], given.items[0], 1.0, 5), strict=True)))  # fmt: skip
    errors, said = star_errors(given, again)
    assert (errors.given, errors.asked, errors.unknown) == (len(given), len(asked), 1)
    assert errors.rmse is not None
    assert errors.usual_rmse is not None
    assert errors.rmse < 0.6 < 1.0 < errors.usual_rmse
    # Other stars for what is asked about change the errors, and nothing of what is said.
    turned, said_again = star_errors(given, replace(asked, stars=6 - asked.stars))
    assert said is not None
    assert said_again is not None
    np.testing.assert_array_equal(said.said, said_again.said)
    assert turned.rmse is not None
    assert turned.rmse > 2


def test_few_stars_say_why_nothing_was_measured() -> None:
    few = rated(np.random.default_rng(1), 9, 10)
    errors, said = star_errors(few, few)
    assert said is None
    assert errors.rmse is None
    assert (
        errors.why_not
        == "90 ratings before and 0 after of known people and titles are too few; it takes 100 and 20"
    )


def write_movielens(
    folder: Path, files: public_protocols.Files, *, turn: npt.NDArray[np.int64] | None = None
) -> Rated:
    """Three tastes among ninety people, in GroupLens's format; the rows to turn get one star and another day."""
    rng = np.random.default_rng(7)
    users, items = np.nonzero(rng.random((90, 60)) < 0.4)
    stars = np.where(users % 3 == items % 3, 5, rng.integers(1, 5, len(users)))
    times = rng.integers(900_000_000, 950_000_000, len(users))
    if turn is not None:
        stars[turn], times[turn] = 1, 1
    rows = zip(users + 1, items + 1, stars, times, strict=True)
    (folder / files.ratings).write_text("".join(files.separator.join(map(str, row)) + "\n" for row in rows))
    return Rated(users, items, stars.astype(np.float64), times)


def assert_same(one: Contest, other: Contest) -> None:
    assert [r.key for r in one.recipes] == [r.key for r in other.recipes]
    assert one.validation == other.validation
    for key, arrays in one.arrays.items():
        for name, array in arrays.items():
            assert np.array_equal(array, other.arrays[key][name]), (key, name)


def test_microsoft_s_protocol_trains_on_three_quarters_alone(tmp_path: Path) -> None:
    rows = write_movielens(tmp_path, public_protocols.ML100K)
    contest, by, question = public_protocols.prepare("ml100k", tmp_path, 10, None, 1)
    assert len(by.targets) == pytest.approx(len(rows) / 4, rel=0.1)
    assert {recipe.label for recipe in contest.recipes} == {
        "popularity", "item-knn", "wedlae", "ials", "blend", "tuned blend",
    }  # fmt: skip
    # Other stars and days for all that judges: the same models, weights and choices.
    _, judging = stratified(rows.users, rows.items)
    write_movielens(tmp_path, public_protocols.ML100K, turn=judging)
    again, _, _ = public_protocols.prepare("ml100k", tmp_path, 10, None, 1)
    assert_same(contest, again)
    found = evaluate(contest, by, replace(question, ratings="left out here"))
    assert found.protocol == "ml100k"
    assert asdict(found)["stars"]["why_not"] == "left out here"
    assert "Hits of what was to be found." in {one.what for one in found.measures}


def test_liang_s_protocol_judges_by_people_nobody_met(tmp_path: Path) -> None:
    rows = write_movielens(tmp_path, public_protocols.ML1M)
    titles = "".join(f"{n}::Film {n} (1999)::{('Crime', 'Drama|War')[n % 2]}\n" for n in range(1, 61))
    (tmp_path / "movies.dat").write_text(titles)
    contest, by, question = public_protocols.prepare("ml1m", tmp_path, 100, None, 1)
    assert question.data["likeness"] == "their genres"
    assert len(contest.known.user_ids) == 72
    assert len(by) == 9
    # Whoever judges likes something else instead, as much of it: the same models, weights and choices.
    is_liked = rows.stars >= 4
    liked = Interactions.of(rows.users[is_liked], rows.items[is_liked], 90, 60)
    rng = np.random.default_rng(2)
    lines = (tmp_path / "ratings.dat").read_text().splitlines()
    for user in next(strong_generalisation(liked)).test.users:
        lines = [line for line in lines if not line.startswith(f"{user + 1}::")]
        others = rng.choice(60, liked.per_user[user], replace=False)
        lines += [f"{user + 1}::{item + 1}::5::900000000" for item in others]
    (tmp_path / "ratings.dat").write_text("\n".join(lines))
    again, turned, _ = public_protocols.prepare("ml1m", tmp_path, 100, None, 1)
    assert_same(contest, again)
    assert evaluate(contest, by, question).models != evaluate(again, turned, question).models


def test_a_copy_that_is_not_one_is_refused(tmp_path: Path) -> None:
    files = public_protocols.ML1M
    with pytest.raises(Invalid, match=r"There is no ratings.dat in .*grouplens.org/datasets/movielens/1m"):
        public_protocols.read_movielens(files, tmp_path)
    inside = tmp_path / "ml-1m"
    inside.mkdir()
    for text, match in (("", "is empty"), ("1::2::3\n", "Line 1"), ("1::2::3::4\na::2::3::4\n", "Line 2")):
        (inside / "ratings.dat").write_text(text)
        with pytest.raises(Invalid, match=match):
            public_protocols.read_movielens(files, tmp_path)
    (inside / "ratings.dat").write_text("9::4::3::4\n2::5::5::4\n")
    read = public_protocols.read_movielens(files, tmp_path)
    assert (read.n_users, read.n_items, read.rated.users.tolist()) == (2, 2, [1, 0])
    (inside / "movies.dat").write_text("no film\n")
    with pytest.raises(Invalid, match=r"movies.dat is not GroupLens"):
        public_protocols.read_movielens(files, tmp_path)
    (inside / "movies.dat").unlink()
    with pytest.raises(Invalid, match="fewer than 10 people"):
        public_protocols.prepare("ml1m", tmp_path, 10, None, 1)

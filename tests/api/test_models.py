"""Trained models over HTTP: listed, promoted, taken back and trained, by administrators, without what trains."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from mediatheque.api.app import create_app
from mediatheque.kit.database import Database
from mediatheque.kit.errors import Invalid
from mediatheque.kit.settings import read_settings
from mediatheque.library.queries.checks import queue_figures
from mediatheque.recommend.artifact import ARRAYS, folder_of, models_dir_in
from mediatheque.recommend.champion import Champions
from mediatheque.recommend.models import popularity
from mediatheque.recommend.opinions import Opinions
from mediatheque.training.registries import open_registry
from mediatheque.training.registries.local import LocalRegistry
from mediatheque.training.trained import Trained
from mediatheque.wiring import Mediatheque
from mlflow_server import MlflowServer


def trained(*counts: float) -> Trained:
    return Trained(
        model="popularity",
        config=popularity.Config(),
        arrays={"counts": np.array(counts, np.float32)},
        item_ids=np.arange(len(counts), dtype=np.int64),
        opinions=Opinions(),
        proof=0.75,
        trust=0.5,
        about={
            "trained_at": "2026-11-20T04:17:31+00:00",
            "code_version": "0.1.0",
            "metrics": {"ndcg_at_10": 0.25},
            "data": {"people": 3, "last_event": 7, "last_at": None},
            "split": "the last titles judge",
            "judges": 3,
        },
    )


@pytest.fixture
def registry(opened: Mediatheque) -> LocalRegistry:
    opened.champions = Champions(models_dir_in(opened.data_dir), look_every_s=0)
    return LocalRegistry(models_dir_in(opened.data_dir))


def listed(client: TestClient) -> dict[str, Any]:
    answer = client.get("/api/models")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_no_model_is_an_empty_list(as_ada: TestClient, registry: LocalRegistry) -> None:
    assert listed(as_ada) == {
        "items": [],
        "serving": {"version": None, "since": None, "refused": None, "away": None},
        "training": {"state": "idle", "job": None},
    }
    gone = as_ada.get("/api/models/1")
    assert (gone.status_code, gone.json()["detail"]) == (404, "There is no version 1; there is none")
    assert as_ada.post("/api/models/1/promote").status_code == 404
    nothing = as_ada.post("/api/models/rollback")
    assert nothing.status_code == 409
    assert "no earlier champion" in nothing.json()["detail"]


def test_promote_serve_and_roll_back(as_ada: TestClient, registry: LocalRegistry) -> None:
    for n in (1, 2):
        registry.save(trained(n, n))
    first = as_ada.post("/api/models/1/promote").json()
    assert first["version"] == 1
    assert as_ada.post("/api/models/2/promote").json()["version"] == 2
    told = listed(as_ada)
    assert [(one["version"], one["alias"]) for one in told["items"]] == [
        (2, "champion"),
        (1, "former champion"),
    ]
    assert told["items"][0]["metrics"] == {"ndcg_at_10": 0.25}
    assert told["items"][0]["data"]["last_event"] == 7
    assert told["serving"]["version"] == 2
    assert told["serving"]["since"] is not None
    assert as_ada.post("/api/models/rollback").json() == first
    assert listed(as_ada)["serving"]["version"] == 1
    shown = as_ada.get("/api/models/1").json()
    assert (shown["alias"], shown["split"], shown["judges"]) == ("champion", "the last titles judge", 3)
    assert shown["config"] == {"half_life_days": None}


def test_what_is_refused_is_told_and_the_earlier_goes_on(as_ada: TestClient, registry: LocalRegistry) -> None:
    registry.promote(registry.save(trained(1, 1)).version)
    assert listed(as_ada)["serving"]["version"] == 1
    pin = registry.save(trained(2, 2))
    registry.promote(pin.version)
    path = folder_of(registry.folder, pin.version) / ARRAYS
    path.write_bytes(path.read_bytes()[:-1])
    serving = listed(as_ada)["serving"]
    assert serving["version"] == 1
    assert "arrays.npz is not the one that was promoted" in serving["refused"]
    refused = as_ada.post("/api/models/2/promote")
    assert refused.status_code == 422
    assert "arrays.npz is not the one that was promoted" in refused.json()["detail"]


def test_a_training_waits_for_a_worker_and_is_asked_for_once(as_ada: TestClient, database: Database) -> None:
    first, again = (as_ada.post("/api/models/train") for _ in range(2))
    assert first.status_code == again.status_code == 202
    assert first.json() == again.json()
    assert first.json()["state"] == "waiting"
    assert listed(as_ada)["training"] == first.json()
    with database.transaction() as db:
        assert queue_figures(db).waiting == 1


def test_members_change_no_models(as_ben: TestClient, registry: LocalRegistry) -> None:
    registry.save(trained(1))
    assert as_ben.get("/api/models").status_code == 403
    for path in ("/api/models/1/promote", "/api/models/rollback", "/api/models/train"):
        assert as_ben.post(path).status_code == 403
    assert registry.aliases().champion is None


@pytest.mark.slow
def test_the_champion_of_an_mlflow_server_serves_without_its_library(
    database_url: str, database: Database, tmp_path: Path, mlflow_server: MlflowServer
) -> None:
    """Promoted and fetched by the process that serves."""
    url = mlflow_server.url()
    elsewhere = open_registry(url, tmp_path / "elsewhere")
    for n in (1, 2):
        elsewhere.save(trained(n, n))
    elsewhere.promote(1)
    settings = read_settings(
        data_dir=tmp_path / "data", database_url=database_url, embedder="none", registry_url=url
    )
    settings.data_dir.mkdir()
    serving = f"""
import sys
from mediatheque.kit.database import Database
from mediatheque.kit.settings import read_settings
from mediatheque.wiring import Mediatheque
from mediatheque.api.app import create_app
from mediatheque.api import models
app = Mediatheque(
    read_settings(data_dir={str(settings.data_dir)!r}, database_url={database_url!r}, embedder="none",
        registry_url=sys.argv[1]),
    Database({database_url!r}))
create_app(app)
on_duty = app.champions.ready()
print(on_duty.artifact and on_duty.artifact.version, on_duty.refused, on_duty.away)
if len(sys.argv) > 2:
    app.registry.promote(2)
    print([one.version for one in models._listed(app)[0]])
app.close()
print([m for m in sys.modules if m.split(".")[0] in ("mlflow", "scipy", "irspack", "pandas")
       or m.startswith("mediatheque.training")])
"""

    def run(*arguments: str) -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", serving, *arguments], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    assert run(url, "promote") == ["1 None None", "[2, 1]", "[]"]
    assert run(url) == ["2 None None", "[]"]


def test_a_registry_that_cannot_be_read_is_named_at_start(opened: Mediatheque) -> None:
    opened.settings = read_settings(registry_url="ftp://ada:s3cret-word@host")
    with pytest.raises(Invalid, match="MEDIATHEQUE_REGISTRY_URL is no place for models") as told:
        create_app(opened)
    assert "s3cret-word" not in str(told.value)
    assert "s3cret-word" not in repr(opened.settings)


def test_a_server_that_is_away_stops_neither_start_nor_lists(
    database_url: str, database: Database, tmp_path: Path
) -> None:
    settings = read_settings(
        data_dir=tmp_path,
        database_url=database_url,
        embedder="none",
        registry_url="mlflow+http://127.0.0.1:9",
    )
    opened = Mediatheque(settings, Database(database_url))
    app: FastAPI = create_app(opened)
    assert "cannot be reached" in str(opened.champions.ready().refused)
    with TestClient(app) as client:
        assert client.get("/health/live").status_code == 200

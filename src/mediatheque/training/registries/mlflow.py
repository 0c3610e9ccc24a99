"""New versions in the registry of an MLflow server: a run with its figures and files, then one call that registers it.

MLflow's own client uploads, so any artifact store will do: what the server keeps, or an S3 bucket reached directly.
A version is registered when its files are there, with its pin: a killed training leaves a run and no version.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mediatheque.kit.errors import Unavailable
from mediatheque.kit.http import redact
from mediatheque.recommend.artifact import Pin
from mediatheque.recommend.registries import mlflow as serving
from mediatheque.recommend.registries._mlflow_rest import Address, Server, address_of
from mediatheque.training.trained import Trained, write

if TYPE_CHECKING:
    from mlflow import MlflowClient

#: The folder of a run's files that is the version.
_FOLDER = "model"
#: A tag that every server takes; older ones keep 5,000 characters.
_LONGEST_TAG = 5_000
_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "1",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    # By default it tries again for some minutes before it says that nobody answers.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "60",
}


def open_from(rest: str, models_dir: Path, part: str = "") -> MlflowRegistry:
    """The server at that address. Raises Unavailable where MLflow's client is not installed."""
    if find_spec("mlflow") is None:
        raise Unavailable(
            "MLflow's client is not installed; install it with: pip install 'mediatheque[mlflow]'"
        )
    return MlflowRegistry(Server(address_of(rest, part)), models_dir)


class MlflowRegistry(serving.MlflowRegistry):
    """One registered model of a server, and the experiment of the same name."""

    def __init__(self, server: Server, models_dir: Path) -> None:
        super().__init__(server, models_dir)
        self._address = server.address

    def save(self, trained: Trained) -> Pin:
        card = trained.card()
        with (
            tempfile.TemporaryDirectory(prefix="mediatheque-model-") as made,
            _asking(self._address) as client,
        ):
            folder = Path(made)
            sha256 = write(trained, folder, card)
            run = client.create_run(_experiment(client, self._address.model), run_name=trained.model)
            run_id = run.info.run_id
            try:
                _describe(trained, folder / "MLmodel", run_id)
                _tell(client, run_id, card, sha256)
                client.log_artifacts(run_id, str(folder), _FOLDER)
                number = self._register(client, f"{run.info.artifact_uri}/{_FOLDER}", run_id, card, sha256)
            except BaseException:
                # Else it looks as if it were running for ever; who is killed cannot help it.
                with contextlib.suppress(Exception):
                    client.set_terminated(run_id, "FAILED")
                raise
            client.set_terminated(run_id, "FINISHED")
            return Pin(number, sha256)

    def _register(
        self, client: MlflowClient, source: str, run_id: str, card: Mapping[str, Any], sha256: str
    ) -> int:
        from mlflow.exceptions import MlflowException

        try:
            client.create_registered_model(self._address.model)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        tags = _tags(card, sha256)
        if len(told := json.dumps(card)) <= _LONGEST_TAG:
            tags[serving.CARD_TAG] = told
        made = client.create_model_version(self._address.model, source, run_id, tags=tags)
        return int(made.version)


def prepare() -> None:
    """Import MLflow's client, which reads its settings from the environment, without its telemetry and its talk."""
    os.environ.update({name: os.environ.get(name, value) for name, value in _QUIET.items()})
    import mlflow  # noqa: F401  # pyright: ignore[reportUnusedImport]


@contextmanager
def _asking(address: Address) -> Generator[MlflowClient]:
    """MLflow's client; what it raises becomes Unavailable. It takes a user and a password from the environment only."""
    prepare()
    if address.auth is not None:
        os.environ["MLFLOW_TRACKING_USERNAME"], os.environ["MLFLOW_TRACKING_PASSWORD"] = address.auth
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    try:
        yield MlflowClient(address.url, address.url)
    except ImportError as error:
        # An artifact store that its clients reach themselves needs a library of its own, such as boto3.
        raise Unavailable(
            f"The artifact store of {address.url} needs a library that is missing ({error}); install it, or start "
            "the server with --serve-artifacts"
        ) from None
    except MlflowException as error:
        raise Unavailable(
            f"The MLflow server at {address.url} did not take the model: {redact(str(error))[:500]}"
        ) from None


def _experiment(client: MlflowClient, name: str) -> str:
    from mlflow.exceptions import MlflowException

    found = client.get_experiment_by_name(name)
    if found is None:
        try:
            return client.create_experiment(name)
        except MlflowException:
            # Another process was first.
            found = client.get_experiment_by_name(name)
            if found is None:
                raise
    return found.experiment_id


def _describe(trained: Trained, path: Path, run_id: str) -> None:
    """MLflow's description of a model, with its signature: liked titles and how much each counts in, scores out."""
    from mlflow.models import Model
    from mlflow.models.signature import ModelSignature
    from mlflow.types import Schema, TensorSpec

    ids, floats = np.dtype(np.int64), np.dtype(np.float32)
    inputs = Schema([TensorSpec(ids, (-1,), "item_ids"), TensorSpec(floats, (-1,), "weights")])
    outputs = Schema([TensorSpec(floats, (len(trained.item_ids),), "scores")])
    described = Model(artifact_path=_FOLDER, run_id=run_id, signature=ModelSignature(inputs, outputs))
    described.add_flavor("mediatheque", model=trained.model, format="npz, npy and JSON; no pickle")
    described.save(str(path))


def _tell(client: MlflowClient, run_id: str, card: Mapping[str, Any], sha256: str) -> None:
    """Parameters, figures and tags of a run, as MLflow's pages show and compare them."""
    from mlflow.entities import Metric, Param, RunTag

    params = {"model": card["model"]} | _flat("", card["config"]) | _flat("opinions.", card["opinions"])
    figures = dict(card.get("metrics") or {}) | {"proof": card["proof"], "trust": card["trust"]}
    data: Mapping[str, Any] = card.get("data") or {}
    figures |= {name: data[name] for name in ("events", "people", "titles", "likes") if name in data}
    now = time.time_ns() // 1_000_000
    metrics = [
        Metric(name, float(value), now, 0)
        for name, value in figures.items()
        if isinstance(value, int | float)
    ]
    client.log_batch(
        run_id,
        metrics=metrics,
        # The most that one call takes, and that a value may be long.
        params=[Param(name, str(value)[:500]) for name, value in list(params.items())[:100]],
        tags=[RunTag(name, value) for name, value in _tags(card, sha256).items()],
    )


def _tags(card: Mapping[str, Any], sha256: str) -> dict[str, str]:
    data: Mapping[str, Any] = card.get("data") or {}
    return {
        serving.SHA256: sha256,
        "mediatheque.model": str(card["model"]),
        "mediatheque.schema": str(card["schema"]),
        "mediatheque.code_version": str(card.get("code_version", "")),
        "mediatheque.trained_at": str(card.get("trained_at", "")),
        "mediatheque.watermark": json.dumps({name: data.get(name) for name in ("last_event", "last_at")}),
    }


def _flat(before: str, config: Any) -> dict[str, str]:
    """Nested settings as `name.inner` → value."""
    if isinstance(config, Mapping):
        pairs = [(str(name), value) for name, value in config.items()]
    elif isinstance(config, list):
        pairs = [(str(place), value) for place, value in enumerate(config)]
    else:
        return {before.rstrip("."): json.dumps(config)}
    flat: dict[str, str] = {}
    for name, value in pairs:
        flat |= _flat(f"{before}{name}.", value)
    return flat

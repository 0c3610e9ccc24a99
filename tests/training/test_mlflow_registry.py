"""Models on a real MLflow server: what killed processes leave, and what serves while the server is away."""

from __future__ import annotations

import base64
import json
import logging
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import registering_process
from mediatheque.kit.errors import Invalid, Unavailable
from mediatheque.recommend import registries as serving
from mediatheque.recommend.artifact import ARRAYS, Artifact, Pin, folder_of
from mediatheque.recommend.champion import Champions
from mediatheque.recommend.registries._mlflow_rest import Server, address_of
from mediatheque.training.registries import Registry, open_registry
from mlflow_server import MlflowServer
from registering_process import a_model

slow = pytest.mark.slow


def wait_for(is_so: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < ends_at, "it did not come to that within 20 s"
        time.sleep(0.01)


@pytest.fixture
def url(mlflow_server: MlflowServer) -> str:
    return mlflow_server.url()


@pytest.fixture
def registry(url: str, tmp_path: Path) -> Registry:
    return open_registry(url, tmp_path / "trains")


Dying = Callable[[str, int], int]


@pytest.fixture
def dying(url: str, tmp_path: Path) -> Iterator[Dying]:
    """Does something to the registry in a process that is killed at some moment; its exit code."""
    program = [sys.executable, registering_process.__file__, url, str(tmp_path)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        to, of = process.stdin, process.stdout

        def ask(what: str, when: int) -> int:
            to.write(f"{what} {when}\n")
            to.flush()
            return int(of.readline())

        yield ask
        to.close()


def champion_of(url: str, folder: Path) -> Artifact:
    """What a machine serves that has never seen the registry."""
    champion = serving.open_registry(url, folder / f"fresh-{time.monotonic_ns()}").champion()
    assert champion is not None
    assert champion.arrays["counts"].tolist() == [1, 2, 3]
    return champion


@slow
@pytest.mark.parametrize("what", ["train", "challenger", "rollback"])
def test_killed_before_any_request_the_old_champion_or_the_new_one_serves_whole(
    url: str, registry: Registry, dying: Dying, tmp_path: Path, what: str
) -> None:
    assert dying("train", 0) == 0
    assert dying("train", 0) == 0
    if what == "challenger":
        pin = registry.save(a_model(1, 2, 3))
        registry.challenge(pin)
        does = str(pin.version)
    else:
        does = what
    served: list[int] = []
    for number in range(1, 60):
        code = dying(does, number)
        served.append(champion_of(url, tmp_path).version)
        if code == 0:
            break
        assert code == -9
    *killed, last = served
    new = {"train": max(served), "challenger": 3, "rollback": 1}[what]
    assert last == new
    assert len(killed) >= 4
    if what == "challenger":
        # Killed before the last request, which takes the challenger's name off it, it has both.
        assert killed.pop() == new
        assert registry.aliases().challenger is None
    assert set(killed) == {2}
    assert all(isinstance(card["version"], int) for card in registry.cards())


@slow
def test_killed_at_any_moment_one_whole_champion_serves(
    url: str, registry: Registry, dying: Dying, tmp_path: Path
) -> None:
    assert dying("train", 0) == 0
    before = 1
    for _ in range(4):
        assert dying("flip", random.randrange(50, 1_500)) == -9
        after = champion_of(url, tmp_path).version
        assert after >= before
        before = after
    # Nobody needs to tidy up.
    assert registry.promote(registry.save(a_model(1, 2, 3)).version).version > before


class _Away:
    """A way to the server that can be shut, and reopened at the same address."""

    def __init__(self, address: str) -> None:
        self._to = ("127.0.0.1", int(address.rpartition(":")[2]))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    @contextmanager
    def opened(self, *, is_deaf: bool = False) -> Generator[None]:
        with socket.create_server(("127.0.0.1", self.port)) as listening:
            listening.settimeout(0.05)
            ends = threading.Event()
            thread = threading.Thread(target=self._accept, args=(listening, ends, is_deaf))
            thread.start()
            yield
            ends.set()
            thread.join()

    def _accept(self, listening: socket.socket, ends: threading.Event, is_deaf: bool) -> None:
        held: list[socket.socket] = []
        passing: list[threading.Thread] = []
        while not ends.is_set():
            try:
                client, _ = listening.accept()
            except TimeoutError:
                continue
            held.append(client)
            client.settimeout(None)
            if not is_deaf:
                server = socket.create_connection(self._to)
                held.append(server)
                for one, other in ((client, server), (server, client)):
                    passing.append(threading.Thread(target=_pass, args=(one, other)))
                    passing[-1].start()
        for one in held:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in passing:
            thread.join()
        for one in held:
            one.close()


def _pass(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while piece := one.recv(65_536):
            other.sendall(piece)
        other.shutdown(socket.SHUT_WR)


@slow
def test_while_the_server_is_away_its_last_champion_serves_from_the_copy_even_after_a_restart(
    mlflow_server: MlflowServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url, way = mlflow_server.url(), _Away(mlflow_server.address)
    theirs = url.replace(mlflow_server.address.rpartition(":")[2], str(way.port), 1)
    registry = open_registry(url, tmp_path / "trains")
    registry.promote(registry.save(a_model(1, 2, 3)).version)

    def started() -> Champions:
        opened = serving.open_registry(theirs, tmp_path / "serves")
        return Champions(opened.folder, look_every_s=0, follow=opened.follow, follow_every_s=0.05)

    with way.opened():
        first = started()
        assert first.ready().artifact is not None
    wait_for(lambda: first.current().away is not None)
    on_duty = first.current()
    assert on_duty.artifact is not None
    assert (on_duty.artifact.version, on_duty.refused, on_duty.instead) == (1, None, None)
    assert "cannot be reached" in str(on_duty.away)
    assert "the champion goes on serving from this machine's copy" in caplog.text
    first.close()
    # Meanwhile, on another machine.
    registry.promote(registry.save(a_model(1, 2, 3)).version)
    again = started()
    on_duty = again.ready()
    assert on_duty.artifact is not None
    assert on_duty.artifact.version == 1
    assert "cannot be reached" in str(on_duty.away)
    with way.opened():
        wait_for(lambda: (a := again.current()).artifact is not None and a.artifact.version == 2)
        wait_for(lambda: again.current().away is None)
        again.close()


@slow
def test_a_copy_that_was_changed_is_refused_without_the_server_and_fetched_again_with_it(
    mlflow_server: MlflowServer, tmp_path: Path
) -> None:
    url, way = mlflow_server.url(), _Away(mlflow_server.address)
    theirs = url.replace(mlflow_server.address.rpartition(":")[2], str(way.port), 1)
    registry = open_registry(url, tmp_path / "trains")
    registry.promote(registry.save(a_model(1, 2, 3)).version)
    opened = serving.open_registry(theirs, tmp_path / "serves")
    with way.opened():
        opened.follow()
    path = folder_of(opened.folder, 1) / ARRAYS
    path.write_bytes(path.read_bytes()[:-1])
    again = serving.open_registry(theirs, tmp_path / "serves")
    champions = Champions(again.folder, look_every_s=0, follow=again.follow, follow_every_s=0.05)
    on_duty = champions.ready()
    assert on_duty.artifact is None
    assert on_duty.refused is not None
    with way.opened():
        wait_for(lambda: champions.current().artifact is not None)
        champions.close()


@slow
def test_a_server_that_never_answers_keeps_no_request_waiting(
    mlflow_server: MlflowServer, tmp_path: Path
) -> None:
    way = _Away(mlflow_server.address)
    with way.opened(is_deaf=True):
        opened = serving.open_registry(f"mlflow+http://127.0.0.1:{way.port}", tmp_path)
        champions = Champions(opened.folder, follow=opened.follow)
        began = time.monotonic()
        on_duty = champions.current()
        champions.ready(timeout_s=0.1)
        assert time.monotonic() - began < 1.0
        assert on_duty.refused == "the collaborative model is being fetched"
        champions.close()


@slow
def test_an_alias_that_somebody_else_moved_is_followed_if_it_is_ours_and_refused_if_not(
    url: str, registry: Registry, tmp_path: Path
) -> None:
    from mlflow import MlflowClient

    address = address_of(serving.chosen(url)[1])
    registry.promote(registry.save(a_model(1, 2, 3)).version)
    registry.save(a_model(1, 2, 3))
    client = MlflowClient(address.url, address.url)
    client.set_registered_model_alias(address.model, "champion", "2")
    assert champion_of(url, tmp_path).version == 2
    source = client.get_model_version(address.model, "1").source
    run = client.get_model_version(address.model, "1").run_id
    theirs = client.create_model_version(address.model, source, run)
    client.set_registered_model_alias(address.model, "champion", theirs.version)
    with pytest.raises(Invalid, match=r"version 3 has no tag mediatheque\.sha256"):
        registry.champion()
    assert [card["version"] for card in registry.cards()] == [2, 1]
    # Mended by the next promotion.
    registry.promote(1)
    assert champion_of(url, tmp_path).version == 1
    client.delete_registered_model_alias(address.model, "champion")
    assert registry.champion() is None
    assert registry.aliases().champion is None


@slow
def test_a_run_tells_what_mlflow_s_pages_compare(url: str, registry: Registry, tmp_path: Path) -> None:
    from dataclasses import replace

    from mlflow import MlflowClient
    from mlflow.models import Model

    about: dict[str, Any] = {
        "metrics": {"ndcg_at_10": 0.25},
        "data": {
            "events": 9,
            "people": 3,
            "titles": 3,
            "likes": 5,
            "last_event": 77,
            "last_at": "2026-11-20",
        },
        "code_version": "0.1.0",
        "trained_at": "2026-11-20T04:17:00+00:00",
    }
    pin = registry.save(replace(a_model(1, 2, 3), about=about))
    address = address_of(serving.chosen(url)[1])
    client = MlflowClient(address.url, address.url)
    version = client.get_model_version(address.model, str(pin.version))
    assert version.tags["mediatheque.sha256"] == pin.sha256
    run = client.get_run(version.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.params["model"] == "popularity"
    assert run.data.params["opinions.saved"]
    assert (run.data.metrics["ndcg_at_10"], run.data.metrics["people"]) == (0.25, 3)
    assert json.loads(run.data.tags["mediatheque.watermark"])["last_event"] == 77
    files = {entry.path.rpartition("/")[2] for entry in client.list_artifacts(version.run_id, "model")}
    assert files == {"arrays.npz", "items.npy", "model.json", "files.json", "MLmodel"}
    described = client.download_artifacts(version.run_id, "model/MLmodel", str(tmp_path))
    signature = Model.load(described).signature
    assert [(one.name, one.type, one.shape) for one in signature.outputs.inputs] == [
        ("scores", np.dtype("float32"), (3,))
    ]


@slow
def test_where_the_server_passes_no_artifacts_through_its_pages_do(
    url: str, registry: Registry, tmp_path: Path
) -> None:
    from mlflow import MlflowClient

    address = address_of(serving.chosen(url)[1])
    # Clients write into this store themselves, as they would into a bucket that they have a key of.
    MlflowClient(address.url, address.url).create_experiment(address.model, str(tmp_path / "bucket"))
    pin = registry.promote(registry.save(a_model(1, 2, 3)).version)
    assert Server(address).version(pin.version).source.startswith(str(tmp_path / "bucket"))
    assert champion_of(url, tmp_path).version == pin.version
    (path,) = (tmp_path / "bucket").rglob(ARRAYS)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(Invalid, match=r"arrays\.npz is not the one that was promoted"):
        champion_of(url, tmp_path)
    path.unlink()
    with pytest.raises((Invalid, Unavailable)):
        champion_of(url, tmp_path)


class _Asked(BaseHTTPRequestHandler):
    """A server behind a password and a path, with no model yet."""

    def do_GET(self) -> None:
        wanted = "Basic " + base64.b64encode(b"ada:s3cret word@").decode()
        is_known = self.headers.get("Authorization") == wanted
        is_there = self.path.startswith("/below/api/2.0/mlflow/")
        told = {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no such model"}
        body = json.dumps(told).encode() if is_there else b"<html>"
        self.send_response(401 if not is_known else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, *told: object) -> None:
        """Nothing."""


@pytest.fixture
def guarded() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Asked) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def test_user_password_and_path_are_the_url_s_and_the_password_is_never_shown(
    guarded: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    right = serving.open_registry(f"mlflow+http://ada:s3cret%20word%40@127.0.0.1:{guarded}/below/", tmp_path)
    assert right.champion() is None
    wrong = serving.open_registry(f"mlflow+http://ada:another-s3cret@127.0.0.1:{guarded}/below", tmp_path)
    with pytest.raises(Unavailable, match="refused the user or the password") as told:
        wrong.champion()
    assert "s3cret" not in str(told.value)
    elsewhere = serving.open_registry(f"mlflow+http://ada:s3cret%20word%40@127.0.0.1:{guarded}", tmp_path)
    # A page that is not there is no word of a server on its models.
    with pytest.raises(Unavailable, match="answered HTTP 404; see whether an MLflow server runs there"):
        elsewhere.champion()
    assert "s3cret" not in caplog.text
    assert "s3cret" not in repr(address_of("http://ada:s3cret@host"))


@pytest.mark.parametrize(
    "wrong",
    [
        "mlflow+http://",
        "mlflow+http://host?other=1",
        "mlflow+http://host:port",
        "mlflow+http://host?model=a'b",
    ],
)
def test_what_is_no_address_is_named(wrong: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="MEDIATHEQUE_REGISTRY_URL"):
        serving.open_registry(wrong, tmp_path)


def test_another_server_or_model_never_serves_from_this_one_s_copy(tmp_path: Path) -> None:
    urls = ("mlflow+http://one", "mlflow+http://two", "mlflow+http://one?model=b", "mlflow+https://one")
    assert len({serving.open_registry(url, tmp_path).folder for url in urls}) == len(urls)
    assert Server(address_of("http://one/")).address == Server(address_of("http://one")).address
    assert Pin(1, "a") != Pin(1, "b")

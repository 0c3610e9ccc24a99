"""A real PostgreSQL for every test that asks: one server a run, one fresh database a test."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import make_url

import mlflow_server as mlflow_process
import seaweedfs_server
from mediatheque.kit.database import Connection, Database
from mediatheque.kit.postgres import EmbeddedServer
from mediatheque.library.queries.users import User, add_user
from mediatheque.wiring import prepare
from servers import arcadedb_server as arcadedb
from servers import neo4j_server as neo4j
from servers.bolt import BoltServer

#: A server to test against instead of the embedded one, as a URL whose user may create databases.
SERVER_URL = "MEDIATHEQUE_TEST_SERVER_URL"


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL server that tests may fill with databases."""
    if given := os.environ.get(SERVER_URL):
        yield given
        return
    os.environ.setdefault("MEDIATHEQUE_POSTGRES_FSYNC", "off")
    with EmbeddedServer.open(tmp_path_factory.mktemp("server") / "postgres", linger_s=0.1) as server:
        yield server.url


@pytest.fixture(scope="session")
def template_database(server_url: str) -> Iterator[str]:
    """A database with our schema, to be copied."""
    name = _create(server_url)
    database = Database(_with_database(server_url, name))
    prepare(database)
    database.close()
    yield name
    _drop(server_url, name)


@pytest.fixture
def database_url(server_url: str, template_database: str) -> Iterator[str]:
    """A fresh database with our schema and nothing in it."""
    name = _create(server_url, template_database)
    yield _with_database(server_url, name)
    _drop(server_url, name)


@pytest.fixture
def empty_database_url(server_url: str) -> Iterator[str]:
    """A fresh database without even our schema."""
    name = _create(server_url)
    yield _with_database(server_url, name)
    _drop(server_url, name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open Database on a fresh schema."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def other_database(server_url: str, template_database: str) -> Iterator[Database]:
    """A second one, to compare with the first."""
    name = _create(server_url, template_database)
    database = Database(_with_database(server_url, name))
    yield database
    database.close()
    _drop(server_url, name)


@pytest.fixture
def db(database: Database) -> Iterator[Connection]:
    """A connection inside a transaction that is rolled back."""
    with database.engine.connect() as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def ada(database: Database) -> User:
    """The first user, so an admin."""
    with database.transaction() as db:
        return add_user(db, "Ada")


@pytest.fixture
def ben(database: Database, ada: User) -> User:
    """A second user."""
    with database.transaction() as db:
        return add_user(db, "Ben")


@pytest.fixture(scope="session")
def mlflow_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[mlflow_process.MlflowServer]:
    """A real MLflow server on this machine: one a run, ended with it whatever happens."""
    # Not imported to find out: imported without our settings, it would call home.
    if not all(find_spec(needed) for needed in ("mlflow", "flask", "flask_cors", "aiohttp")):
        pytest.skip("an MLflow server needs the extra 'dev'")
    folder = tmp_path_factory.mktemp("mlflow")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = [sys.executable, mlflow_process.__file__, str(folder), str(port)]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            program, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True
        ) as process,
    ):
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address, process, folder / "log")
            yield mlflow_process.MlflowServer(address, folder / "artifacts")
        finally:
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[seaweedfs_server.SeaweedServer]:
    """A real S3 server on this machine: one a run, ended with it whatever happens."""
    if not seaweedfs_server.is_installed():
        pytest.skip("a real S3 server needs the extra 'dev'")
    with seaweedfs_server.running(tmp_path_factory.mktemp("seaweedfs")) as server:
        yield server


@pytest.fixture(scope="session")
def neo4j_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoltServer]:
    """A real Neo4j Community on this machine: one a run, with one database, which whoever asks may fill and empty."""
    if why := neo4j.install():
        pytest.skip(why)
    with neo4j.serving(tmp_path_factory.mktemp("neo4j")) as server:
        yield server


@pytest.fixture(scope="session")
def arcadedb_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoltServer]:
    """A real ArcadeDB on this machine, as `neo4j_server`."""
    if not arcadedb.is_installed():
        pytest.skip("a small server of Bolt needs the extra 'dev'")
    with arcadedb.serving(tmp_path_factory.mktemp("arcadedb")) as server:
        yield server


def pytest_collection_finish(session: pytest.Session) -> None:
    """Fetch what tests need before they begin: a download is none of a test's time."""
    wanted: set[str] = set()
    for item in session.items:
        wanted |= set(getattr(item, "fixturenames", ()))
        wanted |= {str(p) for p in getattr(getattr(item, "callspec", None), "params", {}).values()}
    if not session.config.option.collectonly and wanted & {"neo4j", "neo4j_server"}:
        neo4j.install()


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    ends_at = time.monotonic() + 120
    while time.monotonic() < ends_at:
        assert process.poll() is None, log.read_text()
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{address}/health").status_code == 200:
                return
        time.sleep(0.2)
    raise AssertionError(f"the MLflow server did not start:\n{log.read_text()}")


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test sees the developer's settings or data."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith("MEDIATHEQUE_") and name not in (SERVER_URL, "MEDIATHEQUE_POSTGRES_FSYNC"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("MEDIATHEQUE_DATA_DIR", str(home / "data"))
    return home


def _with_database(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _admin(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(make_conninfo(**conninfo_to_dict(url)), autocommit=True)


def _create(url: str, template: str | None = None) -> str:
    name = f"test_{uuid.uuid4().hex}"
    with _admin(url) as admin:
        admin.execute(
            f"CREATE DATABASE {name}" + (f" TEMPLATE {template} STRATEGY file_copy" if template else "")
        )
    return name


def _drop(url: str, name: str) -> None:
    """Not WITH (FORCE): it would also end a passing autovacuum worker, which only a superuser may."""
    with _admin(url) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s AND usename = current_user",
            (name,),
        )
        admin.execute(f"DROP DATABASE IF EXISTS {name}")

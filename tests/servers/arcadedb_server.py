"""A small real server of Bolt (ArcadeDB, which brings its own Java) for tests; it ends with whoever started it: FOLDER PORT."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Generator
from importlib.util import find_spec
from pathlib import Path

from servers.bolt import BoltServer, end_with_parent, free_port, running

USER, PASSWORD, DATABASE = "root", "a-password-of-tests", "library"


def is_installed() -> bool:
    """Whether the package that carries the server is here."""
    return find_spec("arcadedb_embedded") is not None


@contextlib.contextmanager
def serving(folder: Path) -> Generator[BoltServer]:
    """A server with its files below `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    program = [sys.executable, "-m", "servers.arcadedb_server", str(folder), str(port), str(free_port())]
    with running(BoltServer(program, folder, port, USER, PASSWORD, DATABASE)) as server:
        yield server


def main(folder: str, port: str, http_port: str) -> None:
    # It writes ./log wherever it stands.
    os.chdir(folder)
    os.environ["ARCADEDB_JVM_ARGS"] = "-Xms64m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
    import arcadedb_embedded

    server = arcadedb_embedded.create_server(
        f"{folder}/data",
        PASSWORD,
        {
            "host": "127.0.0.1",
            "http_port": int(http_port),
            "server_plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
            "bolt_port": int(port),
        },
    )
    server.start()
    server.create_database(DATABASE)
    end_with_parent()


if __name__ == "__main__":
    main(*sys.argv[1:])

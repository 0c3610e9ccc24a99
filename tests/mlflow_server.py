"""A real MLflow server for tests, which ends with whoever started it: FOLDER PORT.

mlflow-skinny carries the server; with Flask, aiohttp and SQLAlchemy it starts, with SQLite and files below FOLDER.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path

#: No telemetry, no process for jobs that nobody here has.
ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "1",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
}


@dataclass(frozen=True)
class MlflowServer:
    """A running MLflow server, and the folder where its artifacts are."""

    address: str
    artifacts: Path

    def url(self) -> str:
        """As `MEDIATHEQUE_REGISTRY_URL` says it, with a model of its own for each who asks."""
        return f"mlflow+{self.address}?model=test-{uuid.uuid4().hex}"


def main(folder: str, port: str) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ.update(ENVIRONMENT)
    from mlflow.cli import cli

    database, files = f"sqlite:///{Path(folder) / 'mlflow.db'}", str(Path(folder) / "artifacts")
    where = ["--backend-store-uri", database, "--artifacts-destination", files]
    cli(["server", *where, "--host", "127.0.0.1", "--port", port, "--workers", "1"])


def _end_with_parent() -> None:
    """Our input ends when the parent closes it or dies; the server has processes of its own, in our group."""
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])

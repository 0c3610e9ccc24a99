"""A server of the Bolt protocol as tests need one: started on a port of this machine, killed, and started again."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

#: How long a server may take until it answers; on a busy machine a JVM is slow.
_STARTS_WITHIN_S = 150


@dataclass
class BoltServer:
    """One server: its program (which reads its own end from its input), its port and how to sign in."""

    program: list[str]
    folder: Path
    port: int
    user: str
    password: str
    database: str
    #: What there is to do once it answers for the first time.
    prepare: Callable[[BoltServer], None] = lambda server: None
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        return f"bolt://127.0.0.1:{self.port}"

    def url(self, port: int | None = None) -> str:
        """As `MEDIATHEQUE_GRAPH_URL` says it; by another port, where somebody listens in between."""
        who = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        return f"bolt://{who}@127.0.0.1:{port or self.port}/{self.database}"

    def start(self) -> None:
        """Start it where it is not running, with what it held before, and wait until it answers."""
        if self._process is not None:
            return
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self.program,
                cwd=Path(__file__).parents[1],  # where the package of the program is
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            self._wait()
        except BaseException:
            self.kill()
            raise

    def kill(self) -> None:
        """End it as a power cut would; once more does nothing."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdin is not None:
            process.stdin.close()

    def _wait(self) -> None:
        # Here alone: the program itself, which is asked for nothing, is to stay small.
        from neo4j import GraphDatabase
        from neo4j.exceptions import DriverError, Neo4jError

        ends_at = time.monotonic() + _STARTS_WITHIN_S
        why: Exception | None = None
        while time.monotonic() < ends_at:
            assert self._process is not None
            assert self._process.poll() is None, self._said()
            try:
                self.prepare(self)
                with (
                    GraphDatabase.driver(self.address, auth=(self.user, self.password)) as driver,
                    driver.session(database=self.database) as session,
                ):
                    session.run("RETURN 1").consume()
                return
            except (DriverError, Neo4jError, OSError) as error:
                why = error
            time.sleep(0.2)
        raise AssertionError(f"the server did not answer ({why}):\n{self._said()}")

    def _said(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-10_000:]


@contextlib.contextmanager
def running(server: BoltServer) -> Generator[BoltServer]:
    """The server for the length of a block."""
    server.start()
    try:
        yield server
    finally:
        server.kill()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def end_with_parent() -> None:
    """Wait until the input ends, as it does when whoever started this closes it or dies; then end the whole group."""
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)

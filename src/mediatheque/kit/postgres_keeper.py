"""The small process that owns the embedded PostgreSQL: started by the first client, gone after the last.

`python -S -P -m mediatheque.kit.postgres_keeper HOME BINARIES REPORT_FD LINGER_S socket|tcp`
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from pathlib import Path

from mediatheque.kit.errors import Invalid, MediathequeError
from mediatheque.kit.postgres_cluster import Cluster
from mediatheque.kit.postgres_files import (
    Files,
    is_still_at,
    lock_within,
    open_lock,
    open_private,
    try_lock,
    unlock,
)
from mediatheque.kit.postgres_process import Postgres, bound_log

_POLL_S = 0.25
_MOST_RESTARTS = 5
_RESTARTS_WITHIN_S = 60.0


class Keeper:
    """Keeps one server running as long as somebody has a share in `clients.lock`."""

    def __init__(self, files: Files, server: Postgres, version: str, linger_s: float) -> None:
        self._files = files
        self._server = server
        self._version = version
        self._linger_s = linger_s
        self._clients = open_lock(files.clients)
        self._idle_since: float | None = None
        self._restarts: list[float] = []
        self._is_told_to_stop = False
        self._wakeup = self._listen_to_signals()

    def start(self) -> None:
        self._server.start()
        self._files.write_state(
            {
                "url": self._server.url,
                "version": self._version,
                "is_tcp": self._server.is_tcp,
                "keeper_pid": os.getpid(),
                "server_pid": self._server.pid,
            }
        )

    def watch(self) -> None:
        """Until nobody needs the server; holds `clients.lock` from then to the end of the process."""
        while True:
            select.select([self._wakeup], [], [], self._pause_s())
            _drain(self._wakeup)
            if not is_still_at(self._clients, self._files.clients):
                say("the data directory was deleted: stopping at once")
                self._server.stop(signal.SIGQUIT)
                return
            if self._is_told_to_stop or self._is_deserted():
                break
            if not self._server.is_running():
                self._restart()
            bound_log(self._files.server_log)
        self._files.state.unlink(missing_ok=True)
        say("stopped cleanly" if self._server.stop() else "had to be killed")

    def _pause_s(self) -> float:
        if self._idle_since is None:
            return _POLL_S
        return max(0.01, min(_POLL_S, self._idle_since + self._linger_s - time.monotonic()))

    def _is_deserted(self) -> bool:
        """Nobody has been there for the linger; if so, nobody can come any more."""
        if not try_lock(self._clients):
            self._idle_since = None
            return False
        now = time.monotonic()
        if self._idle_since is None:
            self._idle_since = now
        if now - self._idle_since >= self._linger_s:
            return True
        unlock(self._clients)
        return False

    def _restart(self) -> None:
        self._files.state.unlink(missing_ok=True)
        now = time.monotonic()
        self._restarts = [at for at in self._restarts if now - at < _RESTARTS_WITHIN_S]
        if len(self._restarts) >= _MOST_RESTARTS:
            say(f"PostgreSQL died {_MOST_RESTARTS} times in {_RESTARTS_WITHIN_S:.0f} s: giving up")
            raise SystemExit(1)
        self._restarts.append(now)
        say("PostgreSQL died: starting it again")
        self.start()

    def _listen_to_signals(self) -> int:
        heard, rung = os.pipe()
        os.set_blocking(heard, False)
        os.set_blocking(rung, False)
        signal.set_wakeup_fd(rung, warn_on_full_buffer=False)
        # A handler that does nothing, so that the signal arrives and rings.
        signal.signal(signal.SIGCHLD, _hear)
        for told in (signal.SIGTERM, signal.SIGINT):
            signal.signal(told, self._stop_soon)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        return heard

    def _stop_soon(self, *_: object) -> None:
        self._is_told_to_stop = True


def _hear(*_: object) -> None:
    return


def say(text: str) -> None:
    """A line in the keeper's log, where stderr goes."""
    sys.stderr.write(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} [{os.getpid()}] {text}\n")
    sys.stderr.flush()


def main(arguments: list[str]) -> int:
    home, binaries, report_fd, linger_s, way = arguments
    files, report = Files(Path(home)), int(report_fd)
    os.umask(0o077)
    if os.fork():
        # The client waits for this first process only, so it never has a zombie of ours.
        os._exit(0)
    _log_to(files.keeper_log)
    keeper_lock = lock_within(files.keeper, 2.0)
    if keeper_lock is None:
        _report(report, {"is_busy": True})
        return 0
    try:
        cluster = Cluster(files, Path(binaries))
        server = Postgres(files, cluster, cluster.prepare(), tcp=way == "tcp")
        keeper = Keeper(files, server, cluster.version, float(linger_s))
        keeper.start()
    except (MediathequeError, OSError) as error:
        say(str(error))
        _report(report, {"error": str(error), "is_invalid": isinstance(error, Invalid)})
        return 1
    say(f"PostgreSQL {cluster.version} runs")
    _report(report, {})
    keeper.watch()
    return 0


def _log_to(log: Path) -> None:
    bound_log(log, 256 << 10)
    descriptor = open_private(log, os.O_WRONLY | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)


def _report(descriptor: int, outcome: dict[str, object]) -> None:
    try:
        os.write(descriptor, json.dumps(outcome).encode())
    except BrokenPipeError:
        say("the client that asked is gone")
    os.close(descriptor)


def _drain(descriptor: int) -> None:
    try:
        os.read(descriptor, 4096)
    except BlockingIOError:
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The PostgreSQL process under a keeper: cleared of what a crash left, started, awaited, stopped."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from mediatheque.kit.errors import Unavailable
from mediatheque.kit.postgres_cluster import DATABASE, ROLE, Cluster, server_environment
from mediatheque.kit.postgres_files import Files, lock_within, open_private, write_whole
from mediatheque.kit.postgres_identity import Identity

_SOCKET_PORT = 5432
_READY_LINE = 7


class Postgres:
    """One running server; it holds `server.lock` as long as any process of it lives."""

    def __init__(self, files: Files, cluster: Cluster, identity: Identity, *, tcp: bool) -> None:
        self.is_tcp = tcp or not cluster.fits_a_socket()
        self.url = ""
        self._files = files
        self._cluster = cluster
        self._identity = identity
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        return self._child.pid if self._child else 0

    def start(self) -> None:
        """Start and wait until it accepts connections; crash recovery takes as long as it takes."""
        lock = _take_over(self._files)
        try:
            for _ in range(3):
                port = _free_port(self._files.port) if self.is_tcp else _SOCKET_PORT
                self._spawn(port, lock)
                if self._is_ready():
                    self.url = self._url(port)
                    return
                # Somebody else may have taken the port since we looked.
                if not (self.is_tcp and "could not bind" in self._last_words()):
                    break
        finally:
            os.close(lock)
        raise Unavailable(
            f"PostgreSQL did not start in {self._files.home}; mend what it says and start again (all of it"
            f" is in {self._files.server_log}). It said:\n{self._last_words()}"
        )

    def is_running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def stop(self, first: signal.Signals = signal.SIGINT) -> bool:
        """Stop (SIGINT: after a checkpoint; SIGQUIT: at once); whether it ended as asked."""
        if self._child is None:
            return True
        for sign, seconds in ((first, 60.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0)):
            self._child.send_signal(sign)
            try:
                self._child.wait(seconds)
            except subprocess.TimeoutExpired:
                continue
            return sign is first
        return False

    def _spawn(self, port: int, lock: int) -> None:
        addresses, folder = ("127.0.0.1", "") if self.is_tcp else ("", ".")
        log = open_private(self._files.server_log, os.O_WRONLY | os.O_APPEND)
        keeper = os.getpid()
        try:
            self._child = subprocess.Popen(  # noqa: S603
                [
                    str(self._cluster.binaries / "postgres"),
                    *("-D", str(self._cluster.path), "-p", str(port)),
                    *("-c", f"listen_addresses={addresses}", "-c", f"unix_socket_directories={folder}"),
                    *("-c", "unix_socket_permissions=0700", "-c", "logging_collector=off"),
                    *("-c", "log_destination=stderr"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=server_environment(),
                pass_fds=(lock,),
                start_new_session=True,
                preexec_fn=lambda: self._identity.take_on_and_die_with(keeper),
            )
        finally:
            os.close(log)

    def _is_ready(self) -> bool:
        """As pg_ctl asks: the server writes its state into postmaster.pid."""
        while self.is_running():
            lines = _pid_file_lines(self._files.cluster)
            if len(lines) > _READY_LINE and lines[0] == str(self.pid) and lines[_READY_LINE] == "ready":
                return True
            time.sleep(0.005)
        return False

    def _url(self, port: int) -> str:
        if self.is_tcp:
            password = quote(self._cluster.password(), safe="")
            return f"postgresql://{ROLE}:{password}@127.0.0.1:{port}/{DATABASE}?sslmode=disable"
        folder = quote(os.fsencode(self._cluster.path), safe="")
        return f"postgresql://{ROLE}@/{DATABASE}?host={folder}&port={port}"

    def _last_words(self) -> str:
        try:
            tail = self._files.server_log.read_bytes()[-2000:]
        except FileNotFoundError:
            return "(nothing)"
        return "\n".join(tail.decode(errors="replace").splitlines()[-6:])


def _take_over(files: Files) -> int:
    """`server.lock`, once no process of an earlier server is left, with its leftovers cleared."""
    lock = lock_within(files.server, 2.0)
    for sign in (signal.SIGINT, signal.SIGQUIT):
        if lock is not None:
            break
        # Where the kernel does not tell the server that its keeper died, it is told here.
        if (orphan := _live_postmaster(files.cluster)) is not None:
            os.kill(orphan, sign)
        lock = lock_within(files.server, 20.0)
    if lock is None:
        raise Unavailable(
            f"an earlier PostgreSQL on {files.cluster} does not end; stop the process that"
            f" `fuser {files.server}` names, then start again"
        )
    stranger = _live_postmaster(files.cluster)
    if stranger is not None:
        os.close(lock)
        raise Unavailable(
            f"a PostgreSQL that somebody started by hand (process {stranger}) uses {files.cluster};"
            f" stop it with `kill -INT {stranger}`, then start again"
        )
    # No server of ours and no other: what lies here is stale, whoever has its process id now.
    (files.cluster / "postmaster.pid").unlink(missing_ok=True)
    for leftover in files.cluster.glob(".s.PGSQL.*"):
        leftover.unlink()
    return lock


def _live_postmaster(cluster: Path) -> int | None:
    """The process named in postmaster.pid, if it is indeed a PostgreSQL on this cluster."""
    lines = _pid_file_lines(cluster)
    if not lines or not lines[0].isdigit():
        return None
    pid = int(lines[0])
    here = Path(f"/proc/{pid}/cwd")
    if Path("/proc/self").exists():
        try:
            return pid if here.samefile(cluster) else None
        except OSError:
            return None
    named = subprocess.run(  # noqa: S603
        ["ps", "-o", "command=", "-p", str(pid)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    return pid if "postgres" in named.stdout and str(cluster) in named.stdout else None


def _pid_file_lines(cluster: Path) -> list[str]:
    try:
        text = (cluster / "postmaster.pid").read_text(errors="replace")
    except OSError:
        return []
    return [line.strip() for line in text.splitlines()]


def _free_port(remembered: Path) -> int:
    """The port of last time if it is free (so that known URLs stay right), else another."""
    try:
        wanted = [int(remembered.read_text())]
    except (OSError, ValueError):
        wanted = []
    for port in (*wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            port = int(probe.getsockname()[1])
        write_whole(remembered, str(port))
        return port
    raise Unavailable("no TCP port is free on 127.0.0.1; close some programs and start again")


def bound_log(log: Path, most_bytes: int = 4 << 20) -> None:
    """Keep a log and the one before; the writer appends, so emptying the file suffices."""
    try:
        if log.stat().st_size <= most_bytes:
            return
        write_whole(log.with_suffix(".log.1"), log.read_text(errors="replace")[-most_bytes:])
        os.truncate(log, 0)
    except FileNotFoundError:
        return

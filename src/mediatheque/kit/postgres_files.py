"""What lies in the embedded server's directory, and the file locks by which processes agree about it.

Every agreement is a `flock`: the kernel drops it when its holder dies, however it dies, so nothing
here ever asks whether some process id is "still the same process".

- `clients.lock`  shared by every client; the keeper may stop only while it has it exclusively
- `start.lock`    exclusive while a client looks whether it has to start a keeper
- `keeper.lock`   exclusive for a keeper's whole life
- `server.lock`   exclusive and inherited by PostgreSQL: free when its last process is gone
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path
from typing import TypedDict, cast

from mediatheque.kit.errors import Unavailable


class State(TypedDict):
    """What a client must know about the running server."""

    url: str
    version: str
    is_tcp: bool
    keeper_pid: int
    server_pid: int


class Files:
    """The names in one server's directory."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.cluster = home / "cluster"
        self.clients = home / "clients.lock"
        self.start = home / "start.lock"
        self.keeper = home / "keeper.lock"
        self.server = home / "server.lock"
        self.state = home / "server.json"
        self.port = home / "port"
        self.keeper_log = home / "keeper.log"
        self.server_log = home / "server.log"

    def read_state(self) -> State | None:
        try:
            return cast(State, json.loads(self.state.read_bytes()))
        except FileNotFoundError:
            return None

    def write_state(self, state: State) -> None:
        write_whole(self.state, json.dumps(state))


def open_private(path: Path, flags: int) -> int:
    """A file only its owner can read; made by root in somebody's directory, it is theirs."""
    try:
        descriptor = os.open(path, flags | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise Unavailable(
            f"{path} cannot be opened ({error.strerror}); the embedded database needs a directory that"
            f" you may write: mend the rights of {path.parent}, or choose another MEDIATHEQUE_DATA_DIR"
        ) from error
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


def write_whole(path: Path, text: str) -> None:
    """Write a small private file so that a reader sees all of it or the one before."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = open_private(draft, os.O_WRONLY | os.O_TRUNC)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
    draft.replace(path)


def open_lock(path: Path) -> int:
    return open_private(path, os.O_RDWR)


def try_lock(descriptor: int, *, shared: bool = False) -> bool:
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def unlock(descriptor: int) -> None:
    fcntl.flock(descriptor, fcntl.LOCK_UN)


def lock_within(path: Path, seconds: float, *, shared: bool = False) -> int | None:
    """A descriptor that holds the lock, or None when it stayed taken for so long."""
    deadline = time.monotonic() + seconds
    while True:
        descriptor = open_lock(path)
        # The directory may have been deleted and made anew since the file was opened.
        if try_lock(descriptor, shared=shared) and is_still_at(descriptor, path):
            return descriptor
        os.close(descriptor)
        if time.monotonic() >= deadline:
            return None
        time.sleep(0.01)


def is_still_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def is_locked(path: Path) -> bool:
    """Whether somebody holds the lock exclusively."""
    descriptor = open_lock(path)
    try:
        return not try_lock(descriptor, shared=True)
    finally:
        os.close(descriptor)

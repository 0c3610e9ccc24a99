"""The real thing to try the page on: a library made once a run, and `mediatheque up` over it, worker and models included."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mediatheque.accounts.passwords import hash_password
from mediatheque.accounts.queries import set_password
from mediatheque.accounts.sessions import begin_session, write_session
from mediatheque.accounts.tokens import signing_key
from mediatheque.api.cookies import COOKIE
from mediatheque.kit.settings import read_settings
from mediatheque.library.queries.users import User, add_user, all_users
from mediatheque.wiring import Mediatheque, open_mediatheque

PROGRAM = Path(sys.executable).with_name("mediatheque")
#: What people who are made for a test sign in with.
PASSWORD = "a long enough password"
_STARTS_WITHIN_S = 60


@dataclass(frozen=True)
class Served:
    """The app under test: where it is, and its library opened a second time, to prepare things and to look."""

    url: str
    app: Mediatheque

    @cached_property
    def password_hash(self) -> str:
        """Worked out once: it takes a while by design."""
        return hash_password(PASSWORD)

    def person(self, name: str) -> User:
        """Somebody who is here."""
        with self.app.database.transaction() as db:
            return next(user for user in all_users(db) if user.name == name)

    def newcomer(self, name: str = "Vera") -> User:
        """Somebody new with PASSWORD, under a name that is nobody else's."""
        with self.app.database.transaction() as db:
            user = add_user(db, f"{name} {uuid.uuid4().hex[:6]}")
            set_password(db, user.id, self.password_hash)
        return user

    def cookie(self, user: User) -> dict[str, str]:
        """The cookie of a session, as a browser keeps it: signing in by the form is tried once, and slow by design."""
        token = write_session(signing_key(self.app.settings), begin_session(user.id))
        return {"name": COOKIE, "value": token.text, "url": self.url}


@contextlib.contextmanager
def served(data_dir: Path, *options: str, is_demo: bool = False) -> Generator[Served]:
    """`mediatheque up` on a free port over the library in this folder, until the end."""
    log = data_dir.parent / f"up-{uuid.uuid4().hex[:6]}.log"
    command = [PROGRAM, "--data-dir", data_dir, "up", "--port", "0", "--json", *options]
    if is_demo:
        command.append("--demo")
    environment = _environment()
    with (
        log.open("wb") as out,
        subprocess.Popen(command, stdout=out, stderr=out, env=environment) as process,
    ):
        try:
            url = _address(process, log)
            settings = read_settings(data_dir=data_dir / "demo" if is_demo else data_dir)
            with contextlib.closing(open_mediatheque(settings, pool_size=2, is_demo=is_demo)) as app:
                yield Served(url, app)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


@contextlib.contextmanager
def locked(path: Path) -> Generator[None]:
    """One at a time, also among the processes of a run."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make_demo(data_dir: Path) -> None:
    """The demo's household in this folder, unless it is there; as `make demo` makes it, with a smaller listener."""
    done = data_dir / "made"
    with locked(data_dir.parent / f"{data_dir.name}.lock"):
        if done.exists():
            return
        command = [PROGRAM, "--data-dir", data_dir, "demo", "--json"]
        made = subprocess.run(command, capture_output=True, text=True, check=False, env=_environment())
        assert made.returncode == 0, made.stdout + made.stderr
        done.touch()


def _environment() -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MEDIATHEQUE_")}
    return kept | {
        "MEDIATHEQUE_POSTGRES_FSYNC": "off",
        "MEDIATHEQUE_SPEECH": "whisper?model=tiny.en",
        # Where the links lead that the tests serve themselves.
        "MEDIATHEQUE_ALLOW_PRIVATE_ADDRESSES": "127.0.0.1",
        "MEDIATHEQUE_LOG_LEVEL": "WARNING",
    }


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    ends_at = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < ends_at:
        for line in log.read_text(errors="replace").splitlines():
            with contextlib.suppress(ValueError):
                if url := json.loads(line).get("url"):
                    return str(url)
        assert process.poll() is None, log.read_text(errors="replace")
        time.sleep(0.05)
    raise AssertionError(f"It did not start:\n{log.read_text(errors='replace')}")

"""As whom PostgreSQL runs: as ourselves, or, since it refuses root, as an unprivileged numeric user.

No system user is added and no right of a directory outside the cluster is changed. Where the data or
the binaries lie below a directory that only root may enter, the process keeps one capability, to pass
through directories, as an ambient one.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import sys
from pathlib import Path

from mediatheque.kit.errors import Unavailable

CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2

_FIRST_UNCLAIMED_ID = 54321

_PR_SET_PDEATHSIG = 1
_PR_SET_SECUREBITS = 28
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_SECBIT_NO_SETUID_FIXUP = 4
_CAPABILITY_VERSION_3 = 0x20080522

_libc: ctypes.CDLL | None = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _prctl(option: int, value: int, third: int = 0) -> None:
    if _libc is None:
        return
    if _libc.prctl(option, *(ctypes.c_ulong(n) for n in (value, third, 0, 0))) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option}")


def _keep_only(capability: int) -> None:
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    bit = 1 << capability
    # effective, permitted, inheritable for capabilities 0-31, then the same for 32-63
    sets = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
    if _libc is None or _libc.capset(header, sets) != 0:
        raise OSError(ctypes.get_errno(), "capset")
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability)


class Identity:
    """A user and group id to become (None: stay who we are), and the capability to keep."""

    def __init__(self, uid: int | None = None, gid: int | None = None, capability: int | None = None) -> None:
        self.uid = uid
        self.gid = gid
        self.capability = capability

    def take_on(self) -> None:
        """Become this identity; for a forked child, before it executes a program."""
        if self.uid is None or self.gid is None:
            return
        if self.capability is not None:
            # Without it access(2), by which PostgreSQL looks for its own files, ignores capabilities.
            _prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP)
        os.setgroups([])
        os.setresgid(self.gid, self.gid, self.gid)
        os.setresuid(self.uid, self.uid, self.uid)
        if self.capability is not None:
            _keep_only(self.capability)
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)

    def take_on_and_die_with(self, parent: int) -> None:
        """Become this identity, and be asked to stop (fast shutdown) when the parent dies."""
        self.take_on()
        # After the change of user, which would reset it. Elsewhere than on Linux the next keeper
        # finds the orphan by its lock and stops it.
        _prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != parent:
            os._exit(1)

    def owns(self, tree: Path) -> None:
        """Give a directory and all below it to this identity."""
        if self.uid is None or self.gid is None:
            return
        try:
            for folder, _, names in os.walk(tree):
                for name in (".", *names):
                    os.chown(Path(folder, name), self.uid, self.gid, follow_symlinks=False)
        except OSError as error:
            raise Unavailable(
                f"PostgreSQL refuses to run as root, and {tree} cannot be given to user {self.uid}"
                f" ({error.strerror}); choose a MEDIATHEQUE_DATA_DIR on a disk that knows owners, run as an"
                " ordinary user, or set MEDIATHEQUE_DATABASE_URL to a server of yours"
            ) from error

    def reaches(self, folder: Path, program: Path) -> bool:
        """Whether, once taken on, it can enter the folder and run the program."""
        child = os.fork()
        if child == 0:
            reached = False
            try:
                self.take_on()
                reached = os.access(folder, os.X_OK) and os.access(program, os.R_OK | os.X_OK)
            finally:
                os._exit(0 if reached else 1)
        return os.waitpid(child, 0)[1] == 0


def server_identity(cluster: Path, program: Path) -> Identity:
    """Who is to run the server whose cluster is, or will be, at this path."""
    owner = cluster.stat() if cluster.exists() else None
    if os.geteuid() != 0:
        if owner is not None and owner.st_uid != os.geteuid():
            raise Unavailable(
                f"{cluster} belongs to user {owner.st_uid} and you are user {os.geteuid()}; run as that user"
                " (or root), or choose another MEDIATHEQUE_DATA_DIR"
            )
        return Identity()
    if owner is not None and owner.st_uid != 0:
        return _reaching(owner.st_uid, owner.st_gid, cluster.parent, program)
    unclaimed = _unclaimed_id()
    return _reaching(unclaimed, unclaimed, cluster.parent, program)


def initdb_identity(cluster: Path, program: Path) -> Identity:
    """Who is to run initdb: it wants an id that has a name, so for root's sake it is `nobody`."""
    if os.geteuid() != 0:
        try:
            pwd.getpwuid(os.geteuid())
        except KeyError:
            raise Unavailable(
                f"PostgreSQL's initdb wants user {os.geteuid()} to have a name in /etc/passwd; add one, run as"
                " root or as a user with a name, or set MEDIATHEQUE_DATABASE_URL to a server of yours"
            ) from None
        return Identity()
    entries = [entry for entry in pwd.getpwall() if entry.pw_uid != 0]
    if not entries:
        raise Unavailable(
            "PostgreSQL's initdb refuses root, and /etc/passwd has no other user; add the usual 'nobody', or"
            " set MEDIATHEQUE_DATABASE_URL to a server of yours"
        )
    entry = min(entries, key=lambda entry: entry.pw_name != "nobody")
    return _reaching(entry.pw_uid, entry.pw_gid, cluster.parent, program)


def _unclaimed_id() -> int:
    number = _FIRST_UNCLAIMED_ID
    users = {entry.pw_uid for entry in pwd.getpwall()}
    while number in users:
        number += 1
    return number


def _reaching(uid: int, gid: int, folder: Path, program: Path) -> Identity:
    """The identity with the least capability that can do the work."""
    for capability in (None, CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
        identity = Identity(uid, gid, capability)
        if identity.reaches(folder, program):
            return identity
    raise Unavailable(
        f"PostgreSQL refuses to run as root, and user {uid} cannot reach {folder} and {program} (this root"
        " lacks CAP_SETUID, or CAP_DAC_READ_SEARCH with CAP_SETPCAP); put MEDIATHEQUE_DATA_DIR and the"
        " installation where everybody may pass, run as an ordinary user, or set MEDIATHEQUE_DATABASE_URL"
        " to a server of yours"
    )

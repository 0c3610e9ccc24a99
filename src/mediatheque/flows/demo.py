"""A household to try everything on: two invented people, their exports, and the starter catalogue."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from tempfile import TemporaryDirectory

from mediatheque.accounts.passwords import hash_password
from mediatheque.accounts.queries import password_hash_of, set_password
from mediatheque.enrich.sources import SourceSettings, SyncPlan
from mediatheque.flows.catalogue import sync
from mediatheque.flows.import_history import import_file
from mediatheque.importers import Options
from mediatheque.kit.database import Connection, Database
from mediatheque.kit.errors import Conflict
from mediatheque.library.queries.batches import Batch, list_batches
from mediatheque.library.queries.claims import count_claims
from mediatheque.library.queries.users import User, add_user, all_users, set_sharing

#: What both members of the household sign in with; their library holds nothing that is anybody's.
PASSWORD = "demo-household"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the household, and the exports in the folder of their name; a folder is packed as a ZIP."""

    name: str
    exports: tuple[str, ...]
    profile: str | None = None


HOUSEHOLD = (
    Member("Nora", ("NetflixViewingHistory.csv", "letterboxd-nora", "goodreads_library_export.csv")),
    Member(
        "Emil",
        ("netflix-report", "watch-history.json", "ratings.csv", "goodreads_library_export.csv"),
        profile="Emil",
    ),
)

#: What to look for, in words that are in no title.
SEARCHES = (
    "an astronaut stranded far from home",
    "two sisters and the secrets of a small town",
    "finding comfort in cooking for strangers",
)


#: Who asks how what hangs together with what; "me" is whoever asks.
PATHS = (
    ("Emil", "Dune (1965)", "Blade Runner 2049 (2017)"),
    ("Emil", "me", "Roma (2018)"),
    ("Nora", "Listening in the Dark", "Do Androids Dream of Electric Sheep? (1968)"),
)


def check_is_demo(db: Connection) -> None:
    """Raise Conflict when this library belongs to real people: the demo never mixes with their histories."""
    ours = {member.name for member in HOUSEHOLD}
    if others := [user.name for user in all_users(db) if user.name not in ours]:
        raise Conflict(
            f"The demo needs a library of its own, and this one belongs to {', '.join(others)}. Unset "
            "MEDIATHEQUE_DATABASE_URL, or name an empty database there"
        )


def load_catalogue(database: Database, on_progress: Callable[[int], None] | None = None) -> int:
    """Bring the starter catalogue in, unless it is there; how many works it has."""
    with database.transaction() as db:
        there = count_claims(db).get("starter", 0)
    synced = sync(database, "starter", SourceSettings(), SyncPlan(limit=100_000), on_progress=on_progress)
    return max(there, synced.seen)


def move_in(db: Connection) -> dict[str, User]:
    """The members of the household by name, made when they are not there yet: they let each other see their taste."""
    there = {user.name: user for user in all_users(db)}
    for member in HOUSEHOLD:
        user = there.get(member.name) or set_sharing(db, add_user(db, member.name).id, shares_taste=True)
        if password_hash_of(db, user.id) is None:
            set_password(db, user.id, hash_password(PASSWORD))
        there[member.name] = user
    return there


def import_exports(database: Database, user: User, member: Member) -> list[Batch]:
    """Import a member's exports; one that was imported before is not read again."""
    with database.transaction() as db:
        before = {b.file_name: b for b in list_batches(db, user.id) if b.state == "done"}
    done: list[Batch] = []
    for name in member.exports:
        with _as_file(name, member) as path:
            options = Options(profile=member.profile)
            known = before.get(path.name)
            done.append(known or import_file(database, user.id, path, options=options))
    return done


@contextmanager
def _as_file(name: str, member: Member) -> Generator[Path]:
    export = resources.files("mediatheque").joinpath("demo_exports", member.name.lower(), name)
    if export.is_file():
        with resources.as_file(export) as path:
            yield path
        return
    with TemporaryDirectory() as folder:
        path = Path(folder, f"{name}.zip")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            _pack(archive, export, "")
        yield path


def _pack(archive: zipfile.ZipFile, folder: Traversable, prefix: str) -> None:
    """The folder's files under names and times that are the same in every run."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            _pack(archive, entry, f"{prefix}{entry.name}/")
        else:
            archive.writestr(zipfile.ZipInfo(f"{prefix}{entry.name}"), entry.read_bytes())

"""Watched folders: what somebody drops there is in their archive a minute later."""

from __future__ import annotations

import logging
import mimetypes
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mediatheque.archive.queries import watching
from mediatheque.archive.queries.media import Media
from mediatheque.archive.queries.watching import FileState, WatchedFolder
from mediatheque.flows.archiving import Wishes, add_file
from mediatheque.jobs.states import Lane
from mediatheque.kit.errors import Invalid, TooLarge

if TYPE_CHECKING:
    from mediatheque.kit.database import Connection
    from mediatheque.wiring import Mediatheque

_log = logging.getLogger(__name__)

#: A file that was written to so recently may not be whole yet.
SETTLED_S = 10.0
#: Looked at in one go; more come with the next look.
_MOST_AT_ONCE = 500
#: Files that programs write beside what they make.
_UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", ".download", ".filepart", ".!ut", ".opdownload")
#: What a container of sound may be taken for by its name.
_MAYBE_SOUND = (
    "application/ogg",
    "application/mp4",
    "application/octet-stream",
    "application/vnd.rn-realmedia",
)


@dataclass(frozen=True, slots=True)
class Looked:
    """What looking through a folder brought: new recordings, files that were here already, and files of no use."""

    added: int = 0
    known: int = 0
    refused: tuple[str, ...] = ()
    #: Written to a moment ago: for the next look.
    unsettled: int = 0


def watch(app: Mediatheque, db: Connection, user_id: int, path: Path, wishes: Wishes) -> tuple[int, bool]:
    """Watch a folder on this machine for a person; its number, and whether it is new. Raises Invalid."""
    folder = path.expanduser().resolve()
    if not folder.is_dir():
        raise Invalid(f"{folder} is no folder on this machine; make it first.")
    if not os.access(folder, os.R_OK | os.X_OK):
        raise Invalid(f"{folder} cannot be read by the account that Mediatheque runs as; give it leave to.")
    data = app.data_dir.resolve()
    if folder == data or data in folder.parents or folder in data.parents:
        raise Invalid(f"{folder} holds Mediatheque's own files; choose another folder.")
    options = {name: value for name, value in asdict(wishes).items() if value and name != "title"}
    return watching.add_folder(db, user_id, str(folder), options)


def look_through_all(app: Mediatheque) -> None:
    """Take in what is new in everybody's folders, as far as they are on this machine."""
    with app.database.transaction() as db:
        folders = watching.list_folders(db)
    for folder in folders:
        if Path(folder.path).is_dir():
            look_through(app, folder)


def look_through(
    app: Mediatheque,
    folder: WatchedFolder,
    *,
    settled_s: float = SETTLED_S,
    on_progress: Callable[[int], None] | None = None,
) -> Looked:
    """Take in what is new in a folder and those below it. Files stay where they are; what is kept is a copy.

    Nothing is taken twice, whenever this is interrupted and however many processes look.
    """
    added = known = unsettled = 0
    refused: list[str] = []
    for path, name, state in _new_files(app, folder):
        if time.time() - state.modified_ns / 1e9 < settled_s:
            unsettled += 1
            continue
        try:
            is_new = _take(app, folder, path, name, state)
        except (Invalid, TooLarge) as error:
            _log.info("%s was not taken in: %s", path, error)
            refused.append(f"{name}: {error}")
            continue
        except OSError as error:
            _log.warning("%s cannot be read (%s); it is tried again.", path, error.strerror)
            continue
        added, known = added + is_new, known + (not is_new)
        if on_progress is not None:
            on_progress(added + known)
        if added + known >= _MOST_AT_ONCE:
            break
    return Looked(added, known, tuple(refused), unsettled)


def _take(app: Mediatheque, folder: WatchedFolder, path: Path, name: str, state: FileState) -> bool:
    def note(db: Connection, media: Media) -> None:
        watching.note_file(db, folder.id, name, state, media.id)

    try:
        added = add_file(
            app,
            folder.user_id,
            path,
            path.name,
            _wishes(folder.options),
            origin="folder",
            lane=Lane.BULK,
            within=note,
        )
    except Invalid as error:
        if not isinstance(error, TooLarge):
            # It stays what it is until somebody changes it; for what is too large there may be room some day.
            with app.database.transaction() as db:
                watching.note_file(db, folder.id, name, state, None)
        raise
    return added.is_new


def _wishes(options: Mapping[str, Any]) -> Wishes:
    said: dict[str, Any] = {**options, "tags": tuple(options.get("tags", ()))}
    return Wishes(**said)


def _new_files(app: Mediatheque, folder: WatchedFolder) -> Iterator[tuple[Path, str, FileState]]:
    """The files that were not taken in as they are now, the oldest first."""
    root = Path(folder.path)
    there = {str(path.relative_to(root)): (path, state) for path, state in _files(root)}
    with app.database.transaction() as db:
        taken = watching.files_taken(db, folder.id, list(there))
    new = [(path, name, state) for name, (path, state) in there.items() if taken.get(name) != state]
    yield from sorted(new, key=lambda each: (each[2].modified_ns, each[1]))


def _is_something_else(name: str) -> bool:
    """Whether the name says plainly that there is no sound in it: notes and covers lie beside recordings."""
    kind = mimetypes.guess_type(name)[0]
    return kind is not None and not kind.startswith(("audio/", "video/")) and kind not in _MAYBE_SOUND


def _files(root: Path) -> Iterator[tuple[Path, FileState]]:
    """Ordinary files below a folder: no hidden ones, none half written, and no link out of it is followed."""
    for parent, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            path = Path(parent) / name
            if name.startswith((".", "~")) or name.lower().endswith(_UNFINISHED) or path.is_symlink():
                continue
            if _is_something_else(name):
                continue
            try:
                stat = path.stat()
            except OSError:
                continue  # gone meanwhile
            if path.is_file() and stat.st_size:
                yield path, FileState(stat.st_size, stat.st_mtime_ns)

"""Folders whose files are taken into somebody's archive by themselves, and which files were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from mediatheque.kit.errors import NotFound
from mediatheque.kit.wire import jsonb


@dataclass(frozen=True, slots=True)
class WatchedFolder:
    """A folder on the worker's machine; `options` are what is said of each file (wanted, language, tags …)."""

    id: int
    user_id: int
    path: str
    options: Mapping[str, Any]
    files: int = 0


class FileState(NamedTuple):
    """How a file was when it was taken in; another size or time is another file."""

    size_bytes: int
    modified_ns: int


def add_folder(db: Connection, user_id: int, path: str, options: Mapping[str, Any]) -> tuple[int, bool]:
    """Watch a folder for a person, or watch it with other options; its number, and whether it is new."""
    row = db.execute(
        text("""
            INSERT INTO watched_folders (user_id, path, options) VALUES (:user, :path, :options)
            ON CONFLICT (user_id, path) DO UPDATE SET options = excluded.options RETURNING id, xmax = 0 AS is_new
        """),
        {"user": user_id, "path": path, "options": jsonb(dict(options))},
    ).one()
    return row.id, row.is_new


def list_folders(db: Connection, user_id: int | None = None) -> list[WatchedFolder]:
    """The folders of a person, or of everybody, by path."""
    rows = db.execute(
        text("""
            SELECT w.id, w.user_id, w.path, w.options,
                (SELECT count(*) FROM watched_files f WHERE f.folder_id = w.id) AS files
            FROM watched_folders w WHERE CAST(:user AS bigint) IS NULL OR w.user_id = :user ORDER BY w.path, w.id
        """),
        {"user": user_id},
    )
    return [WatchedFolder(row.id, row.user_id, row.path, row.options, row.files) for row in rows]


def remove_folder(db: Connection, user_id: int, path: str) -> None:
    """Watch a folder no longer; what was taken from it stays. Raises NotFound."""
    gone = db.execute(
        text("DELETE FROM watched_folders WHERE user_id = :user AND path = :path"),
        {"user": user_id, "path": path},
    )
    if not gone.rowcount:
        raise NotFound(f"{path} is not watched; list what is with: mediatheque watch-folder --list")


def files_taken(db: Connection, folder_id: int, names: Sequence[str]) -> dict[str, FileState]:
    """Those of the files that were taken in, as they were then."""
    rows = db.execute(
        text("""
            SELECT name, size_bytes, modified_ns FROM watched_files
            WHERE folder_id = :folder AND name = ANY(:names)
        """),
        {"folder": folder_id, "names": list(names)},
    )
    return {row.name: FileState(row.size_bytes, row.modified_ns) for row in rows}


def note_file(db: Connection, folder_id: int, name: str, state: FileState, media_id: int | None) -> None:
    """A file was taken in (or, without a recording, could not be: it is not tried again until it changes)."""
    db.execute(
        text("""
            INSERT INTO watched_files (folder_id, name, size_bytes, modified_ns, media_id)
            SELECT :folder, :name, :size, :modified, :media
            WHERE EXISTS (SELECT FROM watched_folders w WHERE w.id = :folder)
            ON CONFLICT (folder_id, name) DO UPDATE SET size_bytes = excluded.size_bytes,
                modified_ns = excluded.modified_ns, media_id = excluded.media_id
        """),
        {
            "folder": folder_id,
            "name": name,
            "size": state.size_bytes,
            "modified": state.modified_ns,
            "media": media_id,
        },
    )

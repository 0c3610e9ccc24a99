"""Watched folders: what settles there is taken in once; half-written, hidden and linked files are not."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from archive_world import archive
from mediatheque.archive.queries.media import list_media
from mediatheque.archive.queries.watching import WatchedFolder, list_folders, remove_folder
from mediatheque.flows.archiving import Wishes
from mediatheque.flows.watching import Looked, look_through, watch
from mediatheque.kit.errors import Invalid, NotFound
from mediatheque.library.queries.users import User
from mediatheque.wiring import Mediatheque


def put(path: Path, content: bytes, *, age_s: float = 60.0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    at = time.time() - age_s
    os.utime(path, (at, at))
    return path


def watched(app: Mediatheque, user: User, folder: Path, wishes: Wishes | None = None) -> WatchedFolder:
    with app.database.transaction() as db:
        watch(app, db, user.id, folder, wishes or Wishes())
        return list_folders(db, user.id)[0]


def titles(app: Mediatheque, user: User) -> list[str]:
    with app.database.transaction() as db:
        return sorted(media.given for media in list_media(db, user.id))


def test_what_settles_is_taken_in_once(database_url: str, ada: User, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    with archive(tmp_path / "data", database_url) as app:
        folder = watched(app, ada, inbox, Wishes(tags=("notes",), language="en"))
        put(inbox / "one.mp3", b"one")
        put(inbox / "below" / "two.mp3", b"two")
        put(inbox / "three.mp3", b"three", age_s=0.0)
        put(inbox / "four.mp3.part", b"four")
        put(inbox / ".hidden.mp3", b"five")
        put(inbox / "empty.mp3", b"")
        put(inbox / "notes.txt", b"not a recording")
        put(inbox / "cover.jpg", b"nor this")
        (inbox / "link.mp3").symlink_to(put(tmp_path / "elsewhere.mp3", b"six"))
        assert look_through(app, folder) == Looked(added=2, unsettled=1)
        assert titles(app, ada) == ["one.mp3", "two.mp3"]
        assert look_through(app, folder) == Looked(unsettled=1)
        put(inbox / "three.mp3", b"three")
        put(inbox / "one again.mp3", b"one")
        assert look_through(app, folder) == Looked(added=1, known=1)
        put(inbox / "one.mp3", b"another one", age_s=30)
        assert look_through(app, folder).added == 1
        assert (inbox / "one.mp3").read_bytes() == b"another one"
        with app.database.transaction() as db:
            assert {(media.origin, media.language) for media in list_media(db, ada.id)} == {("folder", "en")}


def test_what_is_too_large_waits_for_room(database_url: str, ada: User, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    put(inbox / "large.mp3", b"x" * 100)
    with archive(tmp_path / "data", database_url, media_quota_gb=1e-8) as app:
        folder = watched(app, ada, inbox)
        looked = look_through(app, folder)
        assert looked.added == 0
        assert "large.mp3" in looked.refused[0]
    with archive(tmp_path / "data", database_url) as app:
        assert look_through(app, folder).added == 1


def test_folders_that_cannot_be_watched(database_url: str, ada: User, tmp_path: Path) -> None:
    with archive(tmp_path / "data", database_url) as app, app.database.transaction() as db:
        (tmp_path / "data").mkdir(exist_ok=True)
        with pytest.raises(Invalid, match="no folder"):
            watch(app, db, ada.id, tmp_path / "nowhere", Wishes())
        for ours in (tmp_path / "data", tmp_path):
            with pytest.raises(Invalid, match="own files"):
                watch(app, db, ada.id, ours, Wishes())


def test_a_folder_is_watched_no_longer(database_url: str, ada: User, ben: User, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    put(inbox / "one.mp3", b"one")
    with archive(tmp_path / "data", database_url) as app:
        look_through(app, watched(app, ada, inbox))
        with app.database.transaction() as db:
            with pytest.raises(NotFound):
                remove_folder(db, ben.id, str(inbox))
            remove_folder(db, ada.id, str(inbox))
            assert list_folders(db, ada.id) == []
        assert titles(app, ada) == ["one.mp3"]

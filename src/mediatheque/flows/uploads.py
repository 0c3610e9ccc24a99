"""Uploads in pieces: a file grows on the disk, over days and through crashes, until it is a recording, once.

How far an upload has come is the size of its file, and nothing else: whoever is killed leaves a shorter file, never
a wrong one. Who writes holds a lock on the file that dies with the process.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from mediatheque.archive.queries import uploads as queries
from mediatheque.archive.queries.uploads import Upload
from mediatheque.flows.archiving import Wishes, add_file, bytes_left
from mediatheque.kit.durable import settle
from mediatheque.kit.errors import Conflict, NotFound, TooLarge, Unavailable

if TYPE_CHECKING:
    from mediatheque.archive.queries.media import Media
    from mediatheque.kit.database import Connection
    from mediatheque.wiring import Mediatheque

#: So long after it was begun, an upload is forgotten with what arrived of it.
KEPT = timedelta(days=7)
#: More are no person's at work.
MOST_UNFINISHED = 100
#: What the disk keeps for everything else.
_HEADROOM = 1 << 30
_SUFFIX = ".upload"


class Busy(Conflict):
    """Another request is writing to the same upload."""


@dataclass(slots=True)
class Held:
    """The file of an upload, held by one writer. Whatever is written stays, so what is to be checked waits beside."""

    upload: Upload
    path: Path
    file: BinaryIO
    offset: int

    @property
    def is_complete(self) -> bool:
        return self.offset >= self.upload.size_bytes

    def write(self, data: bytes | bytearray) -> None:
        """Add what arrived. Raises TooLarge for more than was announced, of which nothing is kept."""
        if self.offset + len(data) > self.upload.size_bytes:
            raise TooLarge(
                f"The upload was announced with {self.upload.size_bytes:,} bytes; begin another one."
            )
        left = memoryview(data)
        while left:
            written = self.file.write(left)
            self.offset += written
            left = left[written:]

    def take(self, piece: Path) -> None:
        """Add a piece that was checked. Raises TooLarge as `write`."""
        with piece.open("rb") as source:
            while data := source.read(1 << 20):
                self.write(data)

    def settle(self) -> None:
        """Wait until the disk has it: what we say has arrived outlasts a power cut."""
        os.fsync(self.file.fileno())


def begin(
    app: Mediatheque, db: Connection, user_id: int, file_name: str, size: int, options: dict[str, Any]
) -> Upload:
    """An upload of so many bytes. Raises TooLarge beyond the limits or the person's quota, Unavailable on a full disk."""
    limit = app.settings.upload_limit_mb << 20
    if size > limit:
        raise TooLarge(
            f"The file is larger than {app.settings.upload_limit_mb} MiB; raise MEDIATHEQUE_UPLOAD_LIMIT_MB."
        )
    count, announced = queries.unfinished(db, user_id)
    if count >= MOST_UNFINISHED:
        raise Conflict(
            f"{count} uploads of yours are unfinished; finish or delete some before you begin more."
        )
    left = bytes_left(app, db, user_id)
    if left is not None and announced + size > left:
        raise TooLarge(
            f"The file is larger than what is left of your {app.settings.media_quota_gb:g} GiB, uploads on their way "
            "counted; delete recordings for good, or ask the administrator to raise MEDIATHEQUE_MEDIA_QUOTA_GB."
        )
    folder = _folder(app)
    if shutil.disk_usage(folder).free < announced + size + _HEADROOM:
        raise Unavailable("The disk has no room for this file; the administrator has to make some.")
    return queries.add_upload(db, user_id, file_name, size, options)


def find(app: Mediatheque, user_id: int, upload_id: str) -> Upload:
    """Somebody's upload; raises NotFound, also for one that expired."""
    with app.database.transaction() as db:
        upload = queries.upload_with_id(db, upload_id, user_id)
    if expires_at(upload) <= datetime.now(UTC):
        raise NotFound("The upload expired; begin again with POST /api/uploads.")
    return upload


def expires_at(upload: Upload) -> datetime:
    """When an upload is forgotten, finished or not."""
    return upload.created_at + KEPT


def arrived(app: Mediatheque, upload: Upload) -> int:
    """How many bytes of an upload the disk has."""
    if upload.media_id is not None:
        return upload.size_bytes
    path = _path(app, upload.id)
    with suppress(FileNotFoundError):
        settle(path)
        return path.stat().st_size
    return 0


def unfinished(app: Mediatheque, user_id: int) -> list[tuple[Upload, int]]:
    """Somebody's uploads that did not arrive whole, the latest first, and how many bytes of each the disk has."""
    with app.database.transaction() as db:
        begun = queries.unfinished_uploads(db, user_id, since=datetime.now(UTC) - KEPT)
    return [(upload, _size(_path(app, upload.id))) for upload in begun]


@contextmanager
def held(app: Mediatheque, user_id: int, upload_id: str) -> Generator[Held]:
    """The file of an upload that nobody else writes to meanwhile. Raises NotFound, Busy."""
    upload = find(app, user_id, upload_id)
    path = _path(app, upload.id)
    with _alone(path) as file:
        # Asked again: who held it before may have finished it, or thrown it away.
        upload = find(app, user_id, upload_id)
        offset = upload.size_bytes if upload.media_id is not None else file.seek(0, os.SEEK_END)
        yield Held(upload, path, file, offset)
        if upload.media_id is not None:
            path.unlink(missing_ok=True)


def finish(app: Mediatheque, it: Held) -> int:
    """Make a recording of an upload that has arrived whole, once; its number. Raises as `add_file`."""
    if it.upload.media_id is not None:
        return it.upload.media_id
    it.settle()
    options = it.upload.options
    told: dict[str, Any] = {**options["wishes"], "tags": tuple(options["wishes"]["tags"])}

    def remember(db: Connection, media: Media) -> None:
        queries.note_media(db, it.upload.id, media.id)

    added = add_file(
        app,
        it.upload.user_id,
        it.path,
        it.upload.file_name,
        Wishes(**told),
        origin=options["origin"],
        within=remember,
    )
    it.path.unlink(missing_ok=True)
    return added.media.id


def discard(app: Mediatheque, user_id: int, upload_id: str) -> None:
    """Forget an upload and what arrived of it; a recording that came of it stays. Raises NotFound, Busy."""
    with held(app, user_id, upload_id) as it:
        with app.database.transaction() as db:
            queries.remove_uploads(db, [it.upload.id])
        it.path.unlink(missing_ok=True)


def sweep_uploads(app: Mediatheque) -> int:
    """Forget the uploads that expired, and delete the files that are no upload's any more; how many files."""
    with app.database.transaction() as db:
        queries.remove_uploads_before(db, datetime.now(UTC) - KEPT)
    paths = {path.stem: path for path in (app.data_dir / "uploads").glob(f"*{_SUFFIX}")}
    with app.database.transaction() as db:
        known = queries.uploads_with_ids(db, list(paths))
    count = 0
    for upload_id, path in paths.items():
        if upload_id in known and known[upload_id].media_id is None:
            continue
        # Finished, expired, or of an account that is gone.
        with suppress(Busy), _alone(path):
            path.unlink(missing_ok=True)
            count += 1
    return count


def _size(path: Path) -> int:
    with suppress(FileNotFoundError):
        return path.stat().st_size
    return 0


def _folder(app: Mediatheque) -> Path:
    folder = app.data_dir / "uploads"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _path(app: Mediatheque, upload_id: str) -> Path:
    return _folder(app) / f"{upload_id}{_SUFFIX}"


@contextmanager
def _alone(path: Path) -> Generator[BinaryIO]:
    with _opened(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(
                "Another request is sending to this upload; ask how far it is with HEAD, then go on."
            ) from None
        if os.fstat(file.fileno()).st_nlink == 0:
            # Deleted between our opening and holding it: what we write now, nobody would find.
            raise Busy("The upload was just finished or deleted; ask with HEAD.")
        yield file


def _opened(path: Path) -> BinaryIO:
    is_new = not path.exists()
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b", buffering=0)
    if is_new:
        settle(path.parent)
    return file

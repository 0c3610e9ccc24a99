"""What takes how much room: one's own recordings and their quota, and for administrators everything."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter
from pydantic import BaseModel, Field

from mediatheque.api import problems
from mediatheque.api.asking import Admin, Asker, Opened
from mediatheque.archive.queries.kept import blob_totals, kept
from mediatheque.kit.database import Connection
from mediatheque.library.queries import belongings, users
from mediatheque.wiring import Mediatheque

router = APIRouter(prefix="/storage", tags=["administration"])

#: It walks through folders.
_measuring = CapacityLimiter(1)
#: Folders below the data folder that hold something worth a line, beside the database and the recordings.
_FOLDERS = ("models", "cache", "uploads", "exports")


class StorageView(BaseModel):
    """What somebody's recordings take."""

    recordings: int
    bytes: int = Field(description="A file that two recordings share counts once.")
    bytes_by_role: dict[str, int] = Field(
        description="Of what was added (`original`), of copies to listen to (`listening`), of pictures …"
    )
    in_trash: int = Field(description="Recordings in the trash.")
    trash_bytes: int = Field(description="What emptying it gives back; counted in `bytes`.")
    uploading_bytes: int = Field(description="Set aside for uploads on their way.")
    quota_bytes: int | None = Field(description="Null: as much as there is room.")


class FolderView(BaseModel):
    """A folder of the library's."""

    name: str
    bytes: int


class UserStorage(StorageView):
    """What one person takes."""

    id: int
    name: str
    events: int


class EverybodysStorage(BaseModel):
    """What the library takes, and where there is room."""

    database_bytes: int
    blobs: int = Field(description="Files of recordings; the same content once, however many people have it.")
    blob_bytes: int
    blobs_where: str = Field(description="Where they are kept.")
    folders: list[FolderView]
    data_dir: str
    free_bytes: int = Field(description="On the disk of the data folder.")
    disk_bytes: int
    users: list[UserStorage]


@router.get("", summary="What your recordings take")
async def own_storage(app: Opened, asker: Asker) -> StorageView:
    """How much room your recordings take, what is left of your quota, and what the trash would give back."""
    return StorageView.model_validate(await app.database.run(_storage, asker.id, _quota(app)))


@router.get("/everybody", summary="What everything takes (administrators)", responses=problems.describe(403))
async def everybodys_storage(app: Opened, admin: Admin) -> EverybodysStorage:
    """The database, the recordings, trained models and caches, what is left of the disk, and what each person takes."""
    return await to_thread.run_sync(_everybodys, app, limiter=_measuring)


def _storage(db: Connection, user_id: int, quota: int | None) -> dict[str, object]:
    found = kept(db, user_id)
    shown: dict[str, object] = {
        name: getattr(found, name) for name in StorageView.model_fields if name != "quota_bytes"
    }
    return shown | {"quota_bytes": quota}


def _quota(app: Mediatheque) -> int | None:
    return int(app.settings.media_quota_gb * (1 << 30)) or None


def _everybodys(app: Mediatheque) -> EverybodysStorage:
    with app.database.transaction() as db:
        events = belongings.events_by_user(db)
        blobs, blob_bytes = blob_totals(db)
        people = [
            UserStorage.model_validate(
                _storage(db, user.id, _quota(app))
                | {"id": user.id, "name": user.name, "events": events.get(user.id, 0)}
            )
            for user in users.all_users(db)
        ]
        database_bytes = belongings.database_bytes(db)
    disk = shutil.disk_usage(app.data_dir)
    return EverybodysStorage(
        database_bytes=database_bytes,
        blobs=blobs,
        blob_bytes=blob_bytes,
        blobs_where=app.blobs.where,
        folders=[FolderView(name=name, bytes=_bytes_in(app.data_dir / name)) for name in _FOLDERS],
        data_dir=str(app.data_dir),
        free_bytes=disk.free,
        disk_bytes=disk.total,
        users=people,
    )


def _bytes_in(folder: Path) -> int:
    """What the files below a folder take; what goes while we look counts nothing."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(root) / name).lstat().st_size
            except OSError:
                continue
    return total

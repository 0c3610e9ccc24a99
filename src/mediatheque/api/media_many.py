"""Many recordings at once: tagged, thrown away, brought back; what is not somebody's own is left alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from mediatheque.api import problems
from mediatheque.api.asking import Asker, Opened
from mediatheque.api.media_shapes import TagName
from mediatheque.api.shapes import Id
from mediatheque.archive.queries.media import media_with_ids
from mediatheque.flows import archiving
from mediatheque.flows.editing import tag_many
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import Conflict, NotFound
from mediatheque.wiring import Mediatheque

router = APIRouter(prefix="/media", tags=["media"])

Ids = Annotated[list[Id], Field(min_length=1, max_length=200)]
_Tags = Annotated[list[TagName], Field(max_length=20)]


class Those(BaseModel):
    """Some recordings."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"ids": [12, 15]}})

    ids: Ids


class ManyTags(BaseModel):
    """Tags that some recordings are to have, and tags that they are not to have."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"ids": [12, 15], "add": ["bees"], "remove": ["to sort"]}},
    )

    ids: Ids
    add: _Tags = []
    remove: _Tags = []


class Refused(BaseModel):
    """A recording that stays as it was, and why."""

    id: int
    detail: str


class ManyDone(BaseModel):
    """What became of them."""

    ids: list[int] = Field(description="What was done to; what is not yours, or not there, is left out.")
    refused: list[Refused]


@router.post("/tags", summary="Tag many recordings", responses=problems.describe(422))
async def tag_recordings(app: Opened, asker: Asker, given: ManyTags) -> ManyDone:
    """Put tags on some recordings and take others off; their other tags stay."""

    def tagged() -> ManyDone:
        with app.database.transaction() as db:
            theirs = list(media_with_ids(db, given.ids, asker.id))
            tag_many(db, asker.id, theirs, add=given.add, remove=given.remove)
            return ManyDone(ids=theirs, refused=[])

    return await to_thread.run_sync(tagged)


@router.post("/trash", summary="Delete many recordings", responses=problems.describe(422))
async def delete_recordings(app: Opened, asker: Asker, given: Those) -> ManyDone:
    """Put some recordings into the trash, from which they can be brought back for a while."""

    def delete(db: Connection, media_id: int) -> None:
        archiving.delete_media(db, asker.id, media_id)

    return await to_thread.run_sync(_each, app, given.ids, delete)


@router.post("/trash/restore", summary="Bring many recordings back", responses=problems.describe(422))
async def restore_recordings(app: Opened, asker: Asker, given: Those) -> ManyDone:
    """Take some recordings out of the trash; work on them that was not finished goes on."""

    def restore(db: Connection, media_id: int) -> None:
        archiving.restore_media(app, db, asker.id, media_id)

    return await to_thread.run_sync(_each, app, given.ids, restore)


def _each(app: Mediatheque, ids: list[int], do: Callable[[Connection, int], None]) -> ManyDone:
    """One after the other in their order, all in one transaction; what cannot be done to one hinders no other."""
    done: list[int] = []
    refused: list[Refused] = []
    with app.database.transaction() as db:
        for media_id in sorted(set(ids)):
            try:
                with db.begin_nested():
                    do(db, media_id)
                done.append(media_id)
            except NotFound:
                continue
            except Conflict as error:
                refused.append(Refused(id=media_id, detail=str(error)))
    return ManyDone(ids=done, refused=refused)

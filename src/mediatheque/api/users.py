"""Users: taking one's data along, leaving, and what an administrator does for others."""

from __future__ import annotations

import secrets
from typing import Literal

from anyio import to_thread
from fastapi import APIRouter, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict
from starlette.background import BackgroundTask

from mediatheque.accounts import queries
from mediatheque.api import problems
from mediatheque.api.asking import Admin, Asker, Opened, Person
from mediatheque.api.auth import UserView, user_view
from mediatheque.api.shapes import PathId
from mediatheque.library.queries import users

router = APIRouter(prefix="/users", tags=["users"])


class UserList(BaseModel):
    """Everybody."""

    items: list[UserView]


class RoleChange(BaseModel):
    """What a user may do from now on."""

    model_config = ConfigDict(json_schema_extra={"example": {"role": "admin"}})

    role: Literal["admin", "member"]


@router.get(
    "/me/export",
    summary="Take your data along",
    response_class=FileResponse,
    responses={
        200: {
            "description": "A ZIP with everything you told, which Mediatheque can import again.",
            "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def export_own_data(app: Opened, asker: Asker) -> FileResponse:
    """Everything you told, as JSON Lines that Mediatheque reads back and as CSV for people."""
    from mediatheque.flows.exporting import export_library

    folder = app.data_dir / "exports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{secrets.token_hex(16)}.part"
    try:
        await to_thread.run_sync(export_library, app.database, asker.id, path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return FileResponse(
        path,
        media_type="application/zip",
        filename="mediatheque.zip",
        background=BackgroundTask(path.unlink, missing_ok=True),
    )


@router.delete("/me", status_code=204, summary="Leave", responses=problems.describe(403, 409))
async def delete_own_account(app: Opened, asker: Person) -> Response:
    """Erase your account and everything that is yours, at once and for good."""
    await app.database.run(queries.erase, asker.id)
    return Response(status_code=204)


@router.get("", summary="Everybody (administrators)", responses=problems.describe(403))
async def list_users(app: Opened, admin: Admin) -> UserList:
    """Who has an account."""
    return UserList(items=[user_view(user) for user in await app.database.run(users.all_users)])


@router.patch(
    "/{user_id}", summary="Change a role (administrators)", responses=problems.describe(403, 404, 409)
)
async def change_role(app: Opened, admin: Admin, user_id: PathId, given: RoleChange) -> UserView:
    """Make somebody an administrator, or one no longer; somebody always is."""
    return user_view(await app.database.run(queries.set_role, user_id, given.role))


@router.delete(
    "/{user_id}",
    status_code=204,
    summary="Delete a user (administrators)",
    responses=problems.describe(403, 404, 409),
)
async def delete_user(app: Opened, admin: Admin, user_id: PathId) -> Response:
    """Erase somebody's account and everything that is theirs, at once and for good."""
    await app.database.run(queries.erase, user_id)
    return Response(status_code=204)

"""Users: taking one's data along, leaving, and what an administrator does for others."""

from __future__ import annotations

import secrets
from typing import Annotated, Literal

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field, StrictBool
from starlette.background import BackgroundTask

from mediatheque.accounts import queries
from mediatheque.api import problems
from mediatheque.api.asking import Admin, Asker, Opened, Person
from mediatheque.api.auth import NewAccount, UserView, add_account, user_view
from mediatheque.api.shapes import NO_NUL, PathId
from mediatheque.kit.database import Connection
from mediatheque.library.queries import users
from mediatheque.library.queries.users import User

router = APIRouter(prefix="/users", tags=["users"])


class UserList(BaseModel):
    """Everybody."""

    items: list[UserView]


Services = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=100, pattern=NO_NUL)]],
    Field(max_length=users.MOST_SERVICES, description="In any spelling; empty: wherever."),
]


class OwnChange(BaseModel):
    """What a user decides for themselves."""

    model_config = ConfigDict(json_schema_extra={"example": {"services": ["netflix", "disney-plus"]}})

    services: Services | None = Field(None, description="Where you can stream; null leaves it.")
    shares_taste: StrictBool | None = Field(
        None, description="Whether others may ask for lists that are for you too; null leaves it."
    )


class UserChange(BaseModel):
    """What changes about a user; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"example": {"max_age": 12, "may_see_unrated": False}})

    role: Literal["admin", "member"] | None = Field(None, description="What they may do; null leaves it.")
    max_age: int | None = Field(
        None, ge=0, le=users.OLDEST, description="An age limit in years; null lifts it."
    )
    may_see_unrated: bool | None = Field(
        None, description="Under a limit: whether what nobody rated for an age is allowed; null leaves it."
    )
    services: Services | None = Field(None, description="Where they can stream; null leaves it.")


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


@router.post(
    "",
    status_code=201,
    summary="Make somebody an account (administrators)",
    responses=problems.describe(403, 409, 429),
)
async def add_user(app: Opened, admin: Admin, request: Request, given: NewAccount) -> UserView:
    """A member's account with a first password, which they change; also where registration is closed."""
    return user_view(await add_account(app, request, given, is_invited=True))


@router.patch("/me", summary="Say where you can stream, and whether you share your taste")
async def change_own_account(app: Opened, asker: Asker, given: OwnChange) -> UserView:
    """Films and shows are recommended to you that are on one of these services; books are, wherever they are.

    Who shares their taste may be named in others' lists for a group: these tell how much you would like a
    title, and none of those that you know. Who shares theirs, too, is told in the graph that you are like-minded, and
    what both of you know. Nobody else can say this for you.
    """
    return user_view(await app.database.run(_change_own, asker.id, given))


@router.patch(
    "/{user_id}", summary="Change a user (administrators)", responses=problems.describe(403, 404, 409)
)
async def change_user(app: Opened, admin: Admin, user_id: PathId, given: UserChange) -> UserView:
    """Make somebody an administrator, or one no longer (somebody always is); set an age limit, as for a child.

    What is rated for older people is then neither recommended to them nor in what they search and list;
    their own history stays as it is, and an item whose number they know can be read.
    """
    return user_view(await app.database.run(_change, user_id, given))


def _change_own(db: Connection, user_id: int, given: OwnChange) -> User:
    user = users.user_with_id(db, user_id)
    if given.services is not None:
        user = users.set_services(db, user_id, given.services)
    if given.shares_taste is not None:
        user = users.set_sharing(db, user_id, given.shares_taste)
    return user


def _change(db: Connection, user_id: int, given: UserChange) -> User:
    user = users.user_with_id(db, user_id)
    if given.role is not None:
        user = queries.set_role(db, user_id, given.role)
    if given.model_fields_set & {"max_age", "may_see_unrated"}:
        max_age = given.max_age if "max_age" in given.model_fields_set else user.max_age
        user = users.set_age_limit(db, user_id, max_age, may_see_unrated=given.may_see_unrated)
    if given.services is not None:
        user = users.set_services(db, user_id, given.services)
    return user


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

"""What goes when an account goes: everything counted, before anybody decides; and who else is in the household."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from mediatheque.accounts import queries
from mediatheque.api import problems
from mediatheque.api.asking import Admin, Asker, Opened
from mediatheque.api.shapes import PathId
from mediatheque.archive.queries.kept import kept
from mediatheque.kit.database import Connection
from mediatheque.library.queries import belongings, users
from mediatheque.library.queries.users import User

router = APIRouter(tags=["users"])


class BelongingsView(BaseModel):
    """How many of each kind of thing are somebody's."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"events": 1042, "ratings": 80, "recordings": 3, "refused": None}}
    )

    events: int = Field(description="Everything they did, told or read from exports.")
    ratings: int
    saved: int
    imports: int
    records: int = Field(description="Rows of their exports.")
    answers: int = Field(description="To questions of the review.")
    own_items: int = Field(description="Titles that only they have.")
    shown_lists: int = Field(description="Lists of recommendations.")
    recordings: int
    recorded_minutes: float
    bytes: int
    passages: int
    corrections: int
    voices: int
    tags: int
    threads: int = Field(description="Conversations with the archive.")
    api_keys: int
    refused: str | None = Field(description="Why the account cannot go now; null: it can.")


class MemberView(BaseModel):
    """Somebody of the household who shares their taste."""

    name: str
    is_you: bool


class Household(BaseModel):
    """Who may be named in lists for several people."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [{"name": "Ada", "is_you": True}]}})

    items: list[MemberView]


@router.get("/household", summary="Who shares their taste")
async def household(app: Opened, asker: Asker) -> Household:
    """Those who let others ask for lists that are for them too; who does not is not told of here."""
    there = await app.database.run(users.all_users)
    return Household(
        items=[MemberView(name=user.name, is_you=user.id == asker.id) for user in there if user.shares_taste]
    )


@router.get("/users/me/belongings", summary="What would go with your account")
async def own_belongings(app: Opened, asker: Asker) -> BelongingsView:
    """Everything that deleting your account erases, counted."""
    return await app.database.run(_counted, asker)


@router.get(
    "/users/{user_id}/belongings",
    summary="What would go with somebody's account (administrators)",
    responses=problems.describe(403, 404),
)
async def belongings_of(app: Opened, admin: Admin, user_id: PathId) -> BelongingsView:
    """Everything that deleting somebody's account erases, counted; what it is, is theirs alone to see."""
    return await app.database.run(lambda db: _counted(db, users.user_with_id(db, user_id)))


def _counted(db: Connection, user: User) -> BelongingsView:
    everybody = users.all_users(db)
    is_last_admin = user.is_admin and not any(one.is_admin for one in everybody if one.id != user.id)
    refused = queries.LAST_ADMIN if is_last_admin and len(everybody) > 1 else None
    return BelongingsView(
        **belongings.count_belongings(db, user.id),
        recorded_minutes=belongings.recorded_minutes(db, user.id),
        bytes=kept(db, user.id).bytes,
        refused=refused,
    )

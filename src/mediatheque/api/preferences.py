"""What somebody prefers on the page: language, colours, covers from elsewhere, saved views of the library."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StrictBool,
    StrictFloat,
    StrictStr,
)

from mediatheque.api import problems
from mediatheque.api.asking import Asker, Opened
from mediatheque.api.shapes import NO_NUL
from mediatheque.kit.database import Connection
from mediatheque.library.queries.preferences import preferences_of, set_preferences

router = APIRouter(prefix="/users/me/preferences", tags=["users"])

MOST_VIEWS, MOST_REMEMBERED = 100, 100


class SavedView(BaseModel):
    """A view of the library under a name."""

    name: Annotated[StrictStr, Field(min_length=1, max_length=80, pattern=r"^[^\x00]*\S[^\x00]*$")]
    search: Annotated[
        StrictStr,
        Field(max_length=4000, pattern=NO_NUL, description="The page's address after the question mark."),
    ]


def _names_differ(views: list[SavedView]) -> list[SavedView]:
    if len({view.name.strip().casefold() for view in views}) < len(views):
        raise ValueError("two views have the same name; rename one")
    return views


Views = Annotated[
    list[SavedView],
    Field(max_length=MOST_VIEWS, description="In the order they are shown."),
    AfterValidator(_names_differ),
]
#: What a page wants to find again: the speed of the player, a drawer that was closed.
Remembered = Annotated[
    dict[
        Annotated[str, Field(pattern="^[a-z][a-z0-9_.-]{0,63}$")],
        StrictBool
        | Annotated[StrictFloat, Field(allow_inf_nan=False)]
        | Annotated[StrictStr, Field(max_length=500, pattern=NO_NUL)],
    ],
    Field(max_length=MOST_REMEMBERED, description="What the pages remember, under names of their own."),
]
Language = Annotated[Literal["", "en", "de"], Field(description="Empty: as the browser says.")]
Theme = Annotated[Literal["system", "light", "dark"], Field(description="`system`: as the device says.")]
RemoteImages = Annotated[
    StrictBool, Field(description="Whether covers may be fetched from elsewhere, who then learn of it.")
]

_EXAMPLE: dict[str, JsonValue] = {
    "language": "de",
    "theme": "dark",
    "remote_images": False,
    "views": [{"name": "Short and unseen", "search": "kind=film&state=unseen&sort=duration"}],
    "remembered": {"player.speed": 1.5},
}


class NewPreferences(BaseModel):
    """What you prefer on the page; what is left out is as it is for somebody new."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": _EXAMPLE})

    language: Language = ""
    theme: Theme = "system"
    remote_images: RemoteImages = False
    views: Views = []
    remembered: Remembered = {}


class Preferences(NewPreferences):
    """What you prefer on the page."""


class PreferencesChange(BaseModel):
    """What changes; what is left out, or null, stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"theme": "dark"}})

    language: Language | None = None
    theme: Theme | None = None
    remote_images: RemoteImages | None = None
    views: Views | None = None
    remembered: Remembered | None = Field(
        None, description="Only the names in it change; the others stay as they are."
    )


@router.get("", summary="What you prefer")
async def get_preferences(app: Opened, asker: Asker) -> Preferences:
    """Language, colours, whether covers may be fetched from elsewhere, saved views, and what the pages remember."""
    return _understood(await app.database.run(preferences_of, asker.id))


@router.put("", summary="Prefer this", responses=problems.describe(413))
async def put_preferences(app: Opened, asker: Asker, given: NewPreferences) -> Preferences:
    """Prefer all of this, and nothing else that was preferred before."""
    wanted = given.model_dump(mode="json")
    await app.database.run(set_preferences, asker.id, wanted)
    return Preferences.model_validate(wanted)


@router.patch("", summary="Change what you prefer", responses=problems.describe(413))
async def change_preferences(app: Opened, asker: Asker, given: PreferencesChange) -> Preferences:
    """Change some of it, whatever another window changes meanwhile."""

    def change(db: Connection) -> Preferences:
        now = _understood(preferences_of(db, asker.id, for_update=True)).model_dump(mode="json")
        changed = given.model_dump(mode="json", exclude_none=True)
        changed["remembered"] = now["remembered"] | changed.get("remembered", {})
        wanted = Preferences.model_validate(now | changed)
        set_preferences(db, asker.id, wanted.model_dump(mode="json"))
        return wanted

    return await app.database.run(change)


def _understood(kept: dict[str, Any]) -> Preferences:
    """What was kept, also by another version of the program: what that one alone knows is left out."""
    return Preferences.model_validate({name: kept[name] for name in Preferences.model_fields if name in kept})

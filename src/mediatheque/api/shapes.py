"""Items, standings and pages as the API shows them, and the parameters that many routes take."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from mediatheque.library.queries.history import Standing
from mediatheque.vocabulary import Item, Kind, Penalty, Role, Work

T = TypeVar("T")

#: Ids are bigints in the database, but a browser's numbers are exact only up to here.
LARGEST_ID = (1 << 53) - 1
Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
PathId = Annotated[int, Path(ge=1, le=LARGEST_ID)]

#: Text that PostgreSQL can hold: it has no NUL.
NO_NUL = r"^[^\x00]*$"
#: One event of an answer that goes on: its name, and its data as JSON.
EVENT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"event": {"type": "string"}, "data": {"type": "string"}, "id": {"type": "string"}},
}


class Page(BaseModel, Generic[T]):
    """A part of a list."""

    items: list[T]
    next: str | None = Field(default=None, description="Cursor of the page after; none: this is the last.")


class CreditView(BaseModel):
    """A person and what they did."""

    name: str
    role: Role
    character: str | None = None


class StandingView(BaseModel):
    """Where you stand with an item."""

    is_seen: bool = Field(description="Watched, read or listened to; for a show: at least one episode.")
    seen_count: int
    episodes_seen: int
    rating: float | None
    is_saved: bool
    is_hidden: bool
    liking: int = Field(description="1 liked, -1 disliked, 0 neither.", ge=-1, le=1)
    last_at: datetime | None


class OriginalView(BaseModel):
    """What a film or a show was made from."""

    author: str
    title: str | None = Field(None, description="None: as far as is known, it is called the same.")


class WorkView(BaseModel):
    """What is known of a work."""

    kind: Kind
    title: str
    original_title: str | None = None
    year: int | None = None
    language: str | None = Field(None, description="ISO 639-1.")
    genres: list[str] = []
    credits: list[CreditView] = []
    runtime_minutes: float | None = None
    pages: int | None = None
    description: str | None = None
    series_title: str | None = None
    season: int | None = None
    season_title: str | None = None
    episode: int | None = None
    based_on: list[OriginalView] = Field([], description="The books, plays … that it was made from.")
    series: str | None = Field(None, description="The series of books or films that it is part of.")
    series_position: float | None = Field(None, description="1 is the first; 1.5 stands between 1 and 2.")
    url: str | None = None
    image_url: str | None = None
    average_rating: float | None = Field(None, description="0.5 to 5.")
    rating_count: int | None = None
    minimum_age: int | None = Field(None, description="Rated for people of this age; none: nobody has said.")
    services: list[str] = Field([], description="Where it streams, as far as a source has said.")
    external_ids: dict[str, str] = {}


class ItemView(WorkView):
    """An item: what is known of it, and where you stand with it."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": 603,
                "kind": "film",
                "title": "Arrival",
                "year": 2016,
                "language": "en",
                "genres": ["Science Fiction", "Drama"],
                "credits": [{"name": "Denis Villeneuve", "role": "director"}],
                "runtime_minutes": 116,
                "minimum_age": 12,
                "services": ["netflix"],
                "external_ids": {"imdb": "tt2543164"},
                "is_listed": True,
                "standing": None,
            }
        }
    )

    id: int
    parent_id: int | None = Field(None, description="The show of an episode.")
    is_listed: bool = Field(description="In the catalogue; else made from your own records, and only yours.")
    standing: StandingView | None = Field(None, description="None: you have had nothing to do with it.")


class PenaltyView(BaseModel):
    """A reason why something may not be what it seems."""

    name: str
    amount: float
    detail: str


def work_view(work: Work) -> WorkView:
    """A work as the API shows it."""
    return WorkView.model_validate(_of_work(work))


def item_view(item: Item, standing: Standing | None = None) -> ItemView:
    """An item as the API shows it to the person who stands with it so."""
    return ItemView(
        **_of_work(item.work),
        id=item.id,
        parent_id=item.parent_id,
        is_listed=item.is_listed,
        standing=standing_view(standing) if standing else None,
    )


def standing_view(standing: Standing) -> StandingView:
    """A standing as the API shows it."""
    return StandingView(
        is_seen=standing.seen_count > 0 or standing.episodes_seen > 0,
        seen_count=standing.seen_count,
        episodes_seen=standing.episodes_seen,
        rating=standing.rating,
        is_saved=standing.is_saved,
        is_hidden=standing.is_hidden,
        liking=standing.liking,
        last_at=standing.last_at,
    )


def penalty_view(penalty: Penalty) -> PenaltyView:
    """A penalty as the API shows it."""
    return PenaltyView(name=penalty.name, amount=penalty.amount, detail=penalty.detail)


_PLAIN = tuple(
    name
    for name in WorkView.model_fields
    if name not in ("credits", "genres", "services", "external_ids", "based_on")
)


def _of_work(work: Work) -> dict[str, Any]:
    shown: dict[str, Any] = {name: getattr(work, name) for name in _PLAIN}
    shown["genres"] = list(work.genres)
    shown["services"] = list(work.services)
    shown["external_ids"] = dict(work.external_ids)
    shown["credits"] = [CreditView(name=c.name, role=c.role, character=c.character) for c in work.credits]
    shown["based_on"] = [OriginalView(author=o.author, title=o.title) for o in work.based_on]
    return shown

"""What a library is asked for over HTTP, and what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from mediatheque.api.shapes import NO_NUL, CreditView, Id, StandingView, standing_view
from mediatheque.library.queries.bulk import MOST, Action
from mediatheque.vocabulary import Item, Kind, Role

if TYPE_CHECKING:
    from mediatheque.library.browsing.narrow import Which
    from mediatheque.library.queries.browsing import Card

Sort = Literal["relevance", "met", "added", "title", "year", "rating", "duration"]
State = Literal["seen", "unseen", "started", "saved", "rated", "unrated", "liked", "disliked", "hidden"]
Scope = Literal["mine", "all"]

_Name = Annotated[str, Field(min_length=1, max_length=300, pattern=NO_NUL)]
_Language = Annotated[str, Field(pattern="^[a-z]{2,3}$")]
_Decade = Annotated[int, Field(ge=-4000, le=2200, multiple_of=10)]
_Stars = Annotated[float, Field(ge=0.5, le=5, multiple_of=0.5)]

#: Whom a card names: who made it, before who plays in it.
_MAKERS = (Role.DIRECTOR, Role.CREATOR, Role.AUTHOR, Role.CHANNEL)
_MOST_NAMED = 3


class LibraryFilter(BaseModel):
    """Which items of a library; what is left out filters nothing. Several values of one field: any of them."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"kind": ["film"], "genre": ["Drama"], "state": ["unseen"]}},
    )

    q: str = Field(
        "",
        max_length=200,
        pattern=NO_NUL,
        description="Words of titles and people, as far as they are typed.",
    )
    kind: list[Kind] = Field(
        [], max_length=6, description="Episodes are left out unless they are asked for here."
    )
    genre: list[_Name] = Field([], max_length=50, description="By their names.")
    decade: list[_Decade] = Field([], max_length=100, description="1990 is 1990 to 1999.", examples=[[1990]])
    person: list[_Name] = Field(
        [], max_length=50, description="Who made it, or plays a leading part, by name."
    )
    language: list[_Language] = Field([], max_length=50, description="ISO 639-1.", examples=[["fr"]])
    rating_from: _Stars | None = Field(None, description="Your own rating, not lower.")
    rating_to: _Stars | None = Field(None, description="Your own rating, not higher.")
    state: list[State] = Field(
        [], max_length=9, description="Hidden ones are left out unless they are asked for here."
    )
    source: list[_Name] = Field(
        [], max_length=30, description="Where it came from: an importer's name, `archive`, or `told` here."
    )

    def which(self) -> Which:
        """The same, as a library understands it."""
        from mediatheque.library.browsing.narrow import Which

        return Which(
            text=self.q,
            kinds=tuple(self.kind),
            genres=tuple(self.genre),
            decades=tuple(self.decade),
            people=tuple(self.person),
            languages=tuple(self.language),
            rating_from=self.rating_from,
            rating_to=self.rating_to,
            states=tuple(self.state),
            sources=tuple(self.source),
        )


class LibraryQuestion(LibraryFilter):
    """A filter, and which part of what it leaves to show, in which order."""

    scope: Scope = Field("mine", description="What you have met and made, or the catalogue's best known too.")
    sort: Sort | None = Field(None, description="Left out: by relevance with `q`, else what you met last.")
    direction: Literal["rising", "falling"] | None = Field(None, description="Left out: as suits the order.")
    offset: int = Field(0, ge=0, le=10_000_000, description="Where to begin: any place of the whole.")
    limit: int = Field(60, ge=0, le=200, description="How many to show; 0 to count alone.")
    facets: bool = Field(False, description="Also tell what there would be to choose next.")
    person_like: str = Field(
        "",
        max_length=100,
        pattern=NO_NUL,
        description="With `facets`: only people with these words in their names.",
    )
    months: bool = Field(False, description="Also tell how many were last met in each month.")


Asked = Annotated[LibraryQuestion, Query()]


class CardView(BaseModel):
    """An item as a card shows it; `GET /items/{item_id}` tells all of it."""

    id: int
    kind: Kind
    title: str
    year: int | None
    language: str | None
    genres: list[str]
    credits: list[CreditView] = Field(
        description="Who made it; of what nobody is known to have made, the cast."
    )
    runtime_minutes: float | None
    pages: int | None
    series_title: str | None = Field(description="Of an episode: its show.")
    season: int | None
    episode: int | None
    image_url: str | None
    parent_id: int | None = Field(description="The show of an episode.")
    is_listed: bool = Field(description="In the catalogue; else made from your own records, and only yours.")
    standing: StandingView | None = Field(description="None: you have had nothing to do with it.")
    progress: float | None = Field(
        description="Of what you began and did not finish: the share, where it is known."
    )
    media_id: int | None = Field(description="The recording in your archive that it is.")


class FacetValue(BaseModel):
    """A value to choose, and how many items it would leave."""

    value: str
    count: int


class LibraryFacets(BaseModel):
    """Of each facet what there is to choose, the most frequent; its own choice does not count against it."""

    kind: list[FacetValue]
    genre: list[FacetValue]
    decade: list[FacetValue]
    person: list[FacetValue]
    language: list[FacetValue]
    rating: list[FacetValue]
    state: list[FacetValue]
    source: list[FacetValue]


class MonthView(BaseModel):
    """How many items were last met in a month."""

    month: str | None = Field(description="2026-03; none: nobody knows when.")
    count: int


class LibraryView(BaseModel):
    """A part of a library."""

    total: int = Field(description="How many there are with this filter.")
    everything: int = Field(description="How many there are without any.")
    offset: int
    items: list[CardView]
    facets: LibraryFacets | None = None
    months: list[MonthView] | None = Field(None, description="Latest first; adds up to the total.")


class BulkChange(BaseModel):
    """What is to hold of many items: of these, or of all that a filter leaves."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"ids": [603, 604], "action": "rate", "rating": 4.5}}
    )

    action: Action
    rating: _Stars | None = Field(None, description="With `rate`: 0.5 to 5 in halves.")
    ids: list[Id] | None = Field(None, min_length=1, max_length=MOST, description="These.")
    which: LibraryFilter | None = Field(None, description=f"All of these, up to {MOST:,}; instead of `ids`.")
    scope: Scope = Field("mine", description="With `which`: of what.")

    @model_validator(mode="after")
    def _is_about_something(self) -> BulkChange:
        if (self.ids is None) == (self.which is None):
            raise ValueError("send either ids or which: what is to be changed")
        if (self.action is Action.RATE) != (self.rating is not None):
            raise ValueError("a rating goes with the action rate, and with no other")
        return self


class BulkChanged(BaseModel):
    """What came of it."""

    edit: int | None = Field(description="To take it back by; none: nothing had to change.")
    changed: int
    unchanged: int = Field(description="It held already, or an export says otherwise.")
    missing: int = Field(description="There are no such items in your library.")


class TakenBack(BaseModel):
    """What taking back changed."""

    changed: int = Field(description="0: it was taken back before.")


def card_view(card: Card) -> CardView:
    """A card as the API shows it."""
    work = card.item.work
    return CardView(
        id=card.item.id,
        kind=work.kind,
        title=work.title,
        year=work.year,
        language=work.language,
        genres=list(work.genres[:4]),
        credits=_named(card.item),
        runtime_minutes=work.runtime_minutes,
        pages=work.pages,
        series_title=work.series_title,
        season=work.season,
        episode=work.episode,
        image_url=work.image_url,
        parent_id=card.item.parent_id,
        is_listed=card.item.is_listed,
        standing=standing_view(card.standing) if card.standing else None,
        progress=card.progress,
        media_id=card.media_id,
    )


def _named(item: Item) -> list[CreditView]:
    everybody = item.work.credits
    those = [c for c in everybody if c.role in _MAKERS] or list(everybody)
    return [CreditView(name=c.name, role=c.role) for c in those[:_MOST_NAMED]]

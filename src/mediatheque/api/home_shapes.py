"""The first page as the API shows it: rows of titles, recordings and moments, and what to greet with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field

from mediatheque.api.media_shapes import MediaView
from mediatheque.api.shapes import ItemView, item_view
from mediatheque.library.queries.history import Standing

if TYPE_CHECKING:
    from mediatheque.archive.queries.spoken_of import SpokenOf
    from mediatheque.flows.home import Card, HomeRow, Titles
    from mediatheque.library.queries.begun import Begun, Episode, Occasion

RowName = Literal[
    "to-rate",
    "for-you",
    "popular",
    "continue",
    "because",
    "saved",
    "short-tonight",
    "hidden-gems",
    "in-your-language",
    "from-your-people",
    "trending",
]
#: Rows that are asked for by themselves.
LaterName = Literal["from-your-people", "in-your-language", "trending"]


class EpisodeInShort(BaseModel):
    """An episode, in short."""

    id: int
    title: str
    season: int | None
    episode: int | None


class ProgressView(BaseModel):
    """How far you are."""

    last_at: datetime | None
    share: float | None = Field(description="Of a film, a book or a recording: 0 to 1, where a source told.")
    episodes_seen: int
    last: EpisodeInShort | None = Field(description="Of a show: the episode that you saw last.")
    next: EpisodeInShort | None = Field(description="Of a show: the one that follows, where it is known.")


class HomeCard(BaseModel):
    """A title in a row."""

    item: ItemView
    because: str | None = Field(description="Why it is recommended, in words; none: it is not.")
    method: str | None = Field(description="The algorithm that served it.")
    expected_rating: float | None = Field(description="The stars you would give it, where that can be said.")
    progress: ProgressView | None = Field(description="Of what you are in the middle of.")


class RowOfTitles(BaseModel):
    """Titles with one reason for all of them."""

    name: RowName
    list_id: int | None = Field(
        description="The number of the list that it was kept as: ask `/api/recommendations/{list}/why`, and name it "
        "in events. None: nothing of it is a recommendation."
    )
    about: ItemView | None = Field(description="Of `because`: the title of yours that it begins with.")
    language: str | None = Field(description="Of `in-your-language`: which (ISO 639-1).")
    people: list[str] = Field(description="Of `from-your-people`: who it is for beside you.")
    cards: list[HomeCard]


class SpokenMoment(BaseModel):
    """A moment at which a recording of yours speaks of a title."""

    item: ItemView
    media_id: int
    media_title: str
    start_ms: int
    said: str = Field(description="The words it was named by.")
    text: str = Field(description="What is said around it; empty where that is not known.")
    speaker_name: str | None
    confidence: float = Field(description="How sure it is that the title is meant: 0 to 1.")
    times: int = Field(description="How often this recording names it.")


class OccasionView(BaseModel):
    """Something small and true about you."""

    kind: Literal["anniversary", "loved"] = Field(
        description="`anniversary`: you saw it on this day of another year; `loved`: what you last rated highly."
    )
    item: ItemView
    at: datetime
    rating: float | None


class Home(BaseModel):
    """Your first page. No title is in two rows; a row with too little in it is not there."""

    is_new: bool = Field(description="Too little is known of you: `to-rate` asks about titles.")
    occasion: OccasionView | None
    rows: list[RowOfTitles] = Field(description="In the order of the page.")
    later: list[LaterName] = Field(description="Rows that cost more: ask `/api/home/rows/{name}` for each.")
    recordings: list[MediaView] = Field(description="What you added last.")
    moments: list[SpokenMoment] = Field(description="Where your recordings speak of titles.")


class LaterRow(BaseModel):
    """A row that was asked for by itself."""

    row: RowOfTitles | None = Field(description="None: there is too little for it.")


def ids_of(rows: Sequence[HomeRow]) -> list[int]:
    """The titles of these rows."""
    about = [row.about.id for row in rows if row.about is not None]
    return [*about, *(card.item.id for row in rows for card in row.cards)]


def row_view(row: HomeRow, stand: Mapping[int, Standing]) -> RowOfTitles:
    """A row as the person sees it who stands with its titles so."""
    return RowOfTitles.model_validate(
        {
            "name": row.name,
            "list_id": row.list_id,
            "about": item_view(row.about, stand.get(row.about.id)) if row.about is not None else None,
            "language": row.language,
            "people": list(row.people),
            "cards": [_card(card, stand) for card in row.cards],
        }
    )


def rows_view(titles: Titles, stand: Mapping[int, Standing]) -> list[RowOfTitles]:
    """All rows."""
    return [row_view(row, stand) for row in titles.rows]


def moment_view(moment: SpokenOf, stand: Mapping[int, Standing]) -> SpokenMoment:
    """A moment of a recording."""
    return SpokenMoment(
        item=item_view(moment.item, stand.get(moment.item.id)),
        media_id=moment.media_id,
        media_title=moment.media_title,
        start_ms=moment.start_ms,
        said=moment.said,
        text=moment.text,
        speaker_name=moment.speaker_name,
        confidence=moment.confidence,
        times=moment.times,
    )


def occasion_view(occasion: Occasion | None, stand: Mapping[int, Standing]) -> OccasionView | None:
    """What to greet with."""
    if occasion is None:
        return None
    return OccasionView.model_validate(
        {
            "kind": occasion.kind,
            "item": item_view(occasion.item, stand.get(occasion.item.id)),
            "at": occasion.at,
            "rating": occasion.rating,
        }
    )


def _card(card: Card, stand: Mapping[int, Standing]) -> HomeCard:
    told = card.recommendation
    return HomeCard(
        item=item_view(card.item, stand.get(card.item.id)),
        because=told.because if told is not None else None,
        method=told.method if told is not None else None,
        expected_rating=told.expected_rating if told is not None else None,
        progress=_progress(card.begun) if card.begun is not None else None,
    )


def _progress(begun: Begun) -> ProgressView:
    return ProgressView(
        last_at=begun.last_at,
        share=begun.share,
        episodes_seen=begun.episodes_seen,
        last=_episode(begun.last),
        next=_episode(begun.next),
    )


def _episode(episode: Episode | None) -> EpisodeInShort | None:
    if episode is None:
        return None
    return EpisodeInShort(id=episode.id, title=episode.title, season=episode.season, episode=episode.episode)

"""Passages of recordings as search shows them, and the filters that choose among recordings."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from mediatheque.api.shapes import LARGEST_ID, NO_NUL
from mediatheque.kit.links import beginning_at
from mediatheque.search.passage_filter import PassageFilter, passage_filter

if TYPE_CHECKING:
    from mediatheque.search.passages import MediaHit, PassageHit

_Name = Annotated[str, Query(min_length=1, max_length=200, pattern=NO_NUL)]


class PassageView(BaseModel):
    """A stretch of a recording in which something is said."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": 1207,
                "start_ms": 761000,
                "end_ms": 779500,
                "speaker": 1,
                "speaker_name": "Tove",
                "text": "Varnish the mast with seven thin coats, and sand between them.",
                "highlights": [[0, 7], [12, 16]],
                "score": 0.98,
                "matched": ["text", "semantic"],
                "page": "/archive/12?t=761",
                "link": "https://www.youtube.com/watch?v=jNQXAC9IVRw&t=761s",
            }
        }
    )

    id: int
    start_ms: int
    end_ms: int
    speaker: int | None = Field(description="Who speaks: a number in this recording, from 0.")
    speaker_name: str | None
    text: str
    highlights: list[tuple[int, int]] = Field(
        description="Where the words of the query stand: from and up to which character (Unicode code points)."
    )
    score: float = Field(description="0 to 1, higher is better.")
    matched: list[str] = Field(description="`text`, `semantic` or both.")
    page: str = Field(description="The recording's page, at this second.")
    link: str | None = Field(description="The original at this second, where its site has such links.")


class RecordingHit(BaseModel):
    """A recording in which something was found."""

    media_id: int
    item_id: int | None = Field(description="What it is shown as in the library.")
    title: str
    by: str | None
    published_at: str | None
    duration_ms: int | None
    score: float = Field(description="That of its best passage.")
    count: int = Field(description="How many passages were found in it; the best three are here.")
    passages: list[PassageView] = Field(description="Best first.")


# Async, as every dependency: FastAPI would run a plain function in a thread.
async def which_passages(
    speaker: Annotated[
        list[_Name] | None,
        Query(
            description="Only what they say: a name, or with `media` a number in it.",
            max_length=20,
            examples=[["Tove"]],
        ),
    ] = None,
    tag: Annotated[
        list[_Name] | None, Query(description="Only recordings with one of these tags.", max_length=20)
    ] = None,
    media: Annotated[
        list[Annotated[int, Query(ge=1, le=LARGEST_ID)]] | None,
        Query(description="Only these recordings.", max_length=100),
    ] = None,
    source: Annotated[
        list[_Name] | None,
        Query(
            description="Only recordings from one of these: a site (`youtube`, `example.org`), or `link`, `file`,"
            " `recording`, `folder`.",
            max_length=20,
            examples=[["youtube"]],
        ),
    ] = None,
    since: Annotated[date | None, Query(description="Only recordings added on this day or later.")] = None,
    until: Annotated[date | None, Query(description="Only recordings added on this day or before.")] = None,
    published_since: Annotated[
        date | None, Query(description="As `since`, by when it was published.")
    ] = None,
    published_until: Annotated[
        date | None, Query(description="As `until`, by when it was published.")
    ] = None,
) -> PassageFilter:
    """The filters of recordings."""
    return passage_filter(
        media_ids=media or (),
        speakers=speaker or (),
        tags=tag or (),
        sources=source or (),
        added=(since, until),
        published=(published_since, published_until),
    )


WhichPassages = Annotated[PassageFilter, Depends(which_passages)]


def recording_hit(hit: MediaHit) -> RecordingHit:
    """A recording and what was found in it, as the API shows them."""
    found = hit.media.found
    return RecordingHit(
        media_id=hit.media.id,
        item_id=hit.item.id if hit.item is not None else None,
        title=hit.media.title,
        by=_text(found.get("by")),
        published_at=_text(found.get("published_at")),
        duration_ms=hit.media.duration_ms,
        score=hit.score,
        count=hit.count,
        passages=[_passage(passage) for passage in hit.passages],
    )


def _passage(hit: PassageHit) -> PassageView:
    second = hit.start_ms // 1000
    return PassageView(
        id=hit.passage_id,
        start_ms=hit.start_ms,
        end_ms=hit.end_ms,
        speaker=hit.speaker,
        speaker_name=hit.speaker_name,
        text=hit.text,
        highlights=list(hit.highlights),
        score=hit.score,
        matched=list(hit.matched),
        page=f"/archive/{hit.media_id}?t={second}",
        link=beginning_at(hit.link, second) if hit.link is not None else None,
    )


def _text(found: object) -> str | None:
    return str(found) if found else None

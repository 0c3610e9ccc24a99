"""What is said in a recording, line by line, for a page that plays it: who speaks by number, corrections and their reason."""

from __future__ import annotations

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from mediatheque.api import problems
from mediatheque.api.asking import Asker, Opened
from mediatheque.api.shapes import PathId
from mediatheque.archive.queries.media import media_with_id
from mediatheque.archive.queries.transcript import Line, lines_of
from mediatheque.kit.database import Connection

router = APIRouter(prefix="/media", tags=["media"])


class WordView(BaseModel):
    """A word as it was heard."""

    start_ms: int
    end_ms: int
    text: str
    probability: float = Field(ge=0, le=1)


class LineView(BaseModel):
    """About a sentence."""

    start_ms: int = Field(
        description="In milliseconds from the beginning; a correction names its line by it."
    )
    end_ms: int
    speaker: int | None = Field(description="The number of the speaker in this recording; none: not known.")
    text: str = Field(description="What is said, by you or else as it was heard; empty: you struck it out.")
    heard: str | None = Field(description="What the machine heard, where you corrected it.")
    words: list[WordView] = Field(description="As they were heard, where that is asked for and known.")


class LinesView(BaseModel):
    """Every line of a recording."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "lines": [
                    {
                        "start_ms": 1500,
                        "end_ms": 3400,
                        "speaker": 0,
                        "text": "Bees dance.",
                        "heard": "Bees dans.",
                        "words": [],
                    }
                ]
            }
        }
    )

    lines: list[LineView]


@router.get(
    "/{media_id:int}/lines",
    summary="What is said in it, line by line",
    # Validating ten thousand words once more takes as long as reading them.
    response_class=Response,
    responses={200: {"model": LinesView, "description": "Every line, in order."}, **problems.describe(404)},
)
async def get_lines(
    app: Opened,
    asker: Asker,
    media_id: PathId,
    words: Annotated[bool, Query(description="With the times of the single words.")] = False,
) -> Response:
    """The transcript for who plays it. None while nobody has listened yet; as a file it is at `/transcript`."""

    def lines(db: Connection) -> list[Line]:
        media_with_id(db, media_id, asker.id)
        return lines_of(db, media_id, with_struck_out=True)

    found = await app.database.run(lines)
    written = await to_thread.run_sync(_written, found, words)
    return Response(written, media_type="application/json")


def _written(lines: list[Line], with_words: bool) -> str:
    return LinesView(lines=[_view(line, with_words=with_words) for line in lines]).model_dump_json()


def _view(line: Line, *, with_words: bool) -> LineView:
    return LineView(
        start_ms=line.start_ms,
        end_ms=line.end_ms,
        speaker=line.speaker,
        text=line.text,
        heard=line.machine_text if line.is_corrected else None,
        words=[
            WordView(
                start_ms=word.start_ms,
                end_ms=word.end_ms,
                text=word.text,
                probability=min(max(word.probability, 0.0), 1.0),
            )
            for word in (line.words if with_words else ())
        ],
    )

"""Questions that only their owner can answer: which item is it that a row of an export speaks of?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from mediatheque.api import problems
from mediatheque.api.asking import Asker, Opened
from mediatheque.api.cursors import Cursor, Limit, read_number, write_cursor
from mediatheque.api.shapes import (
    Id,
    ItemView,
    Page,
    PathId,
    PenaltyView,
    WorkView,
    item_view,
    penalty_view,
    work_view,
)
from mediatheque.flows import reviewing
from mediatheque.kit.database import Connection
from mediatheque.library.queries import history, items, mentions
from mediatheque.library.queries.brought import SaidRow, rows_about
from mediatheque.library.queries.mentions import Question

router = APIRouter(prefix="/review", tags=["review"])

_LISTING = "review"


class Candidate(BaseModel):
    """An item it may be, and what speaks against it."""

    item: ItemView
    score: float = Field(description="1 is certain, 0 is out of the question.")
    penalties: list[PenaltyView]


class SaidRowView(BaseModel):
    """A row of an export of yours, as it was read."""

    import_id: int
    source: str = Field(description="The kind of export.")
    file_name: str
    where: str = Field(description="File and line, or index.", examples=["ViewingActivity.csv:12"])
    at: datetime | None = Field(description="When you did what it says.")
    is_date_only: bool = Field(description="It says the day alone.")
    says: dict[str, Any] = Field(description="Its columns or fields.")


class QuestionView(BaseModel):
    """A work in your history that may be several items."""

    id: int
    item_id: int = Field(description="The item that it is until you answer: made from your rows alone.")
    asks_about: WorkView = Field(description="What your export says the work is.")
    candidates: list[Candidate] = Field(description="What it may be, likeliest first.")
    records: int = Field(description="How many rows of your history one answer repairs.")
    rows: list[SaidRowView] = Field(description="The latest three of them.")
    asked_at: datetime


class Questions(Page[QuestionView]):
    """A part of the open questions."""

    open: int = Field(description="How many there are in all.")


class Answer(BaseModel):
    """Which item it is."""

    model_config = ConfigDict(json_schema_extra={"example": {"item_id": 603}})

    item_id: Id | None = Field(
        description="A candidate or any other item; null: none, it is a work of its own."
    )


@router.get("", summary="Open questions")
async def list_questions(app: Opened, asker: Asker, cursor: Cursor = None, limit: Limit = 50) -> Questions:
    """What waits for your answer. Nothing else waits meanwhile: the history is complete without it."""
    after = read_number(_LISTING, cursor)

    def page(db: Connection) -> Questions:
        found = mentions.questions(db, asker.id, after=after or 0, limit=limit + 1)
        following = write_cursor(_LISTING, found[limit - 1].mention.id) if len(found) > limit else None
        waiting = mentions.count_questions(db, asker.id)
        return Questions(items=_views(db, asker.id, found[:limit]), next=following, open=waiting)

    return await app.database.run(page)


@router.get("/{question_id}", summary="One question", responses=problems.describe(404))
async def get_question(app: Opened, asker: Asker, question_id: PathId) -> QuestionView:
    """An open question with its candidates and what speaks against each."""

    def view(db: Connection) -> QuestionView:
        return _views(db, asker.id, [mentions.question_about(db, asker.id, question_id)])[0]

    return await app.database.run(view)


@router.put(
    "/{question_id}/answer",
    status_code=204,
    summary="Answer a question",
    responses=problems.describe(404, 409),
)
async def answer_question(app: Opened, asker: Asker, question_id: PathId, answer: Answer) -> Response:
    """Say which item it is: every row with that title is repaired, and later imports remember."""
    await app.database.run(reviewing.answer, asker.id, question_id, answer.item_id)
    return Response(status_code=204)


@router.delete(
    "/{question_id}/answer", status_code=204, summary="Take an answer back", responses=problems.describe(404)
)
async def take_answer_back(app: Opened, asker: Asker, question_id: PathId) -> Response:
    """Undo an answer; the question is open again."""
    await app.database.run(reviewing.take_back, asker.id, question_id)
    return Response(status_code=204)


def _views(db: Connection, user_id: int, questions: list[Question]) -> list[QuestionView]:
    wanted = [match.item_id for question in questions for match in question.candidates]
    there = items.items_with_ids(db, wanted, user_id)
    stand = history.standings(db, user_id, list(there))
    said = rows_about(db, user_id, [question.mention.id for question in questions])
    return [
        QuestionView(
            id=question.mention.id,
            item_id=question.own_id,
            asks_about=work_view(question.mention.work),
            candidates=[
                Candidate(
                    item=item_view(there[match.item_id], stand.get(match.item_id)),
                    score=match.score,
                    penalties=[penalty_view(p) for p in match.penalties],
                )
                for match in question.candidates
                if match.item_id in there
            ],
            records=question.records,
            rows=[_row_view(row) for row in said.get(question.mention.id, [])],
            asked_at=question.asked_at,
        )
        for question in questions
    ]


def _row_view(row: SaidRow) -> SaidRowView:
    return SaidRowView(
        import_id=row.batch_id,
        source=row.source,
        file_name=row.file_name,
        where=row.where,
        at=row.at,
        is_date_only=row.is_date_only,
        says=dict(row.payload),
    )

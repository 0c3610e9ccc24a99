"""Matches: which item the rows of your exports are taken for, and what to do when that is the wrong one."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from mediatheque.api import problems
from mediatheque.api.asking import Asker, Opened
from mediatheque.api.item_about import FromImport, batches_view
from mediatheque.api.review import Answer, Candidate
from mediatheque.api.shapes import ItemView, PathId, WorkView, item_view, penalty_view, work_view
from mediatheque.flows import correcting
from mediatheque.kit.database import Connection
from mediatheque.library.queries import history, items, met
from mediatheque.library.queries.met import Matched

router = APIRouter(tags=["review"])


class MatchView(BaseModel):
    """What rows of yours say a work is; all of them are taken for one item."""

    id: int
    says: WorkView = Field(description="What your export says the work is.")
    records: int = Field(description="How many rows say so; of a show, its episodes' too.")
    batches: list[FromImport] = Field(description="The imports that they are from.")
    by: Literal["resolver", "person"] | None = Field(description="Who says that it is this item.")
    score: float | None = Field(description="How sure the resolver was: 1 is certain.")
    decided_at: datetime | None
    is_question: bool = Field(description="It waits for your answer.")
    is_yours: bool = Field(description="You said so, and can take it back.")


class Matches(BaseModel):
    """What is taken for an item."""

    matches: list[MatchView] = Field(description="Those of most rows first. Episodes go with their show.")


class Candidates(BaseModel):
    """What else it may be."""

    candidates: list[Candidate] = Field(description="Likeliest first; `GET /api/search` finds any other.")


class Corrected(BaseModel):
    """What rows of yours are taken for now."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"item": {"id": 604, "kind": "film", "title": "Dune", "is_listed": True}}
        }
    )

    item: ItemView


@router.get("/items/{item_id}/matches", summary="What is taken for it?", responses=problems.describe(404))
async def list_matches(app: Opened, asker: Asker, item_id: PathId) -> Matches:
    """What your rows call the item, how many rows that are, and who says that it is this one."""

    def found(db: Connection) -> Matches:
        item = items.item_with_id(db, item_id, asker.id)
        return Matches(matches=[_match(one) for one in met.matched_with(db, asker.id, item.id)])

    return await app.database.run(found)


@router.get(
    "/matches/{match_id}/candidates", summary="What else may it be?", responses=problems.describe(404)
)
async def list_candidates(app: Opened, asker: Asker, match_id: PathId) -> Candidates:
    """Titles that the rows may mean instead, and what speaks against each."""

    def found(db: Connection) -> Candidates:
        others = correcting.other_candidates(db, asker.id, match_id)
        stand = history.standings(db, asker.id, [one.item.id for one in others])
        return Candidates(
            candidates=[
                Candidate(
                    item=item_view(one.item, stand.get(one.item.id)),
                    score=one.match.score,
                    penalties=[penalty_view(p) for p in one.match.penalties],
                )
                for one in others
            ]
        )

    return await app.database.run(found)


@router.put("/matches/{match_id}", summary="It is another title", responses=problems.describe(404, 409))
async def correct_match(app: Opened, asker: Asker, match_id: PathId, answer: Answer) -> Corrected:
    """Say which item these rows mean: all of them follow, of a show its episodes too, and later imports remember.

    What the rows say stays as it was read.
    """

    def corrected(db: Connection) -> Corrected:
        return _now(db, asker.id, correcting.correct(db, asker.id, match_id, answer.item_id))

    return await app.database.run(corrected)


@router.delete("/matches/{match_id}", summary="Take a correction back", responses=problems.describe(404))
async def take_correction_back(app: Opened, asker: Asker, match_id: PathId) -> Corrected:
    """Undo a correction: the rows are taken for what they were before."""

    def taken_back(db: Connection) -> Corrected:
        return _now(db, asker.id, correcting.take_back(db, asker.id, match_id))

    return await app.database.run(taken_back)


def _now(db: Connection, user_id: int, item_id: int) -> Corrected:
    item = items.item_with_id(db, item_id, user_id)
    return Corrected(item=item_view(item, history.standings(db, user_id, [item.id]).get(item.id)))


def _match(one: Matched) -> MatchView:
    return MatchView.model_validate(
        {
            "id": one.mention.id,
            "says": work_view(one.mention.work),
            "records": one.records,
            "batches": batches_view(one.batches),
            "by": one.by,
            "score": one.score,
            "decided_at": one.decided_at,
            "is_question": one.verdict == "ask",
            "is_yours": one.by == "person",
        }
    )

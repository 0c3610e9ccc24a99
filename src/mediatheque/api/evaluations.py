"""Evaluations: how good the models were found to be. Looked at here; made by `mediatheque evaluate`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from mediatheque.api import problems
from mediatheque.api.asking import Admin, Opened
from mediatheque.api.shapes import PathId
from mediatheque.recommend import evaluations

router = APIRouter(prefix="/evaluations", tags=["evaluations"])

#: The page has styles of its own and nothing else: it may neither run nor load anything, nor be framed.
PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; sandbox"
    )
}


class EvaluationSummary(BaseModel):
    """When what was judged, and what came of it."""

    id: int
    protocol: str = Field(description="`time`, `last`, `ml1m` or `ml100k`.")
    made_at: datetime
    k: int = Field(description="Places of a list that count.")
    best: str = Field(description="The model that does best where models are chosen.")
    verdict: str


class Evaluations(BaseModel):
    """What was judged, the newest first."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "items": [
                    {
                        "id": 3,
                        "protocol": "time",
                        "made_at": "2026-11-20T10:30:00Z",
                        "k": 10,
                        "best": "blend",
                        "verdict": "blend is better than popularity by +0.120 NDCG@10 a user "
                        "(95 %: +0.080 to +0.160, p < 0.001).",
                    }
                ]
            }
        }
    )

    items: list[EvaluationSummary]


class MeasureView(BaseModel):
    """What a figure means."""

    name: str
    label: str
    what: str
    better: str = Field(description="`more`, `less`, or empty where neither is good in itself.")


class FigureView(BaseModel):
    """A value, and its 95 % interval where it is a mean over judges."""

    value: float
    low: float | None
    high: float | None


class ModelView(BaseModel):
    """A model and its figures by the name of the measure."""

    label: str
    model: str
    config: dict[str, Any]
    validation_ndcg: float = Field(description="NDCG@10 where models are chosen.")
    figures: dict[str, FigureView]
    by_group: dict[str, dict[str, dict[str, FigureView]]] = Field(
        description="The same by grouping and group, where a group has enough judges."
    )


class GroupView(BaseModel):
    """Judges who have something in common; how far the stars that they were told are off."""

    name: str
    what: str
    judges: int
    rmse: float | None
    mae: float | None


class GroupingView(BaseModel):
    """A way to part the judges."""

    name: str
    what: str
    groups: list[GroupView]


class ComparisonView(BaseModel):
    """One model against another, judge by judge (NDCG)."""

    label: str
    against: str
    gain: float
    low: float
    high: float
    p: float
    p_holm: float = Field(description="Corrected for all comparisons of the evaluation.")
    users: int
    is_claimed: bool = Field(description="Beyond chance, by enough judges.")
    says: str


class ChoicesView(BaseModel):
    """What judges chose, which is what models should have found."""

    judges: int
    targets: int
    unknown_share: float = Field(
        description="Of all later choices, those of titles that no model was made for."
    )
    popularity: float = Field(description="Mean popularity percentile, 0 to 1.")
    cold_share: float


class StarsView(BaseModel):
    """How far expected stars are off; `why_not` says why nothing was measured."""

    why_not: str | None
    given: int
    asked: int
    unknown: int
    rmse: float | None
    mae: float | None
    usual_rmse: float | None = Field(description="Of everybody’s own mean rating.")


class EvaluationView(EvaluationSummary):
    """Everything that was found."""

    code_version: str
    took_s: float
    split: str
    data: dict[str, Any] = Field(description="What it was made of, and how far its events reach.")
    choices: ChoicesView
    measures: list[MeasureView]
    models: list[ModelView]
    groupings: list[GroupingView]
    comparisons: list[ComparisonView]
    stars: StarsView
    notes: list[str]


@router.get("", summary="What was judged (administrators)", responses=problems.describe(403))
async def list_evaluations(app: Opened, admin: Admin) -> Evaluations:
    """The last evaluations, the newest first."""
    folder = evaluations.evaluations_dir_in(app.data_dir)
    found = await to_thread.run_sync(evaluations.list_evaluations, folder)
    return Evaluations(items=[EvaluationSummary.model_validate(_summary(one)) for one in found])


@router.get(
    "/{evaluation_id}", summary="One evaluation (administrators)", responses=problems.describe(403, 404)
)
async def show_evaluation(app: Opened, admin: Admin, evaluation_id: PathId) -> EvaluationView:
    """Every model by every measure, for everybody and by group, with intervals and what may be claimed."""
    folder = evaluations.evaluations_dir_in(app.data_dir)
    return EvaluationView.model_validate(
        await to_thread.run_sync(evaluations.evaluation, folder, evaluation_id)
    )


@router.get(
    "/{evaluation_id}/report",
    summary="One evaluation as a page (administrators)",
    response_class=Response,
    responses={
        200: {"description": "A page that needs nothing else.", "content": {"text/html": {"schema": {"type": "string"}}}},
        **problems.describe(403, 404),
    },
)  # fmt: skip
async def show_report(app: Opened, admin: Admin, evaluation_id: PathId) -> Response:
    """The same as tables and pictures; it runs no script and loads nothing."""
    folder = evaluations.evaluations_dir_in(app.data_dir)
    page = await to_thread.run_sync(evaluations.report, folder, evaluation_id)
    return Response(page, media_type="text/html; charset=utf-8", headers=PAGE_HEADERS)


def _summary(found: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: found[name] for name in EvaluationSummary.model_fields}

"""Trained models: which there are, which serves and why, and what an administrator changes about it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from mediatheque.api import problems
from mediatheque.api.asking import Admin, Opened
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import Invalid
from mediatheque.library.queries import checks
from mediatheque.wiring import Mediatheque

router = APIRouter(prefix="/models", tags=["models"])

#: MLflow and we number versions with 32 bits.
PathVersion = Annotated[int, Path(ge=1, le=2**31 - 1)]


class TrainedModel(BaseModel):
    """A version of the model of what people here like together."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "version": 3,
                "alias": "champion",
                "model": "blend",
                "trained_at": "2026-11-20T04:17:31Z",
                "code_version": "0.1.0",
                "metrics": {"ndcg_at_10": 0.412},
                "data": {"people": 60, "titles": 96, "last_event": 4211},
                "proof": 0.99,
                "trust": 0.28,
            }
        }
    )

    version: int
    alias: Literal["champion", "challenger", "former champion"] | None = Field(
        None, description="The champion serves; the challenger is the last that did worse."
    )
    model: str = Field(description="Its kind, by which its arrays are read.")
    trained_at: datetime | None = None
    code_version: str | None = None
    metrics: dict[str, float] = Field({}, description="Of the events that it never saw.")
    data: dict[str, Any] = Field({}, description="How much it learned from, and the last event among it.")
    proof: float = Field(description="How sure it is that it does better than what is popular, 0 to 1.")
    trust: float = Field(description="How much it counts beside what goes by content, 0 to 1.")


class TrainedModelDetail(TrainedModel):
    """A version, and how it came about."""

    config: dict[str, Any] = {}
    split: str | None = Field(None, description="What it learned from and what judged it, in words.")
    judges: int | None = Field(None, description="How many users judged it.")
    against_popularity: dict[str, Any] | None = Field(None, description="A paired comparison over users.")
    against_champion: dict[str, Any] | None = None


class ServingView(BaseModel):
    """What this process serves with."""

    version: int | None = Field(description="Null: no model serves, and lists go by content and popularity.")
    since: datetime | None = Field(description="Since when, in this process.")
    refused: str | None = Field(
        description="Why the promoted model does not serve: an earlier one does, or none."
    )
    away: str | None = Field(
        description="Why the registry cannot be asked; what served before goes on serving."
    )


class TrainingView(BaseModel):
    """What the latest training does."""

    state: Literal["idle", "waiting", "running", "failed"]
    job: int | None = Field(description="Its number in the queue.")


class Models(BaseModel):
    """Every version, the latest first, and what serves."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "items": [TrainedModel.model_config["json_schema_extra"]["example"]],  # pyright: ignore
                "serving": {"version": 3, "since": "2026-11-20T04:18:02Z", "refused": None, "away": None},
                "training": {"state": "idle", "job": None},
            }
        }
    )

    items: list[TrainedModel]
    serving: ServingView
    training: TrainingView


class Promoted(BaseModel):
    """Which version is champion from now on; processes that serve change over within seconds."""

    version: int
    sha256: str = Field(description="Of the list of its files: it stands for every byte.")


@router.get("", summary="List trained models (administrators)", responses=problems.describe(403, 503))
async def list_models(app: Opened, admin: Admin) -> Models:
    """Every version with its figures, which one serves in this process and since when."""
    items, serving = await to_thread.run_sync(_listed, app)
    return Models(items=items, serving=serving, training=await app.database.run(_training))


@router.get(
    "/{version:int}",
    summary="Show a trained model (administrators)",
    responses=problems.describe(403, 404, 503),
)
async def show_model(app: Opened, admin: Admin, version: PathVersion) -> TrainedModelDetail:
    """How a version came about: what it learned from, who judged it, and how it did."""
    return await to_thread.run_sync(_shown, app, version)


@router.post(
    "/{version:int}/promote",
    summary="Let a model serve (administrators)",
    responses=problems.describe(403, 404, 503),
)
async def promote_model(app: Opened, admin: Admin, version: PathVersion) -> Promoted:
    """Make this version the champion, whatever the figures say. One that is not whole is refused (422)."""
    pin = await to_thread.run_sync(app.registry.promote, version)
    return Promoted(version=pin.version, sha256=pin.sha256)


@router.post(
    "/rollback",
    summary="Go back to the champion before (administrators)",
    responses=problems.describe(403, 409, 503),
)
async def roll_models_back(app: Opened, admin: Admin) -> Promoted:
    """Let the champion before this one serve again; nothing is deleted."""
    pin = await to_thread.run_sync(app.registry.roll_back)
    return Promoted(version=pin.version, sha256=pin.sha256)


@router.post(
    "/train", status_code=202, summary="Train anew (administrators)", responses=problems.describe(403)
)
async def begin_training(app: Opened, admin: Admin) -> TrainingView:
    """Have a worker train, if something was told since the last training; asking twice asks once."""
    return await to_thread.run_sync(_begin, app)


def _listed(app: Mediatheque) -> tuple[list[TrainedModel], ServingView]:
    names = _names(app)
    items = [TrainedModel(**_fields(card, names)) for card in app.registry.cards()]
    on_duty = app.champions.current()
    return items, ServingView(
        version=on_duty.artifact.version if on_duty.artifact else None,
        since=on_duty.since,
        refused=on_duty.refused or on_duty.instead,
        away=on_duty.away,
    )


def _shown(app: Mediatheque, version: int) -> TrainedModelDetail:
    card = app.registry.card(version)
    more = {name: card[name] for name in TrainedModelDetail.model_fields if name in card}
    return TrainedModelDetail(**(more | _fields(card, _names(app))))


def _names(app: Mediatheque) -> dict[int, str]:
    from mediatheque.recommend.registries import names_of

    try:
        return names_of(app.registry.aliases())
    except Invalid:
        # What serves says why.
        return {}


def _fields(card: Any, names: dict[int, str]) -> dict[str, Any]:
    known = {name: card[name] for name in TrainedModel.model_fields if name in card}
    return known | {"alias": names.get(card["version"])}


def _begin(app: Mediatheque) -> TrainingView:
    from mediatheque.flows.jobs import defer_training

    with app.database.transaction() as db:
        defer_training(app, db)
        return _training(db)


def _training(db: Connection) -> TrainingView:
    state, job = checks.training_state(db)
    return TrainingView(state=state, job=job)

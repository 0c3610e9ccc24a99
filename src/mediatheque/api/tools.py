"""The models and endpoints in use: which they are, and a test that really asks them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from mediatheque.api import problems
from mediatheque.api.asking import Admin, Opened
from mediatheque.api.shapes import NO_NUL
from mediatheque.flows.trying_tools import ToolName, tools, try_tool

router = APIRouter(prefix="/tools", tags=["administration"])

#: A model that is loaded to be tried takes memory and a core; two at once would time each other.
_trying = CapacityLimiter(1)

PathTool = Annotated[str, Path(max_length=32, pattern=NO_NUL)]


class ToolView(BaseModel):
    """A model or an endpoint, as the settings name it."""

    name: ToolName
    setting: str = Field(description="As written, without passwords and keys.")
    is_on: bool
    address: str | None = Field(description="Null: on this machine.")
    has_key: bool
    variable: str = Field(description="The setting that names it.")


class Tools(BaseModel):
    """Every one of them."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "items": [
                    {
                        "name": "embedder",
                        "setting": "minilm",
                        "is_on": True,
                        "address": None,
                        "has_key": False,
                        "variable": "MEDIATHEQUE_EMBEDDER",
                    }
                ]
            }
        }
    )

    items: list[ToolView]


class TriedView(BaseModel):
    """What came of asking."""

    is_well: bool | None = Field(description="Null: it is off, and there was nothing to ask.")
    model: str | None
    said: str = Field(description="What it answered, or why it could not.")
    seconds: float


@router.get("", summary="Models and endpoints in use (administrators)", responses=problems.describe(403))
async def list_tools(app: Opened, admin: Admin) -> Tools:
    """What turns text into vectors and speech into text, tells speakers apart, and writes. Nothing is asked."""
    return Tools(items=[ToolView.model_validate(asdict(tool)) for tool in tools(app.settings)])


@router.post(
    "/{tool}/test",
    summary="Ask a model or an endpoint (administrators)",
    responses=problems.describe(403, 404),
)
async def test_tool(app: Opened, admin: Admin, tool: PathTool) -> TriedView:
    """Ask it something tiny, where the settings say that it is, and tell what it answered and how long it took."""
    tried = await to_thread.run_sync(try_tool, app, tool, limiter=_trying)
    return TriedView.model_validate(asdict(tried))

"""What this server allows, as its settings say: for administrators, who change it where the server is started."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

import mediatheque
from mediatheque.api import problems
from mediatheque.api.asking import Admin, Opened

router = APIRouter(prefix="/server", tags=["administration"])


class ServerView(BaseModel):
    """What the settings say. Each field is a setting: `region` is `MEDIATHEQUE_REGION`."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "version": "0.1.0",
                "registration": True,
                "region": "US",
                "media_quota_gb": 0,
                "trash_days": 30,
                "upload_limit_mb": 512,
                "link_limit_mb": 2048,
                "link_limit_hours": 12,
                "keep_lists_days": 365,
                "experiment": "off",
            }
        }
    )

    version: str
    registration: bool = Field(description="Whether strangers may make an account.")
    region: str
    media_quota_gb: float = Field(description="0: as much as there is room.")
    trash_days: int
    upload_limit_mb: int
    link_limit_mb: int
    link_limit_hours: float
    keep_lists_days: int = Field(description="0: for ever.")
    experiment: str


@router.get("", summary="What this server allows (administrators)", responses=problems.describe(403))
async def show_server(app: Opened, admin: Admin) -> ServerView:
    """Whether strangers may register, how much one person may keep, and what else the settings bound."""
    said = {name: getattr(app.settings, name) for name in ServerView.model_fields if name != "version"}
    return ServerView(version=mediatheque.__version__, **said)

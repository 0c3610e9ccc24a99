"""The uploads that somebody began and did not finish: how far each is, so that it can be gone on with or given up."""

from __future__ import annotations

from datetime import datetime

from anyio import to_thread
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from mediatheque.api.asking import Asker, Opened
from mediatheque.flows import uploads

router = APIRouter(prefix="/uploads", tags=["media"])


class UploadView(BaseModel):
    """A file of which something is missing."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "0123456789abcdef0123456789abcdef",
                "url": "/api/uploads/0123456789abcdef0123456789abcdef",
                "file_name": "talk.mp3",
                "size_bytes": 48000000,
                "arrived_bytes": 16000000,
                "is_recording": False,
                "begun_at": "2026-11-20T10:00:00Z",
                "expires_at": "2026-11-27T10:00:00Z",
            }
        }
    )

    id: str
    url: str = Field(description="Where the bytes that are missing are sent to.")
    file_name: str
    size_bytes: int
    arrived_bytes: int
    is_recording: bool = Field(description="Spoken into a microphone.")
    begun_at: datetime
    expires_at: datetime = Field(description="It is forgotten then.")


class UploadsView(BaseModel):
    """What is on its way, the latest first."""

    items: list[UploadView]


@router.get("", summary="Your unfinished uploads")
async def list_uploads(app: Opened, asker: Asker) -> UploadsView:
    """What you began to send and did not finish: go on with the same file, or give it up."""
    begun = await to_thread.run_sync(uploads.unfinished, app, asker.id)
    return UploadsView(
        items=[
            UploadView(
                id=upload.id,
                url=f"/api/uploads/{upload.id}",
                file_name=upload.file_name,
                size_bytes=upload.size_bytes,
                arrived_bytes=arrived,
                is_recording=upload.options.get("origin") == "recording",
                begun_at=upload.created_at,
                expires_at=uploads.expires_at(upload),
            )
            for upload, arrived in begun
        ]
    )

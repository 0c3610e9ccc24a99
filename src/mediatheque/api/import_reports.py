"""What came of an import: what it brought to the library, and the rows that cannot be read as a table to keep."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncGenerator
from datetime import datetime
from pathlib import PurePath

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from mediatheque.api import problems
from mediatheque.api.asking import Asker, Opened
from mediatheque.api.file_names import disposition
from mediatheque.api.items import views
from mediatheque.api.shapes import ItemView, PathId
from mediatheque.kit.database import Connection
from mediatheque.library.queries import batches
from mediatheque.library.queries.brought import brought_by
from mediatheque.vocabulary import EventKind, Kind
from mediatheque.wiring import Mediatheque

router = APIRouter(prefix="/imports", tags=["imports"])

#: Rows that are fetched, and sent, at once.
_AT_ONCE = 1000


class BroughtView(BaseModel):
    """What of an import is in your library now."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "kinds": {"episode": 812, "film": 140},
                "events": {"watched": 1190},
                "first_at": "2021-02-11T00:00:00Z",
                "last_at": "2026-03-13T00:00:00Z",
                "latest": [{"id": 603, "kind": "film", "title": "Arrival", "is_listed": True}],
            }
        }
    )

    kinds: dict[Kind, int] = Field(description="How many titles of each kind.")
    events: dict[EventKind, int] = Field(description="How often what was done.")
    first_at: datetime | None = Field(description="Of what was done, the earliest of which the day is known.")
    last_at: datetime | None
    latest: list[ItemView] = Field(description="The titles you met last; a show stands for its episodes.")


@router.get("/{import_id}/brought", summary="What an import brought", responses=problems.describe(404))
async def get_brought(app: Opened, asker: Asker, import_id: PathId) -> BroughtView:
    """What is in your library because of it: after it was taken back, nothing."""

    def brought(db: Connection) -> BroughtView:
        batch = batches.batch_with_id(db, import_id, asker.id)
        found = brought_by(db, asker.id, batch.id)
        return BroughtView(
            kinds=dict(found.kinds),
            events=dict(found.events),
            first_at=found.first_at,
            last_at=found.last_at,
            latest=views(db, asker.id, list(found.latest)),
        )

    return await app.database.run(brought)


@router.get(
    "/{import_id}/rejected.csv",
    summary="Rows that cannot be read, as a table",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/csv": {"schema": {"type": "string"}, "example": "Row,Why\r\n"}}},
        **problems.describe(404),
    },
)
async def download_rejected(app: Opened, asker: Asker, import_id: PathId) -> StreamingResponse:
    """Every row of an import that could not be read, with the reason, to be mended in a spreadsheet."""
    batch = await app.database.run(batches.batch_with_id, import_id, asker.id)
    headers = {
        "Content-Disposition": disposition(
            PurePath(batch.file_name).stem, ".csv", note=" (not read)", is_kept=True
        ),
        "Cache-Control": "no-store",
    }
    return StreamingResponse(_table(app, batch.id), media_type="text/csv", headers=headers)


async def _table(app: Mediatheque, batch_id: int) -> AsyncGenerator[str]:
    # Spreadsheets take a file without this mark for one of Windows-1252.
    yield "\ufeff" + _line("Row", "Why")
    after = -1
    while rows := await app.database.run(batches.rejections_of, batch_id, after=after, limit=_AT_ONCE):
        yield "".join(_line(row.where, row.why) for _, row in rows)
        after = rows[-1][0]


def _line(*cells: str) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([_harmless(cell) for cell in cells])
    return out.getvalue()


def _harmless(cell: str) -> str:
    """What begins like a formula is shown by spreadsheets as text, not run."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell

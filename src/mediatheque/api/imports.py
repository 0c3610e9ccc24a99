"""Imports: an export is uploaded, read in the background, followed by polling, and can be taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from mediatheque.api import problems
from mediatheque.api.asking import Asker, Opened
from mediatheque.api.cursors import Cursor, Limit, read_number, write_cursor
from mediatheque.api.shapes import NO_NUL, Page, PathId, WorkView, work_view
from mediatheque.api.uploading import Received, received
from mediatheque.importers import DateOrder, Options
from mediatheque.kit.database import Connection
from mediatheque.library.queries import batches
from mediatheque.library.queries.batches import Batch
from mediatheque.vocabulary import EventKind, Kind
from mediatheque.wiring import Mediatheque

router = APIRouter(tags=["imports"])

#: Where whole files are sent to.
UPLOADS = frozenset({"/api/imports", "/api/previews"})

_LISTING = "imports"
_REJECTED = "rejected"


class ImportView(BaseModel):
    """One reading of one export."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": 12,
                "state": "done",
                "source": "netflix",
                "file_name": "NetflixViewingHistory.csv",
                "rows_read": 1204,
                "new": 1190,
                "known": 12,
                "rejected": 2,
                "skipped": {},
                "review": 3,
                "error": None,
                "started_at": "2026-03-14T20:15:00Z",
                "finished_at": "2026-03-14T20:15:01Z",
            }
        }
    )

    id: int
    state: Literal["reading", "done", "failed", "undone"] = Field(
        description="`reading`: waiting for a worker, or being read; ask again in a while."
    )
    source: str = Field(description="The kind of export.")
    file_name: str
    rows_read: int
    new: int = Field(description="Rows that were not known before.")
    known: int = Field(description="Rows that an earlier import brought.")
    rejected: int = Field(description="Rows that cannot be read.")
    skipped: dict[str, int] = Field(description="Rows left out on purpose, by reason.")
    review: int = Field(description="Questions about this import that only you can answer.")
    error: str | None = Field(description="Why it failed.")
    started_at: datetime
    finished_at: datetime | None


class RejectedRow(BaseModel):
    """A row that cannot be read."""

    where: str = Field(description="File and line, or index.")
    why: str


class EventExample(BaseModel):
    """Something a row says you did."""

    kind: EventKind
    at: datetime | None
    value: float | None


class RecordExample(BaseModel):
    """A row as it was understood."""

    where: str
    work: WorkView | None
    events: list[EventExample]


class PreviewView(BaseModel):
    """What an import would bring."""

    source: str
    rows: int
    new: int
    known: int
    rejected: int
    kinds: dict[Kind, int]
    events: dict[EventKind, int]
    first_at: datetime | None = Field(description="Of what was done, the earliest of which the day is known.")
    last_at: datetime | None
    skipped: dict[str, int] = Field(description="Rows that would be left out on purpose, by reason.")
    rejected_rows: list[RejectedRow] = Field(description="The first hundred.")
    examples: list[RecordExample] = Field(description="The first ten rows as they were understood.")


class _Form(BaseModel):
    """The fields beside the file."""

    model_config = ConfigDict(extra="forbid")

    source: Annotated[str, Field(max_length=32, pattern=NO_NUL)] | None = None
    profile: Annotated[str, Field(max_length=100, pattern=NO_NUL)] | None = None
    date_order: DateOrder | None = None
    timezone: Annotated[str, Field(max_length=64)] | None = None
    rows: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = None

    @field_validator("timezone")
    @classmethod
    def _is_a_place(cls, timezone: str | None) -> str | None:
        if timezone is not None:
            try:
                ZoneInfo(timezone)
            except (KeyError, ValueError, OSError):
                raise ValueError("is no time zone; write it like Europe/Berlin") from None
        return timezone

    @property
    def options(self) -> Options:
        return Options(profile=self.profile, date_order=self.date_order, timezone=self.timezone)


#: FastAPI would first spool the whole form; we read it ourselves, so it is described by hand.
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "The export, as it was downloaded.",
                        },
                        "source": {
                            "type": "string",
                            "description": "The kind of export, where the content could be of several.",
                            "example": "netflix",
                        },
                        "profile": {
                            "type": "string",
                            "description": "Whose history to take of an account's; `all` takes everybody's.",
                        },
                        "date_order": {
                            "type": "string",
                            "enum": list(get_args(DateOrder)),
                            "description": "How dates are written, where the file leaves it open.",
                        },
                        "timezone": {
                            "type": "string",
                            "description": "Where the export's local times were written.",
                            "example": "Europe/Berlin",
                        },
                        "rows": {
                            "type": "integer",
                            "minimum": 1,
                            "maximum": 1_000_000_000,
                            "description": "How many rows a preview counted: then the job says how far it is in percent.",
                        },
                    },
                }
            }
        },
    }
}


@router.post(
    "/imports",
    status_code=202,
    summary="Import an export",
    openapi_extra=_FORM,
    responses={
        202: {
            "headers": {
                "Location": {"description": "Where to ask how it goes.", "schema": {"type": "string"}}
            }
        },
        **problems.describe(415),
    },
)
async def start_import(app: Opened, asker: Asker, request: Request, response: Response) -> ImportView:
    """Upload an export; it is read in the background. The same export again brings only what is new.

    Where only you can tell how to read it, the problem names the `option` to set and its `choices`.
    """
    async with _received(app, request) as upload:
        batch = await to_thread.run_sync(_begin, app, asker.id, upload, _form(upload))
    response.headers["Location"] = f"/api/imports/{batch.id}"
    return _view(batch)


@router.post("/previews", summary="Try an export out", openapi_extra=_FORM, responses=problems.describe(415))
async def preview_import(app: Opened, asker: Asker, request: Request) -> PreviewView:
    """Read an export and say what importing it would bring; nothing is stored."""
    async with _received(app, request) as upload:
        return await to_thread.run_sync(_preview, app, asker.id, upload, _form(upload))


@router.get("/imports", summary="Your imports")
async def list_imports(
    app: Opened, asker: Asker, cursor: Cursor = None, limit: Limit = 50
) -> Page[ImportView]:
    """Every import of yours, the latest first."""
    before = read_number(_LISTING, cursor)
    found = await app.database.run(batches.list_batches, asker.id, before=before, limit=limit + 1)
    following = write_cursor(_LISTING, found[limit - 1].id) if len(found) > limit else None
    return Page(items=[_view(batch) for batch in found[:limit]], next=following)


@router.get("/imports/{import_id}", summary="How an import goes", responses=problems.describe(404))
async def get_import(app: Opened, asker: Asker, import_id: PathId) -> ImportView:
    """How far an import has come, and what it brought."""
    return _view(await app.database.run(batches.batch_with_id, import_id, asker.id))


@router.get(
    "/imports/{import_id}/rejected", summary="Rows that cannot be read", responses=problems.describe(404)
)
async def list_rejected(
    app: Opened, asker: Asker, import_id: PathId, cursor: Cursor = None, limit: Limit = 50
) -> Page[RejectedRow]:
    """The rows of an import that could not be read, in the file's order, each with the reason."""
    after = read_number(_REJECTED, cursor)

    def page(db: Connection) -> Page[RejectedRow]:
        batch = batches.batch_with_id(db, import_id, asker.id)
        found = batches.rejections_of(db, batch.id, after=-1 if after is None else after, limit=limit + 1)
        following = write_cursor(_REJECTED, found[limit - 1][0]) if len(found) > limit else None
        shown = [RejectedRow(where=row.where, why=row.why) for _, row in found[:limit]]
        return Page(items=shown, next=following)

    return await app.database.run(page)


@router.delete("/imports/{import_id}", summary="Take an import back", responses=problems.describe(404, 409))
async def undo_import(app: Opened, asker: Asker, import_id: PathId) -> ImportView:
    """Remove exactly what an import brought. The import itself stays listed, as undone."""
    from mediatheque.flows.undoing import undo_batch

    return _view(await to_thread.run_sync(undo_batch, app.database, asker.id, import_id))


def _received(app: Mediatheque, request: Request) -> Any:
    return received(request, app.data_dir / "uploads", app.settings.upload_limit_mb)


def _form(upload: Received) -> _Form:
    try:
        # A form sends what was left empty as empty.
        return _Form.model_validate({name: value for name, value in upload.fields.items() if value})
    except ValidationError as error:
        wrong = error.errors(include_context=False)
        raise RequestValidationError([{**e, "loc": ("body", *e["loc"])} for e in wrong]) from None


def _begin(app: Mediatheque, user_id: int, upload: Received, form: _Form) -> Batch:
    """Open the batch and hand the file over to a worker, both or neither."""
    from mediatheque.flows.import_history import begin_import
    from mediatheque.flows.jobs import defer_import

    path = upload.settle()
    with app.database.transaction() as db:
        batch = begin_import(db, user_id, path, name=upload.name, source=form.source, options=form.options)
        defer_import(app, db, user_id, batch.id, path, rows=form.rows)
    # Here and not in the handler: a client that hangs up now must not take the file with it.
    upload.keep()
    return batch


def _preview(app: Mediatheque, user_id: int, upload: Received, form: _Form) -> PreviewView:
    from mediatheque.flows.import_history import preview_file

    preview = preview_file(
        app.database, user_id, upload.path, name=upload.name, source=form.source, options=form.options
    )
    return PreviewView(
        source=preview.source,
        rows=preview.rows,
        new=preview.new,
        known=preview.known,
        rejected=preview.rejected_count,
        kinds=dict(preview.kinds),
        events=dict(preview.events),
        first_at=preview.first_at,
        last_at=preview.last_at,
        skipped=dict(preview.skipped),
        rejected_rows=[RejectedRow(where=r.where, why=r.why) for r in preview.rejected],
        examples=[
            RecordExample(
                where=record.where,
                work=work_view(record.work) if record.work else None,
                events=[EventExample(kind=e.kind, at=e.at, value=e.value) for e in record.events],
            )
            for record in preview.examples
        ],
    )


def _view(batch: Batch) -> ImportView:
    return ImportView.model_validate(batch, from_attributes=True)

"""The graph for other programs: written out in their forms, and asked in Cypher where it is kept in a Neo4j."""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, cast

from anyio import to_thread
from fastapi import APIRouter, Query
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field, field_validator
from starlette.background import BackgroundTask
from starlette.requests import Request

from mediatheque.api import problems
from mediatheque.api.asking import Admin, Asker, Opened
from mediatheque.api.shapes import NO_NUL
from mediatheque.graph.exports import form as form_called
from mediatheque.graph.exports import names
from mediatheque.kit.errors import Conflict, Invalid
from mediatheque.wiring import Mediatheque

router = APIRouter(prefix="/graph", tags=["graph"])

#: So long a question in Cypher may take, so many rows it may bring, and so many bytes.
CYPHER_S, MOST_ROWS, MOST_BYTES = 10.0, 1_000, 8 << 20

_BINARY = {"schema": {"type": "string", "format": "binary"}}


class CypherQuestion(BaseModel):
    """A question in Cypher."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "cypher": "MATCH (i:Item)-[:DIRECTED_BY]->(p:Person {name: $name}) RETURN i.name AS title LIMIT 10",
                "parameters": {"name": "Denis Villeneuve"},
            }
        }
    )

    cypher: str = Field(
        min_length=1, max_length=20_000, pattern=NO_NUL, description="One statement that reads."
    )
    parameters: dict[str, Any] = Field({}, description="Its parameters, by their names.")

    @field_validator("parameters")
    @classmethod
    def _can_be_sent(cls, given: dict[str, Any]) -> dict[str, Any]:
        _check_sendable(given)
        return given


class CypherAnswer(BaseModel):
    """What a question brought."""

    columns: list[str]
    rows: list[list[Any]] = Field(description="A value for each column, as far as JSON can say it.")
    is_cut: bool = Field(description="There was more.")


@router.get(
    "/export",
    summary="Take the graph along",
    response_class=FileResponse,
    responses={
        200: {
            "description": "The catalogue's part and yours, with nobody else's anything.",
            "content": {form_called(name).MEDIA_TYPE: _BINARY for name in names()},
        }
    },
)
async def export_graph(
    given: Request,
    app: Opened,
    asker: Asker,
    form: Annotated[
        str,
        Query(
            max_length=40,
            description="`graphml` for Gephi, yEd and networkx; `jsonl`, a line a node or an edge; `cypher`, a script; "
            "`neo4j-csv`, tables for `neo4j-admin database import`.",
            json_schema_extra={"enum": list(names())},
        ),
    ] = "graphml",
) -> FileResponse:
    """Every thing you may know of and every connection among them, as they were at one moment.

    Administrators, too, get their own part and no other person's.
    """
    wanted = form_called(form)
    path = await to_thread.run_sync(_written, app, asker.id, form, limiter=given.app.state.graphs_at_once)
    return FileResponse(
        path,
        media_type=wanted.MEDIA_TYPE,
        filename=f"mediatheque-graph{wanted.SUFFIX}",
        background=BackgroundTask(path.unlink, missing_ok=True),
    )


@router.post("/cypher", summary="Ask in Cypher (administrators)", responses=problems.describe(403, 409, 503))
async def ask_in_cypher(given: Request, app: Opened, admin: Admin, question: CypherQuestion) -> CypherAnswer:
    """What a question to the Neo4j brings, within ten seconds and at most 1,000 rows; nothing that writes is taken.

    It sees everybody's part of the graph, so it is refused (409) unless `MEDIATHEQUE_GRAPH_CYPHER` allows it; also
    where the graph is in no Neo4j.
    """
    if app.settings.graph_url is None:
        raise Conflict(
            "The graph is kept in the library's own database, which knows no Cypher; MEDIATHEQUE_GRAPH_URL names a Neo4j."
        )
    if not app.settings.graph_cypher:
        raise Conflict(
            "Cypher sees everybody's histories and recordings, and is not allowed here; MEDIATHEQUE_GRAPH_CYPHER=true allows it."
        )
    return await to_thread.run_sync(_answered, app, question, limiter=given.app.state.graphs_at_once)


def _written(app: Mediatheque, user_id: int, form: str) -> Path:
    """The graph in a file, so that a slow reader holds no connection to the database."""
    from mediatheque.flows.exporting_graph import export_graph

    folder = app.data_dir / "exports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{secrets.token_hex(16)}.part"
    try:
        with path.open("xb") as file:
            path.chmod(0o600)
            for piece in export_graph(app.database, app.graph, user_id, form):
                file.write(piece)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def _check_sendable(value: Any) -> None:
    """Raise ValueError for what JSON can say and Bolt cannot."""
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
        raise ValueError("whole numbers have 64 bits")
    if isinstance(value, str):
        _check_text(value)
    if isinstance(value, dict):
        for name, inner in cast("dict[str, Any]", value).items():
            _check_text(name)
            _check_sendable(inner)
    if isinstance(value, list):
        for inner in cast("list[Any]", value):
            _check_sendable(inner)


def _check_text(text: str) -> None:
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("half of a character is no text")


def _answered(app: Mediatheque, question: CypherQuestion) -> CypherAnswer:
    from mediatheque.stores.graph.neo4j import Neo4jGraph

    assert isinstance(app.graph, Neo4jGraph)  # MEDIATHEQUE_GRAPH_URL names nothing else
    answer = app.graph.ask(question.cypher, question.parameters, seconds=CYPHER_S, limit=MOST_ROWS)
    rows = [[_plain(value) for value in row] for row in answer.rows]
    if len(json.dumps(rows)) > MOST_BYTES:
        raise Invalid(f"The answer is larger than {MOST_BYTES >> 20} MiB; ask for less, or with LIMIT.")
    return CypherAnswer(columns=list(answer.columns), rows=rows, is_cut=answer.is_cut)


def _plain(value: Any) -> Any:
    """A value of Cypher as JSON can say it: bytes, moments, spans and points as text."""
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, bytes | bytearray):
        return value.hex()
    # Points are tuples of the driver's own.
    if isinstance(value, list) or type(value) is tuple:
        return [_plain(inner) for inner in cast("Sequence[Any]", value)]
    return value.iso_format() if hasattr(value, "iso_format") else str(value)

"""Search: find items by what somebody remembers of them, and the minute at which something was said."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

from anyio import to_thread
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from mediatheque.api import problems
from mediatheque.api.asking import Asker, Opened
from mediatheque.api.embedding import embedder_or_none
from mediatheque.api.items import Which
from mediatheque.api.passages import RecordingHit, WhichPassages, recording_hit
from mediatheque.api.shapes import ItemView, PathId, item_view
from mediatheque.kit.database import Connection
from mediatheque.library.queries import history
from mediatheque.library.queries.items import item_with_id
from mediatheque.vocabulary import SearchHit
from mediatheque.wiring import Mediatheque

if TYPE_CHECKING:
    from mediatheque.search.reading import Wording
    from mediatheque.stores.vectors import Vector
    from mediatheque.tools.embedder import Embedder

router = APIRouter(tags=["search"])

Mode = Literal["hybrid", "text", "semantic"]
In = Literal["all", "items", "passages"]
HitLimit = Annotated[int, Query(ge=1, le=100, description="How many at most.")]


class Hit(BaseModel):
    """An item that was found, and how."""

    item: ItemView
    score: float = Field(description="0 to 1, higher is better.")
    matched: list[str] = Field(description="`text`, `semantic` or both.")
    highlights: list[tuple[int, int]] = Field(
        [],
        description="Where in the title the words of the query stand: from and up to which character (Unicode code"
        " points).",
    )


class Hits(BaseModel):
    """What was found, best first."""

    items: list[Hit]


class Found(Hits):
    """What was found among items, and in what is said in your recordings."""

    recordings: list[RecordingHit] = Field(description="Best first, each with the passages that were found.")


@router.get("/search", summary="Search", responses=problems.describe(503))
async def search(
    app: Opened,
    asker: Asker,
    which: Which,
    which_passages: WhichPassages,
    q: Annotated[
        str,
        Query(
            min_length=1,
            max_length=500,
            pattern=r"[^\s\x00\ufffd]",  # something to look for
            description="A title or part of it, a name, what it is about, or what was said; in what is said, a"
            ' "phrase in quotes" stands so, and a -word does not.',
            examples=["linguist talks to aliens"],
        ),
    ],
    where: Annotated[
        In,
        Query(alias="in", description="Where to look: among items, in what is said in recordings, or both."),
    ] = "all",
    mode: Annotated[
        Mode, Query(description="By words, by meaning, or both: semantic needs an embedder.")
    ] = "hybrid",
    threshold: Annotated[
        float | None,
        Query(
            ge=0,
            le=1,
            description="The least likeness in meaning that counts; else 0.4 of items, 0.25 of passages.",
        ),
    ] = None,
    limit: HitLimit = 12,
) -> Found:
    """Items that a query means, and the minutes of your recordings in which it is said, best first.

    Items: titles with typos and beginnings, names, words, and meaning. The filters of items hold for what a recording is
    shown as; those that only recordings have (speaker, tag, media, source, dates) leave other items out.
    """
    from mediatheque.search.find import find
    from mediatheque.search.passages import LEAST_LIKENESS, search_recordings
    from mediatheque.search.reading import read_wording

    # Embedding takes milliseconds of CPU: in a thread, and before a connection is held.
    embedder, vector = await to_thread.run_sync(_embedded, app, q, mode)
    of_passages = replace(which_passages, item=which)

    def among_items(db: Connection) -> list[Hit]:
        hits = find(
            db,
            embedder,
            q,
            asker.id,
            mode=mode,
            which=which,
            threshold=threshold if threshold is not None else 0.4,
            limit=limit,
            vector=vector,
        )
        return _views(db, asker.id, hits, read_wording(q)).items

    def in_passages(db: Connection) -> list[RecordingHit]:
        found = search_recordings(
            db,
            asker.id,
            q,
            embedder_name=embedder.name if embedder is not None else None,
            vector=vector,
            which=of_passages,
            mode=mode,
            threshold=threshold if threshold is not None else LEAST_LIKENESS,
            limit=limit,
        )
        return [recording_hit(hit) for hit in found]

    async def items() -> list[Hit]:
        if where == "passages" or of_passages.is_of_recordings:
            return []
        return await app.database.run(among_items)

    async def recordings() -> list[RecordingHit]:
        return await app.database.run(in_passages) if where != "items" else []

    # At the same time: who looks for an item waits no longer for having recordings.
    those, heard = await asyncio.gather(items(), recordings())
    return Found(items=those, recordings=heard)


@router.get(
    "/items/{item_id}/similar",
    tags=["items"],
    summary="What is like an item",
    responses=problems.describe(404),
)
async def list_similar(
    app: Opened, asker: Asker, which: Which, item_id: PathId, limit: HitLimit = 12
) -> Hits:
    """Items whose texts are nearest in meaning; none without an embedder, or before the item is embedded."""
    from mediatheque.search.find import similar

    embedder = await to_thread.run_sync(embedder_or_none, app)

    def found(db: Connection) -> Hits:
        item = item_with_id(db, item_id, asker.id)
        if embedder is None:
            return Hits(items=[])
        return _views(
            db, asker.id, similar(db, asker.id, item, model=embedder.name, which=which, limit=limit)
        )

    return await app.database.run(found)


def _embedded(app: Mediatheque, query: str, mode: Mode) -> tuple[Embedder | None, Vector | None]:
    """The embedder and the query's vector, where the mode uses them; hybrid goes on without when they fail."""
    from mediatheque.search.find import query_vector

    if mode == "text":
        return None, None
    embedder = app.embedder if mode == "semantic" else embedder_or_none(app)
    vector = query_vector(embedder, query, mode=mode)
    return (embedder, vector) if vector is not None else (None, None)


def _views(db: Connection, user_id: int, hits: list[SearchHit], wording: Wording | None = None) -> Hits:
    from mediatheque.search.highlighting import highlights

    stand = history.standings(db, user_id, [hit.item.id for hit in hits])
    return Hits(
        items=[
            Hit(
                item=item_view(hit.item, stand.get(hit.item.id)),
                score=hit.score,
                matched=list(hit.matched),
                highlights=list(highlights(hit.item.title, wording)) if wording is not None else [],
            )
            for hit in hits
        ]
    )

"""The graph as the API shows it: things, connections and paths, and the parameters that its routes share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, TypeVar

from anyio import to_thread
from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from mediatheque.api.shapes import LARGEST_ID
from mediatheque.graph import edges, labels
from mediatheque.graph.walks import Around, Common, Met, Neighbour, Telling, Thing
from mediatheque.kit.database import Connection
from mediatheque.kit.shelf import names_in
from mediatheque.stores.graph import Edge
from mediatheque.vocabulary import NodeKind
from mediatheque.wiring import Mediatheque

R = TypeVar("R")

#: So many drawings, communities, exports and questions in Cypher at once: they take a processor, or the disk, for a while.
GRAPHS_AT_ONCE = 2
_TYPES = [name.replace("-", "_").upper() for name in names_in(edges.__name__)]

Kind = Annotated[NodeKind, Path(description="What it is.")]
ThingId = Annotated[
    int,
    Path(
        ge=1, le=LARGEST_ID, description="Its number; of a season, the show's times 10,000 plus the season's."
    ),
]
Types = Annotated[
    list[Annotated[str, Field(max_length=40, json_schema_extra={"enum": [*_TYPES]})]] | None,
    Query(
        description="Only connections of these types, as `GET /api/graph/types` names them.", max_length=50
    ),
]
#: A node in the query, read by `labels.node_labelled`, whose words are better than a regular expression's.
Labelled = Annotated[str, Field(max_length=100, json_schema_extra={"pattern": labels.PATTERN})]


class ThingView(BaseModel):
    """A node of the graph."""

    node: str = Field(description="As paths, drawings and exports name it.", examples=["item:12"])
    kind: NodeKind
    id: int
    name: str = Field(description="Of you it is “you”.")
    what: str = Field(description="Of an item its kind; of a passage its recording's title; else empty.")
    is_you: bool


class EdgeView(BaseModel):
    """A connection, and the facts that it comes from."""

    type: str
    source: str
    target: str
    is_yours: bool = Field(description="There for you alone; else part of the catalogue, or another's part.")
    weight: float = Field(description="How much it says, up to 1.")
    confidence: float = Field(description="How sure the facts are, up to 1.")
    count: int = Field(description="How many facts it comes from.")
    first_at: datetime | None = Field(description="It holds since then.")
    last_at: datetime | None
    batch_id: int | None = Field(description="The newest of your imports that says so.")
    said_by: str | None = Field(description="Who says so; none: it was worked out here.")
    at_ms: int | None = Field(description="Where in a recording.")
    likeness: float | None = Field(description="How alike the meanings are, −1 to 1.")
    together: float | None = Field(description="How much the same people have been through both, 0 to 1.")
    detail: str | None = Field(description="The character, or the words that it was mentioned by.")


class NeighbourView(BaseModel):
    """A thing that is connected with the one asked about."""

    thing: ThingView
    words: str = Field(description="How; they follow the name of the thing that was asked about.")
    edge: EdgeView


class Neighbourhood(BaseModel):
    """A thing and what it is connected with."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "thing": {
                    "node": "item:603",
                    "kind": "item",
                    "id": 603,
                    "name": "Arrival (2016)",
                    "what": "film",
                    "is_you": False,
                },
                "neighbours": [
                    {
                        "thing": {
                            "node": "person:41",
                            "kind": "person",
                            "id": 41,
                            "name": "Denis Villeneuve",
                            "what": "",
                            "is_you": False,
                        },
                        "words": "was directed by Denis Villeneuve",
                        "edge": {
                            "type": "DIRECTED_BY",
                            "source": "item:603",
                            "target": "person:41",
                            "is_yours": False,
                            "weight": 0.8,
                            "confidence": 1.0,
                            "count": 1,
                            "first_at": "2026-03-14T19:02:11Z",
                            "last_at": None,
                            "batch_id": None,
                            "said_by": "tmdb",
                            "at_ms": None,
                            "likeness": None,
                            "together": None,
                            "detail": None,
                        },
                    }
                ],
            }
        }
    )

    thing: ThingView
    neighbours: list[NeighbourView]


class AroundView(BaseModel):
    """A thing within some hops of the one asked about."""

    thing: ThingView
    hops: int
    score: float = Field(
        description="How telling the most telling way there is; comparable inside one answer."
    )
    parent: ThingView = Field(description="The thing before it on that way.")
    words: str = Field(description="How they are connected; they follow the parent's name.")
    edge: EdgeView


class Surroundings(BaseModel):
    """A thing and what is around it."""

    thing: ThingView
    around: list[AroundView] = Field(description="Most telling first.")


class PathView(BaseModel):
    """A way from one thing to another."""

    sentence: str = Field(description="The whole of it in words.")
    score: float = Field(description="How telling it is; comparable inside one answer.")
    things: list[ThingView] = Field(description="One more than there are edges.")
    edges: list[EdgeView]
    steps: list[str] = Field(description="Each edge in words that follow the name of the thing before it.")


class Paths(BaseModel):
    """Ways from one thing to another, most telling first."""

    source: ThingView
    target: ThingView
    paths: list[PathView]


class SharedView(BaseModel):
    """A thing that two others are both connected with."""

    thing: ThingView
    score: float
    words_a: str = Field(description="How the first is; they follow its name.")
    words_b: str
    edge_a: EdgeView
    edge_b: EdgeView


class CommonGround(BaseModel):
    """What two things have in common, most telling first."""

    a: ThingView
    b: ThingView
    common: list[SharedView]


class MeetingView(BaseModel):
    """One time that you met a thing."""

    at: datetime | None
    at_ms: int | None = Field(description="Where in a recording.")
    words: str = Field(description="How, as a sentence.")
    thing: ThingView = Field(description="You, or what of yours speaks of it.")
    edge: EdgeView


class Timeline(BaseModel):
    """Where you met a thing before, latest first."""

    thing: ThingView
    meetings: list[MeetingView]


async def walk(app: Mediatheque, query: Callable[[Connection], R]) -> R:
    """What a query finds, in a transaction of its own; in a thread where the graph is on another machine."""
    if not app.graph.is_remote:
        return await app.database.run(query)
    return await to_thread.run_sync(in_transaction, app, query)


def in_transaction(app: Mediatheque, query: Callable[[Connection], R]) -> R:
    """The same, for who is in a thread already."""
    with app.database.transaction() as db:
        return query(db)


def thing_view(thing: Thing) -> ThingView:
    """A thing as the API shows it."""
    return ThingView(
        node=labels.label_of(thing.node.number),
        kind=thing.node.kind,
        id=thing.node.id,
        name=thing.name,
        what=thing.what,
        is_you=thing.is_reader,
    )


def edge_view(edge: Edge, viewer: int) -> EdgeView:
    """An edge as the API shows it; of somebody else's, where they share their taste, only that and how much it is."""
    is_anothers = edge.owner_id not in (0, viewer)
    return EdgeView(
        type=edge.type,
        source=labels.label_of(edge.source),
        target=labels.label_of(edge.target),
        is_yours=edge.owner_id == viewer,
        weight=edge.weight,
        confidence=edge.confidence,
        count=edge.count,
        first_at=None if is_anothers else edge.first_at,
        last_at=None if is_anothers else edge.last_at,
        batch_id=edge.batch_id if edge.owner_id == viewer else None,
        said_by=None if is_anothers else edge.said_by,
        at_ms=edge.at_ms,
        likeness=edge.likeness,
        together=edge.together,
        detail=None if is_anothers else edge.detail,
    )


def neighbour_view(found: Neighbour, viewer: int) -> NeighbourView:
    """A neighbour as the API shows it."""
    return NeighbourView(thing=thing_view(found.thing), words=found.words, edge=edge_view(found.edge, viewer))


def around_view(found: Around, viewer: int) -> AroundView:
    """What is around a thing as the API shows it."""
    return AroundView(
        thing=thing_view(found.thing),
        hops=found.hops,
        score=found.score,
        parent=thing_view(found.parent),
        words=found.words,
        edge=edge_view(found.edge, viewer),
    )


def path_view(telling: Telling, viewer: int) -> PathView:
    """A path as the API shows it."""
    return PathView(
        sentence=telling.sentence,
        score=telling.score,
        things=[thing_view(thing) for thing in telling.things],
        edges=[edge_view(edge, viewer) for edge in telling.edges],
        steps=list(telling.steps),
    )


def paths_view(a: Thing, b: Thing, tellings: Sequence[Telling], viewer: int) -> Paths:
    """Paths as the API shows them."""
    return Paths(
        source=thing_view(a), target=thing_view(b), paths=[path_view(telling, viewer) for telling in tellings]
    )


def shared_view(found: Common, viewer: int) -> SharedView:
    """Common ground as the API shows it."""
    return SharedView(
        thing=thing_view(found.thing),
        score=found.score,
        words_a=found.words_a,
        words_b=found.words_b,
        edge_a=edge_view(found.edge_a, viewer),
        edge_b=edge_view(found.edge_b, viewer),
    )


def meeting_view(met: Met, viewer: int) -> MeetingView:
    """A meeting as the API shows it."""
    return MeetingView(
        at=met.at,
        at_ms=met.at_ms,
        words=met.words,
        thing=thing_view(met.thing),
        edge=edge_view(met.edge, viewer),
    )

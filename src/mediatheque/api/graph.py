"""The graph: a thing and what it is connected with, ways between two things, and where you met something before."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from mediatheque.api import problems
from mediatheque.api.asking import Asker, Opened
from mediatheque.api.graph_shapes import (
    CommonGround,
    Kind,
    Labelled,
    Neighbourhood,
    Paths,
    Surroundings,
    ThingId,
    ThingView,
    Timeline,
    Types,
    around_view,
    meeting_view,
    neighbour_view,
    paths_view,
    shared_view,
    thing_view,
    walk,
)
from mediatheque.api.shapes import NO_NUL, Id
from mediatheque.graph import edges, walks
from mediatheque.graph.labels import node_labelled
from mediatheque.graph.queries.naming import thing_named, things_begun
from mediatheque.kit import shelf
from mediatheque.kit.database import Connection
from mediatheque.stores.graph import LONGEST_PATH, MOST_HOPS
from mediatheque.vocabulary import Node, NodeKind

router = APIRouter(prefix="/graph", tags=["graph"])


class TypeView(BaseModel):
    """A type of connection."""

    name: str = Field(examples=["DIRECTED_BY"])
    meaning: str = Field(description="What it says, and from which facts.")


class TypeList(BaseModel):
    """Every type of connection."""

    types: list[TypeView]


class ThingList(BaseModel):
    """Things to begin from."""

    things: list[ThingView]


@router.get("/types", summary="Types of connections")
async def list_types(asker: Asker) -> TypeList:
    """What things can be to each other, and what each type means."""
    return TypeList(types=[TypeView(name=name, meaning=_meaning(name)) for name in edges.edge_types()])


@router.get("/find", summary="Things of a name")
async def find_things(
    app: Opened,
    asker: Asker,
    name: Annotated[
        str,
        Query(
            min_length=1,
            max_length=200,
            pattern=NO_NUL,
            description="The whole name in any case; a title with or without its year; with `begins`, its beginning.",
            examples=["Arrival"],
        ),
    ],
    kind: Annotated[list[NodeKind] | None, Query(description="Only these kinds.", max_length=9)] = None,
    begins: Annotated[
        bool, Query(description="Also what begins so, or a word of which does: for looking while one writes.")
    ] = False,
) -> ThingList:
    """Where a walk may begin: titles, people, genres, series, your tags and voices of that name, the most connected first.

    `GET /api/search` finds titles by parts of their names, and by what they are about.
    """

    def found(db: Connection) -> ThingList:
        view = walks.view_of(db, asker.id)
        named = (things_begun if begins else thing_named)(db, view, name, kind or ())
        return ThingList(things=[thing_view(thing) for thing in named])

    return await app.database.run(found)


@router.get("/path", summary="How do they hang together?", responses=problems.describe(404))
async def list_paths(
    app: Opened,
    asker: Asker,
    start: Annotated[Labelled, Query(alias="from", description="Where to begin.", examples=["item:12"])],
    end: Annotated[Labelled, Query(alias="to", description="Where to end.", examples=["person:3"])],
    types: Types = None,
    max_length: Annotated[
        int, Query(ge=1, le=LONGEST_PATH, description="Of so many connections at most.")
    ] = 4,
    limit: Annotated[int, Query(ge=1, le=20, description="How many at most.")] = 5,
) -> Paths:
    """The most telling ways from one thing to another, each in a sentence.

    What many things are connected with, such as a large genre, tells little; what few share tells much. Ways lead over
    the catalogue and what is yours, never over another person.
    """
    a, b = node_labelled(start), node_labelled(end)

    def found(db: Connection) -> Paths:
        view = walks.view_of(db, asker.id)
        things = walks.thing(db, view, a), walks.thing(db, view, b)
        told = walks.paths_between(
            app.graph, db, view, a, b, types=types or (), max_length=max_length, limit=limit
        )
        return paths_view(*things, told, asker.id)

    return await walk(app, found)


@router.get("/common", summary="What have they in common?", responses=problems.describe(404))
async def list_common_ground(
    app: Opened,
    asker: Asker,
    a: Annotated[Labelled, Query(description="One.", examples=["item:12"])],
    b: Annotated[Labelled, Query(description="The other.", examples=["item:13"])],
    types: Types = None,
    limit: Annotated[int, Query(ge=1, le=200, description="How many at most.")] = 20,
) -> CommonGround:
    """What two things are both connected with, the most telling first.

    Of two people: of you and somebody who shares their taste, as you do; what both of you know.
    """
    one, other = node_labelled(a), node_labelled(b)

    def found(db: Connection) -> CommonGround:
        view = walks.view_of(db, asker.id)
        things = walks.thing(db, view, one), walks.thing(db, view, other)
        shared = walks.common_ground(app.graph, db, view, one, other, types=types or (), limit=limit)
        return CommonGround(
            a=thing_view(things[0]),
            b=thing_view(things[1]),
            common=[shared_view(each, asker.id) for each in shared],
        )

    return await walk(app, found)


@router.get("/why", summary="What connects you with a title?", responses=problems.describe(404))
async def why_item(
    app: Opened,
    asker: Asker,
    item: Annotated[Id, Query(description="The item's number.")],
    limit: Annotated[int, Query(ge=1, le=10, description="How many at most.")] = 3,
) -> Paths:
    """The most telling ways from you to a title, over others of yours."""

    def found(db: Connection) -> Paths:
        view = walks.view_of(db, asker.id)
        you = walks.thing(db, view, Node(NodeKind.USER, asker.id))
        there = walks.thing(db, view, Node(NodeKind.ITEM, item))
        return paths_view(you, there, walks.why(app.graph, db, view, item, limit=limit), asker.id)

    return await walk(app, found)


@router.get("/{kind}/{id}", summary="A thing and its connections", responses=problems.describe(404))
async def get_thing(
    app: Opened,
    asker: Asker,
    kind: Kind,
    id: ThingId,  # noqa: A002  as the address names it
    types: Types = None,
    direction: Annotated[
        Literal["out", "in", "both"], Query(description="Only those that lead from it, or to it.")
    ] = "both",
    order: Annotated[
        Literal["weight", "recent"], Query(description="First what says most, or what happened last.")
    ] = "weight",
    limit: Annotated[int, Query(ge=1, le=200, description="How many at most.")] = 50,
) -> Neighbourhood:
    """What something is connected with, each in words and with the facts that it comes from."""
    node = Node(kind, id)

    def found(db: Connection) -> Neighbourhood:
        view = walks.view_of(db, asker.id)
        there = walks.neighbours_of(
            app.graph, db, view, node, types=types or (), direction=direction, order=order, limit=limit
        )
        return Neighbourhood(
            thing=thing_view(walks.thing(db, view, node)),
            neighbours=[neighbour_view(each, asker.id) for each in there],
        )

    return await walk(app, found)


@router.get("/{kind}/{id}/expand", summary="What is around it?", responses=problems.describe(404))
async def expand_thing(
    app: Opened,
    asker: Asker,
    kind: Kind,
    id: ThingId,  # noqa: A002
    types: Types = None,
    hops: Annotated[int, Query(ge=1, le=MOST_HOPS, description="So far at most.")] = 2,
    limit: Annotated[int, Query(ge=1, le=1_000, description="How many at most.")] = 100,
) -> Surroundings:
    """What can be reached in a few steps, the most telling first: of each thing its heaviest connections are followed."""
    node = Node(kind, id)

    def found(db: Connection) -> Surroundings:
        view = walks.view_of(db, asker.id)
        there = walks.around(app.graph, db, view, node, types=types or (), hops=hops, limit=limit)
        return Surroundings(
            thing=thing_view(walks.thing(db, view, node)),
            around=[around_view(each, asker.id) for each in there],
        )

    return await walk(app, found)


@router.get(
    "/{kind}/{id}/timeline", summary="Where did you meet this before?", responses=problems.describe(404)
)
async def timeline_of_thing(
    app: Opened,
    asker: Asker,
    kind: Kind,
    id: ThingId,  # noqa: A002
    limit: Annotated[int, Query(ge=1, le=200, description="How many at most.")] = 50,
) -> Timeline:
    """What you did with something, and the moments of your recordings that speak of it, latest first."""
    node = Node(kind, id)

    def found(db: Connection) -> Timeline:
        view = walks.view_of(db, asker.id)
        met = walks.timeline(app.graph, db, view, node, limit=limit)
        return Timeline(
            thing=thing_view(walks.thing(db, view, node)),
            meetings=[meeting_view(each, asker.id) for each in met],
        )

    return await walk(app, found)


def _meaning(type_: str) -> str:
    """What the type's module says that it is for."""
    module = shelf.take(edges, type_.lower().replace("_", "-"))
    meaning = (module.__doc__ or "").partition(": ")[2].strip()
    return meaning[:1].upper() + meaning[1:]

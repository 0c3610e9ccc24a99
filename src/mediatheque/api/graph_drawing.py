"""What is around something in the graph, to be drawn."""

from __future__ import annotations

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request

from mediatheque.api import problems
from mediatheque.api.asking import Asker, Opened
from mediatheque.api.graph_shapes import (
    EdgeView,
    Labelled,
    ThingView,
    Types,
    edge_view,
    in_transaction,
    thing_view,
)
from mediatheque.graph.labels import node_labelled
from mediatheque.kit.database import Connection
from mediatheque.stores.graph import MOST_HOPS, View
from mediatheque.vocabulary import NodeKind

router = APIRouter(prefix="/graph", tags=["graph"])


class PlacedView(BaseModel):
    """A node of a drawing."""

    thing: ThingView
    degree: int = Field(description="How many connections it has, in the catalogue or of yours.")
    relevance: float = Field(description="How telling the way to it is; the start has 1.")
    hops: int
    community: int | None = Field(description="Those of one number hang together; 0 the most of them.")


class SubgraphView(BaseModel):
    """What is around something, to be drawn."""

    nodes: list[PlacedView] = Field(description="The most relevant first.")
    edges: list[EdgeView] = Field(description="All among these nodes, the heaviest first.")
    nodes_by_kind: dict[NodeKind, int]
    edges_by_type: dict[str, int]
    more: int = Field(description="How many things within reach were left out.")


@router.get("/subgraph", summary="A part to draw", responses=problems.describe(404))
async def get_subgraph(
    given: Request,
    app: Opened,
    asker: Asker,
    start: Annotated[
        Labelled | None, Query(description="Around which thing; left out: you.", examples=["item:12"])
    ] = None,
    types: Types = None,
    hops: Annotated[int, Query(ge=1, le=MOST_HOPS, description="So far at most.")] = 2,
    most: Annotated[int, Query(ge=1, le=2_000, description="How many nodes at most.")] = 200,
) -> SubgraphView:
    """The most relevant nodes around something and all connections among them."""
    node = node_labelled(start) if start is not None else None

    def found(db: Connection) -> SubgraphView:
        from mediatheque.graph.subgraph import subgraph

        # Without guests: what is around them is theirs.
        drawn = subgraph(app.graph, db, View(asker.id), node, types=types or (), hops=hops, most=most)
        nodes = [
            PlacedView(
                thing=thing_view(one.thing),
                degree=one.degree,
                relevance=one.relevance,
                hops=one.hops,
                community=one.community,
            )
            for one in drawn.nodes
        ]
        return SubgraphView(
            nodes=nodes,
            edges=[edge_view(edge, asker.id) for edge in drawn.edges],
            nodes_by_kind=dict(drawn.nodes_by_kind),
            edges_by_type=dict(drawn.edges_by_type),
            more=drawn.more,
        )

    return await to_thread.run_sync(in_transaction, app, found, limiter=given.app.state.graphs_at_once)

"""Somebody's taste in the graph: what their titles fall into, and which people and themes it is about."""

from __future__ import annotations

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request

from mediatheque.api.asking import Asker, Opened
from mediatheque.api.graph_shapes import ThingView, in_transaction, thing_view
from mediatheque.graph.central import Centre
from mediatheque.graph.communities import Community
from mediatheque.graph.labels import label_of
from mediatheque.kit.database import Connection
from mediatheque.stores.graph import View

router = APIRouter(prefix="/graph", tags=["graph"])


class TraitView(BaseModel):
    """What the titles of a community share more than your others do."""

    name: str
    what: str = Field(description="`person`, `genre`, `tag`, `series` or `decade`.")
    node: str | None = Field(description="None of a decade.")
    members: int = Field(description="How many of them have it.")
    score: float = Field(description="How far from chance, in standard errors.")


class CommunityView(BaseModel):
    """Titles that hang together more than with your others."""

    number: int
    name: str
    size: int
    share: float = Field(description="Of the time that you have spent with titles.")
    members: list[ThingView] = Field(description="Those in the thick of it first.")
    traits: list[TraitView] = Field(description="What speaks for the name first.")


class CommunitiesView(BaseModel):
    """What your titles fall into, the largest first."""

    communities: list[CommunityView]
    others: list[ThingView] = Field(description="Titles that are in none.")
    others_size: int
    others_share: float
    modularity: float = Field(description="How clear the pattern is; from 0.3 it is one.")
    items: int = Field(description="How many titles were looked at.")
    items_left_out: int
    links_left_out: int


class CentreView(BaseModel):
    """A person or a theme that your taste is about."""

    thing: ThingView
    score: float = Field(description="Higher is more central; comparable inside one list only.")
    lift: float = Field(description="How many times as much of it you have as the catalogue.")
    titles: int = Field(description="Of yours, connected with it.")
    average_rating: float | None = Field(description="What you gave those of them that you rated.")
    sentence: str


class CentralView(BaseModel):
    """Who and what your taste is about, the most central first."""

    people: list[CentreView]
    themes: list[CentreView] = Field(description="Genres, tags and series.")


@router.get("/communities", summary="What your titles fall into")
async def list_communities(
    given: Request,
    app: Opened,
    asker: Asker,
    resolution: Annotated[
        float, Query(ge=0.1, le=10, description="More: smaller communities, and more of them.")
    ] = 1.0,
    top: Annotated[int, Query(ge=1, le=100, description="How many titles of each are named at most.")] = 10,
) -> CommunitiesView:
    """Titles of yours that hang together more than with the rest (Leiden), named by what they share."""

    def found(db: Connection) -> CommunitiesView:
        from mediatheque.graph.communities import communities

        made = communities(app.graph, db, View(asker.id), resolution=resolution, top=top)
        return CommunitiesView(
            communities=[_community(one) for one in made.communities],
            others=[thing_view(one) for one in made.others],
            others_size=made.others_size,
            others_share=made.others_share,
            modularity=made.modularity,
            items=made.items,
            items_left_out=made.items_left_out,
            links_left_out=made.links_left_out,
        )

    return await to_thread.run_sync(in_transaction, app, found, limiter=given.app.state.graphs_at_once)


@router.get("/central", summary="What your taste is about")
async def list_central(
    given: Request,
    app: Opened,
    asker: Asker,
    limit: Annotated[int, Query(ge=1, le=100, description="How many of each at most.")] = 10,
) -> CentralView:
    """The people and themes that walks from the titles you love keep coming back to."""

    def found(db: Connection) -> CentralView:
        from mediatheque.graph.central import central

        made = central(app.graph, db, View(asker.id), limit=limit)
        return CentralView(people=list(map(_centre, made.people)), themes=list(map(_centre, made.themes)))

    return await to_thread.run_sync(in_transaction, app, found, limiter=given.app.state.graphs_at_once)


def _community(made: Community) -> CommunityView:
    return CommunityView(
        number=made.number,
        name=made.name,
        size=made.size,
        share=made.share,
        members=[thing_view(one) for one in made.members],
        traits=[
            TraitView(
                name=trait.name,
                what=trait.what,
                node=label_of(trait.node.number) if trait.node is not None else None,
                members=trait.members,
                score=trait.score,
            )
            for trait in made.traits
        ],
    )


def _centre(made: Centre) -> CentreView:
    return CentreView(
        thing=thing_view(made.thing),
        score=made.score,
        lift=made.lift,
        titles=made.titles,
        average_rating=made.average_rating,
        sentence=made.sentence,
    )

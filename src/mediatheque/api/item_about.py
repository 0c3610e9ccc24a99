"""Everything about one item: what is known and who says so, its people and kin, where you met it, who speaks of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from mediatheque.api import problems
from mediatheque.api.asking import Asker, Opened
from mediatheque.api.graph_shapes import walk
from mediatheque.api.home_shapes import SpokenMoment, moment_view
from mediatheque.api.media_details import views
from mediatheque.api.media_shapes import MediaView
from mediatheque.api.shapes import ItemView, PathId, item_view
from mediatheque.archive.queries.media import media_of_item
from mediatheque.archive.queries.spoken_of import moments_about
from mediatheque.enrich.said import Field as SaidField
from mediatheque.enrich.said import said_of
from mediatheque.graph import walks
from mediatheque.kit.database import Connection
from mediatheque.library.queries import claims, history, items, mentions, met
from mediatheque.library.queries.met import FromBatch
from mediatheque.vocabulary import Claim, EventKind, Item, Kind, Node, NodeKind, Role
from mediatheque.wiring import Mediatheque

router = APIRouter(prefix="/items", tags=["items"])


class SaidView(BaseModel):
    """What one source says."""

    source: str = Field(description="A catalogue (`tmdb`, `starter` …), or the service whose export says so.")
    value: str | float | list[str]


class FieldView(BaseModel):
    """One thing that is known."""

    name: str = Field(description="As in an item; of credits the role.", examples=["year"])
    said: list[SaidView] = Field(description="Whom we believe comes first.")
    is_united: bool = Field(description="All that is said counts, not the first alone.")
    why: str = Field(description="Why the sources are believed in this order.")


class CreditedPerson(BaseModel):
    """Somebody who made it, or is in it."""

    id: int = Field(description="In the graph: `person:{id}`.")
    name: str
    role: Role
    character: str | None


class PlaceInSeries(BaseModel):
    """A title of the series."""

    item: ItemView
    position: float | None


class SeriesView(BaseModel):
    """The series of books or films that it is part of."""

    name: str
    items: list[PlaceInSeries] = Field(description="In their order; the title itself is among them.")


class KinView(BaseModel):
    """What it was made from, or what was made from it."""

    kind: Literal["original", "adaptation"]
    item: ItemView


class About(BaseModel):
    """Everything known of an item."""

    item: ItemView
    show: ItemView | None = Field(description="Of an episode.")
    fields: list[FieldView]
    people: list[CreditedPerson] = Field(description="In billing order.")
    series: SeriesView | None
    kin: list[KinView]
    recordings: list[MediaView] = Field(description="Those of yours that it is shown as the item of.")


class FromImport(BaseModel):
    """An import."""

    id: int
    source: str
    file_name: str
    rows: int = Field(description="How many rows of it speak of this.")


class ItemMeeting(BaseModel):
    """Something that you did with it."""

    id: int = Field(description="The event.")
    kind: EventKind
    at: datetime | None
    is_date_only: bool
    value: float | None
    batch: FromImport | None = Field(description="The import that says so; none: you said so here.")
    where: str | None = Field(description="The row, as `ViewingActivity.csv:12`.")
    list_id: int | None = Field(description="The list of recommendations that it answered.")


class SeasonMet(BaseModel):
    """A season as you saw it."""

    season: int | None
    episodes_seen: int
    episodes_known: int
    first_at: datetime | None
    last_at: datetime | None
    batches: list[FromImport]


class Meetings(BaseModel):
    """Where you met an item."""

    meetings: list[ItemMeeting] = Field(
        description="Latest first, 200 at most; of a show, not its episodes'."
    )
    seasons: list[SeasonMet] = Field(description="Of a show: those of which you saw an episode.")


class Moments(BaseModel):
    """Where your recordings speak of an item."""

    moments: list[SpokenMoment] = Field(description="The latest recording first.")


@router.get("/{item_id}/about", summary="Everything about an item", responses=problems.describe(404))
async def get_about(app: Opened, asker: Asker, item_id: PathId) -> About:
    """What is known of an item and who says so, who made it, what it belongs to."""

    def told(db: Connection) -> About:
        return _about(app, db, asker.id, items.item_with_id(db, item_id, asker.id))

    return await walk(app, told)


@router.get("/{item_id}/met", summary="Where you met an item", responses=problems.describe(404))
async def get_meetings(app: Opened, asker: Asker, item_id: PathId) -> Meetings:
    """What you did with it and which row of which import says so; of a show's episodes, season by season."""

    def told(db: Connection) -> Meetings:
        item = items.item_with_id(db, item_id, asker.id)
        seasons = met.seasons_seen(db, asker.id, item.id) if item.kind is Kind.SHOW else []
        return Meetings(
            meetings=[_meeting(one) for one in met.meetings(db, asker.id, item.id)],
            seasons=[
                SeasonMet(
                    season=one.season,
                    episodes_seen=one.episodes_seen,
                    episodes_known=one.episodes_known,
                    first_at=one.first_at,
                    last_at=one.last_at,
                    batches=batches_view(one.batches),
                )
                for one in seasons
            ],
        )

    return await app.database.run(told)


@router.get("/{item_id}/moments", summary="Recordings that speak of it", responses=problems.describe(404))
async def get_moments(
    app: Opened,
    asker: Asker,
    item_id: PathId,
    limit: Annotated[int, Query(ge=1, le=200, description="How many at most.")] = 50,
) -> Moments:
    """Every moment at which a recording of yours names the item, with the words around it."""

    def told(db: Connection) -> Moments:
        item = items.item_with_id(db, item_id, asker.id)
        stand = history.standings(db, asker.id, [item.id])
        found = moments_about(db, asker.id, item.id, limit=limit)
        return Moments(moments=[moment_view(moment, stand) for moment in found])

    return await app.database.run(told)


def batches_view(batches: Sequence[FromBatch]) -> list[FromImport]:
    """Imports, as they are shown beside what they say."""
    return [FromImport(id=b.id, source=b.source, file_name=b.file_name, rows=b.rows) for b in batches]


def _about(app: Mediatheque, db: Connection, user_id: int, item: Item) -> About:
    series = met.in_the_series(db, user_id, item.id) if item.work.series else []
    kin = _kin(app, db, user_id, item)
    show = items.items_with_ids(db, [item.parent_id], user_id) if item.parent_id is not None else {}
    every = [item, *show.values(), *(other for other, _ in series), *(other for _, other in kin)]
    stand = history.standings(db, user_id, [one.id for one in every])

    def view(one: Item) -> ItemView:
        return item_view(one, stand.get(one.id))

    return About(
        item=view(item),
        show=next((view(one) for one in show.values()), None),
        fields=[_field(field, names) for field, names in _said(db, item)],
        people=[
            CreditedPerson(id=c.person_id, name=c.name, role=Role(c.role), character=c.character)
            for c in met.credited_for(db, item.id)
        ],
        series=SeriesView(
            name=item.work.series or "",
            items=[PlaceInSeries(item=view(other), position=place) for other, place in series],
        )
        if len(series) > 1
        else None,
        kin=[
            KinView(kind="original" if is_original else "adaptation", item=view(other))
            for is_original, other in kin
        ],
        recordings=views(db, user_id, media_of_item(db, user_id, item.id)),
    )


def _said(db: Connection, item: Item) -> list[tuple[SaidField, dict[str, str]]]:
    """Fields by whom we believe; beside each the names of sources by the keys of their claims."""
    spoken = claims.claims_about(db, [item.id]).get(item.id, [])
    names: dict[str, str] = {}
    if not item.is_listed and not spoken:
        # What only its owner's rows speak of is what these rows say.
        rows = mentions.mentions_of_items(db, [item.id]).get(item.id, [])
        sources = met.importers_of(db, [mention.id for mention in rows])
        spoken = [Claim("mention", f"{mention.id:020}", mention.work) for mention in rows]
        names = {f"{m.id:020}": sources[m.id] for m in rows if m.id in sources}
    return [(field, names) for field in said_of(spoken)]


def _field(field: SaidField, names: dict[str, str]) -> FieldView:
    said: list[SaidView] = []
    for one in field.said:
        value = list(one.value) if isinstance(one.value, tuple) else one.value
        view = SaidView(source=names.get(one.source_key, one.source), value=value)
        if view not in said:
            said.append(view)
    return FieldView(name=field.name, said=said, is_united=field.is_united, why=field.why)


def _kin(app: Mediatheque, db: Connection, user_id: int, item: Item) -> list[tuple[bool, Item]]:
    """What it was made from (True) and what was made from it, as the graph has it."""
    node, view = Node(NodeKind.ITEM, item.id), walks.view_of(db, user_id)
    edges = app.graph.neighbours(
        db, node.number, view, types=("ADAPTED_FROM",), direction="both", order="weight", limit=24
    )
    others = {Node.from_number(edge.other(node.number)).id: edge.source == node.number for edge in edges}
    return [(others[i], other) for i, other in items.items_with_ids(db, list(others), user_id).items()]


def _meeting(one: met.Meeting) -> ItemMeeting:
    return ItemMeeting(
        id=one.id,
        kind=one.kind,
        at=one.at,
        is_date_only=one.is_date_only,
        value=one.value,
        batch=batches_view([one.batch])[0] if one.batch is not None else None,
        where=one.where,
        list_id=one.list_id,
    )

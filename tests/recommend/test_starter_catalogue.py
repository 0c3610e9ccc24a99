"""What people get who have nothing but the bundled catalogue and the model that runs here."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import pytest

import small_world as world
from mediatheque.enrich import SourceSettings, SyncPlan, open_source
from mediatheque.flows.catalogue import add_to_catalogue
from mediatheque.flows.embedding import embed_missing
from mediatheque.kit.database import Connection, Database
from mediatheque.library.queries.items import ItemFilter, list_items
from mediatheque.library.queries.users import User
from mediatheque.stores.vectors import store
from mediatheque.tools.embedder import open_embedder
from mediatheque.vocabulary import Claim, EventKind, Kind

SCIENCE_FICTION = ("Interstellar", "Gravity", "The Martian")
ROMANCES = ("Pride and Prejudice", "Emma", "Jane Eyre")


@pytest.fixture
def model_id(database: Database) -> int:
    """A part of the starter catalogue, embedded: 150 titles, a few seconds of work."""
    with open_source("starter", SourceSettings()) as starter:
        pages = starter.source.sync(starter.client, SyncPlan(limit=100_000))
        claims = [claim for page in pages for claim in page.claims]
    with database.transaction() as db:
        add_to_catalogue(db, a_part_of(claims))
    embedder = open_embedder("minilm", models_dir=None, key=None)
    assert embedder is not None
    embed_missing(database, embedder)
    with database.transaction() as db:
        model_id = store().model_id(db, embedder.name)
    assert model_id is not None
    return model_id


def a_part_of(claims: Sequence[Claim]) -> list[Claim]:
    """The titles that the tests name, and of each genre and kind some, so that there is enough to go wrong."""
    named = [c for c in claims if c.work.title in (*SCIENCE_FICTION, *ROMANCES)]
    some = [
        [c for c in claims if c.work.kind is kind and c.work.genres[:1] == (genre,)][:12]
        for kind in (Kind.FILM, Kind.BOOK)
        for genre in ("Science Fiction", "Romance", "Crime", "Comedy", "War", "Fantasy")
    ]
    by_key = {c.source_key: c for c in itertools.chain(named, *some)}
    return list(by_key.values())


def ids_by_title(db: Connection, ada: User, kind: Kind) -> Mapping[str, int]:
    found = list_items(db, ada.id, ItemFilter(kinds=(kind,)), limit=500)
    return {item.title: item.id for item in found}


def test_tastes_show_in_the_first_ten(database: Database, ada: User, ben: User, model_id: int) -> None:
    with database.transaction() as db:
        films, books = (ids_by_title(db, ada, kind) for kind in (Kind.FILM, Kind.BOOK))
        world.tell(db, ada, [films[title] for title in SCIENCE_FICTION], EventKind.RATED, 5.0)
        world.tell(db, ben, [films[title] for title in SCIENCE_FICTION], EventKind.RATED, 4.5)
        world.tell(db, ben, [books[title] for title in ROMANCES], EventKind.RATED, 4.5)
        of_ada = world.recommended(db, ada.id, model_id=model_id)
        of_ben = world.recommended(db, ben.id, model_id=model_id)
    assert sum("Science Fiction" in r.item.work.genres for r in of_ada) >= 7
    assert sum(r.item.kind is Kind.FILM for r in of_ada) >= 6
    # Both of Ben's interests are there, and each reason names a title of the interest it speaks of.
    romances = [r for r in of_ben if "Romance" in r.item.work.genres]
    space = [r for r in of_ben if "Science Fiction" in r.item.work.genres]
    assert len(romances) >= 2
    assert len(space) >= 2
    assert any(title in r.because for title in ROMANCES for r in romances)
    assert any(title in r.because for title in SCIENCE_FICTION for r in space)
    for r in (*of_ada, *of_ben):
        assert sum(c.amount for c in r.contributions) == pytest.approx(r.score)
        assert r.fallback is None

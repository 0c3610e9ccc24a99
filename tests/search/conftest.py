"""A small library that is embedded with the real model, to search in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mediatheque.flows.embedding import embed_missing
from mediatheque.kit.database import Database
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.library.queries.users import User
from mediatheque.resolve.normalise import title_keys
from mediatheque.tools.embedder import Embedder, open_embedder
from mediatheque.vocabulary import Credit, Kind, Role, Work


def work(title: str, kind: Kind = Kind.FILM, description: str | None = None, **fields: object) -> Work:
    return Work(kind=kind, title=title, description=description, **fields)  # type: ignore[arg-type]


WORKS = (
    work(
        "Inception",
        description="A thief who enters the dreams of others is hired to plant an idea in an heir's mind.",
        year=2010,
        genres=("Science Fiction", "Thriller"),
        credits=(Credit("Christopher Nolan", Role.DIRECTOR), Credit("Leonardo DiCaprio", Role.CAST)),
        popularity=90.0,
        language="en",
    ),
    work(
        "Paprika",
        description="A machine that lets therapists walk through their patients' dreams is stolen.",
        year=2006,
        genres=("Animation", "Science Fiction"),
        original_title="パプリカ",
        language="ja",
    ),
    work(
        "The Godfather",
        description="The ageing head of a crime family hands his empire to his reluctant son.",
        year=1972,
        genres=("Crime", "Drama"),
        popularity=95.0,
        language="en",
    ),
    work("The Godfather Part II", description="Michael Corleone extends his family's power.", year=1974),
    work("Alien", description="A crew in deep space is hunted by a creature.", year=1979, popularity=80.0),
    work("Alien", description="An earlier film of the same name about smugglers.", year=1932),
    work("Aliens", description="Marines go back to the moon of the creatures.", year=1986),
    work(
        "Amélie", description="A shy waitress in Paris mends the lives around her.", year=2001, language="fr"
    ),
    work("Alien Shores", Kind.SHOW, "Divers explore the deepest trenches of the sea.", year=2015),
    work("Alien", Kind.EPISODE, series_title="Alien Shores", season=1, episode=3),
    work(
        "Dune",
        Kind.BOOK,
        "A noble boy becomes the prophet of a desert planet.",
        year=1965,
        credits=(Credit("Frank Herbert", Role.AUTHOR),),
    ),
    work("Dune", description="A family takes over the desert planet that everybody wants.", year=2021),
    work("Dune", description="A duke's son leads desert warriors against the emperor.", year=1984),
)


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    opened = open_embedder("minilm", models_dir=None, key=None)
    assert opened is not None
    return opened


@pytest.fixture
def library(database: Database, ada: User, ben: User, embedder: Embedder) -> Callable[..., int]:
    """The works above, one of Ben's own besides, embedded; gives the id of a title (and year)."""
    with database.transaction() as db:
        ids = add_items(db, [NewItem(work=w, title_keys=title_keys(w)) for w in WORKS])
        secret = work("Dream Diary of Ben", Kind.VIDEO, "Ben talks about dreams and machines.")
        ids += add_items(db, [NewItem(work=secret, title_keys=title_keys(secret), owner_id=ben.id)])
    embed_missing(database, embedder)
    works = (*WORKS, secret)

    def id_of(title: str, year: int | None = None, kind: Kind | None = None) -> int:
        return next(
            i
            for i, w in zip(ids, works, strict=True)
            if w.title == title and year in (None, w.year) and kind in (None, w.kind)
        )

    return id_of

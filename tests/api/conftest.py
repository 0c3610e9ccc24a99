"""The real app over a real PostgreSQL, asked without a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from mediatheque.accounts.passwords import hash_password
from mediatheque.accounts.queries import set_password
from mediatheque.accounts.tokens import issue_token
from mediatheque.api.app import create_app
from mediatheque.kit.database import Database
from mediatheque.kit.settings import read_settings
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.library.queries.users import User
from mediatheque.resolve.normalise import title_keys
from mediatheque.vocabulary import Credit, Kind, Role, Work
from mediatheque.wiring import Mediatheque

PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="session")
def password_hash() -> str:
    """The hash of PASSWORD, worked out once: it takes a while by design."""
    return hash_password(PASSWORD)


@pytest.fixture
def opened(database_url: str, tmp_path: Path) -> Iterator[Mediatheque]:
    """A Mediatheque without an embedder."""
    settings = read_settings(
        data_dir=tmp_path / "data", database_url=database_url, embedder="none", upload_limit_mb=1
    )
    settings.data_dir.mkdir()
    opened = Mediatheque(settings, Database(database_url))
    yield opened
    # The app under test has closed it already, where one was started.
    opened.close()


@pytest.fixture
def app(opened: Mediatheque) -> FastAPI:
    return create_app(opened)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """Asks as nobody."""
    with TestClient(app, client=("127.0.0.1", 50000)) as client:
        yield client


@pytest.fixture
def as_ada(app: FastAPI, client: TestClient, database: Database, ada: User, password_hash: str) -> TestClient:
    """Asks as Ada, who is admin."""
    return _asking_as(app, database, ada, password_hash)


@pytest.fixture
def as_ben(app: FastAPI, client: TestClient, database: Database, ben: User, password_hash: str) -> TestClient:
    """Asks as Ben, who is not."""
    return _asking_as(app, database, ben, password_hash)


@pytest.fixture
def films(database: Database) -> list[int]:
    """The ids of three films in the catalogue."""
    works = [
        Work(
            kind=Kind.FILM,
            title=title,
            year=year,
            language=language,
            genres=(genre,),
            credits=(Credit(director, Role.DIRECTOR),),
            description=f"A {genre.lower()} by {director}.",
        )
        for title, year, language, genre, director in (
            ("Arrival", 2016, "en", "Science Fiction", "Denis Villeneuve"),
            ("Amélie", 2001, "fr", "Comedy", "Jean-Pierre Jeunet"),
            ("Dune", 2021, "en", "Science Fiction", "Denis Villeneuve"),
        )
    ]
    with database.transaction() as db:
        return add_items(db, [NewItem(work=work, title_keys=title_keys(work)) for work in works])


def _asking_as(app: FastAPI, database: Database, user: User, password_hash: str) -> TestClient:
    with database.transaction() as db:
        set_password(db, user.id, password_hash)
    token = issue_token(app.state.signing_key, user.id).text
    return TestClient(app, client=("127.0.0.1", 50000), headers={"Authorization": f"Bearer {token}"})

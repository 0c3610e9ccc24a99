"""The real command line over a real PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mediatheque.cli import app
from mediatheque.flows.catalogue import add_to_catalogue
from mediatheque.kit.database import Database
from mediatheque.vocabulary import Claim, Credit, Kind, Original, Role, Work


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        """stdout as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ran]


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command line in this process, on a fresh database and without an embedder."""
    monkeypatch.setenv("MEDIATHEQUE_DATABASE_URL", database_url)
    monkeypatch.setenv("MEDIATHEQUE_EMBEDDER", "none")
    monkeypatch.setenv("COLUMNS", "100")

    def run_it(*arguments: str | Path, code: int = 0, given: str | None = None) -> Ran:
        result = CliRunner().invoke(app, [str(a) for a in arguments], input=given)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return Ran(result.exit_code, result.stdout, result.stderr)

    return run_it


def netflix(path: Path, *titles: str) -> Path:
    """A Netflix history of these titles, one a day."""
    rows = "".join(f'"{title}","3/{n + 14}/21"\n' for n, title in enumerate(titles))
    path.write_text("Title,Date\n" + rows, encoding="utf-8")
    return path


def film(title: str, year: int, director: str, **fields: Any) -> Claim:
    work = Work(kind=Kind.FILM, title=title, year=year, credits=(Credit(director, Role.DIRECTOR),), **fields)
    return Claim("starter", f"film:{title}-{year}", work)


@pytest.fixture
def catalogue(database: Database) -> None:
    """A few films, two of them of one title."""
    with database.transaction() as db:
        add_to_catalogue(
            db,
            [
                film("Arrival", 2016, "Denis Villeneuve", genres=("Science Fiction",), popularity=9.0),
                film("Sicario", 2015, "Denis Villeneuve", genres=("Crime",), popularity=5.0),
                film("Suspiria", 1977, "Dario Argento", genres=("Horror",), popularity=7.0),
                film("Suspiria", 2018, "Luca Guadagnino", genres=("Horror",), popularity=4.0),
                film(
                    "Stalker",
                    1979,
                    "Andrei Tarkovsky",
                    genres=("Science Fiction",),
                    language="ru",
                    based_on=(Original("Arkady Strugatsky", "Roadside Picnic"),),
                    series="The Zone",
                    series_position=1,
                ),
            ],
        )

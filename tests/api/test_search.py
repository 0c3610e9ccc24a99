"""Search over HTTP: by words without an embedder, by meaning with one."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from mediatheque.kit.database import Database
from mediatheque.kit.settings import read_settings
from mediatheque.wiring import Mediatheque


def found(answer: object) -> list[str]:
    return [hit["item"]["title"] for hit in answer.json()["items"]]  # pyright: ignore[reportAttributeAccessIssue]


def test_titles_are_found_with_a_typo_and_by_their_beginning(as_ada: TestClient, films: list[int]) -> None:
    assert found(as_ada.get("/api/search", params={"q": "arival"}))[0] == "Arrival"
    assert found(as_ada.get("/api/search", params={"q": "Amel", "mode": "text"}))[0] == "Amélie"
    assert found(as_ada.get("/api/search", params={"q": "villeneuve", "year_from": 2020})) == ["Dune"]


def test_meaning_needs_an_embedder_and_says_so(as_ada: TestClient, films: list[int]) -> None:
    refused = as_ada.get("/api/search", params={"q": "space", "mode": "semantic"})
    assert refused.status_code == 503
    assert "MEDIATHEQUE_EMBEDDER" in refused.json()["detail"]
    assert found(as_ada.get(f"/api/items/{films[0]}/similar")) == []


@pytest.mark.parametrize(
    "params", [{}, {"q": ""}, {"q": "   "}, {"q": "a", "mode": "psychic"}, {"q": "a", "limit": 0}]
)
def test_what_cannot_be_searched_is_refused(as_ada: TestClient, params: dict[str, str]) -> None:
    assert as_ada.get("/api/search", params=params).status_code == 422


@pytest.fixture
def opened(database_url: str, tmp_path: Path, films: list[int]) -> Mediatheque:
    """A Mediatheque with the real embedder and vectors, in place of the one without."""
    settings = read_settings(data_dir=tmp_path / "data", database_url=database_url)
    settings.data_dir.mkdir()
    return Mediatheque(settings, Database(database_url))


class TestWithAnEmbedder:
    """The same app with the model that runs here."""

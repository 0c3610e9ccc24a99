"""Search over HTTP: by words without an embedder, by meaning with one."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from mediatheque.flows.embedding import embed_missing
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


class TestWithAnEmbedder:
    """The same routes, with the model that runs here and vectors of the films."""

    @pytest.fixture
    def opened(self, database_url: str, tmp_path: Path, films: list[int]) -> Mediatheque:
        settings = read_settings(data_dir=tmp_path / "data", database_url=database_url)
        settings.data_dir.mkdir()
        opened = Mediatheque(settings, Database(database_url))
        assert opened.embedder is not None
        assert embed_missing(opened.database, opened.embedder) == len(films)
        return opened

    def test_items_are_found_by_meaning(self, as_ada: TestClient) -> None:
        params: dict[str, str | float] = {
            "q": "humorous movie in French",
            "mode": "semantic",
            "threshold": 0.1,
        }
        [first, *_] = as_ada.get("/api/search", params=params).json()["items"]
        assert first["item"]["title"] == "Amélie"
        assert first["matched"] == ["semantic"]
        assert found(as_ada.get("/api/search", params={"q": "Dune"}))[0] == "Dune"

    def test_what_is_similar_comes_nearest_first(self, as_ada: TestClient, films: list[int]) -> None:
        assert found(as_ada.get(f"/api/items/{films[0]}/similar")) == ["Dune", "Amélie"]
        assert found(as_ada.get(f"/api/items/{films[0]}/similar", params={"language": "fr"})) == ["Amélie"]

    def test_recommendations_say_by_what_and_why(self, as_ada: TestClient, films: list[int]) -> None:
        as_ada.put(f"/api/ratings/{films[0]}", json={"value": 5})
        answer = as_ada.get("/api/recommendations", params={"explain": True}).json()["items"]
        assert [r["item"]["title"] for r in answer] == ["Dune", "Amélie"]
        assert answer[0]["because"]
        assert answer[0]["contributions"]


def test_recommendations_without_an_embedder_are_what_is_popular_and_say_so(
    as_ada: TestClient, films: list[int]
) -> None:
    as_ada.put(f"/api/ratings/{films[0]}", json={"value": 5})
    as_ada.put(f"/api/items/{films[1]}/hidden")
    params = {"method": "content"}
    [only] = as_ada.get("/api/recommendations", params=params).json()["items"]
    assert only["item"]["title"] == "Dune"
    assert only["method"] == "popular"
    assert only["fallback"]
    assert only["contributions"] is None
    assert as_ada.get("/api/recommendations", params={"exclude": films[2]}).json()["items"] == []
    assert as_ada.get("/api/recommendations", params={"kind": "book"}).json()["items"] == []
    unknown = as_ada.get("/api/recommendations", params={"method": "oracle"})
    assert unknown.status_code == 422
    assert "popular" in unknown.json()["detail"]

"""Search over HTTP: by words without an embedder, by meaning with one."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from mediatheque.archive.queries.media import NewMedia, add_media
from mediatheque.archive.queries.passages import NewPassage, save_passages
from mediatheque.archive.queries.speakers import FoundSpeaker, name_speaker, set_speakers
from mediatheque.archive.queries.tags import set_persons_tags
from mediatheque.flows.embedding import embed_missing
from mediatheque.kit.database import Database
from mediatheque.kit.settings import read_settings
from mediatheque.library.queries.users import User
from mediatheque.wiring import Mediatheque


def found(answer: object) -> list[str]:
    return [hit["item"]["title"] for hit in answer.json()["items"]]  # pyright: ignore[reportAttributeAccessIssue]


def test_titles_are_found_with_a_typo_and_by_their_beginning(as_ada: TestClient, films: list[int]) -> None:
    assert found(as_ada.get("/api/search", params={"q": "arival"}))[0] == "Arrival"
    assert found(as_ada.get("/api/search", params={"q": "Amel", "mode": "text"}))[0] == "Amélie"
    assert found(as_ada.get("/api/search", params={"q": "villeneuve", "year_from": 2020})) == ["Dune"]


def test_a_hit_says_where_in_its_title_the_words_stand(as_ada: TestClient, films: list[int]) -> None:
    [hit] = as_ada.get("/api/search", params={"q": "amel", "in": "items"}).json()["items"]
    assert [hit["item"]["title"][a:b] for a, b in hit["highlights"]] == ["Amélie"]
    by_a_name = as_ada.get("/api/search", params={"q": "jeunet", "in": "items"}).json()["items"][0]
    assert by_a_name["highlights"] == []


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


class TestRecordings:
    """What is said in one's own recordings, found to the second."""

    @pytest.fixture
    def media(self, database: Database, ada: User, films: list[int]) -> int:
        """Ada's talk about a film, tagged and with a named speaker."""
        link = "https://www.youtube.com/watch?v=aaaaaaaaaaa"
        with database.transaction() as db:
            found = {"title": "Films I keep", "by": "Ada", "published_at": "2020-02-01"}
            media, _ = add_media(
                db, NewMedia(user_id=ada.id, origin="link", given=link, link=link, found=found)
            )
            save_passages(
                db,
                media,
                [
                    NewPassage(0, 9_000, 0, "Welcome back to the show."),
                    NewPassage(754_400, 763_000, 1, "Then we saw Arrival in an empty cinema, \u00e9norme."),
                ],
            )
            set_speakers(db, media, [FoundSpeaker(number=n, speaking_ms=1) for n in (0, 1)])
            name_speaker(db, media, ada.id, 1, "Tove")
            set_persons_tags(db, ada.id, media, add=["film"])
        return media

    def test_the_second_is_told_and_the_words_are_marked(self, as_ada: TestClient, media: int) -> None:
        answer = as_ada.get("/api/search", params={"q": "arrival"}).json()
        assert [hit["item"]["title"] for hit in answer["items"]] == ["Arrival"]
        (recording,) = answer["recordings"]
        assert (recording["media_id"], recording["title"], recording["count"]) == (media, "Films I keep", 1)
        (passage,) = recording["passages"]
        assert passage["page"] == f"/archive/{media}?t=754"
        assert passage["link"] == "https://www.youtube.com/watch?v=aaaaaaaaaaa&t=754s"
        assert (passage["speaker"], passage["speaker_name"]) == (1, "Tove")
        assert [passage["text"][a:b] for a, b in passage["highlights"]] == ["Arrival"]

    def test_where_to_look_is_chosen(self, as_ada: TestClient, media: int) -> None:
        def counts(**params: str) -> tuple[int, int]:
            answer = as_ada.get("/api/search", params={"q": "arrival"} | params).json()
            return len(answer["items"]), len(answer["recordings"])

        assert counts() == (1, 1)
        assert counts(**{"in": "items"}) == (1, 0)
        assert counts(**{"in": "passages"}) == (0, 1)
        assert counts(tag="film") == counts(speaker="tove") == counts(source="youtube") == (0, 1)
        assert counts(speaker="1", media=str(media)) == counts(since="2020-01-01") == (0, 1)
        assert counts(published_since="2020-02-01", published_until="2020-02-01") == (0, 1)
        assert counts(published_until="2020-01-31") == counts(until="2020-01-01") == (0, 0)
        assert counts(tag="else") == counts(source="file") == (0, 0)
        assert counts(kind="film") == (1, 0)

    def test_others_find_nothing_of_it(self, as_ben: TestClient, media: int) -> None:
        answer = as_ben.get("/api/search", params={"q": "empty cinema", "media": media}).json()
        assert (answer["items"], answer["recordings"]) == ([], [])

    @pytest.mark.parametrize("params", [{"in": "dreams"}, {"since": "yesterday"}, {"media": 0}, {"tag": ""}])
    def test_what_is_no_filter_is_refused(self, as_ada: TestClient, params: dict[str, str]) -> None:
        assert as_ada.get("/api/search", params={"q": "a"} | params).status_code == 422


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

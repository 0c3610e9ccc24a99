"""A year and all years: counted once, on one's own clock, with nothing made up, and of nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from starlette.testclient import TestClient

from mediatheque.kit.database import Database
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.library.queries.users import User
from mediatheque.resolve.normalise import title_keys
from mediatheque.vocabulary import Credit, Kind, Role, Work


@pytest.fixture
def catalogue(database: Database) -> dict[str, int]:
    """A film of two hours, one of unknown length, a book, and a show with three episodes of 50 minutes."""
    director = (Credit("Agnès Varda", Role.DIRECTOR), Credit("Corinne Marchand", Role.CAST))
    works = {
        "long": Work(
            kind=Kind.FILM, title="The Long Walk", year=1962, language="fr", genres=("Drama",),
            runtime_minutes=120, credits=director,
        ),
        "unknown": Work(
            kind=Kind.FILM, title="Of Unknown Length", year=1985, genres=("Drama", "Comedy"), credits=director
        ),
        "book": Work(
            kind=Kind.BOOK, title="A Book", year=1985, pages=300, credits=(Credit("Tove Jansson", Role.AUTHOR),)
        ),
        "show": Work(kind=Kind.SHOW, title="A Show", year=2020, language="da", genres=("Drama",), runtime_minutes=50),
    }  # fmt: skip
    with database.transaction() as db:
        new = [NewItem(work=work, title_keys=title_keys(work)) for work in works.values()]
        ids = dict(zip(works, add_items(db, new), strict=True))
        episodes = [
            Work(kind=Kind.EPISODE, title=f"Part {n}", series_title="A Show", season=1, episode=n)
            for n in (1, 2, 3)
        ]
        told = [NewItem(work=work, title_keys=(), parent_id=ids["show"]) for work in episodes]
        ids |= {f"episode {n}": item_id for n, item_id in enumerate(add_items(db, told), 1)}
    return ids


def tell(client: TestClient, events: Sequence[dict[str, Any]]) -> None:
    assert client.post("/api/events/batch", json={"events": list(events)}).status_code == 201


def watched(item_id: int, at: str, **more: Any) -> dict[str, Any]:
    return {"kind": "watched", "item_id": item_id, "at": at, **more}


def asked(client: TestClient, year: str = "all", tz: str = "UTC") -> dict[str, Any]:
    answer = client.get("/api/statistics", params={"year": year, "tz": tz})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_nobody_has_watched_anything_yet(as_ada: TestClient) -> None:
    for year in ("all", "2024"):
        seen = asked(as_ada, year)
        assert (seen["total"]["views"], seen["total"]["minutes_known"], seen["years"]) == (0, None, [])
        assert (seen["longest"], seen["first"], seen["binge"], seen["before"]) == (None, None, None, None)
        assert sum(map(sum, seen["hours"])) == 0
        assert seen["ratings"] == {"count": 0, "average": None, "histogram": [0] * 10, "best": []}


def test_a_year_is_counted_and_nothing_is_made_up(as_ada: TestClient, catalogue: dict[str, int]) -> None:
    tell(
        as_ada,
        [
            watched(catalogue["long"], "2023-05-01T20:00:00Z"),
            watched(catalogue["long"], "2024-02-10T20:30:00Z"),  # again
            watched(catalogue["long"], "2024-02-10T23:00:00Z"),  # the same day in another export
            watched(catalogue["unknown"], "2024-02-11T21:00:00Z"),
            watched(catalogue["unknown"], "2024-02-12T21:00:00Z", value=0.5, properties={"duration_seconds": 1800}),
            *(watched(catalogue[f"episode {n}"], f"2024-07-01T1{n}:00:00Z") for n in (1, 2, 3)),
            {"kind": "read", "item_id": catalogue["book"], "at": "2024-09-01T00:00:00Z", "is_date_only": True},
            {"kind": "started", "item_id": catalogue["long"], "at": "2024-10-01T10:00:00Z", "value": 0.25},
            {"kind": "rated", "item_id": catalogue["long"], "value": 4.5, "at": "2024-02-10T23:30:00Z"},
        ],
    )  # fmt: skip
    seen = asked(as_ada, "2024")
    assert seen["total"] == {
        "views": 7,
        "titles": 4,
        "new_titles": 3,
        "again": 2,
        "days": 5,
        # The film, half an hour of the other, three episodes, and a quarter of the film once more.
        "minutes": 120 + 30 + 150 + 30,
        "minutes_known": pytest.approx(5 / 6),
        "pages": 300,
        "pages_known": 1.0,
    }
    assert seen["years"] == [{"year": 2024, "views": 7}, {"year": 2023, "views": 1}]
    assert {one["kind"]: one["figures"]["views"] for one in seen["kinds"]} == {
        "film": 3,
        "episode": 3,
        "book": 1,
    }
    assert seen["longest"] == {"days": 3, "start": "2024-02-10", "end": "2024-02-12"}
    assert (seen["first"]["item"]["title"], seen["last"]["item"]["title"]) == ("The Long Walk", "A Book")
    assert (seen["binge"]["item"]["title"], seen["binge"]["episodes"]) == ("A Show", 3)
    assert seen["busiest"]["day"]["start"] == "2024-07-01"
    # A Saturday's evening, and the hour of a day alone is not known.
    assert seen["hours"][5][20] == 1
    assert seen["hours_known"] == pytest.approx(6 / 7)
    assert [(one["name"], one["titles"]) for one in seen["genres"]] == [("Drama", 3), ("Comedy", 1)]
    assert {(one["role"], one["name"]): one["titles"] for one in seen["people"]} == {
        ("director", "Agnès Varda"): 2,
        ("cast", "Corinne Marchand"): 2,
        ("author", "Tove Jansson"): 1,
    }
    assert {one["decade"]: one["titles"] for one in seen["decades"]} == {1960: 1, 1980: 2, 2020: 1}
    assert {one["language"] for one in seen["languages"]} == {"fr", "da"}
    assert (seen["ratings"]["average"], seen["ratings"]["histogram"][8]) == (4.5, 1)
    assert seen["ratings"]["best"][0]["item"]["title"] == "The Long Walk"
    assert [one["item"]["title"] for one in seen["again"]] == ["Of Unknown Length", "The Long Walk"]
    assert (seen["before"]["year"], seen["before"]["end"], seen["before"]["figures"]["views"]) == (
        2023,
        "2023-12-31",
        1,
    )
    drama = next(line for line in seen["genre_drift"]["lines"] if line["name"] == "Drama")
    assert (seen["genre_drift"]["titles"], drama["shares"]) == ([2, 0, 2, 0], [0.6667, 0.0, 1.0, 0.0])
    assert [month["views"] for month in seen["months"]] == [0, 3, 0, 0, 0, 0, 3, 0, 1, 0, 0, 0]
    assert sum(day["views"] for day in seen["days"]) == 7
    every = asked(as_ada)
    assert (every["total"]["views"], every["total"]["new_titles"], every["days"]) == (8, 4, [])
    assert len(every["months"]) == 17  # from the May before to this September


def test_a_year_ends_by_ones_own_clock(as_ada: TestClient, catalogue: dict[str, int]) -> None:
    tell(
        as_ada,
        [
            watched(catalogue["long"], "2023-12-31T23:30:00Z"),
            # A day alone is the same day everywhere.
            watched(catalogue["unknown"], "2023-12-31T00:00:00Z", is_date_only=True),
        ],
    )
    assert asked(as_ada, "2024", "UTC")["total"]["views"] == 0
    berlin = asked(as_ada, "2024", "Europe/Berlin")
    assert (berlin["total"]["views"], berlin["first"]["day"], berlin["hours"][0][0]) == (1, "2024-01-01", 1)
    unknown = as_ada.get("/api/statistics?tz=Europe/Atlantis")
    assert (unknown.status_code, "Europe/Atlantis" in unknown.json()["detail"]) == (422, True)
    assert as_ada.get("/api/statistics?year=1066").status_code == 422


def test_whatever_number_an_event_brings_is_bounded(as_ada: TestClient, catalogue: dict[str, int]) -> None:
    for day, length in enumerate((10**300, -5, "long", 7200.6), 1):
        told = watched(
            catalogue["unknown"], f"2024-03-0{day}T12:00:00Z", properties={"duration_seconds": length}
        )
        tell(as_ada, [told])
    assert asked(as_ada, "2024")["total"]["minutes"] == pytest.approx(24 * 60 + 7201 / 60)


def test_a_history_is_nobody_elses(
    as_ada: TestClient, as_ben: TestClient, ben: User, catalogue: dict[str, int]
) -> None:
    tell(as_ada, [watched(catalogue["long"], "2024-02-10T20:30:00Z")])
    as_ada.put(f"/api/ratings/{catalogue['long']}", json={"value": 4.5})
    seen = asked(as_ben)
    assert (seen["total"]["views"], seen["ratings"]["count"], seen["people"], seen["most"]) == (0, 0, [], [])

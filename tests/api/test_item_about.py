"""Everything about one item over HTTP: who says what, where it was met, who speaks of it, and what only its owner sees."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from mediatheque.archive.queries.media import NewMedia, add_media
from mediatheque.flows.catalogue import add_to_catalogue
from mediatheque.flows.import_history import import_file
from mediatheque.kit.database import Database
from mediatheque.library.queries.batches import Batch
from mediatheque.library.queries.history import add_events
from mediatheque.library.queries.users import User
from mediatheque.vocabulary import Claim, Credit, Event, EventKind, Kind, Original, Role, Work

ROWS = """Title,Date
"Dune","2/14/25"
"Dark: Season 1: Secrets","3/1/25"
"Dark: Season 1: Lies","3/2/25"
"Dark: Season 2: Beginnings and Endings","3/9/25"
"A film that is in no catalogue","3/10/25"
"""


@pytest.fixture
def catalogue(database: Database) -> dict[str, int]:
    """Items by name: two films called Dune, the book, its sequel, and the show Dark; of one film two sources speak."""
    villeneuve, lynch = Credit("Denis Villeneuve", Role.DIRECTOR), Credit("David Lynch", Role.DIRECTOR)
    chalamet = Credit("Timothée Chalamet", Role.CAST, "Paul")
    book = (Original("Frank Herbert"),)
    herbert = (Credit("Frank Herbert", Role.AUTHOR),)
    film, novel, show = Kind.FILM, Kind.BOOK, Kind.SHOW
    works = {
        "new": Work(
            kind=film, title="Dune", year=2021, credits=(villeneuve,), based_on=book, runtime_minutes=155
        ),
        "old": Work(kind=film, title="Dune", year=1984, credits=(lynch,), based_on=book),
        "book": Work(kind=novel, title="Dune", year=1965, credits=herbert, series="Dune", series_position=1),
        "sequel": Work(kind=novel, title="Dune Messiah", credits=herbert, series="Dune", series_position=2),
        "dark": Work(kind=show, title="Dark", year=2017),
        "other dark": Work(kind=show, title="Dark", year=1999),
    }
    said = [Claim("starter", name, work) for name, work in works.items()]
    more = Work(
        kind=film, title="Dune: Part One", year=2021, credits=(villeneuve, chalamet), runtime_minutes=156
    )
    with database.transaction() as db:
        add_to_catalogue(db, said)
        rows = db.execute(text("SELECT source_key, item_id FROM claims"))
        ids = {row.source_key: row.item_id for row in rows}
        add_to_catalogue(db, [Claim("tmdb", "film:1", more)])
        db.execute(text("UPDATE claims SET item_id = :item WHERE source = 'tmdb'"), {"item": ids["new"]})
    return ids


@pytest.fixture
def imported(database: Database, ada: User, catalogue: dict[str, int], tmp_path: Path) -> Batch:
    """Ada's export, read."""
    path = tmp_path / "NetflixViewingHistory.csv"
    path.write_text(ROWS)
    return import_file(database, ada.id, path)


def test_who_says_what_of_it(as_ada: TestClient, catalogue: dict[str, int]) -> None:
    about = as_ada.get(f"/api/items/{catalogue['new']}/about").json()
    fields = {field["name"]: field for field in about["fields"]}
    assert fields["title"]["said"] == [
        {"source": "starter", "value": "Dune"},
        {"source": "tmdb", "value": "Dune: Part One"},
    ]
    assert fields["runtime_minutes"]["said"] == [
        {"source": "tmdb", "value": 156.0},
        {"source": "starter", "value": 155.0},
    ]
    assert fields["runtime_minutes"]["why"].startswith("TMDB is kept up by many people")
    assert fields["cast"]["said"] == [{"source": "tmdb", "value": ["Timothée Chalamet"]}]
    assert [(kin["kind"], kin["item"]["id"]) for kin in about["kin"]] == [("original", catalogue["book"])]
    assert about["people"][0]["name"] == "Denis Villeneuve"
    person = as_ada.get(f"/api/graph/person/{about['people'][0]['id']}").json()
    assert person["thing"]["name"] == "Denis Villeneuve"


def test_what_it_belongs_to(as_ada: TestClient, catalogue: dict[str, int]) -> None:
    about = as_ada.get(f"/api/items/{catalogue['book']}/about").json()
    series = [(place["position"], place["item"]["title"]) for place in about["series"]["items"]]
    assert series == [(1.0, "Dune"), (2.0, "Dune Messiah")]
    made = {kin["item"]["id"] for kin in about["kin"] if kin["kind"] == "adaptation"}
    assert made == {catalogue["new"], catalogue["old"]}


def test_where_a_title_was_met(
    as_ada: TestClient, as_ben: TestClient, catalogue: dict[str, int], imported: Batch
) -> None:
    item = catalogue["dark"]
    [question] = [q for q in as_ada.get("/api/review").json()["items"] if q["asks_about"]["kind"] == "show"]
    assert as_ada.get(f"/api/items/{item}/matches").json() == {"matches": []}
    as_ada.put(f"/api/matches/{question['id']}", json={"item_id": item})
    [match] = as_ada.get(f"/api/items/{item}/matches").json()["matches"]
    assert (match["id"], match["records"], match["batches"][0]["id"]) == (question["id"], 3, imported.id)
    met = as_ada.get(f"/api/items/{item}/met").json()
    assert [(s["season"], s["episodes_seen"], s["batches"][0]["rows"]) for s in met["seasons"]] == [
        (1, 2, 2),
        (2, 1, 1),
    ]
    assert met["seasons"][0]["batches"][0]["file_name"] == "NetflixViewingHistory.csv"
    others = as_ben.get(f"/api/items/{item}/met").json()
    assert others == {"meetings": [], "seasons": []}
    assert as_ben.get(f"/api/items/{item}/matches").json() == {"matches": []}


def test_ratings_over_time_are_events(as_ada: TestClient, catalogue: dict[str, int]) -> None:
    item = catalogue["new"]
    as_ada.put(f"/api/ratings/{item}", json={"value": 3.5})
    as_ada.put(f"/api/ratings/{item}", json={"value": 4.5})
    meetings = as_ada.get(f"/api/items/{item}/met").json()["meetings"]
    assert [(one["kind"], one["value"], one["batch"]) for one in meetings] == [
        ("rated", 4.5, None),
        ("rated", 3.5, None),
    ]


def test_an_event_that_was_a_slip_is_taken_back(
    as_ada: TestClient, as_ben: TestClient, catalogue: dict[str, int], imported: Batch
) -> None:
    item = catalogue["book"]
    event = as_ada.post("/api/events", json={"kind": "read", "item_id": item}).json()["id"]
    assert as_ada.get(f"/api/items/{item}").json()["standing"]["is_seen"] is True
    assert as_ben.delete(f"/api/events/{event}").status_code == 404
    assert as_ada.delete(f"/api/events/{event}").status_code == 204
    assert as_ada.get(f"/api/items/{item}").json()["standing"] is None
    assert as_ada.delete(f"/api/events/{event}").status_code == 404
    # What an import says goes with its import.
    told = as_ada.get("/api/events").json()["items"][0]["id"]
    assert as_ada.delete(f"/api/events/{told}").status_code == 404


def test_what_only_ones_own_rows_speak_of(
    as_ada: TestClient, as_ben: TestClient, imported: Batch, database: Database
) -> None:
    with database.transaction() as db:
        own = db.execute(text("SELECT id FROM items WHERE title LIKE 'A film that%'")).scalar_one()
    about = as_ada.get(f"/api/items/{own}/about").json()
    [title] = [field for field in about["fields"] if field["name"] == "title"]
    assert title["said"] == [{"source": "netflix", "value": "A film that is in no catalogue"}]
    for path in ("about", "met", "moments", "matches"):
        assert as_ben.get(f"/api/items/{own}/{path}").status_code == 404


def test_recordings_that_speak_of_it(
    as_ada: TestClient, as_ben: TestClient, catalogue: dict[str, int], database: Database, ada: User
) -> None:
    with database.transaction() as db:
        talk, _ = add_media(db, NewMedia(user_id=ada.id, origin="file", given="talk.opus"))
        db.execute(
            text("""
                INSERT INTO work_mentions (media_id, item_id, start_ms, said, confidence)
                VALUES (:media, :item, 62000, 'dune', 0.9), (:media, :item, 95000, 'dune', 0.8)
            """),
            {"media": talk, "item": catalogue["new"]},
        )
        db.execute(
            text("""
                INSERT INTO passages (media_id, user_id, position, start_ms, end_ms, text)
                VALUES (:media, :user, 0, 60000, 70000, 'In Dune'), (:media, :user, 1, 90000, 99000, 'Dune again')
            """),
            {"media": talk, "user": ada.id},
        )
    moments = as_ada.get(f"/api/items/{catalogue['new']}/moments").json()["moments"]
    assert [(m["start_ms"], m["text"]) for m in moments] == [(62000, "In Dune"), (95000, "Dune again")]
    assert as_ben.get(f"/api/items/{catalogue['new']}/moments").json() == {"moments": []}


class TestAMatchThatWasWrong:
    """What rows are taken for, said to be another title, and taken back."""

    @pytest.fixture
    def shows(
        self, as_ada: TestClient, catalogue: dict[str, int], imported: Batch, database: Database
    ) -> tuple[int, int, int]:
        """The mention of Dark, the item that it is, and the one that it is not."""
        with database.transaction() as db:
            mention, item = db.execute(
                text("SELECT id, item_id FROM mentions WHERE work ->> 'title' = 'Dark' AND parent_id IS NULL")
            ).one()
        if item not in catalogue.values():
            # Two shows of one name: it was a question, and is answered first.
            as_ada.put(f"/api/matches/{mention}", json={"item_id": catalogue["dark"]})
            item = catalogue["dark"]
        other = {catalogue["dark"], catalogue["other dark"]} - {item}
        return mention, item, other.pop()

    def test_it_moves_with_its_episodes_and_comes_back(
        self, as_ada: TestClient, as_ben: TestClient, shows: tuple[int, int, int]
    ) -> None:
        mention, item, other = shows
        seen = as_ada.get(f"/api/items/{item}/met").json()["seasons"]
        [candidate] = as_ada.get(f"/api/matches/{mention}/candidates").json()["candidates"]
        assert candidate["item"]["id"] == other
        assert as_ben.get(f"/api/matches/{mention}/candidates").status_code == 404
        assert as_ben.put(f"/api/matches/{mention}", json={"item_id": other}).status_code == 404
        assert as_ben.delete(f"/api/matches/{mention}").status_code == 404
        moved = as_ada.put(f"/api/matches/{mention}", json={"item_id": other}).json()["item"]
        assert (moved["id"], moved["standing"]["episodes_seen"]) == (other, 3)
        assert as_ada.get(f"/api/items/{item}/met").json()["seasons"] == []
        assert as_ada.get(f"/api/items/{item}").json()["standing"] is None
        assert as_ada.get(f"/api/items/{other}/met").json()["seasons"] == seen
        [match] = as_ada.get(f"/api/items/{other}/matches").json()["matches"]
        assert (match["by"], match["is_yours"], match["records"]) == ("person", True, 3)
        back = as_ada.delete(f"/api/matches/{mention}").json()["item"]
        assert (back["id"], back["standing"]["episodes_seen"]) == (item, 3)
        assert as_ada.get(f"/api/items/{item}/met").json()["seasons"] == seen

    def test_it_may_be_none_of_the_catalogue(self, as_ada: TestClient, shows: tuple[int, int, int]) -> None:
        mention, item, _ = shows
        own = as_ada.put(f"/api/matches/{mention}", json={"item_id": None}).json()["item"]
        assert (own["title"], own["is_listed"], own["standing"]["episodes_seen"]) == ("Dark", False, 3)
        assert as_ada.delete(f"/api/matches/{mention}").json()["item"]["id"] == item
        # The one that was made for it is gone again.
        assert as_ada.get(f"/api/items/{own['id']}").status_code == 404

    def test_only_what_fits_can_be_said(
        self, as_ada: TestClient, shows: tuple[int, int, int], catalogue: dict[str, int]
    ) -> None:
        mention, item, _ = shows
        path = f"/api/matches/{mention}"
        assert as_ada.put(path, json={"item_id": item}).status_code == 409
        assert as_ada.put(path, json={"item_id": catalogue["book"]}).status_code == 409
        assert as_ada.put(path, json={"item_id": 987654}).status_code == 404
        assert as_ada.put("/api/matches/987654", json={"item_id": item}).status_code == 404

    def test_later_imports_remember(
        self,
        as_ada: TestClient,
        shows: tuple[int, int, int],
        database: Database,
        ada: User,
        tmp_path: Path,
    ) -> None:
        mention, _, other = shows
        as_ada.put(f"/api/matches/{mention}", json={"item_id": other})
        path = tmp_path / "later.csv"
        path.write_text('Title,Date\n"Dark: Season 1: Past and Present","4/15/25"\n')
        import_file(database, ada.id, path)
        assert as_ada.get(f"/api/items/{other}").json()["standing"]["episodes_seen"] == 4


def test_a_films_rows_move_and_a_rating_told_here_stays(
    as_ada: TestClient, catalogue: dict[str, int], imported: Batch, database: Database, ada: User
) -> None:
    with database.transaction() as db:
        mention, item = db.execute(
            text("SELECT id, item_id FROM mentions WHERE work ->> 'title' = 'Dune' AND parent_id IS NULL")
        ).one()
        add_events(
            db,
            ada.id,
            [
                (
                    catalogue["old"],
                    Event(kind=EventKind.RATED, value=2.0, at=datetime(2025, 5, 1, tzinfo=UTC)),
                    None,
                )
            ],
        )
    assert as_ada.put(f"/api/matches/{mention}", json={"item_id": catalogue["old"]}).status_code == 200
    [new] = as_ada.put(f"/api/matches/{mention}", json={"item_id": catalogue["new"]}).json().values()
    assert new["standing"]["seen_count"] == 1
    standing = as_ada.get(f"/api/items/{catalogue['old']}").json()["standing"]
    assert (standing["rating"], standing["is_seen"]) == (2.0, False)
    assert item is not None

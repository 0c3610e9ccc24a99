"""The first page over HTTP: rows by reason, each kept to be asked why, and nobody else's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from mediatheque.archive.queries.media import NewMedia, add_media
from mediatheque.kit.database import Database
from mediatheque.library.queries.history import add_events
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.library.queries.users import User, set_sharing
from mediatheque.resolve.normalise import title_keys
from mediatheque.vocabulary import Credit, Event, EventKind, Kind, Role, Work

NOW = datetime.now(UTC)


@pytest.fixture
def shelf(database: Database) -> list[int]:
    """The ids of forty films by four directors in two genres, every second of them short, every fourth in Icelandic."""
    works = [
        Work(
            kind=Kind.FILM,
            title=f"{genre} number {n}",
            year=1980 + n,
            language="is" if n % 4 == 0 else "en",
            genres=(genre,),
            credits=(Credit(f"Director {n % 4}", Role.DIRECTOR),),
            runtime_minutes=88 if n % 2 else 130,
            popularity=float(n),
            description=f"A {genre.lower()} film about the number {n}.",
        )
        for n in range(40)
        for genre in (("Science Fiction", "Comedy")[n % 2],)
    ]
    with database.transaction() as db:
        return add_items(db, [NewItem(work=work, title_keys=title_keys(work)) for work in works])


def tell(database: Database, user: User, item_ids: Sequence[int], event: Event) -> None:
    with database.transaction() as db:
        add_events(db, user.id, [(item_id, event, None) for item_id in item_ids])


def rated(value: float) -> Event:
    return Event(kind=EventKind.RATED, value=value)


def test_a_new_person_is_asked_about_titles(as_ada: TestClient, shelf: list[int]) -> None:
    page = as_ada.get("/api/home").json()
    assert page["is_new"] is True
    assert page["occasion"] is None
    to_rate, popular = page["rows"]
    assert (to_rate["name"], to_rate["list_id"], len(to_rate["cards"])) == ("to-rate", None, 12)
    assert popular["name"] == "popular"
    asked = {card["item"]["id"] for card in to_rate["cards"]}
    assert not asked & {card["item"]["id"] for card in popular["cards"]}
    why = as_ada.get(f"/api/recommendations/{popular['list_id']}/why").json()
    assert (why["via"], why["request"]["row"]) == ("home", "popular")
    assert (page["recordings"], page["moments"], page["later"]) == ([], [], [])


def test_rows_by_reason_share_no_title(
    as_ada: TestClient, shelf: list[int], database: Database, ada: User
) -> None:
    tell(database, ada, shelf[0:24:4], rated(4.5))
    tell(database, ada, shelf[1:2], rated(2.0))
    tell(database, ada, shelf[30:31], Event(kind=EventKind.STARTED, value=0.4))
    tell(database, ada, shelf[31:33], Event(kind=EventKind.SAVED))
    page = as_ada.get("/api/home").json()
    by_name = {row["name"]: row for row in page["rows"]}
    assert {"for-you", "continue", "saved"} <= set(by_name)
    assert page["is_new"] is False
    titles = [card["item"]["id"] for row in page["rows"] for card in row["cards"]]
    assert len(titles) == len(set(titles))
    [begun] = by_name["continue"]["cards"]
    assert (begun["item"]["id"], begun["progress"]["share"]) == (shelf[30], pytest.approx(0.4))
    assert {card["item"]["id"] for card in by_name["saved"]["cards"]} == set(shelf[31:33])
    for row in page["rows"]:
        if row["list_id"] is None:
            assert row["name"] in ("continue", "saved")
            continue
        why = as_ada.get(f"/api/recommendations/{row['list_id']}/why").json()
        assert [place["item_id"] for place in why["items"]] == [card["item"]["id"] for card in row["cards"]]
        assert [place["because"] for place in why["items"]] == [card["because"] for card in row["cards"]]
    if "short-tonight" in by_name:
        assert all(card["item"]["runtime_minutes"] <= 100 for card in by_name["short-tonight"]["cards"])
    # The occasion is what was loved last.
    assert (page["occasion"]["kind"], page["occasion"]["rating"]) == ("loved", 4.5)


def test_a_page_that_is_looked_at_again_is_the_same_until_somebody_does_something(
    as_ada: TestClient, as_ben: TestClient, shelf: list[int], database: Database, ada: User
) -> None:
    tell(database, ada, shelf[:8], rated(4.0))
    first = as_ada.get("/api/home").json()
    assert as_ada.get("/api/home").json() == first
    best = first["rows"][0]["cards"][0]["item"]["id"]
    as_ada.put(f"/api/items/{best}/hidden")
    again = as_ada.get("/api/home").json()
    assert best not in [card["item"]["id"] for row in again["rows"] for card in row["cards"]]
    # Ben's page is his own.
    assert as_ben.get("/api/home").json()["is_new"] is True
    assert as_ben.get(f"/api/recommendations/{first['rows'][0]['list_id']}/why").status_code == 404


def test_a_show_goes_on_with_the_episode_that_follows(
    as_ada: TestClient, as_ben: TestClient, database: Database, ada: User
) -> None:
    show = Work(kind=Kind.SHOW, title="Dark", year=2017)
    with database.transaction() as db:
        [show_id] = add_items(db, [NewItem(work=show, title_keys=title_keys(show))])
        episodes = [
            Work(kind=Kind.EPISODE, title=f"Part {n}", series_title="Dark", season=1, episode=n)
            for n in (1, 2, 3)
        ]
        ids = add_items(db, [NewItem(work=e, title_keys=(), parent_id=show_id) for e in episodes])
    tell(database, ada, ids[:2], Event(kind=EventKind.WATCHED, at=NOW - timedelta(days=3)))
    rows = {row["name"]: row for row in as_ada.get("/api/home").json()["rows"]}
    [card] = rows["continue"]["cards"]
    assert card["item"]["id"] == show_id
    assert card["progress"]["episodes_seen"] == 2
    assert (card["progress"]["last"]["episode"], card["progress"]["next"]["id"]) == (2, ids[2])
    tell(database, ada, ids[2:], Event(kind=EventKind.WATCHED))
    tell(database, ada, [show_id], rated(4.5))
    assert "continue" not in {row["name"] for row in as_ada.get("/api/home").json()["rows"]}
    assert "continue" not in {row["name"] for row in as_ben.get("/api/home").json()["rows"]}


def test_what_was_seen_on_this_day_of_another_year(
    as_ada: TestClient, shelf: list[int], database: Database, ada: User
) -> None:
    then = NOW - timedelta(days=365 if NOW.year % 4 else 366)
    if (then.month, then.day) != (NOW.month, NOW.day):
        then = NOW.replace(year=NOW.year - 4)
    tell(database, ada, shelf[5:6], Event(kind=EventKind.WATCHED, at=then))
    occasion = as_ada.get("/api/home").json()["occasion"]
    assert (occasion["kind"], occasion["item"]["id"]) == ("anniversary", shelf[5])


def test_a_row_with_ones_people_needs_both_to_want_it(
    as_ada: TestClient, shelf: list[int], database: Database, ada: User, ben: User
) -> None:
    tell(database, ada, shelf[0:16:2], rated(4.5))
    tell(database, ben, shelf[1:17:2], rated(4.5))
    with database.transaction() as db:
        set_sharing(db, ada.id, shares_taste=True)
    assert "from-your-people" not in as_ada.get("/api/home").json()["later"]
    assert as_ada.get("/api/home/rows/from-your-people").json() == {"row": None}
    with database.transaction() as db:
        set_sharing(db, ben.id, shares_taste=True)
    # Noticed when the page is worked out anew.
    tell(database, ada, shelf[39:], rated(3.0))
    assert "from-your-people" in as_ada.get("/api/home").json()["later"]
    row = as_ada.get("/api/home/rows/from-your-people", params={"exclude": shelf[20]}).json()["row"]
    assert row["people"] == ["Ben"]
    ids = {card["item"]["id"] for card in row["cards"]}
    assert len(ids) == 12
    assert not ids & {*shelf[:17], shelf[20]}
    assert as_ada.get("/api/home/rows/everything").status_code == 422


def test_recordings_and_the_titles_they_speak_of(
    as_ada: TestClient, as_ben: TestClient, films: list[int], database: Database, ada: User
) -> None:
    with database.transaction() as db:
        talk, _ = add_media(db, NewMedia(user_id=ada.id, origin="file", given="talk.opus", title="A talk"))
        db.execute(
            text("""
                INSERT INTO work_mentions (media_id, item_id, start_ms, said, confidence)
                VALUES (:media, :item, 62000, 'arrival', 0.9), (:media, :item, 95000, 'arrival', 0.8)
            """),
            {"media": talk, "item": films[0]},
        )
        db.execute(
            text("""
                INSERT INTO passages (media_id, user_id, position, start_ms, end_ms, text)
                VALUES (:media, :user, 0, 60000, 70000, 'Have you seen Arrival?')
            """),
            {"media": talk, "user": ada.id},
        )
    page = as_ada.get("/api/home").json()
    assert [recording["title"] for recording in page["recordings"]] == ["A talk"]
    [moment] = page["moments"]
    assert (moment["item"]["id"], moment["media_id"], moment["start_ms"]) == (films[0], talk, 62000)
    assert (moment["text"], moment["times"]) == ("Have you seen Arrival?", 2)
    other = as_ben.get("/api/home").json()
    assert (other["recordings"], other["moments"]) == ([], [])
    as_ada.delete(f"/api/media/{talk}")
    assert as_ada.get("/api/home").json()["moments"] == []


def test_a_language_is_ones_own_when_one_turns_to_it_more_often_than_the_catalogue(
    as_ada: TestClient, shelf: list[int], database: Database, ada: User
) -> None:
    tell(database, ada, shelf[0:20:4], rated(4.5))
    tell(database, ada, shelf[1:3], rated(4.0))
    page = as_ada.get("/api/home").json()
    assert page["later"] == ["in-your-language"]
    row = as_ada.get("/api/home/rows/in-your-language", params={"exclude": shelf[20]}).json()["row"]
    assert row["language"] == "is"
    assert {card["item"]["id"] for card in row["cards"]} == {*shelf[24::4]}

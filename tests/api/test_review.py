"""The review list over HTTP: asked, answered, taken back, each owner their own."""

from __future__ import annotations

from datetime import datetime

import pytest
from starlette.testclient import TestClient

from mediatheque.kit.database import Database
from mediatheque.library.queries import batches, items, mentions, records
from mediatheque.library.queries.users import User
from mediatheque.vocabulary import (
    Decision,
    Event,
    EventKind,
    Kind,
    Match,
    Penalty,
    Record,
    Verdict,
    Work,
)


@pytest.fixture
def question(database: Database, ada: User, films: list[int]) -> int:
    """Ada is asked which Dune she means."""
    work = Work(kind=Kind.FILM, title="Dune")
    match = Match(films[2], 0.7, (Penalty("year", 0.3, "the row says none"),))
    with database.transaction() as db:
        [own] = items.add_items(db, [items.NewItem(work=work, title_keys=("dune",), owner_id=ada.id)])
        mention = next(
            iter(mentions.add_mentions(db, ada.id, [(mentions.fingerprint(work), work, None)]).values())
        )
        mentions.place_mentions(db, {mention.id: own})
        asked = Decision(Verdict.ASK, match, (match,))
        mentions.add_judgements(db, {mention.id: (asked, own)}, by="resolver")
    return mention.id


def test_a_question_is_asked_answered_and_opened_again(
    as_ada: TestClient, question: int, films: list[int]
) -> None:
    [asked] = as_ada.get("/api/review").json()["items"]
    assert asked["id"] == question
    assert asked["asks_about"]["title"] == "Dune"
    assert as_ada.get(f"/api/items/{asked['item_id']}").json()["is_listed"] is False
    [candidate] = asked["candidates"]
    assert candidate["item"]["year"] == 2021
    assert candidate["penalties"] == [{"name": "year", "amount": 0.3, "detail": "the row says none"}]
    assert as_ada.get(f"/api/review/{question}").json() == asked
    path = f"/api/review/{question}/answer"
    assert as_ada.put(path, json={"item_id": films[2]}).status_code == 204
    assert as_ada.get("/api/review").json()["items"] == []
    assert as_ada.put(path, json={"item_id": films[2]}).status_code == 404
    assert as_ada.delete(path).status_code == 204
    assert [q["id"] for q in as_ada.get("/api/review").json()["items"]] == [question]
    assert as_ada.delete(path).status_code == 404
    assert as_ada.put(path, json={"item_id": None}).status_code == 204


def test_an_answer_names_an_item_that_is_there(as_ada: TestClient, question: int) -> None:
    path = f"/api/review/{question}/answer"
    assert as_ada.put(path, json={"item_id": 987654}).status_code == 404
    assert as_ada.put(path, json={}).status_code == 422


def test_a_question_shows_the_rows_it_is_about_and_how_many_questions_there_are(
    as_ada: TestClient, as_ben: TestClient, database: Database, ada: User, question: int
) -> None:
    with database.transaction() as db:
        batch = batches.open_batch(db, ada.id, "netflix", "History.csv", bytes(32), {})
        told = [
            (Record(source="netflix", where=f"History.csv:{n}", payload={"Title": "Dune", "Date": at}), at)
            for n, at in enumerate(["2024-05-01", "2024-05-04", "2024-05-03", "2024-05-02"], 2)
        ]
        stored = [records.StoredRecord(record, record.content_hash(), question) for record, _ in told]
        ids = records.add_records(db, ada.id, batch.id, stored)
        own = mentions.mentions_with_ids(db, [question])[question].item_id
        days = [
            Event(kind=EventKind.WATCHED, at=datetime.fromisoformat(f"{at}T00:00Z"), is_date_only=True)
            for _, at in told
        ]
        records.add_record_events(db, ada.id, [(r, own, e) for r, e in zip(ids, days, strict=True)])
    listed = as_ada.get("/api/review").json()
    assert listed["open"] == 1
    [asked] = listed["items"]
    assert asked["records"] == 4
    assert [row["where"] for row in asked["rows"]] == ["History.csv:3", "History.csv:4", "History.csv:5"]
    latest = asked["rows"][0]
    assert latest["says"] == {"Title": "Dune", "Date": "2024-05-04"}
    assert (latest["at"], latest["is_date_only"]) == ("2024-05-04T00:00:00Z", True)
    assert (latest["file_name"], latest["source"], latest["import_id"]) == (
        "History.csv",
        "netflix",
        batch.id,
    )
    assert as_ben.get("/api/review").json() == {"items": [], "next": None, "open": 0}
    assert as_ben.get(f"/api/review/{question}").status_code == 404

"""The review list over HTTP: asked, answered, taken back, each owner their own."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from mediatheque.kit.database import Database
from mediatheque.library.queries import items, mentions
from mediatheque.library.queries.users import User
from mediatheque.vocabulary import Decision, Kind, Match, Penalty, Verdict, Work


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

"""Asking over HTTP: events, conversations, whose they are, and how much may be asked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from asked_archive import AskedArchive, FakeModel, fill
from mediatheque.api.chat_limits import ChatLimits
from mediatheque.archive.queries.media import put_in_trash
from mediatheque.kit.database import Database
from mediatheque.kit.errors import TooManyRequests, Unavailable
from mediatheque.library.queries.users import User
from mediatheque.wiring import Mediatheque

QUESTION = "How warm is it in the middle of the winter cluster?"


@pytest.fixture
def archive(database: Database, ada: User, ben: User) -> AskedArchive:
    with database.transaction() as db:
        return fill(db, ada.id, ben.id, None)


def events(client: TestClient, **body: Any) -> list[tuple[str, dict[str, Any]]]:
    answer = client.post("/api/chat", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = [part.split("\n") for part in answer.text.strip().split("\n\n") if not part.startswith(":")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in told]


def test_an_answer_comes_sentence_by_sentence(as_ada: TestClient, archive: AskedArchive) -> None:
    told = events(as_ada, question=QUESTION)
    names = [name for name, _ in told]
    assert names[:3] == ["thread", "searching", "sources"]
    assert set(names[3:-1]) == {"sentence"}
    assert names[-1] == "done"
    by_name = dict(told)
    assert by_name["searching"] == {"query": QUESTION}
    citation = by_name["sentence"]["citations"][0]
    assert "about thirty-four degrees" in citation["quote"]
    assert citation["page"] == f"/archive/{archive.bees}?t=10"
    assert citation["link"].endswith("t=10s")
    assert by_name["done"]["is_found"] is True
    assert archive.bens not in {source["media_id"] for source in by_name["sources"]["sources"]}


def test_what_nobody_says_is_said_so(as_ada: TestClient, archive: AskedArchive) -> None:
    told = events(as_ada, question="Which telescope should a beginner buy?")
    assert [name for name, _ in told] == ["thread", "searching", "sources", "done"]
    assert told[-1][1]["is_found"] is False
    assert told[-1][1]["text"] == "The archive does not contain an answer to this."


def test_conversations_are_kept_listed_searched_named_and_deleted(
    as_ada: TestClient, as_ben: TestClient, archive: AskedArchive, database: Database, ada: User
) -> None:
    thread = dict(events(as_ada, question=QUESTION))["thread"]["id"]
    events(as_ada, question="And what do they eat?", thread_id=thread)
    events(as_ada, question="What did I rate Arrival?")
    read = as_ada.get(f"/api/threads/{thread}").json()
    assert [message["role"] for message in read["messages"]] == ["question", "answer"] * 2
    assert read["messages"][1]["sentences"][0]["citations"]
    listed = as_ada.get("/api/threads", params={"limit": 1}).json()
    assert listed["items"][0]["title"] == "What did I rate Arrival?"
    following = as_ada.get("/api/threads", params={"limit": 1, "cursor": listed["next"]}).json()
    assert [t["id"] for t in following["items"]] == [thread]
    assert following["next"] is None

    def found(query: str) -> list[int]:
        return [t["id"] for t in as_ada.get("/api/threads", params={"query": query}).json()["items"]]

    assert found("thirty-four") == [thread]
    assert found("submarine") == []
    named = as_ada.patch(f"/api/threads/{thread}", json={"title": "About bees"})
    assert named.json()["title"] == "About bees"
    assert found("about bees") == [thread]
    # What was quoted from a recording goes into the trash with it.
    with database.transaction() as db:
        put_in_trash(db, archive.bees, ada.id)
    assert found("thirty-four") == []
    assert "thirty-four" not in as_ada.get(f"/api/threads/{thread}").text
    for method, path in (("GET", ""), ("DELETE", "")):
        assert as_ben.request(method, f"/api/threads/{thread}{path}").status_code == 404
    assert as_ben.patch(f"/api/threads/{thread}", json={"title": "Mine"}).status_code == 404
    assert as_ben.post("/api/chat", json={"question": "And?", "thread_id": thread}).status_code == 404
    assert as_ben.get("/api/threads").json()["items"] == []
    assert as_ada.delete(f"/api/threads/{thread}").status_code == 204
    assert as_ada.get(f"/api/threads/{thread}").status_code == 404


def test_a_model_that_does_not_answer_is_done_without(
    as_ada: TestClient, opened: Mediatheque, archive: AskedArchive
) -> None:
    class Broken(FakeModel):
        def write(self, *_: Any, **__: Any) -> Any:
            raise Unavailable("the model is away")

    opened.__dict__["llm"] = Broken([])
    told = dict(events(as_ada, question=QUESTION))
    assert told["done"]["made_by"] == "extractive"
    assert "thirty-four" in told["done"]["text"]


def test_a_sentence_of_a_model_is_sent_when_it_holds(
    as_ada: TestClient, opened: Mediatheque, archive: AskedArchive
) -> None:
    opened.__dict__["llm"] = FakeModel(
        ["It is about thirty-four degrees in the cluster [1]. It is 99 degrees [1]."]
    )
    told = events(as_ada, question=QUESTION)
    said = [data["text"] for name, data in told if name == "sentence"]
    assert said == ["It is about thirty-four degrees in the cluster."]
    assert told[-1][1]["made_by"] == "fake"


def test_who_answers_is_said_before_anybody_asks(
    client: TestClient, as_ada: TestClient, opened: Mediatheque
) -> None:
    assert as_ada.get("/api/chat").json() == {"made_by": "extractive"}
    opened.__dict__["llm"] = FakeModel([])
    assert as_ada.get("/api/chat").json() == {"made_by": "fake"}
    assert client.get("/api/chat").status_code == 401


def test_what_breaks_is_told_as_a_problem_without_details(
    as_ada: TestClient, opened: Mediatheque, archive: AskedArchive
) -> None:
    class Bug(FakeModel):
        def write(self, *_: Any, **__: Any) -> Any:
            raise RuntimeError("secret detail")

    opened.__dict__["llm"] = Bug([])
    name, data = events(as_ada, question=QUESTION)[-1]
    assert name == "problem"
    assert "secret" not in data["detail"]


@pytest.mark.parametrize(
    "body",
    [{}, {"question": ""}, {"question": "  "}, {"question": "x" * 1_001}, {"question": "a", "thread_id": 0}],
)
def test_what_is_no_question_is_refused(as_ada: TestClient, body: dict[str, Any]) -> None:
    assert as_ada.post("/api/chat", json=body).status_code == 422


def test_who_asks_too_much_waits(app: FastAPI, as_ada: TestClient, archive: AskedArchive) -> None:
    app.state.chat_limits = ChatLimits(most=1)
    events(as_ada, question=QUESTION)
    refused = as_ada.post("/api/chat", json={"question": QUESTION})
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 200


def test_only_some_questions_of_a_person_are_answered_at_once() -> None:
    limits = ChatLimits(at_once=1)
    with limits.turn(1), limits.turn(2), pytest.raises(TooManyRequests), limits.turn(1):
        pass
    with limits.turn(1):
        pass

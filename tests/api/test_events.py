"""Events over HTTP: told singly or together, once even when sent twice, and read back in order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.testclient import TestClient


def test_what_one_tells_is_read_back_latest_first(as_ada: TestClient, films: list[int]) -> None:
    told = [
        {"kind": "watched", "item_id": films[0], "at": "2024-05-01T20:00:00+02:00", "value": 1.0},
        {"kind": "searched", "at": "2024-05-03T00:00:00Z", "properties": {"query": "whales"}},
        {"kind": "liked", "item_id": films[1], "at": "2024-05-02T23:30:00+02:00", "is_date_only": True},
    ]
    answer = as_ada.post("/api/events/batch", json={"events": told})
    assert answer.status_code == 201
    ids = answer.json()["ids"]
    page = as_ada.get("/api/events", params={"limit": 2}).json()
    assert [event["id"] for event in page["items"]] == [ids[1], ids[2]]
    assert page["items"][0]["properties"] == {"query": "whales"}
    assert page["items"][0]["item"] is None
    assert page["items"][1]["at"] == "2024-05-02T00:00:00Z"
    last = as_ada.get("/api/events", params={"limit": 2, "cursor": page["next"]}).json()
    assert [event["item"]["title"] for event in last["items"]] == ["Arrival"]
    assert last["next"] is None
    liked = as_ada.get("/api/events", params={"kind": ["liked", "disliked"], "item_kind": "film"}).json()
    assert [event["kind"] for event in liked["items"]] == ["liked"]


def test_one_impossible_event_keeps_the_whole_batch_out(as_ada: TestClient, films: list[int]) -> None:
    good = {"kind": "watched", "item_id": films[0]}
    unknown = as_ada.post("/api/events/batch", json={"events": [good, {**good, "item_id": 987654}]})
    assert unknown.status_code == 404
    wrong = as_ada.post("/api/events/batch", json={"events": [good, {**good, "kind": "eaten"}]})
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["where"] == "body.events.1.kind"
    assert as_ada.get("/api/events").json()["items"] == []


def test_a_batch_has_one_to_a_thousand_events(as_ada: TestClient, films: list[int]) -> None:
    event = {"kind": "watched", "item_id": films[0], "at": "2024-05-01T20:00:00Z"}
    assert len(as_ada.post("/api/events/batch", json={"events": [event] * 1000}).json()["ids"]) == 1000
    assert as_ada.post("/api/events/batch", json={"events": [event] * 1001}).status_code == 422
    assert as_ada.post("/api/events/batch", json={"events": []}).status_code == 422


@pytest.mark.parametrize(
    "impossible",
    [
        {"kind": "watched"},
        {"kind": "watched", "value": 2},
        {"kind": "rated", "value": 3.3},
        {"kind": "watched", "at": "2024-05-01T20:00:00"},
        {"kind": "watched", "at": "2999-05-01T20:00:00Z"},
        {"kind": "watched", "at": "1899-05-01T20:00:00Z"},
        {"kind": "watched", "campaign": "nul\0"},
        {"kind": "watched", "properties": {"long": "x" * 5000}},
        {"kind": "watched", "item_id": 1 << 53},
        {"kind": "watched", "item_id": 0},
    ],
)
def test_what_cannot_have_happened_is_refused(
    as_ada: TestClient, films: list[int], impossible: dict[str, object]
) -> None:
    event = impossible if impossible == {"kind": "watched"} else {"item_id": films[0], **impossible}
    assert as_ada.post("/api/events", json=event).status_code == 422


def test_infinite_numbers_and_endless_nesting_are_refused(as_ada: TestClient) -> None:
    headers = {"content-type": "application/json"}
    for inside in (b"1e999", b"[" * 100_000, b'{"a":' * 100_000, b"NaN", b"9" * 5000):
        body = b'{"kind": "searched", "properties": {"x": ' + inside + b"}}"
        assert as_ada.post("/api/events", content=body, headers=headers).status_code in (400, 422), inside[
            :10
        ]


def test_what_the_database_cannot_hold_of_a_text_is_replaced(as_ada: TestClient) -> None:
    body = b'{"kind": "searched", "properties": {"x": "\\ud800\\u0000"}}'
    told = as_ada.post("/api/events", content=body, headers={"content-type": "application/json"})
    assert told.status_code == 201
    [event] = as_ada.get("/api/events").json()["items"]
    assert event["properties"] == {"x": "\ufffd\ufffd"}


def test_the_same_key_and_request_is_answered_as_before_and_changes_nothing(
    as_ada: TestClient, as_ben: TestClient, films: list[int]
) -> None:
    event = {"kind": "watched", "item_id": films[0]}
    headers = {"Idempotency-Key": "phone-1"}
    first = as_ada.post("/api/events", json=event, headers=headers)
    again = as_ada.post("/api/events", json=event, headers=headers)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert len(as_ada.get("/api/events").json()["items"]) == 1
    other = as_ada.post("/api/events", json={**event, "kind": "liked"}, headers=headers)
    assert other.status_code == 409
    batch = as_ada.post("/api/events/batch", json={"events": [event]}, headers=headers)
    assert batch.status_code == 409
    theirs = as_ben.post("/api/events", json=event, headers=headers)
    assert theirs.json() != first.json()


def test_a_request_that_failed_may_be_sent_again_under_its_key(as_ada: TestClient, films: list[int]) -> None:
    headers = {"Idempotency-Key": "phone-1"}
    assert (
        as_ada.post("/api/events", json={"kind": "liked", "item_id": 99999}, headers=headers).status_code
        == 404
    )
    kept = as_ada.post("/api/events", json={"kind": "liked", "item_id": films[0]}, headers=headers)
    assert kept.status_code == 201


def test_the_same_request_sent_at_once_from_many_sides_is_kept_once(
    as_ada: TestClient, films: list[int]
) -> None:
    with as_ada, ThreadPoolExecutor(6) as pool:
        event = {"kind": "watched", "item_id": films[0]}
        answers = pool.map(
            lambda _: as_ada.post("/api/events", json=event, headers={"Idempotency-Key": "k"}).json(),
            range(6),
        )
        assert len({answer["id"] for answer in answers}) == 1


def test_a_cursor_of_another_list_or_none_of_ours_is_refused(as_ada: TestClient, films: list[int]) -> None:
    as_ada.put(f"/api/ratings/{films[0]}", json={"value": 3})
    as_ada.put(f"/api/ratings/{films[1]}", json={"value": 3})
    cursor = as_ada.get("/api/ratings", params={"limit": 1}).json()["next"]
    for path, given in (
        ("/api/events", cursor),
        ("/api/items", "bm8"),
        ("/api/items", "W10"),
        ("/api/items", "-"),
    ):
        refused = as_ada.get(path, params={"cursor": given})
        assert refused.status_code == 404
        assert "cursor" in refused.json()["detail"]
    assert as_ada.get("/api/items", params={"cursor": "no cursor!"}).status_code == 422


def test_a_zone_that_only_iso_8601_knows(as_ada: TestClient, films: list[int]) -> None:
    told = {"kind": "watched", "item_id": films[0], "at": "2020-01-02T00:00:00+23:59"}
    assert as_ada.post("/api/events", json=told).status_code == 201
    assert as_ada.get("/api/events").json()["items"][0]["at"] == "2020-01-01T00:01:00Z"

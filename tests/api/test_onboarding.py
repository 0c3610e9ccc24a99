"""The first titles to ask about, over HTTP."""

from __future__ import annotations

from starlette.testclient import TestClient


def test_answers_change_what_is_asked_next(as_ada: TestClient, films: list[int]) -> None:
    def asked(**query: int) -> list[int]:
        answer = as_ada.get("/api/recommendations/onboarding", params=query)
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["items"]]

    first = asked(n=2)
    assert len(first) == 2
    rated = as_ada.post("/api/events", json={"kind": "rated", "item_id": first[0], "value": 4.5})
    assert rated.status_code in (200, 201), rated.text
    assert not set(first) & set(asked(n=50, unknown=first[1]))
    assert as_ada.get("/api/recommendations/onboarding", params={"n": 0}).status_code == 422

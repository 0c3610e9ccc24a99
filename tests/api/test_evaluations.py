"""Evaluations over HTTP: for administrators, and a page that can harm nobody."""

from __future__ import annotations

from starlette.testclient import TestClient

from evaluated import keep_one
from mediatheque.wiring import Mediatheque


def test_what_was_judged_is_listed_newest_first(opened: Mediatheque, as_ada: TestClient) -> None:
    assert as_ada.get("/api/evaluations").json() == {"items": []}
    for number in (2, 10, 9):
        keep_one(opened.data_dir, number, verdict=f"number {number}")
    (opened.data_dir / "evaluations" / "11.json").write_text("{half a fi")
    (opened.data_dir / "evaluations" / "12.json").write_text('{"schema": 999}')
    listed = as_ada.get("/api/evaluations").json()["items"]
    assert [(one["id"], one["verdict"]) for one in listed] == [
        (10, "number 10"),
        (9, "number 9"),
        (2, "number 2"),
    ]


def test_one_is_shown_whole(opened: Mediatheque, as_ada: TestClient) -> None:
    kept = keep_one(opened.data_dir, 3)
    shown = as_ada.get("/api/evaluations/3").json()
    assert shown["models"] == kept["models"]
    assert shown["comparisons"] == kept["comparisons"]
    assert (shown["choices"], shown["stars"], shown["groupings"]) == (
        kept["choices"],
        kept["stars"],
        kept["groupings"],
    )


def test_the_page_may_run_and_load_nothing(opened: Mediatheque, as_ada: TestClient) -> None:
    keep_one(opened.data_dir, 1)
    page = as_ada.get("/api/evaluations/1/report")
    assert page.text == "<!doctype html><title>Evaluation 1</title>"
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    allowed = dict(
        rule.strip().partition(" ")[::2] for rule in page.headers["content-security-policy"].split(";")
    )
    assert allowed["default-src"] == allowed["frame-ancestors"] == allowed["form-action"] == "'none'"
    assert allowed["sandbox"] == ""
    assert "script-src" not in allowed
    assert page.headers["x-content-type-options"] == "nosniff"


def test_what_is_not_there_is_a_problem_that_says_what_is(opened: Mediatheque, as_ada: TestClient) -> None:
    for path in ("/api/evaluations/7", "/api/evaluations/7/report"):
        answer = as_ada.get(path)
        assert answer.status_code == 404
        assert "make one with: mediatheque evaluate" in answer.json()["detail"]
    keep_one(opened.data_dir, 3)
    assert "there is 3" in as_ada.get("/api/evaluations/7").json()["detail"]
    assert as_ada.get("/api/evaluations/..%2F..%2Fsecret/report").status_code in (404, 422)


def test_members_may_not_look(opened: Mediatheque, as_ada: TestClient, as_ben: TestClient) -> None:
    keep_one(opened.data_dir, 1)
    for path in ("/api/evaluations", "/api/evaluations/1", "/api/evaluations/1/report"):
        assert as_ben.get(path).status_code == 403

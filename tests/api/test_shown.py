"""Old lists over HTTP: paged, explained from what was kept, named by events, and nobody else's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from mediatheque.kit.database import Database
from mediatheque.library.queries.history import add_events
from mediatheque.library.queries.merges import merge_items
from mediatheque.library.queries.users import User
from mediatheque.recommend.artifact import models_dir_in
from mediatheque.recommend.models import wedlae
from mediatheque.recommend.opinions import Opinions
from mediatheque.training.registries.local import LocalRegistry
from mediatheque.training.trained import Trained
from mediatheque.vocabulary import Event, EventKind
from mediatheque.wiring import Mediatheque


def recommended(client: TestClient, n: int = 3) -> dict[str, Any]:
    answer = client.get("/api/recommendations", params={"n": n, "explain": True})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_list_says_why_it_was_so(as_ada: TestClient, films: list[int]) -> None:
    shown = recommended(as_ada)
    told = as_ada.get(f"/api/recommendations/{shown['id']}/why").json()
    assert (told["id"], told["via"], told["method"], told["length"]) == (shown["id"], "api", "mixed", 3)
    assert told["request"]["n"] == 3
    for place, was in zip(told["items"], shown["items"], strict=True):
        assert place["item"] == was["item"]
        assert (place["because"], place["method"], place["since"]) == (was["because"], was["method"], "there")
        assert sum(c["amount"] for c in place["contributions"]) == pytest.approx(was["score"], abs=1e-5)
    second = shown["items"][1]["item"]["id"]
    only = as_ada.get(f"/api/recommendations/{shown['id']}/why", params={"item": second}).json()["items"]
    assert [(place["rank"], place["item_id"]) for place in only] == [(2, second)]


def test_a_list_says_what_connects_one_with_its_titles(
    as_ada: TestClient, database: Database, ada: User, films: list[int]
) -> None:
    with database.transaction() as db:
        add_events(db, ada.id, [(films[0], Event(kind=EventKind.RATED, value=5.0), None)])
    shown = recommended(as_ada)
    address = f"/api/recommendations/{shown['id']}/why"
    assert {place["paths"] for place in as_ada.get(address).json()["items"]} == {None}
    paths = {
        place["item_id"]: place["paths"]
        for place in as_ada.get(address, params={"paths": True}).json()["items"]
    }
    _, amelie, dune = films
    assert paths[amelie] == []
    assert any("Denis Villeneuve" in sentence for sentence in paths[dune]), paths
    assert all(sentence.startswith("You ") and "Arrival" in sentence for sentence in paths[dune])


def test_own_lists_are_paged_and_others_lists_do_not_exist(
    as_ada: TestClient, as_ben: TestClient, films: list[int]
) -> None:
    ids = [recommended(as_ada, n)["id"] for n in (1, 2, 3)]
    page = as_ada.get("/api/recommendations/shown", params={"limit": 2}).json()
    assert [one["id"] for one in page["items"]] == [ids[2], ids[1]]
    assert [title["title"] for title in page["items"][1]["best"]] == [
        r["item"]["title"] for r in recommended(as_ada, 2)["items"]
    ]
    last = as_ada.get("/api/recommendations/shown", params={"limit": 2, "cursor": page["next"]}).json()
    assert ([one["id"] for one in last["items"]], last["next"]) == ([ids[0]], None)
    assert as_ben.get("/api/recommendations/shown").json()["items"] == []
    assert as_ben.get(f"/api/recommendations/{ids[0]}/why").status_code == 404
    assert as_ada.get("/api/recommendations/shown", params={"cursor": "WyJpdGVtcyIsNDJd"}).status_code == 404
    missing = as_ada.get(f"/api/recommendations/{ids[0]}/why", params={"item": 987654})
    assert (missing.status_code, "was not on list" in missing.json()["detail"]) == (404, True)


def test_an_event_may_name_the_list_it_answers(
    as_ada: TestClient, as_ben: TestClient, films: list[int]
) -> None:
    shown = recommended(as_ada, 1)
    item_id = shown["items"][0]["item"]["id"]
    click = {"kind": "clicked", "item_id": item_id, "list": shown["id"]}
    assert as_ada.post("/api/events", json=click).status_code == 201
    assert as_ada.get("/api/events").json()["items"][0]["list"] == shown["id"]
    [place] = as_ada.get(f"/api/recommendations/{shown['id']}/why").json()["items"]
    assert [(a["kind"], a["is_named"]) for a in place["answers"]] == [("clicked", True)]


def test_a_list_that_did_not_show_it_is_refused_in_words(
    as_ada: TestClient, as_ben: TestClient, films: list[int]
) -> None:
    shown = recommended(as_ada, 1)
    there = shown["items"][0]["item"]["id"]
    other = next(item_id for item_id in films if item_id != there)
    for client, event, said in (
        (as_ada, {"item_id": other, "list": shown["id"]}, f"did not show item {other}"),
        (as_ada, {"item_id": there, "list": shown["id"] + 1}, "no list"),
        (as_ben, {"item_id": there, "list": shown["id"]}, "no list"),
        (as_ada, {"list": shown["id"]}, "needs an item_id"),
    ):
        kind = "clicked" if "item_id" in event else "searched"
        answer = client.post("/api/events/batch", json={"events": [{"kind": kind, **event}]})
        assert (answer.status_code, said in answer.text) == (422, True), answer.text
        assert client.get("/api/events").json()["items"] == []


def test_a_merged_title_is_still_on_its_list(
    as_ada: TestClient, films: list[int], database: Database
) -> None:
    shown = recommended(as_ada, 3)
    with database.transaction() as db:
        merge_items(db, films[0], films[1], "person")
    for item_id in films[:2]:
        event = {"kind": "clicked", "item_id": item_id, "list": shown["id"]}
        assert as_ada.post("/api/events", json=event).status_code == 201
    told = as_ada.get(f"/api/recommendations/{shown['id']}/why").json()["items"]
    merged = next(place for place in told if place["item_id"] == films[0])
    assert (merged["since"], merged["item"]["id"]) == ("merged", films[1])


def test_what_came_of_lists_is_for_administrators(
    as_ada: TestClient, as_ben: TestClient, films: list[int]
) -> None:
    shown = recommended(as_ben, 3)
    click = {"kind": "clicked", "item_id": shown["items"][2]["item"]["id"], "list": shown["id"]}
    assert as_ben.post("/api/events", json=click).status_code == 201
    assert as_ben.get("/api/recommendations/lift").status_code == 403
    report = as_ada.get("/api/recommendations/lift").json()
    assert (report["lists"], report["people"], report["duels"]) == (1, 1, [])
    (group,) = report["groups"]
    assert (group["label"], group["shown"], group["outcomes"]["clicked"]) == ("popular", 3, 1)
    # The third place is looked at half as often as the first: 1 of 3, twice.
    assert group["corrected"]["value"] == pytest.approx(2 / 3)
    by_model = as_ada.get("/api/recommendations/lift", params={"by": "model", "eta": 0, "days": 1}).json()
    assert by_model["groups"][0]["corrected"]["value"] == pytest.approx(1 / 3)


def test_two_models_side_by_side_when_the_settings_say_so(
    opened: Mediatheque, as_ada: TestClient, films: list[int], ada: User, database: Database
) -> None:
    opened.settings.experiment = "interleave"
    registry = LocalRegistry(models_dir_in(opened.data_dir))
    for turned in (0, 1):
        weights = np.roll(np.array([[0, 0.9, 0.4], [0, 0, 0], [0, 0, 0]], np.float32), turned, axis=1)
        np.fill_diagonal(weights, 0)
        pin = registry.save(
            Trained(
                model="wedlae",
                config=wedlae.Config(),
                arrays={"weights": weights},
                item_ids=np.array(films, np.int64),
                opinions=Opinions(),
                proof=1.0,
                trust=0.9,
                about={},
            )
        )
        registry.challenge(pin) if turned else registry.promote(pin.version)
    with database.transaction() as db:
        add_events(db, ada.id, [(films[0], Event(kind=EventKind.LIKED), None)])
    assert opened.challengers is not None
    assert opened.challengers.ready() is not None
    shown = recommended(as_ada, 2)
    told = as_ada.get(f"/api/recommendations/{shown['id']}/why").json()
    assert told["arms"] == {
        "champion": {"name": "wedlae", "version": 1},
        "challenger": {"name": "wedlae", "version": 2},
    }
    assert sorted(place["arm"] for place in told["items"]) == ["challenger", "champion"]
    assert all(place["model"] == told["arms"][place["arm"]] for place in told["items"])
    report = as_ada.get("/api/recommendations/lift", params={"by": "model"}).json()
    assert [duel["label"] for duel in report["duels"]] == ["wedlae 1 against wedlae 2"]
    assert "too few lists were decided" in report["sentences"][-1]

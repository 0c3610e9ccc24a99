"""Recommendations over HTTP with a trained model: served, exchanged while requests come in, refused and told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from mediatheque.kit.database import Database
from mediatheque.library.queries.history import add_events
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.library.queries.users import User
from mediatheque.recommend.artifact import models_dir_in
from mediatheque.recommend.champion import Champions
from mediatheque.recommend.models import stars, wedlae
from mediatheque.recommend.opinions import Opinions
from mediatheque.recommend.registries import STARS
from mediatheque.training.registries.local import LocalRegistry
from mediatheque.training.trained import Trained
from mediatheque.vocabulary import Event, EventKind, Kind, Work
from mediatheque.wiring import Mediatheque


def saying(films: list[int], best: int) -> Trained:
    """A model by which whoever likes the first film likes `best` most."""
    weights = np.zeros((len(films), len(films)), np.float32)
    weights[0] = 0.1
    weights[0, films.index(best)] = 1.0
    return Trained(
        model="wedlae",
        config=wedlae.Config(),
        arrays={"weights": weights},
        item_ids=np.array(films, np.int64),
        opinions=Opinions(),
        proof=1.0,
        trust=0.9,
        about={},
    )


@pytest.fixture
def registry(opened: Mediatheque, films: list[int], database: Database, ada: User) -> LocalRegistry:
    opened.champions = Champions(models_dir_in(opened.data_dir), look_every_s=0)
    with database.transaction() as db:
        add_events(db, ada.id, [(films[0], Event(kind=EventKind.LIKED), None)])
    return LocalRegistry(models_dir_in(opened.data_dir))


def asked(client: TestClient, **query: Any) -> list[dict[str, Any]]:
    answer = client.get("/api/recommendations", params={"method": "collaborative", "explain": True} | query)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def test_a_promotion_and_a_rollback_show_in_the_next_list(
    as_ada: TestClient, registry: LocalRegistry, films: list[int]
) -> None:
    assert asked(as_ada)[0]["fallback"].startswith("no model of what people here like together")
    for best in (films[1], films[2]):
        registry.promote(registry.save(saying(films, best)).version)
        first = asked(as_ada)[0]
        assert (first["item"]["id"], first["method"], first["fallback"]) == (best, "collaborative", None)
        assert first["because"] == "People here who took to Arrival (you liked it) took to this too."
        [why] = first["contributions"]
        assert (why["method"], why["name"], why["title"]) == ("collaborative", "liked with", "Arrival")
        assert why["amount"] == pytest.approx(first["score"], abs=1e-6)
    registry.roll_back()
    assert asked(as_ada)[0]["item"]["id"] == films[1]


def test_a_tampered_model_is_refused_and_the_mixture_goes_on(
    as_ada: TestClient, registry: LocalRegistry, films: list[int], opened: Mediatheque
) -> None:
    registry.promote(registry.save(saying(films, films[1])).version)
    path: Path = models_dir_in(opened.data_dir) / "v1" / "arrays.npz"
    path.write_bytes(path.read_bytes().replace(b"weights", b"Weights"))
    mixed = asked(as_ada, method="mixed")
    assert {item["item"]["id"] for item in mixed} == set(films[1:])
    assert all("arrays.npz is not the one that was promoted" in item["fallback"] for item in mixed)


def test_rules_a_past_day_and_guests_come_over_http(
    as_ada: TestClient, registry: LocalRegistry, films: list[int]
) -> None:
    registry.promote(registry.save(saying(films, films[1])).version)
    answer = as_ada.get("/api/recommendations", params={"method": "collaborative"}).json()
    assert answer["id"] > 0
    assert answer["model"] == {"name": "wedlae", "version": 1}
    then = as_ada.get("/api/recommendations", params={"as_of": "2001-01-01"})
    assert then.status_code == 200, then.text
    assert {item["method"] for item in then.json()["items"]} <= {"popular"}
    for query in (
        {"as_of": "2999-01-01"},
        {"as_of": "today"},
        {"per_series": 0},
        {"variety": 9},
        {"language": "x"},
    ):
        assert as_ada.get("/api/recommendations", params=query).status_code == 422, query
    assert as_ada.get("/api/recommendations", params={"service": "nowhere"}).json()["items"] == []
    guest = as_ada.get("/api/recommendations/from", params={"item": films[1:]}).json()["items"]
    assert [item["item"]["id"] for item in guest] == films[:1]
    unknown = as_ada.get("/api/recommendations/from", params={"item": 10**9})
    assert (unknown.status_code, str(10**9) in unknown.json()["detail"]) == (404, True)


def test_the_stars_that_one_would_give_come_with_the_list(
    as_ada: TestClient, opened: Mediatheque, database: Database, ada: User, films: list[int]
) -> None:
    shown = {"method": "popular", "kind": "film"}
    assert {
        i["expected_rating"] for i in as_ada.get("/api/recommendations", params=shown).json()["items"]
    } == {None}
    opened.stars = Champions(models_dir_in(opened.data_dir) / STARS, look_every_s=0)
    registry = LocalRegistry(models_dir_in(opened.data_dir) / STARS)
    # Somebody whose usual stars are 4, in a library of which nothing else is known.
    with database.transaction() as db:
        more = add_items(
            db, [NewItem(work=Work(kind=Kind.FILM, title=f"F{n}"), title_keys=(f"f{n}",)) for n in range(4)]
        )
        add_events(db, ada.id, [(item, Event(kind=EventKind.RATED, value=4.0), None) for item in more])
    everything = sorted([*films, *more])
    kept, rank, n = 2, 1, len(everything)
    arrays = {
        "level": np.full(kept, 2.5, np.float32),
        "noise": np.full(kept, 100, np.float32),
        "biases": np.zeros((kept, n), np.float32),
        "vectors": np.zeros((kept, n, rank), np.float32),
        "rated_biases": np.zeros((kept, n), np.float32),
        "rated_vectors": np.zeros((kept, n, rank), np.float32),
        "own_means": np.zeros((kept, rank + 1), np.float32),
        "own_precisions": np.ones((kept, rank + 1), np.float32),
    }
    trained = Trained(
        model="stars",
        config=stars.Config(rank=rank, kept=kept),
        arrays=arrays,
        item_ids=np.array(everything, np.int64),
        opinions=Opinions(),
        proof=1.0,
        trust=1.0,
        about={},
    )
    registry.promote(registry.save(trained).version)
    found = as_ada.get("/api/recommendations", params=shown).json()["items"]
    assert {i["item"]["id"] for i in found} == set(films)
    assert [i["expected_rating"] for i in found] == pytest.approx([4.0] * len(films), abs=0.01)

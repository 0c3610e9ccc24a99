"""A list that was shown a moment ago may be shown again: always what it would be if it were made now."""

from __future__ import annotations

import itertools
import time
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from starlette.testclient import TestClient

import small_world as world
from mediatheque.api.answers import Answers
from mediatheque.flows.import_history import import_file
from mediatheque.flows.undoing import undo_batch
from mediatheque.kit.database import Database
from mediatheque.kit.remembered import Remembered
from mediatheque.library.queries.history import add_events
from mediatheque.library.queries.users import User, set_age_limit, set_services
from mediatheque.vocabulary import Event, EventKind
from mediatheque.wiring import Mediatheque

LIKED = Event(kind=EventKind.LIKED)


def asked(client: TestClient, **query: Any) -> dict[str, Any]:
    answer = client.get("/api/recommendations", params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def titles(answer: dict[str, Any]) -> list[str]:
    return [each["item"]["title"] for each in answer["items"]]


@pytest.fixture
def ids(database: Database) -> dict[str, int]:
    with database.transaction() as db:
        return world.add_films(db)


def test_the_same_list_is_kept_again_under_a_number_of_its_own(
    as_ada: TestClient, app: FastAPI, database: Database, ids: dict[str, int]
) -> None:
    first, again = asked(as_ada, n=3, explain=True), asked(as_ada, n=3, explain=True)
    assert len(app.state.answers) == 1
    assert first["id"] != again["id"]
    assert {**first, "id": 0} == {**again, "id": 0}
    with database.transaction() as db:
        kept = db.execute(
            text("SELECT request, method, shown, user_id FROM recommendations_shown ORDER BY id")
        ).all()
    assert len(kept) == 2
    assert kept[0] == kept[1]
    why = as_ada.get(f"/api/recommendations/{again['id']}/why")
    assert why.status_code == 200


def test_what_is_remembered_is_of_one_person_and_one_request(
    as_ada: TestClient, as_ben: TestClient, ids: dict[str, int], database: Database, ben: User
) -> None:
    with database.transaction() as db:
        add_events(db, ben.id, [(ids["Arrival"], LIKED, None)])
    assert "Arrival" in titles(asked(as_ada, n=20))
    assert "Arrival" not in titles(asked(as_ben, n=20))
    assert len(titles(asked(as_ada, n=2))) == 2
    assert "Emma" not in titles(asked(as_ada, n=20, exclude=ids["Emma"]))
    assert "Emma" in titles(asked(as_ada, n=20))


def test_what_another_process_changes_shows_in_the_next_list(
    as_ada: TestClient, ids: dict[str, int], database: Database, ada: User
) -> None:
    assert {"Heat", "Jaws"} < set(titles(asked(as_ada, n=20)))
    with database.transaction() as db:
        add_events(db, ada.id, [(ids["Heat"], Event(kind=EventKind.HIDDEN), None)])
    assert "Heat" not in titles(asked(as_ada, n=20))
    with database.transaction() as db:
        add_events(db, ada.id, [(ids["Jaws"], Event(kind=EventKind.STARTED), None)])
    assert "Jaws" not in titles(asked(as_ada, n=20))
    with database.transaction() as db:
        set_age_limit(db, ada.id, 12, may_see_unrated=False)
    assert titles(asked(as_ada, n=20)) == []
    with database.transaction() as db:
        set_age_limit(db, ada.id, None)
        set_services(db, ada.id, ["netflix"])
    assert titles(asked(as_ada, n=20)) == []


def test_what_is_new_in_the_catalogue_shows_as_soon_as_it_is_noticed(
    as_ada: TestClient, ids: dict[str, int], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mediatheque.api.answers.LOOK_EVERY_S", 0.0)
    assert "Gravity" not in titles(asked(as_ada, n=30))
    with database.transaction() as db:
        world.add(db, world.film("Gravity"))
    # PostgreSQL counts what was written about a second late.
    until = time.monotonic() + 20
    while "Gravity" not in titles(asked(as_ada, n=30)):
        assert time.monotonic() < until
        time.sleep(0.2)


def test_a_list_as_of_a_day_is_not_remembered(as_ada: TestClient, app: FastAPI, ids: dict[str, int]) -> None:
    asked(as_ada, as_of="2020-01-01")
    assert len(app.state.answers) == 0


STEPS = st.one_of(
    st.tuples(st.just(EventKind.RATED), st.sampled_from([0.5, 3.0, 5.0, None])),
    st.tuples(
        st.sampled_from(
            [
                EventKind.HIDDEN,
                EventKind.UNHIDDEN,
                EventKind.SAVED,
                EventKind.UNSAVED,
                EventKind.WATCHED,
                EventKind.LIKED,
                EventKind.DISLIKED,
                EventKind.STARTED,
            ]
        ),
        st.none(),
    ),
    st.sampled_from(["import", "undo"]),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(STEPS, st.sampled_from(sorted(world.FILMS))), min_size=1, max_size=6))
def test_what_is_remembered_is_what_would_be_made_now(
    as_ada: TestClient,
    app: FastAPI,
    opened: Mediatheque,
    database: Database,
    ada: User,
    ids: dict[str, int],
    tmp_path: Path,
    steps: list[tuple[Any, str]],
) -> None:
    opened.people = Remembered(1 << 20)
    batches: list[int] = []
    for (step, title), number in zip(steps, itertools.count()):
        if step == "import":
            path = tmp_path / f"{number}.csv"
            path.write_text(f'Title,Date\n"{title}","3/{number + 14}/21"\n', encoding="utf-8")
            batches.append(import_file(database, ada.id, path, source="netflix").id)
        elif step == "undo":
            if batches:
                undo_batch(database, ada.id, batches.pop())
        else:
            kind, value = step
            with database.transaction() as db:
                add_events(db, ada.id, [(ids[title], Event(kind=kind, value=value), None)])
        for query in ({"n": 20, "explain": True}, {"n": 3, "exclude": ids["Emma"]}):
            asked(as_ada, **query)
            remembered = asked(as_ada, **query)
            room, people = app.state.answers, opened.people
            app.state.answers, opened.people = Answers(), Remembered(0)
            fresh = asked(as_ada, **query)
            app.state.answers, opened.people = room, people
            assert titles(remembered) == titles(fresh)
            assert [each["because"] for each in remembered["items"]] == [
                each["because"] for each in fresh["items"]
            ]
            scores = [[each["score"] for each in answer["items"]] for answer in (remembered, fresh)]
            assert scores[0] == pytest.approx(scores[1], abs=1e-6)

"""Whose is whose, tried on every operation of the OpenAPI document: a new route is tried without being listed here.

A route with a path parameter that `belongings` does not name, or with a body that has no example, fails
the test until somebody says how to ask it for another person's things.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from evaluated import keep_one
from mediatheque.accounts.keys import make_key
from mediatheque.accounts.queries import add_api_key
from mediatheque.accounts.tokens import issue_token
from mediatheque.archive.queries.media import media_with_id
from mediatheque.archive.queries.pairs import FoundPair, open_pairs, put_pairs
from mediatheque.flows import correcting
from mediatheque.flows.archiving import delete_media
from mediatheque.flows.import_history import import_file
from mediatheque.flows.uploads import begin
from mediatheque.kit.database import Database
from mediatheque.library.queries import bulk, history, items, mentions, users
from mediatheque.library.queries.users import User
from mediatheque.recommend.artifact import models_dir_in
from mediatheque.recommend.models import popularity
from mediatheque.recommend.opinions import Opinions
from mediatheque.recommend.queries.shown import add_shown
from mediatheque.recommend.request import Recommended
from mediatheque.search.queries.threads import add_thread
from mediatheque.training.registries.local import LocalRegistry
from mediatheque.training.trained import Trained
from mediatheque.vocabulary import Decision, Event, EventKind, Match, Recommendation, Verdict
from mediatheque.wiring import Mediatheque
from recordings import add_worked_on, end_job

#: What anybody may ask. Everything else needs a token.
PUBLIC = {
    ("post", "/api/auth/register"),
    ("post", "/api/auth/login"),
    # The page's: who is signed in, and signing in and out. Signing out takes the CSRF token of who is signed in.
    ("get", "/api/session"),
    ("post", "/api/session"),
    ("post", "/api/session/account"),
    ("post", "/api/session/demo"),
    ("delete", "/api/session"),
    ("get", "/health/live"),
    ("get", "/health/ready"),
    ("get", "/metrics"),  # from this machine; tests/api/test_app.py asks from another
}

#: Answers to members may be 403 where only administrators may ask at all, whatever they ask about.
FOR_ADMINISTRATORS = {
    ("get", "/api/recommendations/lift"),
    ("post", "/api/graph/cypher"),
    ("get", "/api/evaluations"),
    ("get", "/api/evaluations/{evaluation_id}"),
    ("get", "/api/evaluations/{evaluation_id}/report"),
    ("get", "/api/models"),
    ("get", "/api/models/{version}"),
    ("post", "/api/models/{version}/promote"),
    ("post", "/api/models/rollback"),
    ("post", "/api/models/train"),
    ("get", "/api/users"),
    ("post", "/api/lanes/{name}/pause"),
    ("post", "/api/lanes/{name}/resume"),
    ("get", "/api/syncs"),
    ("post", "/api/syncs"),
    ("patch", "/api/users/{user_id}"),
    ("delete", "/api/users/{user_id}"),
    ("post", "/api/users"),
    ("get", "/api/users/{user_id}/belongings"),
    ("get", "/api/checks"),
    ("get", "/api/server"),
    ("get", "/api/sources"),
    ("get", "/api/storage/everybody"),
    ("get", "/api/tools"),
    ("post", "/api/tools/{tool}/test"),
}

#: What a parameter names here belongs to nobody: everybody has such a row.
OF_NOBODY = {"/api/home/rows/{name}"}

#: Answers without an end: tests/api/test_jobs.py hears who is told what there.
ENDLESS = {"/api/jobs/events"}

SECRET = "Zanzibarquartz"
#: Somebody who may be named in anybody's list for a group.
SHARING = "Cleo"


@dataclass(frozen=True)
class Operation:
    """One way to ask the API."""

    method: str
    path: str
    described: dict[str, Any]

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.path)


#: What takes other things along with it is asked last, in this order.
LAST = [
    ("delete", "/api/imports/{import_id}"),
    ("delete", "/api/media/{media_id}"),
    ("delete", "/api/users/me"),
]


def operations(app: FastAPI) -> Iterator[Operation]:
    """Every operation."""
    every = [
        Operation(method, path, described)
        for path, methods in app.openapi()["paths"].items()
        for method, described in methods.items()
    ]
    order = {key: place for place, key in enumerate(LAST)}
    yield from sorted(every, key=lambda operation: order.get((operation.method, operation.path), -1))


@pytest.fixture
def belongings(
    opened: Mediatheque, database: Database, ada: User, films: list[int], tmp_path: Path
) -> dict[str, int | str]:
    """Something of Ada's for every path parameter there is."""
    keep_one(opened.data_dir, 1, verdict=SECRET)
    export = tmp_path / f"{SECRET}.csv"
    export.write_text(
        f'Title,Date\n"{SECRET}","2024-05-20"\n"Not {SECRET}","2024-05-21"\n"broken {SECRET}"\n'
    )
    batch = import_file(database, ada.id, export)
    with database.transaction() as db:
        users.set_sharing(db, users.add_user(db, SHARING).id, True)
        met = {entry.item.work.title: entry.item.id for entry in history.history(db, ada.id) if entry.item}
        own, mistaken = met[SECRET], met[f"Not {SECRET}"]
        [corrected] = mentions.mentions_of_items(db, [mistaken])[mistaken]
        correcting.correct(db, ada.id, corrected.id, films[1])
        [mention] = mentions.mentions_of_items(db, [own])[own]
        match = Match(films[0], 0.7)
        asked = Decision(Verdict.ASK, match, (match,))
        mentions.add_judgements(db, {mention.id: (asked, own)}, by="resolver")
        rated = Event(kind=EventKind.RATED, value=4.5)
        saved = Event(kind=EventKind.SAVED)
        event_id, _ = history.add_events(db, ada.id, [(own, rated, SECRET), (own, saved, None)])
        key = add_api_key(db, ada.id, SECRET, make_key())
        item = items.item_with_id(db, own, ada.id)
        assert not item.is_listed
        offered = Recommendation(item=item, score=1.0, method="popular", because=SECRET)
        thread = add_thread(db, ada.id, SECRET)
        changed = bulk.edit(db, ada.id, [films[1]], bulk.Action.SAVE)
        assert changed.id is not None
        list_id = add_shown(db, ada.id, {"via": SECRET}, Recommended(recommendations=(offered,)))
    return {
        "item_id": own,
        "kind": "item",
        "id": own,
        "import_id": batch.id,
        "question_id": mention.id,
        "match_id": corrected.id,
        "event_id": event_id,
        "key_id": key.id,
        "user_id": ada.id,
        "candidate_id": films[0],
        "evaluation_id": 1,
        "version": a_trained_model(opened.data_dir),
        "list_id": list_id,
        "edit_id": changed.id,
        **some_recordings(opened, ada.id, tmp_path),
        "thread_id": thread.id,
        "tool": "embedder",
    }


def some_recordings(opened: Mediatheque, user_id: int, folder: Path) -> dict[str, int | str]:
    """Recordings of somebody: one to listen to, one in the trash, two that sound alike, and one on its way."""
    heard, thrown, other = (
        add_worked_on(opened, user_id, folder, title=SECRET, content=content)
        for content in (b"heard", b"thrown", b"other")
    )
    with opened.database.transaction() as db:
        for media_id in (heard, thrown, other):
            end_job(db, media_id)
        alike = FoundPair(other_id=heard, bit_error_rate=0.1, aligned_frames=100, offset_ms=0)
        put_pairs(db, other, [alike])
        [pair] = open_pairs(db, user_id)
        delete_media(db, user_id, thrown)
        job_id = media_with_id(db, heard, user_id).job_id
        assert job_id is not None
        upload = begin(opened, db, user_id, SECRET, 1000, {"wishes": {"tags": []}, "origin": "file"})
    return {
        "media_id": heard,
        "job_id": job_id,
        "name": "bulk",
        "trashed_id": thrown,
        "pair_id": pair.id,
        "role": "original",
        "upload_id": upload.id,
    }


def a_trained_model(data_dir: Path) -> int:
    """The number of a model that serves."""
    registry = LocalRegistry(models_dir_in(data_dir))
    counts = np.array([2, 1], np.float32)
    saved = registry.save(
        Trained(
            model="popularity",
            config=popularity.Config(),
            arrays={"counts": counts},
            item_ids=np.arange(2, dtype=np.int64),
            opinions=Opinions(),
            proof=0.0,
            trust=0.0,
            about={"split": SECRET},
        )
    )
    return registry.promote(saved.version).version


def ask(
    client: TestClient,
    app: FastAPI,
    operation: Operation,
    belongings: dict[str, int | str],
    token: str | None,
):
    """Ask an operation about Ada's things."""
    unknown = set(operation.parameters) - set(belongings)
    assert not unknown, f"say in `belongings` what of Ada's to put into {unknown} of {operation.path}"
    # Two kinds of things have names in addresses: lanes, and rows of the first page, which are nobody's.
    named = {"name": "trending"} if operation.path.startswith("/api/home/") else {}
    path = operation.path.format(**belongings | named)
    # What is searched for, excluded or listed is hers too.
    required = {p["name"] for p in operation.described.get("parameters", ()) if p.get("required")}
    hers = {"q": SECRET, "name": SECRET, "item": belongings["item_id"], "user": SHARING}
    hers |= dict.fromkeys(("from", "a"), f"item:{belongings['item_id']}")
    hers |= dict.fromkeys(("to", "b"), f"item:{belongings['candidate_id']}")
    params = {name: value for name, value in hers.items() if name in required}
    sent = {"upload-length": "1000", "upload-offset": "0"}
    unfilled = required - set(operation.parameters) - set(params) - set(sent)
    assert not unfilled, f"say here how to fill {unfilled} of {operation.path}"
    headers = {name: value for name, value in sent.items() if name in required}
    headers |= {"Authorization": f"Bearer {token}"} if token is not None else {}
    return client.request(
        operation.method, path, params=params, headers=headers, **body_of(app, operation, belongings)
    )


def body_of(app: FastAPI, operation: Operation, belongings: dict[str, int | str]) -> dict[str, Any]:
    """The operation's example as a body, about Ada's item where it is about one."""
    described = operation.described.get("requestBody")
    if described is None:
        return {}
    if "multipart/form-data" in described["content"]:
        return {"files": {"file": ("history.csv", b'Title,Date\n"Harmless","2024-05-20"\n')}}
    if "application/offset+octet-stream" in described["content"]:
        return {"content": b"some bytes"}
    reference = described["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    schema = app.openapi()["components"]["schemas"][reference]
    assert "example" in schema, f"give {reference} an example"
    written = json.dumps(schema["example"])
    # An answer names what the question's work is; all else is about her own item.
    name = "candidate_id" if operation.path.startswith("/api/review") else "item_id"
    return {"json": json.loads(re.sub(r'"item_id": \d+', f'"item_id": {belongings[name]}', written))}


def test_every_operation_needs_a_token_unless_it_is_listed(
    app: FastAPI, client: TestClient, belongings: dict[str, int | str]
) -> None:
    asked = list(operations(app))
    assert {(o.method, o.path) for o in asked} >= PUBLIC
    for operation in asked:
        is_public = (operation.method, operation.path) in PUBLIC
        assert bool(operation.described.get("security")) is not is_public, operation
        for token in () if is_public else (None, "nonsense", "mtq_nonsense"):
            answer = ask(client, app, operation, belongings, token)
            assert answer.status_code == 401, operation
            assert answer.headers["content-type"] == "application/problem+json"
            assert SECRET not in answer.text


def test_another_users_token_reaches_nothing(
    app: FastAPI,
    client: TestClient,
    as_ada: TestClient,
    as_ben: TestClient,
    belongings: dict[str, int | str],
    ben: User,
) -> None:
    before = snapshot(app, as_ada)
    for operation in operations(app):
        if (operation.method, operation.path) in PUBLIC or operation.path in ENDLESS:
            continue
        # Anew each time: one of the operations ends earlier sign-ins.
        token = issue_token(app.state.signing_key, ben.id).text
        answer = ask(client, app, operation, belongings, token)
        is_about_hers = (
            (operation.parameters and operation.path not in OF_NOBODY)
            or "item_id" in str(answer.request.content)
            or re.search(r"item(=|%3A)", str(answer.request.url))
        )
        if (operation.method, operation.path) in FOR_ADMINISTRATORS:
            assert answer.status_code == 403, operation
        elif is_about_hers:
            assert answer.status_code == 404, (operation, answer.text)
        else:
            assert answer.status_code < 300, (operation, answer.text)
        assert SECRET not in answer.text, operation
        assert SECRET.encode() not in answer.content
    assert snapshot(app, as_ada) == before


def test_their_owner_reaches_all_of_it(
    app: FastAPI,
    client: TestClient,
    as_ada: TestClient,
    belongings: dict[str, int | str],
    ada: User,
    ben: User,
) -> None:
    """Else the test before would prove nothing."""
    for operation in operations(app):
        if (operation.method, operation.path) not in PUBLIC and operation.path not in ENDLESS:
            token = issue_token(app.state.signing_key, ada.id).text
            answer = ask(client, app, operation, belongings, token)
            assert answer.status_code not in (401, 403, 404, 422), (operation, answer.text)
            assert answer.status_code < 500


def snapshot(app: FastAPI, client: TestClient) -> dict[str, str]:
    """Everything that lists and single things say to their owner."""
    shown = {
        operation.path: client.get(operation.path).text
        for operation in operations(app)
        if operation.method == "get"
        and not operation.parameters
        and operation.path.startswith("/api/")
        # One needs a query, one is a file; users come and go, lanes count everybody's jobs, and each list of
        # recommendations is another one.
        and operation.path
        not in ("/api/search", "/api/users/me/export", "/api/users", "/api/lanes", *ENDLESS)
        # These say how long they took, how full the disk is, and how many lists were shown.
        and operation.path not in ("/api/checks", "/api/storage/everybody", "/api/users/me/belongings")
        and not operation.path.startswith("/api/recommendations")
    }
    assert any(SECRET in text for text in shown.values())
    return shown

"""Embedding the library can be interrupted, repeated and shared between workers, and follows what changes."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sqlalchemy import text

from mediatheque.flows.embedding import embed_missing, rebuild
from mediatheque.kit.database import Connection, Database
from mediatheque.library.queries.items import NewItem, add_items, save_works
from mediatheque.search.texts import text_hash, text_of
from mediatheque.stores.vectors import store
from mediatheque.tools.embedder import Embedder, open_embedder
from mediatheque.vocabulary import Kind, Work


class Counting:
    """The real model, counting what it is asked, and stopping where a test says."""

    def __init__(self, model: Embedder, stop_after: int | None = None) -> None:
        self.model, self.stop_after = model, stop_after
        self.name, self.dimensions = model.name, model.dimensions
        self.texts: list[str] = []
        self.lock = threading.Lock()

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        with self.lock:
            self.texts += texts
            if self.stop_after is not None and len(self.texts) > self.stop_after:
                raise KeyboardInterrupt
        return self.model.embed(texts)


@pytest.fixture(scope="module")
def model() -> Embedder:
    opened = open_embedder("minilm", models_dir=None, key=None)
    assert opened is not None
    return opened


def film(title: str, description: str | None = None) -> Work:
    return Work(kind=Kind.FILM, title=title, description=description)


def add(database: Database, *works: Work) -> list[int]:
    with database.transaction() as db:
        return add_items(db, [NewItem(work=w, title_keys=()) for w in works])


def hashes(db: Connection, model: Embedder, ids: Sequence[int]) -> dict[int, bytes]:
    model_id = store().model_id(db, model.name)
    return store().text_hashes(db, model_id, ids) if model_id is not None else {}


def test_every_text_is_embedded_once(database: Database, model: Embedder) -> None:
    works = [film(f"Film {n}", "About storms." * n) for n in range(10)]
    ids = add(database, *works)
    counting, seen = Counting(model), []
    assert embed_missing(database, counting, on_progress=seen.append, batch=4) == 10
    assert seen == [4, 8, 10]
    assert embed_missing(database, counting) == 0
    assert sorted(counting.texts) == sorted(text_of(w) for w in works)
    with database.transaction() as db:
        assert hashes(db, model, ids) == {i: text_hash(text_of(w)) for i, w in zip(ids, works, strict=True)}
        kept = store().vectors_of(db, store().model_id(db, model.name) or 0, ids[3:4])
    assert kept[ids[3]] @ model.embed([text_of(works[3])])[0] > 0.999


def test_an_empty_library_needs_no_model(database: Database, model: Embedder) -> None:
    assert embed_missing(database, model) == 0
    with database.transaction() as db:
        assert store().model_id(db, model.name) is None


def test_a_changed_text_is_embedded_again_and_an_emptied_one_forgotten(
    database: Database, model: Embedder
) -> None:
    ids = add(database, film("Storm"), film("Calm"), film("Wind"))
    embed_missing(database, model)
    with database.transaction() as db:
        save_works(db, {ids[0]: (film("Storm", "Ships in trouble."), ()), ids[1]: (film(" "), ())})
        db.execute(text("UPDATE items SET merged_into = :to WHERE id = :id"), {"to": ids[0], "id": ids[2]})
    counting = Counting(model)
    assert embed_missing(database, counting) == 1
    assert counting.texts == ["Storm, film. Ships in trouble."]
    with database.transaction() as db:
        assert set(hashes(db, model, ids)) == {ids[0]}


def test_works_with_nothing_to_say_get_no_vector(database: Database, model: Embedder) -> None:
    ids = add(database, film(""), film(" \n"))
    assert embed_missing(database, model) == 0
    with database.transaction() as db:
        assert hashes(db, model, ids) == {}


def test_what_was_done_stays_when_it_is_interrupted(database: Database, model: Embedder) -> None:
    ids = add(database, *(film(f"Film {n}") for n in range(600)))
    with pytest.raises(KeyboardInterrupt):
        embed_missing(database, Counting(model, stop_after=400), batch=100)
    with database.transaction() as db:
        kept = len(hashes(db, model, ids))
    assert 0 < kept < 600
    assert embed_missing(database, model) == 600 - kept


def test_a_limit_ends_it_early(database: Database, model: Embedder) -> None:
    add(database, *(film(f"Film {n}") for n in range(7)))
    assert embed_missing(database, model, limit=3, batch=2) == 3
    assert embed_missing(database, model, limit=0) == 0
    assert embed_missing(database, model) == 4


def test_two_workers_share_the_work(database: Database, model: Embedder) -> None:
    ids = add(database, *(film(f"Film {n}") for n in range(700)))
    counting = Counting(model)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: embed_missing(database, counting, batch=32), range(2)))
    assert sum(done) == len(counting.texts) == len(set(counting.texts)) == 700
    with database.transaction() as db:
        assert len(hashes(db, model, ids)) == 700


def test_a_rebuild_embeds_everything_again(database: Database, model: Embedder) -> None:
    ids = add(database, film("Storm"), film("Calm"))
    embed_missing(database, model)
    counting = Counting(model)
    assert rebuild(database, counting) == 2
    assert len(counting.texts) == 2
    with database.transaction() as db:
        assert set(hashes(db, model, ids)) == set(ids)

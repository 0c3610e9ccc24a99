"""Likeness: of text and genres, without what all texts have in common."""

from __future__ import annotations

import numpy as np
import pytest

import small_world as world
from mediatheque.kit.database import Connection
from mediatheque.library.queries.users import User
from mediatheque.recommend.centre import HALF_BELIEVED, centre
from mediatheque.recommend.likeness import GENRE_SHARE, Space
from mediatheque.stores.vectors import Embedded, store
from mediatheque.vocabulary import EventKind


def unit(*values: float) -> np.ndarray:
    made = np.array(values, np.float32)
    return made / np.linalg.norm(made)


def test_what_all_texts_share_says_nothing() -> None:
    texts = np.stack([unit(3, 1, 0), unit(3, 0, 1), unit(3, 1, 0.1)])
    with_it = Space.of(3, ()).place(texts, [(), (), ()])
    without = Space.of(3, (), texts.mean(axis=0)).place(texts, [(), (), ()])
    assert with_it[0] @ with_it[1] > 0.8 * (1 - GENRE_SHARE)
    assert without[0] @ without[1] < 0
    assert without[0] @ without[2] > 0.8 * (1 - GENRE_SHARE)
    assert without[0] @ without[0] == pytest.approx(1 - GENRE_SHARE)


def test_the_mean_of_few_titles_is_little_believed(db: Connection) -> None:
    model = store().ensure_model(db, "some", 3)
    assert centre(db, model) is None
    ids = [world.add(db, world.film(f"Film {n}")) for n in range(10)]
    store().put(db, model, [Embedded(item, b"text", unit(1, 0, 0)) for item in ids])
    found = centre(db, model)
    assert found is not None
    assert found == pytest.approx([10 / (10 + HALF_BELIEVED), 0, 0], abs=1e-3)


def test_lists_go_by_what_tells_titles_apart(db: Connection, ada: User) -> None:
    """Every text is mostly the same; a tenth of each says what it is about."""
    model = store().ensure_model(db, "narrow", 6)
    rng = np.random.default_rng(1)
    ids: list[int] = []
    for n in range(400):
        topic = np.zeros(6)
        topic[1 + n % 5] = 0.4
        item = world.add(db, world.film(f"Film {n}", genres=()))
        store().put(db, model, [Embedded(item, b"text", unit(1, *(topic[1:] + 0.15 * rng.normal(size=5))))])
        ids.append(item)
    world.tell(db, ada, ids[:25:5], EventKind.LIKED)
    found = world.recommended(db, ada.id, n=10, method="content", model_id=model)
    about_it = [r for r in found if ids.index(r.item.id) % 5 == 0]
    assert len(about_it) >= 9
    for r in found:
        assert sum(c.amount for c in r.contributions) == pytest.approx(r.score, abs=1e-6)

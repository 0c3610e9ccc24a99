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


def test_lists_go_by_what_tells_titles_apart(
    db: Connection, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Texts that say hardly anything are near to everything, until what all have in common is left out."""
    monkeypatch.setattr("mediatheque.recommend.centre.HALF_BELIEVED", 1.0)
    model = store().ensure_model(db, "narrow", 1 + 5 + 58)
    rng = np.random.default_rng(1)
    about = {world.add(db, world.film(f"Film {n}", genres=())): n % 5 for n in range(200)}
    vague = [world.add(db, world.film(f"Vague {n}", genres=())) for n in range(40)]
    # What all say, what it is about, and what nobody else says.
    texts = {i: (1, *np.eye(5)[topic] * 0.4, *rng.normal(scale=0.1, size=58)) for i, topic in about.items()}
    texts |= {item: (1, *np.zeros(5), *rng.normal(scale=0.01, size=58)) for item in vague}
    store().put(db, model, [Embedded(item, b"text", unit(*text)) for item, text in texts.items()])
    world.tell(db, ada, [item for item, topic in about.items() if topic == 0][:10], EventKind.LIKED)
    found = world.recommended(db, ada.id, n=10, method="content", model_id=model)
    assert sum(about.get(r.item.id) == 0 for r in found) >= 8
    for r in found:
        assert sum(c.amount for c in r.contributions) == pytest.approx(r.score, abs=1e-6)

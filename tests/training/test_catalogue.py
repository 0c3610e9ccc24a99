"""Where a catalogue places its items to each other."""

from __future__ import annotations

import numpy as np

from mediatheque.training.catalogue import Catalogue, hashed
from mediatheque.training.interactions import Interactions


def made(n: int = 6) -> Catalogue:
    texts = np.random.default_rng(1).normal(size=(n, 4)).astype(np.float32) + 3
    return Catalogue(np.full(n, 2000.0), np.ones((n, 2), np.float32), texts)


def test_what_all_texts_have_in_common_says_nothing() -> None:
    places = made().places()
    text = places[:, -4:]
    assert abs((text @ text.T)[np.triu_indices(6, 1)].mean()) < 0.25  # of texts that all point the same way
    np.testing.assert_allclose(np.linalg.norm(text, axis=1), 1, rtol=1e-5)


def test_years_near_to_each_other_are_alike_and_unknown_ones_like_none() -> None:
    years = np.array([1999.0, 1998.0, 1960.0, np.nan, 1700.0, 1650.0])
    likeness = (places := Catalogue(years, np.zeros((6, 0), np.float32)).places()) @ places.T
    assert likeness[0, 1] > 0.9 * likeness[0, 0] > 10 * likeness[0, 2]
    assert not likeness[3].any()
    assert likeness[4, 5] > 0.99 * likeness[4, 4]  # all that is older than eighty years is of one time


def test_only_names_that_occur_twice_make_alike() -> None:
    rows = hashed([["Agnes", "Boris"], ["Agnes"], ["Carla"], []], columns=64)
    assert rows[0] @ rows[1] > 0.99
    assert not rows[2:].any()


def test_a_catalogue_goes_with_its_items() -> None:
    catalogue = made()
    seen = Interactions(
        np.array([0, 2]),
        np.array([1, 4], np.int32),
        np.ones(2, np.float32),
        np.zeros(2, np.int64),
        6,
        catalogue,
    )
    chosen = seen.of_users(np.array([0])).having(np.array([False, True])).of_items(np.array([4, 0]))
    assert chosen.catalogue is not None
    assert catalogue.texts is not None
    assert chosen.catalogue.texts is not None
    np.testing.assert_array_equal(chosen.catalogue.texts, catalogue.texts[[4, 0]])
    assert len(chosen.catalogue) == chosen.n_items == 2

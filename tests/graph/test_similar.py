"""What makes two titles alike: what they mean, who has been through them, and how much of either it takes."""

from __future__ import annotations

import numpy as np
import pytest

from mediatheque.graph.similar import (
    GUESS,
    LEAST_PEOPLE,
    Companies,
    Edges,
    K,
    Meanings,
    Side,
    changes,
    company_of,
    follow_edges,
)

NOBODY = np.zeros(0, np.int64)


def meaning(*vectors: list[float]) -> Side:
    made = np.array(vectors, np.float32)
    return Side(
        np.arange(1, len(made) + 1), Meanings(made / np.linalg.norm(made, axis=1, keepdims=True)), None
    )


def seen(*audiences: range) -> tuple[np.ndarray, np.ndarray]:
    """Titles 1, 2 … by who has been through them, as (title, person)."""
    pairs = [(title, person) for title, people in enumerate(audiences, 1) for person in people]
    titles, people = np.array(pairs, np.int64).T
    return titles, people


def test_an_edge_keeps_both_scores_and_its_weight_is_that_not_both_are_wrong() -> None:
    company = company_of(*seen(range(10), range(5, 15)), None)
    edges = follow_edges(Edges.none(), meaning([1, 0], [0.8, 0.6]), company)
    assert (edges.a.tolist(), edges.b.tolist(), edges.people.tolist()) == ([1], [2], [5])
    assert edges.likeness[0] == pytest.approx(0.8)
    assert edges.together[0] == pytest.approx(0.5)
    assert edges.weight[0] == pytest.approx(GUESS * (1 - 0.2 * 0.5))


def test_texts_that_have_nothing_to_do_with_each_other_take_nothing_from_a_shared_audience() -> None:
    company = company_of(*seen(range(10), range(10)), None)
    edges = follow_edges(Edges.none(), meaning([1, 0], [-1, 0]), company)
    assert (edges.likeness[0], edges.together[0], edges.weight[0]) == (-1, 1, GUESS)


@pytest.mark.parametrize(("people", "are_told"), [(LEAST_PEOPLE, False), (LEAST_PEOPLE + 1, True)])
def test_so_many_people_besides_the_reader_have_to_be_in_both_audiences(people: int, are_told: bool) -> None:
    company = company_of(*seen(range(8), range(8 - people, 16 - people)), None)
    assert bool(len(follow_edges(Edges.none(), meaning([1, 0], [0, 1]), company))) is are_told


def test_nobody_has_more_neighbours_of_their_own_choice_than_there_may_be() -> None:
    dice = np.random.default_rng(3)
    side = meaning(*dice.normal((4, 0, 0), size=(60, 3)).tolist())
    edges = follow_edges(Edges.none(), side)
    by_title = np.bincount(np.concatenate([edges.a, edges.b]), minlength=61)[1:]
    assert by_title.min() >= K
    assert len(edges) <= 60 * K
    assert (edges.a < edges.b).all()


def test_what_is_the_same_is_neither_taken_away_nor_added() -> None:
    before = follow_edges(Edges.none(), meaning([1, 0], [0.8, 0.6], [0.6, 0.8]))
    after = follow_edges(before, meaning([1, 0], [0.8, 0.6], [0, 1]))
    gone, come = changes(before, after)
    assert list(zip(gone.a, gone.b, strict=True)) == [(1, 3), (2, 3)]
    assert list(zip(come.a, come.b, strict=True)) == [(2, 3)]


def test_pairs_and_blocks_say_the_same_of_audiences() -> None:
    dice = np.random.default_rng(4)
    titles, people = np.nonzero(dice.random((30, 700)) < 0.1)
    near, places = Companies(titles, people, (30, 700)), np.arange(30)
    a, b = np.repeat(places, 30), np.tile(places, 30)
    assert np.array_equal(near.block(places).ravel(), near.exact(a, b))
    assert near.people(a, b).reshape(30, 30)[3, 5] == len(set(people[titles == 3]) & set(people[titles == 5]))

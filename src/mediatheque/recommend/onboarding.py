"""Which titles to ask a new person about: well-known ones whose answers say most about all that is well known.

What somebody would answer is a Gaussian process over the titles: alike titles get alike answers. Each pick is the
title whose answer would take most of the uncertainty away (its chance of being known, times the variance it would
explain of every other title), as active learning calls it, the A-optimal design (Cohn 1996, "Active Learning with
Statistical Models"). With every answer the picks move on: away from what was settled and from what the person does
not know, towards what they may like. The same answers always lead to the same picks.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mediatheque.kit.database import Connection
from mediatheque.library.queries.items import items_with_ids
from mediatheque.recommend.crowd import current_crowd
from mediatheque.recommend.neighbours import vectors_of
from mediatheque.recommend.queries.eligible import eligible_among, eligible_at_all, traits_of
from mediatheque.recommend.request import Means, Rules
from mediatheque.recommend.serve import listener
from mediatheque.vocabulary import Item, Kind

Floats = npt.NDArray[np.float64]

#: So many of the best-known titles are picked from, and the chance of being known falls by e after so many places.
AMONG, FADING = 400, 150.0
#: Of the answers that were given, the weightiest.
MOST_ANSWERS = 100
#: Of what makes answers alike, so much is genre (all of it, where nothing has a text); each title is also itself.
GENRE_SHARE, OWN = 0.3, 0.2
#: How far an answer may be off, as variance; all that is not known has variance 1.
NOISE = 0.5
#: What is just like a title that the person does not know is known to them with so much less of a chance.
UNKNOWN_TOO = 0.8


@dataclass(frozen=True, slots=True)
class Field:
    """The titles to pick from, a row each: where they stand, and the chance that somebody knows them."""

    places: Floats
    renown: Floats


@dataclass(frozen=True, slots=True)
class Answers:
    """What was said so far: opinions from -1 to 1 with their titles' places, and places of what is not known."""

    places: Floats
    opinions: Floats
    unknown: Floats


def picks(
    db: Connection,
    user_id: int,
    n: int = 10,
    *,
    kinds: Sequence[Kind] = (),
    unknown: Collection[int] = (),
    means: Means | None = None,
) -> list[Item]:
    """The `n` titles (fewer, where there are no more) most worth asking the user about, the first one first.

    What they rated, saw, liked or hid has answered already; `unknown` are ids of what they said not to know. Without
    vectors it goes by genres. Raises NotFound for an unknown user.
    """
    means = means or Means()
    to = listener(db, user_id, Rules(kinds=tuple(kinds)), means)
    top = current_crowd(db).top(to.eligible.kinds).tolist()
    among = eligible_among(db, top, to.eligible, AMONG)
    if len(among) < n + len(unknown):
        among = list(dict.fromkeys([*among, *eligible_at_all(db, to.eligible, AMONG)]))[:AMONG]
    seeds = to.taste.seeds[:MOST_ANSWERS]
    genres = {row.item_id: row.genres for row in traits_of(db, among, to.eligible)}
    genres |= {seed.item_id: tuple(seed.known.genres) for seed in seeds}
    ids = [*among, *(seed.item_id for seed in seeds)]
    texts = vectors_of(db, means.model_id, means.mirror(db), ids)
    places = _places([texts.get(i) for i in ids], [genres.get(i, ()) for i in ids])
    is_unknown = np.isin(np.array(among, np.int64), np.array(list(unknown), np.int64))
    rows = np.flatnonzero(~is_unknown)
    field = Field(places[rows], np.exp(-rows / FADING))
    opinions = np.array([seed.weight for seed in seeds], np.float64)
    told = Answers(places[len(among) :], opinions, places[: len(among)][is_unknown])
    chosen = [among[rows[row]] for row in choose(field, told, n)]
    found = items_with_ids(db, chosen, user_id)
    return [found[item_id] for item_id in chosen]


def choose(field: Field, told: Answers, n: int) -> list[int]:
    """The rows of the field to ask about, as if each were answered before the next is chosen (pure)."""
    covariance, expected = _after(field.places, told)
    chance = field.renown * (1 - UNKNOWN_TOO * _likest(field.places, told.unknown))
    # What they may like is what lists will be made of: there the answers count.
    worth = field.renown * (1 + np.clip(expected, -0.9, 1))
    is_open = np.ones(len(field.renown), np.bool_)
    chosen: list[int] = []
    for _ in range(min(n, len(field.renown))):
        variances = np.diagonal(covariance) + NOISE
        gains = chance * ((covariance**2) @ worth) / variances
        row = int(np.argmax(np.where(is_open, gains, -np.inf)))
        chosen.append(row)
        is_open[row] = False
        covariance = covariance - np.outer(covariance[row], covariance[row]) / variances[row]
    return chosen


def _after(places: Floats, told: Answers) -> tuple[Floats, Floats]:
    """How uncertain each pair of titles is together after what was said, and what to expect of each."""
    covariance = places @ places.T + OWN * np.eye(len(places))
    if not len(told.opinions):
        return covariance, np.zeros(len(places))
    between = places @ told.places.T
    among = told.places @ told.places.T + (OWN + NOISE) * np.eye(len(told.opinions))
    pull = np.linalg.solve(among, between.T).T
    return covariance - pull @ between.T, pull @ told.opinions


def _likest(places: Floats, others: Floats) -> Floats:
    """How like the likest of the others each title is, 0 to 1."""
    return np.clip((places @ others.T).max(axis=1, initial=0.0), 0.0, 1.0)


def _places(texts: Sequence[npt.NDArray[np.float32] | None], genres: Sequence[Collection[int]]) -> Floats:
    """A row for each title: its text, less what all texts have in common, beside its genres."""
    numbers = {genre: n for n, genre in enumerate(sorted({genre for those in genres for genre in those}))}
    marks = np.zeros((len(genres), len(numbers)))
    for row, those in zip(marks, genres, strict=True):
        row[[numbers[genre] for genre in those]] = len(those) ** -0.5 if those else 0.0
    known = [row for row, vector in enumerate(texts) if vector is not None]
    if not known:
        return marks
    vectors = np.stack([vector for vector in texts if vector is not None]).astype(np.float64)
    vectors -= vectors.mean(axis=0)
    placed = np.zeros((len(texts), vectors.shape[1]))
    placed[known] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return np.hstack([placed * math.sqrt(1 - GENRE_SHARE), marks * math.sqrt(GENRE_SHARE)])

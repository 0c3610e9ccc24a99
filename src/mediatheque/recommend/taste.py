"""A person's taste: where they stand with titles, weighed, and the several interests that shows."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

import numpy as np
import numpy.typing as npt

from mediatheque.recommend.artifact import Artifact
from mediatheque.recommend.fold_in import FoldIn, fold_in
from mediatheque.recommend.interests import Interest, Vectors, interests
from mediatheque.recommend.likeness import Space
from mediatheque.recommend.opinions import Told, mean_rating
from mediatheque.recommend.peers import Peers
from mediatheque.recommend.walk import Walk
from mediatheque.vocabulary import Kind

#: An opinion counts half after two years, and never less than a quarter: people change, slowly.
OPINION_HALF_LIFE_DAYS = 730.0
OLDEST_COUNTS = 0.25
#: So many titles describe a taste; more only cost time.
MOST_SEEDS = 200
#: What no rating tells: having seen it through, having put it on a list, never wanting it again.
SEEN, SAVED, HIDDEN = 0.3, 0.2, -0.3
#: Loved: rated well above one's own average, or liked outright.
LOVED = 0.6
#: A person's mean rating is believed as much as so many ratings at the middle of the scale.
_MEAN_PRIOR, _MEAN_PRIOR_COUNT = 3.25, 4
_ENOUGH_FOR_A_HABIT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One title that a person has had to do with, as the library knows it."""

    item_id: int
    kind: Kind
    language: str | None = None
    parent_id: int | None = None
    genres: frozenset[int] = frozenset()  # ids
    seen_count: int = 0
    episodes_seen: int = 0
    is_saved: bool = False
    is_hidden: bool = False
    liking: int = 0
    rating: float | None = None
    last_at: datetime | None = None
    share_finished: float | None = None  # the most of it that was seen at one go, where a source told
    is_begun: bool = False

    @property
    def is_seen(self) -> bool:
        return self.seen_count > 0 or self.episodes_seen > 0

    @property
    def was_chosen(self) -> bool:
        """Whether the person spent their time on it, as far as an export without views can tell."""
        return self.is_seen or self.rating is not None or self.liking != 0


@dataclass(frozen=True, slots=True)
class Seed:
    """A title to learn from: its weight is positive for more like it, negative for less, 1 at most."""

    weight: float
    known: Known

    @property
    def item_id(self) -> int:
        return self.known.item_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Taste:
    """All that a recommender may know of a person.

    `interests` and `vectors` come with the embeddings, `fold_in` with a trained model, if one is there.
    """

    seeds: tuple[Seed, ...] = ()  # weightiest first
    history: tuple[Known, ...] = ()  # all that is known, with an opinion or without
    saved: frozenset[int] = frozenset()
    chosen_by_kind: Mapping[Kind, int] = field(default_factory=dict[Kind, int])
    chosen_by_language: Mapping[tuple[Kind, str], int] = field(default_factory=dict[tuple[Kind, str], int])
    #: Of all that they like and one title more, which share is of each genre: a little is believed at once.
    share_by_genre: Mapping[int, float] = field(default_factory=dict[int, float])
    space: Space = field(default_factory=Space)
    vectors: Mapping[int, Vectors] = field(default_factory=dict[int, Vectors])  # of seeds, in `space`
    interests: tuple[Interest, ...] = ()
    #: Whose own history of today it is; None: a guest's, or an earlier day's.
    person: int | None = None
    peers: Peers | None = None  # what the people say who rate like them, where that was asked for
    walk: Walk | None = None  # where walks over the graph end, where that was asked for
    is_model_there: bool = False
    fold_in: FoldIn | None = None

    @property
    def evidence(self) -> float:
        """How much is known, counted in whole-hearted opinions."""
        return sum(abs(seed.weight) for seed in self.seeds)

    def seed(self, item_id: int) -> Seed | None:
        return next((seed for seed in self.seeds if seed.item_id == item_id), None)

    def loved(self, most: int) -> list[Seed]:
        """The best-loved titles that have a vector."""
        liked = (s for s in self.seeds if s.weight >= LOVED * OLDEST_COUNTS and is_loved(s.known))
        return list(islice((s for s in liked if s.item_id in self.vectors), most))

    def disliked(self, most: int) -> list[Seed]:
        """The titles to stay away from most that have a vector."""
        return list(islice((s for s in self.seeds if s.weight < 0 and s.item_id in self.vectors), most))

    def habit(self, kind: Kind, language: str | None) -> float:
        """Which share of what they chose of this kind was in this language; 0 where that says nothing yet."""
        chosen = self.chosen_by_kind.get(kind, 0)
        if language is None or chosen < _ENOUGH_FOR_A_HABIT:
            return 0.0
        return self.chosen_by_language.get((kind, language), 0) / chosen


def learn(history: Sequence[Known], now: datetime) -> Taste:
    """What a history says about taste, before any vector."""
    mean = _own_mean(history)
    speaking = [known for known in history if not _speaks_elsewhere(known)]
    weighed = ((_opinion(known, mean) * _freshness(known.last_at, now), known) for known in speaking)
    seeds = sorted((-abs(weight), known.item_id, weight, known) for weight, known in weighed if weight)
    seeds = [Seed(weight, known) for _, _, weight, known in seeds[:MOST_SEEDS]]
    chosen = [known for known in speaking if known.was_chosen]
    return Taste(
        seeds=tuple(seeds),
        history=tuple(history),
        saved=frozenset(known.item_id for known in history if known.is_saved),
        chosen_by_kind=Counter(known.kind for known in chosen),
        chosen_by_language=Counter((k.kind, k.language) for k in chosen if k.language is not None),
        share_by_genre=_shares_of_genres(seeds),
    )


def _shares_of_genres(seeds: Sequence[Seed]) -> dict[int, float]:
    total, by_genre = 1.0, dict[int, float]()
    for seed in seeds:
        if seed.weight > 0:
            total += seed.weight
            for genre in seed.known.genres:
                by_genre[genre] = by_genre.get(genre, 0.0) + seed.weight
    return {genre: weight / total for genre, weight in by_genre.items()}


def with_vectors(taste: Taste, texts: Mapping[int, Vectors], centre: Vectors | None = None) -> Taste:
    """The taste with the vectors of its seeds' texts, and the interests that the seeds gather in.

    `centre` is what all texts have in common.
    """
    if not texts:
        return taste
    known_by_id = {seed.item_id: seed.known for seed in taste.seeds}
    genres = (genre for known in known_by_id.values() for genre in known.genres)
    space = Space.of(len(next(iter(texts.values()))), genres, centre)
    placed = space.place(np.stack(list(texts.values())), [known_by_id[item_id].genres for item_id in texts])
    vectors = dict(zip(texts, placed, strict=True))
    liked = [seed for seed in taste.seeds if seed.weight > 0 and seed.item_id in vectors]
    found = interests(
        [seed.item_id for seed in liked], [seed.weight for seed in liked], [vectors[s.item_id] for s in liked]
    )
    return replace(taste, space=space, vectors=vectors, interests=found)


def with_model(taste: Taste, artifact: Artifact, now: datetime) -> Taste:
    """The taste with what a trained model says to it."""
    history = [known for known in taste.history if not _speaks_elsewhere(known)]
    ratings = [known.rating for known in taste.history if known.rating is not None]
    told = Told(
        seen=np.array([known.seen_count + known.episodes_seen for known in history], np.float64),
        share=_or_nan([known.share_finished for known in history]),
        rating=_or_nan([known.rating for known in history]),
        mean=np.full(len(history), mean_rating(sum(ratings), len(ratings))),
        liking=np.array([known.liking for known in history], np.float64),
        is_saved=np.array([known.is_saved for known in history], np.bool_),
        is_hidden=np.array([known.is_hidden for known in history], np.bool_),
        age_days=_or_nan([_age_days(known.last_at, now) for known in history]),
    )
    chosen = np.array([known.was_chosen or known.is_hidden for known in history], np.bool_)
    folded = fold_in(artifact, [known.item_id for known in history], told, chosen)
    return replace(taste, is_model_there=True, fold_in=folded)


def is_loved(known: Known) -> bool:
    """Whether the person said that they liked it: by a rating of 4 or more, or outright."""
    return known.rating >= 4 if known.rating is not None else known.liking > 0


def _speaks_elsewhere(known: Known) -> bool:
    """Episodes speak through their show, or one long series would drown everything else."""
    return known.kind is Kind.EPISODE and known.parent_id is not None and known.rating is None


def _own_mean(history: Sequence[Known]) -> float:
    """The person's mean rating, drawn towards the middle while there are few, and kept from extremes."""
    ratings = [known.rating for known in history if known.rating is not None]
    mean = (sum(ratings) + _MEAN_PRIOR * _MEAN_PRIOR_COUNT) / (len(ratings) + _MEAN_PRIOR_COUNT)
    return min(max(mean, 2.5), 4.0)


def _opinion(known: Known, mean: float) -> float:
    """−1 to 1. One star below one's own mean says nothing; from there two stars go all the way."""
    if known.rating is not None:
        return min(max((known.rating - (mean - 1)) / 2, -1.0), 1.0)
    if known.liking:
        return float(known.liking)
    if known.is_hidden:
        return HIDDEN
    if known.is_seen:
        return _from_seeing(known)
    return SAVED if known.is_saved else 0.0


def _from_seeing(known: Known) -> float:
    """Seeing it says a little, again and again says more, giving up early says no."""
    if known.share_finished is not None and known.share_finished < 0.25:
        return -0.1
    more = math.log2(max(known.seen_count + known.episodes_seen, 1))
    return min(SEEN + 0.1 * more, 0.7) * (1.0 if known.share_finished is None else known.share_finished)


def _freshness(at: datetime | None, now: datetime) -> float:
    if at is None:
        return 0.5
    age_days = (now - at).total_seconds() / 86_400
    return max(0.5 ** (age_days / OPINION_HALF_LIFE_DAYS), OLDEST_COUNTS) if age_days > 0 else 1.0


def _age_days(at: datetime | None, now: datetime) -> float | None:
    return None if at is None else max((now - at).total_seconds() / 86_400, 0.0)


def _or_nan(values: Sequence[float | None]) -> npt.NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values], np.float64)

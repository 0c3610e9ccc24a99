"""What a filter leaves of a library: the rows in their order, what there would be to choose next, and when it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from mediatheque.library.browsing.columns import (
    DISLIKED,
    HIDDEN,
    LIKED,
    NO_MOMENT,
    NO_YEAR,
    SAVED,
    SEEN,
    STARTED,
    Facts,
    Ints,
    Library,
    Mask,
    Tags,
)
from mediatheque.library.browsing.words import Scores, Words, words_in
from mediatheque.vocabulary import Kind

Sort = Literal["relevance", "met", "added", "title", "year", "rating", "duration"]
State = Literal["seen", "unseen", "started", "saved", "rated", "unrated", "liked", "disliked", "hidden"]
Facet = Literal["kind", "genre", "decade", "person", "language", "rating", "state", "source"]

#: In these orders the largest comes first, unless somebody asks otherwise.
FALLING: frozenset[Sort] = frozenset({"relevance", "met", "added", "year", "rating"})
#: So many names of a kind are offered to choose from.
MOST_OFFERED: Mapping[Facet, int] = {"genre": 60, "person": 40, "language": 60}
#: With fewer titles than this that have the very words, those with a slip in them are shown too.
_FEW = 10
_KINDS = tuple(Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """What is asked of a library; empty fields filter nothing. Several values of one field: any of them."""

    text: str = ""
    kinds: tuple[Kind, ...] = ()
    genres: tuple[str, ...] = ()
    decades: tuple[int, ...] = ()
    people: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    rating_from: float | None = None
    rating_to: float | None = None
    states: tuple[State, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Narrowed:
    """The rows that a filter leaves."""

    library: Library
    which: Which
    mask: Mask
    scores: Scores | None
    #: How many filters turn each row down, and which rows each of the facets leaves.
    refused: npt.NDArray[np.uint8]
    by_facet: Mapping[Facet, Mask]

    @property
    def total(self) -> int:
        return int(np.count_nonzero(self.mask))

    def rows(self, sort: Sort, *, is_falling: bool) -> Ints:
        """What is left, in an order; what has no value to be sorted by comes last."""
        order = _by_relevance(self) if sort == "relevance" else _order(self.library, sort, is_falling)
        return order[self.mask[order]]

    def without(self, facet: Facet) -> Mask:
        """What would be left if this facet filtered nothing."""
        own = self.by_facet.get(facet)
        return self.mask if own is None else self.refused == ~own


def narrow(library: Library, which: Which) -> Narrowed:
    """What is left of a library."""
    scores = _found(library.facts, which.text)
    base = np.ones(len(library), bool) if scores is None else scores > 0
    by_facet = dict(_filters(library, which))
    # Of a show its episodes are a part, and what was hidden is out of sight, until they are asked for.
    if Kind.EPISODE not in which.kinds:
        base &= ~library.facts.is_folded
    if "hidden" not in which.states:
        base &= (library.stand.flags & HIDDEN) == 0
    refused = (~base).astype(np.uint8) * np.uint8(100)
    for left in by_facet.values():
        refused += ~left
    return Narrowed(library, which, refused == 0, scores, refused, by_facet)


def _filters(library: Library, which: Which) -> list[tuple[Facet, Mask]]:
    facts, size = library.facts, len(library)
    masks: list[tuple[Facet, Mask]] = []
    if which.kinds:
        masks.append(("kind", np.isin(facts.kinds, [_KINDS.index(kind) for kind in which.kinds])))
    if which.genres:
        masks.append(("genre", facts.genres.of(which.genres, size)))
    if which.decades:
        masks.append(("decade", np.isin(_decades(facts), which.decades)))
    if which.people:
        masks.append(("person", facts.people.of(which.people, size)))
    if which.languages:
        codes = [code for code, name in enumerate(facts.language_names) if name in which.languages]
        masks.append(("language", np.isin(facts.languages, codes)))
    if which.rating_from is not None or which.rating_to is not None:
        low, high = which.rating_from or 0.5, which.rating_to if which.rating_to is not None else 5.0
        halves = library.stand.halves
        masks.append(("rating", (halves >= max(1, round(low * 2))) & (halves <= round(high * 2))))
    if which.states:
        masks.append(("state", np.logical_or.reduce([_in_state(library, state) for state in which.states])))
    if which.sources:
        bits = sum(1 << code for code, name in enumerate(facts.source_names) if name in which.sources)
        masks.append(("source", (facts.sources & np.uint32(bits)) != 0))
    return masks


def _in_state(library: Library, state: State) -> Mask:
    flags, halves = library.stand.flags, library.stand.halves
    if state == "unseen":
        return (flags & (SEEN | STARTED)) == 0
    if state == "started":
        return (flags & (SEEN | STARTED)) == STARTED
    if state in ("rated", "unrated"):
        return (halves > 0) == (state == "rated")
    bit = {"seen": SEEN, "saved": SAVED, "liked": LIKED, "disliked": DISLIKED, "hidden": HIDDEN}[state]
    return (flags & bit) != 0


_STATES: tuple[State, ...] = (
    *("seen", "started", "unseen", "saved", "rated", "unrated", "liked", "disliked", "hidden"),
)


def offered(narrowed: Narrowed, person_like: str = "") -> dict[Facet, list[tuple[str, int]]]:
    """Of each facet the values with how many items they would leave; the chosen ones always, else the most frequent.

    A facet's own choice does not count against it. `person_like` keeps people to those whose name has these words.
    """
    library, which = narrowed.library, narrowed.which
    facts, stand = library.facts, library.stand
    kinds = np.bincount(facts.kinds[narrowed.without("kind")], minlength=len(_KINDS))
    # Episodes are left out above unless they are asked for: counted apart, so that they can be.
    if Kind.EPISODE not in which.kinds:
        kinds[_KINDS.index(Kind.EPISODE)] += _folded_away(narrowed)
    decades = _decades(facts)[narrowed.without("decade")]
    languages = np.bincount(
        facts.languages[narrowed.without("language")], minlength=len(facts.language_names)
    )
    halves = np.bincount(stand.halves[narrowed.without("rating")], minlength=11)
    sources = facts.sources[narrowed.without("source")]
    in_state = narrowed.without("state")
    hidden = _in_state(library, "hidden")
    states = {state: int(np.count_nonzero(_in_state(library, state) & in_state)) for state in _STATES}
    if "hidden" not in which.states:
        states["hidden"] = _hidden_away(narrowed, hidden)
    return {
        "kind": [
            (kind.value, int(n)) for kind, n in zip(_KINDS, kinds, strict=True) if n or kind in which.kinds
        ],
        "genre": _tagged(facts.genres, narrowed.without("genre"), which.genres, MOST_OFFERED["genre"]),
        "decade": _by_decade(decades, which.decades),
        "person": _people(narrowed, person_like),
        "language": _named(languages, facts.language_names, which.languages, MOST_OFFERED["language"]),
        "rating": [(f"{n / 2:g}", int(halves[n])) for n in range(1, 11)],
        "state": [(state, n) for state, n in states.items() if n or state in which.states],
        "source": [
            (name, n)
            for code, name in enumerate(facts.source_names)
            if (n := int(np.count_nonzero(sources & np.uint32(1 << code)))) or name in which.sources
        ],
    }


def _folded_away(narrowed: Narrowed) -> int:
    """How many episodes there would be to see, if they were asked for."""
    which, library = narrowed.which, narrowed.library
    left = library.facts.is_folded.copy()
    if narrowed.scores is not None:
        left &= narrowed.scores > 0
    if "hidden" not in which.states:
        left &= (library.stand.flags & HIDDEN) == 0
    for facet, mask in narrowed.by_facet.items():
        if facet != "kind":
            left &= mask
    return int(np.count_nonzero(left))


def _hidden_away(narrowed: Narrowed, hidden: Mask) -> int:
    """How many hidden ones there would be to see, if they were asked for."""
    left = hidden if narrowed.scores is None else hidden & (narrowed.scores > 0)
    if Kind.EPISODE not in narrowed.which.kinds:
        left = left & ~narrowed.library.facts.is_folded
    for facet, mask in narrowed.by_facet.items():
        if facet != "state":
            left = left & mask
    return int(np.count_nonzero(left))


def months(narrowed: Narrowed) -> list[tuple[str | None, int]]:
    """How many of what is left were last met in each month, latest first; None: nobody knows when."""
    of = narrowed.library.months[narrowed.mask]
    values, counts = np.unique(of, return_counts=True)
    told: list[tuple[str | None, int]] = []
    for value, count in zip(values[::-1].tolist(), counts[::-1].tolist(), strict=True):
        month = None if value == np.iinfo(np.int32).min else f"{1970 + value // 12:04}-{value % 12 + 1:02}"
        told.append((month, count))
    return told


def _decades(facts: Facts) -> npt.NDArray[np.int16]:
    return np.where(facts.years == NO_YEAR, NO_YEAR, facts.years // 10 * 10).astype(np.int16)


def _by_decade(decades: npt.NDArray[np.int16], chosen: Sequence[int]) -> list[tuple[str, int]]:
    values, counts = np.unique(decades, return_counts=True)
    told = {int(value): int(count) for value, count in zip(values, counts, strict=True) if value != NO_YEAR}
    return [(str(value), told.get(value, 0)) for value in sorted({*told, *chosen}, reverse=True)]


def _tagged(tags: Tags, mask: Mask, chosen: Sequence[str], most: int) -> list[tuple[str, int]]:
    return _named(tags.counts(mask), tags.names, chosen, most)


def _named(counts: Ints, names: list[str], chosen: Sequence[str], most: int) -> list[tuple[str, int]]:
    best = np.argpartition(-counts, min(most, len(counts) - 1))[:most] if len(counts) else np.zeros(0, int)
    told = {names[code]: int(counts[code]) for code in best.tolist() if counts[code] and names[code]}
    for name in chosen:
        if name not in told:
            told[name] = next((int(counts[c]) for c, known in enumerate(names) if known == name), 0)
    return sorted(told.items(), key=lambda pair: (-pair[1], pair[0]))


def _people(narrowed: Narrowed, like: str) -> list[tuple[str, int]]:
    tags = narrowed.library.facts.people
    counts = tags.counts(narrowed.without("person"))
    for word in words_in(like):
        counts = np.where(_scores_of(narrowed.library.facts.name_words, word, len(counts)) > 0, counts, 0)
    return _named(counts, tags.names, narrowed.which.people, MOST_OFFERED["person"])


def _scores_of(words: Words, word: str, size: int) -> Scores:
    begun = words.begun(word, size)
    return begun if begun.any() else words.nearly(word, size)


def _found(facts: Facts, text: str) -> Scores | None:
    """How well each row has all the words, in its title or its people; None: nothing is looked for."""
    words = words_in(text)
    if not words:
        return None
    exact = [_begun(facts, word) for word in words]
    scores = _all_of(exact)
    if np.count_nonzero(scores) < _FEW:
        near = [np.maximum(begun, _nearly(facts, word)) for begun, word in zip(exact, words, strict=True)]
        scores = np.maximum(scores, _all_of(near))
    if np.count_nonzero(scores) < _FEW:
        # Writing without spaces, and the middle of words.
        inside = [
            row for row, title in enumerate(facts.titles) if text.strip().casefold() in title.casefold()
        ]
        scores[inside] = np.maximum(scores[inside], 0.4)
    return scores


def _begun(facts: Facts, word: str) -> Scores:
    size = len(facts)
    named = facts.name_words.begun(word, len(facts.people.names))
    return np.maximum(facts.title_words.begun(word, size), _through_people(facts, named))


def _nearly(facts: Facts, word: str) -> Scores:
    named = facts.name_words.nearly(word, len(facts.people.names))
    return np.maximum(facts.title_words.nearly(word, len(facts)), _through_people(facts, named))


def _through_people(facts: Facts, named: Scores) -> Scores:
    """Who is looked for is meant less often than a title."""
    return facts.people.marked(named > 0, len(facts)) * np.float32(0.3)


def _all_of(scores: Sequence[Scores]) -> Scores:
    every = np.minimum.reduce(scores)
    return np.where(every > 0, np.add.reduce(scores) / len(scores), 0).astype(np.float32)


def _by_relevance(narrowed: Narrowed) -> Ints:
    if narrowed.scores is None:
        return _order(narrowed.library, "met", True)
    rows = np.flatnonzero(narrowed.mask)
    lengths = np.array([len(narrowed.library.facts.titles[row]) for row in rows.tolist()], np.int64)
    # Of equally good ones the shortest title: "Dune" before "Dune Messiah".
    return rows[np.lexsort((-narrowed.library.stand.last[rows], lengths, -narrowed.scores[rows]))]


def _order(library: Library, sort: Sort, is_falling: bool) -> Ints:
    key = (sort, is_falling)
    if key not in library.orders:
        library.orders[key] = _sorted(library, sort, is_falling)
    return library.orders[key]


def _sorted(library: Library, sort: Sort, is_falling: bool) -> Ints:
    facts, stand = library.facts, library.stand
    values, missing = {
        "met": lambda: (stand.last, stand.last == NO_MOMENT),
        "added": lambda: (facts.added, facts.added == NO_MOMENT),
        "title": lambda: (facts.title_ranks, np.zeros(len(facts), bool)),
        "year": lambda: (facts.years.astype(np.int64), facts.years == NO_YEAR),
        "rating": lambda: (stand.halves.astype(np.int64), stand.halves == 0),
        "duration": lambda: (np.nan_to_num(facts.minutes), np.isnan(facts.minutes)),
    }[sort]()
    return np.lexsort((-facts.ids, -stand.last, -values if is_falling else values, missing))

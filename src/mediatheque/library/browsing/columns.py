"""The columns of a library: one entry an item, so that a filter is a mask and a count is one pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from mediatheque.library.browsing.words import Words, plain

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

#: No year, no moment: before everything that may be there.
NO_YEAR, NO_MOMENT = -32768, -(1 << 62)

#: Bits of where a person stands with an item.
SEEN, SAVED, HIDDEN, STARTED, LIKED, DISLIKED = 1, 2, 4, 8, 16, 32


@dataclass(frozen=True)
class Tags:
    """Which names items bear (genres, people): pairs of an item's row and a name's code."""

    rows: npt.NDArray[np.int32]
    codes: npt.NDArray[np.int32]
    names: list[str]  # by code

    @cached_property
    def code_by_name(self) -> Mapping[str, int]:
        return {name: code for code, name in enumerate(self.names)}

    def of(self, names: Sequence[str], size: int) -> Mask:
        """The rows that bear any of these names."""
        wanted = np.zeros(len(self.names), bool)
        wanted[[self.code_by_name[name] for name in names if name in self.code_by_name]] = True
        return self.marked(wanted, size)

    def marked(self, wanted: Mask, size: int) -> Mask:
        """The rows that bear any name whose code is wanted."""
        rows = np.zeros(size, bool)
        rows[self.rows[wanted[self.codes]]] = True
        return rows

    def counts(self, mask: Mask) -> Ints:
        """How many rows of the mask bear each name."""
        return np.bincount(self.codes[mask[self.rows]], minlength=len(self.names))


@dataclass(frozen=True)
class Facts:
    """What is known of the items, by rising id. It changes with imports and the catalogue, not with what is told here."""

    ids: Ints
    kinds: npt.NDArray[np.uint8]  # places in `Kind`
    titles: list[str]
    years: npt.NDArray[np.int16]
    languages: npt.NDArray[np.int32]  # places in `language_names`; 0 is none
    language_names: list[str]
    minutes: npt.NDArray[np.float32]  # NaN: not known
    added: Ints  # seconds since 1970
    is_folded: Mask  # an episode of a show that is there
    sources: npt.NDArray[np.uint32]  # bits: places in `source_names`
    source_names: list[str]
    genres: Tags
    people: Tags
    # Other keys by which titles are found: rows, and their keys.
    key_rows: npt.NDArray[np.int32]
    keys: list[str]

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def size(self) -> int:
        """Bytes, about; with the words that it is searched by."""
        arrays = (self.ids, self.kinds, self.years, self.languages, self.minutes, self.added, self.sources)
        tags = sum(t.rows.nbytes + t.codes.nbytes + 120 * len(t.names) for t in (self.genres, self.people))
        return sum(a.nbytes for a in arrays) + tags + 400 * len(self) + 10_000

    @cached_property
    def title_ranks(self) -> npt.NDArray[np.int32]:
        """Where each title stands in the alphabet, without its article."""
        order = sorted(range(len(self)), key=[_sorted_as(title) for title in self.titles].__getitem__)
        ranks = np.empty(len(self), np.int32)
        ranks[order] = np.arange(len(self), dtype=np.int32)
        return ranks

    @cached_property
    def title_words(self) -> Words:
        return Words.of([*self.titles, *self.keys], np.concatenate([np.arange(len(self)), self.key_rows]))

    @cached_property
    def name_words(self) -> Words:
        return Words.of(self.people.names, np.arange(len(self.people.names)))


@dataclass(frozen=True)
class Standings:
    """Where the person stands with items, by rising id of these."""

    ids: Ints
    flags: npt.NDArray[np.uint8]
    halves: npt.NDArray[np.uint8]  # the rating, twice; 0 is none
    last: Ints  # when they last met it, in seconds since 1970

    def of(self, ids: Ints) -> Standings:
        """Those of other items, with nothing where there is nothing."""
        places = np.searchsorted(self.ids, ids)
        places[places == len(self.ids)] = 0
        there = self.ids[places] == ids if len(self.ids) else np.zeros(len(ids), bool)
        empty = (np.zeros(len(ids), np.uint8), np.zeros(len(ids), np.uint8), np.full(len(ids), NO_MOMENT))
        for column, values in zip(empty, (self.flags, self.halves, self.last), strict=True):
            column[there] = values[places[there]]
        return Standings(ids, *empty)


@dataclass(frozen=True)
class Library:
    """Facts, and the standings of the same rows."""

    facts: Facts
    stand: Standings

    def __len__(self) -> int:
        return len(self.facts)

    @property
    def size(self) -> int:
        """Bytes, about, of what is not the facts'."""
        return 80 * len(self) + 10_000

    @cached_property
    def months(self) -> npt.NDArray[np.int32]:
        """The month in which each item was last met, counted from 1970; where there is none, the earliest number."""
        known = self.stand.last != NO_MOMENT
        months = np.full(len(self), np.iinfo(np.int32).min, np.int32)
        months[known] = (
            self.stand.last[known].astype("datetime64[s]").astype("datetime64[M]").astype(np.int32)
        )
        return months

    @cached_property
    def orders(self) -> dict[tuple[str, bool], Ints]:
        """Rows in each order that was asked for."""
        return {}


_ARTICLES = (
    "the ",
    "a ",
    "an ",
    "le ",
    "la ",
    "les ",
    "l'",
    "der ",
    "das ",
    "ein ",
    "eine ",
    "el ",
    "los ",
    "il ",
)


def _sorted_as(title: str) -> str:
    text = plain(title).lstrip("\"'„“‘«¿¡([.…# ")
    for article in _ARTICLES:
        if text.startswith(article):
            return text[len(article) :]
    return text

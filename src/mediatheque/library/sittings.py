"""From views to sittings: what somebody did with one item on one day, counted once however often exports tell it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from mediatheque.library.queries.statistics import KINDS, Bools, Floats, Ints, ViewedItems, Views
from mediatheque.vocabulary import Kind

_EPOCH = date(1970, 1, 1).toordinal()
#: The day of what has none; before every other.
_NO_DAY = -(1 << 20)
_MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Sittings:
    """One row for each item and day, by item and then by day; views of an item without a day are one row, its first."""

    item: Ints  # index in the items
    title: Ints  # the id of the title: of an episode its show's
    kind: Ints  # index in KINDS
    day: Ints  # since 1970
    minute: Ints  # of the day, the earliest that is known; -1: none is
    is_dated: Bools
    is_seen: Bools  # else begun
    is_again: Bools  # seen on an earlier day already
    minutes: Floats  # how long it took; NaN: nobody says
    pages: Floats  # NaN: nobody says, or there are none

    def only(self, which: Bools) -> Sittings:
        """Those alone for which this holds."""
        return Sittings(
            item=self.item[which],
            title=self.title[which],
            kind=self.kind[which],
            day=self.day[which],
            minute=self.minute[which],
            is_dated=self.is_dated[which],
            is_seen=self.is_seen[which],
            is_again=self.is_again[which],
            minutes=self.minutes[which],
            pages=self.pages[which],
        )

    def __len__(self) -> int:
        return len(self.day)


def sittings_of(views: Views, items: ViewedItems) -> Sittings:
    """The sittings that these views were."""
    there = np.isin(views.item_ids, items.ids)
    item = np.searchsorted(items.ids, views.item_ids[there])
    day = np.where(views.is_dated, np.floor_divide(views.minute, _MINUTES_A_DAY), _NO_DAY)[there]
    # Views on one day are one: a title in two exports of one account is not watched twice.
    key = item * (1 << 22) + (day - _NO_DAY)
    order = np.argsort(key, kind="stable")
    first = np.flatnonzero(np.diff(key[order], prepend=-1))
    if not len(first):
        return _none()
    item, day = item[order][first], day[order][first]
    is_timed, minute = views.is_timed[there][order], np.mod(views.minute[there][order], _MINUTES_A_DAY)
    earliest = np.minimum.reduceat(np.where(is_timed, minute, _MINUTES_A_DAY), first)
    is_view_seen = views.is_seen[there][order]
    is_seen = np.logical_or.reduceat(is_view_seen, first)
    # Who has seen something and does not say how much of it has seen all; who has begun it may have seen anything.
    share = views.share[there][order]
    share = np.fmax.reduceat(np.where(np.isnan(share) & is_view_seen, 1.0, share), first)
    told = views.told_minutes[there][order]
    is_told = np.logical_or.reduceat(~np.isnan(told), first)
    told = np.minimum(np.add.reduceat(np.nan_to_num(told), first), _MINUTES_A_DAY)
    is_dated = day > _NO_DAY
    return Sittings(
        item=item,
        title=items.title_ids[item],
        kind=items.kinds[item],
        day=day,
        minute=np.where(earliest < _MINUTES_A_DAY, earliest, -1),
        is_dated=is_dated,
        is_seen=is_seen,
        is_again=_again(item, is_dated & is_seen),
        minutes=np.where(is_told, told, share * items.minutes[item]),
        pages=np.where(items.kinds[item] == KINDS.index(Kind.BOOK), share * items.pages[item], np.nan),
    )


def _again(item: Ints, counts: Bools) -> Bools:
    """Which of those that count have one of the same item before them that counts."""
    again = np.zeros(len(item), np.bool_)
    places = np.flatnonzero(counts)
    again[places[1:]] = item[places[1:]] == item[places[:-1]]
    return again


def _none() -> Sittings:
    numbers, nothing = np.zeros(0, np.int64), np.zeros(0, np.bool_)
    return Sittings(
        numbers, numbers, numbers, numbers, numbers, nothing, nothing, nothing, np.zeros(0), np.zeros(0)
    )


def day_number(day: date) -> int:
    """A day as sittings number it."""
    return day.toordinal() - _EPOCH


def day_numbered(number: int) -> date:
    """The day that has this number."""
    return date.fromordinal(number + _EPOCH)

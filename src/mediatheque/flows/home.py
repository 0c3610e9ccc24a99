"""A person's first page: what they are in the middle of, what to turn to and why, and what is new in their archive."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from mediatheque.archive.queries.media import Media, MediaFilter, list_media
from mediatheque.archive.queries.spoken_of import SpokenOf, titles_spoken_of
from mediatheque.graph.queries.guests import sharing_with
from mediatheque.library.queries.begun import Begun, Occasion, begun, occasion, saved_latest
from mediatheque.library.queries.users import user_with_id
from mediatheque.recommend.crowd import current_crowd
from mediatheque.recommend.first_page import (
    IN_A_ROW,
    LEAST,
    FirstPage,
    Row,
    first_page,
    for_the_people,
    in_their_language,
    on_the_rise,
)
from mediatheque.recommend.queries.shown import add_shown
from mediatheque.vocabulary import Item, Recommendation

if TYPE_CHECKING:
    from mediatheque.kit.database import Connection
    from mediatheque.recommend.request import Means

#: A list for more people than these would please nobody.
MOST_PEOPLE = 3
#: Moments of recordings, and recordings, in a row.
_MOMENTS, _RECORDINGS = 8, 12
#: Rows that come by themselves, since they cost more: in the order of the page.
LATER = ("from-your-people", "in-your-language", "trending")


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A title in a row: recommended for a reason, or begun, or just there."""

    item: Item
    recommendation: Recommendation | None = None
    begun: Begun | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeRow:
    """A row of titles, and the number of the list that it was kept as, where it was recommended."""

    name: str
    cards: tuple[Card, ...]
    list_id: int | None = None
    about: Item | None = None
    language: str | None = None
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Titles:
    """What of the page speaks of titles: it changes with what the person does, and with the catalogue."""

    rows: tuple[HomeRow, ...]
    occasion: Occasion | None
    is_new: bool
    later: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Archive:
    """What of the page speaks of recordings, the newest first."""

    recordings: list[Media] = field(default_factory=list[Media])
    moments: list[SpokenOf] = field(default_factory=list[SpokenOf])


def titles(db: Connection, user_id: int, means: Means, now: datetime) -> Titles:
    """Rows of titles in the order of the page; each list that is recommended is kept, so that it can be asked why."""
    midst = begun(db, user_id, limit=IN_A_ROW)
    waiting = saved_latest(db, user_id, limit=IN_A_ROW)
    # What stands in a row as begun or saved is not recommended in another.
    page = first_page(
        db, user_id, means, exclude={*(b.item.id for b in midst), *(item.id for item in waiting)}
    )
    first, *rest = [_kept(db, user_id, row) for row in page.rows] or [None]
    rows = [
        _to_rate(page),
        first,
        _row("continue", [Card(item=b.item, begun=b) for b in midst]),
        *rest[:1],
        _row("saved", [Card(item=item) for item in waiting if item.id not in {b.item.id for b in midst}]),
        *rest[1:],
    ]
    return Titles(
        rows=tuple(row for row in rows if row is not None),
        occasion=occasion(db, user_id, now),
        is_new=bool(page.to_rate),
        later=_later(db, user_id, page),
    )


def archive(db: Connection, user_id: int) -> Archive:
    """What the person added last, and where their recordings speak of titles."""
    added = list_media(db, user_id, MediaFilter(with_lists=False), limit=_RECORDINGS)
    return Archive(added, titles_spoken_of(db, user_id, limit=_MOMENTS) if added else [])


def later_row(
    db: Connection, user_id: int, name: str, means: Means, *, exclude: Collection[int] = ()
) -> HomeRow | None:
    """One of the rows that come by themselves; None where there is too little for it."""
    if name == "trending":
        row = on_the_rise(db, user_id, means, exclude=exclude)
    elif name == "in-your-language":
        row = in_their_language(db, user_id, means, exclude=exclude)
    else:
        names = people_of(db, user_id)
        row = for_the_people(db, user_id, names, means, exclude=exclude) if names else None
    return _kept(db, user_id, row) if row is not None else None


def people_of(db: Connection, user_id: int) -> tuple[str, ...]:
    """Those whom the person shares taste with, both having said so; a few of them at most."""
    return tuple(user_with_id(db, other).name for other in sharing_with(db, user_id)[:MOST_PEOPLE])


def _later(db: Connection, user_id: int, page: FirstPage) -> tuple[str, ...]:
    is_there = {
        "in-your-language": page.language is not None,
        "from-your-people": bool(sharing_with(db, user_id)),
        "trending": len(current_crowd(db).trends) >= LEAST,
    }
    return tuple(name for name in LATER if is_there[name])


def _kept(db: Connection, user_id: int, row: Row) -> HomeRow:
    asked = {**row.request.as_json(), "via": "home", "row": row.name}
    # What was left out stands elsewhere on the page: hundreds of numbers that nobody asks about.
    asked.pop("exclude", None)
    if row.about is not None:
        asked["because_of"] = row.about.id
    return HomeRow(
        name=row.name,
        cards=tuple(Card(item=one.item, recommendation=one) for one in row.best),
        list_id=add_shown(db, user_id, asked, row.best),
        about=row.about,
        language=row.language,
        people=row.people,
    )


def _to_rate(page: FirstPage) -> HomeRow | None:
    return _row("to-rate", [Card(item=item) for item in page.to_rate])


def _row(name: str, cards: Sequence[Card]) -> HomeRow | None:
    return HomeRow(name=name, cards=tuple(cards)) if cards else None

"""What a person did, as sentences that can be cited: "You rated Arrival 4.5 on 3 May 2025."."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mediatheque.library.queries.history import history
from mediatheque.library.queries.items import items_with_ids
from mediatheque.resolve.normalise import title_key
from mediatheque.search.answering.words import plain, words
from mediatheque.search.answers import Source
from mediatheque.search.queries.evidence import Deed, Mention, items_in_words, last_deeds, mentions_of
from mediatheque.vocabulary import EventKind, Item, Kind

if TYPE_CHECKING:
    from mediatheque.kit.database import Connection

_OWN = re.compile(r"\b(?:i|i've|i'd|my|me|we|our|mine)\b")
#: The sorts of facts, and how one asks for them.
_ASKED = {
    "mention": re.compile(
        r"\b(?:which|what|where|who|in what|when)\b.*\b(?:talks?|podcasts?|lectures?|recordings?|episodes?|interviews?|videos?"
        r"|mention\w*|speaks?|spoke|recommend\w*|made me|make me|got me|heard|hear|come across|came across)\b"
    ),
    "rated": re.compile(r"\b(?:rated?|ratings?|stars?|score[ds]?|like[ds]?|give|gave|think of|thought of)\b"),
    "seen": re.compile(
        r"\b(?:watch\w*|saw|seen|see|read|listen\w*|hear|heard|finish\w*|when did i|how often)\b"
    ),
    "saved": re.compile(r"\b(?:saved?|watchlist|to-read|reading list|for later)\b"),
}
_SORT_BY_KIND = {
    **dict.fromkeys(("watched", "read", "listened"), "seen"),
    **dict.fromkeys(("rated", "liked", "disliked"), "rated"),
    "saved": "saved",
}
_VERB = {
    "watched": "watched",
    "read": "read",
    "listened": "listened to",
    "liked": "liked",
    "disliked": "disliked",
    "saved": "saved",
}
#: A title of more words than this is nobody's to type into a question.
_LONGEST_TITLE = 10
_RECENT = 5


def asked_for(question: str) -> tuple[str, ...]:
    """Which facts of somebody's own history a question asks for: mention, rated, seen, saved; () none."""
    asked = plain(question)
    if not _OWN.search(asked):
        return ()
    found = [sort for sort, pattern in _ASKED.items() if pattern.search(asked)]
    # "Which talk made me watch it" asks for the talk, not for the day.
    if "mention" in found and re.search(r"\b(?:made|make|got) me\b", asked):
        found = [sort for sort in found if sort != "seen"]
    return tuple(found)


def facts(db: Connection, viewer: int, question: str, *, about: Sequence[str] = ()) -> list[Source]:
    """What the viewer did with what the question names, or with what the titles in `about` are; what was asked for first.

    Without any title: the last things they did of the sort that is asked for.
    """
    wanted = asked_for(question)
    item_ids = items_in_words(db, viewer, _possible_titles(question))
    if not item_ids and wanted:
        item_ids = items_in_words(db, viewer, [key for title in about if (key := title_key(title))])
    items = items_with_ids(db, item_ids, viewer)
    if not items:
        return _recent(db, viewer, wanted)
    deeds = [deed for deed in last_deeds(db, viewer, list(items)) if deed.item_id in items]
    found = [
        ("mention", _mentioned(mention, items, deeds)) for mention in mentions_of(db, viewer, list(items))
    ]
    found += [(_SORT_BY_KIND[deed.kind], _done(deed, items[deed.item_id])) for deed in deeds]
    order = {sort: place for place, sort in enumerate(wanted)}
    ranked = sorted(found, key=lambda pair: order.get(pair[0], len(order)))
    return [_scored(source, 1.0 if sort in order else 0.0) for sort, source in ranked]


def _possible_titles(question: str) -> list[str]:
    """Every run of words of a question as the key of a title, those of one common word left out by a capital."""
    said = words(question)
    runs = {
        " ".join(said[start:end])
        for start in range(len(said))
        for end in range(start + 1, min(start + _LONGEST_TITLE, len(said)) + 1)
    }
    # "it" and "her" are films; in a question they are mostly not.
    meant = (run for run in runs if " " in run or run[0].isupper() or run[0].isdigit() or len(run) > 5)
    return sorted({key for run in meant if (key := title_key(run))})


def _done(deed: Deed, item: Item) -> Source:
    day = f" on {_day(deed.at)}" if deed.at is not None else ""
    name = _title(item)
    if deed.kind == "rated":
        said = f"You rated {name} {deed.value:g} of 5{day}."
    else:
        said = f"You {_VERB[deed.kind]} {name}{day}."
    return Source(key=f"event:{deed.kind}:{item.id}", kind="event", text=said, title=name, item_id=item.id)


def _mentioned(mention: Mention, items: dict[int, Item], deeds: Iterable[Deed]) -> Source:
    name = _title(items[mention.item_id])
    seen = [
        deed.at
        for deed in deeds
        if deed.item_id == mention.item_id and _SORT_BY_KIND[deed.kind] == "seen" and deed.at is not None
    ]
    verb = "read" if items[mention.item_id].kind is Kind.BOOK else "watched"
    earlier = f", which you added before you {verb} it" if seen and mention.added_at < max(seen) else ""
    return Source(
        key=f"item:{mention.item_id}:{mention.media_id}:{mention.start_ms}",
        kind="item",
        text=f"{name} is mentioned in “{mention.title}”{earlier}.",
        title=mention.title,
        media_id=mention.media_id,
        item_id=mention.item_id,
        start_ms=mention.start_ms,
        end_ms=mention.start_ms,
    )


def _recent(db: Connection, viewer: int, wanted: Sequence[str]) -> list[Source]:
    """The last things that were done, for questions such as "what did I rate last?"."""
    kinds = [EventKind(kind) for kind, sort in _SORT_BY_KIND.items() if sort in wanted]
    if not kinds:
        return []
    said: dict[tuple[int, EventKind], Source | None] = {}
    for entry in history(db, viewer, kinds=kinds, limit=_RECENT):
        item, event = entry.item, entry.event
        # A rating that was changed, or taken back, holds no longer.
        if item is None or (item.id, event.kind) in said:
            continue
        is_none = event.kind is EventKind.RATED and event.value is None
        deed = Deed(item.id, event.kind, event.at, event.is_date_only, event.value)
        said[item.id, event.kind] = None if is_none else _scored(_done(deed, item), 1.0)
    return [source for source in said.values() if source is not None]


def _scored(source: Source, score: float) -> Source:
    return replace(source, score=score)


def _title(item: Item) -> str:
    return item.title or item.work.series_title or f"item {item.id}"


def _day(at: datetime) -> str:
    here = at.astimezone(UTC)
    return f"{here.day} {here:%B} {here.year}"

"""Numbers, dates and items as a person would write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from mediatheque.vocabulary import Item, Kind, Penalty, Role, Work

_MAKERS = (Role.DIRECTOR, Role.CREATOR, Role.AUTHOR, Role.CHANNEL)
_KINDS = {Kind.AUDIO: "audio", Kind.FILM: "film", Kind.SHOW: "show"}
_PLURALS = {"audio": "audio", "entry": "entries", "history": "histories", "query": "queries"}

#: How a penalty's name reads before its detail.
_OBJECTIONS = {
    "title": "spelt differently",
    "words": "words that only one of them has",
    "number": "another number",
    "part one": "only one of them says that it is the first part",
    "cut": "a part of the title is missing",
    "brand": "a name stands before one of the titles",
    "plural": "one title is the plural of the other",
    "article": "an article stands before one of the titles",
    "kind": "another kind",
    "year": "another year",
    "runtime": "another length",
    "country": "another country",
    "id conflict": "another id",
    "episode": "another episode",
    "cast": "other actors",
}


def counted(n: int, what: str) -> str:
    """“1 row”, “1,234 rows”, “no rows”."""
    return f"{number(n) if n else 'no'} {what if n == 1 else plural(what)}"


def plural(what: str) -> str:
    """“rows”, “entries”."""
    return _PLURALS.get(what, f"{what}s")


def number(n: int) -> str:
    """“1,234”."""
    return f"{n:,}"


def listed(parts: Iterable[str], last: str = "and") -> str:
    """“a”, “a and b”, “a, b and c”."""
    *first, end = list(parts) or [""]
    return f"{', '.join(first)} {last} {end}" if first else end


def kinds(count_by_kind: Mapping[Kind, int]) -> str:
    """“3 films, 1 show”, the most frequent first."""
    ranked = sorted(count_by_kind.items(), key=lambda pair: -pair[1])
    return ", ".join(counted(n, kind.value) for kind, n in ranked) or "nothing"


def day(at: datetime) -> str:
    """“14 March 2021”."""
    return f"{at.day} {at:%B} {at.year}"


def short_day(at: datetime) -> str:
    """“14 Mar 2021”, for tables."""
    here = at.astimezone()
    return f"{here.day} {here:%b} {here.year}"


def short_moment(at: datetime) -> str:
    """“14 Mar, 20:15”, with the year where it is not this one, for tables."""
    here = at.astimezone()
    year = "" if here.year == datetime.now().astimezone().year else f" {here.year}"
    return f"{here.day} {here:%b}{year}, {here:%H:%M}"


def moment(at: datetime | None, *, is_date_only: bool = False) -> str:
    """“14 March 2021” or “14 March 2021, 20:15” in the reader's own time; “some day” for None."""
    if at is None:
        return "some day"
    if is_date_only:
        return day(at.astimezone(UTC))
    here = at.astimezone()
    return f"{day(here)}, {here:%H:%M}"


def duration(seconds: float) -> str:
    """“0.4 s”, “12 s”, “3 min 5 s”."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def clock(milliseconds: int) -> str:
    """“12:41”, “1:02:03”: a place in a recording, or how long it is."""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def size(n: int) -> str:
    """“12 kB”, “3.4 GB”."""
    amount = float(n)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if amount >= 10 or unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def title_of(work: Work) -> str:
    """The title as one calls it: an episode's with its show's."""
    if work.kind is not Kind.EPISODE or not work.series_title:
        return work.title
    numbers = f"S{work.season or 1:02d}E{work.episode:02d}" if work.episode else work.season_title
    return ": ".join(part for part in (work.series_title, numbers, work.title) if part)


def about(work: Work, *, with_kind: bool = True) -> str:
    """“2016, film, Denis Villeneuve”: what tells a work from others of its title."""
    makers = listed(work.people(*_MAKERS)[:2])
    parts = (str(work.year) if work.year else "", work.kind.value if with_kind else "", makers)
    return ", ".join(part for part in parts if part)


def connected(work: Work) -> str:
    """“based on “Dune” by Frank Herbert, no. 2 of Dune”: what a work hangs together with; “” where nobody has said."""
    authors_by_title: dict[str | None, list[str]] = {}
    for original in work.based_on:
        authors_by_title.setdefault(original.title, []).append(original.author)
    originals = [
        f"{f'“{title}”' if title else 'a work'} by {listed(authors)}"
        for title, authors in authors_by_title.items()
    ]
    place = "part" if work.series_position is None else f"no. {work.series_position:g}"
    parts = (
        f"based on {listed(originals)}" if originals else "",
        f"{place} of {work.series}" if work.series else "",
    )
    return ", ".join(part for part in parts if part)


def item(thing: Item) -> str:
    """“Arrival (2016, film, Denis Villeneuve)”."""
    return f"{title_of(thing.work)} ({about(thing.work)})"


def evidence(penalties: Iterable[Penalty]) -> str:
    """What speaks against a candidate, the gravest first, and what for it."""
    ranked = sorted(penalties, key=lambda p: -p.amount)
    against = [_objection(p) for p in ranked if p.amount > 0]
    agreeing = [f"same {p.name}" for p in ranked if p.amount == 0]
    return "; ".join([*against, *agreeing]) or "the same title, and nothing else to go by"


def _objection(penalty: Penalty) -> str:
    name = _OBJECTIONS.get(penalty.name, f"another {penalty.name}")
    ours, _, theirs = penalty.detail.partition(", ")
    # Titles that differ only in what was cut off say nothing side by side.
    return f"{name} ({penalty.detail})" if ours and ours != theirs else name


def stars(rating: float) -> str:
    """“★★★★½”."""
    return "★" * int(rating) + ("½" if rating % 1 else "")

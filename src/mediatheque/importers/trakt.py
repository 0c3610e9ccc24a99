"""Trakt: history, ratings, lists and collection as JSON, from its export or its API."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from mediatheque.importers import Options
from mediatheque.kit.files import Member, Upload
from mediatheque.kit.json_lists import read_json_list
from mediatheque.vocabulary import Event, EventKind, Kind, Record, Rejected, Row, Skipped, Work

TITLE = "Trakt"

_SOURCE = "trakt"
_JSON = dict[str, Any]
_TIME_KEYS = (
    "watched_at",
    "rated_at",
    "last_watched_at",
    "collected_at",
    "last_collected_at",
    "hidden_at",
    "listed_at",
)
_MARKS = re.compile(r'"(?:' + "|".join(_TIME_KEYS) + r')"\s*:')
_IDS = re.compile(r'"ids"\s*:\s*\{[^{}]*"trakt"\s*:')
_SCHEMES = {"trakt": "trakt", "slug": "trakt_slug", "imdb": "imdb", "tmdb": "tmdb", "tvdb": "tvdb"}
_LONGEST_TITLE = 1_000  # characters
_LONGEST_ID = 200
_HALVES = {rating: rating / 2 for rating in range(1, 11)}
_LIST_NAME = re.compile(r"^lists?[-_](?:list[-_])?(?:\d+[-_])?")


def recognises(upload: Upload) -> bool:
    return any(_is_ours(member) for member in upload.members)


def read(upload: Upload, options: Options) -> Iterator[Row]:
    """The history first; the summaries of it then add what it left out."""
    del options  # nothing here is in doubt
    told: set[bytes] = set()  # 16 bytes per view of the history
    ours = [member for member in upload.members if _is_ours(member)]
    for member in sorted(ours, key=lambda member: "history" not in member.base_name):
        for row in _rows_of(member):
            if isinstance(row, Record) and row.events[0].kind is EventKind.WATCHED:
                view = row.content_hash()
                if "last_watched_at" not in row.payload:
                    told.add(view)
                elif view in told:
                    yield Skipped(row.where, "this view is in the history already")
                    continue
            yield row


def _rows_of(member: Member) -> Iterator[Row]:
    for entry in read_json_list(member):
        if isinstance(entry, Rejected):
            yield entry
        else:
            yield from _rows(*entry, PurePosixPath(member.name).stem)


def _is_ours(member: Member) -> bool:
    if not member.base_name.lower().endswith(".json"):
        return False
    head = member.head(1 << 14).replace(b"\0", b"").decode("utf-8", "replace").lstrip("\ufeff\ufffd \r\n\t")
    return head.startswith("[") and bool(_MARKS.search(head)) and bool(_IDS.search(head))


def _rows(where: str, entry: Any, file: str) -> Iterator[Row]:
    """The outcome of one entry; a watched show is one per episode."""
    if not isinstance(entry, dict):
        yield Rejected(where, "is no entry of a Trakt file")
        return
    time_key = next((key for key in _TIME_KEYS if key in entry), None)
    subject = _subject(entry)
    if subject in ("season", "person", "list", "comment", "user"):
        yield Skipped(where, f"about a {subject}, not a film, show or episode")
    elif subject is None:
        yield Rejected(where, "names no film, show or episode")
    elif time_key is None:
        yield Rejected(where, "says neither watched, rated, listed nor collected")
    elif time_key == "last_watched_at" and isinstance(entry.get("seasons"), list):
        yield from _episodes_watched(where, entry)
    else:
        yield _row(where, entry, subject, time_key, file)


def _row(where: str, entry: _JSON, subject: str, time_key: str, file: str) -> Row:
    work = _work(entry, subject)
    if isinstance(work, str):
        return Rejected(where, work)
    at = _time(entry[time_key])
    if isinstance(at, str):
        return Rejected(where, at)
    event = _event(entry, time_key, at, file)
    if isinstance(event, str):
        return Rejected(where, event)
    if event is None:
        return Skipped(where, "hidden in Trakt's calendar or progress only")
    key = _key(event, _identity(entry, subject, work))
    return Record(source=_SOURCE, where=where, payload=entry, work=work, events=(event,), key=key)


def _event(entry: _JSON, time_key: str, at: datetime | None, file: str) -> Event | str | None:
    """What was done; a text says what is wrong, None that it is of no concern here."""
    match time_key:
        case "watched_at":
            return Event(kind=EventKind.WATCHED, at=at)
        case "last_watched_at":
            plays = entry.get("plays")
            return Event(kind=EventKind.WATCHED, at=at, properties={"plays": plays} if plays else {})
        case "rated_at":
            rating = entry.get("rating")
            if isinstance(rating, bool) or not isinstance(rating, int) or rating not in _HALVES:
                return f"the rating “{str(rating)[:20]}” is not one of 1 to 10"
            return Event(kind=EventKind.RATED, at=at, value=_HALVES[rating])
        case "collected_at" | "last_collected_at":
            return Event(kind=EventKind.ADDED, at=at, properties={"list": "collection"})
        case "hidden_at":
            is_for_good = "recommend" in file or "dropped" in file
            return Event(kind=EventKind.HIDDEN, at=at) if is_for_good else None
        case _:
            return _listed(file, at)


def _listed(file: str, at: datetime | None) -> Event:
    """The watchlist, the favourites and a person's own lists look alike but for the file's name."""
    name = file.casefold()
    if "watchlist" in name or name == "trakt":
        return Event(kind=EventKind.SAVED, at=at)
    if "favorite" in name:
        return Event(kind=EventKind.LIKED, at=at)
    return Event(kind=EventKind.ADDED, at=at, properties={"list": _LIST_NAME.sub("", file) or file})


def _episodes_watched(where: str, entry: _JSON) -> Iterator[Row]:
    """`watched-shows` gives each show once, with the last view of every episode inside."""
    show = entry.get("show")
    seasons: list[Any] = entry["seasons"]
    pairs: list[tuple[_JSON, Any]] = [(one, episode) for one in seasons for episode in _episodes_of(one)]
    if not pairs or not isinstance(show, dict):
        yield _row(where, entry, "show", "last_watched_at", "")
        return
    for position, (season, episode) in enumerate(pairs, 1):
        place = f"{where}.{position}"
        if not isinstance(episode, dict):
            yield Rejected(place, "is no episode")
            continue
        one: _JSON = {
            **episode,
            "last_watched_at": episode.get("last_watched_at"),
            "show": show,
            "episode": {"season": season.get("number"), "number": episode.get("number")},
        }
        yield _row(place, one, "episode", "last_watched_at", "")


def _episodes_of(season: Any) -> list[Any]:
    episodes = season.get("episodes") if isinstance(season, dict) else None
    return episodes if isinstance(episodes, list) else []


def _subject(entry: _JSON) -> str | None:
    """ "movie", "show", "episode" …: what the entry is about."""
    said = entry.get("type")
    if isinstance(said, str):
        return said
    return next((name for name in ("episode", "season", "movie", "show") if name in entry), None)


def _work(entry: _JSON, subject: str) -> Work | str:
    """The work, or what is wrong with its description."""
    about = entry.get(subject)
    if subject not in ("movie", "show", "episode") or not isinstance(about, dict):
        return (
            f"has no {subject}" if subject in ("movie", "show", "episode") else f"is about a “{subject[:20]}”"
        )
    if subject == "episode":
        return _episode(about, entry.get("show"))
    title = about.get("title")
    if not isinstance(title, str) or not 0 < len(title.strip()) <= _LONGEST_TITLE:
        return f"the {subject} has no title, or none of up to {_LONGEST_TITLE:,} characters"
    return Work(kind=Kind.FILM if subject == "movie" else Kind.SHOW, title=title.strip(), **_details(about))


def _episode(about: _JSON, show: Any) -> Work | str:
    series = show.get("title") if isinstance(show, dict) else None
    season, number = _whole(about.get("season")), _whole(about.get("number"))
    if not isinstance(series, str) or not 0 < len(series.strip()) <= _LONGEST_TITLE:
        return "the episode's show has no title"
    if season is None or number is None:
        return "the episode has no season or number"
    title = about.get("title")
    return Work(
        kind=Kind.EPISODE,
        title=title.strip()[:_LONGEST_TITLE].strip() if isinstance(title, str) else "",
        series_title=series.strip(),
        season=season,
        episode=number,
        **_details(about),
    )


def _details(about: _JSON) -> dict[str, Any]:
    """What the API adds when asked for full information, and the ids."""
    ids = about.get("ids")
    language, overview, genres = about.get("language"), about.get("overview"), about.get("genres")
    found: dict[str, Any] = {
        "year": _whole(about.get("year")),
        "runtime_minutes": _whole(about.get("runtime")) or None,
        "language": language if isinstance(language, str) and language else None,
        "description": overview if isinstance(overview, str) and overview else None,
    }
    if isinstance(genres, list):
        found["genres"] = tuple(genre for genre in genres if isinstance(genre, str))
    if isinstance(ids, dict):
        found["external_ids"] = {
            scheme: str(ids[name])
            for name, scheme in _SCHEMES.items()
            if isinstance(ids.get(name), str | int) and ids[name] and len(str(ids[name])) <= _LONGEST_ID
        }
    return {name: value for name, value in found.items() if value is not None}


def _identity(entry: _JSON, subject: str, work: Work) -> str:
    """The same for a view in the history and in the summary, where episodes have no ids."""
    show: Any = entry.get("show")
    about: Mapping[str, Any] = show if subject == "episode" else entry[subject]
    ids = about.get("ids")
    own = ids.get("trakt") if isinstance(ids, dict) else None
    name = f"{subject}:{own or work.series_title or f'{work.title} {work.year}'}"
    return f"{name}:s{work.season}e{work.episode}" if subject == "episode" else name


def _key(event: Event, identity: str) -> str:
    if event.kind is EventKind.ADDED:
        return f"added:{event.properties['list']}:{identity}"
    if event.at is None:
        return f"{event.kind}:{identity}"
    return f"{event.kind}:{identity}@{int(event.at.timestamp())}"


def _time(value: Any) -> datetime | str | None:
    """The moment in UTC; None if Trakt does not know it; a text if it cannot be read."""
    if value is None or value == "":
        return None
    try:
        at = datetime.fromisoformat(value)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return f"the date “{str(value)[:40]}” cannot be read"
    # Trakt writes the epoch for "watched, I forget when".
    return at if at.year > 1970 else None


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 100_000 else None

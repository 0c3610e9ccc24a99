"""What one entry of a YouTube history says, whichever file format it came in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from mediatheque.importers import Options
from mediatheque.importers._youtube_dates import moment
from mediatheque.importers._youtube_tables import video
from mediatheque.importers._youtube_wording import Act, Wording, says_removed
from mediatheque.vocabulary import Event, EventKind, Kind, Record, Rejected, Row, Skipped

_VIDEO_ID = re.compile(r"(?:[?&]v=|youtu\.be/|/shorts/|/live/|/embed/)([\w-]{11})(?![\w-])", re.ASCII)
_SEARCH = re.compile(r"/results\?|music\.youtube\.com/search\?")
_CHANNEL = re.compile(r"youtube\.com/(?:channel/|c/|user/|@)")
_POST = re.compile(r"/post/|/community\b")
_ADS = ("google ads", "google adwords", "google-anzeigen", "google 広告", "google 广告", "google 廣告")
_YEARS = range(2000, 2100)
_LONGEST_TITLE = 1_000  # YouTube itself allows 100
_LONGEST_NAME = 200

_EVENT_BY_ACT = {
    Act.WATCHED: EventKind.WATCHED,
    Act.LIKED: EventKind.LIKED,
    Act.DISLIKED: EventKind.DISLIKED,
    Act.SAVED: EventKind.SAVED,
}


@dataclass(frozen=True, slots=True)
class Activity:
    """An entry before it is judged."""

    header: str
    sentence: str  # "Watched The title"
    title: str | None  # where the format tells the title apart; None: it is framed in the sentence
    url: str
    channel: str
    time: str
    details: str
    payload: Mapping[str, Any]


def from_json(entry: Any) -> Activity | str:
    """The activity in one entry of a JSON history, or what is wrong with it."""
    if not isinstance(entry, dict):
        return "is no entry of a history"
    sentence, url, time = entry.get("title"), entry.get("titleUrl", ""), entry.get("time")
    if not isinstance(sentence, str) or not sentence.strip():
        return "has no title"
    if not isinstance(time, str) or not time:
        return "has no time"
    return Activity(
        header=_text(entry.get("header")),
        sentence=sentence,
        title=None,
        url=_text(url),
        channel=_first_name(entry.get("subtitles")),
        time=time,
        details=_first_name(entry.get("details")),
        payload=entry,
    )


def outcome(activity: Activity, where: str, source: str, wording: Wording, options: Options) -> Row:
    """The record, or why there is none."""
    if activity.details and any(mark in activity.details.casefold() for mark in _ADS):
        return Skipped(where, "an advertisement")
    at = _time(activity.time, options)
    if isinstance(at, str):
        return Rejected(where, at)
    url = activity.url
    found = _VIDEO_ID.search(url)
    if found is None and _SEARCH.search(url):
        return _search(activity, where, source, at)
    # A title that is told apart must not be mistaken for wording ("Liked that? を視聴しました").
    sentence = activity.sentence.replace(activity.title, "…", 1) if activity.title else activity.sentence
    act, title = wording.read(sentence, has_video=found is not None)
    if found is not None:
        return _about_video(activity, where, source, at, found[1], act, activity.title or title)
    if act is Act.SUBSCRIBED:
        return _subscription(activity, where, source, at, activity.title or title)
    if _POST.search(url):
        return Skipped(where, "a post, not a video")
    if "/watch" in url or (not url and (act is Act.WATCHED or says_removed(activity.sentence))):
        return _gone(activity, where, source, at)
    if _CHANNEL.search(url):
        return Skipped(where, "a visit to a channel")
    return Skipped(where, f"not about a video: “{activity.sentence[:80]}”")


def _about_video(
    activity: Activity, where: str, source: str, at: datetime, video_id: str, act: Act, title: str
) -> Row:
    kind = EventKind.WATCHED if act is Act.WATCHED else _EVENT_BY_ACT.get(act)
    if kind is None:
        return Skipped(where, f"no view: “{activity.sentence[:80]}”")
    is_music = activity.header == "YouTube Music" or "//music.youtube.com" in activity.url
    if is_music and kind is EventKind.WATCHED:
        kind = EventKind.LISTENED
    channel = activity.channel.removesuffix(" - Topic") if is_music else activity.channel
    channel = channel.strip()[:_LONGEST_NAME]
    title = title.strip()
    if not title or title == activity.url or title.startswith(("https://", "http://")):
        title = f"Removed video {video_id}"
    if len(title) > _LONGEST_TITLE:
        return Rejected(where, f"has a title of {len(title):,} characters, more than {_LONGEST_TITLE:,}")
    key = f"{video_id}@{int(at.timestamp())}"
    return Record(
        source=source,
        where=where,
        payload=activity.payload,
        work=video(video_id, title, channel, Kind.AUDIO if is_music else Kind.VIDEO),
        events=(Event(kind=kind, at=at),),
        key=key if act is Act.WATCHED else f"{act}:{video_id}",
    )


def _gone(activity: Activity, where: str, source: str, at: datetime) -> Record:
    """A view of a video that is not named any more: it happened, but which work it was is lost."""
    event = Event(kind=EventKind.WATCHED, at=at, properties={"removed": True})
    return Record(
        source=source,
        where=where,
        payload=activity.payload,
        events=(event,),
        key=f"removed@{int(at.timestamp())}",
    )


def _search(activity: Activity, where: str, source: str, at: datetime) -> Row:
    asked = parse_qs(activity.url.partition("?")[2].partition("#")[0])
    query = next((asked[name][0] for name in ("search_query", "q") if asked.get(name)), activity.title or "")
    if not query.strip():
        return Rejected(where, "a search without its words")
    event = Event(kind=EventKind.SEARCHED, at=at, properties={"query": query.strip()})
    key = f"searched:{query.strip()}@{int(at.timestamp())}"
    return Record(source=source, where=where, payload=activity.payload, events=(event,), key=key)


def _subscription(activity: Activity, where: str, source: str, at: datetime, channel: str) -> Record:
    event = Event(
        kind=EventKind.SUBSCRIBED, at=at, properties={"channel": channel.strip(), "url": activity.url}
    )
    channel_id = re.search(r"UC[\w-]{22}", activity.url)
    key = f"subscribed:{channel_id[0] if channel_id else activity.url or channel}"
    return Record(source=source, where=where, payload=activity.payload, events=(event,), key=key)


def _time(text: str, options: Options) -> datetime | str:
    """The moment in UTC, or why it cannot be read."""
    try:
        at = datetime.fromisoformat(text)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        try:
            at = moment(text, options.date_order, options.timezone)
        except (ValueError, OverflowError) as error:
            return f"the date “{text[:80]}” {error}" if text else "has no date"
    if at.year not in _YEARS:
        return f"the date “{text[:80]}” has the year {at.year}"
    # Takeout repeats a view per export with other fractions; whole seconds tell views apart.
    return at.replace(microsecond=0)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _first_name(value: Any) -> str:
    """The name in `[{"name": …, "url": …}]`."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return _text(value[0].get("name"))
    return ""

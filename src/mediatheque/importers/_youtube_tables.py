"""Playlists, likes and subscriptions of a Takeout: small CSV files whose headers are translated."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import Enum, auto
from pathlib import PurePosixPath

from mediatheque.kit.files import Member, open_text
from mediatheque.vocabulary import Credit, Event, EventKind, Kind, Record, Rejected, Role, Row, Work

_LONGEST_LINE = 1 << 16
_VIDEO_ID = re.compile(r"[\w-]{11}", re.ASCII)
_CHANNEL_ID = re.compile(r"UC[\w-]{22}", re.ASCII)
#: The part of "Road trip-videos.csv" that is not the playlist's name.
_SUFFIX = re.compile(r"[-_](v[ií]d[eé]o\w*|filmy|videa|видео|відео|動画|동영상|视频|影片)$", re.IGNORECASE)
_LIKED = frozenset(
    {
        "liked videos", "likes", "positiv bewertete videos", "videos, die ich mag", "mag ich", "vidéos j'aime",
        "vidéos que j'aime", "vídeos que me gustan", "videos que me gustan", "video piaciuti",
        "vídeos marcados com gostei", "vídeos curtidos", "video's die ik leuk vind", "gilla-markerade videor",
        "понравившиеся", "高く評価した動画", "좋아요 표시한 동영상", "赞过的视频", "喜歡的影片",
    }
)  # fmt: skip
_SAVED = frozenset(
    {
        "watch later", "später ansehen", "à regarder plus tard", "ver más tarde", "guarda più tardi",
        "ver mais tarde", "assistir mais tarde", "later bekijken", "do obejrzenia", "titta senare", "se senere",
        "katso myöhemmin", "přehrát později", "daha sonra izle", "смотреть позже", "посмотреть позже",
        "переглянути пізніше", "後で見る", "나중에 볼 동영상", "稍后观看", "稍後觀看",
    }
)  # fmt: skip


class Table(Enum):
    """What a CSV file of a Takeout holds."""

    PLAYLIST = auto()  # likes and "watch later" are playlists too
    SUBSCRIPTIONS = auto()


def table_in(member: Member) -> Table | None:
    """What the member holds, told by its cells, since headers are translated."""
    head = member.head(8192)
    if not head.strip() or b"\0" in head[:64]:
        return None
    rows = [cells for _, cells in _rows(member, limit=8)]
    if not rows:
        return None
    header = [cell.strip().casefold() for cell in rows[0]]
    if header[:3] == ["channel id", "channel url", "channel title"]:
        return Table.SUBSCRIPTIONS
    if _is_video_header(header) or (header[0] == "playlist id" and len(rows) > 2 and _has_videos(rows)):
        return Table.PLAYLIST
    for cells in rows[1:]:
        if len(cells) == 3 and _CHANNEL_ID.fullmatch(cells[0].strip()) and "youtube.com" in cells[1]:
            return Table.SUBSCRIPTIONS
        if len(cells) == 2 and _VIDEO_ID.fullmatch(cells[0].strip()) and _time(cells[1]):
            return Table.PLAYLIST
    return None


def read_playlist(member: Member, source: str) -> Iterator[Row]:
    """One record per video: liked, saved for later, or added to a list."""
    name, list_id, is_described = _playlist_name(member), "", False
    is_data = False
    for number, cells in _rows(member):
        first = cells[0].strip()
        if not is_data:
            # Old exports begin with the list's description: a header, its values, an empty line.
            if len(cells) <= 3 and (number == 1 or is_described or _is_video_header([first.casefold()])):
                is_data = True
            elif number > 1:
                list_id, name, is_described = first, _described_name(cells) or name, True
            continue
        where = f"{member.name}:{number}"
        at = _time(cells[1]) if len(cells) > 1 else None
        if not _VIDEO_ID.fullmatch(first):
            yield Rejected(where, f"“{first[:40]}” is no video's id")
        elif len(cells) > 1 and cells[1].strip() and at is None:
            yield Rejected(where, f"the time “{cells[1][:40]}” cannot be read")
        else:
            yield _listed(source, where, first, at, name, list_id, cells)


def read_subscriptions(member: Member, source: str) -> Iterator[Row]:
    """One record per channel."""
    for number, cells in _rows(member):
        if number == 1:
            continue
        where = f"{member.name}:{number}"
        channel_id, url, channel = (*(cell.strip() for cell in cells), "", "", "")[:3]
        if not _CHANNEL_ID.fullmatch(channel_id):
            yield Rejected(where, f"“{channel_id[:40]}” is no channel's id")
            continue
        payload = {"channel_id": channel_id, "channel_url": url, "channel_title": channel}
        event = Event(kind=EventKind.SUBSCRIBED, properties={"channel": channel or channel_id, "url": url})
        yield Record(
            source=source, where=where, payload=payload, events=(event,), key=f"subscribed:{channel_id}"
        )


def video(video_id: str, title: str = "", channel: str = "", kind: Kind = Kind.VIDEO) -> Work:
    """The work behind a video's id; a title of our own names a video whose title is not given."""
    host = "music.youtube.com" if kind is Kind.AUDIO else "www.youtube.com"
    return Work(
        kind=kind,
        title=title or f"YouTube video {video_id}",
        credits=(Credit(channel, Role.CHANNEL),) if channel else (),
        url=f"https://{host}/watch?v={video_id}",
        external_ids={"youtube": video_id},
    )


def _listed(
    source: str, where: str, video_id: str, at: datetime | None, name: str, list_id: str, cells: list[str]
) -> Record:
    folded = name.casefold().replace("’", "'").replace('"', "")
    if list_id.startswith("LL") or folded in _LIKED:
        event, key = Event(kind=EventKind.LIKED, at=at), f"liked:{video_id}"
    elif list_id == "WL" or folded in _SAVED:
        event, key = Event(kind=EventKind.SAVED, at=at), f"saved:{video_id}"
    else:
        event = Event(kind=EventKind.ADDED, at=at, properties={"list": name})
        key = f"added:{name}:{video_id}"
    payload = {"playlist": name, "cells": cells}
    return Record(source=source, where=where, payload=payload, work=video(video_id), events=(event,), key=key)


def _is_video_header(header: list[str]) -> bool:
    """ "Video ID" in any of the languages that write the word with Latin letters, or in CJK."""
    first = header[0].replace("í", "i").replace("é", "e")
    return (
        len(header) <= 3
        and "id" in re.split(r"[\s\-]+", first)
        and ("video" in first or first.endswith("動画 id") or first.endswith("동영상 id") or "视频" in first)
    )


def _has_videos(rows: list[list[str]]) -> bool:
    """Old playlist files go on after the description; `playlists.csv` only describes."""
    return any(_is_video_header([cell.strip().casefold() for cell in cells]) for cells in rows[2:])


def _playlist_name(member: Member) -> str:
    return _SUFFIX.sub("", PurePosixPath(member.name).stem).strip() or "Playlist"


def _described_name(values: list[str]) -> str:
    """The title in an old export's description: id, channel, created, updated, title, …"""
    return values[4].strip() if len(values) > 4 else ""


def _time(text: str) -> datetime | None:
    cleaned = text.strip().removesuffix(" UTC").strip()
    try:
        at = datetime.fromisoformat(cleaned)
    except ValueError:
        return None
    if not 2000 <= at.year < 2100:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _rows(member: Member, limit: int | None = None) -> Iterator[tuple[int, list[str]]]:
    """Numbered rows with a first cell; no cell of these files holds a line end."""
    with open_text(member) as text:
        number = 0
        while line := text.readline(_LONGEST_LINE):
            number += 1
            while len(line) == _LONGEST_LINE and not line.endswith("\n"):
                line = text.readline(_LONGEST_LINE) or "\n"
            if limit is not None and number > limit:
                return
            if not line.strip():
                continue
            delimiter = max(",;\t", key=line.count)
            yield number, next(csv.reader([line.rstrip("\n")], delimiter=delimiter), [""])

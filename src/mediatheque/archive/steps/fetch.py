"""Fetch what is behind a link: one recording and its captions, or the entries of a feed or playlist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from mediatheque.archive.queries.media import (
    Media,
    MediaFile,
    NewMedia,
    add_media,
    files_of,
    media_of_job,
    put_file,
    update_media,
    used_bytes,
)
from mediatheque.archive.scratch import scratch_folder
from mediatheque.archive.steps import Going, Stop, Tools
from mediatheque.jobs.states import Lane, State
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import Invalid, TooLarge
from mediatheque.kit.links import canonical
from mediatheque.tools.downloader import Entry, Found, Limits, Progress

STATE = State.EXTRACTING
LABEL = "Fetching"
SHARE = 10.0
LANE = Lane.INTERACTIVE


@dataclass(frozen=True, slots=True)
class Given:
    """The link, and how much its owner's recordings take already."""

    media: Media
    used_bytes: int


@dataclass(frozen=True, slots=True)
class Made:
    """What was behind it: blobs that are kept already, or the entries of a list."""

    media: Media
    found: Mapping[str, Any]
    files: tuple[MediaFile, ...] = ()
    entries: tuple[Entry, ...] = ()
    is_list: bool = False
    has_more: bool = False
    captions_language: str | None = None


def read(db: Connection, media_id: int) -> Given | None:
    """The link; None of what was uploaded."""
    media = media_of_job(db, media_id)
    if media is None or media.link is None or "original" in files_of(db, media_id):
        return None
    return Given(media, used_bytes(db, media.user_id))


def run(given: Given, tools: Tools, going: Going) -> Made:
    """Find out what is there, and fetch it unless it is a list."""
    media, link = given.media, given.media.link
    assert link is not None, "read() leaves out what has no link"
    limits = _limits(given, tools)
    going.report(0.0, "looking at the page")
    found = tools.downloader.probe(link, limits=limits, is_cancelled=going.is_cancelled)
    if found.is_list:
        if media.parent_id is not None:
            raise Invalid("The entry of a feed or playlist is a list itself; add that one by its own link.")
        return Made(media, _facts(found), entries=found.entries, is_list=True, has_more=found.has_more)
    return _fetch(media, link, found, limits, tools, going)


def write(db: Connection, media_id: int, made: Made) -> Stop | None:
    """Keep what the page says and which blobs were fetched, or add the entries as recordings of their own."""
    # What a feed says of its entry was written by people; the entry's own file may say less.
    kept = made.media.found if made.media.parent_id is not None else {}
    update_media(db, media_id, found={**made.found, **kept}, is_list=made.is_list)
    if made.is_list:
        return _add_entries(db, made)
    for file in made.files:
        put_file(db, media_id, file)
    if made.captions_language is not None:
        update_media(db, media_id, found={"captions_language": made.captions_language})
    return None


def _fetch(media: Media, link: str, found: Found, limits: Limits, tools: Tools, going: Going) -> Made:
    with scratch_folder(tools.data_dir / "scratch", "fetch") as folder:
        fetched = tools.downloader.fetch(
            link,
            folder,
            limits=limits,
            wanted=media.wanted,
            on_progress=lambda progress: going.report(progress.fraction or 0.0, _line(progress)),
            is_cancelled=going.is_cancelled,
        )
        blob = tools.blobs.put(fetched.file, limits.bytes)
        # What it is, the next step says from its content.
        files = [MediaFile("original", blob.sha256, blob.size, "application/octet-stream")]
        language = _captions_language(fetched.captions, media.language or found.language)
        if language is not None:
            captions = tools.blobs.put(fetched.captions[language])
            files.append(MediaFile("captions", captions.sha256, captions.size, "text/vtt"))
        # Probing and fetching are two visits; what the second one says is of what was fetched.
        return Made(media, _facts(fetched.found), tuple(files), captions_language=language)


def _limits(given: Given, tools: Tools) -> Limits:
    settings = tools.settings
    most = settings.link_limit_mb << 20
    if settings.media_quota_gb:
        left = int(settings.media_quota_gb * (1 << 30)) - given.used_bytes
        if left <= 0:
            raise TooLarge(
                f"Your recordings take all of the {settings.media_quota_gb:g} GiB that one person has here; "
                "delete some for good, or ask the administrator to raise MEDIATHEQUE_MEDIA_QUOTA_GB."
            )
        most = min(most, left)
    return Limits(bytes=most, duration_s=settings.link_limit_hours * 3600.0)


def _facts(found: Found) -> dict[str, Any]:
    """What the page says, as it is kept."""
    facts: dict[str, Any] = {
        "title": None if _is_file_name(found) else found.title,
        "by": found.by,
        "published_at": found.published_at.isoformat() if found.published_at else None,
        "description": found.description,
        "language": found.language,
        "chapters": [
            {
                "title": chapter.title,
                "start_ms": round(chapter.start_s * 1000),
                "end_ms": round(chapter.end_s * 1000) if chapter.end_s is not None else None,
            }
            for chapter in found.chapters
        ],
    }
    return {name: value for name, value in facts.items() if value}


def _is_file_name(found: Found) -> bool:
    """Whether the title is only what the address ends in: what is said in the recording makes a better one."""
    return found.title == PurePosixPath(unquote(urlsplit(found.url).path)).stem


def _captions_language(captions: Mapping[str, Path], wanted: str | None) -> str | None:
    """Of several, those in the recording's own language; else the only ones there are."""
    if wanted:
        prefix = wanted.partition("-")[0].lower()
        for language in captions:
            if language.partition("-")[0].lower() == prefix:
                return language
    return next(iter(captions)) if len(captions) == 1 else ("en" if "en" in captions else None)


def _line(progress: Progress) -> str:
    done = f"{progress.done_bytes / 1e6:.1f}"
    return f"{done} of {progress.total_bytes / 1e6:.1f} MB" if progress.total_bytes else f"{done} MB"


@dataclass(slots=True)
class _Added:
    new: list[int] = field(default_factory=list[int])
    known: int = 0


def _add_entries(db: Connection, made: Made) -> Stop:
    parent, added = made.media, _Added()
    # A feed tells the newest first, but what is older was there before.
    for entry in reversed(made.entries):
        found = {
            "title": entry.title,
            "published_at": entry.published_at.isoformat() if entry.published_at else None,
            "description": entry.description,
            "by": made.found.get("by") or made.found.get("title"),
        }
        media_id, is_new = add_media(
            db,
            NewMedia(
                user_id=parent.user_id,
                origin="link",
                given=entry.title or entry.url,
                link=canonical(entry.url).url,
                parent_id=parent.id,
                wanted=parent.wanted,
                language=parent.language,
                found={name: value for name, value in found.items() if value},
            ),
        )
        if is_new:
            added.new.append(media_id)
        else:
            added.known += 1
    return Stop(State.COMPLETED, _told(added, has_more=made.has_more), tuple(added.new))


def _told(added: _Added, *, has_more: bool) -> str:
    count = len(added.new)
    line = f"{count:,} recording{'' if count == 1 else 's'} added"
    if added.known:
        line += f", {added.known:,} here already"
    return line + ("; the list goes on beyond what is taken at once" if has_more else "")

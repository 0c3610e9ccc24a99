"""Make of whatever was added what the later steps and the player work with: sound for machines, sound for people, pictures."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mediatheque.archive.queries.media import (
    MediaFile,
    files_of,
    media_of_job,
    put_file,
    remove_files,
    update_media,
)
from mediatheque.archive.scratch import scratch_folder
from mediatheque.archive.steps import Going, Stop, Tools
from mediatheque.jobs.states import Lane, State
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import Invalid, Unavailable
from mediatheque.tools.transcoder import Copies, Inspected

STATE = State.EXTRACTING
LABEL = "Unpacking the sound"
SHARE = 3.0
LANE = Lane.INTERACTIVE

_KEPT_FREE = 1 << 30
#: Of speech and listening copy together, rounded up: 16 kHz FLAC of noise is 25 kB a second, AAC 12.
_BYTES_A_SECOND = 40_000
#: Where a file does not say how long it is, it is taken for this.
_GUESS_S = 3600.0
#: Above this an original is not compact: an hour would be 87 MB.
_COMPACT_BITS_PER_S = 192_000
_MADE = ("speech", "listening", "thumbnail", "waveform")


@dataclass(frozen=True, slots=True)
class Given:
    """The file as it was added."""

    original: MediaFile


@dataclass(frozen=True, slots=True)
class Made:
    """What the file is, what it says of itself, and the blobs that were made of it, which are kept already."""

    original: MediaFile
    files: tuple[MediaFile, ...]
    duration_ms: int
    has_video: bool
    found: Mapping[str, Any]


def read(db: Connection, media_id: int) -> Given | None:
    """The original; None of a list, which has none."""
    original = files_of(db, media_id).get("original")
    return Given(original) if original is not None else None


def run(given: Given, tools: Tools, going: Going) -> Made:
    """Decode the original once, and keep what comes of it as blobs."""
    going.report(0.0, "reading the file")
    with (
        scratch_folder(tools.data_dir / "scratch", "normalise") as folder,
        tools.blobs.local_path(given.original.sha256) as file,
    ):
        known = tools.transcoder.inspect(file, is_cancelled=going.is_cancelled)
        _check_room(folder, known)
        speech, listening = folder / "speech.flac", folder / "listening.m4a"
        copies = tools.transcoder.copies(
            file,
            speech=speech,
            listening=None if _plays_as_it_is(known) else listening,
            known=known,
            on_progress=lambda done: going.report(0.9 * done, _line(done, known)),
            is_cancelled=going.is_cancelled,
        )
        if not listening.exists() and not _says_its_length(known, copies):
            # A player would seek to the wrong places.
            tools.transcoder.listening(file, listening, is_cancelled=going.is_cancelled)
        going.report(0.9, "drawing the waveform")
        waveform = folder / "waveform"
        waveform.write_bytes(tools.transcoder.peaks(speech, is_cancelled=going.is_cancelled).tobytes())
        thumbnail = folder / "thumbnail.jpg"
        with contextlib.suppress(Invalid):  # a recording is worth having without
            tools.transcoder.thumbnail(
                file, thumbnail, at_ms=copies.duration_ms // 10, is_cancelled=going.is_cancelled
            )
        going.check()
        files = _kept(
            tools,
            {
                "speech": (speech, "audio/flac"),
                "listening": (listening, "audio/mp4"),
                "waveform": (waveform, "application/octet-stream"),
                "thumbnail": (thumbnail, "image/jpeg"),
            },
        )
    original = MediaFile("original", given.original.sha256, given.original.size_bytes, known.media_type)
    return Made(original, files, copies.duration_ms, known.has_video, _facts(known, copies))


def write(db: Connection, media_id: int, made: Made) -> Stop | None:
    """Keep which blobs were made, and what the file says of itself where its page said nothing."""
    media = media_of_job(db, media_id)
    if media is None:
        return None
    remove_files(db, media_id, _MADE)
    for file in (made.original, *made.files):
        put_file(db, media_id, file)
    new = {name: value for name, value in made.found.items() if not media.found.get(name)}
    if "damage" in media.found or "damage" in made.found:  # of this file, not of one before
        new["damage"] = made.found.get("damage")
    update_media(db, media_id, duration_ms=made.duration_ms, has_video=made.has_video, found=new)
    return None


def _plays_as_it_is(known: Inspected) -> bool:
    """Whether the original serves to be listened to: sound alone, compact, of a kind that every browser plays and seeks in.

    A video gets a copy of its sound, which is a tenth of it; its pictures are seen in the original where the browser can
    play that. Making them anew at 480p would take a small machine as long as transcribing does, and few watch a talk.
    """
    is_played = (known.media_type, known.audio_codec) in (("audio/mpeg", "mp3"), ("audio/mp4", "aac"))
    return is_played and not known.has_video and 0 < known.bits_per_s <= _COMPACT_BITS_PER_S


def _says_its_length(known: Inspected, copies: Copies) -> bool:
    return copies.damage is None and abs(known.duration_ms - copies.duration_ms) <= max(
        1_000, copies.duration_ms // 100
    )


def _kept(tools: Tools, made: Mapping[str, tuple[Path, str]]) -> tuple[MediaFile, ...]:
    files: list[MediaFile] = []
    for role, (path, media_type) in made.items():
        if path.exists():
            blob = tools.blobs.put(path)
            files.append(MediaFile(role, blob.sha256, blob.size, media_type))
    return tuple(files)


def _line(done: float, known: Inspected) -> str:
    minutes = known.duration_ms / 60_000
    return f"minute {int(done * minutes)} of {round(minutes)}" if minutes >= 2 else f"{100 * done:.0f} %"


# ---- what the file says of itself --------------------------------------------------------------


def _facts(known: Inspected, copies: Copies) -> dict[str, Any]:
    """The embedded tags and chapters, as `Media.found` keeps them; `damage` says what could not be read."""
    tags = known.tags

    def first(*names: str) -> str | None:
        return next((tags[name] for name in names if tags.get(name)), None)

    facts: dict[str, Any] = {
        "title": first("title"),
        "by": first("artist", "album_artist", "author", "performer", "composer", "publisher"),
        "published_at": _time(first("date", "creation_time", "originaldate", "date_released")),
        "description": first("description", "synopsis", "comment", "summary"),
        "language": known.language,
        "chapters": [
            {"title": chapter.title, "start_ms": chapter.start_ms, "end_ms": chapter.end_ms}
            for chapter in known.chapters
            if chapter.start_ms < copies.duration_ms
        ],
        "damage": copies.damage,
    }
    return {name: value for name, value in facts.items() if value}


def _time(said: str | None) -> str | None:
    """A day or moment in ISO 8601; None for a bare year, which is no moment, and for what is no date."""
    try:
        moment = datetime.fromisoformat(said.strip()) if said and len(said.strip()) >= 10 else None
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat() if moment else None


# ---- room on the disk --------------------------------------------------------------------------


def _check_room(folder: Path, known: Inspected) -> None:
    seconds = known.duration_ms / 1000 if known.duration_ms else _GUESS_S
    wanted = int(seconds * _BYTES_A_SECOND) + _KEPT_FREE
    if (free := shutil.disk_usage(folder).free) < wanted:
        raise Unavailable(
            f"The disk has {free / 1e9:.1f} GB free, and {wanted / 1e9:.1f} GB are wanted to unpack this recording: free some, "
            "then try again"
        )

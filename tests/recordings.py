"""Recordings that have been worked on, as a worker leaves them, for tests that ask about them."""

from __future__ import annotations

from pathlib import Path

from mediatheque.archive.queries.enrichment import (
    Chapter,
    Enrichment,
    NewWorkMention,
    save_enrichment,
    save_work_mentions,
)
from mediatheque.archive.queries.media import MediaFile, mark_step, put_file, update_media
from mediatheque.archive.queries.speakers import FoundSpeaker, set_speakers
from mediatheque.archive.queries.tags import save_machine_tags
from mediatheque.archive.queries.transcript import Line, save_transcript
from mediatheque.archive.steps import ORDER
from mediatheque.flows.archiving import Wishes, add_file
from mediatheque.kit.database import Connection
from mediatheque.wiring import Mediatheque

SOUND = bytes(range(256)) * 100


def add_worked_on(
    opened: Mediatheque, user_id: int, folder: Path, *, title: str | None = "Bees", content: bytes = SOUND
) -> int:
    """The number of a recording that is done with: two speakers, three lines, files of three roles."""
    path = folder / "upload"
    path.write_bytes(content)
    added = add_file(opened, user_id, path, "talk.mp3", Wishes(title=title))
    media_id = added.media.id
    small = folder / "small"
    small.write_bytes(b'{"peaks":[1]}' + content[:1])
    blob = opened.blobs.put(small)
    with opened.database.transaction() as db:
        original = opened.blobs.put(path)
        put_file(db, media_id, MediaFile("original", original.sha256, original.size, "audio/mpeg"))
        put_file(db, media_id, MediaFile("listening", original.sha256, original.size, "audio/mp4"))
        put_file(db, media_id, MediaFile("waveform", blob.sha256, blob.size, "application/json"))
        update_media(db, media_id, duration_ms=60_000, found={"by": "Nora", "published_at": "2026-03-14"})
        _write(db, media_id)
        for step in ORDER:
            mark_step(db, media_id, step, 1, 0.1)
    return media_id


def end_job(db: Connection, media_id: int) -> None:
    """Let the work on a recording be done."""
    from sqlalchemy import text

    db.execute(
        text(
            "UPDATE jobs SET state = 'completed', percent = 100 WHERE id = (SELECT job_id FROM media WHERE id = :id)"
        ),
        {"id": media_id},
    )


def mention(db: Connection, media_id: int, item_id: int) -> None:
    """Let a recording name a work."""
    save_work_mentions(db, media_id, [NewWorkMention(item_id, 2_000, "that film", 0.9)])


def _write(db: Connection, media_id: int) -> None:
    said = ["Bees dans.", "Do they?", "They do."]
    lines = [
        Line(
            position=n,
            start_ms=1_500 + 2_000 * n,
            end_ms=3_400 + 2_000 * n,
            text=text,
            machine_text=text,
            speaker=n % 2,
        )
        for n, text in enumerate(said)
    ]
    save_transcript(db, media_id, lines, origin="speech", model="whisper-base", language="en")
    set_speakers(db, media_id, [FoundSpeaker(number=n, speaking_ms=2_000) for n in (0, 1)])
    save_enrichment(
        db,
        media_id,
        Enrichment(
            made_by="extractive",
            title="Of bees",
            summary="Bees dans.",
            key_points=("They do.",),
            chapters=(Chapter("Dance", 0),),
            people=("Karl von Frisch",),
        ),
    )
    save_machine_tags(db, media_id, ["insects"])

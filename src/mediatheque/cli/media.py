"""Recordings in the archive: list them, show what is known of one, and read what is said in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from mediatheque.cli import words
from mediatheque.cli.opening import library, person
from mediatheque.cli.options import AsJson, ForUser
from mediatheque.cli.printing import Printer
from mediatheque.kit.errors import Invalid

if TYPE_CHECKING:
    from mediatheque.archive.queries.media import Media
    from mediatheque.kit.database import Connection

media = typer.Typer(
    no_args_is_help=True,
    help="Recordings: list, show, transcript, edit, process, delete, restore, duplicates.",
)

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="The recording's number, see media list.")]


@media.command("list")
def list_recordings(
    query: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Argument(metavar="[WORDS]", help="Words of the title."),
    ] = None,
    user: ForUser = None,
    tag: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--tag", "-t", metavar="TAG", help="Only what has this tag."),
    ] = None,
    speaker: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(metavar="NAME", help="Only where this person speaks."),
    ] = None,
    is_trash: Annotated[
        bool, typer.Option("--trash", help="What was deleted and can be brought back.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="How many at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List recordings, the newest first.

    \b
    Examples:
      mediatheque media list
      mediatheque media list bees --tag biology
      mediatheque media list --trash
    """
    from mediatheque.archive.queries.media import MediaFilter, list_media

    printer = Printer(as_json)
    which = MediaFilter(query=" ".join(query or ()) or None, tag=tag, speaker=speaker, in_trash=is_trash)
    with library(printer) as app, app.database.transaction() as db:
        who = person(db, user)
        there = list_media(db, who.id, which, limit=limit)
        states = states_of(db, there, who.id)
    for one in there:
        printer.emit(media_json(one) | {"state": states.get(one.id)})
    if not there:
        printer.say(
            "The trash is empty."
            if is_trash
            else "No recording is there. Add one with: mediatheque add LINK or mediatheque add FILE"
        )
        return
    rows = [
        (
            str(one.id),
            one.title,
            words.clock(one.duration_ms) if one.duration_ms else "",
            words.short_day(one.deleted_at or one.added_at),
            states.get(one.id, ""),
        )
        for one in there
    ]
    when = "Deleted" if is_trash else "Added"
    printer.table(("#", "Title", "Length", when, "State"), rows, right=("#", "Length"), wrapping=("Title",))


@media.command("show")
def show(number: Number, user: ForUser = None, as_json: AsJson = False) -> None:
    """Show what is known of a recording: its summary, chapters, tags, speakers, and the works it names.

    \b
    Examples:
      mediatheque media show 12
    """
    from mediatheque.archive.documents import document_of
    from mediatheque.archive.queries.enrichment import enrichment_of, work_mentions_of
    from mediatheque.archive.queries.media import MediaFilter, files_of, list_media, media_with_id
    from mediatheque.archive.queries.speakers import speakers_of

    printer = Printer(as_json)
    with library(printer) as app, app.database.transaction() as db:
        who = person(db, user)
        one = media_with_id(db, number, who.id)
        document = document_of(db, who.id, number)
        enriched = enrichment_of(db, who.id, number)
        mentions = work_mentions_of(db, who.id, number)
        speakers = speakers_of(db, number)
        files = files_of(db, number)
        entries = list_media(db, who.id, MediaFilter(parent_id=number), limit=1000) if one.is_list else []
        states = states_of(db, [one, *entries], who.id)
    state = states.get(number)
    printer.emit(
        media_json(one)
        | {
            "state": state,
            "summary": document.summary,
            "key_points": list(document.key_points),
            "chapters": [{"title": part.title, "start_ms": part.start_ms} for part in document.chapters],
            "tags": list(document.tags),
            "speakers": [
                {"number": s.number, "name": s.name, "speaking_ms": s.speaking_ms} for s in speakers
            ],
            "people": list(enriched.people) if enriched else [],
            "mentions": [
                {
                    "item_id": m.item.id,
                    "title": m.item.title,
                    "start_ms": m.start_ms,
                    "said": m.said,
                    "confidence": m.confidence,
                }
                for m in mentions
            ],
            "entries": [entry.id for entry in entries],
            "bytes": sum(file.size_bytes for file in files.values()),
        }
    )
    printer.say(one.title, style="bold")
    printer.note(f"  {_about(one, state, sum(file.size_bytes for file in files.values()))}")
    if document.tags:
        printer.note(f"  Tags: {', '.join(document.tags)}")
    if document.summary:
        printer.say()
        printer.say(document.summary)
    for point in document.key_points:
        printer.say(f"  • {point}")
    for heading, lines in (
        ("Chapters", [f"{words.clock(part.start_ms):>8}  {part.title}" for part in document.chapters]),
        (
            "Speakers (by their voices, roughly)",
            [f"{s.number + 1:>8}  {s.name or 'unknown'}, {words.clock(s.speaking_ms)}" for s in speakers],
        ),
        (
            "Its recordings",
            [f"{entry.id:>8}  {entry.title}, {states.get(entry.id, '')}" for entry in entries],
        ),
        ("Named in it", [f"{words.clock(m.start_ms):>8}  {words.item(m.item)}" for m in mentions]),
    ):
        if lines:
            printer.say()
            printer.say(heading, style="bold")
            for line in lines:
                printer.say(line)
    if document.lines:
        printer.note(f"\nRead it with: mediatheque media transcript {number}")


@media.command("transcript")
def transcript(
    number: Number,
    form_name: Annotated[
        str, typer.Option("--format", "-f", metavar="FORM", help="text, markdown, srt, vtt or json.")
    ] = "text",
    to: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--to", metavar="FILE", dir_okay=False, help="Write it to a file."),
    ] = None,
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Print what is said in a recording, as people corrected it.

    \b
    Examples:
      mediatheque media transcript 12
      mediatheque media transcript 12 --format srt --to talk.srt
    """
    from mediatheque.archive.documents import document_of
    from mediatheque.archive.formats import form

    printer = Printer(as_json)
    writer = form("json" if as_json else form_name)
    with library(printer) as app, app.database.transaction() as db:
        document = document_of(db, person(db, user).id, number)
    if not document.lines:
        printer.say(
            f"Nothing is written down of “{document.title}”: it is still worked on, or nobody speaks in it."
        )
        return
    written = writer.write(document)
    if to is None:
        typer.echo(written, nl=False)
        return
    try:
        to.write_text(written, encoding="utf-8")
    except OSError as error:
        raise Invalid(f"{to} cannot be written: {error.strerror}") from None
    printer.say(f"Written to {to}.")


def states_of(db: Connection, there: Sequence[Media], user_id: int) -> dict[int, str]:
    """How the work on each stands, by recording."""
    from mediatheque.archive.queries.media_jobs import jobs_of_media
    from mediatheque.jobs.states import FINAL

    jobs = jobs_of_media(db, user_id, there)
    states = {
        media_id: job.state.value if job.state in FINAL else f"{job.state.value} {job.percent:.0f} %"
        for media_id, job in jobs.items()
    }
    return states | {one.id: "list" for one in there if one.is_list}


def _about(one: Media, state: str | None, size: int) -> str:
    parts = [
        words.clock(one.duration_ms) if one.duration_ms else "",
        str(one.found.get("by") or ""),
        _published(one),
        f"added {words.day(one.added_at)}",
        words.size(size) if size else "",
        one.link or one.given,
        f"the same as recording {one.duplicate_of}" if one.duplicate_of else state or "",
    ]
    return " · ".join(part for part in parts if part)


def _published(one: Media) -> str:
    """The day it came out, as its page or its tags say it."""
    try:
        return f"of {words.day(datetime.fromisoformat(one.found['published_at']))}"
    except (KeyError, TypeError, ValueError):
        return ""


def media_json(one: Media) -> dict[str, Any]:
    """A recording as a program reads it."""
    return {
        "id": one.id,
        "title": one.title,
        "item_id": one.item_id,
        "job_id": one.job_id,
        "parent_id": one.parent_id,
        "origin": one.origin,
        "link": one.link,
        "given": one.given,
        "duration_ms": one.duration_ms,
        "has_video": one.has_video,
        "is_list": one.is_list,
        "duplicate_of": one.duplicate_of,
        "found": dict(one.found),
        "added_at": one.added_at,
        "deleted_at": one.deleted_at,
    }

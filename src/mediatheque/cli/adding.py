"""Recordings go in: add links and files, and watch folders; each is followed until it can be searched."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from mediatheque.cli import words
from mediatheque.cli.opening import library, person
from mediatheque.cli.options import AsJson, ForUser
from mediatheque.cli.printing import Printer, print_error
from mediatheque.kit.errors import Invalid, MediathequeError

if TYPE_CHECKING:
    from mediatheque.flows.archiving import Added, Wishes
    from mediatheque.jobs.queries import Job
    from mediatheque.library.queries.users import User
    from mediatheque.wiring import Mediatheque


class _Ended(StrEnum):
    """How the work on a recording ended, as a mark before its line."""

    COMPLETED = "✓"
    DUPLICATE = "="
    FAILED = "✗"
    CANCELLED = "–"


Language = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(metavar="CODE", help="What is spoken, as en or de; found out where it is left out."),
]
Speakers = Annotated[
    Optional[int],  # noqa: UP045
    typer.Option(metavar="N", min=1, max=20, help="How many people speak, where you know."),
]
Tags = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option("--tag", "-t", metavar="TAG", help="Put this tag on it; may be given several times."),
]
Video = Annotated[bool, typer.Option("--video", help="Keep the pictures too, not the sound alone.")]
NoWait = Annotated[
    bool, typer.Option("--no-wait", help="Leave the work to: mediatheque up, or mediatheque worker")
]


def add(
    things: Annotated[
        list[str],
        typer.Argument(metavar="LINK|FILE…", help="Links to recordings, feeds or playlists; files."),
    ],
    user: ForUser = None,
    title: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(metavar="TITLE", help="What it is to be called."),
    ] = None,
    language: Language = None,
    speakers: Speakers = None,
    tag: Tags = None,
    video: Video = False,
    no_wait: NoWait = False,
    as_json: AsJson = False,
) -> None:
    """Add recordings: a link, a podcast's feed, a playlist, or files with sound in them.

    Each is fetched, listened to and made searchable; you see how far it is. Stopped with Ctrl-C, it goes on
    where it was the next time, or with any worker. What is here already is not added again.

    \b
    Examples:
      mediatheque add lecture.mp3 --language en --tag biology
      mediatheque add https://example.org/talk --title "The talk on bees"
      mediatheque add https://example.org/podcast.rss --no-wait
      mediatheque add *.m4a --speakers 2
    """
    from mediatheque.flows.archiving import Wishes

    printer = Printer(as_json)
    if title is not None and len(things) > 1:
        raise typer.BadParameter("one title is for one recording; add them one by one", param_hint="--title")
    wishes = Wishes(
        wanted="video" if video else "audio",
        title=title,
        language=language.lower() if language else None,
        speaker_count=speakers,
        tags=tuple(tag or ()),
    )
    with library(printer) as app:
        with app.database.transaction() as db:
            who = person(db, user)
        added = _add_each(app, printer, who, things, wishes)
        failed = len(things) - len(added)
        jobs = [each.job_id for each in added if each.job_id is not None]
        if not no_wait and jobs:
            try:
                failed += _follow(app, printer, who, jobs)
            except KeyboardInterrupt:
                printer.note(
                    "Stopped. It goes on with the same command again, mediatheque up, or mediatheque worker"
                )
                raise
        elif jobs:
            for each in added:
                if each.is_new:
                    printer.say(f"“{each.media.title}” is recording {each.media.id}.")
            printer.note(
                "The work is done by: mediatheque up, or mediatheque worker. Look with: mediatheque jobs"
            )
    if failed:
        raise typer.Exit(1)


def watch_folder(
    folder: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Argument(metavar="[FOLDER]", help="Its files, and those of folders in it, are taken in."),
    ] = None,
    user: ForUser = None,
    language: Language = None,
    speakers: Speakers = None,
    tag: Tags = None,
    stop: Annotated[
        bool, typer.Option("--stop", help="Watch it no longer; what was taken in stays.")
    ] = False,
    is_list: Annotated[bool, typer.Option("--list", help="Show what is watched.")] = False,
    no_wait: NoWait = False,
    as_json: AsJson = False,
) -> None:
    """Watch a folder: what is put there is in the archive a minute later, as long as a worker runs.

    Files are copied, never moved or changed; one that is written anew is taken in anew.

    \b
    Examples:
      mediatheque watch-folder ~/Recordings --tag notes
      mediatheque watch-folder --list
      mediatheque watch-folder ~/Recordings --stop
    """
    from mediatheque.flows.archiving import Wishes

    printer = Printer(as_json)
    with library(printer) as app:
        with app.database.transaction() as db:
            who = person(db, user)
        if folder is None or is_list:
            _list_folders(app, printer, who)
        elif stop:
            _stop_watching(app, printer, who, folder)
        else:
            wishes = Wishes(
                language=language.lower() if language else None, speaker_count=speakers, tags=tuple(tag or ())
            )
            _watch(app, printer, who, folder, wishes, no_wait=no_wait)


def _add_each(
    app: Mediatheque, printer: Printer, who: User, things: Sequence[str], wishes: Wishes
) -> list[Added]:
    added: list[Added] = []
    for thing in things:
        try:
            one = _add_one(app, printer, who, thing, wishes)
        except MediathequeError as error:
            if len(things) == 1:
                raise
            print_error(type(error)(f"{thing}: {error}"), is_json=printer.is_json)
            continue
        added.append(one)
        printer.emit({"media_id": one.media.id, "job_id": one.job_id, "is_new": one.is_new})
        if not one.is_new:
            printer.say(
                f"“{one.media.title}” is here already, as recording {one.media.id}, since "
                f"{words.moment(one.media.added_at)}."
            )
    return added


def _add_one(app: Mediatheque, printer: Printer, who: User, thing: str, wishes: Wishes) -> Added:
    from mediatheque.flows.archiving import add_file, add_link

    path = Path(thing).expanduser()
    if "://" in thing and not path.exists():
        with app.database.transaction() as db:
            return add_link(app, db, who.id, thing, wishes)
    if not path.exists():
        raise Invalid(f"There is no file {thing}; a link begins with https://")
    if path.is_dir():
        raise Invalid(
            f"{thing} is a folder; take in all that is in it with: mediatheque watch-folder {thing}"
        )
    with printer.waiting(f"Copying {path.name} …"):
        return add_file(app, who.id, path, path.name, wishes)


def _follow(app: Mediatheque, printer: Printer, who: User, job_ids: Sequence[int]) -> int:
    """Work here, and show how far it is, until all has ended; how many did not come to a good end."""
    from mediatheque.cli.following import work_and_follow

    ended = work_and_follow(app, printer, who.id, job_ids)
    for job in ended:
        _say_ended(app, printer, who, job)
    return sum(job.state in ("failed", "cancelled") for job in ended)


def _say_ended(app: Mediatheque, printer: Printer, who: User, job: Job) -> None:
    from mediatheque.cli.following import job_json

    printer.emit(job_json(job))
    media_id = job.arguments.get("media_id")
    mark = _Ended[job.state.name].value if job.state.name in _Ended.__members__ else "·"
    printer.say(
        f"{mark} {_title(app, who, media_id) or job.title}: {job.error or job.line or job.state.value}"
    )
    if job.state.value == "completed" and media_id is not None and not job.error:
        printer.note(f"  mediatheque media show {media_id}")


def _title(app: Mediatheque, who: User, media_id: int | None) -> str | None:
    """What it is called by now: more is known of it than when it was added."""
    from mediatheque.archive.queries.media import media_with_ids

    if media_id is None:
        return None
    with app.database.transaction() as db:
        media = media_with_ids(db, [media_id], who.id).get(media_id)
    return media.title if media is not None else None


def _list_folders(app: Mediatheque, printer: Printer, who: User) -> None:
    from mediatheque.archive.queries.watching import list_folders

    with app.database.transaction() as db:
        folders = list_folders(db, who.id)
    for folder in folders:
        printer.emit({"path": folder.path, "files": folder.files, "options": dict(folder.options)})
    if not folders:
        printer.say("No folder is watched. Watch one with: mediatheque watch-folder FOLDER")
        return
    rows = [(folder.path, words.number(folder.files)) for folder in folders]
    printer.table(("Folder", "Taken in"), rows, right=("Taken in",), wrapping=("Folder",))


def _stop_watching(app: Mediatheque, printer: Printer, who: User, folder: Path) -> None:
    from mediatheque.archive.queries.watching import remove_folder

    path = str(folder.expanduser().resolve())
    with app.database.transaction() as db:
        remove_folder(db, who.id, path)
    printer.emit({"path": path, "is_watched": False})
    printer.say(f"{path} is watched no longer; what was taken in stays.")


def _watch(
    app: Mediatheque, printer: Printer, who: User, folder: Path, wishes: Wishes, *, no_wait: bool
) -> None:
    from mediatheque.archive.queries.watching import list_folders
    from mediatheque.flows.watching import look_through, watch

    with app.database.transaction() as db:
        number, is_new = watch(app, db, who.id, folder, wishes)
        watched = next(each for each in list_folders(db, who.id) if each.id == number)
    with printer.progress("Taking in") as on_progress:
        looked = look_through(app, watched, on_progress=on_progress)
    printer.emit(
        {
            "path": watched.path,
            "is_new": is_new,
            "added": looked.added,
            "known": looked.known,
            "refused": list(looked.refused),
        }
    )
    printer.say(f"{watched.path} is watched: {words.counted(looked.added, 'new recording')}.")
    for line in looked.refused:
        printer.note(f"  Left out: {line}")
    if looked.unsettled:
        printer.note(
            f"  {words.counted(looked.unsettled, 'file')} may still be written to, and come next time."
        )
    if looked.added and not no_wait:
        printer.note("  They are listened to by: mediatheque up, or mediatheque worker")

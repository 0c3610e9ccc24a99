"""What people say of their recordings: how they are called, who speaks, what goes, and what is the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from mediatheque.cli import words
from mediatheque.cli.media import Number, media, media_json
from mediatheque.cli.opening import library, person
from mediatheque.cli.options import AsJson, ForUser
from mediatheque.cli.printing import Printer
from mediatheque.kit.errors import NotFound

if TYPE_CHECKING:
    from mediatheque.archive.queries.pairs import Pair
    from mediatheque.kit.database import Connection


@media.command("edit")
def edit(
    number: Number,
    title: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(metavar="TITLE", help="What it is to be called; '' for what was found out."),
    ] = None,
    tag: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--tag", "-t", metavar="TAG", help="Put this tag on it."),
    ] = None,
    untag: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(metavar="TAG", help="Take this tag off, for good."),
    ] = None,
    speaker: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            metavar="N=NAME", help="Say who speaker N is, as 1=Mira; known again in other recordings."
        ),
    ] = None,
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Say how it should be: the title, tags, and who speaks. What the machine found is kept beside it.

    \b
    Examples:
      mediatheque media edit 12 --title "On bees" --tag biology
      mediatheque media edit 12 --speaker 1=Mira --speaker 2=Jonas
    """
    from mediatheque.archive.queries.media import media_with_id
    from mediatheque.archive.queries.tags import tags_of
    from mediatheque.flows.editing import Edit, edit_media

    printer = Printer(as_json)
    names = dict(_speaker_and_name(each) for each in speaker or ())
    with library(printer) as app, app.database.transaction() as db:
        who = person(db, user)
        media_with_id(db, number, who.id)
        _check_speakers(db, number, names)
        gone = {name.lower() for name in untag or ()}
        tags = [each.name for each in tags_of(db, who.id, number) if each.name.lower() not in gone]
        edit = Edit(
            columns={} if title is None else {"title": title.strip() or None},
            tags=[*tags, *(tag or ())] if tag or untag else None,
            speakers={speaking - 1: name or None for speaking, name in names.items()},
        )
        edit_media(app, db, who.id, number, edit)
        one = media_with_id(db, number, who.id)
    printer.emit(media_json(one))
    printer.say(f"Noted: “{one.title}”.")


@media.command("process")
def process(
    number: Number,
    from_step: Annotated[
        str,
        typer.Option("--from", metavar="STEP", help="Begin with this step; normalise for all but fetching."),
    ] = "normalise",
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Work on a recording anew, with a better model, say. What was made before is found until it is replaced.

    \b
    Examples:
      mediatheque media process 12
      mediatheque media process 12 --from transcribe
    """
    from mediatheque.cli.following import job_json, work_and_follow
    from mediatheque.flows.archiving import process_anew

    printer = Printer(as_json)
    with library(printer) as app:
        with app.database.transaction() as db:
            who = person(db, user)
            added = process_anew(app, db, who.id, number, from_step)
        jobs = [added.job_id] if added.job_id is not None else []
        ended = work_and_follow(app, printer, who.id, jobs)
    for job in ended:
        printer.emit(job_json(job))
        printer.say(f"{job.title}: {job.error or job.line or job.state.value}")
    if any(job.state in ("failed", "cancelled") for job in ended):
        raise typer.Exit(1)


@media.command("delete")
def delete(
    numbers: Annotated[list[int], typer.Argument(metavar="NUMBER…", help="The recordings' numbers.")],
    for_good: Annotated[
        bool, typer.Option("--for-good", help="With everything made of it, and no way back.")
    ] = False,
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Put recordings into the trash, from where they can be brought back for a while.

    \b
    Examples:
      mediatheque media delete 12
      mediatheque media delete 12 13 --for-good
    """
    from mediatheque.flows.archiving import delete_media, remove_for_good

    printer = Printer(as_json)
    with library(printer) as app:
        with app.database.transaction() as db:
            who = person(db, user)
            if not for_good:
                for number in numbers:
                    delete_media(db, who.id, number)
        if for_good:
            for number in numbers:
                remove_for_good(app, who.id, number)
        days = app.settings.trash_days
    printer.emit({"deleted": numbers, "for_good": for_good})
    if for_good:
        printer.say(f"{words.counted(len(numbers), 'recording')} removed for good.")
        return
    printer.say(f"{words.counted(len(numbers), 'recording')} in the trash, for {words.counted(days, 'day')}.")
    printer.note(f"Bring back with: mediatheque media restore {' '.join(map(str, numbers))}")


@media.command("restore")
def restore(
    numbers: Annotated[list[int], typer.Argument(metavar="NUMBER…", help="The recordings' numbers.")],
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Bring recordings back from the trash.

    \b
    Examples:
      mediatheque media list --trash
      mediatheque media restore 12
    """
    from mediatheque.flows.archiving import restore_media

    printer = Printer(as_json)
    with library(printer) as app, app.database.transaction() as db:
        who = person(db, user)
        back = [restore_media(app, db, who.id, number) for number in numbers]
    for one in back:
        printer.emit(media_json(one.media))
        printer.say(f"“{one.media.title}” is back.")


@media.command("duplicates")
def duplicates(
    same: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(metavar="PAIR", help="These two are the same: one goes into the trash."),
    ] = None,
    different: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(metavar="PAIR", help="These two are not; nobody asks again."),
    ] = None,
    keep: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(
            metavar="NUMBER", help="With --same, which recording stays; the earlier one if not said."
        ),
    ] = None,
    undo: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(metavar="PAIR", help="Take an answer back."),
    ] = None,
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Recordings that sound alike, though not the same: which are?

    The one that stays takes over what it lacks: title, tags, names, corrections.

    \b
    Examples:
      mediatheque media duplicates
      mediatheque media duplicates --same 3 --keep 12
      mediatheque media duplicates --different 4
    """
    from mediatheque.archive.queries.pairs import open_pairs
    from mediatheque.flows.pairs import answer, take_back

    printer = Printer(as_json)
    if sum(each is not None for each in (same, different, undo)) > 1:
        raise typer.BadParameter("answer one pair at a time")
    with library(printer) as app, app.database.transaction() as db:
        who = person(db, user)
        if same is not None:
            answered = answer(app, db, who.id, same, "same", keep=keep)
            printer.emit({"pair": same, "kept": answered.kept_id, "gone": answered.gone_id})
            printer.say(f"Recording {answered.kept_id} stays; {answered.gone_id} is in the trash.")
        elif different is not None:
            answer(app, db, who.id, different, "different")
            printer.emit({"pair": different, "answer": "different"})
            printer.say("Noted: they are different.")
        elif undo is not None:
            take_back(app, db, who.id, undo)
            printer.emit({"pair": undo, "answer": None})
            printer.say(f"The answer to pair {undo} is taken back.")
        else:
            _list_pairs(printer, open_pairs(db, who.id))


def _list_pairs(printer: Printer, pairs: list[Pair]) -> None:
    for pair in pairs:
        printer.emit(
            {
                "pair": pair.id,
                "earlier": media_json(pair.earlier),
                "later": media_json(pair.later),
                "bit_error_rate": pair.bit_error_rate,
                "shared_ms": pair.shared_ms,
            }
        )
    if not pairs:
        printer.say("No two recordings sound alike.")
        return
    rows = [
        (
            str(pair.id),
            f"{pair.earlier.id}  {pair.earlier.title}",
            f"{pair.later.id}  {pair.later.title}",
            words.clock(pair.shared_ms),
        )
        for pair in pairs
    ]
    printer.table(
        ("Pair", "Earlier", "Later", "Shared"), rows, right=("Pair", "Shared"), wrapping=("Earlier", "Later")
    )
    printer.note("Answer with: mediatheque media duplicates --same PAIR, or --different PAIR")


def _check_speakers(db: Connection, media_id: int, wanted: Iterable[int]) -> None:
    """The archive counts speakers from 0, people from 1: who is not there is told in the numbers that were shown."""
    from mediatheque.archive.queries.speakers import speakers_of

    there = [speaker.number + 1 for speaker in speakers_of(db, media_id)]
    for number in wanted:
        if number not in there:
            known = words.listed(map(str, there)) if there else "none yet"
            raise NotFound(f"Recording {media_id} has no speaker {number}; its speakers: {known}")


def _speaker_and_name(said: str) -> tuple[int, str]:
    number, equals, name = said.partition("=")
    if not equals or not number.strip().isdecimal() or int(number) < 1:
        raise typer.BadParameter(f"'{said}' is not like 1=Mira", param_hint="--speaker")
    return int(number), name.strip()

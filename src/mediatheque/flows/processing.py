"""Work on a recording: the steps that are not behind it, one after the other, each kept before the next begins."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from mediatheque.archive.queries.media import (
    Media,
    MediaFile,
    blobs_in_use,
    files_of,
    forget_steps,
    mark_step,
    media_of_job,
    remove_files,
    steps_done,
    update_media,
)
from mediatheque.archive.queries.transcript import lines_of
from mediatheque.archive.steps import ORDER, Going, Step, Stop, Tools, step
from mediatheque.flows.archive_items import refresh_item
from mediatheque.flows.jobs import defer_embedding, defer_media
from mediatheque.jobs.queries import finish, hold, step_done, tell
from mediatheque.jobs.states import Lane, State

if TYPE_CHECKING:
    from mediatheque.kit.database import Connection
    from mediatheque.wiring import Mediatheque

#: These need the copy that is for machines to listen to.
_LISTENING = frozenset({"fingerprint", "transcribe", "speakers"})
#: After these, more is known of what a recording is.
_TELLING = frozenset({"fetch", "normalise", "captions", "enrich"})
#: Progress is written down at most so often, in seconds: each time wakes whoever looks on.
_EVERY_S = 0.5


class _Turn(NamedTuple):
    """The next step of a recording, and what it needs to know."""

    media: Media
    name: str
    step: Step
    given: Any
    done: frozenset[str]


def process(
    app: Mediatheque, media_id: int, job_id: int, attempt: int, going: Going, *, lane: Lane, home: Lane
) -> Lane | None:
    """Do what is left to do in this lane; the lane in which to go on, None when the job has ended.

    `home` is the lane for all that is not heavy. A step's result and the word that it is done are one transaction,
    which an attempt that was given up meanwhile cannot end. Raises what a step raises; what was done before stays.
    """
    while True:
        going.check()
        with app.database.transaction() as db:
            hold(db, job_id, attempt)
            media = media_of_job(db, media_id)
            if media is None:
                finish(db, job_id, attempt, State.CANCELLED, line="it was deleted meanwhile")
                return None
            speech = files_of(db, media_id).get("speech")
            turn = _next(db, media)
            if turn is None:
                _complete(app, db, media, job_id, attempt)
            elif (wanted := turn.step.LANE if turn.step.LANE is Lane.HEAVY else home) is not lane:
                return wanted
        if turn is not None and _is_missing(app, turn, speech):
            with app.database.transaction() as db:
                hold(db, job_id, attempt)
                forget_steps(db, media_id, ["normalise"])
        elif turn is None or _do(app, turn, job_id, attempt, going) is not None:
            _remove_speech(app, speech)
            return None


def _is_missing(app: Mediatheque, turn: _Turn, speech: MediaFile | None) -> bool:
    """Whether the copy for machines is gone: another recording of the very same sound was done with it."""
    return speech is not None and turn.name in _LISTENING and not app.blobs.exists(speech.sha256)


def _remove_speech(app: Mediatheque, speech: MediaFile | None) -> None:
    """Remove the copy for machines, the largest file of most recordings; one that is left over is swept at night."""
    if speech is not None:
        with app.database.transaction() as db:
            is_used = bool(blobs_in_use(db, [speech.sha256]))
        if not is_used:
            app.blobs.delete(speech.sha256)


def _next(db: Connection, media: Media) -> _Turn | None:
    """The first step that is not done; None when all are."""
    done = steps_done(db, media.id)
    for name in ORDER:
        if name not in done:
            module = step(name)
            return _Turn(media, name, module, module.read(db, media.id), frozenset(done))
    return None


def _do(app: Mediatheque, turn: _Turn, job_id: int, attempt: int, going: Going) -> Stop | None:
    """Do a step and keep what it made; the reason when nothing is left to do after it."""
    started = time.monotonic()
    made: Any = None
    if turn.given is not None:
        telling = _Telling(app, turn, job_id, attempt, going)
        telling.report(0.0, "")
        # A cast, since type checkers do not see that a cached property is as good as a property.
        made = turn.step.run(turn.given, cast("Tools", app), telling)
        going.check()
    with app.database.transaction() as db:
        hold(db, job_id, attempt)
        stop = turn.step.write(db, turn.media.id, made) if turn.given is not None else None
        seconds = time.monotonic() - started
        mark_step(db, turn.media.id, turn.name, attempt, seconds)
        if turn.given is not None:
            step_done(db, job_id, attempt, turn.name, seconds)
        if turn.name in _TELLING and stop is None:
            refresh_item(db, turn.media.id)
        if stop is not None:
            _stop(app, db, turn.media, stop, job_id, attempt)
    return stop


def _stop(app: Mediatheque, db: Connection, media: Media, stop: Stop, job_id: int, attempt: int) -> None:
    """End the job early; what was added instead gets jobs of its own, which nobody waits for one by one."""
    for added in stop.added:
        entry = media_of_job(db, added)
        if entry is not None:
            entry_job = defer_media(
                app, db, media_id=added, user_id=entry.user_id, title=entry.title, lane=Lane.BULK
            )
            update_media(db, added, job_id=entry_job)
    finish(db, job_id, attempt, stop.state, line=stop.line)


def _complete(app: Mediatheque, db: Connection, media: Media, job_id: int, attempt: int) -> None:
    # It was for machines to listen to, and is easily made again.
    remove_files(db, media.id, ["speech"])
    refresh_item(db, media.id)
    defer_embedding(app, db)
    finish(
        db,
        job_id,
        attempt,
        State.COMPLETED,
        line=_told(media, sum(len(line.text.split()) for line in lines_of(db, media.id))),
    )


def _told(media: Media, words: int) -> str:
    """What there is now, in words."""
    length = _length(media.duration_ms or 0)
    if not words:
        return f"{length}; nobody speaks in it"
    return f"{length}, {words:,} word{'' if words == 1 else 's'}"


def _length(milliseconds: int) -> str:
    seconds = round(milliseconds / 1000)
    if seconds < 90:
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} minutes"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} hour{'' if hours == 1 else 's'} {minutes} min" if minutes else f"{hours} hours"


class _Telling:
    """A step's progress as part of the whole, written down now and then."""

    def __init__(self, app: Mediatheque, turn: _Turn, job_id: int, attempt: int, going: Going) -> None:
        shares = {name: step(name).SHARE for name in ORDER}
        whole = sum(shares.values())
        self._begin = 100.0 * sum(shares[name] for name in turn.done if name in shares) / whole
        self._span = 100.0 * shares[turn.name] / whole
        self._app, self._step = app, turn.step
        self._job_id, self._attempt, self._going = job_id, attempt, going
        self._told_at = -_EVERY_S

    def report(self, fraction: float, line: str) -> None:
        self._going.check()
        now = time.monotonic()
        if now - self._told_at < _EVERY_S:
            return
        self._told_at = now
        percent = self._begin + self._span * min(max(fraction, 0.0), 1.0)
        with self._app.database.transaction() as db:
            tell(
                db,
                self._job_id,
                self._attempt,
                state=self._step.STATE,
                percent=min(percent, 99.9),
                line=f"{self._step.LABEL}: {line}" if line else self._step.LABEL,
            )

    def check(self) -> None:
        self._going.check()

    def is_cancelled(self) -> bool:
        return self._going.is_cancelled()

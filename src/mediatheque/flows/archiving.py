"""Recordings come and go: a link or a file is added, deleted, brought back, removed for good, and worked on anew."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from mediatheque.archive.queries import media as queries
from mediatheque.archive.queries.duplicates import take_archive_turn, with_same_content
from mediatheque.archive.queries.media import Media, MediaFile, NewMedia, Origin, Wanted
from mediatheque.archive.queries.merging import forget_duplicates, part
from mediatheque.archive.queries.tags import set_persons_tags
from mediatheque.archive.steps import ORDER
from mediatheque.flows.archive_items import forget_item, refresh_item
from mediatheque.flows.jobs import defer_embedding, defer_media
from mediatheque.jobs.queries import ask_cancel, job_with_id
from mediatheque.jobs.states import FINAL, Lane
from mediatheque.kit.addresses import Policy
from mediatheque.kit.errors import Conflict, Invalid, NotFound, TooLarge
from mediatheque.kit.links import canonical
from mediatheque.stores.blobs import Swept, sweep

if TYPE_CHECKING:
    from mediatheque.kit.database import Connection
    from mediatheque.stores.blobs import Blob
    from mediatheque.wiring import Mediatheque

#: A blob that was put so recently may be about to be somebody's; the sweep removes it later.
YOUNG = timedelta(hours=1)
_MOST_SPEAKERS = 20


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person says of what they add."""

    wanted: Wanted = "audio"
    title: str | None = None
    language: str | None = None  # ISO 639-1: listen for this one
    speaker_count: int | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Added:
    """A recording, whether it is new, and the job that works on it (None: nothing is left to do)."""

    media: Media
    is_new: bool
    job_id: int | None


def add_link(
    app: Mediatheque,
    db: Connection,
    user_id: int,
    url: str,
    wishes: Wishes | None = None,
    *,
    lane: Lane = Lane.INTERACTIVE,
) -> Added:
    """Add what is behind a link; it is fetched in the background once this transaction is committed.

    A link that is here already is not added again; one to a feed or playlist looks for what is new there.
    Raises Invalid for what is no link, AddressRefused for one that may not be followed.
    """
    wishes = _checked(wishes)
    link = canonical(url)
    # Only what the address itself says: names are looked up when it is fetched, and then judged once more.
    Policy.from_setting(app.settings.allow_private_addresses).endpoint(link.url)
    new = NewMedia(
        user_id=user_id,
        origin="link",
        given=url.strip(),
        link=link.url,
        wanted=wishes.wanted,
        title=wishes.title,
        language=wishes.language,
        speaker_count=wishes.speaker_count,
    )
    media_id, is_new = queries.add_media(db, new)
    _tag(db, media_id, user_id, wishes)
    media = queries.media_with_id(db, media_id, user_id)
    if is_new:
        return _begin(app, db, media, lane, is_new=True)
    if media.is_list and not _is_worked_on(db, media):
        queries.forget_steps(db, media_id, ["fetch"])
        return _begin(app, db, media, lane, is_new=False)
    return Added(media, False, media.job_id)


def add_file(
    app: Mediatheque,
    user_id: int,
    source: Path | BinaryIO,
    file_name: str,
    wishes: Wishes | None = None,
    *,
    origin: Origin = "file",
    lane: Lane = Lane.INTERACTIVE,
    within: Callable[[Connection, Media], None] | None = None,
) -> Added:
    """Keep a file and work on it in the background; the same bytes are not added again.

    `within` is called in the transaction that adds it. Raises TooLarge beyond the person's quota, Invalid for an
    empty file.
    """
    wishes = _checked(wishes)
    with app.database.transaction() as db:
        left = bytes_left(app, db, user_id)
    blob = _kept(app, source, left)
    with app.database.transaction() as db:
        # One at a time: two identical uploads at one moment must not both be new.
        take_archive_turn(db, user_id)
        known = with_same_content(db, user_id, blob.sha256)
        if known is not None:
            media = queries.media_with_id(db, known, user_id)
            added = Added(media, False, media.job_id)
        else:
            added = _add_kept(app, db, user_id, blob, file_name, wishes, origin, lane)
        if within is not None:
            within(db, added.media)
    return added


def bytes_left(app: Mediatheque, db: Connection, user_id: int) -> int | None:
    """How much more somebody's recordings may take; None: as much as there is room. Raises TooLarge for nothing."""
    quota = int(app.settings.media_quota_gb * (1 << 30))
    if not quota:
        return None
    left = quota - queries.used_bytes(db, user_id)
    if left <= 0:
        raise TooLarge(
            f"Your recordings take all of the {app.settings.media_quota_gb:g} GiB that one person has here; "
            "delete some for good, or ask the administrator to raise MEDIATHEQUE_MEDIA_QUOTA_GB."
        )
    return left


def delete_media(db: Connection, user_id: int, media_id: int) -> None:
    """Put a recording into the trash: nothing finds it there, and it can be brought back for a while."""
    media = queries.media_with_id(db, media_id, user_id)
    if _is_worked_on(db, media) and media.job_id is not None:
        ask_cancel(db, media.job_id, user_id)
    queries.put_in_trash(db, media_id, user_id)
    forget_duplicates(db, media_id)
    forget_item(db, media)


def restore_media(app: Mediatheque, db: Connection, user_id: int, media_id: int) -> Added:
    """Bring a recording back from the trash; what was not finished then goes on.

    Raises NotFound, and Conflict when its link was added anew meanwhile.
    """
    media = queries.media_with_id(db, media_id, user_id, in_trash=True)
    if (
        part(db, user_id, media_id) is not None
    ):  # it went as the same as another, which gives back what it took over
        media = queries.media_with_id(db, media_id, user_id, in_trash=True)
    if media.link is not None and (again := queries.media_with_link(db, user_id, media.link)) is not None:
        raise Conflict(
            f"Its link was added again meanwhile, as recording {again}; delete that one first to have this one back."
        )
    queries.take_from_trash(db, media_id, user_id)
    refresh_item(db, media_id)
    defer_embedding(app, db)
    restored = queries.media_with_id(db, media_id, user_id)
    if queries.steps_done(db, media_id) >= set(ORDER) or media.is_list or media.duplicate_of is not None:
        return Added(restored, False, None)
    return _begin(app, db, restored, Lane.INTERACTIVE, is_new=False)


def remove_for_good(app: Mediatheque, user_id: int, media_id: int, *, young: timedelta = YOUNG) -> None:
    """Remove a recording (in the trash or not) and everything made of it: text, vectors, files. There is no way back.

    Files that were put less than `young` ago go with the next sweep.
    """
    with app.database.transaction() as db:
        media = _anywhere(db, user_id, media_id)
        if media.deleted_at is None:
            delete_media(db, user_id, media_id)
    _remove(app, [media_id], young)


def purge_trash(
    app: Mediatheque, *, young: timedelta = YOUNG, on_progress: Callable[[int], None] | None = None
) -> int:
    """Remove for good what has been in the trash for as long as the settings say; how many recordings."""
    before = datetime.now(UTC) - timedelta(days=app.settings.trash_days)
    count = 0
    while True:
        with app.database.transaction() as db:
            old = queries.trash_before(db, before)
        if not old:
            return count
        _remove(app, old, young)
        count += len(old)
        if on_progress is not None:
            on_progress(count)


def sweep_blobs(app: Mediatheque, *, young: timedelta = timedelta(days=1), is_dry: bool = False) -> Swept:
    """Remove the blobs that no recording has: what was put by a job that was killed before it could say so."""
    with app.database.transaction() as db:
        known = queries.known_blobs(db)
    return sweep(app.blobs, known, young, is_dry=is_dry)


def process_anew(
    app: Mediatheque,
    db: Connection,
    user_id: int,
    media_id: int,
    from_step: str = "passages",
    *,
    lane: Lane = Lane.INTERACTIVE,
) -> Added:
    """Do the steps from this one on again; what was made stays to be found until it is replaced.

    Raises NotFound, Invalid for no step, Conflict while it is being worked on.
    """
    if from_step not in ORDER:
        raise Invalid(f"'{from_step}' is no step; there is {', '.join(ORDER)}")
    media = queries.media_with_id(db, media_id, user_id)
    if media.is_list or media.duplicate_of is not None:
        raise Conflict("There is nothing to work on here: it is a list, or the same as another recording.")
    if _is_worked_on(db, media):
        raise Conflict("It is being worked on; wait for the end, or cancel the job first.")
    again = list(ORDER[ORDER.index(from_step) :])
    if "speech" not in queries.files_of(db, media_id) and {"transcribe", "speakers"} & set(again):
        # The copy for machines to listen to is not kept.
        again = list(ORDER[ORDER.index("normalise") :])
    queries.forget_steps(db, media_id, again)
    return _begin(app, db, media, lane, is_new=False)


def _checked(wishes: Wishes | None) -> Wishes:
    wishes = wishes or Wishes()
    if wishes.speaker_count is not None and not 1 <= wishes.speaker_count <= _MOST_SPEAKERS:
        raise Invalid(f"The number of speakers is from 1 to {_MOST_SPEAKERS}, not {wishes.speaker_count}.")
    if wishes.language is not None and not (wishes.language.isalpha() and 2 <= len(wishes.language) <= 3):
        raise Invalid(f"'{wishes.language}' is no language; write its code, as en, de or fr.")
    return wishes


def _kept(app: Mediatheque, source: Path | BinaryIO, left: int | None) -> Blob:
    try:
        blob = app.blobs.put(source, left)
    except TooLarge:
        raise TooLarge(
            f"The file is larger than what is left of your {app.settings.media_quota_gb:g} GiB; delete recordings "
            "for good, or ask the administrator to raise MEDIATHEQUE_MEDIA_QUOTA_GB."
        ) from None
    if not blob.size:
        raise Invalid("The file is empty; choose one with sound in it.")
    return blob


def _add_kept(
    app: Mediatheque,
    db: Connection,
    user_id: int,
    blob: Blob,
    file_name: str,
    wishes: Wishes,
    origin: Origin,
    lane: Lane,
) -> Added:
    new = NewMedia(
        user_id=user_id,
        origin=origin,
        given=file_name,
        wanted=wishes.wanted,
        title=wishes.title,
        language=wishes.language,
        speaker_count=wishes.speaker_count,
    )
    media_id, _ = queries.add_media(db, new)
    # What it is, the second step says from its content.
    queries.put_file(db, media_id, MediaFile("original", blob.sha256, blob.size, "application/octet-stream"))
    _tag(db, media_id, user_id, wishes)
    return _begin(app, db, queries.media_with_id(db, media_id, user_id), lane, is_new=True)


def _tag(db: Connection, media_id: int, user_id: int, wishes: Wishes) -> None:
    if wishes.tags:
        set_persons_tags(db, user_id, media_id, add=wishes.tags)


def _begin(app: Mediatheque, db: Connection, media: Media, lane: Lane, *, is_new: bool) -> Added:
    job_id = defer_media(app, db, media_id=media.id, user_id=media.user_id, title=media.title, lane=lane)
    queries.update_media(db, media.id, job_id=job_id)
    return Added(queries.media_with_id(db, media.id, media.user_id), is_new, job_id)


def _is_worked_on(db: Connection, media: Media) -> bool:
    if media.job_id is None:
        return False
    with contextlib.suppress(NotFound):
        return job_with_id(db, media.job_id, media.user_id).state not in FINAL
    return False


def _anywhere(db: Connection, user_id: int, media_id: int) -> Media:
    try:
        return queries.media_with_id(db, media_id, user_id)
    except NotFound:
        return queries.media_with_id(db, media_id, user_id, in_trash=True)


def _remove(app: Mediatheque, media_ids: Sequence[int], young: timedelta) -> None:
    """The rows first: a blob that nobody knows is found by the sweep, a row without its blob is broken."""
    before = datetime.now(UTC) - young
    for media_id in media_ids:
        with app.database.transaction() as db:
            files = queries.files_of(db, media_id)
            queries.remove_media(db, media_id)
            left = queries.blobs_in_use(db, [file.sha256 for file in files.values()])
        for file in files.values():
            if file.sha256 not in left:
                app.blobs.delete_if_older(file.sha256, before)

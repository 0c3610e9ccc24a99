"""Questions whether two recordings are the same: both can be listened to, the answer can be taken back."""

from __future__ import annotations

from anyio import to_thread
from fastapi import APIRouter

from mediatheque.api import problems
from mediatheque.api.asking import Asker, Opened
from mediatheque.api.cursors import Cursor, Limit, read_number, write_cursor
from mediatheque.api.media_shapes import PairAnswer, PairAnswered, PairSide, PairView, shown
from mediatheque.api.shapes import Page, PathId
from mediatheque.archive.queries.media import Media
from mediatheque.archive.queries.media_jobs import jobs_of_media, with_file
from mediatheque.archive.queries.pairs import Pair, open_pairs
from mediatheque.archive.queries.tags import tags_of_each
from mediatheque.flows import pairs
from mediatheque.flows.pairs import Answered
from mediatheque.kit.database import Connection

router = APIRouter(prefix="/media/duplicates", tags=["media"])

_LISTING = "pairs"


@router.get("", summary="Recordings that sound alike")
async def list_pairs(app: Opened, asker: Asker, cursor: Cursor = None, limit: Limit = 50) -> Page[PairView]:
    """The pairs that wait for your answer, the oldest first, with all that helps to tell which one to keep."""
    after = read_number(_LISTING, cursor)

    def page(db: Connection) -> Page[PairView]:
        found = open_pairs(db, asker.id, after=after or 0, limit=limit + 1)
        following = write_cursor(_LISTING, found[limit - 1].id) if len(found) > limit else None
        return Page(items=_views(db, asker.id, found[:limit]), next=following)

    return await app.database.run(page)


@router.post("/{pair_id}", summary="Say whether two are the same", responses=problems.describe(404, 409))
async def answer_pair(app: Opened, asker: Asker, pair_id: PathId, given: PairAnswer) -> PairAnswered:
    """`same`: one stays, and takes over the tags, names and corrections it lacks; the other goes into the trash.

    `different`: nobody asks again. Either can be taken back.
    """

    def answered() -> PairAnswered:
        with app.database.transaction() as db:
            done = pairs.answer(app, db, asker.id, pair_id, given.answer, keep=given.keep)
            return _answered(db, asker.id, done)

    return await to_thread.run_sync(answered)


@router.delete("/{pair_id}/answer", summary="Take an answer back", responses=problems.describe(404, 409))
async def take_answer_back(app: Opened, asker: Asker, pair_id: PathId) -> PairAnswered:
    """Ask again: what went into the trash is back, and what was taken over from it is given back."""

    def taken_back() -> PairAnswered:
        with app.database.transaction() as db:
            return _answered(db, asker.id, pairs.take_back(app, db, asker.id, pair_id))

    return await to_thread.run_sync(taken_back)


def _answered(db: Connection, user_id: int, done: Answered) -> PairAnswered:
    [view] = _views(db, user_id, [done.pair])
    return PairAnswered(pair=view, kept_id=done.kept_id, gone_id=done.gone_id)


def _views(db: Connection, user_id: int, those: list[Pair]) -> list[PairView]:
    every = [media for pair in those for media in (pair.later, pair.earlier)]
    tags = tags_of_each(db, user_id, [media.id for media in every])
    jobs = jobs_of_media(db, user_id, every)
    pictured = with_file(db, user_id, "thumbnail", [media.id for media in every])

    def side(media: Media) -> PairSide:
        names = [tag.name for tag in tags.get(media.id, [])]
        told = shown(media, names, jobs.get(media.id), has_thumbnail=media.id in pictured)
        return PairSide(**told, play=f"/api/media/{media.id}/play")

    return [
        PairView(
            id=pair.id,
            later=side(pair.later),
            earlier=side(pair.earlier),
            bit_error_rate=pair.bit_error_rate,
            shared_ms=pair.shared_ms,
            offset_ms=pair.offset_ms,
            answer=pair.answer,
            answered_at=pair.answered_at,
            found_at=pair.found_at,
        )
        for pair in those
    ]

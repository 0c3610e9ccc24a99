"""Answers to "are these two the same?": one recording stays and takes over what it lacks; it can be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediatheque.archive.queries import pairs
from mediatheque.archive.queries.media import Media, forget_steps, media_with_id, update_media
from mediatheque.archive.queries.merging import hand_duplicates_over, is_text_changed, take_over
from mediatheque.archive.queries.pairs import Answer, Pair
from mediatheque.archive.steps import ORDER
from mediatheque.flows.archive_items import refresh_item
from mediatheque.flows.archiving import delete_media, process_anew, restore_media
from mediatheque.kit.errors import Conflict, Invalid, NotFound

if TYPE_CHECKING:
    from mediatheque.kit.database import Connection
    from mediatheque.wiring import Mediatheque


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A pair as it is now; of two that are the same, which one stays and which one is in the trash."""

    pair: Pair
    kept_id: int | None = None
    gone_id: int | None = None


def answer(
    app: Mediatheque, db: Connection, user_id: int, pair_id: int, said: Answer, *, keep: int | None = None
) -> Answered:
    """Say whether two recordings are the same, and which of them stays: the earlier one unless `keep` says otherwise.

    "same": the other goes into the trash, and the one that stays takes over what it lacks of it. "different": nobody asks
    again. Saying the same once more changes nothing. Raises NotFound, Invalid for a `keep` that is neither, Conflict when
    it was answered otherwise before or one of the two is gone.
    """
    later_id, earlier_id = pairs.hold_pair(db, user_id, pair_id)
    if keep not in (None, later_id, earlier_id):
        raise Invalid(f"Pair {pair_id} is of the recordings {earlier_id} and {later_id}; keep one of these.")
    before, taken = pairs.standing_answer(db, pair_id)
    if before is not None:
        if before != said or (taken is not None and keep not in (None, taken["kept"])):
            raise Conflict(f"Pair {pair_id} was answered otherwise ({before}); take that back first.")
        return _answered(db, user_id, pair_id)
    later, earlier = _both_there(db, user_id, later_id, earlier_id)
    if said == "different":
        pairs.write_answer(db, pair_id, "different")
    elif keep == later_id:
        _merge(app, db, pair_id, kept=later, gone=earlier)
    else:
        _merge(app, db, pair_id, kept=earlier, gone=later)
    return _answered(db, user_id, pair_id)


def take_back(app: Mediatheque, db: Connection, user_id: int, pair_id: int) -> Answered:
    """Undo an answer: the question is open again; what went is back, and what was taken over from it is given back.

    Raises NotFound, also when what went was removed for good; Conflict where there is no answer.
    """
    pairs.hold_pair(db, user_id, pair_id)
    before, taken = pairs.standing_answer(db, pair_id)
    if before is None:
        raise Conflict(f"Nobody has answered pair {pair_id} yet; there is nothing to take back.")
    if taken is None:
        pairs.write_answer(db, pair_id, None)
    else:
        restore_media(app, db, user_id, taken["gone"])  # which gives back what was taken over
        _follow(app, db, user_id, taken["kept"], is_changed=is_text_changed(taken))
    return _answered(db, user_id, pair_id)


def _merge(app: Mediatheque, db: Connection, pair_id: int, *, kept: Media, gone: Media) -> None:
    shift_ms = pairs.shift_ms(db, pair_id, gone_id=gone.id)
    duplicates = hand_duplicates_over(db, kept.id, gone.id)
    delete_media(db, gone.user_id, gone.id)
    update_media(db, gone.id, duplicate_of=kept.id)
    taken = take_over(db, kept, gone, shift_ms) | {"duplicates": duplicates}
    pairs.write_answer(db, pair_id, "same", taken)
    _follow(app, db, kept.user_id, kept.id, is_changed=is_text_changed(taken))


def _follow(app: Mediatheque, db: Connection, user_id: int, kept_id: int, *, is_changed: bool) -> None:
    """See to it that what is made of the one that stays says what it says now."""
    refresh_item(db, kept_id)
    if not is_changed:
        return
    try:
        process_anew(app, db, user_id, kept_id, "passages")
    except Conflict:  # whoever works on it looks at what is left to do after every step
        forget_steps(db, kept_id, ORDER[ORDER.index("passages") :])


def _both_there(db: Connection, user_id: int, *media_ids: int) -> list[Media]:
    try:
        both = [media_with_id(db, media_id, user_id) for media_id in media_ids]
    except NotFound:
        raise Conflict("One of the two recordings was deleted meanwhile; there is nothing to say.") from None
    if any(media.duplicate_of is not None for media in both):
        raise Conflict("One of the two was found to be another recording meanwhile; there is nothing to say.")
    return both


def _answered(db: Connection, user_id: int, pair_id: int) -> Answered:
    ids = pairs.hold_pair(db, user_id, pair_id)
    sides = {media_id: _wherever(db, media_id, user_id) for media_id in ids}
    pair = pairs.pair_with_id(db, user_id, pair_id, sides=sides)
    taken = pair.taken or {}
    return Answered(pair=pair, kept_id=taken.get("kept"), gone_id=taken.get("gone"))


def _wherever(db: Connection, media_id: int, user_id: int) -> Media:
    """A recording, in the trash or not."""
    try:
        return media_with_id(db, media_id, user_id)
    except NotFound:
        return media_with_id(db, media_id, user_id, in_trash=True)

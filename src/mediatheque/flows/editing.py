"""What people say of their recordings: titles, tags, who speaks, and what is really said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mediatheque.archive.queries.media import forget_steps, media_with_id, steps_done, update_media
from mediatheque.archive.queries.speakers import name_speaker
from mediatheque.archive.queries.tags import set_persons_tags, tag_name, tags_of
from mediatheque.archive.queries.transcript import correct_line
from mediatheque.archive.steps import ORDER
from mediatheque.flows.archive_items import refresh_item
from mediatheque.flows.archiving import process_anew
from mediatheque.kit.errors import Conflict

if TYPE_CHECKING:
    from mediatheque.kit.database import Connection
    from mediatheque.wiring import Mediatheque


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What somebody changes. `columns`: title, language, speaker_count, each to a value or None; `tags`: all of them.

    `speakers`: names by number; `lines`: what is said by when the line begins, None for what the machine heard.
    """

    columns: Mapping[str, Any] = field(default_factory=dict[str, Any])
    tags: Sequence[str] | None = None
    speakers: Mapping[int, str | None] = field(default_factory=dict[int, str | None])
    lines: Mapping[int, str | None] = field(default_factory=dict[int, str | None])


def edit_media(app: Mediatheque, db: Connection, user_id: int, media_id: int, edit: Edit) -> int | None:
    """Keep a person's word about their recording; the job that makes anew what depends on it, if one is needed.

    Raises NotFound for what is not there, Invalid for a name or tag that is none.
    """
    media_with_id(db, media_id, user_id)
    if edit.columns:
        update_media(db, media_id, **edit.columns)
    if edit.tags is not None:
        _set_tags(db, user_id, media_id, edit.tags)
    for number, name in edit.speakers.items():
        name_speaker(db, media_id, user_id, number, name)
    for start_ms, said in edit.lines.items():
        correct_line(db, media_id, user_id, start_ms, said)
    refresh_item(db, media_id)
    return _follow(app, db, user_id, media_id) if edit.lines else None


def tag_many(
    db: Connection, user_id: int, media_ids: Sequence[int], *, add: Sequence[str], remove: Sequence[str]
) -> None:
    """Put tags on several recordings of a person, and take others off; raises Invalid for what is no tag."""
    for media_id in sorted(media_ids):
        set_persons_tags(db, user_id, media_id, add=add, remove=remove)
        refresh_item(db, media_id)


def _set_tags(db: Connection, user_id: int, media_id: int, wanted: Sequence[str]) -> None:
    names = {tag_name(name).lower() for name in wanted}
    gone = [tag.name for tag in tags_of(db, user_id, media_id) if tag.name.lower() not in names]
    set_persons_tags(db, user_id, media_id, add=wanted, remove=gone)


def _follow(app: Mediatheque, db: Connection, user_id: int, media_id: int) -> int | None:
    """See to it that what is searched says what was corrected."""
    if "passages" not in steps_done(db, media_id):
        return None  # it is yet to be made, of what holds then
    try:
        return process_anew(app, db, user_id, media_id, "passages").job_id
    except Conflict:  # whoever works on it looks at what is left to do after every step
        forget_steps(db, media_id, ORDER[ORDER.index("passages") :])
        return None

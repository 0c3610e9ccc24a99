"""Recordings as people added them: adding, finding, changing, and the files that belong to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from sqlalchemy import Connection, text

from mediatheque.archive.machine_names import is_made_by_machine
from mediatheque.kit.errors import NotFound
from mediatheque.kit.wire import jsonb

Origin: TypeAlias = Literal["link", "file", "recording", "folder"]
Wanted: TypeAlias = Literal["audio", "video"]
#: What a file of a recording is for.
FileRole: TypeAlias = Literal["original", "speech", "listening", "thumbnail", "waveform", "captions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A recording in somebody's archive, or (`is_list`) the feed or playlist that recordings came from.

    `own_title` is what its owner says, `found` what its page or its tags say: title, by, published_at (ISO 8601),
    description, language, chapters [{title, start_ms, end_ms}], captions_language …
    """

    id: int
    user_id: int
    item_id: int | None
    job_id: int | None
    parent_id: int | None
    origin: Origin
    link: str | None
    given: str
    wanted: Wanted
    own_title: str | None
    made_title: str | None  # of the enrichment
    language: str | None
    speaker_count: int | None
    found: Mapping[str, Any]
    is_list: bool
    duration_ms: int | None
    has_video: bool
    duplicate_of: int | None
    added_at: datetime
    deleted_at: datetime | None

    @property
    def title(self) -> str:
        """What it is called: by its owner, else its page or tags, else by what is said in it, else as it was given.

        A name that a recorder wrote ("REC_0042") counts only where there is no other.
        """
        found = str(self.found.get("title") or "")
        names = (
            self.own_title,
            "" if is_made_by_machine(found) else found,
            self.made_title,
            found,
            self.given,
        )
        return next(name for name in names if name)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMedia:
    """What somebody adds."""

    user_id: int
    origin: Origin
    given: str
    link: str | None = None
    parent_id: int | None = None
    wanted: Wanted = "audio"
    title: str | None = None
    language: str | None = None
    speaker_count: int | None = None
    found: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class MediaFile:
    """One file of a recording: where its bytes are, and what they are by their content."""

    role: str
    sha256: str
    size_bytes: int
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFilter:
    """Which recordings are listed; what is None or empty does not matter."""

    query: str | None = None  # words of the title
    tag: str | None = None
    speaker: str | None = None
    origin: Origin | None = None
    parent_id: int | None = None
    job_states: Sequence[str] = ()
    added_since: datetime | None = None
    added_until: datetime | None = None
    in_trash: bool = False
    with_duplicates: bool = False
    with_lists: bool = True


_COLUMNS = """m.id, m.user_id, m.item_id, m.job_id, m.parent_id, m.origin, m.link, m.given, m.wanted,
    m.title AS own_title, e.title AS made_title, m.language, m.speaker_count, m.found, m.is_list, m.duration_ms,
    m.has_video, m.duplicate_of, m.added_at, m.deleted_at"""
_FROM = "media m LEFT JOIN enrichments e ON e.media_id = m.id"


def add_media(db: Connection, new: NewMedia) -> tuple[int, bool]:
    """Add a recording; its number, and False when the person has one by that link already, which then is meant."""
    added = db.execute(
        text("""
            INSERT INTO media (user_id, origin, given, link, parent_id, wanted, title, language, speaker_count, found)
            VALUES (:user_id, :origin, :given, :link, :parent_id, :wanted, :title, :language, :speaker_count, :found)
            ON CONFLICT (user_id, link) WHERE link IS NOT NULL AND deleted_at IS NULL DO NOTHING RETURNING id
        """),
        {
            "user_id": new.user_id,
            "origin": new.origin,
            "given": new.given,
            "link": new.link,
            "parent_id": new.parent_id,
            "wanted": new.wanted,
            "title": new.title,
            "language": new.language,
            "speaker_count": new.speaker_count,
            "found": jsonb(dict(new.found)),
        },
    ).scalar()
    if added is not None:
        return added, True
    assert new.link is not None, "only links are in an archive once"
    known = media_with_link(db, new.user_id, new.link)
    assert known is not None, "its row was in the way"
    return known, False


def media_with_id(db: Connection, media_id: int, user_id: int, *, in_trash: bool = False) -> Media:
    """Somebody's recording; raises NotFound for another's, and for one in the trash unless that is asked for."""
    row = db.execute(
        text(f"""
            SELECT {_COLUMNS} FROM {_FROM}
            WHERE m.id = :id AND m.user_id = :user AND (m.deleted_at IS NOT NULL) = :in_trash
        """),
        {"id": media_id, "user": user_id, "in_trash": in_trash},
    ).first()
    if row is None:
        where = " in your trash" if in_trash else ""
        raise NotFound(
            f"There is no recording {media_id}{where}: it may have been deleted, or be somebody else's.",
            among="recordings",
        )
    return _media(row)


def media_of_job(db: Connection, media_id: int) -> Media | None:
    """A recording for who works on it; None when it was deleted meanwhile."""
    row = db.execute(
        text(f"SELECT {_COLUMNS} FROM {_FROM} WHERE m.id = :id AND m.deleted_at IS NULL"), {"id": media_id}
    ).first()
    return _media(row) if row is not None else None


def media_with_link(db: Connection, user_id: int, link: str) -> int | None:
    """Somebody's recording by its canonical link, unless it is in the trash."""
    return db.execute(
        text("SELECT id FROM media WHERE user_id = :user AND link = :link AND deleted_at IS NULL"),
        {"user": user_id, "link": link},
    ).scalar()


def media_with_ids(db: Connection, media_ids: Sequence[int], user_id: int) -> dict[int, Media]:
    """Those of the recordings that are this person's and not in the trash, by number."""
    rows = db.execute(
        text(f"""
            SELECT {_COLUMNS} FROM {_FROM}
            WHERE m.id = ANY(:ids) AND m.user_id = :user AND m.deleted_at IS NULL
        """),
        {"ids": list(media_ids), "user": user_id},
    )
    return {row.id: _media(row) for row in rows}


def media_of_item(db: Connection, user_id: int, item_id: int) -> list[Media]:
    """Somebody's recordings that are shown as this item, the newest first."""
    rows = db.execute(
        text(f"""
            SELECT {_COLUMNS} FROM {_FROM}
            WHERE m.item_id = :item AND m.user_id = :user AND m.deleted_at IS NULL AND m.duplicate_of IS NULL
            ORDER BY m.id DESC LIMIT 50
        """),
        {"item": item_id, "user": user_id},
    )
    return [_media(row) for row in rows]


def list_media(
    db: Connection,
    user_id: int,
    which: MediaFilter | None = None,
    *,
    before: int | None = None,
    limit: int = 50,
) -> list[Media]:
    """Somebody's recordings, the newest first, from those numbered below `before`."""
    conditions, given = _conditions(which or MediaFilter())
    if before is not None:
        conditions.append("m.id < :before")
    rows = db.execute(
        text(f"""
            SELECT {_COLUMNS} FROM {_FROM} LEFT JOIN jobs j ON j.id = m.job_id
            WHERE m.user_id = :user AND {" AND ".join(conditions)} ORDER BY m.id DESC LIMIT :limit
        """),
        {**given, "user": user_id, "before": before, "limit": limit},
    )
    return [_media(row) for row in rows]


def update_media(db: Connection, media_id: int, **changes: Any) -> None:
    """Write columns of a recording: item_id, job_id, title, language, speaker_count, is_list, duration_ms, has_video,
    duplicate_of; `found` is merged over what was found before.
    """
    found = changes.pop("found", None)
    unknown = set(changes) - _WRITABLE
    if unknown:
        raise ValueError(f"media has no such column to write: {', '.join(sorted(unknown))}")
    parts = [f"{name} = :{name}" for name in changes]
    if found is not None:
        parts.append("found = found || CAST(:found AS jsonb)")
    if parts:
        db.execute(
            text(f"UPDATE media SET {', '.join(parts)} WHERE id = :id"),
            {**changes, "id": media_id} | ({"found": jsonb(dict(found))} if found is not None else {}),
        )


_WRITABLE = frozenset(
    {
        "item_id",
        "job_id",
        "title",
        "language",
        "speaker_count",
        "is_list",
        "duration_ms",
        "has_video",
        "duplicate_of",
    }
)


def put_in_trash(db: Connection, media_id: int, user_id: int) -> None:
    """Put a recording into the trash; raises NotFound."""
    media_with_id(db, media_id, user_id)
    db.execute(text("UPDATE media SET deleted_at = now() WHERE id = :id"), {"id": media_id})


def take_from_trash(db: Connection, media_id: int, user_id: int) -> None:
    """Bring a recording back; raises NotFound."""
    media_with_id(db, media_id, user_id, in_trash=True)
    db.execute(text("UPDATE media SET deleted_at = NULL WHERE id = :id"), {"id": media_id})


def remove_media(db: Connection, media_id: int) -> None:
    """Remove a recording and all that hangs on it, except the item and the blobs."""
    db.execute(text("DELETE FROM media WHERE id = :id"), {"id": media_id})


def trash_before(db: Connection, moment: datetime, limit: int = 100) -> list[int]:
    """Recordings that went into the trash before then."""
    rows = db.execute(
        text("SELECT id FROM media WHERE deleted_at < :moment ORDER BY deleted_at LIMIT :limit"),
        {"moment": moment, "limit": limit},
    )
    return list(rows.scalars())


def put_file(db: Connection, media_id: int, file: MediaFile) -> None:
    """Say which blob is a recording's file of that role, in the place of the one that was."""
    db.execute(
        text("""
            INSERT INTO media_files (media_id, role, sha256, size_bytes, media_type)
            VALUES (:media, :role, :sha256, :size, :type)
            ON CONFLICT (media_id, role) DO UPDATE
            SET sha256 = excluded.sha256, size_bytes = excluded.size_bytes, media_type = excluded.media_type
        """),
        {
            "media": media_id,
            "role": file.role,
            "sha256": file.sha256,
            "size": file.size_bytes,
            "type": file.media_type,
        },
    )


def remove_files(db: Connection, media_id: int, roles: Sequence[str]) -> None:
    """Say that a recording has no files of these roles; the blobs go with the next sweep."""
    db.execute(
        text("DELETE FROM media_files WHERE media_id = :media AND role = ANY(:roles)"),
        {"media": media_id, "roles": list(roles)},
    )


def files_of(db: Connection, media_id: int) -> dict[str, MediaFile]:
    """A recording's files by role."""
    rows = db.execute(
        text("SELECT role, sha256, size_bytes, media_type FROM media_files WHERE media_id = :media"),
        {"media": media_id},
    )
    return {row.role: MediaFile(row.role, row.sha256, row.size_bytes, row.media_type) for row in rows}


def known_blobs(db: Connection) -> list[str]:
    """The blobs that any recording has, in the trash or not."""
    return list(db.execute(text("SELECT DISTINCT sha256 FROM media_files")).scalars())


def blobs_in_use(db: Connection, sha256s: Sequence[str]) -> set[str]:
    """Those of the blobs that some recording still has."""
    rows = db.execute(
        text("SELECT DISTINCT sha256 FROM media_files WHERE sha256 = ANY(:blobs)"), {"blobs": list(sha256s)}
    )
    return set(rows.scalars())


def used_bytes(db: Connection, user_id: int) -> int:
    """How much somebody's recordings take; a file that two of them share counts once."""
    return db.execute(
        text("""
            SELECT coalesce(sum(size_bytes), 0) FROM (
                SELECT DISTINCT ON (f.sha256) f.size_bytes
                FROM media_files f JOIN media m ON m.id = f.media_id WHERE m.user_id = :user
            ) AS each
        """),
        {"user": user_id},
    ).scalar_one()


def steps_done(db: Connection, media_id: int) -> set[str]:
    """The steps that are behind a recording."""
    rows = db.execute(text("SELECT step FROM media_steps WHERE media_id = :media"), {"media": media_id})
    return set(rows.scalars())


def mark_step(db: Connection, media_id: int, step: str, attempt: int, seconds: float) -> None:
    """A step is done; it belongs into the transaction that keeps its result."""
    db.execute(
        text("""
            INSERT INTO media_steps (media_id, step, attempt, seconds) VALUES (:media, :step, :attempt, :seconds)
            ON CONFLICT (media_id, step) DO UPDATE
            SET attempt = excluded.attempt, seconds = excluded.seconds, finished_at = now()
        """),
        {"media": media_id, "step": step, "attempt": attempt, "seconds": seconds},
    )


def forget_steps(db: Connection, media_id: int, steps: Sequence[str]) -> None:
    """These steps are to be done again."""
    db.execute(
        text("DELETE FROM media_steps WHERE media_id = :media AND step = ANY(:steps)"),
        {"media": media_id, "steps": list(steps)},
    )


def _conditions(which: MediaFilter) -> tuple[list[str], dict[str, Any]]:
    given: dict[str, Any] = {}
    conditions = [f"m.deleted_at IS {'NOT ' if which.in_trash else ''}NULL"]
    for value, name, condition in (
        (which.origin, "origin", "m.origin = :origin"),
        (which.parent_id, "parent", "m.parent_id = :parent"),
        (list(which.job_states) or None, "states", "j.state = ANY(:states)"),
        (which.added_since, "since", "m.added_at >= :since"),
        (which.added_until, "until", "m.added_at < :until"),
        (
            which.query,
            "words",
            # Also what is still being typed: a search that waits for whole words finds nothing until the last letter.
            "(to_tsvector('mediatheque', concat_ws(' ', m.title, m.found->>'title', e.title, m.given))"
            " @@ plainto_tsquery('mediatheque', :words) OR position(lower(:words) IN"
            " lower(concat_ws(' ', m.title, m.found->>'title', e.title, m.given))) > 0)",
        ),
        (
            which.tag,
            "tag",
            "EXISTS (SELECT FROM media_tags mt JOIN tags t ON t.id = mt.tag_id"
            " WHERE mt.media_id = m.id AND NOT mt.is_removed AND lower(t.name) = lower(:tag))",
        ),
        (
            which.speaker,
            "speaker",
            "EXISTS (SELECT FROM media_speakers ms JOIN voices v ON v.id = ms.voice_id"
            " WHERE ms.media_id = m.id AND lower(v.name) = lower(:speaker))",
        ),
    ):
        if value is not None:
            conditions.append(condition)
            given[name] = value
    if not which.with_duplicates:
        conditions.append("m.duplicate_of IS NULL")
    if not which.with_lists:
        conditions.append("NOT m.is_list")
    return conditions, given


def _media(row: Any) -> Media:
    return Media(**row._mapping)  # pyright: ignore[reportPrivateUsage]  SQLAlchemy's public way to the columns

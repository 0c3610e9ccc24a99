"""Tags: a person's own words for what a recording is about; a machine may propose, and a person's no stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from sqlalchemy import Connection, text

from mediatheque.kit.errors import Invalid
from mediatheque.kit.wire import storable_text

#: Characters of a tag.
LONGEST_TAG = 64


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag of a recording, and whose word it is."""

    name: str
    by: Literal["person", "machine"]


@dataclass(frozen=True, slots=True)
class UsedTag:
    """A tag of somebody's archive, and how many of its recordings carry it."""

    name: str
    count: int


def tag_name(written: str) -> str:
    """A tag as it is kept: one space between words, none around; raises Invalid when that leaves nothing or too much."""
    name = " ".join(storable_text(written).split())
    if not name or len(name) > LONGEST_TAG:
        raise Invalid(f"'{name[:80]}' is no tag: write 1 to {LONGEST_TAG} characters")
    return name


def tags_of(db: Connection, user_id: int, media_id: int) -> list[Tag]:
    """The tags of a person's recording: their own, then the machine's, by name."""
    return tags_of_each(db, user_id, [media_id]).get(media_id, [])


def tags_of_each(db: Connection, user_id: int, media_ids: Sequence[int]) -> dict[int, list[Tag]]:
    """The tags of those recordings that are the person's and have some, as `tags_of`."""
    rows = db.execute(
        text("""
            SELECT mt.media_id, t.name, mt.by FROM media_tags mt
            JOIN tags t ON t.id = mt.tag_id JOIN media m ON m.id = mt.media_id
            WHERE mt.media_id = ANY(:ids) AND m.user_id = :user AND m.deleted_at IS NULL AND NOT mt.is_removed
            ORDER BY mt.media_id, mt.by DESC, lower(t.name)
        """),
        {"ids": list(media_ids), "user": user_id},
    )
    found: dict[int, list[Tag]] = {}
    for row in rows:
        found.setdefault(row.media_id, []).append(Tag(row.name, cast("Literal['person', 'machine']", row.by)))
    return found


def all_tags(db: Connection, user_id: int) -> list[UsedTag]:
    """Every tag that a recording of this person carries, the most used first."""
    rows = db.execute(
        text("""
            SELECT t.name, count(*) AS n FROM tags t
            JOIN media_tags mt ON mt.tag_id = t.id AND NOT mt.is_removed
            JOIN media m ON m.id = mt.media_id AND m.deleted_at IS NULL
            WHERE t.user_id = :user GROUP BY t.id ORDER BY n DESC, lower(t.name)
        """),
        {"user": user_id},
    )
    return [UsedTag(row.name, row.n) for row in rows]


def tags_elsewhere(db: Connection, media_id: int) -> list[str]:
    """The tags that other recordings of the same archive carry, the most used first: for who looks for tags that fit."""
    rows = db.execute(
        text("""
            SELECT t.name FROM media this
            JOIN tags t ON t.user_id = this.user_id
            JOIN media_tags mt ON mt.tag_id = t.id AND NOT mt.is_removed AND (mt.media_id <> this.id OR mt.by = 'person')
            JOIN media m ON m.id = mt.media_id AND m.deleted_at IS NULL
            WHERE this.id = :media GROUP BY t.id ORDER BY count(*) DESC, lower(t.name)
        """),
        {"media": media_id},
    )
    return list(rows.scalars())


def set_persons_tags(
    db: Connection, user_id: int, media_id: int, *, add: Iterable[str] = (), remove: Iterable[str] = ()
) -> None:
    """Put tags on a person's recording and take others off, for good: no machine puts those back.

    Does nothing to a recording that is not theirs or in the trash. Raises Invalid for what is no tag.
    """
    added, removed = _each_once(add), _each_once(remove)
    is_theirs = db.execute(
        text("SELECT FROM media WHERE id = :media AND user_id = :user AND deleted_at IS NULL FOR KEY SHARE"),
        {"media": media_id, "user": user_id},
    ).first()
    if is_theirs is None:
        return
    _add_names(db, media_id, added)
    db.execute(
        text("""
            INSERT INTO media_tags (media_id, tag_id, by, is_removed)
            SELECT m.id, t.id, 'person', false FROM media m JOIN tags t ON t.user_id = m.user_id
            WHERE m.id = :media
                AND lower(t.name) IN (SELECT lower(name) FROM unnest(CAST(:names AS text[])) AS name)
            ORDER BY t.id
            ON CONFLICT (media_id, tag_id) DO UPDATE SET by = 'person', is_removed = false
        """),
        {"media": media_id, "names": added},
    )
    db.execute(
        text("""
            UPDATE media_tags mt SET by = 'person', is_removed = true FROM tags t
            WHERE mt.media_id = :media AND t.id = mt.tag_id
                AND lower(t.name) IN (SELECT lower(name) FROM unnest(CAST(:names AS text[])) AS name)
        """),
        {"media": media_id, "names": removed},
    )


def save_machine_tags(db: Connection, media_id: int, names: Iterable[str]) -> None:
    """Keep these as what the machine proposes, in the place of what it had; a person's yes and no stay as they are."""
    proposed = _each_once(names)
    db.execute(text("DELETE FROM media_tags WHERE media_id = :media AND by = 'machine'"), {"media": media_id})
    _add_names(db, media_id, proposed)
    db.execute(
        text("""
            INSERT INTO media_tags (media_id, tag_id, by)
            SELECT m.id, t.id, 'machine' FROM media m JOIN tags t ON t.user_id = m.user_id
            WHERE m.id = :media
                AND lower(t.name) IN (SELECT lower(name) FROM unnest(CAST(:names AS text[])) AS name)
            ORDER BY t.id
            ON CONFLICT (media_id, tag_id) DO NOTHING
        """),
        {"media": media_id, "names": proposed},
    )


def _each_once(names: Iterable[str]) -> list[str]:
    """In the order of the alphabet, so that two writers never wait for each other in a circle."""
    by_lower: dict[str, str] = {}
    for name in map(tag_name, names):
        by_lower.setdefault(name.lower(), name)
    return [by_lower[lower] for lower in sorted(by_lower)]


def _add_names(db: Connection, media_id: int, names: Sequence[str]) -> None:
    # As written first: "Jazz" stays "Jazz" when somebody writes "jazz" later.
    db.execute(
        text("""
            INSERT INTO tags (user_id, name)
            SELECT m.user_id, name FROM media m, unnest(CAST(:names AS text[])) WITH ORDINALITY AS given (name, n)
            WHERE m.id = :media ORDER BY n
            ON CONFLICT DO NOTHING
        """),
        {"media": media_id, "names": list(names)},
    )

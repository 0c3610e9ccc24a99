"""What a recording takes over from another that is the same: what people said of that one and nobody of this one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, text

from mediatheque.archive.correspondence import corresponding, speakers_that_correspond
from mediatheque.archive.queries.media import Media, update_media
from mediatheque.archive.queries.pairs import pair_that_merged, standing_answer, write_answer
from mediatheque.archive.queries.transcript import lines_of

_FOUND: Final = ("title", "by", "published_at", "description", "language")
_OWN: Final = ("title", "language", "speaker_count")


def take_over(db: Connection, kept: Media, gone: Media, shift_ms: int) -> dict[str, Any]:
    """Give `kept` what it lacks of `gone`; what was given, as JSON, for `give_back`.

    That is its title, link, facts from its page, tags, corrections and named speakers. The times of `gone` plus `shift_ms`
    are those of `kept`. `gone` is in the trash already: a link is in an archive once. Nothing that `kept` has is changed.
    """
    return {
        "kept": kept.id,
        "gone": gone.id,
        "own": _take_own(db, kept, gone),
        "link": _take_link(db, kept, gone),
        "found": _take_found(db, kept, gone),
        "tags": _take_tags(db, kept.id, gone.id),
        "corrections": _take_corrections(db, kept.id, gone.id, shift_ms),
        "speakers": _take_names(db, kept.id, gone.id, shift_ms),
    }


def hand_duplicates_over(db: Connection, kept_id: int, gone_id: int) -> list[int]:
    """What was found to be the same as `gone` is the same as `kept`; which recordings that are."""
    rows = db.execute(
        text("""
            UPDATE media SET duplicate_of = :kept WHERE duplicate_of = :gone AND id <> :kept RETURNING id
        """),
        {"kept": kept_id, "gone": gone_id},
    )
    return sorted(rows.scalars())


def forget_duplicates(db: Connection, media_id: int) -> None:
    """Forget what was given and found to be the same as this recording, which goes into the trash.

    Of those nothing is kept but that they were given; who gives such a link again means to have it.
    """
    db.execute(
        text("DELETE FROM media WHERE duplicate_of = :media AND deleted_at IS NULL"), {"media": media_id}
    )


def part(db: Connection, user_id: int, gone_id: int) -> Mapping[str, Any] | None:
    """Undo the answer by which a recording went into the trash, where it still is: the question is open again.

    What `take_over` told then; None when it did not go by an answer.
    """
    pair_id = pair_that_merged(db, user_id, gone_id)
    if pair_id is None:
        return None
    _, taken = standing_answer(db, pair_id)
    assert taken is not None, "what went by an answer left word of what was taken over"
    give_back(db, taken)
    update_media(db, gone_id, duplicate_of=None)
    write_answer(db, pair_id, None)
    return taken


def is_text_changed(taken: Mapping[str, Any]) -> bool:
    """Whether the lines or speakers of the one that stays are others than before: its passages are to be made anew."""
    return bool(taken["corrections"] or taken["speakers"])


def give_back(db: Connection, taken: Mapping[str, Any]) -> None:
    """Undo `take_over`, except for what a person has changed since; `gone` is still in the trash."""
    kept = {"media": taken["kept"]}
    if taken["own"]:
        for name in _OWN:
            if name in taken["own"]:
                db.execute(
                    text(
                        f"UPDATE media SET {name} = NULL WHERE id = :media AND {name}::text = CAST(:was AS text)"
                    ),
                    kept | {"was": str(taken["own"][name])},
                )
    if taken["link"]:
        db.execute(
            text("UPDATE media SET link = NULL WHERE id = :media AND link = :link"),
            kept | {"link": taken["link"]},
        )
    db.execute(
        text("UPDATE media SET found = found - CAST(:names AS text[]) WHERE id = :media"),
        kept | {"names": taken["found"]},
    )
    db.execute(
        text("""
            DELETE FROM media_tags WHERE media_id = :media AND tag_id = ANY(:tags) AND by = 'person' AND NOT is_removed
        """),
        kept | {"tags": taken["tags"]},
    )
    db.execute(
        text("DELETE FROM line_corrections WHERE media_id = :media AND id = ANY(:ids)"),
        kept | {"ids": taken["corrections"]},
    )
    for number, voice_id, before, named_by in taken["speakers"]:
        db.execute(
            text("""
                UPDATE media_speakers SET named_by = CASE WHEN v.id IS NOT NULL THEN :by END, voice_id = v.id
                FROM (SELECT (SELECT id FROM voices WHERE id = :before) AS id) AS v
                WHERE media_id = :media AND number = :number AND voice_id = :voice
            """),
            kept | {"number": number, "voice": voice_id, "before": before, "by": named_by},
        )
    db.execute(
        text("UPDATE media SET duplicate_of = :gone WHERE id = ANY(:ids) AND duplicate_of = :kept"),
        {"gone": taken["gone"], "ids": taken["duplicates"], "kept": taken["kept"]},
    )


def _take_own(db: Connection, kept: Media, gone: Media) -> dict[str, Any]:
    """What a person said of it as a whole."""
    has = {"title": kept.own_title, "language": kept.language, "speaker_count": kept.speaker_count}
    theirs = {"title": gone.own_title, "language": gone.language, "speaker_count": gone.speaker_count}
    changes = {name: theirs[name] for name in _OWN if has[name] is None and theirs[name] is not None}
    update_media(db, kept.id, **changes)
    return changes


def _take_link(db: Connection, kept: Media, gone: Media) -> str | None:
    if kept.link is not None or gone.link is None:
        return None
    # Unless somebody has added the link once more meanwhile.
    return db.execute(
        text("""
            UPDATE media m SET link = :link WHERE m.id = :media AND NOT EXISTS (
                SELECT FROM media o WHERE o.user_id = m.user_id AND o.link = :link AND o.deleted_at IS NULL)
            RETURNING link
        """),
        {"media": kept.id, "link": gone.link},
    ).scalar()


def _take_found(db: Connection, kept: Media, gone: Media) -> list[str]:
    taken = {name: gone.found[name] for name in _FOUND if gone.found.get(name) and not kept.found.get(name)}
    if taken:
        update_media(db, kept.id, found=taken)
    return sorted(taken)


def _take_tags(db: Connection, kept_id: int, gone_id: int) -> list[int]:
    rows = db.execute(
        text("""
            INSERT INTO media_tags (media_id, tag_id, by)
            SELECT :kept, tag_id, 'person' FROM media_tags
            WHERE media_id = :gone AND by = 'person' AND NOT is_removed ORDER BY tag_id
            ON CONFLICT (media_id, tag_id) DO NOTHING RETURNING tag_id
        """),
        {"kept": kept_id, "gone": gone_id},
    )
    return sorted(rows.scalars())


def _take_corrections(db: Connection, kept_id: int, gone_id: int, shift_ms: int) -> list[int]:
    """The corrections of lines that both have; what was corrected in `kept` stays as it is."""
    theirs = [line for line in lines_of(db, gone_id, with_struck_out=True) if line.is_corrected]
    own = lines_of(db, kept_id, with_struck_out=True)
    corrected = {line.start_ms for line in own if line.is_corrected}
    added: list[int] = []
    for line in theirs:
        same = corresponding(line, own, shift_ms)
        if same is None or same.start_ms in corrected:
            continue
        corrected.add(same.start_ms)
        added.append(
            db.execute(
                text("""
                    INSERT INTO line_corrections (media_id, start_ms, text) VALUES (:media, :start, :text) RETURNING id
                """),
                {"media": kept_id, "start": same.start_ms, "text": line.text},
            ).scalar_one()
        )
    return added


def _take_names(db: Connection, kept_id: int, gone_id: int, shift_ms: int) -> list[list[Any]]:
    """The names that a person gave, for speakers whom nobody named in `kept`: [number, voice, voice before, by whom]."""
    named = db.execute(
        text("""
            SELECT number, voice_id FROM media_speakers
            WHERE media_id = :gone AND named_by = 'person' AND voice_id IS NOT NULL ORDER BY number
        """),
        {"gone": gone_id},
    ).all()
    if not named:
        return []
    same = speakers_that_correspond(lines_of(db, gone_id), lines_of(db, kept_id), shift_ms)
    taken: list[list[Any]] = []
    for row in named:
        before = db.execute(
            text("""
                SELECT voice_id, named_by FROM media_speakers
                WHERE media_id = :kept AND number = :number AND named_by IS DISTINCT FROM 'person' FOR UPDATE
            """),
            {"kept": kept_id, "number": same.get(row.number)},
        ).first()
        if before is None:
            continue
        db.execute(
            text("""
                UPDATE media_speakers SET voice_id = :voice, named_by = 'person'
                WHERE media_id = :kept AND number = :number
            """),
            {"kept": kept_id, "number": same[row.number], "voice": row.voice_id},
        )
        taken.append([same[row.number], row.voice_id, before.voice_id, before.named_by])
    return taken

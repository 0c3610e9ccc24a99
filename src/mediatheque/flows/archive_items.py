"""What a recording is shown as: an item with what is known of it, beside films and books."""

from __future__ import annotations

from datetime import datetime

from mediatheque.archive.queries.enrichment import enrichment_of
from mediatheque.archive.queries.items import (
    item_by_external_id,
    item_standing,
    remove_item_of_archive,
)
from mediatheque.archive.queries.media import Media, media_of_job, update_media
from mediatheque.kit.database import Connection
from mediatheque.kit.links import canonical
from mediatheque.library.queries.items import NewItem, add_items, save_works
from mediatheque.resolve.normalise import title_key
from mediatheque.vocabulary import Credit, Kind, Role, Work

_LONGEST_DESCRIPTION = 4_000
#: Sites whose videos other exports name by the same id.
_SCHEMES = frozenset({"youtube"})


def refresh_item(db: Connection, media_id: int) -> int | None:
    """See to it that a recording has an item that says what is known of it; its number, None of what has none.

    A video that its owner's history knows already becomes that item, which is left as it is.
    """
    media = media_of_job(db, media_id)
    if media is None or media.is_list or media.duplicate_of is not None:
        return None
    work = work_of(db, media)
    item_id = media.item_id
    if item_id is not None and (standing := item_standing(db, item_id, media.user_id)) is not None:
        if standing.merged_into is not None:
            update_media(db, media_id, item_id=standing.merged_into)
            return standing.merged_into
        if standing.is_own and not standing.has_mentions:
            save_works(db, {item_id: (work, _keys(work))})
        return item_id
    item_id = _known(db, media, work)
    if item_id is None:
        (item_id,) = add_items(db, [NewItem(work=work, title_keys=_keys(work), owner_id=media.user_id)])
    update_media(db, media_id, item_id=item_id)
    return item_id


def forget_item(db: Connection, media: Media) -> None:
    """A recording is no longer shown as its item, which goes when nothing else speaks of it."""
    if media.item_id is None:
        return
    update_media(db, media.id, item_id=None)
    remove_item_of_archive(db, media.item_id, media.user_id)


def work_of(db: Connection, media: Media) -> Work:
    """What a recording is, as the library says it of any work."""
    enriched = enrichment_of(db, media.user_id, media.id)
    found = media.found
    summary = enriched.summary if enriched is not None else ""
    by = found.get("by")
    return Work(
        kind=Kind.VIDEO if media.has_video else Kind.AUDIO,
        title=media.title,
        year=_year(found.get("published_at")),
        language=_language(media.language or found.get("language")),
        credits=(Credit(str(by), Role.CHANNEL),) if by else (),
        runtime_minutes=round(media.duration_ms / 60_000, 1) if media.duration_ms else None,
        description=(summary or str(found.get("description") or ""))[:_LONGEST_DESCRIPTION] or None,
        url=media.link,
        external_ids=_external_ids(media),
    )


def _known(db: Connection, media: Media, work: Work) -> int | None:
    for scheme, value in work.external_ids.items():
        if (item_id := item_by_external_id(db, scheme, value, media.user_id)) is not None:
            return item_id
    return None


def _external_ids(media: Media) -> dict[str, str]:
    if media.link is None:
        return {}
    link = canonical(media.link)
    return {link.site: link.id} if link.site in _SCHEMES and link.id else {}


def _keys(work: Work) -> tuple[str, ...]:
    key = title_key(work.title)
    return (key,) if key else ()


def _year(published_at: object) -> int | None:
    try:
        return datetime.fromisoformat(str(published_at)).year
    except ValueError:
        return None


def _language(code: object) -> str | None:
    """Of "en-GB", the language."""
    written = str(code or "").replace("_", "-").partition("-")[0].lower()
    return written if written.isalpha() and len(written) <= 3 else None

"""Which passages are searched: whose voice, in which recordings, from where and from when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from mediatheque.library.queries.items import ItemFilter
from mediatheque.vocabulary import Kind

#: How recordings are added.
ORIGINS = ("link", "file", "recording", "folder")
_Days = tuple[date | None, date | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageFilter:
    """Which passages of all that are the viewer's; empty fields filter nothing, of several any will do."""

    media_ids: tuple[int, ...] = ()
    speakers: tuple[str, ...] = ()  # names; with `media_ids` also numbers in those recordings
    tags: tuple[str, ...] = ()
    added_since: datetime | None = None
    added_until: datetime | None = None  # not included
    published_since: datetime | None = None  # by the day
    published_until: datetime | None = None
    origins: tuple[str, ...] = ()  # link, file, recording, folder
    sources: tuple[str, ...] = ()  # where a link leads, or that of its feed: "youtube", "example.org"
    languages: tuple[str, ...] = ()  # ISO 639-1
    kinds: tuple[Kind, ...] = ()
    item: ItemFilter | None = None  # what the recording is shown as

    @property
    def is_of_recordings(self) -> bool:
        """Whether something is asked that only recordings have, and other items do not."""
        return self != PassageFilter(item=self.item, kinds=self.kinds, languages=self.languages)


def passage_filter(
    *,
    media_ids: Iterable[int] = (),
    speakers: Iterable[str] = (),
    tags: Iterable[str] = (),
    sources: Iterable[str] = (),
    added: _Days = (None, None),
    published: _Days = (None, None),
    item: ItemFilter | None = None,
) -> PassageFilter:
    """The filter as a person says it: `sources` are sites and ways of adding, days are UTC's, the last one included."""
    sources = tuple(source.strip().lower() for source in sources)
    return PassageFilter(
        media_ids=tuple(media_ids),
        speakers=tuple(speakers),
        tags=tuple(tag.strip() for tag in tags),
        origins=tuple(source for source in sources if source in ORIGINS),
        sources=tuple(source for source in sources if source not in ORIGINS),
        added_since=_midnight(added[0]),
        added_until=_midnight(added[1], days=1),
        published_since=_midnight(published[0]),
        published_until=_midnight(published[1], days=1),
        item=item,
    )


def _midnight(day: date | None, *, days: int = 0) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(min(day, date.max - timedelta(days=1)) + timedelta(days=days), time(), UTC)

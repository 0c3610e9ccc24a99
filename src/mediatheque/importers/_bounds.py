"""What a record may hold at most: a row beyond it is rejected in words, and never spoils the rows around it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from mediatheque.vocabulary import Record, Rejected, Row, Work

# An index of PostgreSQL takes 2,704 bytes of a row, so this much of a text in any script.
_LONGEST_NAME = 600  # characters: of a person, a genre, an id
_LONGEST_TITLE = 1_000
_LONGEST_TEXT = 100_000
_LONGEST_LANGUAGE = 8
_LONGEST_SCHEME = 32
_LONGEST_KEY = 2_000
_MOST_NAMED = 500
_LARGEST = 2**31 - 1
_LARGEST_FRACTION = 1e30
_FIRST_YEAR, _LAST_YEAR = -4000, 2200  # of works
_EARLIEST, _LATEST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)


def bounded(rows: Iterator[Row]) -> Iterator[Row]:
    """The rows, those beyond the bounds rejected."""
    for row in rows:
        why = problem_with(row) if isinstance(row, Record) else None
        yield row if why is None else Rejected(row.where, why)


def problem_with(record: Record) -> str | None:
    """Why a record cannot be kept, in words; None: it can."""
    if len(record.key) > _LONGEST_KEY:
        return f"has an id of more than {_LONGEST_KEY:,} characters"
    if record.work is not None:
        said = _problem_with_numbers(record.work) or _problem_with_texts(record.work)
        if said is not None:
            return said
    for event in record.events:
        if event.value is not None and not -_LARGEST <= event.value <= _LARGEST:
            return f"has the value {event.value:g}"
        if event.at is not None and not _EARLIEST <= event.at <= _LATEST:
            return f"is of the year {event.at.year}"
    return None


def _problem_with_numbers(work: Work) -> str | None:
    if work.year is not None and not _FIRST_YEAR <= work.year <= _LAST_YEAR:
        return f"is of the year {work.year}"
    if work.average_rating is not None and not 0.5 <= work.average_rating <= 5:
        return f"has an average rating of {work.average_rating:g}, not 0.5 to 5"
    if work.minimum_age is not None and not 0 <= work.minimum_age <= 21:
        return f"is for people of {work.minimum_age} years, not 0 to 21"
    for number in (work.season, work.episode, work.pages, work.rating_count):
        if number is not None and not 0 <= number <= _LARGEST:
            return f"has the number {number} where a season, an episode or a count stands"
    for number in (work.popularity, work.runtime_minutes, work.series_position):
        if number is not None and not -_LARGEST_FRACTION <= number <= _LARGEST_FRACTION:
            return f"has the number {number:g} where a popularity, a length or a place in a series stands"
    return None


def _problem_with_texts(work: Work) -> str | None:
    for text in (work.title, work.original_title, work.series_title, work.season_title):
        if text is not None and len(text) > _LONGEST_TITLE:
            return _too_long(text, _LONGEST_TITLE)
    for text in (work.description, work.url, work.image_url):
        if text is not None and len(text) > _LONGEST_TEXT:
            return _too_long(text, _LONGEST_TEXT)
    if work.series is not None and len(work.series) > _LONGEST_NAME:
        return _too_long(work.series, _LONGEST_NAME)
    if work.language is not None and len(work.language) > _LONGEST_LANGUAGE:
        return _too_long(work.language, _LONGEST_LANGUAGE)
    for scheme, value in work.external_ids.items():
        if len(scheme) > _LONGEST_SCHEME or len(value) > _LONGEST_NAME:
            return _too_long(f"{scheme} {value}", _LONGEST_NAME)
    if work.alternative_titles or work.genres or work.services or work.credits or work.based_on:
        return _problem_with_lists(work)
    return None


def _problem_with_lists(work: Work) -> str | None:
    lists = (work.alternative_titles, work.genres, work.services, work.credits, work.based_on)
    if max(map(len, lists)) > _MOST_NAMED:
        return f"names more than {_MOST_NAMED} people, titles or genres"
    names = (
        *work.genres,
        *work.services,
        *(c.name for c in work.credits),
        *(o.author for o in work.based_on),
    )
    others = (
        *work.alternative_titles,
        *(c.character or "" for c in work.credits),
        *(o.title or "" for o in work.based_on),
    )
    for texts, longest in ((names, _LONGEST_NAME), (others, _LONGEST_TITLE)):
        for text in texts:
            if len(text) > longest:
                return _too_long(text, longest)
    return None


def _too_long(text: str, longest: int) -> str:
    return f"holds “{text[:20]} …”, which is longer than {longest:,} characters"

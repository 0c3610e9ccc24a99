"""Every line of the bundled catalogue is whole, plausible and told apart from every other."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

import pytest

from mediatheque.enrich import reading
from mediatheque.enrich.genres import GENRES
from mediatheque.enrich.sources import starter
from mediatheque.enrich.sources.starter import Entry
from mediatheque.kit.title_keys import title_key
from mediatheque.resolve.normalise import title_keys
from mediatheque.vocabulary import Claim, Kind, Role

LANGUAGES = frozenset(
    [
        "aa",
        "ab",
        "ae",
        "af",
        "ak",
        "am",
        "an",
        "ar",
        "as",
        "av",
        "ay",
        "az",
        "ba",
        "be",
        "bg",
        "bh",
        "bi",
        "bm",
        "bn",
        "bo",
        "br",
        "bs",
        "ca",
        "ce",
        "ch",
        "co",
        "cr",
        "cs",
        "cu",
        "cv",
        "cy",
        "da",
        "de",
        "dv",
        "dz",
        "ee",
        "el",
        "en",
        "eo",
        "es",
        "et",
        "eu",
        "fa",
        "ff",
        "fi",
        "fj",
        "fo",
        "fr",
        "fy",
        "ga",
        "gd",
        "gl",
        "gn",
        "gu",
        "gv",
        "ha",
        "he",
        "hi",
        "ho",
        "hr",
        "ht",
        "hu",
        "hy",
        "hz",
        "ia",
        "id",
        "ie",
        "ig",
        "ii",
        "ik",
        "io",
        "is",
        "it",
        "iu",
        "ja",
        "jv",
        "ka",
        "kg",
        "ki",
        "kj",
        "kk",
        "kl",
        "km",
        "kn",
        "ko",
        "kr",
        "ks",
        "ku",
        "kv",
        "kw",
        "ky",
        "la",
        "lb",
        "lg",
        "li",
        "ln",
        "lo",
        "lt",
        "lu",
        "lv",
        "mg",
        "mh",
        "mi",
        "mk",
        "ml",
        "mn",
        "mr",
        "ms",
        "mt",
        "my",
        "na",
        "nb",
        "nd",
        "ne",
        "ng",
        "nl",
        "nn",
        "no",
        "nr",
        "nv",
        "ny",
        "oc",
        "oj",
        "om",
        "or",
        "os",
        "pa",
        "pi",
        "pl",
        "ps",
        "pt",
        "qu",
        "rm",
        "rn",
        "ro",
        "ru",
        "rw",
        "sa",
        "sc",
        "sd",
        "se",
        "sg",
        "si",
        "sk",
        "sl",
        "sm",
        "sn",
        "so",
        "sq",
        "sr",
        "ss",
        "st",
        "su",
        "sv",
        "sw",
        "ta",
        "te",
        "tg",
        "th",
        "ti",
        "tk",
        "tl",
        "tn",
        "to",
        "tr",
        "ts",
        "tt",
        "tw",
        "ty",
        "ug",
        "uk",
        "ur",
        "uz",
        "ve",
        "vi",
        "vo",
        "wa",
        "wo",
        "xh",
        "yi",
        "yo",
        "za",
        "zh",
        "zu",
    ]
)
FIELDS_OF_ALL = {
    "kind", "slug", "title", "original_title", "alternative_titles", "year", "language", "genres", "ids",
    "description",
}  # fmt: skip
FIELDS = {
    "film": FIELDS_OF_ALL | {"directors", "cast", "runtime_minutes", "based_on", "series", "series_position"},
    "show": FIELDS_OF_ALL
    | {"creators", "directors", "cast", "runtime_minutes", "seasons", "based_on", "series"},
    "book": FIELDS_OF_ALL | {"authors", "pages", "series", "series_position"},
}
FIRST_YEAR = {"film": 1888, "show": 1936, "book": -2200}
LAST_YEAR = 2026
IDS = {
    "imdb": r"tt\d{7,9}",
    "tmdb": r"\d{1,8}",
    "tvdb": r"\d{1,8}",
    "wikidata": r"Q\d{1,10}",
    "open_library": r"OL\d{1,12}W",
    "goodreads": r"\d{1,12}",
    "isbn13": r"97[89]\d{10}",
}


def entries() -> list[Entry]:
    return list(starter.entries())


def problems(said: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with one entry, in words for whoever wrote it."""
    kind = said.get("kind")
    if kind not in FIELDS:
        yield f"kind {kind!r} is not film, show or book"
        return
    for field in said.keys() - FIELDS[kind]:
        yield f"a {kind} has no field {field!r}"
    year, language = said.get("year"), said.get("language")
    is_undated = kind == "book" and "year" not in said  # nobody knows an epic's year
    if not is_undated and (not isinstance(year, int) or not FIRST_YEAR[kind] <= year <= LAST_YEAR):
        yield f"year {year!r} is not plausible for a {kind}"
    # Left out where there is none: a film without words, one in many languages, Akkadian.
    if "language" in said and language not in LANGUAGES:
        yield f"language {language!r} is no ISO 639-1 code"
    yield from text_problems(said)
    yield from genre_problems(said)
    yield from number_problems(said)
    yield from id_problems(said)
    yield from connection_problems(said)


def connection_problems(said: Mapping[str, Any]) -> Iterator[str]:
    if "series" in said and reading.text(said["series"]) != said["series"]:
        yield f"series {said['series']!r} is empty or has stray spaces"
    place = said.get("series_position", 1)
    if (
        not isinstance(place, int)
        or not 1 <= place <= 50
        or ("series_position" in said and "series" not in said)
    ):
        yield f"series_position {place!r} is no place in a series"
    originals = said.get("based_on", [])
    for one in originals if isinstance(originals, list) else [originals]:
        if not isinstance(one, dict) or "author" not in one or not one.keys() <= {"author", "title"}:
            yield f"based_on {one!r} is no author and title"
        elif any(reading.text(value) != value for value in one.values()):
            yield f"based_on {one!r} is empty or has stray spaces"
        elif starter.slug_of(one.get("title", "")) == starter.slug_of(said["title"]):
            yield f"based_on {one!r} repeats the title: leave it out"


def text_problems(said: Mapping[str, Any]) -> Iterator[str]:
    for field in ("title", "original_title"):
        if field in said and reading.text(said[field]) != said[field]:
            yield f"{field} {said[field]!r} is empty or has stray spaces"
    if "title" not in said:
        yield "the title is missing"
    for field in ("alternative_titles", "directors", "creators", "authors", "cast"):
        if field in said and (list(reading.texts(said[field])) != said[field] or not said[field]):
            yield f"{field} {said[field]!r} is not a list of distinct, non-empty names (leave it out if unknown)"
    description = said.get("description")
    if not isinstance(description, str) or not 40 <= len(description) <= 300:
        yield f"the description is not 40–300 characters long: {description!r}"
    elif reading.prose(description) != description or not description.endswith((".", "!", "?")):
        yield f"the description is not plain prose that ends like a sentence: {description!r}"


def genre_problems(said: Mapping[str, Any]) -> Iterator[str]:
    genres = said.get("genres")
    if not isinstance(genres, list) or not 1 <= len(genres) <= 6 or len(set(genres)) != len(genres):
        yield f"genres {genres!r} are not one to six distinct ones"
        return
    for genre in set(genres) - set(GENRES):
        yield f"genre {genre!r} is not one of ours"


def number_problems(said: Mapping[str, Any]) -> Iterator[str]:
    for field, low, high in (("runtime_minutes", 1, 900), ("pages", 8, 5000), ("seasons", 1, 70)):
        value = said.get(field)
        if field in said and (
            not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high
        ):
            yield f"{field} {value!r} is not plausible"


def id_problems(said: Mapping[str, Any]) -> Iterator[str]:
    ids = said.get("ids", {})
    if not isinstance(ids, dict):
        yield f"ids {ids!r} are not an object"
        return
    for scheme, value in ids.items():
        if scheme not in IDS or not isinstance(value, str) or not re.fullmatch(IDS[scheme], value):
            yield f"id {scheme}={value!r} does not have that scheme's form"
        elif scheme == "isbn13" and reading.isbn13(value) != value:
            yield f"the check digit of isbn13 {value} is wrong"


def listing(found: list[str]) -> str:
    return f"{len(found)} problems:\n" + "\n".join(found[:60])


def test_every_line_is_whole_and_plausible() -> None:
    found = [f"{where}: {problem}" for where, said in entries() for problem in problems(said)]
    assert not found, listing(found)


def test_every_line_becomes_a_claim_with_a_key_of_its_own() -> None:
    where_by_key: dict[str, str] = {}
    found: list[str] = []
    for where, said in entries():
        claim = starter.claim_of(said)
        if claim is None:
            found.append(f"{where}: makes no claim")
        elif claim.source_key in where_by_key:
            found.append(
                f"{where}: has the key {claim.source_key} of {where_by_key[claim.source_key]}; "
                'if they are two works, give one a "slug"'
            )
        else:
            where_by_key[claim.source_key] = where
    assert not found, listing(found)


def test_no_work_is_there_twice() -> None:
    claims = [(where, claim) for where, said in entries() if (claim := starter.claim_of(said))]
    found: list[str] = []
    seen: dict[tuple[object, ...], tuple[str, Claim]] = {}
    for where, claim in claims:
        work = claim.work
        titles = {starter.slug_of(title) for title in (work.title, work.original_title or "") if title}
        marks: list[tuple[object, ...]] = [
            (work.kind, scheme, value) for scheme, value in work.external_ids.items()
        ]
        marks += [(work.kind, slug, (work.year or 0) + shift) for slug in titles for shift in (-1, 0, 1)]
        for mark in marks:
            other_where, other = seen.get(mark, (where, claim))
            if other is not claim and (
                (len(mark) == 3 and mark[1] in work.external_ids) or _same(claim, other)
            ):
                found.append(f"{where}: {work.title} ({work.year}) is {other.work.title} of {other_where}")
                break
        else:
            exact: list[tuple[object, ...]] = [(work.kind, slug, work.year) for slug in titles]
            seen |= dict.fromkeys(exact + [m for m in marks if m[1] in work.external_ids], (where, claim))
    assert not found, listing(found)


def _same(one: Claim, other: Claim) -> bool:
    """Works of one title and nearly one year are two only if different people are named for both."""
    mine, theirs = (
        {c.name for c in claim.work.credits if c.role != "cast"} | {c.name for c in claim.work.credits[:1]}
        for claim in (one, other)
    )
    return not mine or not theirs or bool(mine & theirs)


def test_no_description_serves_two_works() -> None:
    where_by_text: dict[str, str] = {}
    found: list[str] = []
    for where, said in entries():
        first = where_by_text.setdefault(str(said.get("description")), where)
        if first != where:
            found.append(f"{where}: has the description of {first}")
    assert not found, listing(found)


def test_series_are_spelt_in_one_way_and_count_each_place_once() -> None:
    spelling: dict[str, str] = {}
    places: dict[tuple[Kind, str, float], str] = {}
    found: list[str] = []
    for where, said in entries():
        claim = starter.claim_of(said)
        if claim is None or claim.work.series is None:
            continue
        series, place = claim.work.series, claim.work.series_position
        if spelling.setdefault(starter.slug_of(series), series) != series:
            found.append(f"{where}: the series {series!r} is spelt otherwise elsewhere")
        if place is not None:
            first = places.setdefault((claim.work.kind, series, place), where)
            if first != where:
                found.append(f"{where}: no. {place:g} of {series} is {first}")
    assert not found, listing(found)


def test_many_films_and_shows_are_made_from_a_book_of_the_catalogue() -> None:
    works = [claim.work for _, said in entries() if (claim := starter.claim_of(said))]
    books = {
        (key, author)
        for book in works
        if book.kind is Kind.BOOK
        for key in title_keys(book)
        for author in book.people(Role.AUTHOR)
    }
    adapted = [work for work in works if work.based_on]
    joined = [
        work
        for work in adapted
        if any(
            (key, original.author) in books
            for original in work.based_on
            for key in ((title_key(original.title),) if original.title else title_keys(work))
        )
    ]
    assert len(adapted) >= 400
    assert len(joined) >= 95
    # The names of authors are spelt as the books spell them, or an adaptation would miss its book.
    spelt = {starter.slug_of(author).replace("-", ""): author for _, author in books}
    found = [
        f"{work.title}: {original.author!r} is {there!r} among the books"
        for work in adapted
        for original in work.based_on
        if (there := spelt.get(starter.slug_of(original.author).replace("-", ""), original.author))
        != original.author
    ]
    assert not found, listing(found)


def test_there_is_enough_of_everything() -> None:
    works = [claim.work for _, said in entries() if (claim := starter.claim_of(said))]
    assert len(works) >= 1000
    kinds = Counter(work.kind for work in works)
    assert all(kinds[kind] >= 150 for kind in (Kind.FILM, Kind.SHOW, Kind.BOOK)), kinds
    languages = Counter(work.language for work in works)
    assert len(languages) >= 15, languages
    assert languages[None] <= len(works) * 0.02, "hardly any work has no language: name the missing ones"
    assert sum(n for language, n in languages.items() if language not in ("en", None)) >= len(works) * 0.2, (
        languages
    )
    decades = Counter((work.year or 0) // 10 * 10 for work in works)
    assert all(decades[decade] >= 5 for decade in range(1920, 2030, 10)), decades
    genres = Counter(genre for work in works for genre in work.genres)
    assert sum(1 for genre in GENRES if genres[genre] >= 5) >= 35, genres


def test_the_files_hold_what_their_names_say() -> None:
    kind_by_prefix = {"films": "film", "shows": "show", "books": "book"}
    found = [
        f"{where}: a {said.get('kind')} among {where.split('-')[0]}"
        for where, said in entries()
        if kind_by_prefix.get(where.split("-")[0]) != said.get("kind")
    ]
    assert not found, listing(found)


def test_the_files_are_reviewable_text() -> None:
    folder = resources.files("mediatheque.enrich").joinpath("starter_catalogue")
    for file in folder.iterdir():
        raw = file.read_bytes()
        if file.name.endswith(".jsonl"):
            assert raw.endswith(b"\n"), f"{file.name} does not end with a line's end"
            assert b"\r" not in raw, f"{file.name} has Windows line ends"
            assert b"\\u" not in raw, f"{file.name} escapes letters that a reviewer wants to read"


GOOD = {
    "kind": "film",
    "title": "The Lamplighter",
    "year": 1950,
    "language": "en",
    "genres": ["Drama"],
    "directors": ["A. Person"],
    "ids": {"imdb": "tt0000001"},
    "description": "An old lamplighter walks one last round through a town that has turned electric.",
}


def test_a_whole_entry_has_no_problem() -> None:
    assert list(problems(GOOD)) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"kind": "song"}, "not film, show or book"),
        ({"pages": 3}, "no field 'pages'"),
        ({"year": 1750}, "not plausible"),
        ({"year": "1950"}, "not plausible"),
        ({"language": "fre"}, "ISO 639-1"),
        ({"title": " x"}, "stray spaces"),
        ({"cast": []}, "leave it out"),
        ({"description": "Too short."}, "40–300"),
        ({"description": GOOD["description"][:-1]}, "ends like a sentence"),  # type: ignore[index]
        ({"genres": ["Drama", "Sci-Fi"]}, "'Sci-Fi' is not one of ours"),
        ({"genres": []}, "one to six"),
        ({"runtime_minutes": 0}, "runtime_minutes 0"),
        ({"ids": {"imdb": "nm0000001"}}, "scheme's form"),
        ({"ids": {"isbn13": "9780000000000"}}, "check digit"),
    ],
)
def test_the_checks_find_what_they_look_for(change: dict[str, Any], says: str) -> None:
    assert says in " ".join(problems(json.loads(json.dumps(GOOD)) | change))

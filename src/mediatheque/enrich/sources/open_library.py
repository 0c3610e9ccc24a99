"""Open Library: works of the Internet Archive's catalogue of books; needs no key, wants to be asked slowly."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from mediatheque.enrich import reading
from mediatheque.enrich.genres import genres_of
from mediatheque.enrich.lanes import Lane, Listing, lanes, walk
from mediatheque.enrich.sources import MAX_FOUND, SourceSettings, SyncPage, SyncPlan, http_client
from mediatheque.kit.errors import Invalid, NotFound
from mediatheque.kit.http import HttpClient
from mediatheque.vocabulary import Claim, Credit, Kind, Role, Work

TITLE = "Open Library"
KINDS = frozenset({Kind.BOOK})
needs_key = False

BASE_URL = "https://openlibrary.org"
RATE = 1.0  # what it asks of everybody; it allows 3 to those whose User-Agent says who they are
PAGE_SIZE = 50
LAST_PAGE = 200  # deeper pages take it ever longer
EDITIONS_READ = 50

_COVER_URL = "https://covers.openlibrary.org/b/id/{}-L.jpg"
_MOST_TITLES, _MOST_AUTHORS = 20, 8
#: Asked for by name: a well-known work's full answer holds thousands of ISBNs and readers' lists.
_FIELDS = (
    "key,title,subtitle,alternative_title,author_name,first_publish_year,isbn,language,subject,"
    "number_of_pages_median,ratings_average,ratings_count,readinglog_count,cover_i"
)

#: Open Library writes languages as MARC does.
MARC_BY_LANGUAGE: dict[str, str] = {
    "af": "afr", "ar": "ara", "bg": "bul", "bn": "ben", "ca": "cat", "cs": "cze", "cy": "wel", "da": "dan",
    "de": "ger", "el": "gre", "en": "eng", "eo": "epo", "es": "spa", "et": "est", "eu": "baq", "fa": "per",
    "fi": "fin", "fr": "fre", "ga": "gle", "gl": "glg", "he": "heb", "hi": "hin", "hr": "hrv", "hu": "hun",
    "hy": "arm", "id": "ind", "is": "ice", "it": "ita", "ja": "jpn", "ka": "geo", "ko": "kor", "la": "lat",
    "lt": "lit", "lv": "lav", "mk": "mac", "ml": "mal", "mr": "mar", "ms": "may", "nl": "dut", "no": "nor",
    "pl": "pol", "pt": "por", "ro": "rum", "ru": "rus", "sk": "slo", "sl": "slv", "sq": "alb", "sr": "srp",
    "sv": "swe", "ta": "tam", "te": "tel", "th": "tha", "tr": "tur", "uk": "ukr", "ur": "urd", "vi": "vie",
    "yi": "yid", "zh": "chi",
}  # fmt: skip
_LANGUAGE_BY_MARC = {marc: language for language, marc in MARC_BY_LANGUAGE.items()}


def client(settings: SourceSettings) -> HttpClient:
    """Open the library's door."""
    return http_client(
        settings,
        "Open Library",
        base_url=BASE_URL,
        rate=RATE,
        mend="it needs no token; it may have blocked this network for a while: ask again tomorrow",
    )


def find(client: HttpClient, work: Work) -> list[Claim]:
    """By its own id or ISBN where the work has one, else by title and first author."""
    own_id = work.external_ids.get("open_library", "")
    if re.fullmatch(r"OL\d{1,12}W", own_id, re.ASCII):
        claim = fetch(client, f"book:{own_id}")
        if claim:
            return [claim]
    isbn = reading.isbn13(work.external_ids.get("isbn13") or work.external_ids.get("isbn10"))
    claims = _search(client, {"isbn": isbn}) if isbn else []
    if claims and isbn:
        # A work has an ISBN for every edition; the one asked about is what links the two.
        return [_with_ids(claims[0], isbn13=isbn)]
    if not work.title:
        return []
    asked: dict[str, str | int] = {"title": work.title}
    authors = work.people(Role.AUTHOR)
    return _search(client, asked | {"author": authors[0]} if authors else asked)


def fetch(client: HttpClient, source_key: str) -> Claim | None:
    """The work "book:OL45804W", with its description and the titles of its editions."""
    prefix, _, own_id = source_key.partition(":")
    if prefix != "book" or not re.fullmatch(r"OL\d{1,12}W", own_id, re.ASCII):
        raise Invalid(f"'{source_key}' is no key of Open Library; they read book:OL45804W")
    claims = _search(client, {"q": f'key:"/works/{own_id}"'})
    listed = next((claim for claim in claims if claim.source_key == source_key), None)
    if listed is None:
        return None
    return _with_edition_titles(client, _described(client, listed))


def sync(client: HttpClient, plan: SyncPlan, after: str | None = None) -> Iterator[SyncPage]:
    """What is read this year, or the most shelved works of each language and genre."""
    unknown = [language for language in plan.languages if language not in MARC_BY_LANGUAGE]
    if unknown:
        raise Invalid(
            f"Open Library cannot be asked for '{unknown[0]}'; it knows {', '.join(sorted(MARC_BY_LANGUAGE))}"
        )
    wanted = (Kind.BOOK,) if Kind.BOOK in plan.kinds else ()
    found = lanes(wanted, plan.languages, plan.genres)
    detail = partial(_described, client) if plan.is_detailed else None
    yield from walk(found, plan.limit, after, partial(_list, client), detail)


def claim_of(entry: Any) -> Claim | None:
    """What a search, a subject or the trending list says of a work; None without key and title."""
    said = reading.object_in(entry)
    own_id = (reading.text(said.get("key")) or "").removeprefix("/works/")
    title = reading.text(said.get("title"))
    if not re.fullmatch(r"OL\d{1,12}W", own_id, re.ASCII) or title is None:
        return None
    subtitle = reading.text(said.get("subtitle"))
    # A subject's list names authors, genres and cover otherwise than a search does.
    authors = reading.texts(said.get("author_name")) or reading.texts(
        [author.get("name") for author in reading.objects(said.get("authors"))]
    )
    cover = reading.count(said.get("cover_i")) or reading.count(said.get("cover_id"))
    other_titles = [f"{title}: {subtitle}"] if subtitle else []
    work = Work(
        kind=Kind.BOOK,
        title=title,
        alternative_titles=_without(title, (*other_titles, *reading.texts(said.get("alternative_title")))),
        year=reading.year(said.get("first_publish_year")),
        language=_language(said),
        genres=genres_of(reading.texts(said.get("subject")), Kind.BOOK),
        credits=tuple(Credit(name, Role.AUTHOR) for name in authors[:_MOST_AUTHORS]),
        pages=reading.count(said.get("number_of_pages_median")),
        url=f"{BASE_URL}/works/{own_id}",
        image_url=_COVER_URL.format(cover) if cover else None,
        popularity=reading.positive(said.get("readinglog_count")),
        average_rating=reading.rating(said.get("ratings_average"), best=5),
        rating_count=reading.count(said.get("ratings_count")),
        external_ids={"open_library": own_id, **_isbn(said)},
    )
    return Claim("open-library", f"book:{own_id}", work)


def _search(client: HttpClient, asked: Mapping[str, str | int]) -> list[Claim]:
    found = client.get_json("/search.json", {**asked, "fields": _FIELDS, "limit": MAX_FOUND})
    return _claims(reading.object_in(found).get("docs"))[:MAX_FOUND]


def _claims(entries: Any) -> list[Claim]:
    return [claim for claim in map(claim_of, reading.objects(entries)) if claim]


def _list(client: HttpClient, lane: Lane, page: int) -> Listing:
    if lane.language:
        return _list_of_language(client, lane, page)
    if lane.genre:
        subject = lane.genre.lower().replace(" ", "_")
        asked: dict[str, str | int] = {"limit": PAGE_SIZE, "offset": (page - 1) * PAGE_SIZE}
        path = f"/subjects/{subject}.json"
    else:
        asked = {"limit": PAGE_SIZE, "page": page}
        path = "/trending/yearly.json"
    entries = reading.objects(reading.object_in(client.get_json(path, asked)).get("works"))
    return Listing(_claims(entries), has_more=len(entries) >= PAGE_SIZE and page < LAST_PAGE)


def _list_of_language(client: HttpClient, lane: Lane, page: int) -> Listing:
    question = f"language:{MARC_BY_LANGUAGE[lane.language or 'en']}"
    if lane.genre:
        question += f' AND subject:"{lane.genre.lower()}"'
    asked = {"q": question, "sort": "readinglog", "fields": _FIELDS, "limit": PAGE_SIZE, "page": page}
    entries = reading.objects(reading.object_in(client.get_json("/search.json", asked)).get("docs"))
    return Listing(_claims(entries), has_more=len(entries) >= PAGE_SIZE and page < LAST_PAGE)


def _described(client: HttpClient, claim: Claim) -> Claim:
    """The claim with its description, which only the work's own page has."""
    own_id = claim.work.external_ids["open_library"]
    try:
        said = reading.object_in(client.get_json(f"/works/{own_id}.json"))
    except NotFound:
        return claim
    description = said.get("description")  # a string, or {"type": "/type/text", "value": "…"}
    found = reading.prose(description) or reading.prose(reading.object_in(description).get("value"))
    return replace(claim, work=replace(claim.work, description=found or claim.work.description))


def _with_edition_titles(client: HttpClient, claim: Claim) -> Claim:
    """The claim with what its editions are called: translations are where other titles come from."""
    own_id = claim.work.external_ids["open_library"]
    try:
        found = client.get_json(f"/works/{own_id}/editions.json", {"limit": EDITIONS_READ})
    except NotFound:
        return claim
    titles = [entry.get("title") for entry in reading.objects(reading.object_in(found).get("entries"))]
    every = reading.texts([*claim.work.alternative_titles, *titles])
    return replace(claim, work=replace(claim.work, alternative_titles=_without(claim.work.title, every)))


def _with_ids(claim: Claim, **external_ids: str) -> Claim:
    return replace(claim, work=replace(claim.work, external_ids={**claim.work.external_ids, **external_ids}))


def _without(title: str, titles: tuple[str, ...]) -> tuple[str, ...]:
    by_folded: dict[str, str] = {}
    for other in titles:
        by_folded.setdefault(other.casefold(), other)
    by_folded.pop(title.casefold(), None)
    return tuple(by_folded.values())[:_MOST_TITLES]


def _language(said: Mapping[str, Any]) -> str | None:
    """Only where all editions share one: a work in many languages does not say which came first."""
    languages = reading.texts(said.get("language"))
    return _LANGUAGE_BY_MARC.get(languages[0]) if len(languages) == 1 else None


def _isbn(said: Mapping[str, Any]) -> dict[str, str]:
    isbns = (reading.isbn13(value) for value in reading.listed(said.get("isbn")))
    first = next((isbn for isbn in isbns if isbn), None)
    return {"isbn13": first} if first else {}

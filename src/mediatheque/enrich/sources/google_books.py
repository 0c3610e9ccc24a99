"""Google Books, API v1: editions of books; works without a key, though with little patience."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from mediatheque.enrich import reading
from mediatheque.enrich.genres import genres_of
from mediatheque.enrich.lanes import Lane, Listing, lanes, walk
from mediatheque.enrich.sources import MAX_FOUND, SourceSettings, SyncPage, SyncPlan, http_client
from mediatheque.kit.errors import Invalid, NotFound
from mediatheque.kit.http import HttpClient
from mediatheque.vocabulary import Claim, Credit, Kind, Role, Work

TITLE = "Google Books"
KINDS = frozenset({Kind.BOOK})
needs_key = False

BASE_URL = "https://www.googleapis.com/books/v1"
RATE = 1.5  # the default quota is 100 requests a minute
PAGE_SIZE = 40  # the most it gives
LAST_PAGE = 25  # deeper pages repeat themselves or come back empty

#: Subjects that stand for "popular", which Google Books does not list.
POPULAR_SUBJECTS = (
    "Literary Fiction",
    "Fantasy",
    "Science Fiction",
    "Mystery",
    "Romance",
    "History",
    "Biography",
)

_ADULT = 18
_UNNAMED = re.compile(r"[\"\\]+")


def client(settings: SourceSettings) -> HttpClient:
    """Open Google Books, with a key where there is one."""
    return http_client(
        settings,
        "Google Books",
        base_url=BASE_URL,
        rate=RATE,
        mend=(
            "set MEDIATHEQUE_GOOGLE_BOOKS_KEY to a key for the Books API from console.cloud.google.com → "
            "APIs & Services → Credentials, or leave it empty to ask without one"
        ),
        secret_params={"key": settings.token} if settings.token else None,
    )


def find(client: HttpClient, work: Work) -> list[Claim]:
    """By Google's own id or ISBN where the work has one, else by title and first author."""
    volume_id = work.external_ids.get("google_books", "")
    if _is_volume_id(volume_id):
        claim = fetch(client, f"book:{volume_id}")
        if claim:
            return [claim]
    isbn = reading.isbn13(work.external_ids.get("isbn13") or work.external_ids.get("isbn10"))
    if isbn:
        claims = _search(client, f"isbn:{isbn}")
        if claims:
            return claims
    if not work.title:
        return []
    question = f'intitle:"{_quotable(work.title)}"'
    authors = work.people(Role.AUTHOR)
    return _search(client, f'{question} inauthor:"{_quotable(authors[0])}"' if authors else question)


def fetch(client: HttpClient, source_key: str) -> Claim | None:
    """The volume "book:zyTCAlFPjgYC"."""
    prefix, _, volume_id = source_key.partition(":")
    if prefix != "book" or not _is_volume_id(volume_id):
        raise Invalid(f"'{source_key}' is no key of Google Books; they read book:zyTCAlFPjgYC")
    try:
        return claim_of(client.get_json(f"/volumes/{volume_id}"))
    except NotFound:
        return None


def sync(client: HttpClient, plan: SyncPlan, after: str | None = None) -> Iterator[SyncPage]:
    """Volumes by subject; without genres, of a handful of widely read subjects."""
    wanted = (Kind.BOOK,) if Kind.BOOK in plan.kinds else ()
    found = lanes(wanted, plan.languages, plan.genres or POPULAR_SUBJECTS)

    def read(lane: Lane, page: int) -> Listing:
        return _list(client, lane, page)

    yield from walk(found, plan.limit, after, read)


def claim_of(entry: Any) -> Claim | None:
    """What Google says of a volume; None without id and title."""
    said = reading.object_in(entry)
    volume = reading.object_in(said.get("volumeInfo"))
    volume_id, title = reading.text(said.get("id")), reading.text(volume.get("title"))
    if volume_id is None or title is None:
        return None
    subtitle = reading.text(volume.get("subtitle"))
    work = Work(
        kind=Kind.BOOK,
        title=title,
        alternative_titles=(f"{title}: {subtitle}",) if subtitle else (),
        year=reading.year(volume.get("publishedDate")),
        language=reading.language(volume.get("language")),
        genres=genres_of(reading.texts(volume.get("categories")), Kind.BOOK),
        credits=tuple(Credit(name, Role.AUTHOR) for name in reading.texts(volume.get("authors"))),
        pages=reading.count(volume.get("pageCount")),
        description=reading.prose(volume.get("description")),
        url=_web_address(volume.get("canonicalVolumeLink")) or _web_address(volume.get("infoLink")),
        image_url=_cover(volume),
        average_rating=reading.rating(volume.get("averageRating"), best=5),
        rating_count=reading.count(volume.get("ratingsCount")),
        # NOT_MATURE says no age: it is what Google gives anything that nobody has marked.
        minimum_age=_ADULT if volume.get("maturityRating") == "MATURE" else None,
        external_ids=_external_ids(volume, volume_id),
    )
    return Claim("google-books", f"book:{volume_id}", work)


def _is_volume_id(volume_id: str) -> bool:
    return re.fullmatch(r"[\w-]{1,40}", volume_id, re.ASCII) is not None


def _quotable(phrase: str) -> str:
    return " ".join(_UNNAMED.sub(" ", phrase).split())


def _search(client: HttpClient, question: str) -> list[Claim]:
    asked = {"q": question, "maxResults": MAX_FOUND, "printType": "books"}
    return _claims(client.get_json("/volumes", asked))[:MAX_FOUND]


def _list(client: HttpClient, lane: Lane, page: int) -> Listing:
    asked: dict[str, str | int] = {
        "q": f'subject:"{lane.genre}"',
        "printType": "books",
        "orderBy": "relevance",
        "maxResults": PAGE_SIZE,
        "startIndex": (page - 1) * PAGE_SIZE,
    }
    if lane.language:
        asked["langRestrict"] = lane.language
    found = client.get_json("/volumes", asked)
    # Volumes without an author are mostly magazines, reports and reprints of catalogues.
    claims = [claim for claim in _claims(found) if claim.work.credits]
    # totalItems wavers from page to page; only an empty page is an end.
    has_more = bool(reading.objects(reading.object_in(found).get("items"))) and page < LAST_PAGE
    return Listing(claims, has_more)


def _claims(found: Any) -> list[Claim]:
    """The volumes of an answer, one for each book: the others are editions of what came before."""
    by_book: dict[tuple[str, ...], Claim] = {}
    for entry in reading.objects(reading.object_in(found).get("items")):
        claim = claim_of(entry)
        if claim:
            authors = claim.work.people(Role.AUTHOR)
            book = (*re.findall(r"\w+", claim.work.title.casefold()), "by", *authors[:1])
            by_book.setdefault(book, claim)
    return list(by_book.values())


def _web_address(value: Any) -> str | None:
    """Google still writes http:// where it serves https://."""
    found = reading.text(value)
    if not found or not re.match(r"https?://", found):
        return None
    try:
        return urlsplit(found)._replace(scheme="https").geturl()
    except ValueError:
        return None


def _cover(volume: Mapping[str, Any]) -> str | None:
    links = reading.object_in(volume.get("imageLinks"))
    return _web_address(links.get("thumbnail")) or _web_address(links.get("smallThumbnail"))


def _external_ids(volume: Mapping[str, Any], volume_id: str) -> dict[str, str]:
    found = {"google_books": volume_id}
    for entry in reading.objects(volume.get("industryIdentifiers")):
        isbn = reading.isbn13(entry.get("identifier"))
        if isbn and entry.get("type") in ("ISBN_13", "ISBN_10"):
            found.setdefault("isbn13", isbn)
    return found

"""What every metadata source keeps: few and whole claims, resumable syncs, no crash on a foreign answer."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import fake_apis
from mediatheque.enrich import OpenSource, SourceSettings, SyncPlan, open_source, sources
from mediatheque.enrich.genres import GENRES
from mediatheque.kit.errors import Invalid, MediathequeError, Unavailable
from mediatheque.vocabulary import Claim, Credit, Kind, Role, Work, service_name

Opener = Callable[..., OpenSource]

NAMES = sources.names()
#: A work that each source's fake, or the bundled catalogue, knows.
KNOWN = {
    "tmdb": Work(kind=Kind.FILM, title="The Matrix", year=1999),
    "google-books": Work(kind=Kind.BOOK, title="Dune", credits=(Credit("Frank Herbert", Role.AUTHOR),)),
    "open-library": Work(
        kind=Kind.BOOK,
        title="The Left Hand of Darkness",
        credits=(Credit("Ursula K. Le Guin", Role.AUTHOR),),
    ),
    "starter": Work(kind=Kind.FILM, title="Close-Up", year=1990),
}
PLANS = [
    SyncPlan(limit=70),
    SyncPlan(limit=70, languages=("fr",)),
    SyncPlan(limit=70, genres=("Science Fiction",), is_detailed=False),
]


@pytest.fixture
def opened() -> Iterator[Opener]:
    """opened(name): the source on its fake; opened(name, answer): on a server that answers so."""
    started: list[Any] = []
    every: list[OpenSource] = []

    def open_one(name: str, answer: Any = None, **settings: Any) -> OpenSource:
        server = fake_apis.FakeApi(answer or fake_apis.FAKES.get(name, fake_apis.tmdb))
        started.append(server)
        asked: dict[str, Any] = {
            "base_url": server.url,
            "token": fake_apis.TOKEN,
            "rate": 10_000.0,
            "sleep": lambda _: None,
        }
        every.append(open_source(name, SourceSettings(**(asked | settings))))
        every[-1].client.fake = server
        return every[-1]

    yield open_one
    for one in every:
        one.client.close()
    for server in started:
        server.close()


def keys(pages: Any) -> list[str]:
    return [claim.source_key for page in pages for claim in page.claims]


def check(claim: Claim, name: str, source: sources.Source) -> None:
    work = claim.work
    assert claim.source == name
    assert claim.source_key.startswith(f"{work.kind}:")
    assert work.kind in source.KINDS
    assert work.title
    assert set(work.genres) <= set(GENRES)
    assert work.language is None or len(work.language) == 2
    assert work.runtime_minutes is None or work.runtime_minutes > 0
    assert work.average_rating is None or 0.5 <= work.average_rating <= 5.0
    assert all(isinstance(value, str) and value for value in work.external_ids.values())
    assert work.minimum_age is None or 0 <= work.minimum_age <= 21
    assert all(service == service_name(service) for service in work.services)
    assert work.image_url is None or work.image_url.startswith("https://")


@pytest.mark.parametrize("name", NAMES)
def test_a_source_says_what_it_is_and_has_a_known_work_here(name: str) -> None:
    source = sources.source(name)
    assert source.TITLE
    assert frozenset(Kind) >= source.KINDS
    assert isinstance(source.needs_key, bool)
    assert name in KNOWN, f"give {name} a fake in tests/fake_apis.py and a work that it knows in KNOWN"


@pytest.mark.parametrize("name", NAMES)
def test_a_source_without_its_key_says_which_setting_it_wants(name: str, opened: Opener) -> None:
    if sources.source(name).needs_key:
        with pytest.raises(Invalid, match="set MEDIATHEQUE_"):
            opened(name, token=None)
    else:
        assert opened(name, token=None).name == name


@pytest.mark.parametrize("name", NAMES)
def test_a_known_work_is_found_and_fetched_by_its_key(name: str, opened: Opener) -> None:
    one = opened(name)
    claims = one.source.find(one.client, KNOWN[name])
    assert 1 <= len(claims) <= sources.MAX_FOUND
    for claim in claims:
        check(claim, name, one.source)
        fetched = one.source.fetch(one.client, claim.source_key)
        assert fetched
        assert (fetched.source_key, fetched.work.title) == (claim.source_key, claim.work.title)


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_work_is_not_found(name: str, opened: Opener) -> None:
    one = opened(name)
    for kind, title in itertools.product(Kind, ("Qqqq Zzzz No Such Work", "")):
        assert one.source.find(one.client, Work(kind=kind, title=title, year=2001)) == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("key", ["", "film:", "book:../../etc", "show:9/../x?y", "film:0000000", "person:1"])
def test_a_strange_key_is_refused_or_absent(name: str, key: str, opened: Opener) -> None:
    one = opened(name)
    with contextlib.suppress(Invalid):
        assert one.source.fetch(one.client, key) is None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("plan", PLANS)
def test_a_sync_stops_anywhere_and_goes_on(name: str, plan: SyncPlan, opened: Opener) -> None:
    one = opened(name)
    whole = list(one.source.sync(one.client, plan, None))
    assert keys(whole)
    assert len(keys(whole)) <= plan.limit
    assert len(set(keys(whole))) == len(keys(whole))
    for page in whole:
        for claim in page.claims:
            check(claim, name, one.source)
    for stop, page in enumerate(whole, start=1):
        rest = one.source.sync(one.client, plan, page.cursor)
        assert set(keys(whole[:stop])) | set(keys(rest)) == set(keys(whole))


@pytest.mark.parametrize("name", NAMES)
def test_a_sync_without_change_says_the_same_again(name: str, opened: Opener) -> None:
    one = opened(name)
    plan = SyncPlan(limit=45)
    first = list(one.source.sync(one.client, plan, None))
    assert list(one.source.sync(one.client, plan, None)) == first
    assert keys(one.source.sync(one.client, plan, "not a cursor of ours")) == keys(first)


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_for_other_kinds_brings_nothing(name: str, opened: Opener) -> None:
    one = opened(name)
    assert keys(one.source.sync(one.client, SyncPlan(kinds=frozenset({Kind.AUDIO})), None)) == []


@pytest.mark.parametrize("name", sorted(fake_apis.FAKES))
def test_a_sync_that_the_server_breaks_off_goes_on_from_its_last_page(name: str, opened: Opener) -> None:
    plan = SyncPlan(limit=60, is_detailed=False)
    one = opened(name)
    whole = keys(one.source.sync(one.client, plan, None))
    server, stored, cursor = one.client.fake, [], None
    pages = one.source.sync(one.client, plan, None)
    page = next(pages)
    stored, cursor = keys([page]), page.cursor
    server.faults = [{"status": 503}] * 50
    with pytest.raises(Unavailable):
        list(pages)
    server.faults = []
    stored += keys(one.source.sync(one.client, plan, cursor))
    assert set(stored) == set(whole)


JUNK: list[Any] = [
    None,
    [],
    7,
    "words",
    {},
    {"results": None, "items": None, "docs": None, "works": None, "genres": {}},
    {key: [None, 1, "x", [], {"id": None}] for key in ("results", "items", "docs", "works", "movie_results")},
    {
        "id": True, "title": 5, "name": ["x"], "genres": "Drama", "credits": [1], "volumeInfo": [],
        "results": [{"id": 1e400, "title": "\0", "genre_ids": [{}, None]}],
    },
    {
        key: [{
            "id": 3, "key": "/works/OL3W", "title": "T", "name": "N", "media_type": "movie",
            "release_date": 5, "volumeInfo": {"title": "T", "authors": [1], "imageLinks": [], "language": 3},
            "popularity": "high", "vote_average": -3, "genre_ids": 7, "authors": [None], "language": "eng",
            "isbn": [5], "cover_i": -1, "alternative_titles": [], "external_ids": 1, "poster_path": {},
        }]
        for key in ("results", "items", "docs", "works")
    },
]  # fmt: skip


@pytest.mark.parametrize("name", sorted(fake_apis.FAKES))
@pytest.mark.parametrize("junk", range(len(JUNK)))
def test_a_foreign_answer_is_no_crash(name: str, junk: int, opened: Opener) -> None:
    one = opened(name, lambda *_: (200, JUNK[junk]))
    asked = [
        lambda: one.source.find(one.client, KNOWN[name]),
        lambda: [c for p in one.source.sync(one.client, SyncPlan(limit=30), None) for c in p.claims],
        lambda: [
            c
            for p in one.source.sync(one.client, SyncPlan(limit=9, languages=("fr",)), None)
            for c in p.claims
        ],
    ]
    for ask in asked:
        try:
            claims = ask()
        except MediathequeError:
            continue
        for claim in claims:
            check(claim, name, one.source)

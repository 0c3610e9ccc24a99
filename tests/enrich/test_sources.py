"""What each source makes of its API's answers: every field, every gap, every way of asking."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediatheque.enrich import Failure, OpenSource, SyncPlan, find_everywhere, open_source, reading
from mediatheque.enrich.sources import MAX_FOUND, SourceSettings, google_books, open_library, starter, tmdb
from mediatheque.kit.errors import Invalid, Unavailable
from mediatheque.vocabulary import Claim, Credit, Kind, Original, Role, Work

Opener = Callable[..., OpenSource]
Api = Callable[[str], Any]


def find(one: OpenSource, **said: Any) -> list[Claim]:
    return one.source.find(one.client, Work(**said))


def sync(one: OpenSource, **plan: Any) -> list[Claim]:
    return [claim for page in one.source.sync(one.client, SyncPlan(**plan), None) for claim in page.claims]


# --- TMDB


def test_a_film_of_tmdb_in_full(opened: Opener) -> None:
    one = opened("tmdb")
    claim = one.source.fetch(one.client, "film:603")
    assert claim == Claim(
        "tmdb",
        "film:603",
        Work(
            kind=Kind.FILM,
            title="The Matrix",
            original_title="The Matrix",
            alternative_titles=("Matrix", "黑客帝国"),
            year=1999,
            language="en",
            genres=("Action", "Science Fiction"),
            credits=(
                Credit("Lana Wachowski", Role.DIRECTOR),
                Credit("Lilly Wachowski", Role.DIRECTOR),
                Credit("Lana Wachowski", Role.WRITER),
                Credit("Keanu Reeves", Role.CAST, "Neo"),
                Credit("Laurence Fishburne", Role.CAST, "Morpheus"),
            ),
            runtime_minutes=136,
            description="A programmer learns that the world around him is a simulation, and joins those who fight it.",
            url="https://www.themoviedb.org/movie/603",
            image_url="https://image.tmdb.org/t/p/w500/poster.jpg",
            popularity=83.7,
            average_rating=4.1,
            rating_count=25000,
            minimum_age=17,
            services=("hbo-max", "hbo-max-amazon-channel", "tubi-tv"),
            series="The Matrix",
            external_ids={"tmdb": "603", "imdb": "tt0133093", "wikidata": "Q83495"},
        ),
    )


def test_a_show_of_tmdb_in_full(opened: Opener) -> None:
    one = opened("tmdb")
    claim = one.source.fetch(one.client, "show:1399")
    assert claim
    work = claim.work
    assert (work.kind, work.title, work.year, work.runtime_minutes) == (
        Kind.SHOW,
        "Game of Thrones",
        2011,
        80,
    )
    assert work.people(Role.CREATOR) == ("David Benioff", "D. B. Weiss")
    assert Credit("Peter Dinklage", Role.CAST, "Tyrion Lannister") in work.credits
    assert work.alternative_titles == ("Le Trône de fer",)
    assert work.genres == ("Science Fiction", "Fantasy", "Drama")
    assert work.external_ids["tvdb"] == "121361"
    assert (work.minimum_age, work.services) == (17, ("hbo-max",))
    assert (work.based_on, work.series) == ((Original("George R. R. Martin"),), None)


@pytest.mark.parametrize(
    ("job", "is_original"),
    [
        ("Novel", True),
        ("Short Story", True),
        ("Comic Book", True),
        ("Screenplay", False),
        ("Director", False),
    ],
)
def test_tmdb_tells_who_wrote_the_original_by_their_job(job: str, is_original: bool) -> None:
    crew = [{"name": "P. K. Dick", "job": job}, {"name": "P. K. Dick", "job": job}, {"name": "", "job": job}]
    claim = tmdb.claim_of({"id": 78, "title": "Blade Runner", "credits": {"crew": crew}}, Kind.FILM)
    assert claim
    assert claim.work.based_on == ((Original("P. K. Dick"),) if is_original else ())


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("The Matrix Collection", "The Matrix"),
        ("Alien - Collection", "Alien"),
        ("Herr der Ringe Filmreihe", "Herr der Ringe Filmreihe"),
        ("Collection", "Collection"),
        ("", None),
    ],
)
def test_tmdb_calls_a_series_a_collection(written: str, read: str | None) -> None:
    claim = tmdb.claim_of({"id": 1, "title": "T", "belongs_to_collection": {"name": written}}, Kind.FILM)
    assert claim
    assert claim.work.series == read


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"kind": Kind.FILM, "title": "?", "external_ids": {"imdb": "tt0133093"}}, "film:603"),
        ({"kind": Kind.FILM, "title": "?", "external_ids": {"tmdb": "603"}}, "film:603"),
        ({"kind": Kind.SHOW, "title": "?", "external_ids": {"tvdb": "121361"}}, "show:1399"),
        ({"kind": Kind.FILM, "title": "the matrix", "year": 1999}, "film:603"),
        ({"kind": Kind.FILM, "title": "The Matrix", "year": 2003}, "film:603"),  # a wrong year
        ({"kind": Kind.FILM, "title": "Game of Thrones"}, "show:1399"),  # a wrong kind
        ({"kind": Kind.VIDEO, "title": "The Matrix"}, "film:603"),
        ({"kind": Kind.SHOW, "title": "Game of Thrones", "year": 2011}, "show:1399"),
        (
            {"kind": Kind.EPISODE, "title": "Baelor", "series_title": "Game of Thrones", "year": 2014},
            "show:1399",
        ),
    ],
)
def test_tmdb_finds_by_id_title_year_or_series(opened: Opener, said: dict[str, Any], found: str) -> None:
    claims = find(opened("tmdb"), **said)
    assert [claim.source_key for claim in claims] == [found]
    assert claims[0].work.people(Role.CAST)  # in full, not as listed


@pytest.mark.parametrize(
    ("region", "age", "services"),
    [
        ("DE", 16, ("amazon-prime-video", "disney-plus")),
        ("GB", 18, ()),  # uncut on disc: the strictest counts
        ("SE", 18, ()),  # nothing of its own: the strictest of all
        ("XK", 18, ()),  # its own says nothing that we know
    ],
)
def test_tmdb_speaks_of_the_region(
    opened: Opener, api: Api, region: str, age: int, services: tuple[str, ...]
) -> None:
    one = opened("tmdb", region=region)
    claim = one.source.fetch(one.client, "film:603")
    assert claim
    assert (claim.work.minimum_age, claim.work.services) == (age, services)
    assert len(api("tmdb").asked) == 1  # with everything else, in one request


def test_tmdb_finds_few_of_many(opened: Opener) -> None:
    assert len(find(opened("tmdb"), kind=Kind.FILM, title="Film")) == MAX_FOUND


def test_tmdbs_gaps_are_gaps(opened: Opener) -> None:
    one = opened("tmdb")
    claim = one.source.fetch(one.client, "film:5")
    assert claim
    work = claim.work
    assert (work.year, work.runtime_minutes, work.description, work.image_url) == (None, None, None, None)
    assert (work.average_rating, work.rating_count, work.credits) == (None, None, ())
    assert (work.minimum_age, work.services) == (None, ())
    assert work.external_ids == {"tmdb": "5"}
    assert one.source.fetch(one.client, "film:7") is None


def test_a_sync_of_tmdb_pages_through_what_is_popular(opened: Opener, api: Api) -> None:
    claims = sync(opened("tmdb"), limit=94, kinds=frozenset({Kind.FILM}))
    assert len(claims) == 47
    assert claims[0].work.people(Role.DIRECTOR)  # in full
    assert "film:7" in {claim.source_key for claim in claims}  # gone meanwhile: as it was listed
    listings = [path for path in api("tmdb").asked if "/popular" in path]
    assert [path.rpartition("page=")[2][0] for path in listings] == ["1", "2", "3"]


def test_a_sync_of_tmdb_by_language_and_genre(opened: Opener, api: Api) -> None:
    claims = sync(opened("tmdb"), languages=("fr",), genres=("Science Fiction", "Action"), is_detailed=False)
    assert claims
    assert all(claim.work.language == "fr" and "Action" in claim.work.genres for claim in claims)
    assert not any(path.startswith("/movie/") for path in api("tmdb").asked)
    assert any("with_original_language=fr&with_genres=878" in path for path in api("tmdb").asked)
    with pytest.raises(Invalid, match="lists no genre 'Noir'; it has Action"):
        sync(opened("tmdb"), genres=("Noir",))


def test_an_unchanged_tmdb_answers_304(opened: Opener, api: Api, tmp_path: Path) -> None:
    one = opened("tmdb", cache_dir=tmp_path)
    first = one.source.fetch(one.client, "film:603")
    assert one.source.fetch(one.client, "film:603") == first
    assert api("tmdb").not_modified == 1


def test_a_wrong_tmdb_token_names_its_setting(opened: Opener) -> None:
    one = opened("tmdb", token="wrong-token-0000")
    with pytest.raises(Invalid, match="MEDIATHEQUE_TMDB_TOKEN") as caught:
        find(one, kind=Kind.FILM, title="The Matrix")
    assert "wrong-token" not in str(caught.value)


# --- Google Books


def test_a_volume_of_google_books_in_full(opened: Opener) -> None:
    one = opened("google-books")
    assert one.source.fetch(one.client, "book:B1hSG45JCX4C") == Claim(
        "google-books",
        "book:B1hSG45JCX4C",
        Work(
            kind=Kind.BOOK,
            title="Dune",
            alternative_titles=("Dune: A Novel",),
            year=2003,
            language="en",
            genres=("Science Fiction", "Classic"),
            credits=(Credit("Frank Herbert", Role.AUTHOR),),
            description="On a desert world, a young heir & his mother flee. He comes back.",
            url="https://books.google.com/books/about/Dune.html?id=B1hSG45JCX4C",
            image_url="https://books.google.com/books/content?id=B1hSG45JCX4C&zoom=1",
            average_rating=4.5,
            rating_count=120,
            external_ids={"google_books": "B1hSG45JCX4C", "isbn13": "9780441013593"},
        ),
    )


@pytest.mark.parametrize(
    "said",
    [
        {"title": "?", "external_ids": {"google_books": "B1hSG45JCX4C"}},
        {"title": "?", "external_ids": {"isbn13": "978-0-441-01359-3"}},
        {"title": "?", "external_ids": {"isbn10": "0441013597"}},
        {"title": "Dune", "credits": (Credit("Frank Herbert", Role.AUTHOR),)},
        {"title": '"Dune"'},
        {"title": "Dune", "external_ids": {"isbn13": "9780000000002", "google_books": "gone"}},
    ],
)
def test_google_books_finds_by_id_isbn_or_title(opened: Opener, said: dict[str, Any]) -> None:
    claims = find(opened("google-books"), kind=Kind.BOOK, **said)
    assert [claim.source_key for claim in claims] == ["book:B1hSG45JCX4C"]


def test_a_sync_of_google_books_leaves_out_what_nobody_wrote(opened: Opener, api: Api) -> None:
    claims = sync(opened("google-books"), genres=("Mystery",), languages=("fr",))
    assert claims
    assert all(claim.work.people(Role.AUTHOR) and claim.work.language == "fr" for claim in claims)
    assert {claim.work.year for claim in claims} == {1987, None}
    assert len(api("google-books").asked) == 2  # a page, and the empty one that ends the listing


def test_editions_of_one_book_on_a_page_are_one_claim(opened: Opener, api: Api, fakes: Any) -> None:
    hobby = {"id": "other", "volumeInfo": {"title": "Dune", "authors": ["Somebody Else"]}}
    reprint = {"id": "reprint", "volumeInfo": {"title": "DUNE!", "authors": ["Frank Herbert"]}}
    body = json.dumps({"items": [fakes.DUNE, reprint, hobby]}).encode()
    api("google-books").faults = [{"status": 200, "body": body}]
    claims = find(opened("google-books"), kind=Kind.BOOK, title="Dune")
    assert [claim.source_key for claim in claims] == ["book:B1hSG45JCX4C", "book:other"]


def test_google_books_marks_what_is_for_adults() -> None:
    def age(rating: object) -> int | None:
        claim = google_books.claim_of({"id": "x", "volumeInfo": {"title": "X", "maturityRating": rating}})
        assert claim
        return claim.work.minimum_age

    assert [age(rating) for rating in ("MATURE", "NOT_MATURE", None, 18)] == [18, None, None, None]


def test_google_books_works_without_a_key_and_never_tells_it(
    opened: Opener, api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    assert find(opened("google-books", token=None), kind=Kind.BOOK, title="Dune")
    assert "key=" not in api("google-books").asked[-1]
    one = opened("google-books", token="wrong-key-000000")
    with pytest.raises(Invalid, match="MEDIATHEQUE_GOOGLE_BOOKS_KEY") as caught:
        find(one, kind=Kind.BOOK, title="Dune")
    assert "key=wrong-key-000000" in api("google-books").asked[-1]
    assert "wrong-key" not in str(caught.value) + caplog.text


# --- Open Library


def test_a_work_of_open_library_in_full(opened: Opener) -> None:
    one = opened("open-library")
    assert one.source.fetch(one.client, "book:OL59800W") == Claim(
        "open-library",
        "book:OL59800W",
        Work(
            kind=Kind.BOOK,
            title="The Left Hand of Darkness",
            alternative_titles=("Die linke Hand der Dunkelheit", "La main gauche de la nuit"),
            year=1969,
            genres=("Science Fiction",),
            credits=(Credit("Ursula K. Le Guin", Role.AUTHOR),),
            pages=304,
            description="An envoy walks across the ice of a world without men or women.",
            url="https://openlibrary.org/works/OL59800W",
            image_url="https://covers.openlibrary.org/b/id/8500000-L.jpg",
            popularity=3100,
            average_rating=4.05,
            rating_count=210,
            external_ids={"open_library": "OL59800W", "isbn13": "9780441478125"},
        ),
    )


def test_open_library_keeps_the_isbn_that_was_asked_about(opened: Opener) -> None:
    one = opened("open-library")
    (claim,) = find(one, kind=Kind.BOOK, title="?", external_ids={"isbn13": "9783453311909"})
    assert claim.work.external_ids == {"open_library": "OL59800W", "isbn13": "9783453311909"}
    (claim,) = find(one, kind=Kind.BOOK, title="?", external_ids={"open_library": "OL59800W"})
    assert claim.work.description


def test_open_library_lists_trends_languages_and_subjects(opened: Opener, api: Api) -> None:
    one = opened("open-library")
    trending = sync(one, limit=70)
    assert len(trending) == 70
    assert trending[0].work.description == "About work 1."
    assert trending[9].work.description is None  # its page is gone
    french = sync(one, languages=("fr",), is_detailed=False)
    assert len(french) == 60
    assert any("language%3Afre" in path for path in api("open-library").asked)
    novels = sync(one, genres=("Science Fiction",), is_detailed=False)
    assert len(novels) == 60
    assert novels[0].work.people(Role.AUTHOR) == ("A. B.",)
    assert novels[0].work.image_url == "https://covers.openlibrary.org/b/id/77-L.jpg"
    with pytest.raises(Invalid, match="cannot be asked for 'xx'"):
        sync(one, languages=("xx",))


# --- The starter catalogue


def test_the_starter_catalogue_finds_by_any_title_and_by_id(opened: Opener) -> None:
    one = opened("starter")
    for title in ("Close-Up", "close up", "کلوزآپ ، نمای نزدیک", "Nema-ye Nazdik"):
        assert [claim.source_key for claim in find(one, kind=Kind.FILM, title=title)] == [
            "film:close-up-1990"
        ]
    (claim,) = find(one, kind=Kind.FILM, title="?", external_ids={"imdb": "tt0100234"})
    assert claim.work.people(Role.DIRECTOR) == ("Abbas Kiarostami",)
    assert find(one, kind=Kind.BOOK, title="Close-Up") == []
    assert find(one, kind=Kind.EPISODE, title="x", series_title="I Love Lucy", year=1953)


def test_the_starter_catalogue_knows_originals_and_series(opened: Opener) -> None:
    one = opened("starter")
    blade_runner = one.source.fetch(one.client, "film:blade-runner-1982")
    dune = one.source.fetch(one.client, "film:dune-part-two-2024")
    poirot = one.source.fetch(one.client, "show:agatha-christies-poirot-1989")
    assert blade_runner
    assert dune
    assert poirot
    assert blade_runner.work.based_on == (Original("Philip K. Dick", "Do Androids Dream of Electric Sheep?"),)
    assert dune.work.based_on == (Original("Frank Herbert", "Dune"),)
    assert (dune.work.series, dune.work.series_position) == ("Dune", 2)
    assert len(poirot.work.based_on) == 3


def test_the_starter_catalogue_is_synced_by_kind_language_and_genre(opened: Opener) -> None:
    claims = sync(opened("starter"), kinds=frozenset({Kind.FILM}), languages=("fa",), genres=("Drama",))
    assert claims
    assert all(c.work.kind is Kind.FILM and c.work.language == "fa" for c in claims)


def test_a_key_is_a_readable_slug() -> None:
    assert starter.slug_of("L'Été  d’Amélie: Part 2!") == "lete-damelie-part-2"
    assert starter.slug_of("七人の侍") == "七人の侍"
    said = {"kind": "film", "title": "Emma.", "year": 1996, "description": "x"}
    assert starter.claim_of(said).source_key == "film:emma-1996"  # type: ignore[union-attr]
    assert starter.claim_of(said | {"slug": "emma-1996-b"}).source_key == "film:emma-1996-b"  # type: ignore[union-attr]


# --- All together


def test_a_failing_source_leaves_the_others_claims(opened: Opener, api: Api) -> None:
    api("google-books").faults = [{"status": 500}] * 20
    api("open-library").faults = [{"body": b"<html>", "status": 200}]
    every = [opened(name) for name in ("google-books", "starter", "open-library", "tmdb")]
    work = Work(kind=Kind.BOOK, title="Dune", credits=(Credit("Frank Herbert", Role.AUTHOR),))
    claims, failures = find_everywhere(every, work)
    assert {claim.source for claim in claims} == {"starter"}
    assert {failure.source for failure in failures} == {"google-books", "open-library"}
    assert all("Google Books" in f.why or "Open Library" in f.why for f in failures)
    assert api("tmdb").asked == []  # it knows no books
    api("google-books").faults = []
    claims, failures = find_everywhere(every, work)
    assert {claim.source for claim in claims} == {"starter", "google-books"}
    assert failures == []


def test_a_fault_of_a_source_itself_leaves_the_others_claims(
    opened: Opener, caplog: pytest.LogCaptureFixture
) -> None:
    broken = replace(opened("google-books"), client=object())
    claims, failures = find_everywhere(
        [broken, opened("open-library")], Work(kind=Kind.BOOK, title="The Left Hand of Darkness")
    )
    assert [claim.source for claim in claims] == ["open-library"]
    assert failures == [Failure("google-books", "AttributeError in the source itself: report this")]
    assert "AttributeError" in caplog.text


def test_too_fast_and_a_hiccup_are_waited_out(opened: Opener, api: Api) -> None:
    waits: list[float] = []
    one = opened("tmdb", sleep=waits.append)
    api("tmdb").faults = [{"status": 429, "headers": {"Retry-After": "3"}}, {"status": 500}]
    assert find(one, kind=Kind.FILM, title="The Matrix", external_ids={"tmdb": "603"})
    assert len(waits) == 2
    assert 3 <= waits[0] <= 3.5


def test_a_silent_source_is_given_up_in_time(opened: Opener, api: Api) -> None:
    one = opened("tmdb", timeout_s=0.05)
    api("tmdb").faults = [{"delay": 0.4}] * 5
    with pytest.raises(Unavailable, match="TMDB cannot be reached"):
        find(one, kind=Kind.FILM, title="The Matrix")


def test_an_unknown_source_names_those_that_there_are() -> None:
    with pytest.raises(
        Invalid, match="'imdbx' is not among the sources; there is google-books, open-library"
    ):
        open_source("imdbx", SourceSettings())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [
    "id",
    "key",
    "title",
    "name",
    "subtitle",
    "original_title",
    "original_name",
    "release_date",
    "first_air_date",
    "original_language",
    "genres",
    "genre_ids",
    "credits",
    "created_by",
    "aggregate_credits",
    "external_ids",
    "alternative_titles",
    "runtime",
    "overview",
    "poster_path",
    "popularity",
    "vote_average",
    "vote_count",
    "author_name",
    "authors",
    "first_publish_year",
    "isbn",
    "language",
    "subject",
    "cover_i",
    "cover_id",
    "kind",
    "year",
    "directors",
    "cast",
    "ids",
    "description",
    "slug",
    "pages",
    "based_on",
    "series",
    "series_position",
    "belongs_to_collection",
    "credits",
]


@given(
    st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=12),
    st.fixed_dictionaries(
        {"id": st.sampled_from([3, "x"]), "key": st.just("/works/OL3W"), "kind": st.just("film")}
    ),
)
def test_no_answer_makes_a_source_stumble(said: dict[str, Any], ids: dict[str, Any]) -> None:
    for entry in (said, said | ids, {"title": "T", "name": "N"} | said | ids):
        claims = [tmdb.claim_of(entry, Kind.FILM), tmdb.claim_of(entry, Kind.SHOW)]
        claims += [google_books.claim_of({"id": "v", "volumeInfo": entry}), open_library.claim_of(entry)]
        claims.append(starter.claim_of(entry))
        assert all(claim is None or (claim.work.title and "\0" not in claim.work.title) for claim in claims)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("0-8044-2957-X", "9780804429573"),
        ("9780441013593", "9780441013593"),
        ("979-10-90636-07-1", "9791090636071"),
        ("9780441013594", None),
        ("0441013598", None),
        ("", None),
        (None, None),
    ],
)
def test_isbns_are_read_in_either_form(written: object, read: str | None) -> None:
    assert reading.isbn13(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1999-03-31", 1999),
        ("March 1999", 1999),
        (1999, 1999),
        ("19--", None),
        ("", None),
        (None, None),
        ("12345", None),
    ],
)
def test_years_are_read_from_dates(written: object, read: int | None) -> None:
    assert reading.year(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [("en", "en"), ("pt-BR", "pt"), ("cn", "zh"), ("xx", None), ("", None), ("eng", None), (None, None)],
)
def test_languages_are_read_as_two_letters(written: object, read: str | None) -> None:
    assert reading.language(written) == read

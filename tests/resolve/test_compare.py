"""Every objection has its name, its weight and its reason."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediatheque.resolve.compare import WEIGHTS, compare, has_agreement, is_certain
from mediatheque.resolve.distance import is_same_name
from mediatheque.resolve.normalise import name_key
from mediatheque.vocabulary import Credit, Item, Kind, Role, Work


def film(title: str, year: int | None = None, director: str = "", **fields: object) -> Work:
    people = (Credit(director, Role.DIRECTOR),) if director else ()
    return replace(Work(kind=Kind.FILM, title=title, year=year, credits=people), **fields)  # type: ignore[arg-type]


def book(title: str, author: str = "", year: int | None = None) -> Work:
    people = (Credit(author, Role.AUTHOR),) if author else ()
    return Work(kind=Kind.BOOK, title=title, year=year, credits=people)


def show(title: str, year: int | None = None, **fields: object) -> Work:
    return replace(Work(kind=Kind.SHOW, title=title, year=year), **fields)  # type: ignore[arg-type]


def video(title: str, channel: str) -> Work:
    return Work(kind=Kind.VIDEO, title=title, credits=(Credit(channel, Role.CHANNEL),))


def penalties(work: Work, other: Work) -> dict[str, float]:
    match = compare(work, Item(id=1, work=other))
    return {p.name: p.amount for p in match.penalties if p.amount}


W = WEIGHTS
NAMED = [
    (film("Heat"), film("Heat", 1995), {}),
    (film("Heat", 1995), film("Heat", 1995), {}),
    (film("Heat", 1994), film("Heat", 1995), {"year": 0.05}),
    (film("Heat", 1986), film("Heat", 1995), {"year": 0.45}),
    (film("Crash", 2004, "Paul Haggis"), film("Crash", 2004, "David Cronenberg"), {"director": 0.35}),
    (
        film("In the Mood for Love", None, "Kar-Wai Wong"),
        film("In the Mood for Love", 2000, "Wong Kar-wai"),
        {},
    ),
    (film("Rocky"), film("Rocky II"), {"number": W.number, "title": 0.222}),
    (film("Dune"), film("Dune: Part One"), {"cut": W.cut, "part one": W.part_one}),
    (film("Predator"), film("The Predator"), {"article": W.article}),
    (film("Predator", 1987), film("The Predator", 1987), {"article": W.article_confirmed}),
    (film("Frankenstein"), film("Mary Shelley's Frankenstein"), {"brand": W.brand}),
    (film("Frankenstein", 1994), film("Mary Shelley's Frankenstein", 1994), {"brand": W.brand_confirmed}),
    (film("Terminator 2"), film("Terminator 2: Judgment Day"), {"cut": W.cut_numbered}),
    (film("Birdman"), film("Birdman or (The Unexpected Virtue of Ignorance)"), {"cut": W.cut}),
    (
        film("Birdman", 2014),
        film("Birdman or (The Unexpected Virtue of Ignorance)", 2014),
        {"cut": W.cut_confirmed},
    ),
    (
        film("Avatar", None, "James Cameron"),
        film("Avatar: The Way of Water", 2022, "James Cameron"),
        {"cut": W.cut},
    ),
    (
        book("Sapiens", "Yuval Noah Harari"),
        book("Sapiens: A Brief History of Humankind", "Yuval Noah Harari"),
        {"cut": W.cut_confirmed},
    ),
    (film("Our Planet"), show("Our Planet"), {"kind": 0.2}),
    (film("Our Planet", 2019), show("Our Planet", 2019), {"kind": 0.1}),
    (film("The Shining"), book("The Shining"), {"kind": 0.6}),
    (show("The Office (U.S.)"), show("The Office (UK)"), {"country": W.country}),
    (show("The Office (U.S.)"), show("The Office"), {"country": W.country_unsaid}),
    (show("The Office (U.S.)"), show("The Office", alternative_titles=("The Office (US)",)), {}),
    (show("Fargo", 2016, season=2), show("Fargo", 2014), {"year": 0.05}),
    (film("Up", runtime_minutes=96), film("Up", runtime_minutes=97), {}),
    (film("Up", runtime_minutes=96), film("Up", runtime_minutes=20), {"runtime": 0.25}),
    (film("Cidade de Deus"), film("City of God", original_title="Cidade de Deus"), {}),
    (film("Round 6"), film("Squid Game", alternative_titles=("Round 6",)), {}),
    (book("Dune", "Frank Herbert", 2005), book("Dune", "Herbert, Frank", 1965), {"year": 0.02}),
    (book("The Outsider", "Stephen King"), book("The Outsider", "Albert Camus"), {"author": 0.5}),
    (book("Joyland", "村上春樹"), book("Joyland", "Haruki Murakami"), {}),
    (video("Live", "One"), video("Live", "Another"), {"channel": 0.45}),
    (
        film("X", external_ids={"imdb": "tt1"}),
        film("X", external_ids={"imdb": "tt2"}),
        {"id conflict": W.id_conflict},
    ),
    (film("X", external_ids={"isbn13": "1"}), film("X", external_ids={"isbn13": "2"}), {}),
    (film("Working Girl"), film("Working Girls"), {"plural": W.plural, "title": 0.088}),
]


@pytest.mark.parametrize(("work", "other", "expected"), NAMED)
def test_named_penalties(work: Work, other: Work, expected: dict[str, float]) -> None:
    found = penalties(work, other)
    assert found.keys() == expected.keys()
    assert found == pytest.approx(expected, abs=0.001)


def test_an_equal_id_is_certain_whatever_the_title_says() -> None:
    work = film("Auf der Flucht", 1890, external_ids={"imdb": "TT0111161 "})
    match = compare(
        work, Item(id=7, work=film("The Shawshank Redemption", 1994, external_ids={"imdb": "tt0111161"}))
    )
    assert (match.item_id, match.score, is_certain(match)) == (7, 1.0, True)


def test_a_number_that_counts_films_and_shows_apart_joins_no_film_to_a_show() -> None:
    match = compare(
        film("A", external_ids={"tmdb": "5"}), Item(id=1, work=show("B", external_ids={"tmdb": "5"}))
    )
    assert not is_certain(match)
    assert match.score < 0.5


def test_a_remake_of_another_year_is_out_of_the_question_and_says_why() -> None:
    match = compare(film("The Thing", 2011), Item(id=1, work=film("The Thing", 1982)))
    year = next(p for p in match.penalties if p.name == "year")
    assert match.score < 0.65
    assert year.detail == "2011, not 1982"


def test_agreement_is_reported_as_a_penalty_of_nothing() -> None:
    assert has_agreement(compare(film("Heat", 1995), Item(id=1, work=film("Heat", 1995))))
    assert has_agreement(compare(film("Heat", 1996), Item(id=1, work=film("Heat", 1995))))
    assert not has_agreement(compare(film("Heat"), Item(id=1, work=film("Heat", 1995))))


def test_two_titles_of_one_franchise_are_not_taken_for_each_other() -> None:
    match = compare(show("Love Is Blind: Brazil"), Item(id=1, work=show("Love Is Blind: Japan")))
    assert match.score < 0.65


def test_the_same_episode_of_the_same_show() -> None:
    work = Work(kind=Kind.EPISODE, title="Ozymandias", series_title="Breaking Bad", season=5)
    right = Work(kind=Kind.EPISODE, title="Ozymandias", series_title="Breaking Bad", season=5, episode=14)
    wrong = replace(right, title="Felina", episode=16)
    assert compare(work, Item(id=1, work=right)).score == 1.0
    assert compare(work, Item(id=1, work=wrong)).score == pytest.approx(1.0 - W.episode)


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("J.R.R. Tolkien", "John Ronald Reuel Tolkien", True),
        ("Bong Joon-ho", "Joon-ho Bong", True),
        ("Fyodor Dostoevsky", "Fyodor Dostoyevsky", True),
        ("Saint-Exupéry", "Antoine de Saint-Exupéry", True),
        ("Liu Cixin", "Cixin Liu", True),
        ("Joel Coen", "Ethan Coen", False),
        ("Lana Wachowski", "Lilly Wachowski", False),
        ("Stephen King", "Albert Camus", False),
        ("Martin Scorsese", "Martin McDonagh", False),
    ],
)
def test_names_of_one_person(a: str, b: str, same: bool) -> None:
    assert is_same_name(name_key(a), name_key(b)) is same
    assert is_same_name(name_key(b), name_key(a)) is same


WORKS = st.builds(
    Work,
    kind=st.sampled_from(Kind),
    title=st.text(max_size=40),
    original_title=st.none() | st.text(max_size=20),
    year=st.none() | st.integers(1890, 2030),
    season=st.none() | st.integers(0, 30),
    episode=st.none() | st.integers(0, 30),
    series_title=st.none() | st.text(max_size=20),
    runtime_minutes=st.none() | st.floats(0, 500),
    credits=st.lists(st.builds(Credit, st.text(max_size=20), st.sampled_from(Role)), max_size=3).map(tuple),
    external_ids=st.dictionaries(
        st.sampled_from(["imdb", "tmdb", "isbn13"]), st.text(max_size=3), max_size=2
    ),
)


@given(WORKS, WORKS)
def test_any_two_works_compare(work: Work, other: Work) -> None:
    match = compare(work, Item(id=3, work=other))
    assert 0.0 <= match.score <= 1.0
    assert all(p.amount >= 0 for p in match.penalties)
    assert match.score == pytest.approx(max(0.0, 1 - sum(p.amount for p in match.penalties)), abs=0.001)


@given(
    st.text(max_size=40), st.text(max_size=40), st.none() | st.integers(1990, 1995), st.integers(1990, 1995)
)
def test_films_are_as_far_from_each_other_either_way(
    a: str, b: str, year: int | None, other_year: int
) -> None:
    ours, theirs = film(a, year), film(b, other_year)
    there, back = compare(ours, Item(id=1, work=theirs)), compare(theirs, Item(id=1, work=ours))
    assert there.score == back.score

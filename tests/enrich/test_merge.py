"""Merging claims believes sources in the written order, and does not care who spoke first."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediatheque.enrich.merge import BOOK_RULES, SCREEN_RULES, merge
from mediatheque.enrich.sources import names
from mediatheque.vocabulary import Claim, Credit, Kind, Original, Role, Work


def film(**said: object) -> Work:
    return Work(**({"kind": Kind.FILM, "title": "The Seventh Seal"} | said))  # type: ignore[arg-type]


def book(**said: object) -> Work:
    return Work(**({"kind": Kind.BOOK, "title": "The Waves"} | said))  # type: ignore[arg-type]


def test_each_field_comes_from_the_source_that_knows_it_best() -> None:
    merged = merge(
        [
            Claim(
                "tmdb", "film:490", film(year=1958, runtime_minutes=96, description="Long.", popularity=20.0)
            ),
            Claim(
                "starter", "film:x", film(year=1957, runtime_minutes=97, description="Short.", language="sv")
            ),
        ]
    )
    assert (merged.year, merged.language) == (1957, "sv")
    assert (merged.runtime_minutes, merged.description, merged.popularity) == (96, "Long.", 20.0)


def test_an_age_of_zero_and_services_are_believed_where_they_are_said() -> None:
    merged = merge(
        [
            Claim("tmdb", "film:490", film(minimum_age=0, services=("mubi",))),
            Claim("starter", "film:x", film(minimum_age=12)),
        ]
    )
    assert (merged.minimum_age, merged.services) == (0, ("mubi",))
    assert (
        merge([Claim("starter", "film:x", film(minimum_age=12)), Claim("tmdb", "a", film())]).minimum_age
        == 12
    )


def test_a_book_is_dated_by_its_work_and_described_by_its_publisher() -> None:
    merged = merge(
        [
            Claim("google-books", "book:a", book(year=2006, description="Full.", pages=300, language="de")),
            Claim("open-library", "book:b", book(year=1931, description="Patchy.", pages=260)),
        ]
    )
    assert (merged.year, merged.description, merged.pages, merged.language) == (1931, "Full.", 260, "de")


def test_titles_and_ids_are_united() -> None:
    merged = merge(
        [
            Claim(
                "tmdb",
                "film:490",
                film(
                    original_title="Det sjunde inseglet",
                    alternative_titles=("Das siebente Siegel", "THE SEVENTH SEAL"),
                    external_ids={"tmdb": "490", "imdb": "tt0050976"},
                ),
            ),
            Claim(
                "starter",
                "film:x",
                film(
                    alternative_titles=("Le Septième Sceau",), external_ids={"imdb": "tt9", "wikidata": "Q1"}
                ),
            ),
        ]
    )
    assert merged.title == "The Seventh Seal"
    assert merged.original_title == "Det sjunde inseglet"
    assert set(merged.alternative_titles) == {"Das siebente Siegel", "Le Septième Sceau"}
    assert merged.external_ids == {"imdb": "tt0050976", "tmdb": "490", "wikidata": "Q1"}


def test_credits_come_role_by_role_and_keep_their_billing() -> None:
    cast = (Credit("Max von Sydow", Role.CAST, "Antonius"), Credit("Bibi Andersson", Role.CAST))
    merged = merge(
        [
            Claim("tmdb", "film:490", film(credits=cast)),
            Claim("starter", "film:x", film(credits=(Credit("Ingmar Bergman", Role.DIRECTOR), *cast[1:]))),
        ]
    )
    assert merged.people(Role.DIRECTOR) == ("Ingmar Bergman",)
    assert tuple(c for c in merged.credits if c.role is Role.CAST) == cast


def test_a_rating_keeps_the_count_it_was_made_from() -> None:
    merged = merge(
        [
            Claim("open-library", "book:a", book(average_rating=None, rating_count=9)),
            Claim("google-books", "book:b", book(average_rating=4.0, rating_count=2)),
        ]
    )
    assert (merged.average_rating, merged.rating_count) == (4.0, 2)


def test_a_place_in_a_series_is_one_in_that_series() -> None:
    merged = merge(
        [
            Claim("tmdb", "film:1", film(series="The Middle Ages", series_position=7)),
            Claim("starter", "film:x", film(series="Knights")),
            Claim("zzz", "film:y", film(series="knights", series_position=2)),
        ]
    )
    assert (merged.series, merged.series_position) == ("Knights", 2)
    unnamed = merge([Claim("tmdb", "film:1", film(series_position=7)), Claim("starter", "film:x", film())])
    assert (unnamed.series, unnamed.series_position) == (None, None)


def test_the_catalogue_that_names_the_book_is_believed_about_it() -> None:
    known, guessed = Original("I. B.", "Wood Painting"), Original("Ingmar Bergman")
    claims = [Claim("tmdb", "film:490", film(based_on=(guessed,))), Claim("starter", "x", film())]
    assert merge(claims).based_on == (guessed,)
    assert merge([*claims, Claim("starter", "y", film(based_on=(known,)))]).based_on == (known,)


def test_a_source_nobody_wrote_a_rule_for_is_believed_last() -> None:
    merged = merge([Claim("aaa", "1", film(year=1, pages=5)), Claim("tmdb", "film:1", film(year=2))])
    assert (merged.year, merged.pages) == (2, 5)


def test_nothing_cannot_be_merged() -> None:
    with pytest.raises(ValueError, match="at least one"):
        merge([])


@pytest.mark.parametrize("rules", [SCREEN_RULES, BOOK_RULES])
def test_every_field_has_exactly_one_rule_with_a_reason(rules: tuple[object, ...]) -> None:
    ruled = [field for rule in rules for field in rule.fields]  # type: ignore[attr-defined]
    united_or_paired = {"alternative_titles", "rating_count"}
    assert sorted(ruled) == sorted({field.name for field in fields(Work)} - united_or_paired)
    for rule in rules:
        assert len(rule.why) > 20  # type: ignore[attr-defined]
        assert set(rule.order) <= set(names())  # type: ignore[attr-defined]


WORDS = st.sampled_from(["", "Alpha", "alpha", "Beta", "Gamma", "Δ"])
MAYBE = st.none() | WORDS


@st.composite
def works(draw: st.DrawFn) -> Work:
    return Work(
        kind=draw(st.sampled_from([Kind.FILM, Kind.SHOW, Kind.BOOK])),
        title=draw(WORDS),
        original_title=draw(MAYBE),
        alternative_titles=tuple(draw(st.lists(WORDS, max_size=3))),
        year=draw(st.none() | st.integers(1990, 1993)),
        genres=tuple(draw(st.lists(st.sampled_from(["Drama", "War"]), max_size=2, unique=True))),
        credits=tuple(draw(st.lists(st.builds(Credit, WORDS, st.sampled_from(Role), MAYBE), max_size=3))),
        description=draw(MAYBE),
        based_on=tuple(draw(st.lists(st.builds(Original, WORDS, MAYBE), max_size=2))),
        series=draw(MAYBE),
        series_position=draw(st.none() | st.integers(1, 3)),
        average_rating=draw(st.none() | st.floats(0.5, 5)),
        rating_count=draw(st.none() | st.integers(1, 9)),
        external_ids=draw(st.dictionaries(st.sampled_from(["imdb", "tmdb"]), WORDS, max_size=2)),
    )


CLAIMS = st.builds(
    Claim, st.sampled_from(["tmdb", "starter", "open-library", "zzz"]), st.sampled_from(["1", "2"]), works()
)


@given(st.lists(CLAIMS, min_size=1, max_size=6), st.randoms())
def test_the_order_of_claims_does_not_matter(claims: list[Claim], random: object) -> None:
    merged = merge(claims)
    random.shuffle(claims)  # type: ignore[attr-defined]
    assert merge(claims) == merged


@given(st.lists(CLAIMS, min_size=1, max_size=5))
def test_nothing_is_made_up_and_no_title_or_id_is_lost(claims: list[Claim]) -> None:
    merged = merge(claims)
    said = [claim.work for claim in claims]
    for field in ("kind", "year", "description", "genres"):
        assert getattr(merged, field) in [getattr(work, field) for work in said]
    every = {t.casefold() for w in said for t in (w.title, w.original_title, *w.alternative_titles) if t}
    kept = (merged.title, merged.original_title or "", *merged.alternative_titles)
    assert {title.casefold() for title in kept} - {""} == every
    assert set(merged.external_ids) == {scheme for work in said for scheme in work.external_ids}


@given(st.lists(CLAIMS, min_size=1, max_size=5))
def test_saying_it_twice_changes_nothing(claims: list[Claim]) -> None:
    assert merge(claims + claims) == merge(claims)

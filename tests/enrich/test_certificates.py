"""Certificates as ages: what boards say, in any spelling, and nothing that they do not say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediatheque.enrich.certificates import age_of, minimum_age
from mediatheque.vocabulary import service_name


@pytest.mark.parametrize(
    ("country", "certificate", "age"),
    [
        ("US", "PG-13", 13),
        ("US", "pg 13", 13),
        ("US", "TV-Y7-FV", 7),
        ("US", "NR", None),
        ("GB", "12A", 12),
        ("GB", "U", 0),
        ("DE", "FSK 16", 16),
        ("DE", "0", 0),
        ("FR", "-12", 12),
        ("NL", "AL", 0),
        ("ES", "A", 0),
        ("CA", "A", 18),  # the same letter, another board
        ("IT", "VM14", 14),
        ("SE", "Btl", 0),
        ("AU", "MA 15+", 15),
        ("BR", "L", 0),
        ("JP", "R15+", 15),
        ("RU", "16+", 16),
        ("AR", "+13", 13),
        ("SG", "R21", 21),
        ("AU", "E", None),  # exempt, so nobody has looked
        ("FR", "PG-13", None),  # another country's
        ("US", "99", None),
        ("US", "", None),
    ],
)
def test_what_a_certificate_says(country: str, certificate: str, age: int | None) -> None:
    assert age_of(certificate, country) == age


def test_the_own_region_is_believed_before_others_and_the_strictest_of_several() -> None:
    said = {"US": ["PG", "R"], "DE": ["12"], "SE": ["11"], "XX": ["X"]}
    assert minimum_age(said, "DE") == 12
    assert minimum_age(said, "US") == 17
    assert minimum_age(said, "NO") == 17
    assert minimum_age({"US": ["NR"], "SE": ["11"]}, "US") == 11
    assert minimum_age({"US": ["NR"]}, "US") is None
    assert minimum_age({}, "US") is None


@given(st.text(max_size=8), st.sampled_from(["US", "DE", "ES", "??"]))
def test_no_text_gives_an_impossible_age(certificate: str, country: str) -> None:
    age = age_of(certificate, country)
    assert age is None or 0 <= age <= 21


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Netflix", "netflix"),
        ("Disney+", "disney-plus"),
        ("Disney Plus", "disney-plus"),
        ("disney-plus", "disney-plus"),
        ("Amazon Prime Video with Ads", "amazon-prime-video"),
        ("Netflix Standard with Ads", "netflix"),
        ("Canal+ Séries", "canal-plus-series"),
        ("爱奇艺", "爱奇艺"),
        (" ! ", ""),
    ],
)
def test_a_service_has_one_name(written: str, name: str) -> None:
    assert service_name(written) == name


@given(st.text(max_size=20))
def test_a_name_names_itself(written: str) -> None:
    assert service_name(service_name(written)) == service_name(written)

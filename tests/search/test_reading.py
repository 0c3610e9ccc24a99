"""A query is read as a title and as words, and whatever is typed becomes a question PostgreSQL understands."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from mediatheque.kit.database import Connection
from mediatheque.kit.errors import Invalid
from mediatheque.search.reading import read_query


def test_a_title_and_its_year() -> None:
    reading = read_query("  Dune   (2021) ")
    assert (reading.text, reading.year, reading.key_without_year) == ("Dune (2021)", 2021, "dune")
    assert read_query("1917").year is None
    assert read_query("The Godfather").key == "godfather"


def test_words_that_every_description_has_are_not_asked_for() -> None:
    assert read_query("a man who forgets his name").words == ("man", "forgets", "name")
    assert read_query("The Who").words == ("The", "Who")


def test_the_last_word_may_be_half_typed() -> None:
    assert read_query("star wa").tsquery() == "star & wa:*"
    assert read_query("plan 9").tsquery() == "plan & 9"


@pytest.mark.parametrize("query", ["", "  \t\n", "\0", "\x00 \x00"])
def test_nothing_typed_is_explained(query: str) -> None:
    with pytest.raises(Invalid, match="nothing to search for"):
        read_query(query)


def test_a_page_of_text_is_cut() -> None:
    reading = read_query("storm " * 10_000)
    assert len(reading.text) <= 1_000
    assert len(reading.words) <= 16


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(st.text(min_size=1, max_size=60))
def test_whatever_is_typed_can_be_asked(db: Connection, typed: str) -> None:
    try:
        reading = read_query(typed)
    except Invalid:
        return
    if reading.words:
        db.execute(text("SELECT to_tsquery('mediatheque', :q)"), {"q": reading.tsquery()})
    db.execute(text("SELECT CAST(:q AS text) LIKE 'x'"), {"q": reading.text + reading.key})

"""Works and events as JSON, and JSON that PostgreSQL can store."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from mediatheque.kit.wire import (
    event_from_json,
    event_to_json,
    jsonb,
    storable_text,
    work_from_json,
    work_to_json,
)
from mediatheque.vocabulary import Credit, Event, EventKind, Kind, Original, Role, Work

texts = st.text(max_size=20)
works = st.builds(
    Work,
    kind=st.sampled_from(Kind),
    title=texts,
    original_title=st.none() | texts,
    alternative_titles=st.lists(texts, max_size=3).map(tuple),
    year=st.none() | st.integers(-3000, 2200),
    genres=st.lists(texts, max_size=3).map(tuple),
    credits=st.lists(st.builds(Credit, texts, st.sampled_from(Role)), max_size=3).map(tuple),
    runtime_minutes=st.none() | st.floats(0, 1000),
    season=st.none() | st.integers(0, 99),
    based_on=st.lists(st.builds(Original, texts, st.none() | texts.filter(bool)), max_size=2).map(tuple),
    series=st.none() | texts,
    series_position=st.none() | st.floats(0, 1000),
    minimum_age=st.none() | st.integers(0, 21),
    services=st.lists(texts, max_size=3).map(tuple),
    external_ids=st.dictionaries(texts, texts, max_size=3),
)
events = st.builds(
    Event,
    kind=st.sampled_from(EventKind),
    at=st.none() | st.datetimes(timezones=st.just(UTC)),
    is_date_only=st.booleans(),
    value=st.none() | st.floats(0, 5),
    properties=st.dictionaries(texts, texts | st.integers(), max_size=3),
)


@given(works)
def test_a_work_comes_back_equal(work: Work) -> None:
    assert work_from_json(json.loads(json.dumps(work_to_json(work)))) == work


@given(events)
def test_an_event_comes_back_equal(event: Event) -> None:
    assert event_from_json(json.loads(json.dumps(event_to_json(event)))) == event


def test_empty_fields_are_left_out() -> None:
    assert work_to_json(Work(kind=Kind.FILM, title="Roma")) == {"kind": "film", "title": "Roma"}
    at = datetime(2021, 3, 14, tzinfo=UTC)
    assert event_to_json(Event(kind=EventKind.SAVED, at=at)) == {
        "kind": "saved",
        "at": "2021-03-14T00:00:00+00:00",
    }


def test_what_postgresql_cannot_store_is_replaced_and_nothing_else() -> None:
    stored = json.loads(jsonb({"a\0": ["x\0y", "\ud800", float("nan"), 1.5], "b": r"back\u0000slash"}))
    assert stored == {"a\ufffd": ["x\ufffdy", "\ufffd", "nan", 1.5], "b": r"back\u0000slash"}
    assert storable_text("\0\udfff") == "\ufffd\ufffd"

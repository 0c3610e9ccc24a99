"""Our own export: what is written is read back equal, under the same identity."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mediatheque.importers import Options, importer, mediatheque, recognise
from mediatheque.kit.errors import Invalid
from mediatheque.kit.files import Upload
from mediatheque.vocabulary import (
    Credit,
    Event,
    EventKind,
    Kind,
    Original,
    Record,
    Rejected,
    Role,
    Row,
    Work,
)

SAMPLES = Path(__file__).parent / "samples"

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)
numbers = st.floats(0, 1e6)
optional_text = st.none() | texts
works = st.builds(
    Work,
    kind=st.sampled_from(Kind),
    title=names.filter(str.strip),
    original_title=optional_text,
    alternative_titles=st.lists(texts, max_size=2).map(tuple),
    year=st.none() | st.integers(1000, 2100),
    language=optional_text,
    genres=st.lists(texts, max_size=2).map(tuple),
    credits=st.lists(st.builds(Credit, names, st.sampled_from(Role), st.none() | names), max_size=2).map(
        tuple
    ),
    runtime_minutes=st.none() | numbers,
    pages=st.none() | st.integers(1, 9999),
    description=optional_text,
    series_title=optional_text,
    season=st.none() | st.integers(0, 99),
    season_title=optional_text,
    episode=st.none() | st.integers(0, 999),
    based_on=st.lists(st.builds(Original, names, st.none() | names), max_size=2).map(tuple),
    series=st.none() | names,
    series_position=st.none() | numbers,
    url=optional_text,
    image_url=optional_text,
    popularity=st.none() | numbers,
    average_rating=st.none() | numbers,
    rating_count=st.none() | st.integers(0, 10**9),
    external_ids=st.dictionaries(names, names, max_size=2),
)
json_values = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
)
moments = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
events = st.builds(
    Event,
    kind=st.sampled_from([kind for kind in EventKind if kind is not EventKind.RATED]),
    at=st.none() | moments,
    value=st.none() | numbers,
    properties=st.dictionaries(texts, json_values, max_size=2),
) | st.builds(
    Event,
    kind=st.just(EventKind.RATED),
    at=moments.map(lambda at: at.replace(hour=0, minute=0, second=0, microsecond=0)),
    is_date_only=st.just(True),
    value=st.none() | st.integers(1, 10).map(lambda half: half / 2),
)
records = st.builds(
    Record,
    source=st.sampled_from(["netflix", "youtube", "mediatheque", "google-books"]),
    where=texts,
    payload=st.dictionaries(texts, json_values | st.lists(json_values, max_size=2), max_size=3),
    work=st.none() | works,
    events=st.lists(events, max_size=2).map(tuple),
    key=texts,
)
relaxed = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def rows_of(path: Path) -> list[Row]:
    with Upload.open(path) as upload:
        assert recognise(upload) == "mediatheque"
        return list(mediatheque.read(upload, Options()))


def export(path: Path, lines: list[dict[str, Any]], events: list[dict[str, Any]], **manifest: Any) -> Path:
    """An export as the export command writes it."""
    said = {**mediatheque.manifest("Ines", datetime(2024, 4, 1, tzinfo=UTC)), **manifest}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(mediatheque.MANIFEST_FILE, json.dumps(said))
        for name, entries in ((mediatheque.RECORDS_FILE, lines), (mediatheque.EVENTS_FILE, events)):
            archive.writestr(
                name, "".join(json.dumps(e, ensure_ascii=False, default=str) + "\n" for e in entries)
            )
    return path


@relaxed
@given(record=records)
def test_a_record_is_read_back_equal(record: Record) -> None:
    again = mediatheque.from_json(json.loads(json.dumps(mediatheque.to_json(record), default=str)))
    assert again == record
    assert again.content_hash() == record.content_hash()


@relaxed
@given(written=st.lists(records, min_size=1, max_size=4))
def test_an_export_is_read_back_equal(tmp_path: Path, written: list[Record]) -> None:
    path = export(tmp_path / "export.zip", [mediatheque.to_json(record) for record in written], [])
    assert rows_of(path) == written


@pytest.mark.parametrize(
    "sample", ["youtube.watch-history.html", "youtube.verlauf.json", "trakt.history.json"]
)
def test_other_importers_records_survive_the_journey(tmp_path: Path, sample: str) -> None:
    with Upload.open(SAMPLES / sample) as upload:
        name = recognise(upload)
        before = [row for row in importer(name).read(upload, Options()) if isinstance(row, Record)]
    path = export(tmp_path / "export.zip", [mediatheque.to_json(record) for record in before], [])
    after = rows_of(path)
    assert after == before
    assert [r.content_hash() for r in after if isinstance(r, Record)] == [r.content_hash() for r in before]


def test_a_payload_that_json_cannot_hold_keeps_its_identity() -> None:
    record = Record(source="netflix", where="x:1", payload={"day": datetime(2024, 1, 1).date()})
    again = mediatheque.from_json(json.loads(json.dumps(mediatheque.to_json(record), default=str)))
    assert again.content_hash() == record.content_hash()


def test_a_directly_given_event_is_known_by_its_id(tmp_path: Path) -> None:
    event = Event(kind=EventKind.RATED, at=datetime(2024, 3, 1, 12, tzinfo=UTC), value=4.0)
    work = Work(kind=Kind.BOOK, title="A Ledger of Tides")
    path = export(tmp_path / "export.zip", [], [mediatheque.event_to_line("e-17", event, work)])
    (row,) = rows_of(path)
    assert isinstance(row, Record)
    assert (row.source, row.key) == ("mediatheque", mediatheque.event_key("e-17"))
    assert (row.work, row.events) == (work, (event,))


def test_an_empty_export_is_recognised(tmp_path: Path) -> None:
    assert rows_of(export(tmp_path / "export.zip", [], [])) == []


def test_the_files_of_an_export_are_read_singly(tmp_path: Path) -> None:
    for name, count in (("records.jsonl", 4), ("events.jsonl", 2)):
        rows = rows_of(SAMPLES / "mediatheque.export" / name)
        assert len(rows) == count
        assert sum(isinstance(row, Rejected) for row in rows) == 1


@pytest.mark.parametrize(("manifest", "why"), [({"version": 99}, "update"), ({"version": "x"}, "version")])
def test_an_export_of_another_version_is_refused(tmp_path: Path, manifest: dict[str, Any], why: str) -> None:
    path = export(tmp_path / "export.zip", [], [], **manifest)
    with pytest.raises(Invalid, match=why):
        rows_of(path)


GOOD = {
    "source": "netflix",
    "where": "x:1",
    "payload": {},
    "work": {"kind": "film", "title": "Salt Roads"},
    "events": [{"kind": "watched"}],
}


@pytest.mark.parametrize(
    "change",
    [
        {"source": ""},
        {"source": "../x"},
        {"where": None},
        {"payload": []},
        {"key": 3},
        {"events": {}},
        {"events": [3]},
        {"events": [{"kind": "sneezed"}]},
        {"events": [{"kind": "watched", "at": "2024-01-01T00:00:00"}]},
        {"events": [{"kind": "watched", "at": 7}]},
        {"events": [{"kind": "watched", "at": "2024-01-01T01:00:00+00:00", "is_date_only": True}]},
        {"events": [{"kind": "watched", "value": "all"}]},
        {"events": [{"kind": "watched", "properties": []}]},
        {"events": [{"kind": "rated", "value": 4.3}]},
        {"events": [{"kind": "rated", "value": 40}]},
        {"work": []},
        {"work": {"kind": "film"}},
        {"work": {"kind": "film", "title": 7}},
        {"work": {"kind": "film", "title": " "}},
        {"work": {"kind": "film", "title": "x" * 2000}},
        {"work": {"kind": "opera", "title": "Salt Roads"}},
        {"work": {"kind": "film", "title": "Salt Roads", "year": "1974"}},
        {"work": {"kind": "film", "title": "Salt Roads", "runtime_minutes": True}},
        {"work": {"kind": "film", "title": "Salt Roads", "genres": "drama"}},
        {"work": {"kind": "film", "title": "Salt Roads", "external_ids": {"imdb": 3}}},
        {"work": {"kind": "film", "title": "Salt Roads", "credits": [{"name": "Oda", "role": "cook"}]}},
        {"work": {"kind": "film", "title": "Salt Roads", "credits": ["Oda"]}},
    ],
)
def test_a_damaged_line_is_rejected_and_the_rest_is_read(tmp_path: Path, change: dict[str, Any]) -> None:
    assert mediatheque.from_json(GOOD)
    rows = rows_of(export(tmp_path / "export.zip", [GOOD, {**GOOD, **change}, GOOD], []))
    assert [type(row) for row in rows] == [Record, Rejected, Record]


anything = st.recursive(
    json_values,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


@relaxed
@given(
    lines=st.lists(
        anything
        | st.dictionaries(
            st.sampled_from(["source", "where", "payload", "work", "events", "key", "id", "event"]), anything
        ),
        max_size=8,
    )
)
def test_every_line_has_an_outcome(tmp_path: Path, lines: list[Any]) -> None:
    assert len(rows_of(export(tmp_path / "export.zip", [GOOD, *lines], []))) == 1 + len(lines)

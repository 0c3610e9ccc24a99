"""What every importer promises, tried on every sample and on what can happen to a file on its way.

A sample lies in `tests/importers/samples/` and is named after its importer, with anything after a dot
or dash: `imdb.ratings.csv` is a file as it is; a folder such as `letterboxd.export` is zipped. Each holds at least one good and one broken row. A new importer needs no test
of its own to be held to these promises.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mediatheque import importers
from mediatheque.importers import Options
from mediatheque.kit.errors import Invalid, NeedsAnswer
from mediatheque.kit.files import Upload
from mediatheque.kit.tables_of_text import read_table
from mediatheque.vocabulary import EventKind, Kind, Record, Rejected, Row, Skipped

SAMPLES = Path(__file__).parent.parent / "importers" / "samples"
EVERY_SAMPLE = sorted(p.name for p in SAMPLES.iterdir() if not p.name.startswith(("_", ".")))
TABLES = [name for name in EVERY_SAMPLE if name.endswith(".csv")]


def bytes_of(sample: str) -> bytes:
    path = SAMPLES / sample
    if path.is_file():
        return path.read_bytes()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(p for p in path.rglob("*") if p.is_file()):
            archive.write(file, file.relative_to(path).as_posix())
    return packed.getvalue()


def importer_of(sample: str) -> str:
    return next((name for name in importers.names() if re.fullmatch(rf"{name}([.-].*)?", sample)), "")


def file_name_of(sample: str) -> str:
    """The name a user's file has; the samples' own names must not help to recognise them."""
    rest = sample.removeprefix(importer_of(sample)).lstrip(".-")
    return f"{rest or 'export'}.zip" if (SAMPLES / sample).is_dir() else rest


def rows_of(upload: Upload, name: str) -> list[Row]:
    """The rows, answering with the last choice whatever the importer asks."""
    options = Options()
    for _ in range(3):
        try:
            return list(importers.importer(name).read(upload, options))
        except NeedsAnswer as question:
            options = dataclasses.replace(options, **{question.option: question.choices[-1]})
    raise AssertionError(f"{name} asks without end")


def read(content: bytes, tmp_path: Path, file_name: str) -> tuple[str, list[Row]]:
    path = tmp_path / "upload"
    path.write_bytes(content)
    with Upload.open(path, name=file_name) as upload:
        name = importers.recognise(upload)
        return name, rows_of(upload, name)


def what_rows_say(rows: list[Row]) -> list[tuple[object, ...]]:
    """Rows for comparison: what kind, where, and what the row says."""
    return [
        (type(row).__name__, row.where, row.work, row.events, row.content_hash())
        if isinstance(row, Record)
        else (type(row).__name__, row.where)
        for row in rows
    ]


# ---- the samples as they are ------------------------------------------------------------------


def test_every_importer_has_a_sample() -> None:
    assert {importer_of(sample) for sample in EVERY_SAMPLE} == set(importers.names())


@pytest.mark.parametrize("name", importers.names())
def test_title_is_for_people(name: str) -> None:
    title = importers.importer(name).TITLE
    assert 5 <= len(title) < 90
    assert title[0].isupper()


@pytest.mark.parametrize("sample", EVERY_SAMPLE)
def test_sample_is_recognised_and_its_rows_keep_the_rules(sample: str, tmp_path: Path) -> None:
    name, rows = read(bytes_of(sample), tmp_path, file_name_of(sample))
    assert name == importer_of(sample)
    kinds = Counter(type(row) for row in rows)
    assert kinds[Record] >= 1
    assert kinds[Rejected] >= 1, "a sample has at least one broken row"
    check_rows(name, rows)


def check_rows(name: str, rows: list[Row]) -> None:
    """The rules that hold for whatever an importer yields."""
    wheres = [row.where for row in rows]
    assert len(set(wheres)) == len(wheres), "every row has its own place"
    for row in rows:
        if isinstance(row, Record):
            check_record(name, row)
        else:
            assert row.why
            assert row.why[0].islower() or not row.why[0].isalpha(), "the reason completes “this row …”"
            assert len(row.why) < 300


def check_record(name: str, record: Record) -> None:
    assert record.source == name or name == "mediatheque", "our own export keeps each record's source"
    assert "\\u0000" not in json.dumps(record.payload), "PostgreSQL's JSON cannot hold NUL"
    assert len(record.content_hash()) == 16
    if work := record.work:
        assert work.title or (work.kind is Kind.EPISODE and work.series_title)
        assert work.title == work.title.strip()
        assert len(work.title) <= 1_000
        assert all(scheme and value for scheme, value in work.external_ids.items())
    else:  # a search, a subscription, a video of which nothing but the view is left
        assert record.events
    for event in record.events:
        json.dumps(dict(event.properties))
        assert event.at is None or event.at.utcoffset() is not None
        if event.is_date_only:
            assert event.at is not None
            assert event.at.time().isoformat() == "00:00:00"
        if event.kind is EventKind.RATED and event.value is not None:
            assert event.value * 2 == int(event.value * 2)
            assert 0.5 <= event.value <= 5


@pytest.mark.parametrize("sample", EVERY_SAMPLE)
def test_reading_twice_says_the_same(sample: str, tmp_path: Path) -> None:
    content = bytes_of(sample)
    first = read(content, tmp_path, file_name_of(sample))
    second = read(content, tmp_path, file_name_of(sample))
    assert what_rows_say(first[1]) == what_rows_say(second[1])


@pytest.mark.parametrize("sample", EVERY_SAMPLE)
def test_rows_with_one_key_say_one_thing(sample: str, tmp_path: Path) -> None:
    _, rows = read(bytes_of(sample), tmp_path, file_name_of(sample))
    said_by_hash: dict[bytes, object] = {}
    for row in rows:
        if isinstance(row, Record):
            said = (row.work, row.events)
            assert said_by_hash.setdefault(row.content_hash(), said) == said


@pytest.mark.parametrize("sample", EVERY_SAMPLE)
def test_sample_is_recognised_inside_a_zip_inside_a_zip(sample: str, tmp_path: Path) -> None:
    content, name = bytes_of(sample), file_name_of(sample)
    _, alone = read(content, tmp_path, name)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("__MACOSX/._" + name, b"\0\5\26\7junk")
        archive.writestr("notes/read me.html", b"<html>nothing</html>")
        archive.writestr(name, content)
    recognised, rows = read(packed.getvalue(), tmp_path, "everything.zip")
    assert recognised == importer_of(sample)
    assert Counter(type(r) for r in rows) == Counter(type(r) for r in alone)


# ---- what happens to files on their way -------------------------------------------------------

_Change = Callable[[str], bytes]
HARMLESS: dict[str, _Change] = {
    "BOM": lambda text: text.encode("utf-8-sig"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16 LE without mark": lambda text: text.encode("utf-16-le"),
    "UTF-16 BE with mark": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "UTF-16 BE without mark": lambda text: text.encode("utf-16-be"),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "lone CR": lambda text: text.replace("\n", "\r").encode(),
    "NULs": lambda text: text.replace("e", "e\0").encode(),
    "no last line end": lambda text: text.rstrip("\n").encode(),
    "blank lines at the end": lambda text: (text + "\n\n  \n").encode(),
}


@pytest.mark.parametrize("change", HARMLESS)
@pytest.mark.parametrize("sample", TABLES)
def test_harmless_changes_change_nothing(sample: str, change: str, tmp_path: Path) -> None:
    text = (SAMPLES / sample).read_text(encoding="utf-8")
    name = file_name_of(sample)
    _, original = read(text.encode(), tmp_path, name)
    _, changed = read(HARMLESS[change](text), tmp_path, name)
    assert what_rows_say(changed) == what_rows_say(original)


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("sample", TABLES)
def test_other_delimiters_are_found(sample: str, delimiter: str, tmp_path: Path) -> None:
    text, name = (SAMPLES / sample).read_text(encoding="utf-8"), file_name_of(sample)
    _, original = read(text.encode(), tmp_path, name)
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator="\n").writerows(csv.reader(io.StringIO(text)))
    _, changed = read(written.getvalue().encode(), tmp_path, name)
    assert what_rows_say(changed) == what_rows_say(original)


def test_cp1252_is_read(tmp_path: Path) -> None:
    _, rows = read("Titel;Datum\nAmélie – “encore”;31.12.2023\n".encode("cp1252"), tmp_path, "x.csv")
    assert isinstance(rows[0], Record)
    assert rows[0].work
    assert rows[0].work.title == "Amélie – “encore”"


@pytest.mark.parametrize("sample", EVERY_SAMPLE)
def test_truncated_files_lose_only_what_is_missing(sample: str, tmp_path: Path) -> None:
    content, name = bytes_of(sample), file_name_of(sample)
    for share in range(0, 20):
        try_any(content[: len(content) * share // 20], tmp_path, name)


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"\0" * 5000, b"\xef\xbb\xbf", b"PK\x03\x04", b"PK\x05\x06"]
)
def test_empty_and_hollow_files_are_refused_in_words(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"\w{3,}"):
        read(content, tmp_path, "export.csv")


def test_an_unknown_export_is_told_what_was_looked_at(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"shopping\.csv.*Milk,Eggs.*Netflix viewing history"):
        read(b"Milk,Eggs\n1,2\n", tmp_path, "shopping.csv")


# ---- garbage ----------------------------------------------------------------------------------


def try_any(content: bytes, tmp_path: Path, file_name: str) -> None:
    """Whatever the bytes: rows that keep the rules and leave out none of the file's, or Invalid."""
    path = tmp_path / "any"
    path.write_bytes(content)
    try:
        with Upload.open(path, name=file_name) as upload:
            name = importers.recognise(upload)
            rows = rows_of(upload, name)
            places = [places_in_table(upload, multiline) for multiline in (True, False)]
    except Invalid:
        return
    check_rows(name, rows)
    if file_name.endswith(".csv"):
        assert {row.where for row in rows} in places, "accepted + rejected + skipped = rows"


def places_in_table(upload: Upload, multiline: bool) -> set[str]:
    """Where the rows of a plain file are, whatever an importer makes of them."""
    table = read_table(upload.members[0], multiline=multiline)
    return {outcome.where if isinstance(outcome, Rejected) else outcome[0] for outcome in table}


_shared = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
_ODD = [
    '"',
    ",",
    ";",
    "\n",
    "\r",
    "\0",
    "\t",
    ":",
    '""',
    '",',
    "=",
    "99",
    "-",
    "é",
    "\ufeff",
    " ",
    "(",
    "🎬",
    "\u2028",
]


@st.composite
def mutated(draw: st.DrawFn, text: str) -> str:
    """A sample with a few cuts, repeats and odd characters."""
    for _ in range(draw(st.integers(1, 6))):
        if not text:
            break
        at = draw(st.integers(0, len(text)))
        match draw(st.sampled_from(["insert", "cut", "repeat", "noise"])):
            case "insert":
                text = text[:at] + draw(st.sampled_from(_ODD)) + text[at:]
            case "cut":
                text = text[:at] + text[at + draw(st.integers(1, 40)) :]
            case "repeat":
                text = text[:at] + text[at : at + draw(st.integers(1, 80))] + text[at:]
            case _:
                text = text[:at] + draw(st.text(max_size=12)) + text[at:]
    return text


@pytest.mark.parametrize("sample", [name for name in EVERY_SAMPLE if (SAMPLES / name).is_file()])
@_shared
@given(data=st.data())
def test_mutated_samples_lose_no_row(sample: str, tmp_path: Path, data: st.DataObject) -> None:
    lines = (SAMPLES / sample).read_text(encoding="utf-8")
    header, _, rest = lines.partition("\n")
    keeps_header = data.draw(st.booleans())
    text = f"{header}\n{data.draw(mutated(rest))}" if keeps_header else data.draw(mutated(lines))
    encoding = data.draw(st.sampled_from(["utf-8", "utf-16", "utf-16-le", "cp1252"]))
    try_any(text.encode(encoding, "replace"), tmp_path, file_name_of(sample))


@pytest.mark.parametrize("sample", [name for name in EVERY_SAMPLE if (SAMPLES / name).is_dir()])
@_shared
@given(data=st.data())
def test_damaged_archives_are_rows_or_invalid(sample: str, tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(bytes_of(sample))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try_any(bytes(content), tmp_path, file_name_of(sample))


@_shared
@given(content=st.binary(max_size=400))
def test_garbage_is_refused(content: bytes, tmp_path: Path) -> None:
    try_any(content, tmp_path, "garbage")


@pytest.mark.parametrize("sample", TABLES)
@_shared
@given(data=st.data())
def test_any_cells_below_a_header_are_rows(sample: str, tmp_path: Path, data: st.DataObject) -> None:
    header = (SAMPLES / sample).read_text(encoding="utf-8").partition("\n")[0]
    cell = st.one_of(
        st.sampled_from(
            ["", "1", "5", "-3", "nan", "inf", "2021/01/01", "1/2/20", "read", "9" * 30, "tt0000001"]
        ),
        st.text(max_size=10),
    )
    row = st.lists(cell, min_size=1, max_size=26).map(",".join)
    body = "\n".join(data.draw(st.lists(row, max_size=8)))
    try_any(f"{header}\n{body}".encode("utf-8", "replace"), tmp_path, file_name_of(sample))


def test_skipped_rows_say_why(tmp_path: Path) -> None:
    _, rows = read(bytes_of("netflix.account"), tmp_path, "netflix-report.zip")
    reasons = {row.why for row in rows if isinstance(row, Skipped)}
    assert any("trailer" in reason for reason in reasons)
    assert any("latest view" in reason for reason in reasons)

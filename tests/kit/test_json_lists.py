"""Long JSON lists: entries come back whole, breaks are told, nothing grows with the file."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mediatheque.kit import json_lists
from mediatheque.kit.files import Upload
from mediatheque.kit.json_lists import parse_json, read_json_lines, read_json_list
from mediatheque.vocabulary import Rejected

relaxed = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)
entries = st.lists(st.dictionaries(texts, values, min_size=1, max_size=4), max_size=8)


@pytest.fixture(params=[7, 1 << 18], ids=["tiny windows", "usual windows"])
def window(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lists, "_CHUNK", request.param)


def outcomes(path: Path, content: str | bytes) -> list[tuple[str, Any] | Rejected]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with Upload.open(path, "list.json") as upload:
        return list(read_json_list(upload.members[0]))


def read(found: list[tuple[str, Any] | Rejected]) -> list[Any]:
    return [one[1] for one in found if not isinstance(one, Rejected)]


def rejected(found: list[tuple[str, Any] | Rejected]) -> list[Rejected]:
    return [one for one in found if isinstance(one, Rejected)]


@pytest.mark.usefixtures("window")
@relaxed
@given(entries=entries, indent=st.sampled_from([None, 2]), ascii_only=st.booleans())
def test_every_entry_comes_back(
    tmp_path: Path, entries: list[Any], indent: int | None, ascii_only: bool
) -> None:
    found = outcomes(tmp_path / "x", json.dumps(entries, indent=indent, ensure_ascii=ascii_only))
    assert read(found) == entries
    assert not rejected(found)


@pytest.mark.usefixtures("window")
@relaxed
@given(entries=entries, data=st.data())
def test_of_a_truncated_list_the_rows_before_the_break_are_kept(
    tmp_path: Path, entries: list[Any], data: st.DataObject
) -> None:
    text = json.dumps(entries, ensure_ascii=False)
    cut = data.draw(st.integers(0, len(text) - 1))
    found = outcomes(tmp_path / "x", text[:cut])
    kept = read(found)
    assert kept == entries[: len(kept)]
    assert cut < len(json.dumps(entries[: len(kept) + 1], ensure_ascii=False))
    assert len(rejected(found)) == 1


@pytest.mark.usefixtures("window")
@pytest.mark.parametrize(
    "broken",
    [
        '{"id": }',
        '{"id": "a "quote" inside"}',
        '{"id": 1 "b": 2}',
        '{"id": NaN}',
        '{"id": 1e999}',
        '{"id": "a\nb"}',
    ],
)
def test_a_broken_entry_costs_only_itself(tmp_path: Path, broken: str) -> None:
    found = outcomes(tmp_path / "x", f'[{{"id": 1}},\n{broken},\n{{"id": 3}}]')
    assert read(found) == [{"id": 1}, {"id": 3}]
    assert [one.where for one in rejected(found)] == ["list.json:2"]


@pytest.mark.usefixtures("window")
@relaxed
@given(st.binary(max_size=200))
def test_garbage_is_told_and_never_raises(tmp_path: Path, garbage: bytes) -> None:
    found = outcomes(tmp_path / "x", b"[" + garbage)
    assert all(isinstance(one, Rejected | tuple) for one in found)
    if not garbage.rstrip().endswith(b"]"):
        assert rejected(found)


def test_what_no_database_can_hold_is_left_out(tmp_path: Path) -> None:
    found = outcomes(tmp_path / "x", r'[{"a\u0000": "x\u0000y", "b": ["\ud83d", "\ud83d\ude82"]}]')
    assert read(found) == [{"a": "xy", "b": ["?", "🚂"]}]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_encodings(tmp_path: Path, encoding: str) -> None:
    found = outcomes(tmp_path / "x", json.dumps([{"a": "é🚂"}], ensure_ascii=False).encode(encoding))
    assert read(found) == [{"a": "é🚂"}]


def test_deep_nesting_is_refused_cheaply(tmp_path: Path) -> None:
    nested = '{"a":' * 100 + "1" + "}" * 100
    found = outcomes(tmp_path / "x", f'[{nested},{{"b":1}}]')
    assert rejected(found)[0].why == "is nested too deeply"
    assert not read(outcomes(tmp_path / "y", "[" * 1_000_000))


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x"
    entry = json.dumps({"title": "Harbour", "text": "x" * 400})
    path.write_text("[" + ",".join([entry] * 30_000) + "]")
    tracemalloc.start()
    with Upload.open(path) as upload:
        count = sum(1 for _ in read_json_list(upload.members[0]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 30_000
    assert peak < 6 << 20 < path.stat().st_size


def test_lines_are_read_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"a": 1}\n\n{"a":\n{"a": 2} x\n{"a": 3}')
    with Upload.open(path) as upload:
        found = list(read_json_lines(upload.members[0]))
    assert [one for one in found if not isinstance(one, Rejected)] == [
        ("x.jsonl:1", {"a": 1}),
        ("x.jsonl:5", {"a": 3}),
    ]
    assert [one.where for one in found if isinstance(one, Rejected)] == ["x.jsonl:3", "x.jsonl:4"]


@pytest.mark.parametrize("text", ["", "  ", "{", "[1", "{}{}", "nul", "[" * 5000, "9" * 5000])
def test_what_is_no_json_is_said_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        parse_json(text)

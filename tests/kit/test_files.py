"""Uploads, members and text tables: bounded, forgiving in form, and no physical row lost."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mediatheque.kit.errors import Invalid, TooLarge
from mediatheque.kit.files import Limits, Upload, encoding_of, open_text
from mediatheque.kit.tables_of_text import LINES_OF_ONE_ROW, LONGEST_LINE, read_table
from mediatheque.vocabulary import Rejected

_in_tmp_path = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def zip_of(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def written(tmp_path: Path, content: bytes, name: str = "upload") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def text_of(tmp_path: Path, content: bytes) -> str:
    with Upload.open(written(tmp_path, content)) as upload, open_text(upload.members[0]) as text:
        return text.read()


def outcomes(tmp_path: Path, content: bytes, *, multiline: bool = True) -> list[object]:
    """Line numbers with cells, or with the reason of the rejection."""
    with Upload.open(written(tmp_path, content)) as upload:
        return [
            (int(o.where.rpartition(":")[2]), o.why)
            if isinstance(o, Rejected)
            else (int(o[0].rpartition(":")[2]), list(o[1].values()))
            for o in read_table(upload.members[0], multiline=multiline)
        ]


# ---- uploads ----------------------------------------------------------------------------------


def test_a_plain_file_is_its_own_member(tmp_path: Path) -> None:
    with Upload.open(written(tmp_path, b"abc", "x.csv")) as upload:
        (member,) = upload.members
        assert (upload.name, member.name, member.size, member.head(2)) == ("x.csv", "x.csv", 3, b"ab")


def test_an_upload_may_have_another_name_than_its_file(tmp_path: Path) -> None:
    with Upload.open(written(tmp_path, b"abc"), name="history.csv") as upload:
        assert upload.members[0].name == "history.csv"


def test_a_zip_gives_its_files_without_junk_and_opens_zips_inside_once(tmp_path: Path) -> None:
    innermost = zip_of({"deep.csv": b"1"})
    inner = zip_of({"b/c.csv": b"inner", "again.zip": innermost})
    content = zip_of(
        {"a.csv": b"outer", "dir/": b"", "__MACOSX/._a.csv": b"x", "d/.DS_Store": b"x", "part.zip": inner}
    )
    with Upload.open(written(tmp_path, content)) as upload:
        names = [m.name for m in upload.members]
        assert names == ["a.csv", "part.zip/b/c.csv", "part.zip/again.zip"]
        assert upload.members[1].base_name == "c.csv"
        assert upload.members[1].head(99) == b"inner"
        with upload.members[0].open() as first, upload.members[0].open() as second:
            assert (first.read(2), second.read(), first.read()) == (b"ou", b"outer", b"ter")


def test_what_is_no_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="is a folder"):
        Upload.open(tmp_path)
    with pytest.raises(Invalid, match="There is no file"):
        Upload.open(tmp_path / "nothing.csv")


def test_a_truncated_zip_says_to_download_it_again(tmp_path: Path) -> None:
    content = zip_of({"a.csv": b"abc" * 1000})
    with pytest.raises(Invalid, match=r"no complete ZIP.*again"):
        Upload.open(written(tmp_path, content[:-30]))


def test_a_damaged_member_says_so_when_it_is_read(tmp_path: Path) -> None:
    content = bytearray(zip_of({"a.csv": b"abc" * 1000}, zipfile.ZIP_STORED))
    content[500] ^= 0xFF
    with Upload.open(written(tmp_path, bytes(content))) as upload, pytest.raises(Invalid, match="damaged"):
        upload.members[0].open().read()


def test_a_protected_zip_says_what_to_do(tmp_path: Path) -> None:
    content = bytearray(zip_of({"a.csv": b"secret"}))
    directory = content.rfind(b"PK\x01\x02")
    struct.pack_into("<H", content, directory + 8, 1)
    with pytest.raises(Invalid, match=r"password; unpack it"):
        Upload.open(written(tmp_path, bytes(content)))


def test_unusual_packing_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="pack it again in the usual way"):
        Upload.open(written(tmp_path, zip_of({"a.csv": b"abc"}, zipfile.ZIP_LZMA)))


# ---- bombs ------------------------------------------------------------------------------------


def test_a_bomb_is_stopped_by_its_ratio(tmp_path: Path) -> None:
    content = zip_of({"a.csv": b"\0" * (40 << 20)})
    with Upload.open(written(tmp_path, content)) as upload, pytest.raises(TooLarge, match="ZIP bomb"):
        upload.members[0].open().read()


def test_members_and_sums_have_limits(tmp_path: Path) -> None:
    path = written(tmp_path, zip_of({f"{n}.csv": bytes(1000) for n in range(9)}, zipfile.ZIP_STORED))
    with pytest.raises(TooLarge, match="more than 5 files"):
        Upload.open(path, limits=Limits(members=5))
    with (
        Upload.open(path, limits=Limits(member_bytes=999)) as upload,
        pytest.raises(TooLarge, match="one file"),
    ):
        upload.members[0].open().read()
    with Upload.open(path, limits=Limits(total_bytes=3500)) as upload:
        for _ in range(9):
            upload.members[0].open().read()  # reading one again costs nothing more
        with pytest.raises(TooLarge, match="one upload"):
            sum(len(member.open().read()) for member in upload.members)
    with pytest.raises(TooLarge, match="lists more files"):
        Upload.open(path, limits=Limits(directory_bytes=100))


def test_a_zip_inside_is_held_to_the_same_limits(tmp_path: Path) -> None:
    inner = zip_of({"a.csv": b"\0" * (40 << 20)})
    path = written(tmp_path, zip_of({f"{n}.zip": inner for n in range(4)}))
    with pytest.raises(TooLarge, match="more than 2 ZIPs"):
        Upload.open(path, limits=Limits(nested_archives=2))
    with pytest.raises(TooLarge, match="unpacks to more than"):
        Upload.open(path, limits=Limits(member_bytes=1000))


# ---- text -------------------------------------------------------------------------------------

_TEXT = "Titel;Datum\nÄrger – “Büro”;1\n日本語🎬;2\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings_are_found(tmp_path: Path, encoding: str) -> None:
    assert text_of(tmp_path, _TEXT.encode(encoding)) == _TEXT


def test_cp1252_is_found_however_late_it_begins(tmp_path: Path) -> None:
    text = "a,b\n" * 50_000 + "Ärger – “Büro”\n"
    assert text_of(tmp_path, text.encode("cp1252")) == text


def test_line_ends_and_nuls(tmp_path: Path) -> None:
    assert text_of(tmp_path, b"a\r\nb\rc\n\0d\0") == "a\nb\nc\nd"
    assert text_of(tmp_path, "a\0b\n".encode("utf-16")) == "ab\n"


@given(st.binary(max_size=300))
def test_the_encoding_of_anything_is_one_python_knows(head: bytes) -> None:
    encoding, skip = encoding_of(head)
    assert "".encode(encoding) == b""
    assert skip <= len(head)


@_in_tmp_path
@given(st.binary(max_size=500))
def test_any_bytes_are_some_text(tmp_path: Path, content: bytes) -> None:
    text = text_of(tmp_path, b"-" + content)  # never a ZIP
    assert "\0" not in text
    text.encode()  # no lone surrogates, which no database takes


# ---- tables -----------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_that_of_the_header(tmp_path: Path, delimiter: str) -> None:
    rows = f'"a, b; c"{delimiter}d\n1{delimiter}2\n'
    assert outcomes(tmp_path, rows.encode()) == [(2, ["1", "2"])]


def test_excels_own_first_line(tmp_path: Path) -> None:
    assert outcomes(tmp_path, b"sep=;\na,x;b\n1,x;2\n") == [(3, ["1,x", "2"])]


def test_columns_are_named_once(tmp_path: Path) -> None:
    with Upload.open(written(tmp_path, b"\n a ,a,,b,,\n")) as upload:
        table = read_table(upload.members[0])
        assert table.columns == ("a", "a (2)", "column 3", "b")
        assert list(table) == []


def test_ragged_rows_are_rejected_and_padding_is_not(tmp_path: Path) -> None:
    assert outcomes(tmp_path, b"a,b\n1\n1,2,\n\n  \n1,2,3\n,\n") == [
        (2, "has 1 cell where the header has 2"),
        (3, ["1", "2"]),
        (6, "has 3 cells where the header has 2"),
        (7, ["", ""]),
    ]


def test_quoted_cells_hold_delimiters_quotes_and_lines(tmp_path: Path) -> None:
    content = b'a,b\n"x, ""y""","1\n\n2"\n3,4" tall\n'
    assert outcomes(tmp_path, content) == [(2, ['x, "y"', "1\n\n2"]), (5, ["3", '4" tall'])]


def test_a_forgotten_quote_costs_its_own_line_only(tmp_path: Path) -> None:
    assert outcomes(tmp_path, b'a,b\n"x,1\n"y",2\nz,3\n') == [
        (2, "a quote is opened here and never closed"),
        (3, ["y", "2"]),
        (4, ["z", "3"]),
    ]
    assert outcomes(tmp_path, b'a,b\n"x,1\ny,2\n')[1:] == [(3, ["y", "2"])]


def test_without_multiline_a_quote_never_joins_rows(tmp_path: Path) -> None:
    content = b'a,b\n"x,1\ny","2"\n'
    assert outcomes(tmp_path, content) == [(2, ["x,1\ny", "2"])]
    assert [number for number, _ in outcomes(tmp_path, content, multiline=False)] == [2, 3]


def test_a_forgotten_quote_does_not_hold_the_file(tmp_path: Path) -> None:
    lines = LINES_OF_ONE_ROW * 3
    found = outcomes(tmp_path, b'a,b\n"x,1\n' + b"y,2\n" * lines)
    assert len(found) == lines + 1
    assert found[0] == (2, "a quote is opened here and never closed")
    assert found[-1] == (lines + 2, ["y", "2"])


def test_text_after_a_closing_quote_is_rejected(tmp_path: Path) -> None:
    assert outcomes(tmp_path, b'a,b\n"x"y,1\nz,3\n') == [
        (2, "has text after a closing quote, where the next cell should begin"),
        (3, ["z", "3"]),
    ]


def test_huge_lines_and_cells_are_rejected_in_little_memory(tmp_path: Path) -> None:
    huge = b"a,b\n" + b"x" * (LONGEST_LINE * 12) + b",1\n2,3\n" + b'"' + b"y" * 200_000 + b'",4\n5,6\n'
    path = written(tmp_path, huge)
    del huge
    with Upload.open(path) as upload:
        tracemalloc.start()
        rows = list(read_table(upload.members[0]))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert [isinstance(row, Rejected) for row in rows] == [True, False, True, False]
    assert peak < 8 * LONGEST_LINE


def test_a_file_of_one_endless_line_is_not_read_to_its_end(tmp_path: Path) -> None:
    with Upload.open(written(tmp_path, b"[" + b"1," * (LONGEST_LINE * 8))) as upload:
        (member,) = upload.members
        tracemalloc.start()
        assert read_table(member).columns == ()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 4 * LONGEST_LINE


def test_nothing_is_an_empty_table(tmp_path: Path) -> None:
    for content in (b"", b"\n\n", b"\xef\xbb\xbf", b"\0\0"):
        assert outcomes(tmp_path, content) == []


_pieces = st.lists(
    st.sampled_from(['"', '""', ",", "\n", "\r\n", "\r", "a", "b c", " ", "\u2028", "\x0b", "é", '"x"', ","]),
    max_size=60,
).map("".join)


@_in_tmp_path
@given(body=_pieces)
def test_every_physical_row_is_accounted_for_once(tmp_path: Path, body: str) -> None:
    text = ("h,i\n" + body).replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    covered: list[int] = []
    for number, cells in outcomes(tmp_path, ("h,i\n" + body).encode()):
        extra = sum(cell.count("\n") for cell in cells) if isinstance(cells, list) else 0
        covered += range(number, number + extra + 1)
    assert len(set(covered)) == len(covered)
    left_out = set(range(2, len(lines) + 1)) - set(covered)
    assert all(not lines[number - 1].strip() for number in left_out)

"""IMDb, Letterboxd, Goodreads and StoryGraph: what their rows say, from the samples."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from mediatheque.importers import Options, importer
from mediatheque.importers._isbn import isbn13
from mediatheque.importers._tables import BadRow, rating_in_halves
from mediatheque.kit.errors import Invalid
from mediatheque.kit.files import Upload
from mediatheque.vocabulary import EventKind, Kind, Record, Role, Row, Work

SAMPLES = Path(__file__).parent / "samples"


def read(name: str, content: bytes, file_name: str, tmp_path: Path) -> list[Row]:
    path = tmp_path / "upload"
    path.write_bytes(content)
    with Upload.open(path, name=file_name) as upload:
        return list(importer(name).read(upload, Options()))


def sample_rows(sample: str, tmp_path: Path) -> list[Row]:
    name, _, file_name = sample.partition(".")
    return read(name, (SAMPLES / sample).read_bytes(), file_name, tmp_path)


def records_of(rows: list[Row]) -> dict[str, Record]:
    return {row.work.title: row for row in rows if isinstance(row, Record) and row.work}


def said(record: Record) -> list[tuple[str, str | None, float | None]]:
    return [(e.kind.value, e.at.date().isoformat() if e.at else None, e.value) for e in record.events]


def work_in(records: dict[str, Record], title: str) -> Work:
    work = records[title].work
    assert work
    return work


# ---- IMDb -------------------------------------------------------------------------------------


def test_imdb_ratings(tmp_path: Path) -> None:
    records = records_of(sample_rows("imdb.ratings.csv", tmp_path))
    matrix = work_in(records, "The Matrix")
    assert (matrix.kind, matrix.year, matrix.runtime_minutes) == (Kind.FILM, 1999, 136)
    assert matrix.external_ids == {"imdb": "tt0133093"}
    assert matrix.people(Role.DIRECTOR) == ("Lana Wachowski", "Lilly Wachowski")
    assert matrix.genres == ("Action", "Sci-Fi")
    assert said(records["The Matrix"]) == [("rated", "2023-05-01", 4.5)]
    assert work_in(records, "Spirited Away").original_title == "Sen to Chihiro no kamikakushi"
    episode = work_in(records, "Ozymandias")
    assert (episode.kind, episode.series_title) == (Kind.EPISODE, "Breaking Bad")
    assert work_in(records, "Dark").kind is Kind.SHOW


def test_imdb_watchlist_and_the_columns_before_2018(tmp_path: Path) -> None:
    listed = records_of(sample_rows("imdb.watchlist.csv", tmp_path))
    assert said(listed["Alien"]) == [("saved", "2022-01-05", None)]
    assert said(listed["The Matrix"]) == [("rated", "2023-05-01", 4.5), ("saved", "2022-01-06", None)]
    old = records_of(sample_rows("imdb.before-2018.csv", tmp_path))
    assert said(old["Seven Samurai"]) == [("rated", "2011-03-05", 5.0)]


def test_a_new_rating_is_a_new_row_and_new_votes_are_not(tmp_path: Path) -> None:
    text = (SAMPLES / "imdb.ratings.csv").read_text(encoding="utf-8")
    more_votes = text.replace(
        '8.7,136,1999,"Action, Sci-Fi",2100000', '8.6,136,1999,"Action, Sci-Fi",2200000'
    )
    rated_again = text.replace("tt0133093,9,", "tt0133093,8,")
    assert more_votes != text != rated_again
    hashes = [
        records_of(read("imdb", t.encode(), "r.csv", tmp_path))["The Matrix"].content_hash()
        for t in (text, more_votes, rated_again)
    ]
    assert hashes[0] == hashes[1] != hashes[2]


# ---- Letterboxd -------------------------------------------------------------------------------


def letterboxd_zip(without: str = "") -> bytes:
    packed = io.BytesIO()
    folder = SAMPLES / "letterboxd.export"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in sorted(p for p in folder.rglob("*.csv") if p.name != without):
            archive.write(file, file.relative_to(folder).as_posix())
    return packed.getvalue()


def test_letterboxd_takes_each_thing_from_one_file(tmp_path: Path) -> None:
    rows = read("letterboxd", letterboxd_zip(), "letterboxd.zip", tmp_path)
    said_of = [
        (r.where, kind, at, value) for r in rows if isinstance(r, Record) for kind, at, value in said(r)
    ]
    assert said_of == [
        ("diary.csv:2", "watched", "2023-04-01", 1.0),
        ("diary.csv:3", "watched", "2023-05-01", 1.0),
        ("ratings.csv:2", "rated", "2023-05-02", 5.0),
        ("ratings.csv:3", "rated", "2023-05-10", 0.5),
        ("watched.csv:3", "watched", None, 1.0),
        ("watchlist.csv:2", "saved", "2023-06-01", None),
        ("likes/films.csv:2", "liked", "2023-05-02", None),
    ]
    rewatch = [r for r in rows if isinstance(r, Record)][1].events[0].properties
    assert rewatch == {"rewatch": True, "rating": 5.0, "tags": ["home", "with Ada"]}


def test_letterboxd_addresses_are_ids_where_they_are_the_films(tmp_path: Path) -> None:
    rows = read("letterboxd", letterboxd_zip(), "letterboxd.zip", tmp_path)
    ids = {r.where: dict(r.work.external_ids) for r in rows if isinstance(r, Record) and r.work}
    assert ids["ratings.csv:2"] == {"letterboxd": "2a9q"}
    assert ids["diary.csv:2"] == {}


def test_letterboxd_diary_gives_ratings_when_nothing_else_does(tmp_path: Path) -> None:
    rows = read("letterboxd", letterboxd_zip(without="ratings.csv"), "letterboxd.zip", tmp_path)
    rated = [
        (e.value, r.where)
        for r in rows
        if isinstance(r, Record)
        for e in r.events
        if e.kind is EventKind.RATED
    ]
    assert rated == [(4.5, "diary.csv:2"), (5.0, "diary.csv:3")]


def test_letterboxd_single_file_goes_by_its_name(tmp_path: Path) -> None:
    content = b"Date,Name,Year,Letterboxd URI\n2023-06-01,Stalker,1979,https://boxd.it/1zzz\n"
    (row,) = read("letterboxd", content, "watchlist-ada.csv", tmp_path)
    assert isinstance(row, Record)
    assert row.events[0].kind is EventKind.SAVED
    with pytest.raises(Invalid, match="give the whole ZIP"):
        read("letterboxd", content, "export.csv", tmp_path)


# ---- Goodreads and StoryGraph -----------------------------------------------------------------


def test_goodreads(tmp_path: Path) -> None:
    records = records_of(sample_rows("goodreads.library.csv", tmp_path))
    dune = work_in(records, "Dune")
    assert (dune.kind, dune.series_title, dune.episode, dune.year, dune.pages) == (
        Kind.BOOK,
        "Dune",
        1,
        1965,
        604,
    )
    assert dune.external_ids == {"goodreads": "44767458", "isbn13": "9780441013593"}
    assert said(records["Dune"]) == [
        ("read", "2021-03-04", 1.0),
        ("rated", "2021-03-04", 5.0),
        ("added", "2021-01-15", None),
    ]
    assert records["Dune"].events[0].properties == {"read_count": 2}
    assert said(records["Children of Time"]) == [("saved", "2022-02-02", None)]
    heard = records["The Selfish Gene"]
    assert said(heard) == [("listened", None, 1.0), ("rated", None, 4.0)]
    assert work_in(records, "The Selfish Gene").people(Role.AUTHOR) == ("Richard Dawkins", "Some Reader")


@pytest.mark.parametrize(
    ("written", "title", "series", "number", "place"),
    [
        ("Dune (Dune, #1)", "Dune", "Dune", 1, 1.0),
        ("Ship of Magic (Liveship Traders, #1; Elderlings, #4)", "Ship of Magic", "Liveship Traders", 1, 1.0),
        ("Drive (The Expanse, #0.1)", "Drive", "The Expanse", None, 0.1),
        ("Earthsea (Earthsea Cycle, #1-3)", "Earthsea", "Earthsea Cycle", None, None),
        ("Soul (Deluxe Edition)", "Soul (Deluxe Edition)", None, None, None),
        ("It #2", "It #2", None, None, None),
    ],
)
def test_goodreads_series(
    written: str, title: str, series: str | None, number: int | None, place: float | None, tmp_path: Path
) -> None:
    content = f'Book Id,Title,Author,My Rating,Exclusive Shelf\n1,"{written}",A,3,read\n'
    (row,) = read("goodreads", content.encode(), "x.csv", tmp_path)
    assert isinstance(row, Record)
    assert row.work
    assert (row.work.title, row.work.series_title, row.work.episode) == (title, series, number)
    assert row.work.series == series
    assert row.work.series_position == place


def test_storygraph(tmp_path: Path) -> None:
    records = records_of(sample_rows("storygraph.library.csv", tmp_path))
    assert said(records["Piranesi"]) == [
        ("read", "2021-03-09", 1.0),
        ("read", "2022-01-09", 1.0),
        ("rated", "2022-01-09", 5.0),
    ]
    assert records["Piranesi"].events[2].properties == {"given": "4.75"}
    audio = work_in(records, "Project Hail Mary")
    assert (audio.kind, audio.people(Role.NARRATOR)) == (Kind.AUDIO, ("Ray Porter",))
    assert audio.external_ids == {"storygraph": "a1b2c3d4"}
    assert said(records["Project Hail Mary"]) == [("listened", None, 1.0), ("rated", None, 4.5)]
    assert said(records["Ulysses"]) == [("started", "2022-02-03", None)]


@pytest.mark.parametrize(
    ("text", "out_of", "halves"),
    [
        ("9", 10, 4.5),
        ("1", 10, 0.5),
        ("4.25", 5, 4.5),
        ("3,75", 5, 4.0),
        ("0.25", 5, 0.5),
        ("0", 5, None),
        ("", 5, None),
    ],
)
def test_ratings_become_halves(text: str, out_of: int, halves: float | None) -> None:
    assert rating_in_halves(text, out_of=out_of) == halves


@pytest.mark.parametrize("text", ["6", "-1", "nan", "inf", "good"])
def test_impossible_ratings_are_refused(text: str) -> None:
    with pytest.raises(BadRow, match="rating"):
        rating_in_halves(text, out_of=5)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ('="9780441013593"', "9780441013593"),
        ("0-441-01359-7", "9780441013593"),
        ("080442957X", "9780804429573"),
        ("9780441013594", None),
        ("0441013598", None),
        ('=""', None),
        ("X" * 10, None),
    ],
)
def test_isbns_are_checked(text: str, digits: str | None) -> None:
    assert isbn13(text) == digits

"""Netflix: keys that survive longer exports, the questions it asks, and what counts as watched."""

from __future__ import annotations

import tracemalloc
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from mediatheque.importers import Options, netflix, recognise
from mediatheque.importers._netflix_account import EPISODE_WATCHED_SECONDS, FILM_WATCHED_SECONDS
from mediatheque.kit.errors import Invalid, NeedsAnswer
from mediatheque.kit.files import Upload
from mediatheque.vocabulary import EventKind, Kind, Record, Row

_COLUMNS = "Profile Name,Start Time,Duration,Attributes,Title,Supplemental Video Type,Device Type,Bookmark,Latest Bookmark,Country"


def rows_of(tmp_path: Path, text: str, options: Options | None = None) -> list[Row]:
    path = tmp_path / "export.csv"
    path.write_text(text, encoding="utf-8")
    with Upload.open(path) as upload:
        assert recognise(upload) == "netflix"
        return list(netflix.read(upload, options or Options()))


def keys_of(rows: list[Row]) -> list[str]:
    return [row.key for row in rows if isinstance(row, Record)]


def view(
    profile: str, title: str, duration: str, bookmark: str = "", start: str = "2024-01-02 03:04:05"
) -> str:
    return f"{profile},{start},{duration},,{title},,TV,{bookmark},{bookmark},SE\n"


# ---- the short history ------------------------------------------------------------------------


def test_views_of_one_day_stay_distinct_and_old_rows_keep_their_keys(tmp_path: Path) -> None:
    old = "Pilot,1/30/20\nPilot,1/30/20\nRoma,1/29/20\n"
    new = "Roma,2/1/20\nPilot,1/30/20\n"
    first = keys_of(rows_of(tmp_path, "Title,Date\n" + old))
    longer = keys_of(rows_of(tmp_path, "Title,Date\n" + new + old))
    assert len(set(first)) == 3
    assert len(set(longer)) == 5
    assert set(first) < set(longer)


def test_keys_do_not_depend_on_how_dates_are_written(tmp_path: Path) -> None:
    american = keys_of(rows_of(tmp_path, "Title,Date\nRoma,1/30/20\n"))
    german = keys_of(rows_of(tmp_path, "Titel,Datum\nRoma,30.01.2020\n"))
    assert american == german


def test_ambiguous_dates_are_asked_before_the_first_row(tmp_path: Path) -> None:
    text = "Title,Date\nRoma,3/4/20\n"
    with pytest.raises(NeedsAnswer, match="3/4/20"):
        rows_of(tmp_path, text)
    for order, key in (("day-first", "view|2020-04-03|Roma|1"), ("month-first", "view|2020-03-04|Roma|1")):
        assert keys_of(rows_of(tmp_path, text, Options(date_order=order))) == [key]


@pytest.mark.parametrize(
    ("header", "date", "day"),
    [
        ("Titel;Datum", "03.04.20", "2020-04-03"),
        ("Titre,Date", "03/04/2020", "2020-04-03"),
        ("Título,Fecha", "3/4/20", "2020-04-03"),
        ("タイトル,日付", "20/3/4", "2020-03-04"),
        ("제목,날짜", "2020. 3. 4.", "2020-03-04"),
        ('"Title"\t"Date"', "2020-03-04", "2020-03-04"),
    ],
)
def test_headers_of_other_languages(tmp_path: Path, header: str, date: str, day: str) -> None:
    delimiter = next(d for d in ";\t," if d in header)
    assert keys_of(rows_of(tmp_path, f"{header}\nRoma{delimiter}{date}\n")) == [f"view|{day}|Roma|1"]


def test_other_tables_of_two_columns_are_not_netflix(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("Title,Price\nRoma,3\n")
    with Upload.open(path) as upload:
        assert not netflix.recognises(upload)


# ---- the full export --------------------------------------------------------------------------


def test_several_profiles_are_asked_and_chosen(tmp_path: Path) -> None:
    text = f"{_COLUMNS}\n" + view("Mira", "Roma", "01:00:00") + view("Jonas", "Heat", "01:00:00")
    with pytest.raises(NeedsAnswer) as question:
        rows_of(tmp_path, text)
    assert (question.value.option, question.value.choices) == ("profile", ("Mira", "Jonas", "all"))
    kinds = Counter(type(row).__name__ for row in rows_of(tmp_path, text, Options(profile="mira")))
    assert kinds == {"Record": 1, "Skipped": 1}
    assert len(keys_of(rows_of(tmp_path, text, Options(profile="all")))) == 2
    with pytest.raises(Invalid, match=r"no profile “Ada”.*Mira, Jonas"):
        rows_of(tmp_path, text, Options(profile="Ada"))


def hms(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


@pytest.mark.parametrize(
    ("title", "duration", "bookmark", "kind"),
    [
        ("Dark: Season 1: Lies", EPISODE_WATCHED_SECONDS, 0, EventKind.WATCHED),
        ("Dark: Season 1: Lies", EPISODE_WATCHED_SECONDS - 1, 0, EventKind.STARTED),
        ("Dark: Season 1: Lies", 120, EPISODE_WATCHED_SECONDS, EventKind.WATCHED),
        ("Roma", FILM_WATCHED_SECONDS, 0, EventKind.WATCHED),
        ("Roma", FILM_WATCHED_SECONDS - 1, FILM_WATCHED_SECONDS - 1, EventKind.STARTED),
    ],
)
def test_short_views_are_started(
    tmp_path: Path, title: str, duration: int, bookmark: int, kind: EventKind
) -> None:
    (row,) = rows_of(tmp_path, f"{_COLUMNS}\n" + view("Mira", title, hms(duration), hms(bookmark)))
    assert isinstance(row, Record)
    assert row.events[0].kind is kind
    assert row.events[0].properties["duration_seconds"] == duration


def test_a_rated_title_is_a_show_if_its_episodes_were_seen(tmp_path: Path) -> None:
    path = tmp_path / "netflix-report.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "CONTENT_INTERACTION/Ratings.csv",
            "Profile Name,Title Name,Rating Type,Star Value,Thumbs Value,Event Utc Ts\n"
            "Mira,Dark,thumb,,2,2024-01-01 00:00:00\nMira,Roma,star,3,,2024-01-01 00:00:00\n",
        )
        archive.writestr(
            "CONTENT_INTERACTION/ViewingActivity.csv",
            f"{_COLUMNS}\n" + view("Mira", "Dark: Season 1: Lies", "00:50:00"),
        )
    with Upload.open(path) as upload:
        records = [row for row in netflix.read(upload, Options()) if isinstance(row, Record)]
    kind_by_title = {r.work.title: r.work.kind for r in records if r.work}
    assert kind_by_title == {"Lies": Kind.EPISODE, "Dark": Kind.SHOW, "Roma": Kind.FILM}
    assert [r.events[0].kind for r in records] == [EventKind.WATCHED, EventKind.LIKED, EventKind.RATED]


# ---- memory -----------------------------------------------------------------------------------


def peak_of_reading(tmp_path: Path, rows: int) -> int:
    path = tmp_path / "export.csv"
    with path.open("w", encoding="utf-8") as out:
        out.write("Title,Date\n")
        for n in range(rows):
            day = n * 300 // rows
            out.write(f"Show {n % 300}: Season {n % 7}: Name {n},{12 - day // 25}/{28 - day % 25}/20\n")
    with Upload.open(path) as upload:
        tracemalloc.start()
        count = sum(1 for _ in netflix.read(upload, Options()))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert count == rows
    return peak


def test_memory_has_a_bound(tmp_path: Path) -> None:
    peak_of_reading(tmp_path, 1_000)  # imports and patterns
    assert peak_of_reading(tmp_path, 20_000) < 40 << 20


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    half, whole = peak_of_reading(tmp_path, 50_000), peak_of_reading(tmp_path, 100_000)
    assert whole < half * 1.1

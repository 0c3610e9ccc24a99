"""Trakt's files: one view is one view, whichever of them tells it."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mediatheque.importers import Options, recognise, trakt
from mediatheque.kit.files import Upload
from mediatheque.vocabulary import EventKind, Kind, Record, Rejected, Row, Skipped

SAMPLE = Path(__file__).parent / "samples" / "trakt.export"
MOVIE = {"title": "The Glass Ferry", "year": 2019, "ids": {"trakt": 1, "imdb": "tt9100001", "tmdb": 7}}
SHOW = {"title": "Harbour Pilots", "year": 2016, "ids": {"trakt": 2, "slug": "harbour-pilots"}}
SURE = {"watched_at": "2024-01-06T21:04:11.000Z", "movie": MOVIE}


def rows_of(path: Path, name: str | None = None) -> list[Row]:
    with Upload.open(path, name) as upload:
        assert recognise(upload) == "trakt"
        return list(trakt.read(upload, Options()))


def written(tmp_path: Path, name: str, entries: list[Any]) -> list[Row]:
    path = tmp_path / "file"
    path.write_text(json.dumps(entries))
    return rows_of(path, name)


@pytest.fixture
def sample(tmp_path: Path) -> list[Row]:
    path = tmp_path / "trakt.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in SAMPLE.iterdir():
            archive.write(file, file.name)
    return rows_of(path)


def in_file(rows: list[Row], name: str) -> list[Row]:
    return [row for row in rows if row.where.startswith(name)]


def test_history_of_films_and_episodes(sample: list[Row]) -> None:
    film, episode, undated, broken = in_file(sample, "watched-history")
    assert isinstance(film, Record)
    assert film.work
    assert film.work.kind is Kind.FILM
    assert (film.work.title, film.work.year) == ("The Glass Ferry", 2019)
    assert film.work.external_ids == {
        "trakt": "410001",
        "trakt_slug": "the-glass-ferry-2019",
        "imdb": "tt9100001",
        "tmdb": "710001",
    }
    assert film.events[0].at == datetime(2024, 1, 6, 21, 4, 11, tzinfo=UTC)
    assert isinstance(episode, Record)
    assert episode.work
    assert (episode.work.series_title, episode.work.season, episode.work.episode, episode.work.title) == (
        "Harbour Pilots",
        2,
        3,
        "Low Water",
    )
    assert isinstance(undated, Record)
    assert undated.events[0].at is None, "the epoch stands for “I forget when”"
    assert isinstance(broken, Rejected)


def test_a_summary_adds_only_what_the_history_left_out(sample: list[Row]) -> None:
    missed, told = in_file(sample, "watched-shows")
    assert isinstance(missed, Record)
    assert missed.work
    assert (missed.work.season, missed.work.episode) == (2, 2)
    assert missed.events[0].properties == {"plays": 2}
    assert isinstance(told, Skipped)


def test_ratings_are_halved(sample: list[Row]) -> None:
    rated, broken, season = in_file(sample, "ratings")
    assert isinstance(rated, Record)
    assert (rated.events[0].kind, rated.events[0].value) == (EventKind.RATED, 4.5)
    assert isinstance(broken, Rejected)
    assert "11" in broken.why
    assert isinstance(season, Skipped)


def test_watchlist_and_collection(sample: list[Row]) -> None:
    saved, broken = in_file(sample, "lists-watchlist")
    assert isinstance(saved, Record)
    assert saved.work
    assert (saved.events[0].kind, saved.work.kind) == (EventKind.SAVED, Kind.SHOW)
    assert isinstance(broken, Rejected)
    assert "not yet" in broken.why
    (collected,) = in_file(sample, "collection")
    assert isinstance(collected, Record)
    assert collected.events[0].properties == {"list": "collection"}


@pytest.mark.parametrize(
    ("file", "entry", "expected"),
    [
        (
            "watched-movies.json",
            {"plays": 3, "last_watched_at": "2020-01-01T00:00:00Z", "movie": MOVIE},
            "watched",
        ),
        (
            "watched-shows.json",
            {"plays": 3, "last_watched_at": "2020-01-01T00:00:00Z", "show": SHOW},
            "watched",
        ),
        ("lists-list-55-rainy-days.json", {"listed_at": "2020-01-01T00:00:00Z", "movie": MOVIE}, "added"),
        (
            "lists-favorites.json",
            {"listed_at": "2020-01-01T00:00:00Z", "type": "movie", "movie": MOVIE},
            "liked",
        ),
        (
            "collection-shows.json",
            {"last_collected_at": "2020-01-01T00:00:00Z", "show": SHOW, "seasons": []},
            "added",
        ),
        (
            "hidden-recommendations.json",
            {"hidden_at": "2020-01-01T00:00:00Z", "type": "show", "show": SHOW},
            "hidden",
        ),
        (
            "hidden-calendar.json",
            {"hidden_at": "2020-01-01T00:00:00Z", "type": "show", "show": SHOW},
            Skipped,
        ),
        (
            "ratings-people.json",
            {"rated_at": "2020-01-01T00:00:00Z", "type": "person", "person": {}},
            Skipped,
        ),
        ("x.json", {"rated_at": "2020-01-01T00:00:00Z", "rating": True, "movie": MOVIE}, Rejected),
        ("x.json", {"movie": MOVIE}, Rejected),
        ("x.json", {"watched_at": "2020-01-01T00:00:00Z", "type": "opera", "opera": MOVIE}, Rejected),
        (
            "x.json",
            {"watched_at": "2020-01-01T00:00:00Z", "type": "episode", "episode": {}, "show": SHOW},
            Rejected,
        ),
        ("x.json", {"watched_at": "2020-01-01T00:00:00Z", "episode": {"season": 1, "number": 1}}, Rejected),
        ("x.json", [], Rejected),
    ],
)
def test_other_files(tmp_path: Path, file: str, entry: Any, expected: str | type) -> None:
    row = written(tmp_path, file, [SURE, entry])[1]
    assert (row.events[0].kind.value if isinstance(row, Record) else type(row)) == expected


def test_a_list_is_named_after_its_file(tmp_path: Path) -> None:
    entry = {"listed_at": "2020-01-01T00:00:00Z", "type": "movie", "movie": MOVIE}
    (row,) = written(tmp_path, "lists-list-55-rainy-days.json", [entry])
    assert isinstance(row, Record)
    assert row.events[0].properties == {"list": "rainy-days"}


def test_full_information_is_kept(tmp_path: Path) -> None:
    full = {**MOVIE, "runtime": 104, "language": "da", "genres": ["drama"], "overview": "A ferry sinks."}
    (row,) = written(tmp_path, "x.json", [{**SURE, "movie": full}])
    assert isinstance(row, Record)
    assert row.work
    assert (row.work.runtime_minutes, row.work.language, row.work.genres) == (104, "da", ("drama",))
    assert row.work.description == "A ferry sinks."


anything = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.lists(st.integers(), max_size=2)
)
about = st.fixed_dictionaries(
    {},
    optional={"title": anything, "year": anything, "ids": anything, "season": anything, "number": anything},
)
entries = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["movie", "show", "episode", "season"]) | anything,
        "watched_at": st.just("2020-01-01T00:00:00Z") | anything,
        "rated_at": anything,
        "rating": st.integers(0, 11) | anything,
        "movie": about | anything,
        "show": about | anything,
        "episode": about | anything,
    },
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=st.lists(entries | anything, max_size=8))
def test_every_entry_has_an_outcome(tmp_path: Path, entries: list[Any]) -> None:
    assert len(written(tmp_path, "x.json", [SURE, *entries])) == 1 + len(entries)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seasons=st.lists(
        st.fixed_dictionaries({"number": anything, "episodes": st.lists(about | anything)}) | anything
    )
)
def test_every_episode_of_a_summary_has_an_outcome(tmp_path: Path, seasons: list[Any]) -> None:
    shown = {"plays": 1, "last_watched_at": "2020-01-01T00:00:00Z", "show": SHOW, "seasons": seasons}
    episodes = [e for s in seasons if isinstance(s, dict) for e in s["episodes"]]
    assert len(written(tmp_path, "x.json", [SURE, shown])) == 1 + max(len(episodes), 1)

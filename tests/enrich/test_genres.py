"""Genres of other catalogues become ours, and what is no genre becomes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediatheque.enrich.genres import GENRES, TMDB_NAME_BY_ID, genres_of, tmdb_genres
from mediatheque.vocabulary import Kind


@pytest.mark.parametrize("genre", GENRES)
def test_every_genre_of_ours_means_itself(genre: str) -> None:
    kind = Kind.FILM if genre == "Documentary" else Kind.BOOK
    assert genres_of([genre], kind) == (genre,)
    assert genres_of([genre.upper().replace(" ", "-")], kind) == (genre,)


@pytest.mark.parametrize(
    ("name", "kind", "ours"),
    [
        # TMDB
        ("Action & Adventure", Kind.SHOW, ("Action", "Adventure")),
        ("Sci-Fi & Fantasy", Kind.SHOW, ("Science Fiction", "Fantasy")),
        ("War & Politics", Kind.SHOW, ("War", "Politics")),
        ("Kids", Kind.SHOW, ("Children",)),
        ("Soap", Kind.SHOW, ("Drama",)),
        ("TV Movie", Kind.FILM, ()),
        ("History", Kind.FILM, ("Historical",)),
        # IMDb
        ("Sci-Fi", Kind.FILM, ("Science Fiction",)),
        ("Film-Noir", Kind.FILM, ("Noir",)),
        ("Game-Show", Kind.SHOW, ("Reality",)),
        ("Talk-Show", Kind.SHOW, ()),
        # Google Books
        ("Fiction", Kind.BOOK, ()),
        ("Juvenile Fiction", Kind.BOOK, ("Children",)),
        ("Biography & Autobiography", Kind.BOOK, ("Biography",)),
        ("Biography & Autobiography / Personal Memoirs", Kind.BOOK, ("Biography", "Memoir")),
        ("Fiction / Science Fiction / General", Kind.BOOK, ("Science Fiction",)),
        ("Fiction / Historical", Kind.BOOK, ("Historical",)),
        ("Comics & Graphic Novels", Kind.BOOK, ("Graphic Novel",)),
        ("History", Kind.BOOK, ("History",)),
        ("Social Science", Kind.BOOK, ("Society",)),
        # Open Library
        ("Fiction, fantasy, epic", Kind.BOOK, ("Fantasy",)),
        ("Fiction, history", Kind.BOOK, ("Historical",)),
        ("American Science fiction", Kind.BOOK, ("Science Fiction",)),
        ("English Detective and mystery stories", Kind.BOOK, ("Mystery",)),
        ("Children's stories", Kind.BOOK, ("Children",)),
        ("Accessible book", Kind.BOOK, ()),
        ("Protected DAISY", Kind.BOOK, ()),
        # Goodreads shelves
        ("sci-fi", Kind.BOOK, ("Science Fiction",)),
        ("young-adult", Kind.BOOK, ("Young Adult",)),
        ("graphic-novels", Kind.BOOK, ("Graphic Novel",)),
        ("to-read", Kind.BOOK, ()),
        ("true-crime", Kind.BOOK, ("Crime",)),
        ("", Kind.BOOK, ()),
    ],
)
def test_a_foreign_name_becomes_ours(name: str, kind: Kind, ours: tuple[str, ...]) -> None:
    assert genres_of([name], kind) == ours


def test_only_a_documentary_is_history_on_a_screen() -> None:
    assert genres_of(["Documentary", "History"], Kind.FILM) == ("Documentary", "History")
    assert genres_of(["Drama", "History", "War"], Kind.FILM) == ("Drama", "Historical", "War")


def test_tmdb_ids_mean_the_same_as_their_names() -> None:
    assert tmdb_genres([28, 878, 999999, "18", None], Kind.FILM) == ("Action", "Science Fiction")
    for number, name in TMDB_NAME_BY_ID.items():
        assert tmdb_genres([number], Kind.SHOW) == genres_of([name], Kind.SHOW)


@given(st.lists(st.text() | st.sampled_from(GENRES)), st.sampled_from(Kind))
def test_whatever_comes_in_only_ours_come_out_each_once(names: list[str], kind: Kind) -> None:
    found = genres_of(names, kind)
    assert set(found) <= set(GENRES)
    assert len(set(found)) == len(found)
    assert genres_of(found, kind) == found

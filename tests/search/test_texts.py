"""What is embedded names everything a reader would recognise a work by, and nothing when there is nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mediatheque.search.texts import text_hash, text_of
from mediatheque.vocabulary import Credit, Kind, Role, Work

FILM = Work(
    kind=Kind.FILM,
    title="Spirited Away",
    original_title="千と千尋の神隠し",
    year=2001,
    genres=("Animation", "Fantasy"),
    credits=(
        Credit("Hayao Miyazaki", Role.DIRECTOR),
        *(Credit(f"Voice {n}", Role.CAST) for n in range(20)),
    ),
    description="A girl works in a bath house\nfor spirits.",
)


def test_a_film_is_told_in_sentences() -> None:
    assert text_of(FILM) == (
        "Spirited Away (千と千尋の神隠し), animation, fantasy film, 2001. Directed by Hayao Miyazaki. "
        "With Voice 0, Voice 1, Voice 2, Voice 3, Voice 4, Voice 5. A girl works in a bath house for spirits."
    )


def test_an_episode_names_its_show() -> None:
    episode = Work(kind=Kind.EPISODE, title="Ozymandias", series_title="Breaking Bad", season=5)
    assert text_of(episode) == "Breaking Bad: Ozymandias, episode."
    assert text_of(replace(episode, title="")) == "Breaking Bad, episode."


def test_a_book_has_an_author_and_a_video_a_channel() -> None:
    book = Work(kind=Kind.BOOK, title="Dune", credits=(Credit("Frank Herbert", Role.AUTHOR),))
    video = Work(kind=Kind.VIDEO, title="Bees", credits=(Credit("Nature Daily", Role.CHANNEL),))
    assert text_of(book) == "Dune, book. Written by Frank Herbert."
    assert text_of(video) == "Bees, video. Channel: Nature Daily."


@pytest.mark.parametrize("kind", list(Kind))
def test_nothing_said_is_nothing_to_embed(kind: Kind) -> None:
    assert text_of(Work(kind=kind, title=" \n", year=1999, genres=("Drama",))) == ""


def test_the_hash_follows_the_text() -> None:
    again = replace(FILM, image_url="https://example.org/poster.jpg", popularity=3.0)
    assert text_hash(text_of(FILM)) == text_hash(text_of(again))
    assert text_hash(text_of(FILM)) != text_hash(text_of(replace(FILM, year=2002)))
    assert len(text_hash("lone surrogate \ud800")) == 16

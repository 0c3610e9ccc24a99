"""Streaming titles: which are films, and which are episodes of what."""

from __future__ import annotations

import pytest

from mediatheque.importers._titles import is_promotion, work_of
from mediatheque.vocabulary import Kind


@pytest.mark.parametrize(
    "title",
    [
        "Roma",
        "2:22",
        "Star Wars: Episode IV",
        "Star Wars: Episode V – The Empire Strikes Back",
        "Mission: Impossible - Fallout",
        "Kill Bill: Vol. 2",
        "Dune: Part Two",
        "It: Chapter Two",
        "John Wick: Chapter 3 – Parabellum",
        "The Hunger Games: Mockingjay: Part 1",
        "Rebel Moon — Part One: A Child of Fire",
        "Borat: Cultural Learnings: Make Benefit",
        "Birdman: Or",
        "Part II: Chapter 8",
        ": Season 1: nothing before it",
    ],
)
def test_films(title: str) -> None:
    work = work_of(title)
    assert (work.kind, work.title, work.series_title) == (Kind.FILM, title, None)


@pytest.mark.parametrize(
    ("title", "series", "season", "season_title", "name", "episode"),
    [
        ("Dark: Season 2: Endings", "Dark", 2, "Season 2", "Endings", None),
        ("Dark: Staffel 2: Anfänge", "Dark", 2, "Staffel 2", "Anfänge", None),
        ("Lupin: Saison 1: Chapitre 3", "Lupin", 1, "Saison 1", "Chapitre 3", None),
        ("Elite: Temporada 3: Nadia", "Elite", 3, "Temporada 3", "Nadia", None),
        ("Suburra: Stagione 1: Il ricatto", "Suburra", 1, "Stagione 1", "Il ricatto", None),
        ("Show: 2. Sezon: Ad", "Show", 2, "2. Sezon", "Ad", None),
        ("Show: Sezon 4: Odcinek 5", "Show", 4, "Sezon 4", "Odcinek 5", 5),
        ("ドラマ: シーズン2: 夜", "ドラマ", 2, "シーズン2", "夜", None),
        ("剧：第二季：夜", "剧", 2, "第二季", "夜", None),
        ("드라마: 시즌 3: 밤", "드라마", 3, "시즌 3", "밤", None),
        ("Sherlock: Series 1: A Study in Pink", "Sherlock", 1, "Series 1", "A Study in Pink", None),
        ("Show: Season 1: ", "Show", 1, "Season 1", "", None),
        ("Show: Season 1:", "Show", 1, "Season 1", "", None),
        ("Unorthodox: Limited Series: Part 1", "Unorthodox", 1, "Limited Series", "Part 1", None),
        ("Maid: Miniserie: Folge 2", "Maid", 1, "Miniserie", "Folge 2", 2),
        ("Lupin: Part II: Chapter 8", "Lupin", 2, "Part II", "Chapter 8", None),
        ("Money Heist: Teil 3: Folge 1", "Money Heist", 3, "Teil 3", "Folge 1", 1),
        ("Love: Volume 4: Jibaro", "Love", 4, "Volume 4", "Jibaro", None),
        ("Avatar: The Last: Book One: The Boy", "Avatar: The Last", 1, "Book One", "The Boy", None),
        ("Ada: Collection: The Cat", "Ada", None, "Collection", "The Cat", None),
        ("Narcos: Mexico: Season 1: Camelot", "Narcos: Mexico", 1, "Season 1", "Camelot", None),
        ("Odd: Odd 3: Chapter One: Do You?", "Odd", 3, "Odd 3", "Chapter One: Do You?", None),
        ("Friends: Season 3: The One (Episode 16)", "Friends", 3, "Season 3", "The One", 16),
        ("Horror: Asylum: Welcome (Folge 1)", "Horror", None, "Asylum", "Welcome", 1),
        ("Anthology: Named Season: Chapter 8", "Anthology", None, "Named Season", "Chapter 8", None),
        ("Show: Episode 3", "Show", None, None, "Episode 3", 3),
        ("Re:Zero: Season 1: Hello", "Re:Zero", 1, "Season 1", "Hello", None),
    ],
)
def test_episodes(
    title: str, series: str, season: int | None, season_title: str | None, name: str, episode: int | None
) -> None:
    work = work_of(title)
    assert work.kind is Kind.EPISODE
    assert (work.series_title, work.season, work.season_title) == (series, season, season_title)
    assert (work.title, work.episode) == (name, episode)


@pytest.mark.parametrize(
    ("title", "promotes"),
    [
        ("Ozark: Season 2 (Trailer)", True),
        ("Season 3 Trailer: Ozark", True),
        ("Ozark: Trailer", True),
        ("Teaser: Ozark", True),
        ("The Crown_hook_primary_16x9", True),
        ("Trailer Park Boys: Season 1: Take Your Little Gun", False),
        ("Eclipse", False),
        ("Bonus Family: Season 1: Clip Clop", False),
    ],
)
def test_promotions(title: str, promotes: bool) -> None:
    assert is_promotion(title) is promotes

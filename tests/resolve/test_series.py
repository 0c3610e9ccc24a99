"""An episode is found by its name, and by its numbers where it has none."""

from __future__ import annotations

import pytest

from mediatheque.resolve.series import episode_number, find_episode, same_episode, season_number
from mediatheque.vocabulary import Item, Kind, Work


def episode(title: str = "", season: int | None = None, number: int | None = None, **ids: str) -> Work:
    return Work(kind=Kind.EPISODE, title=title, season=season, episode=number, external_ids=ids)


SEASONS = [
    ("Season 2", 2),
    ("Limited Series", 1),
    ("Volume 4", 4),
    ("Part II", 2),
    ("Staffel 3", 3),
    ("Temporada 5", 5),
    ("Stranger Things 4", 4),
    ("Book Three", 3),
    ("Säsong 2", 2),
    ("Extras", None),
]


@pytest.mark.parametrize(("written", "number"), SEASONS)
def test_the_season_in_words(written: str, number: int | None) -> None:
    assert season_number(Work(kind=Kind.EPISODE, title="", season_title=written)) == number


@pytest.mark.parametrize(
    ("title", "number"),
    [("Chapter Eight", 8), ("Episode 3", 3), ("Folge 12", 12), ("Ozymandias", None), ("Pilot", None)],
)
def test_the_episode_in_words(title: str, number: int | None) -> None:
    assert episode_number(episode(title)) == number


@pytest.mark.parametrize(
    ("work", "item", "same"),
    [
        (episode("Ozymandias", 5), episode("Ozymandias", 5, 14), True),
        (episode("Ozymandias"), episode("Ozymandias", 5, 14), True),
        (episode("Ozymandas", 5), episode("Ozymandias", 5, 14), True),
        (episode("Pilot", 1), episode("Pilot", 2, 1), False),
        (episode("Part 1", 2), episode("Part 2", 2, 2), False),
        (episode("The Trial: Part 1", 2), episode("The Trial: Part 2", 2), False),
        (episode("", 1, 3), episode("Gray Matter", 1, 3), True),
        (episode("", 1, 3), episode("Gray Matter", 2, 3), False),
        (episode("Chapter 8", 2), episode("The Mind Flayer", 2, 8), True),
        (episode("Episode 8"), episode("The Mind Flayer", 2, 8), False),
        (episode("Some Name", 1, 1, imdb="tt1"), episode("Other Name", 9, 9, imdb="tt1"), True),
        (episode("Pilot", 1, 1, imdb="tt1"), episode("Pilot", 1, 1, imdb="tt2"), False),
        (episode(), episode(), False),
    ],
)
def test_same_episode(work: Work, item: Work, same: bool) -> None:
    assert same_episode(work, Item(id=1, work=item)) is same
    assert same_episode(item, Item(id=1, work=work)) is same


EPISODES = [
    Item(id=11, work=episode("Pilot", 1, 1)),
    Item(id=12, work=episode("Homecoming", 1, 2)),
    Item(id=21, work=episode("Homecoming", 2, 1)),
    Item(id=22, work=episode("The End", 2, 2)),
]


@pytest.mark.parametrize(
    ("work", "found"),
    [
        (episode("Homecoming", 2), 21),
        (episode("Homecoming"), None),  # two of them
        (episode("the end!"), 22),
        (episode("", 1, 1), 11),
        (episode("Das Ende", 2, 2), 22),  # a translation: the numbers decide
        (episode("The End", 2, 1), 22),  # counted otherwise: the name decides
        (episode("Something Else", 3), None),
    ],
)
def test_find_episode(work: Work, found: int | None) -> None:
    item = find_episode(work, EPISODES)
    assert (item.id if item else None) == found

"""The episodes of one show, arranged so that the one a row means is found without comparing all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rapidfuzz import fuzz, process

from mediatheque.kit.title_keys import title_key
from mediatheque.resolve.series import SAME_TITLE, episode_number, find_episode, season_number
from mediatheque.vocabulary import Item, Work


class Siblings:
    """Episodes of one show, found as `find_episode` finds them."""

    def __init__(self, episodes: Iterable[Item] = ()) -> None:
        self._episodes: list[Item] = []
        self._places_by_title: dict[str, list[int]] = {}
        self._places_by_id: dict[tuple[str, str], list[int]] = {}
        self._places_by_number: dict[tuple[int, int], list[int]] = {}
        for episode in episodes:
            self.add(episode)

    def add(self, episode: Item) -> None:
        place = len(self._episodes)
        self._episodes.append(episode)
        self._places_by_title.setdefault(title_key(episode.title), []).append(place)
        for key in _ids(episode.work):
            self._places_by_id.setdefault(key, []).append(place)
        if number := _number(episode.work):
            self._places_by_number.setdefault(number, []).append(place)

    def find(self, work: Work) -> Item | None:
        """The one episode that `work` means; None when none or several fit."""
        near = set(self._near(work))
        return find_episode(work, [self._episodes[place] for place in sorted(near)])

    def _near(self, work: Work) -> Iterator[int]:
        """Every episode that may fit: one of its ids, its number or nearly its title agrees."""
        for key in _ids(work):
            yield from self._places_by_id.get(key, ())
        if number := _number(work):
            yield from self._places_by_number.get(number, ())
        for title in self._similar_titles(title_key(work.title)):
            yield from self._places_by_title[title]

    def _similar_titles(self, key: str) -> list[str]:
        found = process.extract(
            key, self._places_by_title.keys(), scorer=fuzz.ratio, score_cutoff=SAME_TITLE, limit=None
        )
        return [title for title, _, _ in found]


def _ids(work: Work) -> Iterator[tuple[str, str]]:
    return ((scheme, value.strip().casefold()) for scheme, value in work.external_ids.items())


def _number(work: Work) -> tuple[int, int] | None:
    season, number = season_number(work), episode_number(work)
    return (season, number) if season is not None and number is not None else None

"""Seasons and episodes: which episode of a known show a row means."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rapidfuzz import fuzz

from mediatheque.resolve.normalise import title_key
from mediatheque.vocabulary import Item, Work

_SEASON = re.compile(
    r"(?:season|series|staffel|saison|temporada|stagione|sezon|seizoen|sasong|saeson|sesong|kausi|сезон"
    r"|volume|vol|part|parte|partie|teil|book|chapter|collection) (\d+)"
)
_LAST_NUMBER = re.compile(r"\b(\d{1,3})$")
_EPISODE = re.compile(
    r"(?:episode|ep|folge|episodio|chapter|chapitre|capitulo|kapitel|aflevering|avsnitt|part"
    r"|seria|серия|эпизод) (\d+)"
)
_ONLY_SEASON = frozenset(
    {"limited series", "miniseries", "mini series", "miniserie", "miniserien", "serie limitada", "mini serie"}
)
#: Below this likeness (0–100) two episode titles are two episodes.
_SAME_TITLE = 88


def season_number(work: Work) -> int | None:
    """The season a work names: in `season`, or in words in `season_title` ("Limited Series" is 1)."""
    if work.season is not None or not work.season_title:
        return work.season
    key = title_key(work.season_title)
    if key in _ONLY_SEASON:
        return 1
    found = _SEASON.search(key) or _LAST_NUMBER.search(key)
    return int(found[1]) if found else None


def episode_number(work: Work) -> int | None:
    """The episode a work names: in `episode`, or as the whole of its title ("Chapter Eight")."""
    if work.episode is not None:
        return work.episode
    found = _EPISODE.fullmatch(title_key(work.title))
    return int(found[1]) if found else None


def same_episode(work: Work, item: Item) -> bool:
    """Is `item` the episode that `work` means, both being of one show?

    Sources count differently (aired, disc, streaming), so a title that is a name of its own decides;
    numbers decide where a side has no such name.
    """
    season, other_season = season_number(work), season_number(item.work)
    if _is_named(work) and _is_named(item.work):
        # The same name twice ("Pilot", "Homecoming") does happen, but in different seasons.
        return _titles_fit(work, item.work) and (
            season is None or other_season is None or season == other_season
        )
    number, other_number = episode_number(work), episode_number(item.work)
    if number is None or number != other_number:
        return False
    return season is not None and season == other_season


def find_episode(work: Work, episodes: Iterable[Item]) -> Item | None:
    """The one episode among those of a show that `work` means; None when none or several fit."""
    fitting = [item for item in episodes if same_episode(work, item)]
    if len(fitting) > 1:
        exact = [i for i in fitting if episode_number(i.work) == episode_number(work) is not None]
        fitting = exact or [i for i in fitting if title_key(i.title) == title_key(work.title)]
    return fitting[0] if len(fitting) == 1 else None


def _is_named(work: Work) -> bool:
    key = title_key(work.title)
    return bool(key) and _EPISODE.fullmatch(key) is None and not key.isdigit()


def _titles_fit(work: Work, other: Work) -> bool:
    a, b = title_key(work.title), title_key(other.title)
    if a == b:
        return True
    digits = [[w for w in key.split() if w.isdigit()] for key in (a, b)]
    return digits[0] == digits[1] and fuzz.ratio(a, b) >= _SAME_TITLE

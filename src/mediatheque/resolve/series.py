"""Seasons and episodes: which episode of a known show a row means."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rapidfuzz import fuzz

from mediatheque.kit.title_keys import title_key
from mediatheque.resolve.ids import conflicting_id, shared_id
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
SAME_TITLE = 88


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
    if shared_id(work, item.work):
        return True
    if conflicting_id(work, item.work):
        return False
    if _is_named(work) and _is_named(item.work):
        # The same name twice ("Pilot", "Homecoming") does happen, but in different seasons.
        return _titles_fit(work, item.work) and _seasons_fit(work, item.work)
    return _numbers_agree(work, item.work)


def find_episode(work: Work, episodes: Iterable[Item]) -> Item | None:
    """The one episode among those of a show that `work` means; None when none or several fit."""
    episodes = tuple(episodes)
    fitting = [item for item in episodes if same_episode(work, item)]
    if not fitting:
        # Season and number agree and the titles do not: one of the two is a translation.
        fitting = [i for i in episodes if _numbers_agree(work, i.work) and not conflicting_id(work, i.work)]
    for narrower in (shared_id, _numbers_agree, _keys_equal):
        if len(fitting) > 1:
            fitting = [item for item in fitting if narrower(work, item.work)] or fitting
    return fitting[0] if len(fitting) == 1 else None


def _seasons_fit(work: Work, other: Work) -> bool:
    season, other_season = season_number(work), season_number(other)
    return season is None or other_season is None or season == other_season


def _numbers_agree(work: Work, other: Work) -> bool:
    season, number = season_number(work), episode_number(work)
    return None not in (season, number) and (season, number) == (season_number(other), episode_number(other))


def _keys_equal(work: Work, other: Work) -> bool:
    return title_key(work.title) == title_key(other.title)


def _is_named(work: Work) -> bool:
    key = title_key(work.title)
    return bool(key) and _EPISODE.fullmatch(key) is None and not key.isdigit()


def _titles_fit(work: Work, other: Work) -> bool:
    a, b = title_key(work.title), title_key(other.title)
    if a == b:
        return True
    digits = [[w for w in key.split() if w.isdigit()] for key in (a, b)]
    return digits[0] == digits[1] and fuzz.ratio(a, b) >= SAME_TITLE

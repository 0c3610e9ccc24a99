"""What a streaming title such as “Show: Season 2: Episode” says: a film, or an episode of which show."""

from __future__ import annotations

import re
from functools import lru_cache

from mediatheque.vocabulary import Kind, Work

LONGEST_TITLE = 1_000  # characters

_WORD_NUMBERS = {
    word: number
    for words in (
        "one two three four five six seven eight nine ten eleven twelve",
        "eins zwei drei vier fünf sechs sieben acht neun zehn",
        "un deux trois quatre cinq six sept huit neuf dix",
        "uno dos tres cuatro cinco seis siete ocho nueve diez",
        "uno due tre quattro cinque sei sette otto nove dieci",
        "um dois três quatro cinco seis sete oito nove dez",
        "first second third fourth fifth sixth seventh eighth ninth tenth",
        "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv",
        "一 二 三 四 五 六 七 八 九 十",
    )
    for number, word in enumerate(words.split(), 1)
}

# A season by one of these words is a season wherever it stands; no film is called “X: Season 2”.
_SEASON_WORDS = (
    "season|series|staffel|saison|temporada|stagione|sezon|sezonul|sezona|sezóna|seizoen|säsong|sæson|sesong|"
    "kausi|évad|řada|série|serie|seria|сезон|σεζόν|κύκλος|mùa|phần|musim|シーズン|시즌|ซีซั่น|ซีซัน|עונה|الموسم"
)
# These divide films too (“Kill Bill: Volume 2”), so they make an episode only when a name follows.
_PART_WORDS = "part|teil|partie|parte|część|deel|del|volume|vol\\.?|volumen|band|book|buch|livre|libro|livro|パート|파트"
_EPISODE_WORDS = (
    "episode|épisode|folge|episodio|episódio|odcinek|aflevering|avsnitt|afsnit|jakso|epizód|epizoda|"
    "bölüm|эпизод|серия|エピソード|에피소드"
)
_CHAPTER_WORDS = f"{_EPISODE_WORDS}|chapter|kapitel|chapitre|capítulo|capitolo|rozdział|hoofdstuk"

_NUMBER = r"(?:\s*(?=\d)|\s+)(?P<number>\d{1,4}|[^\W\d_]{1,8})"
_SEASON = re.compile(rf"(?:{_SEASON_WORDS}){_NUMBER}(?:[\s(–—,-].*)?", re.IGNORECASE)
_SEASON_LATER = re.compile(rf"(?P<number>\d{{1,4}})\.?\s*(?:{_SEASON_WORDS})", re.IGNORECASE)
_SEASON_CJK = re.compile(r"第\s*(?P<number>\d{1,3}|[一二三四五六七八九十])\s*[季期部]")
_PART = re.compile(rf"(?:{_PART_WORDS}){_NUMBER}(?:[\s(–—,-].*)?", re.IGNORECASE)
_LIMITED = re.compile(
    r"limited series|mini-?\s?series|mini-?serien?|mini-?série|minissérie|miniserial|série limitée|"
    r"serie limitada|serie limitata|begrenzte serie|リミテッドシリーズ|리미티드 시리즈",
    re.IGNORECASE,
)
_COLLECTION = re.compile(
    r"(?:collection|kollektion|colección|collezione|coleção|kolekcja)(?:\s+(?P<number>\d{1,3}))?",
    re.IGNORECASE,
)
_NUMBERED_EPISODE = re.compile(rf"(?:{_EPISODE_WORDS})\s*(?P<number>\d{{1,4}})", re.IGNORECASE)
_CHAPTER = re.compile(rf"(?:{_CHAPTER_WORDS}){_NUMBER}", re.IGNORECASE)
_EPISODE_SUFFIX = re.compile(rf"\s*\((?:{_EPISODE_WORDS})\s*(?P<number>\d{{1,4}})\)$", re.IGNORECASE)
_COLON = re.compile(r"\s*:(?:\s+|$)|\s*：\s*")  # “2:22” and “Re:Zero” are single names

_PROMOTION_WORDS = ("trailer", "teaser", "clip", "recap", "bonus", "featurette", "_hook_")
_PROMOTION = re.compile(
    r"_hook_|\((?:official |teaser )?(?:trailer|teaser|clip|recap|bonus|featurette)\b[^)]*\)$|"
    r"^(?:(?:season|staffel|saison|temporada|stagione) \d+ )?(?:official )?(?:trailer|teaser|clip|recap)(?: \d+)?\s*:|"
    r":\s*(?:official |final |teaser )?(?:trailer|teaser)(?: \d+)?$",
    re.IGNORECASE,
)


def problem_with(title: str) -> str | None:
    """Why a text cannot be a title, if it cannot."""
    if not title:
        return "has no title"
    if len(title) > LONGEST_TITLE:
        return f"has a title of more than {LONGEST_TITLE:,} characters"
    return None


def is_promotion(title: str) -> bool:
    """Whether a title is that of a trailer, teaser, clip or recap."""
    lower = title.lower()
    for word in _PROMOTION_WORDS:  # ten times cheaper than the pattern, which few titles need
        if word in lower:
            return _PROMOTION.search(title) is not None
    return False


@lru_cache(maxsize=8_192)
def work_of(title: str) -> Work:
    """The film or episode that a title names."""
    title = " ".join(title.split())
    plain, episode = title, None
    if title.endswith(")") and (suffix := _EPISODE_SUFFIX.search(title)):
        plain, episode = title[: suffix.start()], int(suffix["number"])
    parts = _COLON.split(plain)
    if len(parts) == 1 or not parts[0]:
        return Work(kind=Kind.FILM, title=title)
    if place := _season_at(parts):
        index, season = place
        return _episode(parts[:index], parts[index], season, parts[index + 1 :], episode)
    if len(parts) > 2 and (at := _chapter_at(parts)):
        return _episode(parts[: at - 1], parts[at - 1], None, parts[at:], episode)
    if episode is not None and len(parts) > 1:
        named = len(parts) > 2
        return _episode(parts[: -2 if named else -1], parts[-2] if named else None, None, parts[-1:], episode)
    if len(parts) == 2 and _NUMBERED_EPISODE.fullmatch(parts[1]):
        return _episode(parts[:1], None, None, parts[1:], None)
    return Work(kind=Kind.FILM, title=title)


def _season_at(parts: list[str]) -> tuple[int, int | None] | None:
    """Where the season stands among a title's parts, and its number when it has one."""
    last = len(parts) - 1
    for index in range(1, len(parts)):
        part = parts[index]
        number = _season_number(part, parts[0])
        if number is not None:
            return index, number
        if _LIMITED.fullmatch(part):
            return index, 1  # catalogues list a limited series as its own season 1
        if found := _COLLECTION.fullmatch(part):
            return index, int(found["number"]) if found["number"] else None
        if index < last and (found := _PART.fullmatch(part)):
            number = _number(found["number"])
            if number is not None:
                return index, number
    return None


@lru_cache(maxsize=4_096)
def _season_number(part: str, show: str) -> int | None:
    found = _SEASON.fullmatch(part) or _SEASON_LATER.fullmatch(part) or _SEASON_CJK.fullmatch(part)
    if found:
        return _number(found["number"])
    # “Stranger Things: Stranger Things 3: …”: a season named after its show.
    if part.startswith(f"{show} "):
        rest = part[len(show) + 1 :]
        return int(rest) if rest.isascii() and rest.isdigit() and len(rest) < 3 else None
    return None


def _chapter_at(parts: list[str]) -> int | None:
    """Where “Chapter 8” or “Episode 3” stands after a show and a season with a name of its own."""
    for index in range(2, len(parts)):
        found = _CHAPTER.fullmatch(parts[index])
        if found and _number(found["number"]) is not None:
            return index
    return None


def _episode(
    show: list[str], season_title: str | None, season: int | None, rest: list[str], episode: int | None
) -> Work:
    title = rest[0] if len(rest) == 1 else ": ".join([part for part in rest if part])
    if episode is None and title[-1:].isdecimal() and (numbered := _NUMBERED_EPISODE.fullmatch(title)):
        episode = int(numbered["number"])
    return Work(
        kind=Kind.EPISODE,
        title=title,
        series_title=show[0] if len(show) == 1 else ": ".join(show),
        season=season,
        season_title=season_title,
        episode=episode,
    )


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else _WORD_NUMBERS.get(text.lower())

"""What real texts say of MovieLens-1M's films: opening paragraphs of articles, found by title and year, and their vectors.

A film whose article is not found keeps what MovieLens itself says: title, year and genres.
"""

from __future__ import annotations

import json
import lzma
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import catalogue_30k
import movielens
import numpy as np

from mediatheque.resolve.normalise import title_keys
from mediatheque.training.catalogue import Catalogue, credited, hashed
from mediatheque.vocabulary import Credit, Kind, Role, Work

#: "Matrix, The (1999)": the article at the end, and the year.
_YEAR = re.compile(r" \(\d{4}\)$")
_ARTICLE = re.compile(
    r"^(.+), (The|An?|L[aeo]s?|L'|El|Il?|Das|Der|Die|De[tn]|Une?|Gli|Ein|Una|Uno)$", re.IGNORECASE
)


def catalogue(titles: Sequence[str]) -> tuple[Catalogue, float]:
    """Years, genres, texts and people of these films, and the share of them whose article was found."""
    known, works = movielens.ml1m_titles(), works_of(titles)
    genres = sorted({genre for title in known.values() for genre in title.genres})
    own = [known.get(title, movielens.Title(0, ())) for title in titles]
    cast = [[credit.name for credit in work.credits] for work in works]
    told = [[len(work.description or ""), len(work.credits)] for work in works]
    found = Catalogue(
        years=np.array([float(film.year or np.nan) for film in own]),
        genres=np.array([[float(genre in film.genres) for genre in genres] for film in own], np.float32),
        texts=catalogue_30k.vectors(works, catalogue_30k.embedder()),
        people=hashed(cast),
        fullness=np.log1p(np.array(told)).astype(np.float32),
        kinds=np.ones((len(works), 1), np.float32),
        credits=credited(cast),
    )
    return found, sum(work.description is not None for work in works) / max(len(works), 1)


def works_of(titles: Sequence[str]) -> list[Work]:
    """These films as articles, else as MovieLens describes them."""
    return list(_works(titles, movielens.ml1m_titles(), _articles()))


def _articles() -> Mapping[str, list[dict[str, Any]]]:
    """Films with a text, by each key of their titles; exits where the data is not there."""
    if not catalogue_30k.FILMS.is_file():
        sys.exit(f"This benchmark reads texts about films from {catalogue_30k.FILMS}, which is not there.")
    by_key: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with lzma.open(catalogue_30k.FILMS, "rt", encoding="utf-8") as lines:
        for line in lines:
            film = json.loads(line)
            if film.get("extract"):
                for key in title_keys(Work(kind=Kind.FILM, title=film["title"])):
                    by_key[key].append(film)
    return by_key


def _works(
    titles: Sequence[str],
    known: Mapping[str, movielens.Title],
    articles: Mapping[str, list[dict[str, Any]]],
) -> Iterator[Work]:
    for title in titles:
        names, own = list(_names(title)), known.get(title, movielens.Title(0, ()))
        film = _found(names, own.year, articles)
        if film is None:
            yield Work(kind=Kind.FILM, title=names[0], year=own.year or None, genres=own.genres)
        else:
            yield Work(
                kind=Kind.FILM,
                title=film["title"],
                year=film["year"],
                genres=tuple(dict.fromkeys(film["genres"])),
                credits=tuple(Credit(name, Role.CAST) for name in dict.fromkeys(film["cast"])),
                description=film["extract"],
            )


def _names(title: str) -> Iterator[str]:
    """The title and those in brackets, articles in front: "Boat, The (Das Boot) (1981)" is two."""
    whole = _YEAR.sub("", title)
    for name in (whole.split(" (")[0], *re.findall(r"\(([^)]*)\)", whole)):
        moved = _ARTICLE.match(name.removeprefix("a.k.a. ").strip())
        yield f"{moved[2]} {moved[1]}" if moved else name.strip()


def _found(
    names: Sequence[str], year: int, articles: Mapping[str, list[dict[str, Any]]]
) -> dict[str, Any] | None:
    """The film of one of these names from that year, or the one before or after; the nearest, by the first name."""
    candidates = [
        (abs(film["year"] - year), place, -len(film["extract"]), film)
        for place, name in enumerate(names)
        if name
        for key in title_keys(Work(kind=Kind.FILM, title=name))
        for film in articles.get(key, ())
        if abs(film["year"] - year) <= 1
    ]
    return min(candidates, key=lambda candidate: candidate[:3])[3] if candidates else None

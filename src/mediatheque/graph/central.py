"""Who and what a person's taste is about: the people and themes that a walk from their loved titles keeps coming back to.

`central(graph, db, view, *, limit=10) -> Central`
"""

from __future__ import annotations

from dataclasses import dataclass

from mediatheque.graph.queries.naming import Thing


@dataclass(frozen=True, slots=True)
class Centre:
    """A person or theme that somebody's taste is about."""

    thing: Thing
    score: float  # higher is more central; comparable inside one answer's people, and inside its themes
    lift: float  # how many times as much of it as the catalogue has
    titles: int  # of the viewer's, connected with it
    average_rating: float | None  # 0.5–5.0: what the viewer gave those of them that they rated
    sentence: str  # "You gave 5 of Denis Villeneuve's films 4.4 on average."


@dataclass(frozen=True, slots=True)
class Central:
    """The most central first."""

    people: tuple[Centre, ...]
    themes: tuple[Centre, ...]  # genres, tags and series

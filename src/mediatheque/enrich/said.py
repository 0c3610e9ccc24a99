"""Of each thing that is known of a work: who says it, who says otherwise, and whom we believe and why (pure)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from mediatheque.enrich.merge import believed
from mediatheque.vocabulary import Claim, Role, Work

#: As it is shown: words, a number, or several words.
Value: TypeAlias = str | float | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What one source says, under its own key."""

    source: str
    source_key: str
    value: Value


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is known: the value that is believed stands first; `is_united`: all that is said counts."""

    name: str
    said: tuple[Said, ...]
    why: str
    is_united: bool = False


def said_of(claims: Sequence[Claim]) -> list[Field]:
    """Every field that anybody says something of, in the order of a title's page."""
    fields: list[Field] = []
    for name, (field, read) in _FIELDS.items() if claims else ():
        ranked, why = believed(claims, field)
        every = ((claim, read(claim.work)) for claim in ranked)
        said = tuple(Said(c.source, c.source_key, v) for c, v in every if v not in (None, "", ()))
        if said:
            fields.append(Field(name, said, why, is_united=name in _UNITED))
    return fields


def _credited(*roles: Role) -> Callable[[Work], Value | None]:
    return lambda work: work.people(*roles)


def _based_on(work: Work) -> Value | None:
    return tuple(f"{o.title or work.title} ({o.author})" for o in work.based_on)


def _ids(work: Work) -> Value | None:
    return tuple(f"{scheme}: {value}" for scheme, value in work.external_ids.items())


#: What is shown, by the field whose rule says whom to believe, and how it is read from a work.
_FIELDS: Mapping[str, tuple[str, Callable[[Work], Value | None]]] = {
    "title": ("title", lambda work: work.title),
    "original_title": ("original_title", lambda work: work.original_title),
    "alternative_titles": ("title", lambda work: work.alternative_titles),
    "year": ("year", lambda work: work.year),
    "language": ("language", lambda work: work.language),
    "genres": ("genres", lambda work: work.genres),
    **{role.value: ("credits", _credited(role)) for role in Role},
    "runtime_minutes": ("runtime_minutes", lambda work: work.runtime_minutes),
    "pages": ("pages", lambda work: work.pages),
    "series": ("series", lambda work: work.series),
    "series_position": ("series_position", lambda work: work.series_position),
    "based_on": ("based_on", _based_on),
    "minimum_age": ("minimum_age", lambda work: work.minimum_age),
    "services": ("services", lambda work: work.services),
    "average_rating": ("average_rating", lambda work: work.average_rating),
    "description": ("description", lambda work: work.description),
    "external_ids": ("external_ids", _ids),
}
_UNITED = frozenset({"alternative_titles", "external_ids"})

"""What is asked of a recommender (how many, by which method, under which rules), and what there is to answer with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mediatheque.kit.database import Connection
from mediatheque.kit.errors import Invalid
from mediatheque.kit.remembered import Remembered
from mediatheque.recommend.artifact import Artifact
from mediatheque.recommend.champion import OnDuty
from mediatheque.recommend.mirror import Mirror, Mirrors
from mediatheque.recommend.recommended import MIXED as MIXED
from mediatheque.recommend.recommended import Arm as Arm
from mediatheque.recommend.recommended import Recommended as Recommended
from mediatheque.recommend.remembered import Person
from mediatheque.vocabulary import Kind

#: Episodes and videos come in thousands and mean little alone: only for who asks.
USUAL_KINDS = (Kind.FILM, Kind.SHOW, Kind.BOOK, Kind.AUDIO)
#: The most that may be asked for at once, and how far variety goes.
MOST, MOST_VARIETY = 100, 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What may be on a list. An empty tuple is no restriction; what is known or hidden never is on it.

    An administrator's age limit for a person holds beside `max_age`.
    """

    kinds: tuple[Kind, ...] = ()  # none: the usual ones
    exclude: frozenset[int] = frozenset()
    languages: tuple[str, ...] = ()  # ISO 639-1
    #: Where it must be to be had: on one of these; () is anywhere, None wherever the person always looks.
    services: tuple[str, ...] | None = None
    max_age: int | None = None  # nothing that is meant for older people
    per_series: int | None = None  # so many of one series or show at most
    #: How much what repeats what is already on the list loses: 0 nothing, 1 the usual.
    variety: float = 1.0

    def __post_init__(self) -> None:
        if self.per_series is not None and self.per_series < 1:
            raise Invalid(f"At most {self.per_series} of a series leaves nothing; ask for 1 or more.")
        if not 0 <= self.variety <= MOST_VARIETY:
            raise Invalid(f"Variety is from 0 (by score alone) to {MOST_VARIETY:g}, not {self.variety:g}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for."""

    n: int = 10
    method: str = MIXED
    rules: Rules = field(default_factory=Rules)
    #: As if it were then: only what was known before counts, and only what was out is recommended.
    as_of: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """As it is kept with the list: what was asked for, without what was left open."""
        rules = self.rules
        told: dict[str, Any] = {
            "n": self.n,
            "method": self.method,
            "kinds": [kind.value for kind in rules.kinds] or None,
            "exclude": sorted(rules.exclude) or None,
            "languages": list(rules.languages) or None,
            "services": list(rules.services) if rules.services is not None else None,
            "max_age": rules.max_age,
            "per_series": rules.per_series,
            "variety": rules.variety if rules.variety != 1.0 else None,
            "as_of": self.as_of.isoformat() if self.as_of else None,
        }
        return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What there is to recommend with: without `model_id` no vectors, without a champion no trained model,
    without `stars` no expected ratings."""

    model_id: int | None = None
    on_duty: OnDuty = field(default_factory=OnDuty)
    stars: OnDuty = field(default_factory=OnDuty)
    #: In an experiment: the model whose lists the champion's are interleaved with.
    challenger: Artifact | None = None
    #: Who asked before, for a process that is asked often.
    people: Remembered[Person] | None = field(default=None, repr=False, compare=False)
    mirrors: Mirrors | None = field(default=None, repr=False, compare=False)

    def mirror(self, db: Connection) -> Mirror | None:
        """The vectors of the catalogue in this process, where it has them."""
        if self.mirrors is None or self.model_id is None:
            return None
        return self.mirrors.current(db, self.model_id)

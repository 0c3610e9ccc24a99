"""Several models' scores, each made comparable for the person and weighted, added up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mediatheque.kit.errors import Invalid
from mediatheque.recommend.models import (
    Arrays,
    Explanation,
    Histories,
    History,
    Scores,
    Shapes,
    config_from_json,
    model,
)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Member:
    """A model in a blend, under a name of its own: its arrays are kept as `<name>/<array>`."""

    name: str
    model: str
    config: Mapping[str, Any]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Config:
    """A person's scores of each member get mean 0 and variance 1 over what is not in the history."""

    members: tuple[Member, ...] = ()

    def __post_init__(self) -> None:
        given: tuple[Any, ...] = tuple(self.members)
        members = tuple(m if isinstance(m, Member) else Member(**m) for m in given)
        if not members or len({m.name for m in members}) < len(members):
            raise Invalid("a blend needs members, each with a name of its own")
        object.__setattr__(self, "members", members)


def shapes(config: Config) -> Shapes:
    """Those of the members, under their names; only the items are everywhere the same."""
    return {
        f"{member.name}/{key}": tuple(_own(member, part) for part in shape)
        for member in config.members
        for key, shape in model(member.model).shapes(_config(member)).items()
    }


def score(arrays: Arrays, config: Config, histories: Histories) -> Scores:
    """The weighted sum of the members' standard scores."""
    total: Scores | None = None
    for member in config.members:
        scores = model(member.model).score(_arrays(arrays, member), _config(member), histories)
        for user in range(len(histories)):
            mean, deviation = _spread(scores[user], histories[user])
            scores[user] = (scores[user] - mean) * (member.weight / deviation)
        total = scores if total is None else total + scores
    assert total is not None
    return total


def explain(arrays: Arrays, config: Config, history: History, item: int) -> Explanation:
    """The members' explanations, on the scale on which they were added up."""
    return explain_all(arrays, config, history, [item])[0]


def explain_all(arrays: Arrays, config: Config, history: History, items: Sequence[int]) -> list[Explanation]:
    """As `explain`, for several items: each member's scale is worked out once."""
    bases, parts = np.zeros(len(items)), np.zeros((len(items), len(history)))
    for member in config.members:
        own, settings = _arrays(arrays, member), _config(member)
        scores = model(member.model).score(own, settings, Histories.of([history]))[0]
        mean, deviation = _spread(scores, history)
        for row, item in enumerate(items):
            why = model(member.model).explain(own, settings, history, item)
            bases[row] += (why.base - mean) * member.weight / deviation
            parts[row] += why.parts * (member.weight / deviation)
    return [Explanation(float(base), of_item) for base, of_item in zip(bases, parts, strict=True)]


def pack(members: Mapping[str, Arrays]) -> dict[str, npt.NDArray[Any]]:
    """The arrays of a blend from those of its members, by name."""
    return {f"{name}/{key}": array for name, arrays in members.items() for key, array in arrays.items()}


def _spread(scores: Scores, history: History) -> tuple[float, float]:
    """Mean and standard deviation over what is not in the history; 1 where nothing differs."""
    others = np.delete(scores, history.items).astype(np.float64)
    if not len(others):
        return 0.0, 1.0
    deviation = float(others.std())
    return float(others.mean()), deviation if deviation > 1e-12 else 1.0


def _own(member: Member, part: str | int) -> str | int:
    return part if isinstance(part, int) or part.startswith("items") else f"{member.name}/{part}"


def _arrays(arrays: Arrays, member: Member) -> Arrays:
    start = f"{member.name}/"
    own = {key.removeprefix(start): array for key, array in arrays.items() if key.startswith(start)}
    if not own:
        raise Invalid(f"the blend lacks its member '{member.name}'; train it again")
    return own


def _config(member: Member) -> Any:
    return config_from_json(member.model, member.config)

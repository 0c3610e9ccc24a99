"""An evaluation: every model of a contest judged alike, by everybody and by group, and what may be claimed of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from mediatheque.recommend.artifact import Artifact
from mediatheque.recommend.models import config_to_json
from mediatheque.training import metrics
from mediatheque.training.candidates import Recipe
from mediatheque.training.claims import Compared, compared, verdict
from mediatheque.training.contest import Contest
from mediatheque.training.expected_stars import Rated, StarErrors, Told, star_errors
from mediatheque.training.interactions import Interactions
from mediatheque.training.judging import Judgement, Judges, judge
from mediatheque.training.measures import (
    Figure,
    Measure,
    Yardstick,
    chosen_popularity,
    figures,
    is_cold,
    measures,
    per_judge,
)
from mediatheque.training.metrics import Floats
from mediatheque.training.user_groups import Bounds, Group

#: A group of fewer judges shows single people rather than a group.
LEAST_IN_GROUP = 5

Figures = Mapping[str, Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """One model; `by_group` by grouping and group, of those with enough judges."""

    label: str
    model: str
    config: Mapping[str, Any]
    validation_ndcg: float
    figures: Figures
    by_group: Mapping[str, Mapping[str, Figures]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Peopled(Group):
    """A group of judges, how many there are, and how far the stars they were told are off (None: too few)."""

    judges: int
    rmse: float | None = None
    mae: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """A way to part the judges."""

    name: str
    what: str
    groups: Sequence[Peopled]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the judges chose, which is what models should have found."""

    judges: int
    targets: int
    unknown_share: float  # of all later choices those of titles that no model was made for
    popularity: float  # mean percentile
    cold_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """All of it, as it is kept, printed and drawn."""

    protocol: str
    split: str
    k: int
    data: Mapping[str, Any]
    choices: Choices
    measures: Sequence[Measure]
    models: Sequence[Evaluated]
    best: str  # by the part that chooses
    groupings: Sequence[Grouped]
    comparisons: Sequence[Compared]
    stars: StarErrors
    verdict: str
    notes: Sequence[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: by which protocol, to which place in lists, and with what else is known of titles."""

    protocol: str
    split: str
    k: int = 10
    of_all: bool = False
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])
    vectors: npt.NDArray[np.float32] | None = None
    unknown_share: float = 0.0
    champion: Artifact | None = None
    ratings: tuple[Rated, Rated] | str = (
        "this protocol asks for no stars"  # before and after, or why there are none
    )
    notes: Sequence[str] = ()


def evaluate(contest: Contest, by: Judges, asked: Question) -> Evaluation:
    """Judge everything in the contest. Nothing of `by.targets` can reach what was trained: it is only looked at here."""
    likes = contest.known.likes
    ranks = metrics.percentiles(likes.per_item)
    stick = Yardstick(asked.k, likes.per_item, likes.n_users, ranks, asked.vectors, asked.of_all)
    bounds = Bounds.of(by.seen, ranks)
    judged = {
        r.key: judge(r.model, r.config, contest.arrays[r.key], by, places=asked.k) for r in contest.recipes
    }
    values = {key: per_judge(of, by, stick) for key, of in judged.items()}
    members = bounds.members(by.seen, ranks)
    comparisons = compared(contest, {key: of["ndcg"] for key, of in values.items()}, asked.champion, asked.k)
    errors, told = _stars(asked.ratings)
    return Evaluation(
        protocol=asked.protocol,
        split=asked.split,
        k=asked.k,
        data=asked.data,
        choices=_choices(by, stick, asked.unknown_share),
        measures=[one for one in measures(asked.k, of_all=asked.of_all) if one.name != "diversity" or asked.vectors is not None],
        models=[_evaluated(r, contest, judged[r.key], values[r.key], members, stick) for r in contest.recipes],
        best=contest.best.label,
        groupings=_groupings(bounds, members, contest, ranks, told),
        comparisons=comparisons,
        stars=errors,
        verdict=verdict(contest, comparisons, asked.champion),
        notes=[*asked.notes, *(f"not tried: {why}" for why in contest.left_out)],
    )  # fmt: skip


def _evaluated(
    recipe: Recipe,
    contest: Contest,
    of: Judgement,
    values: dict[str, Floats],
    members: Mapping[str, Mapping[str, npt.NDArray[np.bool_]]],
    stick: Yardstick,
) -> Evaluated:
    n_items = len(contest.known.item_ids)
    everybody = np.ones(len(of.lists), np.bool_)
    return Evaluated(
        label=recipe.label,
        model=recipe.model,
        config=config_to_json(recipe.config),
        validation_ndcg=contest.validation[recipe.key],
        figures=figures(of, values, everybody, n_items, stick.k),
        by_group={
            grouping: {
                name: figures(of, values, rows, n_items, stick.k)
                for name, rows in masks.items()
                if rows.sum() >= LEAST_IN_GROUP
            }
            for grouping, masks in members.items()
        },
    )


def _choices(by: Judges, stick: Yardstick, unknown_share: float) -> Choices:
    cold = metrics.mean_of_rows(by.targets.starts, by.targets.items, is_cold(stick))
    return Choices(
        judges=len(by),
        targets=len(by.targets),
        unknown_share=unknown_share,
        popularity=float(chosen_popularity(by, stick).mean()),
        cold_share=float(cold.mean()),
    )


def _stars(ratings: tuple[Rated, Rated] | str) -> tuple[StarErrors, Told | None]:
    return (StarErrors(why_not=ratings), None) if isinstance(ratings, str) else star_errors(*ratings)


def _groupings(
    bounds: Bounds,
    members: Mapping[str, Mapping[str, npt.NDArray[np.bool_]]],
    contest: Contest,
    ranks: Floats,
    told: Told | None,
) -> list[Grouped]:
    """The groups with how many judges they have, and the errors of the stars that their people were told."""
    raters = _raters(bounds, contest, ranks, told)
    found: list[Grouped] = []
    for grouping in bounds.groupings():
        groups: list[Peopled] = []
        for group in grouping.groups:
            errors = _errors(told, raters.get(grouping.name, {}).get(group.name))
            groups.append(
                Peopled(
                    name=group.name,
                    what=group.what,
                    judges=int(members[grouping.name][group.name].sum()),
                    rmse=errors.get("rmse"),
                    mae=errors.get("mae"),
                )
            )
        found.append(Grouped(name=grouping.name, what=grouping.what, groups=groups))
    return found


def _errors(told: Told | None, rows: npt.NDArray[np.bool_] | None) -> Mapping[str, float]:
    if told is None or rows is None or len(np.unique(told.asked.users[rows])) < LEAST_IN_GROUP:
        return {}
    return told.errors(rows)


def _raters(
    bounds: Bounds, contest: Contest, ranks: Floats, told: Told | None
) -> Mapping[str, Mapping[str, npt.NDArray[np.bool_]]]:
    """Which of the ratings asked about belong to which group."""
    if told is None:
        return {}
    known = contest.known
    place = np.searchsorted(known.user_ids, told.asked.users).clip(max=max(len(known.user_ids) - 1, 0))
    is_known = (
        known.user_ids[place] == told.asked.users if len(known.user_ids) else np.zeros(len(place), np.bool_)
    )
    rows: Interactions = known.seen.of_users(place)
    return {
        grouping: {name: mask & is_known for name, mask in masks.items()}
        for grouping, masks in bounds.members(rows, ranks).items()
    }

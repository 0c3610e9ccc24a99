"""What may be claimed of models: each against popularity and the champion's recipe, by a paired test, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mediatheque.recommend.artifact import Artifact
from mediatheque.training.candidates import Recipe
from mediatheque.training.contest import Contest
from mediatheque.training.metrics import Floats
from mediatheque.training.significance import Comparison, compare, holm

#: Fewer judges prove nothing: Student's test wants more of figures that are often 0 and seldom anything between.
LEAST_TO_CLAIM = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One model against another by NDCG; `p_holm` is corrected for all comparisons of the evaluation."""

    label: str
    against: str
    gain: float
    low: float
    high: float
    p: float
    p_holm: float
    users: int
    is_claimed: bool
    says: str


def compared(
    contest: Contest, ndcg: Mapping[str, Floats], champion: Artifact | None, k: int
) -> list[Compared]:
    """Everything against popularity, and against the champion's recipe; one family of claims.

    `ndcg` holds a figure for each judge by the key of each recipe.
    """
    crowd = next(recipe for recipe in contest.recipes if recipe.model == "popularity")
    serving = serving_in(contest, champion)
    pairs = [(recipe, crowd, crowd.label) for recipe in contest.recipes if recipe.key != crowd.key]
    if serving is not None and serving.key != crowd.key:
        # Against popularity it was tested already; a second time the other way round would only raise the bar.
        others = (recipe for recipe in contest.recipes if recipe.key not in (serving.key, crowd.key))
        pairs += [(recipe, serving, "the champion’s recipe") for recipe in others]
    found = [compare(ndcg[a.key], ndcg[b.key]) for a, b, _ in pairs]
    held = holm([one.p for one in found])
    return [
        _claim(recipe.label, name, one, p, k)
        for (recipe, _, name), one, p in zip(pairs, found, held, strict=True)
    ]


def _claim(label: str, against: str, found: Comparison, p: float, k: int) -> Compared:
    """What the test shows, in a sentence that claims no more than it may."""
    figures = f"{found.gain:+.3f} NDCG@{k} a user (95 %: {found.low:+.3f} to {found.high:+.3f}, {_chance(p)})"
    is_claimed = p < 0.05 and found.users >= LEAST_TO_CLAIM
    if found.users < LEAST_TO_CLAIM:
        says = (
            f"{found.users} judges are too few to claim that {label} is better or worse than {against} "
            f"(it takes {LEAST_TO_CLAIM}); seen so far: {found.gain:+.3f} NDCG@{k} a user"
        )
    elif is_claimed:
        says = f"{label} is {'better' if found.gain > 0 else 'worse'} than {against} by {figures}"
    else:
        says = f"Whether {label} is better or worse than {against} cannot be told: {figures}"
    return Compared(
        label=label,
        against=against,
        gain=found.gain,
        low=found.low,
        high=found.high,
        p=found.p,
        p_holm=p,
        users=found.users,
        is_claimed=is_claimed,
        says=says,
    )


def _chance(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def serving_in(contest: Contest, champion: Artifact | None) -> Recipe | None:
    """The champion's recipe, where it is among those tried."""
    if champion is None:
        return None
    key = Recipe("champion", champion.name, champion.config).key
    return next((recipe for recipe in contest.recipes if recipe.key == key), None)


def verdict(contest: Contest, comparisons: Sequence[Compared], champion: Artifact | None) -> str:
    """The sentences about the model that would be chosen."""
    best, serving = contest.best, serving_in(contest, champion)
    says = [f"{one.says}." for one in comparisons if one.label == best.label]
    if not says:
        says = [f"{best.label} does best where models are chosen: it is what the others were compared with."]
    if serving is not None and serving.key == best.key:
        says.append("It is the champion’s recipe.")
    return " ".join(says)

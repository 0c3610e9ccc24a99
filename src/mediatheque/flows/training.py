"""From events to the model that serves: split by time, try, judge, compare with the champion, keep, promote."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

import mediatheque
from mediatheque.kit.database import Connection, Database
from mediatheque.kit.errors import Invalid, Unavailable
from mediatheque.recommend.artifact import Artifact
from mediatheque.recommend.models import Arrays
from mediatheque.recommend.opinions import Opinions
from mediatheque.training.candidates import Recipe, blend_weights, blended, fit_all, members_of, singles
from mediatheque.training.dataset import Dataset, read
from mediatheque.training.judging import Judges, judge, judges
from mediatheque.training.queries import Part, Watermark, moment_at, watermark
from mediatheque.training.registry import Registry, Trained

if TYPE_CHECKING:
    from mediatheque.training.significance import Comparison

#: Called with what is done next, in words.
OnStep = Callable[[str], None]

#: Nobody is trained for fewer people with so many liked titles each, nor judged by fewer.
LEAST_USERS, LEAST_LIKES, LEAST_JUDGES = 5, 4, 5
#: Of the dated events the last fifth judges; of what is before it, the last fifth chooses.
LEARNED_SHARE = 0.8
#: Where time does not split (everybody came with one export), each person's last so many titles judge.
LAST_TITLES = 5
#: Time must leave so many of the people as judges, or places in histories are used instead.
JUDGING_SHARE = 0.3
#: More titles than these teach nothing: the least liked are left out.
MOST_ITEMS = 50_000
#: With so many people a model has half of what is not the crowd's in a mixture.
PEOPLE_FOR_HALF = 150.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The parts of the events: learned from to choose, choosing, learned from to be judged, judging."""

    why: str
    fit: Part
    validation: Part
    train: Part
    test: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One model and how it did; the first figure by the part that chooses, the others by the part that judges."""

    label: str
    model: str
    config: Mapping[str, Any]
    validation_ndcg: float
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What training came to; `why_not` says why nothing was trained."""

    why_not: str | None = None
    split: str = ""
    people: int = 0
    titles: int = 0
    judges: int = 0
    left_out: Sequence[str] = ()
    tried: Sequence[Tried] = ()
    chosen: str = ""
    against_popularity: Comparison | None = None
    against_champion: Comparison | None = None
    champion: int | None = None  # the version that served before
    version: int | None = None  # the new one
    is_promoted: bool = False
    verdict: str = ""
    proof: float = 0.0  # how sure it is that the new one beats popularity
    trust: float = 0.0  # how much it counts beside what goes by content


@dataclass(frozen=True, slots=True)
class Contest:
    """Everything that was tried, ready to be judged: recipes, how each did in validation, arrays of the train part."""

    recipes: Sequence[Recipe]
    validation: Mapping[str, float]
    arrays: Mapping[str, Arrays]
    known: Dataset
    left_out: Sequence[str] = field(default_factory=list[str])

    @property
    def best(self) -> Recipe:
        """The best by validation: the part that judges has no say in what is chosen."""
        return max(self.recipes, key=lambda recipe: self.validation[recipe.key])


def train(
    database: Database,
    registry: Registry,
    *,
    opinions: Opinions | None = None,
    now: datetime | None = None,
    threads: int = 1,
    only_if_new: bool = False,
    on_step: OnStep = lambda step: None,
) -> Outcome:
    """Train on everybody's history, and promote what is not worse than the champion. Raises Unavailable
    where the training libraries are not installed."""
    _check_libraries()
    opinions, now = opinions or Opinions(), now or datetime.now(UTC)
    champion, fault = _champion(registry)
    on_step("Reading what people did")
    with database.transaction() as db:
        # One snapshot: what is told meanwhile must not be in one part and missing in another.
        db.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        mark = watermark(db)
        if only_if_new and champion is not None and _is_made_of(champion, mark):
            return Outcome(why_not=f"nothing was told since version {champion.version} was trained")
        everything = _usual(read(db, Part(), opinions, now))
        split, parts = _parts(db, opinions, now)
    counted = Outcome(people=len(everything.user_ids), titles=len(everything.item_ids))
    if why_not := _too_little(everything):
        return replace(counted, why_not=why_not)
    if parts is None:
        return replace(counted, why_not=split.why)
    fit, validation, known, test = parts
    on_step("Trying models")
    contest = try_models(fit, validation, known, champion, threads=threads)
    outcome = _judged(replace(counted, split=split.why), contest, judges(contest.known, test), champion)
    on_step("Training the best on everything")
    arrays = fit_all([contest.best], everything.likes, threads=threads)[contest.best.key]
    trained = Trained(
        model=contest.best.model,
        config=contest.best.config,
        arrays=arrays,
        item_ids=everything.item_ids,
        opinions=opinions,
        proof=outcome.proof,
        trust=outcome.trust,
        about=_about(outcome, everything, mark, now),
    )
    on_step("Keeping it")
    return _kept(registry, trained, outcome, fault)


def _kept(registry: Registry, trained: Trained, outcome: Outcome, fault: str | None) -> Outcome:
    """The new version in the registry, promoted where it may be."""
    pin = registry.save(trained)
    if outcome.is_promoted:
        registry.promote(pin.version)
    else:
        registry.challenge(pin)
    verdict = f"{fault}, so the new one serves" if fault else outcome.verdict
    return replace(outcome, version=pin.version, verdict=verdict)


def try_models(
    fit: Dataset, validation: Dataset, known: Dataset, champion: Artifact | None, *, threads: int = 1
) -> Contest:
    """Choose on `validation` what was fitted on `fit`, then fit everything on `known`; what judges is not seen."""
    fit, known = _usual(fit), _usual(known)
    choosing = judges(fit, validation)
    alone, left_out = singles(len(known.user_ids), len(known.item_ids))
    arrays = dict(fit_all(alone, fit.likes, threads=threads))
    weights = blend_weights(alone, arrays, choosing, len(known.user_ids))
    recipes = [*alone, blended(alone, weights)]
    if champion is not None:
        theirs = Recipe("champion", champion.name, champion.config)
        can_be_fitted = {one.model for one in alone}.issuperset(
            one.model for one in members_of(theirs) or [theirs]
        )
        if can_be_fitted and theirs.key not in {recipe.key for recipe in recipes}:
            recipes.append(theirs)
    arrays |= fit_all(recipes, fit.likes, threads=threads)
    validated = {r.key: float(judge(r.model, r.config, arrays[r.key], choosing).ndcg.mean()) for r in recipes}
    return Contest(recipes, validated, fit_all(recipes, known.likes, threads=threads), known, left_out)


def split_of(db: Connection, *, by_time: bool) -> Split | None:
    """The parts by time, or by the places of titles in each history; None where there are no dates."""
    if not by_time:
        return Split(
            why=f"each person's last {LAST_TITLES} titles (a quarter of a short history) judge, "
            f"the {LAST_TITLES} before them choose",
            fit=Part(step=LAST_TITLES, newer=2),
            validation=Part(step=LAST_TITLES, newer=1, older=2),
            train=Part(step=LAST_TITLES, newer=1),
            test=Part(step=LAST_TITLES, older=1),
        )
    end = moment_at(db, LEARNED_SHARE)
    begin = moment_at(db, LEARNED_SHARE**2)
    if begin is None or end is None or begin >= end:
        return None
    return Split(
        why=f"what happened from {begin:%Y-%m-%d} chooses, from {end:%Y-%m-%d} on judges",
        fit=Part(until=begin),
        validation=Part(since=begin, until=end),
        train=Part(until=end),
        test=Part(since=end),
    )


_Four = tuple[Dataset, Dataset, Dataset, Dataset]


def _parts(db: Connection, opinions: Opinions, now: datetime) -> tuple[Split, _Four | None]:
    """The four parts, by time where that leaves enough people to judge, else by places."""
    for by_time in (True, False):
        split = split_of(db, by_time=by_time)
        if split is None:
            continue
        fit, validation, known, test = (
            read(db, part, opinions, now) for part in (split.fit, split.validation, split.train, split.test)
        )
        wanted = JUDGING_SHARE * len(known.user_ids) if by_time else 0
        found = min(len(judges(_usual(fit), validation)), len(judges(_usual(known), test)))
        if found >= max(LEAST_JUDGES, wanted):
            return split, (fit, validation, known, test)
    why = f"fewer than {LEAST_JUDGES} people have a history that could show whether a model is any good"
    return Split(why=why, fit=Part(), validation=Part(), train=Part(), test=Part()), None


def _usual(data: Dataset) -> Dataset:
    """Only titles that somebody likes, the most liked where there are too many."""
    counts = data.likes.per_item
    kept = np.flatnonzero(counts > 0)
    if len(kept) > MOST_ITEMS:
        kept = np.sort(kept[np.argsort(-counts[kept], kind="stable")[:MOST_ITEMS]])
    return data.of_items(data.item_ids[kept]) if len(kept) < len(data.item_ids) else data


def _too_little(data: Dataset) -> str | None:
    able = int((data.likes.per_user >= LEAST_LIKES).sum())
    if able >= LEAST_USERS:
        return None
    people = {0: "nobody has", 1: "one person has"}.get(able, f"{able} people have")
    return (
        f"{people} liked {LEAST_LIKES} titles of the catalogue or more; what people like together shows "
        f"from {LEAST_USERS} such people on. Until then lists go by content and popularity"
    )


def _champion(registry: Registry) -> tuple[Artifact | None, str | None]:
    """The champion; where it cannot be read, none and why."""
    try:
        return registry.champion(), None
    except Invalid as error:
        return None, f"the champion was refused ({error})"


def _judged(outcome: Outcome, contest: Contest, by: Judges, champion: Artifact | None) -> Outcome:
    """Everything that was tried, and the best against popularity and the champion's recipe, on the same events."""
    from mediatheque.training.significance import compare

    judged = {r.key: judge(r.model, r.config, contest.arrays[r.key], by) for r in contest.recipes}
    n_items, best = len(contest.known.item_ids), contest.best
    crowd = next(recipe for recipe in contest.recipes if recipe.model == "popularity")
    against_popularity = compare(judged[best.key].ndcg, judged[crowd.key].ndcg)
    against_champion, theirs = None, None
    if champion is not None:
        theirs = Recipe("champion", champion.name, champion.config)
        if theirs.key in judged:
            against_champion = compare(judged[best.key].ndcg, judged[theirs.key].ndcg)
    is_promoted, verdict = _verdict(against_champion, champion, theirs is not None and theirs.key == best.key)
    proof = 1 - against_popularity.p if against_popularity.gain > 0 else 0.0
    return replace(
        outcome,
        judges=len(by),
        left_out=contest.left_out,
        tried=[
            Tried(
                label=recipe.label,
                model=recipe.model,
                config=asdict(recipe.config),
                validation_ndcg=contest.validation[recipe.key],
                figures=judged[recipe.key].figures(n_items),
            )
            for recipe in contest.recipes
        ],
        chosen=best.label,
        against_popularity=against_popularity,
        against_champion=against_champion,
        champion=champion.version if champion is not None else None,
        is_promoted=is_promoted,
        verdict=verdict,
        proof=proof,
        trust=proof * outcome.people / (outcome.people + PEOPLE_FOR_HALF),
    )


def _verdict(against: Comparison | None, champion: Artifact | None, is_same: bool) -> tuple[bool, str]:
    """Whether the new one serves, and why."""
    if champion is None:
        return True, "there was no champion, so it serves"
    old = f"version {champion.version}"
    if is_same:
        return True, f"it is the recipe of {old} with newer events, so it serves"
    if against is None:
        return False, f"{old} cannot be trained here to be compared with, so that one goes on serving"
    beyond = "beyond chance" if against.p < 0.05 else "within chance"
    if against.gain < 0:
        return False, f"it is worse than {old} ({beyond}), so that one goes on serving"
    how = "better than" if against.gain > 0 else "as good as"
    return True, f"it is {how} {old} ({beyond}), so it serves"


def _about(outcome: Outcome, data: Dataset, mark: Watermark, now: datetime) -> Mapping[str, Any]:
    best = next(one for one in outcome.tried if one.label == outcome.chosen)
    return {
        "trained_at": now.isoformat(),
        "code_version": mediatheque.__version__,
        "data": {
            "events": mark.events,
            "last_event": mark.last_id,
            "last_at": mark.last_at.isoformat() if mark.last_at else None,
            "people": outcome.people,
            "titles": outcome.titles,
            "likes": len(data.likes),
        },
        "split": outcome.split,
        "judges": outcome.judges,
        "metrics": {"validation_ndcg_at_10": best.validation_ndcg, **best.figures},
        "against_popularity": asdict(outcome.against_popularity) if outcome.against_popularity else None,
        "against_champion": asdict(outcome.against_champion) if outcome.against_champion else None,
        "champion_then": outcome.champion,
    }


def _is_made_of(champion: Artifact, mark: Watermark) -> bool:
    data = champion.card.get("data", {})
    made_by = champion.card.get("code_version")
    return (data.get("events"), data.get("last_event"), made_by) == (
        mark.events,
        mark.last_id,
        mediatheque.__version__,
    )


def _check_libraries() -> None:
    missing = [name for name in ("scipy", "threadpoolctl") if find_spec(name) is None]
    if missing:
        raise Unavailable(
            f"Training needs {' and '.join(missing)}, which serving does not; "
            "get it with: pip install 'mediatheque[train]'"
        )

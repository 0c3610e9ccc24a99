"""From events to the model that serves: split by time, try, judge, compare with the champion, keep, promote."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import mediatheque
from mediatheque.kit.database import Database
from mediatheque.kit.errors import Invalid, Unavailable
from mediatheque.recommend.artifact import Artifact
from mediatheque.recommend.opinions import Opinions
from mediatheque.training.candidates import Recipe, fit_all
from mediatheque.training.contest import Contest, parts_of, too_little, try_models, usual
from mediatheque.training.dataset import Dataset, read
from mediatheque.training.engines import Engine
from mediatheque.training.engines.here import Here
from mediatheque.training.judging import Judges, judge, judges
from mediatheque.training.queries import Part, Watermark, watermark
from mediatheque.training.registries import Registry
from mediatheque.training.titles import read_titles
from mediatheque.training.trained import Trained

if TYPE_CHECKING:
    from mediatheque.training.significance import Comparison

#: Called with what is done next, in words.
OnStep = Callable[[str], None]

#: With so many people a model has half of what is not the crowd's in a mixture. It knows the catalogue as well: of ten
#: people of MovieLens-1M its lists were worth .27 (NDCG@100), those by content alone .17.
PEOPLE_FOR_HALF = 20.0


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


def train(
    database: Database,
    registry: Registry,
    *,
    opinions: Opinions | None = None,
    now: datetime | None = None,
    threads: int = 1,
    engine: Engine | None = None,
    embedder: str | None = None,
    only_if_new: bool = False,
    on_step: OnStep = lambda step: None,
) -> Outcome:
    """Train on everybody's history, and promote what is not worse than the champion.

    Without an engine, models are fitted here with so many threads; without an embedder's name content is told
    by genres, years and people alone. Raises Unavailable where the training
    libraries are not installed, or the engine cannot be reached.
    """
    check_libraries()
    engine = engine or Here(threads)
    opinions, now = opinions or Opinions(), now or datetime.now(UTC)
    champion, fault = _champion(registry)
    on_step("Reading what people did")
    with database.transaction() as db:
        # One snapshot: what is told meanwhile must not be in one part and missing in another.
        db.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        mark = watermark(db)
        if only_if_new and champion is not None and mark.made(champion.card):
            return Outcome(why_not=f"nothing was told since version {champion.version} was trained")
        everything = usual(read(db, Part(), opinions, now))
        split, parts = parts_of(db, opinions, now)
        # Who judges may not say which titles there are to choose from: only what was known before has a column then.
        known = read_titles(db, usual(parts.known).item_ids, embedder) if parts else None
        titles = read_titles(db, everything.item_ids, embedder)
    counted = Outcome(people=len(everything.user_ids), titles=len(everything.item_ids))
    if why_not := too_little(everything):
        return replace(counted, why_not=why_not)
    if parts is None or known is None:
        return replace(counted, why_not=split.why)
    everything = titles.columns_of(everything)
    parts = replace(parts, fit=known.columns_of(parts.fit), known=known.columns_of(parts.known))
    on_step("Trying models")
    contest = try_models(parts.fit, parts.validation, parts.known, champion, engine=engine)
    outcome = _judged(replace(counted, split=split.why), contest, judges(contest.known, parts.test), champion)
    on_step("Training the best on everything")
    arrays = fit_all([contest.best], everything.likes, engine.fit)[contest.best.key]
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
            **mark.as_json(),
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


def check_libraries(*also: str) -> None:
    """Raise Unavailable where what trains, or one of these, is not installed."""
    missing = [name for name in ("scipy", "threadpoolctl", *also) if find_spec(name) is None]
    if missing:
        raise Unavailable(
            f"Training needs {' and '.join(missing)}, which serving does not; "
            "get it with: pip install 'mediatheque[train]'"
        )

"""From everybody's ratings to how many stars each person would give: judged against habits, kept, promoted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.util import find_spec

import mediatheque
from mediatheque.kit.database import Database
from mediatheque.kit.errors import Invalid
from mediatheque.recommend.models.stars import Config
from mediatheque.recommend.opinions import Opinions
from mediatheque.training import rated
from mediatheque.training.expected_stars import Rated, read_with_ratings
from mediatheque.training.queries import Part, Watermark, watermark
from mediatheque.training.rated import Verdict
from mediatheque.training.registries import Registry
from mediatheque.training.trained import Trained


@dataclass(frozen=True, slots=True, kw_only=True)
class StarsOutcome:
    """What training came to; `why_not` says why nothing was kept."""

    why_not: str | None = None
    people: int = 0
    titles: int = 0
    ratings: int = 0
    verdict: Verdict | None = None
    version: int | None = None


def train_stars(
    database: Database,
    registry: Registry,
    *,
    config: Config | None = None,
    now: datetime | None = None,
    only_if_new: bool = False,
    on_step: Callable[[str], None] = lambda step: None,
) -> StarsOutcome:
    """Learn from everybody's ratings, and let it serve if it is better than habits beyond chance."""
    if find_spec("myfm") is None:
        return StarsOutcome(why_not="myfm is not installed (pip install 'mediatheque[train]')")
    config, now = config or Config(), now or datetime.now(UTC)
    on_step("Reading ratings")
    with database.transaction() as db:
        db.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        mark = watermark(db)
        if only_if_new and _is_made_of(registry, mark):
            return StarsOutcome(why_not="nothing was told since it was trained last")
        _, given = read_with_ratings(db, Part(), Opinions(), now)
    counted = _counted(given)
    if why_not := rated.too_few(given):
        return replace(counted, why_not=why_not)
    on_step("Asking about the latest ratings")
    verdict = rated.judge(given, config)
    if verdict is None:
        return replace(
            counted,
            why_not="too few people rated both before and lately, so nobody can say how far off it is",
        )
    counted = replace(counted, verdict=verdict)
    if not verdict.against_usual.is_better:
        return replace(counted, why_not="it is not better than how people and titles are usually rated")
    on_step("Learning from all ratings")
    pin = registry.save(_trained(given, config, verdict, mark, now))
    registry.promote(pin.version)
    return replace(counted, version=pin.version)


def _trained(given: Rated, config: Config, verdict: Verdict, mark: Watermark, now: datetime) -> Trained:
    from mediatheque.training.fitting import stars

    seen, item_ids = rated.matrix_of(given)
    proof = 1 - verdict.against_usual.p
    return Trained(
        model="stars",
        config=config,
        arrays=stars.fit(seen, config),
        item_ids=item_ids,
        opinions=Opinions(),
        proof=proof,
        trust=proof,
        about={
            "trained_at": now.isoformat(),
            "code_version": mediatheque.__version__,
            "data": {
                **mark.as_json(),
                "people": seen.n_users,
                "titles": seen.n_items,
                "ratings": len(seen),
            },
            "metrics": {"rmse": verdict.rmse, "mae": verdict.mae, "usual_rmse": verdict.usual_rmse},
            "against_usual": asdict(verdict.against_usual),
        },
    )


def _is_made_of(registry: Registry, mark: Watermark) -> bool:
    try:
        champion = registry.champion()
    except Invalid:
        return False
    return champion is not None and mark.made(champion.card)


def _counted(given: Rated) -> StarsOutcome:
    return StarsOutcome(people=len(set(given.users)), titles=len(set(given.items)), ratings=len(given))

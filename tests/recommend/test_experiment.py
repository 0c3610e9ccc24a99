"""Two models side by side: one fair list of both, marked, kept, explained, and counted; and none where there are not two."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import small_world as world
from mediatheque.kit.database import Connection
from mediatheque.library.queries.users import User
from mediatheque.recommend.artifact import CARD, Artifact, folder_of
from mediatheque.recommend.challenger import Challengers
from mediatheque.recommend.champion import OnDuty
from mediatheque.recommend.experiment import interleaved
from mediatheque.recommend.impressions import CHALLENGER, CHAMPION
from mediatheque.recommend.lift import lift
from mediatheque.recommend.models import popularity
from mediatheque.recommend.opinions import Opinions
from mediatheque.recommend.queries.answers import impressions
from mediatheque.recommend.queries.shown import add_shown
from mediatheque.recommend.recommended import Recommended
from mediatheque.recommend.recorder import model_of, why
from mediatheque.recommend.request import Means, Request, Rules
from mediatheque.recommend.serve import recommend
from mediatheque.training.registries.local import LocalRegistry
from mediatheque.training.trained import Trained
from mediatheque.vocabulary import EventKind, Item, Kind, Recommendation, Work


def another(artifact: Artifact, version: int) -> Artifact:
    """A model of another opinion."""
    weights = np.roll(artifact.arrays["weights"], 5, axis=1).copy()
    np.fill_diagonal(weights, 0)
    return replace(artifact, version=version, arrays={"weights": weights})


@pytest.fixture
def means(db: Connection, ada: User) -> Means:
    """A champion and a challenger, for Ada who likes two films."""
    ids = world.add_films(db)
    world.tell(db, ada, [ids["Arrival"], ids["Heat"]], EventKind.LIKED)
    champion = world.a_model(db)
    return Means(on_duty=OnDuty(champion), challenger=another(champion, 2))


def listed(db: Connection, user: User, means: Means, n: int = 8, **request: object) -> Recommended:
    return recommend(db, user.id, Request(n=n, **request), means)  # pyright: ignore[reportArgumentType]


def test_a_list_holds_the_best_of_both_in_turn_and_says_whose_each_title_is(
    db: Connection, ada: User, means: Means
) -> None:
    alone = [
        [r.item.id for r in listed(db, ada, replace(means, on_duty=OnDuty(one), challenger=None))]
        for one in (means.on_duty.artifact, means.challenger)
    ]
    assert alone[0] != alone[1]
    firsts = Counter[str | None]()
    for _ in range(30):
        best = listed(db, ada, means)
        assert [(arm.name, arm.model, arm.version) for arm in best.arms] == [
            (CHAMPION, "wedlae", 1),
            (CHALLENGER, "wedlae", 2),
        ]
        ids = [r.item.id for r in best]
        assert len(set(ids)) == len(ids) == 8
        sides = Counter(r.arm for r in best)
        assert sides == {CHAMPION: 4, CHALLENGER: 4}
        for name, ranking in zip((CHAMPION, CHALLENGER), alone, strict=True):
            picks = [r.item.id for r in best if r.arm == name]
            assert sorted(picks, key=ranking.index) == picks
        for r in best:
            assert sum(c.amount for c in r.contributions) == pytest.approx(r.score)
        firsts[best.recommendations[0].arm] += 1
    # A coin says who begins: of 30, either does so at least once, but for once in 500 million.
    assert firsts[CHAMPION]
    assert firsts[CHALLENGER]


def test_what_is_kept_tells_the_side_and_its_model(db: Connection, ada: User, means: Means) -> None:
    best = listed(db, ada, means)
    list_id = add_shown(db, ada.id, {}, best)
    told = why(db, ada.id, list_id)
    assert [place.arm for place in told.places] == [r.arm for r in best]
    assert {place.arm: model_of(told, place.arm) for place in told.places} == {
        CHAMPION: ("wedlae", 1),
        CHALLENGER: ("wedlae", 2),
    }
    followed = [r.item.id for r in best if r.arm == CHALLENGER]
    world.tell(db, ada, followed, EventKind.SAVED, days_ago=-0.1)
    seen = impressions(db)
    assert set(seen.models) == {"wedlae 1", "wedlae 2"}
    (duel,) = lift(seen, by="model").duels
    assert duel.label == "wedlae 1 against wedlae 2"
    assert (duel.wins, duel.lists) == ({CHAMPION: 0, CHALLENGER: 1}, 1)


@pytest.mark.parametrize(
    "request_",
    [
        {"method": "popular"},
        {"method": "content"},
        {"as_of": world.NOW},
    ],
    ids=["popular", "content", "in the past"],
)
def test_without_two_models_that_have_a_say_there_is_no_experiment(
    db: Connection, ada: User, means: Means, request_: dict[str, object]
) -> None:
    best = listed(db, ada, means, **request_)
    assert best.arms == ()
    assert {r.arm for r in best} <= {None}


def test_nobody_is_tried_out_on_who_is_new_nor_against_itself(
    db: Connection, ada: User, ben: User, means: Means
) -> None:
    assert listed(db, ben, means).arms == ()
    assert listed(db, ada, replace(means, challenger=means.on_duty.artifact)).arms == ()
    assert listed(db, ada, replace(means, on_duty=OnDuty())).arms == ()


def test_rules_hold_for_the_whole_list(db: Connection, ada: User, means: Means) -> None:
    hidden, excluded, *_ = [r.item.id for r in listed(db, ada, means)]
    world.tell(db, ada, hidden, EventKind.HIDDEN)
    for n in (1, 5, 30):
        best = listed(db, ada, means, n=n, rules=Rules(exclude=frozenset({excluded})))
        ids = [r.item.id for r in best]
        assert len(ids) == min(n, 10)
        assert len(set(ids)) == len(ids)
        assert not {hidden, excluded} & set(ids)


def side(version: int, ids: list[int]) -> Recommended:
    items = (Item(id=i, work=Work(kind=Kind.FILM, title=str(i))) for i in ids)
    return Recommended(
        recommendations=tuple(
            Recommendation(item=item, score=1.0, method="collaborative", because="") for item in items
        ),
        model="ials",
        version=version,
    )


def test_there_are_no_more_of_a_series_than_allowed() -> None:
    series: dict[int, str | None] = {1: "dune", 2: "dune", 3: None, 4: None, 5: "dune"}
    best = interleaved(
        side(1, [1, 3, 2]), side(2, [2, 4, 5]), 4, lambda: True, per_series=1, series_of=series
    )
    assert [(r.item.id, r.arm) for r in best] == [(1, CHAMPION), (4, CHALLENGER), (3, None)]


def trained(*counts: float) -> Trained:
    return Trained(
        model="popularity",
        config=popularity.Config(),
        arrays={"counts": np.array(counts, np.float32)},
        item_ids=np.arange(len(counts), dtype=np.int64),
        opinions=Opinions(),
        proof=1.0,
        trust=1.0,
        about={},
    )


def test_the_challenger_is_read_exchanged_and_refused(tmp_path: Path) -> None:
    registry = LocalRegistry(tmp_path)
    nobody = Challengers(registry, look_every_s=60)
    assert nobody.ready() is None
    nobody.close()
    registry.promote(registry.save(trained(1, 2)).version)
    registry.challenge(registry.save(trained(3, 4)))
    tried = Challengers(registry, look_every_s=0.02)
    first = tried.ready()
    assert first is not None
    assert first.version == 2
    registry.challenge(registry.save(trained(5, 6)))
    until(tried, 3)
    registry.challenge(registry.save(trained(7, 8)))
    until(tried, 4)
    pin = registry.save(trained(9, 9))
    card = folder_of(tmp_path, pin.version) / CARD
    card.write_text(json.dumps(json.loads(card.read_text()) | {"proof": 0.5}))
    registry.challenge(pin)
    until(tried, None)
    tried.close()


def until(tried: Challengers, version: int | None) -> None:
    import time

    for _ in range(500):
        artifact = tried.current()
        if (artifact.version if artifact else None) == version:
            return
        time.sleep(0.01)
    raise AssertionError(f"version {version} was not tried out within 5 s")

"""Train, register, promote, serve and roll back on the library's own data, and what killed processes leave."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import psycopg
import pytest
from sqlalchemy import make_url, text

import community
import training_process
from community import NOW, TASTES, Community

pytest.importorskip("scipy", reason="training needs the extra 'train'")
pytest.importorskip("irspack", reason="training needs the extra 'train'")

import small_world as world
from mediatheque.flows import jobs, worker
from mediatheque.flows.training import Outcome, train
from mediatheque.kit.database import Connection, Database
from mediatheque.kit.settings import read_settings
from mediatheque.library.queries.history import add_events
from mediatheque.library.queries.users import User, add_user
from mediatheque.recommend.artifact import models_dir_in, read_aliases
from mediatheque.recommend.champion import Champions, OnDuty
from mediatheque.recommend.opinions import Opinions
from mediatheque.training.contest import Contest, split_of, try_models
from mediatheque.training.dataset import read
from mediatheque.training.registries.local import LocalRegistry
from mediatheque.training.trained import Trained
from mediatheque.vocabulary import Event, EventKind
from mediatheque.wiring import Mediatheque

_SETTLED: dict[str, tuple[str, Community]] = {}


@pytest.fixture
def settled(server_url: str, template_database: str, database_url: str) -> Community:
    """The community in this test's own database; told once a run, then copied."""
    name = make_url(database_url).database
    with psycopg.connect(server_url, autocommit=True) as admin:
        if server_url not in _SETTLED:
            told = f"{template_database}_settled"
            admin.execute(f"CREATE DATABASE {told} TEMPLATE {template_database}")
            first = Database(make_url(server_url).set(database=told).render_as_string(hide_password=False))
            _SETTLED[server_url] = told, community.settle(first)
            first.close()
        told, there = _SETTLED[server_url]
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {told} STRATEGY file_copy")
    return there


@pytest.fixture(scope="module", autouse=True)
def swept(server_url: str) -> Iterator[None]:
    yield
    if server_url in _SETTLED:
        with psycopg.connect(server_url, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {_SETTLED.pop(server_url)[0]} WITH (FORCE)")


@pytest.fixture
def registry(tmp_path: Path) -> LocalRegistry:
    return LocalRegistry(models_dir_in(tmp_path))


@pytest.fixture
def champions(tmp_path: Path) -> Champions:
    """Looks at every request, so that tests need not wait."""
    return Champions(models_dir_in(tmp_path), look_every_s=0)


def figures(outcome: Outcome, label: str) -> float:
    return next(one.figures["ndcg_at_10"] for one in outcome.tried if one.label == label)


def test_the_best_beats_popularity_on_what_it_never_saw_and_serves(
    settled: Community, database: Database, registry: LocalRegistry, champions: Champions
) -> None:
    outcome = train(database, registry, now=NOW)
    assert (outcome.people, outcome.why_not, outcome.version, outcome.is_promoted) == (60, None, 1, True)
    assert "on judges" in outcome.split
    assert outcome.judges >= 40
    assert {one.label for one in outcome.tried} == {
        "popularity",
        "item-knn",
        "wedlae",
        "ials",
        "content",
        "mixed-walk",
        "blend",
    }
    assert figures(outcome, outcome.chosen) > 0.3 > 0.15 > figures(outcome, "popularity")
    assert outcome.against_popularity is not None
    assert outcome.against_popularity.is_better
    assert 0.5 < outcome.trust < 60 / 80 + 1e-9
    serving = champions.current().artifact
    assert serving is not None
    assert (serving.version, serving.trust) == (1, outcome.trust)
    assert serving.card["data"]["people"] == 60
    assert serving.card["metrics"]["ndcg_at_10"] == figures(outcome, outcome.chosen)


def test_lists_are_of_the_person_s_taste_explained_truly_and_fresh_at_once(
    settled: Community, database: Database, registry: LocalRegistry, champions: Champions
) -> None:
    train(database, registry, now=NOW)
    with database.transaction() as db:
        newcomer = add_user(db, "Newcomer")
        nothing = world.recommended(db, newcomer.id, method="collaborative", on_duty=champions.current())
        assert {r.fallback for r in nothing} == {
            "the model of what people here like together knows nothing that you like yet, so this is what is popular"
        }
        for taste in ("space", "sea"):
            liked = settled.films[taste][:3]
            started = time.monotonic()
            add_events(db, newcomer.id, [(film, Event(kind=EventKind.LIKED), None) for film in liked])
            found = world.recommended(db, newcomer.id, n=20, on_duty=champions.current())
            assert time.monotonic() - started < 1.0
            mine = [r for r in found if r.method == "collaborative"]
            of_taste = [r for r in mine if r.item.id in settled.films[taste]]
            assert len(of_taste) >= 5
            assert not {r.item.id for r in found} & set(liked)
            assert {r.fallback for r in found} == {None}
            assert any(r.because.startswith("People here who took to ") for r in of_taste)
            for r in found:
                assert sum(c.amount for c in r.contributions) == pytest.approx(r.score, abs=1e-6)


def test_the_same_recipe_with_newer_events_serves_and_can_be_rolled_back(
    settled: Community, database: Database, registry: LocalRegistry, champions: Champions
) -> None:
    train(database, registry, now=NOW)
    first = champions.current().artifact
    with database.transaction() as db:
        add_events(
            db, settled.people[0].id, [(settled.films["sea"][5], Event(kind=EventKind.LIKED, at=NOW), None)]
        )
    again = train(database, registry, now=NOW)
    assert (again.champion, again.version, again.is_promoted) == (1, 2, True)
    assert again.against_champion is not None
    assert again.against_champion.gain >= 0
    second = champions.current().artifact
    assert first is not None
    assert second is not None
    assert second.card["data"]["events"] == first.card["data"]["events"] + 1
    registry.roll_back()
    back = champions.current().artifact
    assert back is not None
    assert back.version == 1
    assert all(np.array_equal(back.arrays[name], first.arrays[name]) for name in first.arrays)


def test_nothing_new_is_not_trained_again(
    settled: Community, database: Database, registry: LocalRegistry
) -> None:
    train(database, registry, now=NOW)
    again = train(database, registry, now=NOW, only_if_new=True)
    assert again.why_not == "nothing was told since version 1 was trained"
    assert len(registry.cards()) == 1


def test_a_worse_challenger_is_kept_but_does_not_serve(
    settled: Community, database: Database, registry: LocalRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(database, registry, now=NOW)
    # As if validation had misled: the crowd's favourites are chosen.
    monkeypatch.setattr(Contest, "best", property(lambda contest: contest.recipes[0]))
    worse = train(database, registry, now=NOW)
    assert (worse.chosen, worse.is_promoted, worse.version) == ("popularity", False, 2)
    assert worse.against_champion is not None
    assert worse.against_champion.gain < 0
    assert "so that one goes on serving" in worse.verdict
    named = registry.aliases()
    assert (named.champion.version if named.champion else None) == 1
    assert (named.challenger.version if named.challenger else None) == 2
    assert (worse.proof, worse.trust) == (0, 0)


def arrays_of(db: Connection, *, by_time: bool = True) -> Contest:
    split = split_of(db, by_time=by_time)
    assert split is not None
    fit, validation, known = (
        read(db, part, Opinions(), NOW) for part in (split.fit, split.validation, split.train)
    )
    return try_models(fit, validation, known, None)


@pytest.mark.parametrize("by_time", [True, False])
def test_what_judges_has_no_say_in_what_is_trained(
    settled: Community, database: Database, by_time: bool
) -> None:
    with database.transaction() as db:
        before = arrays_of(db, by_time=by_time)
    with database.engine.connect() as db:
        split = split_of(db, by_time=by_time)
        assert split is not None
        judging = "at >= :end"
        if not by_time:
            judging = """(user_id, item_id) IN (SELECT user_id, item_id FROM (
                SELECT user_id, item_id, row_number() OVER (PARTITION BY user_id ORDER BY max(at) DESC) AS place,
                    count(*) OVER (PARTITION BY user_id) AS n FROM events GROUP BY user_id, item_id) AS placed
                WHERE place <= least(5, n / 4))"""
        # Everything about them but when they happened: other titles nobody had, other kinds, other stars.
        changed = db.execute(
            text(f"UPDATE events SET kind = 'rated', value = 5.0 - (id % 9) / 2.0 WHERE {judging}"),
            {"end": split.test.since} if by_time else {},
        ).rowcount
        assert changed >= 150
        after = arrays_of(db, by_time=by_time)
        db.rollback()
    assert after.best == before.best
    assert [recipe.key for recipe in after.recipes] == [recipe.key for recipe in before.recipes]
    assert after.validation == before.validation
    for key, arrays in before.arrays.items():
        for name, array in arrays.items():
            assert np.array_equal(array, after.arrays[key][name]), (key, name)


def test_changing_what_may_be_learned_from_does_change_it(settled: Community, database: Database) -> None:
    with database.engine.connect() as db:
        before = arrays_of(db)
        db.execute(text("UPDATE events SET kind = 'disliked' WHERE id % 2 = 0"))
        after = arrays_of(db)
        db.rollback()
    assert {r.key for r in before.recipes} != {r.key for r in after.recipes} or any(
        not np.array_equal(array, after.arrays[key][name])
        for key, arrays in before.arrays.items()
        for name, array in arrays.items()
    )


def test_histories_of_one_day_are_split_by_place(
    settled: Community, database: Database, registry: LocalRegistry
) -> None:
    with database.transaction() as db:
        db.execute(text("UPDATE events SET at = :day"), {"day": NOW - timedelta(days=1)})
    outcome = train(database, registry, now=NOW)
    assert outcome.split.startswith("each person's last 5 titles")
    assert outcome.judges >= 40
    assert outcome.against_popularity is not None
    assert outcome.against_popularity.is_better


def test_a_library_of_one_person_says_why_nothing_was_trained(
    database: Database, ada: User, registry: LocalRegistry, champions: Champions
) -> None:
    alone = train(database, registry)
    assert alone.why_not is not None
    assert alone.why_not.startswith("nobody has liked 4 titles of the catalogue or more")
    community.settle(database, people=1)
    assert str(train(database, registry).why_not).startswith("one person has liked 4 titles")
    assert registry.cards() == []
    assert champions.current() == OnDuty()


def test_a_refused_champion_does_not_stop_lists_nor_the_next_training(
    settled: Community, database: Database, registry: LocalRegistry, champions: Champions, tmp_path: Path
) -> None:
    train(database, registry, now=NOW)
    arrays = models_dir_in(tmp_path) / "v1" / "arrays.npz"
    arrays.write_bytes(arrays.read_bytes()[:-7] + b"changed")
    on_duty = champions.current()
    assert on_duty.artifact is None
    with database.transaction() as db:
        found = world.recommended(db, settled.people[0].id, n=5, on_duty=on_duty)
    assert len(found) == 5
    assert all("arrays.npz is not the one that was promoted" in str(r.fallback) for r in found)
    again = train(database, registry, now=NOW)
    assert "the champion was refused" in again.verdict
    assert again.is_promoted
    now_serving = champions.current().artifact
    assert now_serving is not None
    assert now_serving.version == 2


def dying(database: Database, folder: Path, what: str, dies_at: int) -> int:
    """The exit code of a process that is killed before this step of `what`."""
    arguments = (database.url, str(folder), what, str(dies_at))
    return subprocess.run(
        [sys.executable, training_process.__file__, *arguments], stdout=subprocess.DEVNULL, check=False
    ).returncode


def test_killed_before_any_step_of_training_the_old_champion_serves(
    settled: Community, database: Database, registry: LocalRegistry, tmp_path: Path
) -> None:
    train(database, registry, now=NOW)
    folder = models_dir_in(tmp_path)
    before = Champions(folder).current().artifact
    assert before is not None
    # 3 to 7 write files into a folder beside, 8 gives it its name, 11 and 12 write and replace the aliases.
    for dies_at in (5, 8, 12):
        assert dying(database, folder, "train", dies_at) == -9
        after = Champions(folder).current()
        assert after.artifact is not None, after.refused
        assert after.artifact.version == before.version
        assert np.array_equal(after.artifact.item_ids, before.item_ids)
    again = train(database, registry, now=NOW)
    assert again.is_promoted
    last = Champions(folder).current().artifact
    assert last is not None
    assert last.version == again.version
    assert not list(folder.glob(".unfinished*"))


def a_second_version(registry: LocalRegistry) -> int:
    champion = registry.champion()
    assert champion is not None
    second = Trained(
        model=champion.name,
        config=champion.config,
        arrays=champion.arrays,
        item_ids=champion.item_ids,
        opinions=champion.opinions,
        proof=champion.proof,
        trust=0.123,
        about=champion.card,
    )
    return registry.save(second).version


@pytest.mark.parametrize("what", ["2", "rollback"])
def test_killed_before_any_step_of_a_change_of_names_one_of_both_serves_whole(
    settled: Community, database: Database, registry: LocalRegistry, tmp_path: Path, what: str
) -> None:
    train(database, registry, now=NOW)
    assert a_second_version(registry) == 2
    old, new = 1, 2
    if what == "rollback":
        registry.promote(2)
        old, new = 2, 1
    served: list[int] = []
    for dies_at in (2, 3, 4):
        assert dying(database, models_dir_in(tmp_path), what, dies_at) == -9
        on_duty = Champions(models_dir_in(tmp_path)).current()
        assert on_duty.artifact is not None, on_duty.refused
        served.append(on_duty.artifact.version)
    assert served == [old, old, new]
    assert read_aliases(models_dir_in(tmp_path)).champion is not None
    registry.promote(old)


def test_nothing_that_serves_loads_what_trains(
    settled: Community, database: Database, registry: LocalRegistry, tmp_path: Path
) -> None:
    train(database, registry, now=NOW)
    program = f"""
import sys
from mediatheque.api.app import create_app
from mediatheque.flows import jobs, worker
from mediatheque.kit.database import Database
from mediatheque.kit.settings import read_settings
from mediatheque.wiring import Mediatheque
from mediatheque.recommend.request import Means, Request
from mediatheque.recommend.serve import recommend
app = Mediatheque(read_settings(data_dir={str(tmp_path)!r}, database_url={database.url!r}), Database({database.url!r}))
create_app(app), worker.queue_of(app)
with app.database.transaction() as db:
    found = recommend(
        db, {settled.people[0].id}, Request(method="collaborative"), Means(on_duty=app.champions.current()))
assert {{r.fallback for r in found}} == {{None}}, found
print([m for m in sys.modules if m.split(".")[0] in ("scipy", "irspack", "lightgbm", "threadpoolctl")
       or m.startswith("mediatheque.training") or m == "mediatheque.flows.training"])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_a_worker_trains_in_a_process_of_its_own(
    settled: Community, database: Database, champions: Champions, tmp_path: Path
) -> None:
    settings = read_settings(data_dir=tmp_path, database_url=database.url, embedder="none")
    opened = Mediatheque(settings, database)
    periodic = worker.queue_of(opened).periodic_registry.periodic_tasks.values()
    assert ("mediatheque:train_models", worker.NIGHTLY["train_models"]) in {
        (p.task.name, p.cron) for p in periodic
    }
    with database.transaction() as db:
        jobs.defer_training(opened, db)
        jobs.defer_training(opened, db)

    async def work() -> None:
        stop = asyncio.Event()
        working = asyncio.create_task(worker.run_worker(opened, stop=stop))
        for _ in range(600):
            await asyncio.sleep(0.1)
            if champions.current().artifact is not None:
                break
        stop.set()
        await working

    asyncio.run(work())
    serving = champions.current().artifact
    assert serving is not None
    assert serving.version == 1


def test_each_taste_is_served_to_who_has_it(
    settled: Community, database: Database, registry: LocalRegistry, champions: Champions
) -> None:
    train(database, registry, now=NOW)
    with database.transaction() as db:
        for person, user in enumerate(settled.people[: 2 * len(TASTES)]):
            found = world.recommended(db, user.id, n=5, method="collaborative", on_duty=champions.current())
            own = set(settled.films[settled.taste_of(person)])
            assert sum(r.item.id in own for r in found) >= 4

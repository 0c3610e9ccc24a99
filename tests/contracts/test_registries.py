"""What every place for models promises, tried on each: in a folder, and on a real MLflow server."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mediatheque.kit.errors import Conflict, Invalid, NotFound
from mediatheque.recommend import registries as serving
from mediatheque.recommend.artifact import ARRAYS, CARD, FILES, ITEMS, Pin, folder_of
from mediatheque.recommend.champion import Champions
from mediatheque.recommend.models import popularity, wedlae
from mediatheque.recommend.opinions import Opinions
from mediatheque.training import registries as shelf
from mediatheque.training.registries import Registry
from mediatheque.training.trained import Trained


@dataclass(frozen=True)
class Place:
    """A registry that is tried: how any machine opens it, and where its files really are."""

    setting: str | None
    home: Path
    files: Callable[[int], Path]
    _machines: itertools.count[int]

    def of_a_machine(self) -> Registry:
        """The registry as a machine sees it that has never seen it before."""
        return shelf.open_registry(self.setting, self._folder())

    def served(self) -> serving.Registry:
        """The same for a machine that only serves."""
        return serving.open_registry(self.setting, self._folder())

    def _folder(self) -> Path:
        return self.home / (f"machine-{next(self._machines)}" if self.setting else "models")


@pytest.fixture(params=["local", pytest.param("mlflow", marks=pytest.mark.slow)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    machines = itertools.count()
    if request.param == "local":
        return Place(None, tmp_path, lambda version: folder_of(tmp_path / "models", version), machines)
    server = request.getfixturevalue("mlflow_server")
    setting = server.url()

    def files(version: int) -> Path:
        model = setting.partition("model=")[2]
        found = [
            path.parent
            for path in server.artifacts.rglob(FILES)
            if f"/{run_of(setting, version)}/" in str(path)
        ]
        assert len(found) == 1, (model, version)
        return found[0]

    return Place(setting, tmp_path, files, machines)


def run_of(setting: str, version: int) -> str:
    from mediatheque.recommend.registries._mlflow_rest import Server, address_of

    return Server(address_of(serving.chosen(setting)[1])).version(version).source.split("/")[-3]


@pytest.fixture
def registry(place: Place) -> Registry:
    return place.of_a_machine()


def trained(*counts: float, **about: Any) -> Trained:
    return Trained(
        model="popularity",
        config=popularity.Config(),
        arrays={"counts": np.array(counts, np.float32)},
        item_ids=np.arange(10, 10 + len(counts), dtype=np.int64),
        opinions=Opinions(saved=0.25),
        proof=0.75,
        trust=0.5,
        about=about,
    )


def promoted(registry: Registry, *counts: float) -> Pin:
    return registry.promote(registry.save(trained(*counts)).version)


def following(registry: serving.Registry) -> Champions:
    """Looks at every question, and at the registry all the time."""
    follow = registry.follow if registry.is_remote else None
    return Champions(registry.folder, look_every_s=0, follow=follow, follow_every_s=0.02)


def until(champions: Champions, version: int | None) -> None:
    """Wait until this version serves."""
    wait_for(lambda: (a.version if (a := champions.current().artifact) else None) == version)


def wait_for(is_so: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < ends_at, "it did not come to that within 20 s"
        time.sleep(0.01)


def test_both_shelves_have_the_same_places() -> None:
    from mediatheque.kit.shelf import names_on

    assert names_on(shelf) == names_on(serving) == ("local", "mlflow")


def test_what_was_saved_is_what_serves_to_the_last_bit(place: Place, registry: Registry) -> None:
    pin = registry.save(trained(3, 1 / 3, 1e-30, metrics={"ndcg_at_10": 0.5}))
    assert (pin.version, registry.champion(), registry.aliases().champion) == (1, None, None)
    registry.promote(1)
    for opened in (registry, place.of_a_machine(), place.served()):
        champion = opened.champion()
        assert champion is not None
        assert (champion.version, champion.name, champion.config) == (1, "popularity", popularity.Config())
        assert champion.arrays["counts"].dtype == np.float32
        assert np.array_equal(champion.arrays["counts"], np.array([3, 1 / 3, 1e-30], np.float32))
        assert champion.item_ids.tolist() == [10, 11, 12]
        assert (champion.opinions, champion.proof, champion.trust) == (Opinions(saved=0.25), 0.75, 0.5)
    assert {ARRAYS, ITEMS, CARD, FILES} <= {path.name for path in place.files(1).iterdir()}


def test_every_kind_of_array_comes_back_identical(registry: Registry, place: Place) -> None:
    rng = np.random.default_rng(1)
    weights = np.asfortranarray(rng.normal(size=(40, 40)).astype(np.float32))
    np.fill_diagonal(weights, 0)
    model = Trained(
        model="wedlae",
        config=wedlae.Config(),
        arrays={"weights": weights},
        item_ids=np.sort(rng.choice(1 << 50, 40, replace=False)).astype(np.int64),
        opinions=Opinions(),
        proof=1.0,
        trust=1.0,
        about={},
    )
    registry.promote(registry.save(model).version)
    champion = place.served().champion()
    assert champion is not None
    assert np.array_equal(champion.arrays["weights"], weights)
    assert np.array_equal(champion.item_ids, model.item_ids)


def test_cards_say_what_each_version_is_the_latest_first(registry: Registry, place: Place) -> None:
    registry.save(trained(1, metrics={"ndcg_at_10": 0.25}))
    # Longer than a tag may be everywhere.
    registry.save(trained(2, note="x" * 6_000))
    latest, earliest = place.served().cards()
    assert (latest["version"], latest["note"]) == (2, "x" * 6_000)
    assert (earliest["version"], earliest["metrics"]) == (1, {"ndcg_at_10": 0.25})
    assert registry.card(1) == earliest
    with pytest.raises(NotFound, match="There is no version 7; there is 1, 2"):
        registry.card(7)


def test_rolling_back_goes_back_step_by_step_and_says_when_there_is_no_more(registry: Registry) -> None:
    first, second, third = promoted(registry, 1), promoted(registry, 2), promoted(registry, 3)
    assert registry.aliases().former == (second, first)
    assert registry.roll_back() == second
    assert registry.roll_back() == first
    with pytest.raises(Conflict, match="no earlier champion"):
        registry.roll_back()
    assert registry.promote(third.version) == third
    assert registry.aliases().former == (first,)


def test_promoting_the_champion_again_changes_nothing(registry: Registry) -> None:
    promoted(registry, 1)
    second = promoted(registry, 2)
    before = registry.aliases()
    assert registry.promote(second.version) == second
    assert registry.aliases() == before


def test_a_challenger_that_is_promoted_is_no_challenger_any_more(registry: Registry) -> None:
    promoted(registry, 1)
    pin = registry.save(trained(2))
    registry.challenge(pin)
    assert registry.aliases().challenger == pin
    registry.promote(pin.version)
    assert registry.aliases().challenger is None


def test_the_challenger_can_be_tried_out_by_a_machine_that_only_serves(
    place: Place, registry: Registry
) -> None:
    promoted(registry, 1, 2)
    assert place.served().challenger() is None
    registry.challenge(registry.save(trained(3, 4)))
    tried = place.served().challenger()
    assert tried is not None
    assert (tried.version, tried.arrays["counts"].tolist()) == (2, [3, 4])


def test_an_unknown_version_names_those_there_are(registry: Registry) -> None:
    with pytest.raises(NotFound, match="There is no version 7; there is none"):
        registry.promote(7)
    registry.save(trained(1))
    registry.save(trained(2))
    with pytest.raises(NotFound, match="There is no version 7; there is 1, 2"):
        registry.promote(7)


def test_what_could_not_serve_is_not_saved(registry: Registry) -> None:
    with pytest.raises(Invalid, match="'counts' holds what is no number"):
        registry.save(trained(1, float("nan")))
    assert registry.cards() == []


def test_a_byte_of_difference_is_refused_and_the_earlier_champion_goes_on(
    place: Place, registry: Registry
) -> None:
    first = promoted(registry, 1, 2, 3)
    here = following(place.served())
    until(here, 1)
    pin = registry.save(trained(4, 5, 6))
    for name in (ARRAYS, ITEMS, CARD, FILES):
        path = place.files(pin.version) / name
        content = path.read_bytes()
        middle = len(content) // 2
        flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        for changed in (flipped, content[:-1], content + b"x", None):
            path.unlink() if changed is None else path.write_bytes(changed)
            # In a folder its own list of files is what a version is known by.
            with pytest.raises((Invalid, NotFound)):
                registry.promote(pin.version)
        path.write_bytes(content)
    assert registry.aliases().champion == first
    until(here, 1)
    here.close()
    # Put back as it was, it may serve.
    assert registry.promote(pin.version) == pin


def test_a_champion_that_is_changed_after_its_promotion_is_refused_where_it_is_not_yet(
    place: Place, registry: Registry
) -> None:
    promoted(registry, 1, 2, 3)
    here = following(place.served())
    until(here, 1)
    pin = promoted(registry, 4, 5, 6)
    path = place.files(pin.version) / ARRAYS
    until(here, 2)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    elsewhere = following(place.served())
    on_duty = elsewhere.ready()
    if on_duty.artifact is not None:
        # A folder's former champion is here; a server's was never fetched by this machine.
        assert on_duty.artifact.version == 1
        assert on_duty.instead is not None
        assert f"{ARRAYS} is not the one that was promoted" in on_duty.instead
    else:
        assert on_duty.refused is not None
        assert on_duty.refused.startswith("the collaborative model was refused: ")
        assert f"{ARRAYS} is not the one that was promoted" in on_duty.refused
    # Who had it before goes on with it.
    until(here, 2)
    # The way out that the message leaves.
    registry.roll_back()
    until(elsewhere, 1)
    until(here, 1)
    wait_for(lambda: elsewhere.current().instead is None)
    here.close()
    elsewhere.close()


def test_a_pickle_is_never_opened(registry: Registry, tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> Any:
            return (Path.touch, (tmp_path / "exploded",))

    bomb = trained(1)
    bomb = Trained(
        **{name: getattr(bomb, name) for name in Trained.__dataclass_fields__}
        | {"arrays": {"counts": np.array([1], np.float32), "extra": np.array([Bomb()], dtype=object)}}
    )
    with pytest.raises((Invalid, ValueError)):
        registry.save(bomb)
    assert registry.aliases().champion is None
    assert not (tmp_path / "exploded").exists()


def test_a_newer_schema_is_refused_and_the_earlier_goes_on(place: Place, registry: Registry) -> None:
    """As a newer program would leave it: every hash fits, but it is not for this one."""
    promoted(registry, 1)
    here = following(place.served())
    until(here, 1)

    class Newer(Trained):
        def card(self) -> dict[str, Any]:
            return super().card() | {"schema": 99}

    fields = {name: getattr(trained(2), name) for name in Trained.__dataclass_fields__}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("mediatheque.recommend.artifact.SCHEMA", 99)
        pin = registry.save(Newer(**fields))
    with pytest.raises(Invalid, match="schema 99, not 1"):
        registry.promote(pin.version)
    until(here, 1)
    here.close()


def test_a_promotion_is_noticed_by_threads_that_never_wait_nor_see_half_a_model(
    place: Place, registry: Registry
) -> None:
    promoted(registry, *[1] * 1000)
    champions = following(place.served())
    until(champions, 1)
    ends, seen, faults, waits = threading.Event(), set[int](), list[str](), list[float]()

    def ask() -> None:
        while not ends.is_set():
            began = time.monotonic()
            on_duty = champions.current()
            waits.append(time.monotonic() - began)
            if on_duty.artifact is None or set(on_duty.artifact.arrays["counts"]) != {
                on_duty.artifact.version
            }:
                faults.append(str(on_duty.refused))
            else:
                seen.add(on_duty.artifact.version)
            time.sleep(0.001)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for version in (2, 3, 4):
        promoted(registry, *[version] * 1000)
        until(champions, version)
    registry.roll_back()
    until(champions, 3)
    ends.set()
    for thread in threads:
        thread.join()
    champions.close()
    assert faults == []
    assert seen == {1, 2, 3, 4}
    # Reading a model of four kilobytes takes the one thread that does so some milliseconds.
    assert sorted(waits)[int(0.99 * len(waits))] < 0.1


def test_two_machines_that_promote_at_once_leave_one_champion_that_is_whole(
    place: Place, registry: Registry
) -> None:
    versions = [registry.save(trained(n, n)).version for n in range(1, 5)]
    faults: list[Exception] = []

    def promote(version: int) -> None:
        try:
            place.of_a_machine().promote(version)
        except Exception as error:  # noqa: BLE001
            faults.append(error)

    threads = [threading.Thread(target=promote, args=(version,)) for version in versions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    champion = place.served().champion()
    assert champion is not None
    assert champion.version in versions
    assert champion.arrays["counts"].tolist() == [champion.version] * 2


def test_no_models_at_all_is_no_fault(place: Place) -> None:
    opened = place.served()
    assert opened.champion() is None
    assert opened.cards() == []
    assert opened.aliases() == type(opened.aliases())()
    champions = following(opened)
    on_duty = champions.ready()
    assert (on_duty.artifact, on_duty.refused) == (None, None)
    champions.close()


def test_a_card_is_plain_json(registry: Registry) -> None:
    registry.save(trained(1, data={"people": 3}))
    (card,) = registry.cards()
    assert json.loads(json.dumps(card))["data"] == {"people": 3}

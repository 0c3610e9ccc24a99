"""Versions that never change, names that move in one step, and nothing believed that is not what was promoted."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mediatheque.kit.errors import Conflict, Invalid, NotFound
from mediatheque.recommend.artifact import (
    ARRAYS,
    CARD,
    FILES,
    ITEMS,
    Pin,
    folder_of,
    read_aliases,
    read_artifact,
)
from mediatheque.recommend.champion import Champions
from mediatheque.recommend.models import popularity, wedlae
from mediatheque.recommend.opinions import Opinions
from mediatheque.training.registry import FORMER, KEPT, LocalRegistry, Trained


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


@pytest.fixture
def registry(tmp_path: Path) -> LocalRegistry:
    return LocalRegistry(tmp_path / "models")


def promoted(registry: LocalRegistry, *counts: float) -> Pin:
    return registry.promote(registry.save(trained(*counts)).version)


def test_what_was_saved_is_what_serves(registry: LocalRegistry, tmp_path: Path) -> None:
    pin = registry.save(trained(3, 1, 2, metrics={"ndcg_at_10": 0.5}))
    assert (pin.version, registry.champion(), registry.aliases().champion) == (1, None, None)
    registry.promote(1)
    champion = registry.champion()
    assert champion is not None
    assert (champion.version, champion.name, champion.config) == (1, "popularity", popularity.Config())
    assert champion.arrays["counts"].tolist() == [3, 1, 2]
    assert champion.item_ids.tolist() == [10, 11, 12]
    assert (champion.opinions, champion.proof, champion.trust) == (Opinions(saved=0.25), 0.75, 0.5)
    assert registry.cards()[0]["metrics"] == {"ndcg_at_10": 0.5}
    assert {p.name for p in folder_of(tmp_path / "models", 1).iterdir()} == {ARRAYS, ITEMS, CARD, FILES}


def test_rolling_back_goes_back_step_by_step_and_says_when_there_is_no_more(registry: LocalRegistry) -> None:
    first, second, third = promoted(registry, 1), promoted(registry, 2), promoted(registry, 3)
    assert registry.aliases().former == (second, first)
    assert registry.roll_back() == second
    assert registry.roll_back() == first
    with pytest.raises(Conflict, match="no earlier champion"):
        registry.roll_back()
    assert registry.promote(third.version) == third
    assert registry.aliases().former == (first,)


def test_promoting_the_champion_again_changes_nothing(registry: LocalRegistry) -> None:
    promoted(registry, 1)
    second = promoted(registry, 2)
    before = registry.aliases()
    assert registry.promote(second.version) == second
    assert registry.aliases() == before


def test_a_challenger_that_is_promoted_is_no_challenger_any_more(registry: LocalRegistry) -> None:
    promoted(registry, 1)
    pin = registry.save(trained(2))
    registry.challenge(pin)
    assert registry.aliases().challenger == pin
    registry.promote(pin.version)
    assert registry.aliases().challenger is None


def test_an_unknown_version_names_those_there_are(registry: LocalRegistry) -> None:
    registry.save(trained(1))
    registry.save(trained(2))
    with pytest.raises(NotFound, match="There is no version 7; there is 1, 2"):
        registry.promote(7)


def test_old_versions_go_but_never_one_with_a_name_and_no_number_comes_twice(
    registry: LocalRegistry, tmp_path: Path
) -> None:
    promoted(registry, 1)
    promoted(registry, 2)
    for n in range(KEPT + 4):
        last = registry.save(trained(n + 1))
    there = {card["version"] for card in registry.cards()}
    assert {1, 2, last.version} <= there
    assert len(there) <= KEPT + 1 + FORMER
    assert not list((tmp_path / "models").glob(".unfinished*"))
    assert registry.roll_back().version == 1


def test_what_could_not_serve_is_not_saved(registry: LocalRegistry) -> None:
    with pytest.raises(Invalid, match="'counts' holds what is no number"):
        registry.save(trained(1, float("nan")))
    wrong = Trained(
        model="wedlae",
        config=wedlae.Config(),
        arrays={"weights": np.zeros((3, 2), np.float32)},
        item_ids=np.arange(3, dtype=np.int64),
        opinions=Opinions(),
        proof=1.0,
        trust=1.0,
        about={},
    )
    with pytest.raises(Invalid, match=r"'weights' .* has shape \(3, 2\)"):
        registry.save(wrong)
    assert registry.cards() == []


@pytest.mark.parametrize("name", [ARRAYS, ITEMS, CARD, FILES])
@pytest.mark.parametrize("how", ["flip", "cut", "gone"])
def test_a_byte_of_difference_is_refused_and_lists_go_on_without(
    registry: LocalRegistry, tmp_path: Path, name: str, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    pin = promoted(registry, 1, 2, 3)
    path = folder_of(tmp_path / "models", pin.version) / name
    content = bytearray(path.read_bytes())
    if how == "flip":
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    elif how == "cut":
        path.write_bytes(content[:-1])
    else:
        path.unlink()
    with pytest.raises(Invalid):
        read_artifact(tmp_path / "models", pin)
    on_duty = Champions(tmp_path / "models").current()
    assert on_duty.artifact is None
    assert on_duty.refused is not None
    assert on_duty.refused.startswith("the collaborative model was refused: ")
    assert "refused" in caplog.text
    with pytest.raises(Invalid):
        registry.promote(pin.version)


def test_whoever_rewrites_a_version_and_its_hashes_is_found_out_by_the_alias(
    registry: LocalRegistry, tmp_path: Path
) -> None:
    pin = promoted(registry, 1, 2, 3)
    other = LocalRegistry(tmp_path / "other")
    other.save(trained(3, 2, 1))
    for name in (ARRAYS, ITEMS, CARD, FILES):
        theirs = folder_of(tmp_path / "other", 1) / name
        (folder_of(tmp_path / "models", pin.version) / name).write_bytes(theirs.read_bytes())
    with pytest.raises(Invalid, match=r"files\.json is not the one that was promoted"):
        read_artifact(tmp_path / "models", pin)


def test_a_pickle_is_never_opened(registry: LocalRegistry, tmp_path: Path) -> None:
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


def test_an_alias_file_that_cannot_be_read_is_refused_and_the_next_promotion_mends_it(
    registry: LocalRegistry, tmp_path: Path
) -> None:
    promoted(registry, 1)
    (tmp_path / "models" / "aliases.json").write_text("{")
    assert "aliases.json cannot be read" in str(Champions(tmp_path / "models").current().refused)
    registry.promote(1)
    on_duty = Champions(tmp_path / "models").current()
    assert on_duty.artifact is not None
    assert on_duty.refused is None


def test_a_newer_schema_is_refused(registry: LocalRegistry, tmp_path: Path) -> None:
    promoted(registry, 1)
    path = tmp_path / "models" / "aliases.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema": 2}))
    with pytest.raises(Invalid, match="schema 2"):
        read_aliases(tmp_path / "models")


def test_no_models_at_all_is_no_fault(tmp_path: Path) -> None:
    on_duty = Champions(tmp_path / "nowhere").current()
    assert (on_duty.artifact, on_duty.refused) == (None, None)


def test_a_promotion_is_noticed_by_threads_that_never_wait_nor_see_half_a_model(
    registry: LocalRegistry, tmp_path: Path
) -> None:
    promoted(registry, *[1] * 1000)
    champions = Champions(tmp_path / "models", look_every_s=0.005)
    ends, seen, faults = threading.Event(), set[int](), list[str]()

    def ask() -> None:
        while not ends.is_set():
            on_duty = champions.current()
            if on_duty.artifact is None or set(on_duty.artifact.arrays["counts"]) != {
                on_duty.artifact.version
            }:
                faults.append(str(on_duty.refused))
            else:
                seen.add(on_duty.artifact.version)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for version in (2, 3, 4):
        promoted(registry, *[version] * 1000)
        time.sleep(0.05)
    registry.roll_back()
    time.sleep(0.05)
    last = champions.current().artifact
    ends.set()
    for thread in threads:
        thread.join()
    assert faults == []
    assert seen == {1, 2, 3, 4}
    assert last is not None
    assert last.version == 3


def test_equal_versions_are_not_loaded_again(registry: LocalRegistry, tmp_path: Path) -> None:
    promoted(registry, 1)
    champions = Champions(tmp_path / "models", look_every_s=0)
    before = champions.current().artifact
    registry.challenge(registry.save(trained(2)))
    assert champions.current().artifact is before

"""The folder of models: what it keeps, and nothing believed that is not what was promoted (see also tests/contracts)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mediatheque.kit.errors import Invalid
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
from mediatheque.recommend.registries import FORMER
from mediatheque.recommend.registries._folder import KEPT
from mediatheque.training.registries.local import LocalRegistry
from mediatheque.training.trained import Trained


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


def test_equal_versions_are_not_loaded_again(registry: LocalRegistry, tmp_path: Path) -> None:
    promoted(registry, 1)
    champions = Champions(tmp_path / "models", look_every_s=0)
    before = champions.current().artifact
    registry.challenge(registry.save(trained(2)))
    assert champions.current().artifact is before


def test_after_a_restart_the_earlier_champion_serves_where_the_promoted_one_is_refused(
    registry: LocalRegistry, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    promoted(registry, 1, 2, 3)
    second = promoted(registry, 4, 5, 6)
    (folder_of(tmp_path / "models", second.version) / ITEMS).unlink()
    on_duty = Champions(tmp_path / "models").current()
    assert on_duty.artifact is not None
    assert (on_duty.artifact.version, on_duty.refused) == (1, None)
    assert str(on_duty.instead).startswith("the collaborative model was refused: version 2 cannot be read")
    assert "Version 1 serves instead" in caplog.text


def test_who_reads_the_names_while_they_cannot_be_read_goes_on_with_what_it_has(
    registry: LocalRegistry, tmp_path: Path
) -> None:
    promoted(registry, 1)
    champions = Champions(tmp_path / "models", look_every_s=0)
    before = champions.current()
    (tmp_path / "models" / "aliases.json").write_text("{")
    after = champions.current()
    assert after.artifact is before.artifact
    assert after.since == before.since is not None
    assert "aliases.json cannot be read" in str(after.instead)

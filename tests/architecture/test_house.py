"""The house stays as ARCHITECTURE.md and pyproject.toml say."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

import mediatheque.enrich.sources
import mediatheque.importers
import mediatheque.recommend.algorithms
import mediatheque.recommend.registries
import mediatheque.stores.blobs
import mediatheque.training.registries
from mediatheque.kit.settings import Settings
from mediatheque.kit.shelf import names_on

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "mediatheque"
MODULES = sorted(SRC.rglob("*.py"))


def contract(name: str) -> dict[str, list[str]]:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = config["tool"]["importlinter"]["contracts"]
    return next(c for c in contracts if c["name"].endswith(name))


@pytest.mark.parametrize(
    ("shelf", "name"),
    [
        (mediatheque.importers, "each other: importers"),
        (mediatheque.enrich.sources, "metadata sources"),
        (mediatheque.recommend.algorithms, "each other: recommenders"),
        (mediatheque.recommend.registries, "each other: registries"),
        (mediatheque.training.registries, "registries that take new models"),
        (mediatheque.stores.blobs, "places for blobs"),
    ],
)
def test_everything_on_a_shelf_is_kept_apart(shelf: object, name: str) -> None:
    modules = contract(name)["modules"]
    on_shelf = names_on(shelf)  # pyright: ignore[reportArgumentType]
    assert sorted(m.rpartition(".")[2].replace("_", "-") for m in modules) == list(on_shelf)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SRC)))
def test_every_file_says_what_it_is_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if not text.strip() and path.name == "__init__.py":
        return
    assert ast.get_docstring(ast.parse(text)), f"{path} opens with no sentence"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SRC)))
def test_names_are_words_a_user_would_say(path: Path) -> None:
    assert path.stem not in {"utils", "helpers", "common", "manager", "service", "core", "base", "types"}


def test_architecture_names_every_room() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = {p.name for p in SRC.iterdir() if p.is_dir() and (p / "__init__.py").exists()}
    drawn = set(re.findall(r"^[├└]── (\w+)/", page, flags=re.MULTILINE))
    assert drawn - {"migrations", "tests", "benchmarks"} == rooms


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `MEDIATHEQUE_(\w+)`", page, flags=re.MULTILINE))
    assert documented == {name.upper() for name in Settings.model_fields}


def test_no_committed_lock_carries_an_address() -> None:
    for path in ROOT.glob("requirements*.txt"):
        text = path.read_text()
        assert "://" not in text, f"{path.name} names a host"
        assert "--index-url" not in text


def test_the_package_carries_the_migrations() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    included = config["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included == {"migrations": "mediatheque/migrations"}

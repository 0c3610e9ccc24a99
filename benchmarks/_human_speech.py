"""People reading aloud, with what they read: five sentences of a LibriVox recording, from the source package of pocketsphinx."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tarfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import httpx

_NAME = "pocketsphinx-5.1.1.tar.gz"
_SHA256 = "675778b309a22dfc9b7d37f7621976bba491d2a5f8c59696bd77fd6d07271355"
_FOLDER = "pocketsphinx-5.1.1/test/data/librivox"
#: Jane Austen, Sense and Sensibility (1811), as it is printed: in the package's transcript of the fourth a word is there twice.
SAID = {
    "sense_and_sensibility_01_austen_64kb-0870": "And Mr. John Dashwood had then leisure to consider how much there might "
    "be prudently in his power to do for them.",
    "sense_and_sensibility_01_austen_64kb-0880": "He was not an ill-disposed young man,",
    "sense_and_sensibility_01_austen_64kb-0890": "unless to be rather cold hearted and rather selfish is to be "
    "ill-disposed:",
    "sense_and_sensibility_01_austen_64kb-0920": "Had he married a more amiable woman, he might have been made still "
    "more respectable than he was:",
    "sense_and_sensibility_01_austen_64kb-0930": "he might even have been made amiable himself;",
}


class Unreachable(Exception):
    """The package cannot be had here; the text says why."""


def clips(cache: Path) -> list[tuple[Path, str]]:
    """Sound files (WAV, 16 kHz) and what is said in each; raises Unreachable."""
    folder = cache / "human_speech"
    if not all((folder / f"{name}.wav").is_file() for name in SAID):
        folder.mkdir(parents=True, exist_ok=True)
        package = cache / _NAME
        if not package.is_file():
            package.write_bytes(_download())
        with tarfile.open(package) as archive:
            for name in SAID:
                member = archive.extractfile(f"{_FOLDER}/{name}.wav")
                assert member is not None
                (folder / f"{name}.wav").write_bytes(member.read())
    return [(folder / f"{name}.wav", text) for name, text in SAID.items()]


def _download() -> bytes:
    """The package from the index that pip is set to, byte for byte the one we know."""
    page = f"{_index().rstrip('/')}/pocketsphinx/"
    try:
        with httpx.Client(follow_redirects=True, timeout=60) as client:
            links = _Links()
            links.feed(client.get(page).raise_for_status().text)
            link = next((link for link in links.found if urldefrag(link).url.endswith(_NAME)), None)
            if link is None:
                raise Unreachable(f"the package index has no {_NAME}")
            content = client.get(urldefrag(urljoin(page, link)).url).raise_for_status().content
    except httpx.HTTPError as error:
        raise Unreachable(f"the package index does not answer ({type(error).__name__})") from None
    if hashlib.sha256(content).hexdigest() != _SHA256:
        raise Unreachable(f"the package index has another {_NAME} than we know")
    return content


def _index() -> str:
    if given := os.environ.get("PIP_INDEX_URL"):
        return given
    asked = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    found = re.search(r"index-url='([^']+)'", asked.stdout)
    if found:
        return found[1]
    # pip's own default, which has no public name.
    from pip._internal.models.index import PyPI

    return PyPI.simple_url


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a" and (link := dict(attrs).get("href")):
            self.found.append(link)

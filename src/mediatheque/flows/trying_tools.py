"""The models and endpoints that the settings name: which they are, and whether they answer when asked something tiny.

What is asked is ours and always the same; where it is asked is what the settings say, and nothing that a request says.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal, TypeAlias, get_args
from urllib.parse import urlsplit

from mediatheque.kit.errors import Cancelled, MediathequeError, NotFound, Unavailable
from mediatheque.kit.http import redact
from mediatheque.kit.settings import Settings
from mediatheque.wiring import Mediatheque

ToolName: TypeAlias = Literal["embedder", "speech", "voices", "llm"]
NAMES: tuple[ToolName, ...] = get_args(ToolName)

#: Longer than a model takes to load on a slow machine; who looks on has not the patience for more.
_PATIENCE_S = 60.0
_SENTENCE = "A lighthouse keeper writes letters to the sea."
_SPOKEN, _SPOKEN_S = "listening-in-the-dark.opus", 4


@dataclass(frozen=True, slots=True)
class Tool:
    """One of them, as the settings name it; without passwords and keys."""

    name: ToolName
    setting: str
    is_on: bool
    address: str | None  # None: on this machine
    has_key: bool
    variable: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of asking: `is_well` None where there is nothing to ask."""

    is_well: bool | None
    model: str | None
    said: str
    seconds: float


def tools(settings: Settings) -> list[Tool]:
    """Every tool that the settings choose; nothing is asked or loaded."""
    written: Mapping[ToolName, tuple[str, bool]] = {
        "embedder": (settings.embedder, settings.embedder_key is not None),
        "speech": (settings.speech, settings.speech_key is not None),
        "voices": (settings.voices, False),
        "llm": (settings.llm or "", settings.llm_key is not None),
    }
    return [_tool(name, *said) for name, said in written.items()]


def _tool(name: ToolName, setting: str, has_key: bool) -> Tool:
    setting = redact(setting.strip())
    is_on = setting.lower() not in ("", "none")
    return Tool(name, setting, is_on, _address(setting), has_key, f"MEDIATHEQUE_{name.upper()}")


def _address(setting: str) -> str | None:
    """The server in a setting, without whatever stands before and after its host."""
    module, _, rest = setting.partition("+")
    parts = urlsplit(rest or module)
    if parts.scheme in ("http", "https") and parts.hostname:
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"
    return "https://generativelanguage.googleapis.com" if setting.startswith("gemini") else None


def try_tool(app: Mediatheque, name: str) -> Tried:
    """Ask the tool something tiny. What it cannot do is in the answer, not raised; NotFound where there is no such tool."""
    asking = _ASKING.get(name)
    if asking is None:
        raise NotFound(f"There is no tool called '{name}'; there is {', '.join(NAMES)}.")
    began = time.monotonic()
    try:
        model, said = asking(app, lambda: time.monotonic() - began > _PATIENCE_S)
    except Cancelled:
        said = f"No answer within {_PATIENCE_S:.0f} seconds."
        return Tried(False, None, said, time.monotonic() - began)
    except MediathequeError as error:
        return Tried(False, None, redact(str(error)), time.monotonic() - began)
    return Tried(True if model else None, model, said, time.monotonic() - began)


_IsCancelled: TypeAlias = Callable[[], bool]
_Said: TypeAlias = tuple[str | None, str]


def _embedder(app: Mediatheque, _: _IsCancelled) -> _Said:
    if app.embedder is None:
        return None, "Off: titles and passages are found by their words alone."
    [vector] = app.embedder.embed([_SENTENCE])
    return app.embedder.name, f"Turned a sentence into {len(vector)} numbers."


def _speech(app: Mediatheque, is_cancelled: _IsCancelled) -> _Said:
    with _spoken() as file:
        heard = app.speech.listen(file, language="en", is_cancelled=is_cancelled).heard
        try:
            words = " ".join(piece.text.strip() for piece in heard)
        finally:
            heard.close()
    if not words:
        raise Unavailable(
            f"{app.speech.name} answered, but heard nothing in {_SPOKEN_S} seconds of clear speech."
        )
    return app.speech.name, f"Heard: “{words[:200]}”"


def _voices(app: Mediatheque, is_cancelled: _IsCancelled) -> _Said:
    if app.voices is None:
        return None, "Off: speakers are not told apart."
    with _spoken() as file:
        [voice] = app.voices.embed(file, [(0, _SPOKEN_S * 1000)], is_cancelled=is_cancelled)
    return app.voices.name, f"Turned a voice into {len(voice)} numbers."


def _llm(app: Mediatheque, is_cancelled: _IsCancelled) -> _Said:
    from mediatheque.tools.llm import Message

    if app.llm is None:
        return None, "None: summaries and answers are sentences of the recordings themselves."
    messages = [Message("user", "Answer with this one word and nothing else: ready")]
    # Room for who thinks before they speak.
    said = "".join(app.llm.write(messages, max_tokens=256, is_cancelled=is_cancelled)).strip()
    if not said:
        raise Unavailable(f"{app.llm.name} answered with nothing.")
    return app.llm.name, f"Said: “{said[:200]}”"


_ASKING: Mapping[str, Callable[[Mediatheque, _IsCancelled], _Said]] = {
    "embedder": _embedder,
    "speech": _speech,
    "voices": _voices,
    "llm": _llm,
}


@contextmanager
def _spoken() -> Generator[Path]:
    """A few seconds of clear speech, as listeners want it."""
    from mediatheque.kit.sound import SPEECH_RATE, flac_of, samples_of

    packaged = resources.files("mediatheque").joinpath("demo_media", _SPOKEN)
    with resources.as_file(packaged) as whole, tempfile.TemporaryDirectory(prefix="mediatheque-") as folder:
        samples = next(samples_of(whole, seconds=_SPOKEN_S))[: _SPOKEN_S * SPEECH_RATE]
        file = Path(folder) / "spoken.flac"
        file.write_bytes(flac_of(samples))
        yield file

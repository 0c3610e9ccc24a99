"""Any server that speaks OpenAI's transcription API: `openai+https://api.openai.com/v1?model=whisper-1`.

https://platform.openai.com/docs/api-reference/audio/createTranscription. A recording is sent in pieces of at most twelve
minutes (23 MB; the strictest server takes 25), cut where it is quietest.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from mediatheque.kit.errors import Cancelled, Invalid, NotFound, Unavailable
from mediatheque.kit.http import HttpClient, redact
from mediatheque.kit.sound import SPEECH_RATE, flac_of
from mediatheque.tools.speech import Heard, IsCancelled, Listening, Speech, Word
from mediatheque.tools.speech._pieces import pieces
from mediatheque.tools.speech._sentences import sentences

if TYPE_CHECKING:
    from mediatheque.kit.sound import Samples

_EXAMPLE = "openai+https://api.openai.com/v1?model=whisper-1"
#: For a piece of twelve minutes, which a server without a graphics card takes minutes for.
_DEADLINE_S = 1_800.0
#: Peaks of 16-bit samples below which nobody speaks, and nobody need be paid for saying so.
_SILENT = 40
#: What the model itself took for silence, or went in circles over, it has imagined (the same bounds as Whisper's own).
_NO_SPEECH, _UNLIKELY, _CIRCLES = 0.6, -1.0, 2.4
#: OpenAI names the language it found in English, others by its code.
_CODES: Mapping[str, str] = {
    "afrikaans": "af", "arabic": "ar", "armenian": "hy", "azerbaijani": "az", "belarusian": "be",
    "bosnian": "bs", "bulgarian": "bg", "catalan": "ca", "chinese": "zh", "croatian": "hr", "czech": "cs",
    "danish": "da", "dutch": "nl", "english": "en", "estonian": "et", "finnish": "fi", "french": "fr",
    "galician": "gl", "german": "de", "greek": "el", "hebrew": "he", "hindi": "hi", "hungarian": "hu",
    "icelandic": "is", "indonesian": "id", "italian": "it", "japanese": "ja", "kannada": "kn",
    "kazakh": "kk", "korean": "ko", "latvian": "lv", "lithuanian": "lt", "macedonian": "mk", "malay": "ms",
    "maori": "mi", "marathi": "mr", "nepali": "ne", "norwegian": "no", "persian": "fa", "polish": "pl",
    "portuguese": "pt", "romanian": "ro", "russian": "ru", "serbian": "sr", "slovak": "sk",
    "slovenian": "sl", "spanish": "es", "swahili": "sw", "swedish": "sv", "tagalog": "tl", "tamil": "ta",
    "thai": "th", "turkish": "tr", "ukrainian": "uk", "urdu": "ur", "vietnamese": "vi", "welsh": "cy",
}  # fmt: skip


def open_from(rest: str, *, models_dir: Path | None, key: str | None) -> Speech:
    """The model that the address names; nothing is asked of the server yet."""
    parts = urlsplit(rest)
    asked = dict(parse_qsl(parts.query))
    model = asked.pop("model", "")
    if parts.scheme not in ("http", "https") or not parts.netloc or not model or asked:
        raise Invalid(f"MEDIATHEQUE_SPEECH=openai+{redact(rest)} is not understood: write it like {_EXAMPLE}")
    return OpenAI(urlunsplit((parts.scheme, parts.netloc, parts.path, "", "")), model, key=key)


class OpenAI:
    """A model behind a transcription endpoint; threads may share it."""

    def __init__(
        self, base_url: str, model: str, *, key: str | None = None, deadline_s: float = _DEADLINE_S
    ) -> None:
        self.name = model
        self._http = HttpClient(
            "the speech server",
            base_url,
            headers={"Authorization": f"Bearer {key}"} if key else None,
            rate=5.0,
            timeout_s=deadline_s,
            deadline_s=deadline_s,
            mend="check MEDIATHEQUE_SPEECH_KEY",
        )

    def listen(
        self,
        speech: Path,
        *,
        language: str | None = None,
        is_cancelled: IsCancelled | None = None,
        from_ms: int = 0,
    ) -> Listening:
        """What is said in the file from then on; the first piece is heard before this returns."""
        answers = self._answers(speech, from_ms, language, is_cancelled)
        first = next(answers, None)
        found = _code(first[1].get("language")) if first is not None else None
        return Listening(found, None, _Hearing(first, answers))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _answers(
        self, speech: Path, from_ms: int, language: str | None, is_cancelled: IsCancelled | None
    ) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """When each piece in which there may be speech begins, and what the server says of it."""
        for start_ms, samples in pieces(speech, from_ms):
            if len(samples) < SPEECH_RATE // 10 or abs(samples.astype("int32")).max() < _SILENT:
                continue
            answer = _waited_for(partial(self._ask, samples, language), is_cancelled)
            language = language or _code(answer.get("language"))
            yield start_ms, answer

    def _ask(self, samples: Samples, language: str | None) -> Mapping[str, Any]:
        form: dict[str, str | list[str]] = {
            "model": self.name,
            "response_format": "verbose_json",
            "temperature": "0",
            "timestamp_granularities[]": ["word", "segment"],
        }
        if language:
            form["language"] = language.lower().replace("_", "-").partition("-")[0]
        try:
            answer = self._http.post_form(
                "/audio/transcriptions", form, {"file": ("speech.flac", flac_of(samples), "audio/flac")}
            )
        except NotFound:
            raise Unavailable(
                f"The speech server has no model '{self.name}' or no /audio/transcriptions: let the address in "
                "MEDIATHEQUE_SPEECH end in /v1, and name a model that it has"
            ) from None
        if not isinstance(answer, dict) or not isinstance(answer.get("segments"), list):  # pyright: ignore[reportUnknownMemberType]
            raise Unavailable(
                f"The speech server does not say when what is said: '{self.name}' gives no segments; choose a model "
                "that does in MEDIATHEQUE_SPEECH, such as whisper-1"
            )
        return cast("Mapping[str, Any]", answer)


class _Hearing(Iterator[Heard]):
    """What is heard, piece after piece."""

    def __init__(
        self,
        first: tuple[int, Mapping[str, Any]] | None,
        rest: Iterator[tuple[int, Mapping[str, Any]]],
    ) -> None:
        self._heard = _all_heard(first, rest)

    def __next__(self) -> Heard:
        return next(self._heard)

    def close(self) -> None:
        """Ask for no more."""
        self._heard = iter(())


def _all_heard(
    first: tuple[int, Mapping[str, Any]] | None, rest: Iterator[tuple[int, Mapping[str, Any]]]
) -> Iterator[Heard]:
    if first is None:
        return
    yield from _heard_in(*first)
    for start_ms, answer in rest:
        yield from _heard_in(start_ms, answer)


def _heard_in(start_ms: int, answer: Mapping[str, Any]) -> Iterator[Heard]:
    """Segments put together to sentences, with the words that fall into them, which come without punctuation."""
    try:
        segments = [
            _word(start_ms, segment, "text") for segment in answer["segments"] if not _is_imagined(segment)
        ]
        words = [_word(start_ms, word, "word") for word in answer.get("words") or ()]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Unavailable(
            "The speech server answered with something else than segments and words with their times: is it a "
            "transcription server? Check MEDIATHEQUE_SPEECH"
        ) from None
    for stretch in sentences(segments):
        inside = [w for w in words if stretch.start_ms <= (w.start_ms + w.end_ms) // 2 <= stretch.end_ms]
        yield replace(stretch, words=tuple(replace(w, text=w.text.strip()) for w in inside))


def _word(start_ms: int, said: Mapping[str, Any], name: str) -> Word:
    begin, end = (start_ms + round(float(said[edge]) * 1000) for edge in ("start", "end"))
    text = str(said[name])
    return Word(begin, max(begin, end), text if text[:1].isspace() else f" {text}")


def _is_imagined(segment: Mapping[str, Any]) -> bool:
    likely = float(segment.get("avg_logprob") or 0)
    in_circles = float(segment.get("compression_ratio") or 0) > _CIRCLES
    return in_circles or (float(segment.get("no_speech_prob") or 0) > _NO_SPEECH and likely < _UNLIKELY)


def _code(language: object) -> str | None:
    named = str(language or "").strip().lower()
    return _CODES.get(named) or (named.partition("-")[0] if 2 <= len(named.partition("-")[0]) <= 3 else None)


def _waited_for(ask: Callable[[], Mapping[str, Any]], is_cancelled: IsCancelled | None) -> Mapping[str, Any]:
    """What `ask` returns or raises, unless somebody cancels: then its answer is waited for no longer."""
    came: list[Mapping[str, Any]] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            came.append(ask())
        except BaseException as error:  # noqa: BLE001  raised by who waits
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while thread.is_alive():
        if is_cancelled is not None and is_cancelled():
            raise Cancelled("Listening was cancelled")
        thread.join(0.1)
    if failed:
        raise failed[0]
    return came[0]

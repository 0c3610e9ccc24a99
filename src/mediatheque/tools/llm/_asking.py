"""Asking a server that writes text: its answer line by line as it comes, asked again when it fails in passing."""

from __future__ import annotations

import random
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from mediatheque.kit.errors import Cancelled, Unavailable
from mediatheque.kit.http import USER_AGENT, redact, retry_after_of
from mediatheque.tools.llm import IsCancelled

#: A large model on a small machine reads for minutes before its first word.
_SILENCE_S = 300.0
_LONGEST_ANSWER = 16 * 1024 * 1024
_LONGEST_WAIT_S = 60.0
_PATIENCE_S = 0.2

_END = object()
_Heard: TypeAlias = "bytes | Exception | object"


class Refused(Exception):
    """The server understood and said no: its status and its words, without our key."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(f"HTTP {status}: {said}")
        self.status = status
        self.said = said


class _PassingError(Exception):
    """This attempt failed in a way that the next may not."""

    def __init__(self, why: str, retry_after: float | None = None) -> None:
        super().__init__(why)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class _Stream:
    """An answer that has begun, read by a thread, so that who waits for it can be told to stop."""

    heard: SimpleQueue[_Heard]
    stop: threading.Event


class Endpoint:
    """One server; threads may share it. `secret` is sent in `headers`, and in nothing that people read."""

    def __init__(
        self,
        name: str,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        secret: str | None = None,
        attempts: int = 4,
        silence_s: float = _SILENCE_S,
        first_pause_s: float = 1.0,
    ) -> None:
        self.name, self._base_url, self._secret = name, base_url, secret
        self._attempts, self._first_pause_s = attempts, first_pause_s
        self._http = httpx.Client(
            headers={"User-Agent": USER_AGENT, **(headers or {})},
            timeout=httpx.Timeout(silence_s, connect=15.0),
        )
        # Connections live as long as the model, which nobody has to remember to close.
        weakref.finalize(self, self._http.close)

    def lines(
        self, path: str, body: Mapping[str, Any], *, is_cancelled: IsCancelled | None = None
    ) -> Iterator[bytes]:
        """The lines of the answer to `body` sent as JSON, without their ends, as they come.

        Raises Refused (4xx other than 429), Unavailable (asked several times in vain, or it broke off), Cancelled.
        """
        again = Retrying(
            retry=retry_if_exception_type(_PassingError),
            wait=self._pause,
            stop=stop_after_attempt(self._attempts),
            sleep=lambda seconds: _sleep(seconds, is_cancelled),
            reraise=True,
        )
        try:
            first, stream = again(self._begin, path, body, is_cancelled)
        except _PassingError as error:
            raise self._unavailable(str(error)) from None
        try:
            heard = first
            while heard is not _END:
                if isinstance(heard, Exception):
                    raise self._unavailable(f"the answer broke off: {heard}")
                assert isinstance(heard, bytes)
                yield heard
                heard = _next(stream.heard, is_cancelled)
        finally:
            stream.stop.set()

    def clean(self, text: str) -> str:
        """`text` without our key, short enough for a message."""
        if self._secret:
            text = text.replace(self._secret, "***")
        return redact(" ".join(text.split())[:300])

    def unusable(self, why: str) -> Unavailable:
        """For an answer that cannot be used."""
        return Unavailable(f"{self.name} answered, but {self.clean(why)}")

    def _begin(
        self, path: str, body: Mapping[str, Any], is_cancelled: IsCancelled | None
    ) -> tuple[_Heard, _Stream]:
        """The first line of an answer (or its end) and the rest of it; what goes wrong up to there can be tried again."""
        stream = _Stream(SimpleQueue(), threading.Event())
        threading.Thread(
            target=self._read, args=(path, body, stream), name="language-model", daemon=True
        ).start()
        try:
            first = _next(stream.heard, is_cancelled)
            if isinstance(first, Exception):
                raise first
        except BaseException:
            stream.stop.set()
            raise
        return first, stream

    def _read(self, path: str, body: Mapping[str, Any], stream: _Stream) -> None:
        try:
            with self._http.stream("POST", f"{self._base_url}{path}", json=body) as response:
                if response.status_code != 200:
                    stream.heard.put(self._refusal(response))
                    return
                for line in _lines(response.iter_bytes()):
                    if stream.stop.is_set():
                        return
                    stream.heard.put(line)
                stream.heard.put(_END)
        except httpx.HTTPError as error:
            stream.heard.put(_PassingError(self.clean(f"{type(error).__name__}: {error}")))
        except Exception as error:  # noqa: BLE001  dying without a word would leave the listener waiting for ever
            stream.heard.put(self._unavailable(f"{type(error).__name__}: {error}"))

    def _refusal(self, response: httpx.Response) -> Exception:
        said = bytearray()
        for piece in response.iter_bytes():
            said += piece
            if len(said) > 10_000:
                break
        text = self.clean(said.decode(errors="replace"))
        status = response.status_code
        if status in (408, 429) or status >= 500:
            return _PassingError(f"HTTP {status}: {text}", retry_after_of(response.headers))
        return Refused(status, text)

    def _pause(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, _PassingError) else None
        if asked is not None:
            return min(asked, _LONGEST_WAIT_S) + random.uniform(0.0, 0.2)
        return random.uniform(0.5, 1.0) * self._first_pause_s * 2.0 ** (state.attempt_number - 1)

    def _unavailable(self, why: str) -> Unavailable:
        host = redact(urlsplit(self._base_url).netloc.rpartition("@")[2])
        return Unavailable(
            f"{self.name} at {host} does not answer ({self.clean(why)}): check that it runs and that "
            "MEDIATHEQUE_LLM names it, or try again later"
        )


def _next(heard: SimpleQueue[_Heard], is_cancelled: IsCancelled | None) -> _Heard:
    while True:
        try:
            return heard.get(timeout=_PATIENCE_S if is_cancelled is not None else None)
        except Empty:
            _check(is_cancelled)


def _sleep(seconds: float, is_cancelled: IsCancelled | None) -> None:
    ends_at = time.monotonic() + seconds
    while (left := ends_at - time.monotonic()) > 0:
        _check(is_cancelled)
        time.sleep(min(left, _PATIENCE_S))


def _check(is_cancelled: Callable[[], bool] | None) -> None:
    if is_cancelled is not None and is_cancelled():
        raise Cancelled("Stopped while a language model was writing.")


def _lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Split at newlines alone: httpx's own lines also end at U+2028, which JSON text may hold."""
    rest = b""
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > _LONGEST_ANSWER:
            raise Unavailable(f"it wrote more than {_LONGEST_ANSWER >> 20} MiB")
        *whole, rest = (rest + piece).split(b"\n")
        yield from (line.rstrip(b"\r") for line in whole)
    if rest:
        yield rest.rstrip(b"\r")

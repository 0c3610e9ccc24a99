"""A polite HTTP client for other people's JSON APIs: it waits, retries, revalidates and keeps secrets."""

from __future__ import annotations

import json
import logging
import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import urlencode, urlsplit

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type

from mediatheque.kit.errors import Invalid, NotFound, Unavailable
from mediatheque.kit.response_cache import ResponseCache, StoredResponse

USER_AGENT = "Mediatheque/0.1 (a personal media library; asks politely, obeys Retry-After)"

_SECRET_NAMES = ("key", "api_key", "apikey", "token", "access_token")
_JSON_HEADERS = {"Content-Type": "application/json"}
_SECRETS = (
    (re.compile(rf"(?i)\b((?:{'|'.join(_SECRET_NAMES)})=)[^&\s\"'#]+"), r"\1***"),
    (re.compile(r"(?i)(authorization\W{1,4})(?:(?:bearer|basic)\s+)?[^\s,'\"]+"), r"\1***"),
    (re.compile(r"(?i)\b(bearer)\s+[\w.~+/=-]{8,}"), r"\1 ***"),
    (re.compile(r"(://)[^/@\s]+@"), r"\1***@"),
)


def redact(text: str) -> str:
    """`text` without the tokens, keys and passwords that URLs and headers carry."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


class _RedactingFilter(logging.Filter):
    """httpx logs every URL at INFO, keys included."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), ()
        return True


logging.getLogger("httpx").addFilter(_RedactingFilter())


class TokenBucket:
    """At most `rate` turns a second on average, `burst` of them at once; threads may share it."""

    def __init__(
        self,
        rate: float,
        burst: float = 1.0,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if rate <= 0:
            raise Invalid(f"a rate of {rate} requests per second never sends one: give a positive rate")
        self._rate, self._burst = rate, max(burst, 1.0)
        self._monotonic, self._sleep = monotonic, sleep
        self._turns, self._counted_at = self._burst, monotonic()
        self._lock = threading.Lock()

    def take(self) -> None:
        """Wait for a turn."""
        with self._lock:
            now = self._monotonic()
            self._turns = min(self._burst, self._turns + (now - self._counted_at) * self._rate)
            self._counted_at = now
            self._turns -= 1.0  # below zero: booked ahead, so that waiting threads queue up
            wait = max(0.0, -self._turns / self._rate)
        if wait > 0:
            self._sleep(wait)


class _PassingError(Exception):
    """This attempt failed in a way that the next may not."""

    def __init__(self, why: str, retry_after: float | None = None) -> None:
        super().__init__(why)
        self.retry_after = retry_after


class _Body(NamedTuple):
    content: bytes
    headers: Mapping[str, str]


class _Answer(NamedTuple):
    status: int
    headers: httpx.Headers
    body: bytes


class HttpClient:
    """Asks one API for JSON under its rate limit; `name` and `mend` make its errors readable.

    `params` go with every request; so do `secret_params`, but into no error, log line or cache key.
    `deadline_s` bounds one question with all its waits; `mend` says what to do when refused.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        secret_params: Mapping[str, str] | None = None,
        rate: float = 5.0,
        cache: ResponseCache | None = None,
        mend: str = "check its token in the settings",
        timeout_s: float = 15.0,
        deadline_s: float = 90.0,
        attempts: int = 5,
        max_bytes: int = 16 * 1024 * 1024,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if urlsplit(base_url).scheme not in ("http", "https"):
            raise Invalid(
                f"'{redact(base_url)}' is no address for {name}: it starts with https:// or http://"
            )
        self.name, self._base_url, self._mend = name, base_url.rstrip("/"), mend
        self._params = dict(params or {})
        self._cache, self._attempts, self._max_bytes = cache, attempts, max_bytes
        self._timeout_s, self._deadline_s = timeout_s, deadline_s
        self._monotonic, self._sleep = monotonic, sleep
        self._bucket = TokenBucket(rate, burst=min(rate, 5.0), monotonic=monotonic, sleep=sleep)
        self._http = httpx.Client(
            base_url=base_url,
            headers={"User-Agent": USER_AGENT, "Accept": "application/json", **(headers or {})},
            params=dict(secret_params or {}),
            follow_redirects=True,  # httpx drops Authorization when the host changes
            max_redirects=3,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def get_json(self, path: str, params: Mapping[str, str | int] | None = None) -> Any:
        """The JSON at `path` below the base URL.

        Raises NotFound (404), Invalid (the API refuses our token or question) or Unavailable
        (everything that another time may work).
        """
        path = self._checked(path)
        asked = self._params | {name: str(value) for name, value in (params or {}).items()}
        key = self._cache_key(path, asked)
        stored = self._cache.get(key) if self._cache else None
        answer = self._ask(path, asked, stored)
        if answer.status == 304 and stored:
            return self._decode(stored.body, answer)
        decoded = self._decode(answer.body, answer)
        self._keep(key, answer)
        return decoded

    def post_json(self, path: str, body: Any) -> Any:
        """The JSON answer to `body` sent as JSON; repeated when it fails in passing, so only for questions.

        Raises as `get_json`; an answer is never kept.
        """
        answer = self._ask(
            self._checked(path), self._params, None, _Body(json.dumps(body).encode(), _JSON_HEADERS)
        )
        return self._decode(answer.body, answer)

    def post_form(
        self, path: str, fields: Mapping[str, str | list[str]], files: Mapping[str, tuple[str, bytes, str]]
    ) -> Any:
        """As `post_json`, with a form of fields and files (name, content, media type) as multipart/form-data."""
        form = httpx.Request("POST", "http://form", data=dict(fields), files=dict(files))
        body = _Body(form.read(), {"Content-Type": form.headers["Content-Type"]})
        answer = self._ask(self._checked(path), self._params, None, body)
        return self._decode(answer.body, answer)

    def _checked(self, path: str) -> str:
        if not path.startswith("/") or path.startswith("//"):
            raise Invalid(f"'{path}' is no path of {self.name}: it starts with one '/'")
        return path

    def _cache_key(self, path: str, params: Mapping[str, str]) -> str:
        shown = sorted((n, v) for n, v in params.items() if n.lower() not in _SECRET_NAMES)
        return f"{redact(self._base_url)}{path}?{urlencode(shown)}"

    def _keep(self, key: str, answer: _Answer) -> None:
        etag, last_modified = answer.headers.get("ETag"), answer.headers.get("Last-Modified")
        if self._cache and (etag or last_modified):
            self._cache.put(key, StoredResponse(answer.body, etag, last_modified))

    def _ask(
        self,
        path: str,
        params: Mapping[str, str],
        stored: StoredResponse | None,
        body: _Body | None = None,
    ) -> _Answer:
        ends_at = self._monotonic() + self._deadline_s

        def is_over(state: RetryCallState) -> bool:
            out_of_time = self._monotonic() + state.upcoming_sleep >= ends_at
            return state.attempt_number >= self._attempts or out_of_time

        again = Retrying(
            retry=retry_if_exception_type(_PassingError),
            wait=_pause,
            stop=is_over,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return again(self._attempt, path, params, stored, ends_at, body)
        except _PassingError as error:
            raise self._unavailable(error) from None

    def _unavailable(self, error: _PassingError) -> Unavailable:
        if error.retry_after is not None:
            seconds = max(1, round(error.retry_after))
            return Unavailable(
                f"{self.name} answers '{error}' and asks to wait {seconds} s: run this again after that"
            )
        return Unavailable(
            f"{self.name} cannot be reached at {redact(self._base_url)} ({error}): check the connection "
            "and the address in the settings, or run this again later"
        )

    def _attempt(
        self,
        path: str,
        params: Mapping[str, str],
        stored: StoredResponse | None,
        ends_at: float,
        body: _Body | None,
    ) -> _Answer:
        self._bucket.take()
        timeout = max(0.01, min(self._timeout_s, ends_at - self._monotonic()))
        method, headers = ("GET", _validators(stored)) if body is None else ("POST", body.headers)
        try:
            with self._http.stream(
                method,
                path,
                params=params,
                headers=headers,
                content=body.content if body else None,
                timeout=timeout,
            ) as response:
                answer = _Answer(response.status_code, response.headers, self._read(response, ends_at))
        except httpx.TransportError as error:
            raise _PassingError(f"{type(error).__name__}: {redact(str(error))}") from None
        except (httpx.RequestError, httpx.InvalidURL) as error:
            raise Unavailable(
                f"{self.name} gave an answer that cannot be followed ({redact(str(error))}): "
                f"check its address {redact(self._base_url)} in the settings"
            ) from None
        self._check(answer, path)
        return answer

    def _read(self, response: httpx.Response, ends_at: float) -> bytes:
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if len(body) > self._max_bytes:
                raise Unavailable(
                    f"{self.name} answered with more than {self._max_bytes} bytes, which no catalogue entry "
                    "needs: ask for less, or check its address in the settings"
                )
            if self._monotonic() > ends_at:  # httpx bounds each read, not their sum
                raise _PassingError(f"no whole answer within {self._deadline_s:g} s")
        return bytes(body)

    def _check(self, answer: _Answer, path: str) -> None:
        status = answer.status
        # Google's APIs say 403 where others say 429.
        is_too_fast = status == 429 or (status == 403 and b"imitExceeded" in answer.body)
        if is_too_fast or status >= 500:
            raise _PassingError(f"HTTP {status}", retry_after_of(answer.headers))
        if status in (401, 403):
            raise Invalid(f"{self.name} refused the token (HTTP {status}): {self._mend}")
        if status == 404:
            raise NotFound(f"{self.name} has nothing at {redact(path)}")
        if 400 <= status < 500:
            said = redact(answer.body[:200].decode(errors="replace"))
            raise Invalid(f"{self.name} did not understand the request (HTTP {status}): {said}")

    def _decode(self, body: bytes, answer: _Answer) -> Any:
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            media = answer.headers.get("Content-Type", "nothing named")
            raise Unavailable(
                f"{self.name} answered something that is not JSON ({media}): a proxy or a sign-in page may "
                f"stand between; check its address {redact(self._base_url)}"
            ) from None


def _validators(stored: StoredResponse | None) -> dict[str, str]:
    headers: dict[str, str] = {}
    if stored and stored.etag:
        headers["If-None-Match"] = stored.etag
    if stored and stored.last_modified:
        headers["If-Modified-Since"] = stored.last_modified
    return headers


def retry_after_of(headers: httpx.Headers) -> float | None:
    """Seconds the server asks us to wait, given as a number or as a date; None when it does not say."""
    said = headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return float(said)
    try:
        until = parsedate_to_datetime(said)
        # The server's own clock, where it shows it, spares us the difference to ours.
        since = parsedate_to_datetime(headers["Date"]) if "Date" in headers else datetime.now(UTC)
        return max(0.0, (until - since).total_seconds())
    except (ValueError, TypeError):
        return None


def _pause(state: RetryCallState) -> float:
    """How long before the next attempt: what the server asked, else doubling; always jittered.

    Jitter only ever adds to what a server asked, and keeps clients that failed together from
    coming back together.
    """
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, _PassingError) else None
    if asked is not None:
        return asked + random.uniform(0.0, 0.5)
    return random.uniform(0.5, 1.0) * min(30.0, 2.0 ** (state.attempt_number - 1))

"""The HTTP client waits as asked, gives up in time, revalidates, and tells nobody a secret."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediatheque.kit.errors import Invalid, NotFound, Unavailable
from mediatheque.kit.http import HttpClient, TokenBucket, redact
from mediatheque.kit.response_cache import FolderCache, StoredResponse

SECRET = "s3cr3t-t0k3n-0123456789"


class Script:
    """A local server that answers each request with the next of its lines, and notes what was asked."""

    def __init__(self) -> None:
        self.answers: list[dict[str, Any]] = []
        self.asked: list[tuple[str, dict[str, str]]] = []
        script = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else every answer waits 40 ms for an acknowledgement

            def do_GET(self) -> None:
                script.asked.append((self.path, dict(self.headers)))
                answer = script.answers.pop(0) if script.answers else {"json": {"ok": True}}
                time.sleep(answer.get("delay", 0))
                if answer.get("hang_up"):
                    self.close_connection = True
                    return
                body = answer.get("body", json.dumps(answer.get("json")).encode())
                self.send_response(answer.get("status", 200))
                for name, value in answer.get("headers", {}).items():
                    self.send_header(name, value)
                if answer.get("status") != 304:
                    self.send_header("Content-Length", str(answer.get("length", len(body))))
                self.end_headers()
                if answer.get("status") != 304:
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/api"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def script() -> Iterator[Script]:
    script = Script()
    yield script
    script.server.shutdown()
    script.server.server_close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def client(script: Script, clock: Clock, **settings: Any) -> HttpClient:
    asked: dict[str, Any] = {
        "rate": 1000.0,
        "monotonic": clock.monotonic,
        "sleep": clock.sleep,
        "mend": "set MEDIATHEQUE_TMDB_TOKEN",
    }
    return HttpClient("TMDB", script.url, **(asked | settings))


def test_paths_and_parameters_reach_the_server_below_the_base_url(script: Script, clock: Clock) -> None:
    with client(script, clock, params={"language": "fr"}, headers={"Authorization": "Bearer x"}) as http:
        assert http.get_json("/search", {"query": "amélie & co", "page": 2}) == {"ok": True}
    path, headers = script.asked[0]
    assert path == "/api/search?language=fr&query=am%C3%A9lie+%26+co&page=2"
    assert headers["Authorization"] == "Bearer x"
    assert "Mediatheque" in headers["User-Agent"]


@pytest.mark.parametrize("path", ["search", "//evil.example/x", "http://evil.example/x"])
def test_a_path_never_leads_away_from_the_base_url(script: Script, clock: Clock, path: str) -> None:
    with client(script, clock) as http, pytest.raises(Invalid, match="no path"):
        http.get_json(path)
    assert script.asked == []


@pytest.mark.parametrize(
    "first",
    [{"status": 500}, {"status": 503}, {"status": 429}, {"hang_up": True}, {"length": 99, "body": b"{"}],
)
def test_a_passing_failure_is_tried_again(script: Script, clock: Clock, first: dict[str, Any]) -> None:
    script.answers = [first, {"json": [1]}]
    if "length" in first:
        first["headers"] = {"Connection": "close"}
    with client(script, clock, timeout_s=0.3) as http:
        assert http.get_json("/x") == [1]
    assert len(clock.slept) == 1
    assert 0.5 <= clock.slept[0] <= 1.0


def test_pauses_grow_and_attempts_end(script: Script, clock: Clock) -> None:
    script.answers = [{"status": 500}] * 9
    with client(script, clock, attempts=4) as http, pytest.raises(Unavailable, match=r"HTTP 500.*later"):
        http.get_json("/x")
    assert len(script.asked) == 4
    for pause, longest in zip(clock.slept, (1, 2, 4), strict=True):
        assert longest / 2 <= pause <= longest


def test_retry_after_in_seconds_is_honoured(script: Script, clock: Clock) -> None:
    script.answers = [{"status": 429, "headers": {"Retry-After": "7"}}, {"json": {"a": 1}}]
    with client(script, clock) as http:
        assert http.get_json("/x") == {"a": 1}
    assert 7 <= clock.slept[0] <= 7.5


def test_retry_after_as_a_date_is_honoured(script: Script, clock: Clock) -> None:
    until = formatdate(time.time() + 20, usegmt=True)
    script.answers = [{"status": 503, "headers": {"Retry-After": until}}, {"json": {}}]
    with client(script, clock) as http:
        http.get_json("/x")
    assert 17 <= clock.slept[0] <= 21.5


@pytest.mark.parametrize("said", ["soon", "-5", "", "²"])
def test_a_retry_after_that_says_nothing_falls_back_to_ours(script: Script, clock: Clock, said: str) -> None:
    headers = {"Retry-After": said} if said.isascii() else {"Retry-After": said.encode().decode("latin-1")}
    script.answers = [{"status": 429, "headers": headers}, {"json": {}}]
    with client(script, clock) as http:
        http.get_json("/x")
    assert clock.slept[0] <= 1.0


def test_a_wait_beyond_the_deadline_is_not_begun(script: Script, clock: Clock) -> None:
    script.answers = [{"status": 429, "headers": {"Retry-After": "3600"}}]
    with client(script, clock) as http, pytest.raises(Unavailable, match="wait 3600 s: run this again"):
        http.get_json("/x")
    assert clock.slept == []


def test_the_deadline_bounds_all_attempts_together(script: Script, clock: Clock) -> None:
    script.answers = [{"status": 500}] * 99
    with client(script, clock, attempts=99, deadline_s=20) as http, pytest.raises(Unavailable):
        http.get_json("/x")
    assert sum(clock.slept) < 20


def test_googles_403_for_too_fast_is_a_429(script: Script, clock: Clock) -> None:
    too_fast = {"error": {"errors": [{"reason": "rateLimitExceeded"}]}}
    script.answers = [{"status": 403, "json": too_fast}, {"json": {"items": []}}]
    with client(script, clock) as http:
        assert http.get_json("/x") == {"items": []}


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_says_which_setting_to_mend(script: Script, clock: Clock, status: int) -> None:
    script.answers = [{"status": status, "json": {"status_message": "Invalid API key"}}]
    with client(script, clock) as http, pytest.raises(Invalid, match="set MEDIATHEQUE_TMDB_TOKEN"):
        http.get_json("/x")
    assert len(script.asked) == 1


def test_what_is_not_there_is_not_found(script: Script, clock: Clock) -> None:
    script.answers = [{"status": 404}]
    with client(script, clock) as http, pytest.raises(NotFound, match="nothing at /x"):
        http.get_json("/x")


def test_a_server_that_is_not_there_is_unavailable(clock: Clock) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    http = HttpClient("TMDB", url, attempts=2, monotonic=clock.monotonic, sleep=clock.sleep)
    with http, pytest.raises(Unavailable, match="check the connection"):
        http.get_json("/x")


def test_a_silent_server_is_given_up(script: Script, clock: Clock) -> None:
    script.answers = [{"delay": 0.5}, {"delay": 0.5}]
    with (
        client(script, clock, timeout_s=0.05, attempts=2) as http,
        pytest.raises(Unavailable, match="Timeout"),
    ):
        http.get_json("/x")


@pytest.mark.parametrize("body", [b"<html>Sign in</html>", b"", b'{"a":', b"\xff\xfe\x00", b"[" * 200_000])
def test_what_is_not_json_is_said_to_be_so(script: Script, clock: Clock, body: bytes) -> None:
    script.answers = [{"body": body, "headers": {"Content-Type": "text/html"}}]
    with client(script, clock) as http, pytest.raises(Unavailable, match="not JSON"):
        http.get_json("/x")


def test_an_answer_that_is_too_large_is_dropped(script: Script, clock: Clock) -> None:
    script.answers = [{"body": b'"' + b"x" * 5000 + b'"'}]
    with (
        client(script, clock, max_bytes=1000) as http,
        pytest.raises(Unavailable, match="more than 1000 bytes"),
    ):
        http.get_json("/x")


def test_an_unchanged_answer_is_not_sent_again(script: Script, clock: Clock, tmp_path: Path) -> None:
    script.answers = [
        {"json": {"n": 1}, "headers": {"ETag": '"v1"', "Last-Modified": "Mon, 02 Jan 2023 00:00:00 GMT"}},
        {"status": 304},
        {"json": {"n": 2}, "headers": {"ETag": '"v2"'}},
    ]
    with client(script, clock, cache=FolderCache(tmp_path)) as http:
        assert [http.get_json("/x", {"a": 1}) for _ in range(3)] == [{"n": 1}, {"n": 1}, {"n": 2}]
    assert "If-None-Match" not in script.asked[0][1]
    assert script.asked[1][1]["If-None-Match"] == '"v1"'
    assert script.asked[1][1]["If-Modified-Since"] == "Mon, 02 Jan 2023 00:00:00 GMT"


def test_a_damaged_cache_file_is_asked_for_again(script: Script, clock: Clock, tmp_path: Path) -> None:
    script.answers = [{"json": {"n": 1}, "headers": {"ETag": '"v1"'}}, {"json": {"n": 2}}]
    with client(script, clock, cache=FolderCache(tmp_path)) as http:
        http.get_json("/x")
        (file,) = tmp_path.iterdir()
        file.write_bytes(file.read_bytes()[:-3])
        assert http.get_json("/x") == {"n": 2}
    assert "If-None-Match" not in script.asked[1][1]


def test_secrets_stay_out_of_errors_logs_and_cache(
    script: Script, clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    script.answers = [
        {"json": 1, "headers": {"ETag": "x"}},
        {"status": 400, "body": f"bad key={SECRET}".encode()},
        {"status": 401},
        {"status": 404},
        *[{"status": 500}] * 2,
    ]
    http = client(
        script,
        clock,
        secret_params={"key": SECRET},
        headers={"Authorization": f"Bearer {SECRET}"},
        cache=FolderCache(tmp_path),
        attempts=2,
    )
    said: list[str] = []
    with http:
        http.get_json("/x", {"q": "dune"})
        for _ in range(4):
            with pytest.raises((Invalid, NotFound, Unavailable)) as caught:
                http.get_json("/y", {"key": SECRET})
            said.append(str(caught.value))
    assert SECRET in script.asked[0][0]
    assert script.asked[0][1]["Authorization"] == f"Bearer {SECRET}"
    assert "key=***" in caplog.text
    assert SECRET not in caplog.text + "".join(said) + repr(http)
    assert all(SECRET.encode() not in file.read_bytes() for file in tmp_path.iterdir())


def test_the_key_does_not_change_what_the_cache_knows(script: Script, clock: Clock, tmp_path: Path) -> None:
    cache = FolderCache(tmp_path)
    script.answers = [{"json": 1, "headers": {"ETag": '"v1"'}}, {"status": 304}]
    for key in ("first", "second"):
        with client(script, clock, secret_params={"key": key}, cache=cache) as http:
            assert http.get_json("/x") == 1


def test_redact_leaves_ordinary_words_alone() -> None:
    text = "a basic answer for the bearer, monkey=3, see https://example.org/a?q=key"
    assert redact(text) == text
    assert redact("https://me:pw@example.org/?api_key=abc&q=1") == "https://***@example.org/?api_key=***&q=1"
    assert redact("Authorization: Bearer abc.def-ghi") == "Authorization: ***"


def test_a_token_bucket_spreads_turns_out() -> None:
    clock = Clock()
    bucket = TokenBucket(2.0, burst=3, monotonic=clock.monotonic, sleep=clock.sleep)
    for _ in range(7):
        bucket.take()
    assert clock.now - 1000.0 == pytest.approx(2.0)  # 3 at once, then 4 at 2 a second
    clock.now += 60
    before = clock.now
    for _ in range(3):
        bucket.take()
    assert clock.now == before  # a rest fills the bucket, but not beyond its burst
    with pytest.raises(Invalid, match="positive"):
        TokenBucket(0)


@given(st.binary(max_size=200), st.none() | st.text(max_size=20), st.none() | st.text(max_size=20))
def test_the_folder_gives_back_what_it_was_given(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, etag: str | None, modified: str | None
) -> None:
    cache = FolderCache(tmp_path_factory.mktemp("cache"))
    cache.put("k", StoredResponse(body, etag, modified))
    assert cache.get("k") == StoredResponse(body, etag, modified)
    assert cache.get("other") is None


def test_the_folder_stays_within_its_size_and_drops_what_was_used_longest_ago(tmp_path: Path) -> None:
    cache = FolderCache(tmp_path, max_bytes=20_000)
    for number in range(60):
        cache.put(f"k{number}", StoredResponse(bytes(1000)))
        time.sleep(0.001)
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 20_000
    assert cache.get("k59") is not None
    assert cache.get("k0") is None
    cache.put("huge", StoredResponse(bytes(30_000)))
    assert cache.get("huge") is None


def test_a_folder_that_cannot_be_written_costs_no_answer(
    script: Script, clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    script.answers = [{"json": 1, "headers": {"ETag": "x"}}]
    with client(script, clock, cache=FolderCache(tmp_path / "file" / "folder")) as http:
        assert http.get_json("/x") == 1
    assert "cannot be written" in caplog.text

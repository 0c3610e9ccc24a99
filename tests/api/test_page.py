"""The page as it is served: its policy, its caching, its packings, and nothing that is not its own."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from mediatheque.accounts.sessions import begin_session, write_session
from mediatheque.api.app import create_app
from mediatheque.api.built_page import BuiltPage
from mediatheque.api.cookies import COOKIE
from mediatheque.kit.database import Database
from mediatheque.library.queries.preferences import set_preferences
from mediatheque.library.queries.users import User
from mediatheque.wiring import Mediatheque

HTML, SCRIPT = b"<!doctype html><title>Mediatheque</title>", b"console.log('here')\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A page as the build leaves it, beside something that is nobody's business."""
    page = tmp_path / "page"
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_bytes(HTML)
    (page / "sw.js").write_bytes(SCRIPT)
    (page / ".stamp").write_bytes(b"hidden")
    script = page / "assets" / "index-Bx81.js"
    script.write_bytes(SCRIPT)
    script.with_name(f"{script.name}.br").write_bytes(b"as brotli")
    script.with_name(f"{script.name}.gz").write_bytes(gzip.compress(SCRIPT))
    (page / "assets" / "font-9f.woff2").write_bytes(b"letters")
    (tmp_path / "token-secret").write_text("the key")
    return page


@pytest.fixture
def page(app: FastAPI, client: TestClient, folder: Path) -> TestClient:
    """A browser, asking for that page."""
    app.state.page = BuiltPage(folder)
    client.headers["accept-encoding"] = "identity"
    return client


@pytest.mark.parametrize(
    "path", ["/", "/library", "/items/12", "/archive/7?t=61", "/ask/thread", "/index.html"]
)
def test_every_address_of_the_page_is_the_page(page: TestClient, path: str) -> None:
    answer = page.get(path)
    assert (answer.status_code, answer.content) == (200, HTML)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-cache"
    again = page.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/api", "/api/nowhere", "/health/nowhere", "/metrics/x", "/api/items/x.js"])
def test_addresses_of_programs_are_never_the_page(page: TestClient, path: str) -> None:
    answer = page.get(path)
    assert answer.status_code in (401, 404, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_other_methods_are_not_for_the_page(page: TestClient) -> None:
    assert page.head("/library").status_code == 200
    assert page.post("/library").status_code == 405
    assert page.post("/api/nowhere").status_code == 404


def test_the_policy_lets_no_foreign_and_no_inline_script_run(page: TestClient) -> None:
    headers = page.get("/").headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["script-src"] == policy["connect-src"] == "'self'"
    assert policy["img-src"] == "'self' data: blob:"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "microphone=(self)" in headers["permissions-policy"]
    assert "camera=()" in headers["permissions-policy"]


def test_covers_from_elsewhere_are_for_who_asked_for_them(
    app: FastAPI, page: TestClient, database: Database, as_ada: TestClient, ada: User
) -> None:
    page.cookies.set(COOKIE, write_session(app.state.signing_key, begin_session(ada.id)).text)
    without = page.get("/").headers
    assert "https:" not in without["content-security-policy"]
    with database.transaction() as db:
        set_preferences(db, ada.id, {"remote_images": True})
    with_them = page.get("/", headers={"If-None-Match": without["etag"]})
    assert with_them.status_code == 200
    assert "img-src 'self' data: blob: https:;" in with_them.headers["content-security-policy"]
    for value in (
        "nonsense",
        write_session(b"another key of thirty-two bytes!!", begin_session(ada.id)).text,
    ):
        page.cookies.clear()
        page.cookies.set(COOKIE, value)
        assert "https:" not in page.get("/").headers["content-security-policy"]


def test_assets_are_kept_for_ever_and_what_keeps_its_name_is_asked_for(page: TestClient) -> None:
    asset = page.get("/assets/index-Bx81.js")
    assert asset.content == SCRIPT
    assert asset.headers["content-type"] == "text/javascript; charset=utf-8"
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert page.get("/assets/font-9f.woff2").headers["content-type"] == "font/woff2"
    worker = page.get("/sw.js")
    assert worker.headers["cache-control"] == "no-cache"
    assert "connect-src 'self'" in worker.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("accepted", "packing"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("*", "br"),
        ("*;q=0", None),
        ("identity", None),
        ("br;q=nonsense", None),
        ("", None),
    ],
)
def test_a_packed_twin_is_sent_to_who_takes_it(page: TestClient, accepted: str, packing: str | None) -> None:
    with page.stream("GET", "/assets/index-Bx81.js", headers={"Accept-Encoding": accepted}) as answer:
        sent = b"".join(answer.iter_raw())
    assert answer.headers.get("content-encoding") == packing
    assert answer.headers["vary"] == "Accept-Encoding"
    assert (
        sent == {"br": b"as brotli", "gzip": gzip.compress(SCRIPT), None: SCRIPT}[packing]
        or packing == "gzip"
    )
    assert int(answer.headers["content-length"]) == len(sent)
    # Nobody packs what has no twin.
    font = page.get("/assets/font-9f.woff2", headers={"Accept-Encoding": accepted})
    assert "content-encoding" not in font.headers


@pytest.mark.parametrize(
    "path",
    [
        "/assets/nothing.js",
        "/assets/nothing",
        "/favicon.ico",
        "/../token-secret",
        "/..%2ftoken-secret",
        "/assets/..%2f..%2ftoken-secret.txt",
        "/assets/%2e%2e/%2e%2e/token-secret",
        "/assets//etc/passwd",
        "/assets/..\\..\\token-secret",
        "/assets/index-Bx81.js.br",
        "/assets/index-Bx81.js%00.html",
        "/.stamp",
    ],
)
def test_what_is_no_file_of_the_page_is_not_there(page: TestClient, path: str) -> None:
    answer = page.get(path)
    assert b"the key" not in answer.content
    if answer.status_code == 200:
        assert answer.content == HTML  # the browser has taken the dots out: an address like any other
    else:
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_page_that_is_built_anew_is_served_anew(page: TestClient, folder: Path) -> None:
    before = page.get("/").headers["etag"]
    page.get("/assets/index-Bx81.js")
    (folder / "assets" / "index-Bx81.js").unlink()
    (folder / "index.html").write_bytes(b"newer")
    answer = page.get("/", headers={"If-None-Match": before})
    assert answer.content == b"newer"
    assert page.get("/assets/index-Bx81.js").status_code == 404


def test_a_page_that_was_not_built_says_how(app: FastAPI, client: TestClient, tmp_path: Path) -> None:
    app.state.page = BuiltPage(tmp_path / "nothing")
    answer = client.get("/library")
    assert answer.status_code == 503
    assert "make page" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert client.get("/health/live").status_code == 200


@pytest.fixture
def serving(opened: Mediatheque, as_ada: TestClient) -> TestClient:
    """Ada's API with answers of every kind."""
    app = create_app(opened)

    @app.get("/api/streamed")
    async def streamed():  # pyright: ignore[reportUnusedFunction]
        from starlette.responses import StreamingResponse

        return StreamingResponse(iter([b'["a"', b"]" + b" " * 5000]), media_type="application/json")

    @app.get("/api/auth/long")
    async def secret() -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]
        return {"key": "k" * 5000}

    return TestClient(app, headers={**as_ada.headers})


def test_long_json_is_compressed_unless_it_streams_or_is_secret(
    as_ada: TestClient, serving: TestClient
) -> None:
    def packing(path: str, accepted: str = "gzip") -> str | None:
        answer = serving.get(path, headers={"Accept-Encoding": accepted})
        assert answer.status_code == 200
        assert answer.content
        return answer.headers.get("content-encoding")

    assert packing("/api/openapi.json") == "gzip"
    assert packing("/api/openapi.json", "br, gzip;q=0.5") == "gzip"
    for refusing in ("identity", "br", "gzip;q=0", "gzip; q=0.0, br"):
        assert packing("/api/openapi.json", refusing) is None
    assert packing("/api/auth/me") is None
    assert packing("/api/auth/long") is None
    assert packing("/api/streamed") is None
    assert packing("/health/live") is None
    plain = serving.get("/api/openapi.json", headers={"Accept-Encoding": "identity"})
    packed = serving.get("/api/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert packed.json() == plain.json()
    assert packed.headers["vary"] == "Accept-Encoding"
    assert int(packed.headers["content-length"]) < len(plain.content) / 4

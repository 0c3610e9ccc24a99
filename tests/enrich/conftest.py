"""Opens sources on local servers that speak as the real APIs do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

import fake_apis
from mediatheque.enrich import OpenSource, SourceSettings, open_source


@pytest.fixture(scope="session")
def fakes() -> ModuleType:
    """The module fake_apis."""
    return fake_apis


@pytest.fixture
def api(fakes: ModuleType) -> Iterator[Callable[[str], Any]]:
    """api("tmdb"): that API's server, fresh for each test."""
    started: dict[str, Any] = {}

    def start(name: str) -> Any:
        if name not in started:
            started[name] = fakes.FakeApi(fakes.FAKES[name])
        return started[name]

    yield start
    for server in started.values():
        server.close()


@pytest.fixture
def opened(fakes: ModuleType, api: Callable[[str], Any]) -> Iterator[Callable[..., OpenSource]]:
    """opened("tmdb"): that source, talking to its local server, never pausing for real."""
    every: list[OpenSource] = []

    def open_one(name: str, **settings: Any) -> OpenSource:
        base_url = api(name).url if name in fakes.FAKES else None
        asked: dict[str, Any] = {
            "base_url": base_url,
            "token": fakes.TOKEN,
            "rate": 10_000.0,
            "sleep": lambda _: None,
        }
        one = open_source(name, SourceSettings(**(asked | settings)))
        every.append(one)
        return one

    yield open_one
    for one in every:
        one.client.close()

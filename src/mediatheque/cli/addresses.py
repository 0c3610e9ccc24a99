"""Where the page is, in the words that every command says it with."""

from __future__ import annotations

from collections.abc import Iterable

from mediatheque.cli import words

_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  no address to open, but what one listens on


def address_of(host: str, port: int) -> str:
    """What to open in a browser on this computer for a server that listens there."""
    shown = "127.0.0.1" if host in _EVERYWHERE else f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"


def how_to_enter(household: Iterable[str]) -> str:
    """How one gets into the demo's library on the page."""
    return f"There, choose to look around as {words.listed(household, 'or')}; no password is needed."

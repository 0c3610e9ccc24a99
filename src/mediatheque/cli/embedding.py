"""Making what is new findable by meaning, with a bar: after an import, or by the command `embed`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediatheque.cli.printing import Printer

if TYPE_CHECKING:
    from mediatheque.wiring import Mediatheque


def embed_new(app: Mediatheque, printer: Printer) -> int:
    """Embed what has no vector yet; how many items that were."""
    return 0

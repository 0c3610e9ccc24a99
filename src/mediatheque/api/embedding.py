"""The embedder as requests use it: opened once, by the first that needs it, and missed without harm."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from mediatheque.kit.errors import Unavailable
from mediatheque.wiring import Mediatheque

if TYPE_CHECKING:
    from mediatheque.tools.embedder import Embedder

_log = logging.getLogger(__name__)


def embedder_or_none(app: Mediatheque) -> Embedder | None:
    """The embedder, if there is one and it opens; opening takes a second, so call this in a thread."""
    try:
        return app.embedder
    except Unavailable as error:
        _log.warning("going on without an embedder: %s", error)
        return None

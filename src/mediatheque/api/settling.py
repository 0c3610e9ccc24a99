"""What a server does once before it serves: load what the first requests would, and keep it out of their way."""

from __future__ import annotations

import gc
import importlib
import sys

from mediatheque.kit.shelf import names_in

_LATE = ("mediatheque.recommend.serve", "mediatheque.search.find", "mediatheque.stores.vectors.pgvector")
_SHELF = "mediatheque.recommend.algorithms"


#: While a list is worked out in a thread, the event loop gets its turn after so long, not after 5 ms each time.
SWITCH_EVERY_S = 0.0005


def settle() -> None:
    """Load what requests load late, and exempt all that is loaded by now from garbage collection.

    A full collection looked through 300,000 objects that stay for ever: every 64th list of
    recommendations waited 60 ms for it. For a process that serves, once: nothing is collected of what
    is there now.
    """
    for name in (*_LATE, *(f"{_SHELF}.{algorithm.replace('-', '_')}" for algorithm in names_in(_SHELF))):
        importlib.import_module(name)
    sys.setswitchinterval(SWITCH_EVERY_S)
    gc.collect()
    gc.freeze()

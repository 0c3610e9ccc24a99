"""Before a server serves, what stays is loaded and left out of garbage collection."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import gc, sys
from mediatheque.api.settling import settle
settle()
assert gc.get_freeze_count() > 10_000, gc.get_freeze_count()
assert "mediatheque.recommend.algorithms.popular" in sys.modules
assert "mediatheque.search.find" in sys.modules
assert not {"onnxruntime", "scipy", "irspack", "lightgbm"} & set(sys.modules)
"""


def test_what_stays_is_loaded_and_frozen() -> None:
    subprocess.run([sys.executable, "-c", SCRIPT], check=True)

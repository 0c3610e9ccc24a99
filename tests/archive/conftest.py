"""What tests of the archive share: an embedder that is opened once."""

from __future__ import annotations

import pytest

from mediatheque.tools.embedder import Embedder, open_embedder


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The default embedder."""
    opened = open_embedder("minilm", models_dir=None, key=None)
    assert opened is not None
    return opened

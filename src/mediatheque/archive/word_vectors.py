"""Vectors of texts by their words alone (tf-idf): what stands in for an embedder where there is none."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from mediatheque.archive.stopwords import stopwords

if TYPE_CHECKING:
    import numpy.typing as npt

    Vectors: TypeAlias = npt.NDArray[np.float32]

#: Words share these places by their hash: 1,500 sentences then take 12 MB, however many words there are.
_PLACES = 2048
_WORD = re.compile(r"[^\W\d_]{2,}")


def content_words(text: str, language: str | None) -> list[str]:
    """The words of a text that say what it is about, in small letters and cut to what forms of a word share."""
    no = stopwords(language)
    # Six letters: as good as a stemmer for comparing sentences of one text, in every language.
    return [word[:6] for word in _WORD.findall(text.lower()) if word not in no]


def word_vectors(texts: Sequence[str], language: str | None) -> Vectors:
    """A unit row for each text; of zeros where it has no word that says anything."""
    counted = [Counter(content_words(text, language)) for text in texts]
    texts_with = Counter(word for counts in counted for word in counts)
    vectors = np.zeros((len(texts), _PLACES), np.float32)
    for row, counts in enumerate(counted):
        for word, count in counts.items():
            rarity = np.log((1 + len(texts)) / (1 + texts_with[word])) + 1
            vectors[row, zlib.crc32(word.encode()) % _PLACES] += (1 + np.log(count)) * rarity
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(lengths, 1e-9)

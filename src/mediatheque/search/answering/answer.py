"""From what was found to an answer: sources by how well they fit, sentences that hold, and whether there are any."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from mediatheque.kit.errors import Unavailable
from mediatheque.search.answering.compose import Refused, composed, shown_to
from mediatheque.search.answering.evidence import ranked_sources, weigh
from mediatheque.search.answering.extract import extracted, from_facts
from mediatheque.search.answering.history import asked_for
from mediatheque.search.answering.retrieve import Asked, Found
from mediatheque.search.answering.verify import is_verified
from mediatheque.search.answers import EXTRACTIVE, Answer, Sentence, Source

if TYPE_CHECKING:
    from mediatheque.search.answering.evidence import Evidence
    from mediatheque.tools.embedder import Embedder
    from mediatheque.tools.llm import IsCancelled, LanguageModel

log = logging.getLogger(__name__)

#: Below this probability of the best sentence a language model is not even asked: nothing found is about the question.
_HOPELESS = 0.01


@dataclass(frozen=True, slots=True)
class Sources:
    """What may be cited, the best first; passages are by how well their best sentence answers."""

    sources: tuple[Source, ...]


#: What comes, in this order: the sources, the sentences one by one, the whole answer.
Piece: TypeAlias = Sources | Sentence | Answer


def answered(
    asked: Asked,
    found: Found,
    *,
    embedder: Embedder | None,
    llm: LanguageModel | None = None,
    is_cancelled: IsCancelled | None = None,
) -> Iterator[Piece]:
    """The answer as it comes about; touches no database.

    Without a language model, or where it does not answer or nothing of what it wrote holds, sentences are quoted.
    """
    weighed = weigh(asked, found, embedder)
    sources = _in_order(asked, found, weighed)
    yield Sources(tuple(sources))
    sentences: list[Sentence] = []
    made_by = EXTRACTIVE
    is_refused = False
    if llm is not None and sources and _is_hopeful(asked, found, weighed):
        try:
            for sentence in composed(asked.text, shown_to(llm, sources), llm, embedder, is_cancelled):
                if is_verified(sentence, sources):
                    made_by = llm.name
                    sentences.append(sentence)
                    yield sentence
        except Refused:
            is_refused = True
        except Unavailable as error:
            log.warning("answering in quotations: %s", error)
    if not sentences and not is_refused and not (is_cancelled and is_cancelled()):
        sentences = _quoted(asked, found, weighed)
        yield from sentences
    yield Answer(
        sentences=tuple(sentences),
        is_found=bool(sentences),
        made_by=llm.name if llm is not None and is_refused else made_by,
        rewritten_query=asked.text,
    )


def _in_order(asked: Asked, found: Found, weighed: Sequence[Evidence]) -> list[Source]:
    passages = ranked_sources(found, weighed)
    facts = list(found.facts)
    return [*facts, *passages] if asked_for(asked.text) else [*passages, *facts]


def _is_hopeful(asked: Asked, found: Found, weighed: Sequence[Evidence]) -> bool:
    return bool(found.facts) or bool(weighed and weighed[0].probability >= _HOPELESS)


def _quoted(asked: Asked, found: Found, weighed: Sequence[Evidence]) -> list[Sentence]:
    quoted = from_facts(asked.text, found.facts) or extracted(weighed, has_meaning=asked.vector is not None)
    retrieved = [*found.facts, *found.passages]
    return [sentence for sentence in quoted if is_verified(sentence, retrieved)]

"""How well the archive answers: `make bench NAME=ask`, and with a very small local model `… --llm smollm2`.

91 questions over 23 recordings (data/ask/test), 33 of them near misses that nobody there answers. `hit_at_5`: the passage in
which the answer is said is among the first five; `exact_quotes`: of all quotations that are cited; `refused`: of the near
misses, those that are answered with "The archive does not contain an answer to this."; `answered`: of the others, those that
are not; `right`: of the others, those whose answer cites the labelled words.

Nothing is chosen by these questions: weights and thresholds come from data/ask/development (`python benchmarks/ask.py
--fit` prints them), which has other recordings.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ask_fitting import WITH_MEANING, WITHOUT_MEANING, Weighed, fitted
from ask_library import Archive, Question, archive

from mediatheque.search.answering.answer import Sources, answered
from mediatheque.search.answering.evidence import weigh
from mediatheque.search.answering.retrieve import Asked as Asking
from mediatheque.search.answering.retrieve import Found, ready, retrieve
from mediatheque.search.answers import Answer, Source
from mediatheque.tools.embedder import Embedder, open_embedder
from mediatheque.tools.llm import LanguageModel, open_llm


@dataclass(frozen=True)
class Asked:
    """A question, what may be cited for it, and its answer."""

    question: Question
    sources: Sequence[Source]
    answer: Answer
    seconds: float


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--fit", action="store_true", help="print weights and thresholds for evidence.py")
    options.add_argument(
        "--llm",
        help="as MEDIATHEQUE_LLM, to measure what a model writes, or smollm2: one that is started here",
    )
    options.add_argument("--most", type=int, default=1_000, help="ask only so many")
    options.add_argument("--verbose", action="store_true", help="print every answer")
    chosen = options.parse_args()
    embedder = open_embedder("minilm", models_dir=None, key=None)
    assert embedder is not None
    if chosen.fit:
        print(json.dumps(fit(embedder), indent=4))
        return
    figures: dict[str, float] = {}
    with language_model(chosen.llm) as llm, archive("test", embedder) as test:
        asked = ask_all(test, embedder, llm, chosen.most)
        figures |= measured(asked)
        if llm is None:
            by_words = measured(ask_all(test, None, None, chosen.most))
            figures |= {
                f"{name}_by_words_alone": value for name, value in by_words.items() if name != "p50_ms"
            }
    if chosen.verbose:
        for one in asked:
            print(f"{'?' if one.question.media_id else '-'} {one.question.text}\n    {one.answer.text}")
    print(json.dumps(figures))


@contextmanager
def language_model(setting: str | None) -> Iterator[LanguageModel | None]:
    """The model that is asked for, for the length of a block."""
    if setting != "smollm2":
        yield open_llm(setting, key=None)
        return
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
    import llama_server

    model = llama_server.model_file()
    assert model is not None, "the extra 'dev' has the model"
    with llama_server.running(model, "benchmark") as address:
        context = llama_server.CONTEXT_TOKENS
        yield open_llm(f"openai+{address}/v1?model=smollm2&context={context}", key="benchmark")


def ask_all(test: Archive, embedder: Embedder | None, llm: LanguageModel | None, most: int) -> list[Asked]:
    """Every question, each in a conversation of its own."""
    done: list[Asked] = []
    for question in test.questions[:most]:
        started = time.perf_counter()
        found, asking = _found(test, question, embedder)
        sources: Sequence[Source] = ()
        answer: Answer | None = None
        for piece in answered(asking, found, embedder=embedder, llm=llm):
            sources = piece.sources if isinstance(piece, Sources) else sources
            answer = piece if isinstance(piece, Answer) else answer
        assert answer is not None
        done.append(Asked(question, sources, answer, time.perf_counter() - started))
    return done


def measured(asked: Sequence[Asked]) -> dict[str, float]:
    """The figures."""
    answerable = [one for one in asked if one.question.media_id is not None]
    others = [one for one in asked if one.question.media_id is None]
    quotes = [
        (citation, one.sources)
        for one in asked
        for sentence in one.answer.sentences
        for citation in sentence.citations
    ]
    exact = [
        any(source.key == citation.key and citation.quote in source.text for source in sources)
        for citation, sources in quotes
    ]
    return {
        "hit_at_5": _share(_is_hit(one) for one in answerable),
        "exact_quotes": _share(exact),
        "refused": _share(not one.answer.is_found for one in others),
        "answered": _share(one.answer.is_found for one in answerable),
        "right": _share(_is_right(one) for one in answerable),
        "p50_ms": round(1000 * statistics.median(one.seconds for one in asked), 1),
    }


def fit(embedder: Embedder) -> dict[str, object]:
    """Weights and thresholds by the development questions."""
    fits: dict[str, object] = {}
    with archive("development", embedder) as development:
        for name, model, signs in (
            ("with_meaning", embedder, WITH_MEANING),
            ("without_meaning", None, WITHOUT_MEANING),
        ):
            weighed: list[Weighed] = []
            for question in development.questions:
                found, asking = _found(development, question, model)
                weighed.append(Weighed(question, weigh(asking, found, model)))
            weights, threshold = fitted(weighed, signs)
            fits[name] = {"weights": weights, "least": threshold}
    return fits


def _found(of: Archive, question: Question, embedder: Embedder | None) -> tuple[Found, Asking]:
    asking, embedder_name = ready(question.text, question.text, embedder)
    with of.database.transaction() as db:
        return retrieve(db, of.viewer, asking, embedder_name=embedder_name), asking


def _is_hit(one: Asked) -> bool:
    first = [source for source in one.sources if source.kind == "passage"][:5]
    return any(
        source.media_id == one.question.media_id
        and (source.start_ms or 0) <= one.question.start_ms
        and (source.end_ms or 0) >= one.question.end_ms
        for source in first
    )


def _is_right(one: Asked) -> bool:
    return any(
        citation.media_id == one.question.media_id and one.question.has in citation.quote
        for sentence in one.answer.sentences
        for citation in sentence.citations
    )


def _share(those: Iterable[bool]) -> float:
    counted = [bool(one) for one in those]
    return round(sum(counted) / len(counted), 4) if counted else 1.0


if __name__ == "__main__":
    sys.exit(main())

"""Answers without a language model: the sentences that answer, quoted letter by letter, or none."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mediatheque.search.answering.evidence import LEAST, LEAST_WITHOUT_MEANING, Evidence
from mediatheque.search.answering.history import asked_for
from mediatheque.search.answering.spans import sentence_spans
from mediatheque.search.answering.verify import is_order
from mediatheque.search.answering.words import content_stems
from mediatheque.search.answers import Citation, Sentence, Source, cite

#: More sentences would be a list of passages, not an answer.
_MOST = 2
#: Further sentences have to be nearly as sure as the best one.
_SHARE_OF_BEST = 0.75
_MOST_FACTS = 4
#: A quotation of so many words is read at a glance; why something is so is often said in the next sentence.
_SHORT_WORDS = 45
#: So much in common, and a sentence says what another has said.
_SAME = 0.6
# Of what came before: "It does.", "They ate more."
_LEANING = re.compile(
    r"^(?:it|its|he|she|they|them|this|that|these|those|there|so|and|but|because|then|since)\b", re.I
)


def from_facts(question: str, facts: Sequence[Source]) -> list[Sentence]:
    """What the asker did, where the question asks for that: each fact is its own quotation."""
    if not asked_for(question):
        return []
    wanted = [fact for fact in facts if fact.score > 0][:_MOST_FACTS]
    return [Sentence(fact.text, (cite(fact, 0, len(fact.text)),)) for fact in wanted]


def extracted(weighed: Sequence[Evidence], *, has_meaning: bool) -> list[Sentence]:
    """The surest sentences, quoted; none when not even the best is sure enough."""
    least = LEAST if has_meaning else LEAST_WITHOUT_MEANING
    if not weighed or weighed[0].probability < least:
        return []
    bar = max(least, _SHARE_OF_BEST * weighed[0].probability)
    chosen: list[Evidence] = []
    for evidence in weighed:
        if evidence.probability < bar or len(chosen) == _MOST:
            break
        if evidence.signs.get("asks") and evidence is not weighed[0]:
            continue
        if not any(_is_same(evidence, other) for other in chosen):
            chosen.append(evidence)
    spans = _joined([_readable(evidence) for evidence in chosen])
    return [quotation(cite(source, start, end)) for source, start, end in spans]


def quotation(citation: Citation) -> Sentence:
    """A quotation as a sentence that says who speaks, when, and where: “Aino at 1:12 in “Rye”: “All rye.””"""
    where = f"in “{citation.title}”"
    if citation.start_ms is not None:
        where = f"at {clock(citation.start_ms)} {where}"
    who = f"{citation.speaker} {where}" if citation.speaker else where[0].upper() + where[1:]
    return Sentence(f"{who}: “{citation.quote}”", (citation,))


def clock(milliseconds: int) -> str:
    """ "12:41", "1:02:03"."""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _readable(evidence: Evidence) -> tuple[Source, int, int]:
    """The sentence, with the one before it in its passage where it leans on that, and the one after while it is short."""
    source, start, end = evidence.source, evidence.start, evidence.end
    spans = [(a, b) for a, b in sentence_spans(source.text) if not is_order(source.text[a:b])]
    place = spans.index((start, end))
    if (
        place
        and not source.text[spans[place - 1][1] : start].strip()
        and (len(evidence.text.split()) < 5 or _LEANING.match(evidence.text))
    ):
        start = spans[place - 1][0]
    after = spans[place + 1] if place + 1 < len(spans) else (end, end)
    is_short = len(source.text[start : after[1]].split()) <= _SHORT_WORDS
    if (is_short or evidence.text.endswith("?")) and not source.text[end : after[0]].strip():
        end = after[1]
    return source, start, end


def _joined(spans: Sequence[tuple[Source, int, int]]) -> list[tuple[Source, int, int]]:
    """Those that overlap or follow each other in one passage as one."""
    joined: list[tuple[Source, int, int]] = []
    for source, start, end in spans:
        for place, (other, first, last) in enumerate(joined):
            if other.key == source.key and start <= last + 1 and first <= end + 1:
                joined[place] = (other, min(first, start), max(last, end))
                break
        else:
            joined.append((source, start, end))
    return joined


def _is_same(one: Evidence, other: Evidence) -> bool:
    said, by_other = set(content_stems(one.text)), set(content_stems(other.text))
    return bool(said and by_other) and len(said & by_other) / min(len(said), len(by_other)) >= _SAME

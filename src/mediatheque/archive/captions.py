"""Captions that people wrote (WebVTT, SRT) as lines, and whether they are good enough to be the transcript; pure.

WebVTT: https://www.w3.org/TR/webvtt1/. SRT has no standard; what is read is what players read.
"""

from __future__ import annotations

import html
import itertools
import re
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mediatheque.kit.errors import Invalid, TooLarge

_MOST_BYTES = 16 << 20
_MOST_CUES = 100_000
_MOST_CHARACTERS = 4_000
_TIME = re.compile(
    r"^\s*(?:(\d{1,4}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})\s*-->\s*(?:(\d{1,4}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
)
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?[ \t]+([^>\n]*)>")
_TAG = re.compile(r"<[^<>\n]{0,200}>|\{\\[^{}\n]{0,200}\}")
#: "[applause]", "(music)", "♪": heard, but not said.
_SOUND_ONLY = re.compile(r"^(?:\s|[-–—♪♫#*]|\[[^\[\]]*\]|\([^()]*\))*$")
#: "INTERVIEWER:" or ">> Ada:" before what they say.
_PREFIX = re.compile(r"^(?:>>+\s*)?([A-ZÀ-Þ][\w'’.-]*(?: [A-ZÀ-Þ][\w'’.-]*){0,3}):\s+(?=\S)")
_SENTENCE_END = re.compile(r"[.!?…。！？]+[\"'”’»)\]]*$")
_LONGEST_LINE = 320
_JOINING_GAP_MS = 1_000

#: Of the recording, from the first words to the last; what is less are captions of a part, or of another recording.
_LEAST_COVERED = 0.6
#: Characters a second while a caption stands: fast talkers reach 25, a summary stays below 3.
_SLOWEST, _FASTEST = 3.0, 45.0


@dataclass(frozen=True, slots=True)
class Caption:
    """What is said, by whom where the captions tell, in milliseconds from the beginning."""

    start_ms: int
    end_ms: int
    text: str
    speaker: str | None = None


def read_captions(content: bytes) -> list[Caption]:
    """The captions in a WebVTT or SRT file as lines of about a sentence, in the order of the recording.

    Tags and sounds are left out, repeats of captions that roll up are said once. Raises TooLarge, and Invalid for a file
    without any caption.
    """
    if len(content) > _MOST_BYTES:
        raise TooLarge(
            f"Captions of more than {_MOST_BYTES >> 20} MiB are none of one recording: leave them out"
        )
    cues = sorted(_cues(_decoded(content)), key=lambda cue: (cue.start_ms, cue.end_ms))
    if not cues:
        raise Invalid("This is no WebVTT or SRT file with captions in it: save them as one of these")
    return _sentences(_without_repeats(cues))


def why_not_good(
    captions: Sequence[Caption], duration_ms: int | None, language: str | None, wanted: str | None
) -> str | None:
    """Why these captions cannot stand for what is said, in words; None when they can."""
    if not captions:
        return "nothing is said in them"
    if language and wanted and _code(language) != _code(wanted):
        return f"they are in '{_code(language)}', the recording is in '{_code(wanted)}'"
    first, last = captions[0].start_ms, max(caption.end_ms for caption in captions)
    if duration_ms:
        if last > duration_ms * 1.1 + 10_000:
            return "they go on beyond the end of the recording"
        if last - first < _LEAST_COVERED * duration_ms and duration_ms > 30_000:
            return "they cover only a part of the recording"
    if len(captions) >= 5:
        shown = [c for c in captions if c.end_ms > c.start_ms]
        rate = (
            statistics.median(len(c.text) * 1000 / (c.end_ms - c.start_ms) for c in shown) if shown else 0.0
        )
        if not _SLOWEST <= rate <= _FASTEST and not _is_dense_script("".join(c.text for c in captions[:50])):
            return f"nobody speaks {rate:.0f} characters a second"
    return None


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"):
        try:
            return content.decode(encoding).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
        except UnicodeDecodeError:
            continue
    # What old SRT files are in, more often than anything else.
    return (
        content.decode("cp1252", errors="replace").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    )


def _cues(text: str) -> Iterator[Caption]:
    """One caption for each thing said, as the file has them."""
    count, named = 0, _named(text)
    for block in re.split(r"\n[ \t]*\n", text):
        lines = block.strip("\n").split("\n")
        # After an identifier or a number, if there is one.
        at = next((n for n, line in enumerate(lines[:3]) if _TIME.match(line)), None)
        if at is None or (time := _TIME.match(lines[at])) is None:
            continue
        start_ms, end_ms = _milliseconds(time.groups()[:4]), _milliseconds(time.groups()[4:])
        if end_ms < start_ms:
            continue
        for speaker, said in _said("\n".join(lines[at + 1 :])[:_MOST_CHARACTERS], named):
            count += 1
            if count > _MOST_CUES:
                raise TooLarge(f"More than {_MOST_CUES:,} captions are none of one recording: leave them out")
            yield Caption(start_ms, end_ms, said, speaker)


def _named(text: str) -> frozenset[str]:
    """Names that stand before a colon as a speaker's do: in capitals, or twice. "Remember: …" is none."""
    counts = Counter(match[1] for line in text.split("\n") if (match := _PREFIX.match(_TAG.sub("", line))))
    return frozenset(name for name, count in counts.items() if count > 1 or name.isupper())


def _milliseconds(parts: Sequence[str | None]) -> int:
    hours, minutes, seconds, fraction = (part or "0" for part in parts)
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(fraction.ljust(3, "0"))


def _said(payload: str, named: frozenset[str]) -> Iterator[tuple[str | None, str]]:
    """Who says what in one caption; each line of it for itself, as captions that roll up need it."""
    pieces = _VOICE.split(payload)  # what comes before the first voice; then name and words in turn
    for name, words in itertools.chain([(None, pieces[0])], zip(pieces[1::2], pieces[2::2], strict=True)):
        speaker = " ".join(html.unescape(name).split())[:200] or None if name else None
        for line in words.split("\n"):
            said = " ".join(html.unescape(_TAG.sub("", line)).split())
            if _SOUND_ONLY.match(said):
                continue
            prefix = _PREFIX.match(said) if speaker is None else None
            if prefix is not None and prefix[1] in named:
                yield prefix[1], said[prefix.end() :]
            else:
                yield speaker, re.sub(r"^>>+\s*", "", said)


def _without_repeats(cues: Sequence[Caption]) -> list[Caption]:
    """Captions that roll up show a line two or three times, or grow word by word: each is said once."""
    kept: list[Caption] = []
    for cue in cues:
        recent = range(max(0, len(kept) - 3), len(kept))
        for n in reversed(recent):
            if cue.start_ms > kept[n].end_ms + 200 or cue.speaker != kept[n].speaker:
                continue
            if cue.text == kept[n].text or (len(cue.text) > 3 and kept[n].text.endswith(" " + cue.text)):
                kept[n] = replace(
                    kept[n], end_ms=max(kept[n].end_ms, min(cue.end_ms, kept[n].end_ms + 3_000))
                )
                break
            if cue.text.startswith(kept[n].text + " "):
                kept[n] = replace(kept[n], text=cue.text, end_ms=max(kept[n].end_ms, cue.end_ms))
                break
        else:
            kept.append(cue)
    return kept


def _sentences(cues: Sequence[Caption]) -> list[Caption]:
    """Captions that go on in the next one put together, up to the end of the sentence."""
    lines: list[Caption] = []
    for cue in cues:
        last = lines[-1] if lines else None
        if (
            last is not None
            and last.speaker == cue.speaker
            and not _SENTENCE_END.search(last.text)
            and cue.start_ms - last.end_ms <= _JOINING_GAP_MS
            and len(last.text) + len(cue.text) < _LONGEST_LINE
        ):
            lines[-1] = replace(last, text=f"{last.text} {cue.text}", end_ms=max(last.end_ms, cue.end_ms))
        else:
            lines.append(cue)
    # Who reads a transcript expects each line to end before the next begins.
    return [
        replace(line, end_ms=min(line.end_ms, max(following.start_ms, line.start_ms + 1)))
        if following is not None
        else line
        for line, following in itertools.zip_longest(lines, lines[1:])
        if line is not None
    ]


def _code(language: str) -> str:
    return re.split("[-_]", language.strip().lower())[0]


def _is_dense_script(text: str) -> bool:
    """Chinese, Japanese and Korean say in one character what others say in three."""
    dense = sum("\u3040" <= character <= "\u9fff" or "\uac00" <= character <= "\ud7af" for character in text)
    return dense > len(text) / 4

"""Reads what ffmpeg says of a file (its log, and tags in its own format of metadata) into what the file is.

ffmpeg's log is read rather than ffprobe's JSON because the ffmpeg that Python packages carry has no ffprobe. Only lines that
begin as ffmpeg begins them count: tags, which strangers write, are indented further.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from mediatheque.kit.errors import Invalid
from mediatheque.tools.transcoder import Inspected, Marker
from mediatheque.tools.transcoder._formats import BY_DEMUXER, Format

_INPUT = re.compile(r"^Input #0, (.+), from '", re.MULTILINE)
_DURATION = re.compile(r"^  Duration: (\d+):(\d\d):(\d\d)\.(\d\d)", re.MULTILINE)
_BITS = re.compile(r"^  Duration: .*bitrate: (\d+) kb/s", re.MULTILINE)
_STREAM = re.compile(
    r"^  Stream #0:\d+(?:\[0x[0-9a-f]+\])?(?:\(([^()]{2,35})\))?: (Audio|Video): (\w+)(.*)$", re.MULTILINE
)
_IS_COVER = re.compile(r"\((attached pic|timed thumbnails)\)|\(still image\)")
_MOST_CHAPTERS, _MOST_TAGS, _LONGEST_TAG = 1_000, 100, 20_000
#: What containers say about themselves.
_TECHNICAL = frozenset(
    {"major_brand", "minor_version", "compatible_brands", "encoder", "handler_name", "vendor_id", "duration"}
)

#: ISO 639-2's names of languages, and ISO 639-1's, which all else here goes by.
_LANGUAGES = dict(
    pair.split(":")
    for pair in [
        "ara:ar",
        "bel:be",
        "ben:bn",
        "bos:bs",
        "bul:bg",
        "cat:ca",
        "ces:cs",
        "cze:cs",
        "chi:zh",
        "zho:zh",
        "cym:cy",
        "wel:cy",
        "dan:da",
        "deu:de",
        "ger:de",
        "ell:el",
        "gre:el",
        "eng:en",
        "est:et",
        "eus:eu",
        "baq:eu",
        "fas:fa",
        "per:fa",
        "fin:fi",
        "fra:fr",
        "fre:fr",
        "gle:ga",
        "glg:gl",
        "heb:he",
        "hin:hi",
        "hrv:hr",
        "hun:hu",
        "hye:hy",
        "arm:hy",
        "ind:id",
        "isl:is",
        "ice:is",
        "ita:it",
        "jpn:ja",
        "kat:ka",
        "geo:ka",
        "kaz:kk",
        "kor:ko",
        "lat:la",
        "lav:lv",
        "lit:lt",
        "mkd:mk",
        "mac:mk",
        "msa:ms",
        "may:ms",
        "nld:nl",
        "dut:nl",
        "nor:no",
        "nob:no",
        "nno:nn",
        "pol:pl",
        "por:pt",
        "ron:ro",
        "rum:ro",
        "rus:ru",
        "slk:sk",
        "slo:sk",
        "slv:sl",
        "spa:es",
        "sqi:sq",
        "alb:sq",
        "srp:sr",
        "swa:sw",
        "swe:sv",
        "tam:ta",
        "tel:te",
        "tha:th",
        "tgl:tl",
        "tur:tr",
        "ukr:uk",
        "urd:ur",
        "vie:vi",
    ]
)


@dataclass(frozen=True, slots=True)
class Metadata:
    """Tags by lower-case name and chapters, in ffmpeg's format: of the file, and of its first sound."""

    tags: dict[str, str] = field(default_factory=dict[str, str])
    stream_tags: dict[str, str] = field(default_factory=dict[str, str])
    chapters: tuple[Marker, ...] = ()


def inspected(log: str, of_file: str, of_sound: str, *, is_webm: bool) -> Inspected:
    """What a file is, by ffmpeg's log about it and the metadata it wrote.

    `is_webm` tells the web's Matroska from the rest, which ffmpeg does not.
    """
    form, demuxer = _format(log)
    sounds, pictures, covers = _streams(log)
    sound, picture = next(iter(sounds), None), next(iter(pictures), None)
    media_type, extension = (form.video or form.audio) if picture is not None else form.audio
    if demuxer == "matroska" and is_webm:
        webm = BY_DEMUXER["webm"]
        media_type, extension = (webm.video or webm.audio) if picture is not None else webm.audio
    metadata = read_metadata(of_file)
    in_sound = read_metadata(of_sound).stream_tags
    if metadata.tags.get("major_brand", "").strip() == "qt" and picture is not None:
        media_type, extension = "video/quicktime", ".mov"
    duration = _DURATION.search(log)
    bits = _BITS.search(log)
    return Inspected(
        duration_ms=_milliseconds(duration) if duration else 0,
        media_type=media_type,
        extension=extension,
        has_audio=sound is not None,
        has_video=picture is not None,
        has_cover=bool(covers),
        width=picture.width if picture else None,
        height=picture.height if picture else None,
        language=_language((sound.language if sound else None) or metadata.tags.get("language")),
        audio_codec=sound.codec if sound else None,
        video_codec=picture.codec if picture else None,
        channels=sound.channels if sound else 1,
        sample_rate=sound.sample_rate if sound else 0,
        bits_per_s=int(bits[1]) * 1000 if bits else 0,
        is_duration_guessed=form.guesses_duration or "Estimating duration from bitrate" in log,
        # Ogg keeps its tags with the sound, the others with the file.
        tags={name: value for name, value in (in_sound | metadata.tags).items() if name not in _TECHNICAL},
        chapters=metadata.chapters,
    )


@dataclass(frozen=True, slots=True)
class _Stream:
    codec: str
    language: str | None
    channels: int = 1
    sample_rate: int = 0
    width: int | None = None
    height: int | None = None


def _format(log: str) -> tuple[Format, str]:
    found = _INPUT.search(log)
    for name in found[1].split(",") if found else ():
        if name in BY_DEMUXER:
            return BY_DEMUXER[name], name
    raise Invalid("This is no kind of recording that is read here; give mp3, m4a, wav, mp4, mkv, webm …")


def _streams(log: str) -> tuple[list[_Stream], list[_Stream], list[_Stream]]:
    """Sounds, moving pictures and covers, in the file's order; of which the codec is not known, none."""
    sounds: list[_Stream] = []
    pictures: list[_Stream] = []
    covers: list[_Stream] = []
    for language, kind, codec, rest in _STREAM.findall(log):
        if codec in ("none", "unknown"):
            continue
        if kind == "Audio":
            hertz = re.search(r", (\d+) Hz, ([^,]+)", rest)
            channels = {"mono": 1, "1 channels": 1}.get(hertz[2], 2) if hertz else 1
            sounds.append(_Stream(codec, language, channels, int(hertz[1]) if hertz else 0))
        else:
            size = re.search(r", (\d+)x(\d+)", rest)
            width, height = (int(size[1]), int(size[2])) if size else (None, None)
            stream = _Stream(codec, language, width=width, height=height)
            (covers if _IS_COVER.search(rest) else pictures).append(stream)
    return sounds, pictures, covers


def first_cover(log: str) -> int | None:
    """Which of the pictures, from 0, is the first cover."""
    rests = [rest for _, kind, _, rest in _STREAM.findall(log) if kind == "Video"]
    return next((place for place, rest in enumerate(rests) if _IS_COVER.search(rest)), None)


def first_picture(log: str) -> int | None:
    """Which of the pictures, from 0, is the first that moves."""
    rests = [rest for _, kind, _, rest in _STREAM.findall(log) if kind == "Video"]
    return next((place for place, rest in enumerate(rests) if not _IS_COVER.search(rest)), None)


def _milliseconds(found: re.Match[str]) -> int:
    hours, minutes, seconds, hundredths = (int(part) for part in found.groups())
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + hundredths * 10


def _language(said: str | None) -> str | None:
    """A language as ISO 639-1 names it; None for "und" and what is not known."""
    said = (said or "").lower().replace("_", "-").partition("-")[0]
    return said if said in _LANGUAGES.values() else _LANGUAGES.get(said)


def read_metadata(text: str) -> Metadata:
    """Read ffmpeg's metadata format (`-f ffmetadata`): name=value lines with \\ before = ; # \\ and line ends."""
    read = Metadata()
    section: dict[str, str] = read.tags
    chapters: list[dict[str, str]] = []
    has_stream = False
    for line in _lines(text):
        if line == "[STREAM]":
            section = {} if has_stream else read.stream_tags
            has_stream = True
        elif line == "[CHAPTER]":
            section = {}
            chapters.append(section)
        elif not line.startswith((";", "#")) and len(section) < _MOST_TAGS:
            name, value = _pair(line)
            if name and value:
                section.setdefault(name.lower(), value[:_LONGEST_TAG])
    markers = tuple(marker for marker in map(_marker, chapters[:_MOST_CHAPTERS]) if marker is not None)
    return Metadata(read.tags, read.stream_tags, markers)


def _lines(text: str) -> Iterator[str]:
    """Lines; one whose end has a backslash before it goes on in the next."""
    yield from (found[0] for found in re.finditer(r"(?:[^\\\n]|\\(?:.|\n))+", text, re.DOTALL))


def _pair(line: str) -> tuple[str, str]:
    found = re.match(r"((?:[^\\=]|\\.)*)=(.*)\Z", line, re.DOTALL)
    name, value = (found[1], found[2]) if found else ("", "")
    # NUL and lone surrogates cannot be kept in the database.
    return tuple(
        re.sub(r"\\(.)", r"\1", part, flags=re.DOTALL).replace("\0", "").strip() for part in (name, value)
    )  # pyright: ignore[reportReturnType]


def _marker(said: dict[str, str]) -> Marker | None:
    try:
        # In milliseconds.
        unit = Fraction(said.get("timebase", "1/1000000000")) * 1000
        start, end = (round(int(said[name]) * unit) for name in ("start", "end"))
    except (ValueError, KeyError, ZeroDivisionError):
        return None
    return Marker(said.get("title", "")[:500], start, end if end > start else None) if start >= 0 else None

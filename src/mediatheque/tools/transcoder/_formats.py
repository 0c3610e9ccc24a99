"""The kinds of file that are read: ffmpeg's names of them, what they are on the web, and what is refused by its first bytes."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from mediatheque.kit.errors import Invalid


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: its media type and usual extension with sound alone, and with moving pictures."""

    audio: tuple[str, str]
    video: tuple[str, str] | None = None
    #: The duration is worked out from the size or the stream's clock, which is wrong when pieces were joined.
    guesses_duration: bool = False


#: By the name of the demuxer. Not among them is whatever opens other files (playlists, concat, image sequences),
#: reads text, pictures or subtitles, makes things up (lavfi) or takes any bytes for sound (raw PCM).
BY_DEMUXER = {
    "mov": Format(("audio/mp4", ".m4a"), ("video/mp4", ".mp4")),
    "matroska": Format(("audio/x-matroska", ".mka"), ("video/x-matroska", ".mkv")),
    "webm": Format(("audio/webm", ".weba"), ("video/webm", ".webm")),
    "mp3": Format(("audio/mpeg", ".mp3")),
    "aac": Format(("audio/aac", ".aac"), guesses_duration=True),
    "flac": Format(("audio/flac", ".flac")),
    "ogg": Format(("audio/ogg", ".ogg"), ("video/ogg", ".ogv")),
    "wav": Format(("audio/wav", ".wav")),
    "w64": Format(("audio/x-w64", ".w64")),
    "aiff": Format(("audio/aiff", ".aiff")),
    "caf": Format(("audio/x-caf", ".caf")),
    "au": Format(("audio/basic", ".au")),
    "voc": Format(("audio/x-voc", ".voc")),
    "amr": Format(("audio/amr", ".amr"), guesses_duration=True),
    "ac3": Format(("audio/ac3", ".ac3"), guesses_duration=True),
    "eac3": Format(("audio/eac3", ".eac3"), guesses_duration=True),
    "dts": Format(("audio/vnd.dts", ".dts"), guesses_duration=True),
    "ape": Format(("audio/x-ape", ".ape")),
    "tta": Format(("audio/x-tta", ".tta")),
    "tak": Format(("audio/x-tak", ".tak")),
    "wv": Format(("audio/x-wavpack", ".wv")),
    "mpc": Format(("audio/x-musepack", ".mpc")),
    "mpc8": Format(("audio/x-musepack", ".mpc")),
    "dsf": Format(("audio/x-dsf", ".dsf")),
    "asf": Format(("audio/x-ms-wma", ".wma"), ("video/x-ms-wmv", ".wmv")),
    "avi": Format(("video/x-msvideo", ".avi"), ("video/x-msvideo", ".avi")),
    "flv": Format(("video/x-flv", ".flv"), ("video/x-flv", ".flv")),
    "mpeg": Format(("video/mpeg", ".mpg"), ("video/mpeg", ".mpg"), guesses_duration=True),
    "mpegts": Format(("video/mp2t", ".ts"), ("video/mp2t", ".ts"), guesses_duration=True),
    "rm": Format(("audio/vnd.rn-realaudio", ".ra"), ("application/vnd.rn-realmedia", ".rm")),
}

#: Audio that every browser plays: the container with the codecs in it.
BROWSERS_PLAY = frozenset({("audio/mpeg", "mp3"), ("audio/mp4", "aac")})

_MOST_BOXES = 1_000
_MOST_CONTENTS_BYTES = 32 << 20

_PICTURE = "a picture"
_PLAYLIST = "a playlist, which only says where recordings are"
_SUBTITLES = "a file of subtitles"
_OTHERS = (
    (rb"%PDF-", "a PDF document"),
    (rb"PK(\x03\x04|\x05\x06)", "a ZIP archive or an office document"),
    (rb"\x1f\x8b", "a packed archive"),
    (rb"7z\xbc\xaf'\x1c|Rar!\x1a|\xfd7zXZ|BZh[1-9]1AY", "a packed archive"),
    (
        rb"\x89PNG|\xff\xd8\xff|GIF8[79]a|BM.{4}\0{4}|II\*\0|MM\0\*|RIFF.{4}WEBP|8BPS|\0\0\x01\0[\x01-\x20]\0",
        _PICTURE,
    ),
    (rb".{4}ftyp(heic|heix|heif|mif1|msf1|avif|avis)", _PICTURE),
    (rb"\x7fELF|MZ.{58}", "a program"),
    (rb"SQLite format 3", "a database"),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an office document"),
    (rb"MThd", "a MIDI file, which holds notes and no sound"),
    (rb"{\\rtf", "a text document"),
)
_TEXTS = (
    (r"#EXTM3U|\[playlist\]|ffconcat|#EXT-X|<\?xml[^>]*>\s*<(MPD|playlist)|<MPD", _PLAYLIST),
    (r"WEBVTT|1\r?\n\d\d:\d\d:\d\d,\d|\[Script Info\]", _SUBTITLES),
    (r"<!doctype html|<html", "a web page: the link may have led to a page about the recording"),
    (r"<svg|<\?xml[^>]*>\s*<svg", _PICTURE),
)


def check(head: bytes) -> None:
    """Raise Invalid, saying what it is, for the first bytes of what is certainly no recording."""
    for pattern, what in _OTHERS:
        if re.match(pattern, head, re.DOTALL):
            raise _refused(what)
    if (text := _text(head)) is not None:
        for pattern, what in _TEXTS:
            if re.match(pattern, text.lstrip("\ufeff \t\r\n"), re.IGNORECASE):
                raise _refused(what)
        raise _refused("a text")


def is_protected(file: Path) -> bool:
    """Whether an MP4's table of contents says that its content is encrypted (ISO 14496-12, 8.12: `sinf` with `frma` first).

    ffmpeg passes over it, and decodes noise.
    """
    with file.open("rb") as opened:
        if opened.read(8)[4:] != b"ftyp":
            return False
        place = 0
        for _ in range(_MOST_BOXES):
            opened.seek(place)
            head = opened.read(16)
            size, kind = int.from_bytes(head[:4], "big"), head[4:8]
            if kind == b"moov":
                return re.search(rb"sinf\0\0\0\x0cfrma", opened.read(_MOST_CONTENTS_BYTES)) is not None
            size = int.from_bytes(head[8:], "big") if size == 1 else size
            if size < 8:  # it reaches to the end
                return False
            place += size
    return False


def _text(head: bytes) -> str | None:
    """The bytes as text, where they are one: of Unicode, without the control characters that no text has."""
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        # Not told that it is the end: the last character may be cut off.
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return None
    return None if re.search("[\x00-\x08\x0e-\x1a\x1c-\x1f]", text) else text


def _refused(what: str) -> Invalid:
    return Invalid(
        f"This is no recording but {what}; give a file with sound: mp3, m4a, wav, mp4, mkv, webm …"
    )

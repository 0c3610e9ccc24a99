"""What ffmpeg is told: how to open a stranger's file, and how to make each of the things that are made of it."""

from __future__ import annotations

from mediatheque.tools.transcoder import Inspected
from mediatheque.tools.transcoder._formats import BY_DEMUXER

#: Of what machines listen to, in Hz.
RATE = 16_000
#: Larger pictures than those of 8K video are bombs: 65,535 × 65,535 pixels would be 17 GB.
_MOST_PIXELS = 7680 * 4320
_MOST_STREAMS = 300
#: Gaps in the clock of the sound become silence, so that times in the copies are those of the original. That comes after all
#: else, where a second takes least memory: ffmpeg holds the whole of a gap in it.
IN_TIME = ",aresample=async=1:first_pts=0"
#: FLAC's blocks are as long as what it is given: of MP3's 26 ms each, whoever reads the copy would take four times as long.
_IN_BLOCKS = "asetnsamples=n=4096:p=0"
SMALL = "scale='min(640,iw)':'min(640,ih)':force_original_aspect_ratio=decrease:out_range=pc,format=yuvj420p"


def opening(*without: str) -> list[str]:
    """The file, opened by what is in it, as nothing but a local file of a kind that holds recordings."""
    allowed = ",".join(BY_DEMUXER)
    return [
        *("-protocol_whitelist", "file,pipe", "-format_whitelist", allowed),
        *("-max_streams", str(_MOST_STREAMS), "-max_pixels", str(_MOST_PIXELS)),
        # A damaged part is left out, however many there are.
        *("-max_error_rate", "1"),
        *without,
        *("-i", "file:input"),
    ]


def as_speech(in_time: str) -> list[str]:
    """FLAC for machines, of the first sound; `in_time` is IN_TIME or nothing. The file's name comes next."""
    return [
        *("-map", "0:a:0", "-af", f"{_resampled(RATE, 'mono')}{in_time},{_IN_BLOCKS}", "-c:a", "flac"),
        *("-map_metadata", "-1", "-map_chapters", "-1", "-f", "flac", "-y"),
    ]


def as_listening(known: Inspected, in_time: str) -> list[str]:
    """64 kbit/s for one channel, 96 for two, up to the 16 kHz that such rates hold anyway. The fast coder takes 0.6 of the time."""
    layout, bits = ("mono", "64k") if known.channels == 1 else ("stereo", "96k")
    rate = next((rate for rate in (16_000, 24_000) if known.sample_rate <= rate), 32_000)
    return [
        *("-map", "0:a:0", "-af", _resampled(rate, layout) + in_time, "-c:a", "aac", "-b:a", bits),
        *("-aac_coder", "fast", "-map_metadata", "-1", "-map_chapters", "-1"),
        *("-movflags", "+faststart", "-f", "mp4", "-y"),
    ]


def _resampled(rate: int, layout: str) -> str:
    return f"aresample,aformat=sample_rates={rate}:channel_layouts={layout}:sample_fmts=s16"


def as_thumbnail(which: str, made_small: str) -> list[str]:
    """A JPEG of the pictures `which`, by that filter. The file's name comes next."""
    return [
        *("-map", which, "-frames:v", "1", "-vf", made_small, "-map_metadata", "-1"),
        *("-c:v", "mjpeg", "-q:v", "4", "-f", "image2", "-update", "1", "-y"),
    ]

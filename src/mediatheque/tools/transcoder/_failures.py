"""What went wrong, in words for whoever gave the file: from how ffmpeg ended and what it said last."""

from __future__ import annotations

import signal

from mediatheque.kit.errors import Invalid, MediathequeError, Unavailable
from mediatheque.kit.programs import Ended
from mediatheque.tools.transcoder import Copies, Inspected, Limits

_WHOLE = "add it again from a whole copy"
_GIVE = "give a file with sound: mp3, m4a, wav, mp4, mkv, webm …"
_NOT_A_RECORDING = f"This is no recording that can be read, or it is damaged from its beginning; {_GIVE}"
#: Of how ffmpeg tells that a file ends too early or is damaged.
_SIGNS = (
    "partial file",
    "prematurely",
    "Truncat",
    "truncat",
    "Invalid data",
    "Error submitting packet",
    "overread",
)
_FAILED = (
    (
        "moov atom not found",
        f"The file is cut off: its table of contents, which comes last, is missing; {_WHOLE}",
    ),
    ("not on whitelist", f"This kind of file is not read here; {_GIVE}"),
    ("misdetection possible", _NOT_A_RECORDING),
    ("Invalid data found", _NOT_A_RECORDING),
    ("EBML header parsing failed", _NOT_A_RECORDING),
    ("End of file", f"There is nothing to be heard in this file: it ends where it begins; {_WHOLE}"),
    ("max_streams", "The file has more tracks than can be; make one with a single track of sound"),
    ("matches no streams", f"There is no sound in this file; {_GIVE}"),
    ("Decoder not found", f"There is no program here that can decode the sound of this file; {_GIVE}"),
    ("does not contain any stream", f"There is no sound in this file; {_GIVE}"),
)
_OUT_OF_MEMORY = (
    "Cannot allocate memory",
    "Out of memory",
    "Resource temporarily unavailable",
    "malloc of size",
)


def is_out_of_step(ended: Ended) -> bool:
    """Whether the sound's clock jumps so far that the silence in between did not fit into memory."""
    return "Failed to compensate" in ended.errors or _is_out_of_memory(ended)


def _is_out_of_memory(ended: Ended) -> bool:
    return ended.status != 0 and any(sign in ended.errors for sign in _OUT_OF_MEMORY)


def failure(ended: Ended, limits: Limits) -> MediathequeError:
    """Why ffmpeg failed."""
    if ended.reached == "wall":
        return Unavailable(
            f"Reading this file was not done after {limits.wall_s / 60:g} minutes: try again when the machine has less to do"
        )
    if ended.reached == "cpu":
        return Invalid(
            f"Reading this file takes more than the {limits.cpu_s} seconds of computing that one file may; convert it to "
            "mp3 or m4a first"
        )
    if ended.reached == "output":
        return Invalid("The file says more about itself than can be; convert it to mp3 or m4a first")
    if "No space left on device" in ended.errors:
        return Unavailable("The disk is full: free some room, then try again")
    if ended.status in (-signal.SIGXFSZ, 128 + signal.SIGXFSZ) or "File too large" in ended.errors:
        return Invalid("What this file unpacks to is larger than can be; give a shorter one")
    if _is_out_of_memory(ended):
        return Invalid(
            f"Reading this file takes more than the {limits.memory_bytes >> 20} MB of memory that one file may; convert "
            "it to mp3 or m4a first"
        )
    if ended.status == -signal.SIGKILL:
        return Unavailable("The program that reads files was killed, perhaps for want of memory: try again")
    for sign, words in _FAILED:
        if sign in ended.errors:
            return Invalid(words)
    return Invalid(f"{_NOT_A_RECORDING} ({_last_line(ended)})")


def copied(ended: Ended, duration_ms: int, known: Inspected, *, keeps_time: bool) -> Copies:
    """What was decoded; raises Invalid when that is nothing, or less than half of what should be there.

    `keeps_time`: what is missing in between was filled with silence.
    """
    if duration_ms == 0:
        raise Invalid(f"Nothing of the sound in this file could be decoded: it is damaged; {_WHOLE}")
    if not keeps_time:
        return Copies(
            duration_ms,
            "The clock of the sound jumps by hours: times after that are not those of the original",
        )
    shows_signs = any(sign in ended.errors for sign in _SIGNS)
    # Beside pictures the sound may be shorter, so only what went wrong tells.
    is_short = (
        not known.is_duration_guessed
        and duration_ms < 0.98 * known.duration_ms - 500
        and (shows_signs or not known.has_video)
    )
    if not is_short:
        return Copies(duration_ms, "Some of the sound is damaged and was left out" if shows_signs else None)
    words = f"Only {spoken(duration_ms)} of {spoken(known.duration_ms)} could be read: the file is cut off or damaged"
    if duration_ms < known.duration_ms / 2:
        raise Invalid(f"{words}; {_WHOLE}")
    return Copies(duration_ms, words)


def spoken(milliseconds: int) -> str:
    """A duration as one says it: "51 minutes", "12 seconds"."""
    seconds = round(milliseconds / 1000)
    if seconds < 120:
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    return f"{round(seconds / 60)} minutes"


def _last_line(ended: Ended) -> str:
    lines = ended.errors.strip().splitlines()
    return lines[-1][:200] if lines else f"it ended with status {ended.status}"

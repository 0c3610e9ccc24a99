"""The handful of errors a user can meet; each message says what to do about it."""

from __future__ import annotations

from collections.abc import Sequence


class MediathequeError(Exception):
    """Something a user or operator can mend; `str(error)` is written for them."""


class NotFound(MediathequeError):
    """The thing asked for does not exist, or is not the asker's to see; `among` names what it would be one of."""

    def __init__(self, message: str, *, among: str = "") -> None:
        super().__init__(message)
        self.among = among


class Invalid(MediathequeError):
    """The input cannot be used as it is."""


class Conflict(MediathequeError):
    """The request contradicts what is already there."""


class Unauthenticated(MediathequeError):
    """Nobody, or nobody we know, is asking."""


class Forbidden(MediathequeError):
    """We know who asks, and they may not."""


class TooLarge(Invalid):
    """The input is larger than the limit that the message names."""


class NeedsAnswer(Invalid):
    """A question that only the user can answer: set `option` to one of `choices` and try again."""

    def __init__(self, message: str, option: str, choices: Sequence[str]) -> None:
        super().__init__(message)
        self.option = option
        self.choices = tuple(choices)


class TooManyRequests(MediathequeError):
    """Asked too often; `retry_after` is in seconds."""

    def __init__(self, message: str, retry_after: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(MediathequeError):
    """A part we depend on (database, source, model) cannot be reached now."""


class Cancelled(MediathequeError):
    """Somebody asked that it be stopped; nothing of it is left."""

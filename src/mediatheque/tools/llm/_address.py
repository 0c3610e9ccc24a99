"""What MEDIATHEQUE_LLM says after a module's name: the server, the model, and how much it can hold."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from mediatheque.kit.errors import Invalid
from mediatheque.kit.http import redact

#: Less than this holds no part of a transcript beside what is asked about it.
_LEAST_CONTEXT = 1024


@dataclass(frozen=True, slots=True)
class Address:
    """A model behind a server; `base_url` without a slash at its end."""

    base_url: str
    model: str
    context_tokens: int


def read_address(rest: str, example: str, *, context_tokens: int, base_url: str | None = None) -> Address:
    """The address in `rest`; `base_url` where none is named. Raises Invalid, with the example, when it cannot be used."""
    parts = urlsplit(rest)
    asked = dict(parse_qsl(parts.query))
    model, context = asked.pop("model", ""), asked.pop("context", str(context_tokens))
    is_named = parts.scheme in ("http", "https") and bool(parts.netloc)
    if not model or (not is_named and (base_url is None or parts.scheme or parts.netloc or parts.path)):
        raise Invalid(
            f"MEDIATHEQUE_LLM names no server and model in '{redact(rest)}': write it like {example}"
        )
    if asked or not context.isascii() or not context.isdecimal() or int(context) < _LEAST_CONTEXT:
        raise Invalid(
            f"MEDIATHEQUE_LLM takes model=… and context=… (how many tokens the model reads at once, {_LEAST_CONTEXT} or "
            f"more) after the '?': write it like {example}"
        )
    url = urlunsplit((parts.scheme, parts.netloc, parts.path, "", "")) if is_named else base_url or ""
    return Address(url.rstrip("/"), model, int(context))

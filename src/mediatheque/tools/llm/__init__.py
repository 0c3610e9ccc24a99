"""The shelf of language models: each module speaks with one kind of server that writes text.

A module offers `open_from(rest, *, key) -> LanguageModel`, where `rest` is what the setting says after the module's name:
`openai+http://localhost:8080/v1?model=…`, `ollama+http://localhost:11434?model=llama3.2`, `gemini?model=gemini-2.5-flash`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias, TypeVar

from pydantic import BaseModel

from mediatheque.kit import shelf
from mediatheque.kit.errors import Invalid

M = TypeVar("M", bound=BaseModel)
IsCancelled: TypeAlias = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation. What strangers said goes into `user` messages only, marked as data."""

    role: Literal["system", "user", "assistant"]
    text: str


class LanguageModel(Protocol):
    """Writes text. Every method raises Unavailable when the server does not answer or refuses, Invalid for a setting that
    cannot be used. Keys are never part of a message or a log line.
    """

    @property
    def name(self) -> str:
        """Which model it is, as shown to people."""
        ...

    @property
    def context_tokens(self) -> int:
        """How much one request may hold, about; a token is four letters or so."""
        ...

    def write(
        self, messages: Sequence[Message], *, max_tokens: int = 1024, is_cancelled: IsCancelled | None = None
    ) -> Iterator[str]:
        """The answer in pieces as they come."""
        ...

    def fill_in(
        self, messages: Sequence[Message], form: type[M], *, is_cancelled: IsCancelled | None = None
    ) -> M:
        """The answer as that form: asked for with its JSON schema, validated, and repaired once or twice by telling the model
        what is wrong. Raises Unavailable when it cannot be had.
        """
        ...


def names() -> tuple[str, ...]:
    """Public names of the language models."""
    return shelf.names_on(sys.modules[__name__])


def open_llm(setting: str | None, *, key: str | None) -> LanguageModel | None:
    """The model that `MEDIATHEQUE_LLM` names; none or empty is None. Raises Invalid when the setting cannot be used."""
    setting = (setting or "").strip()
    if setting.lower() in ("", "none"):
        return None
    found = re.match(r"([A-Za-z0-9_-]+)(?:\+|://)?(.*)$", setting, re.DOTALL)
    name, rest = (found[1].lower(), found[2]) if found else (setting, "")
    if name not in names():
        raise Invalid(
            f"MEDIATHEQUE_LLM is '{setting}', but '{name}' is no language model; there is {', '.join(names())}, or none"
        )
    module: Any = shelf.take(sys.modules[__name__], name)
    opened: LanguageModel = module.open_from(rest, key=key)
    return opened

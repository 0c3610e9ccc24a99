"""Google's Gemini through its own API (v1beta): `gemini?model=gemini-2.5-flash`, with a key from Google AI Studio."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast
from urllib.parse import quote

from pydantic import BaseModel

from mediatheque.kit.errors import Invalid, Unavailable
from mediatheque.tools.llm import IsCancelled, LanguageModel, Message
from mediatheque.tools.llm._address import Address, read_address
from mediatheque.tools.llm._answers import filled_in, schema_of, sse_events
from mediatheque.tools.llm._asking import Endpoint, Refused

M = TypeVar("M", bound=BaseModel)

_EXAMPLE = "gemini?model=gemini-2.5-flash"
_GOOGLE = "https://generativelanguage.googleapis.com/v1beta"
#: It holds a million; a transcript of ten hours is less than this, and every token is paid for.
_CONTEXT_TOKENS = 200_000
_TEMPERATURE = 0.2
#: Newer models count what they think before they answer towards the limit of the answer.
_ROOM_FOR_THOUGHTS = 8192


def open_from(rest: str, *, key: str | None) -> LanguageModel:
    """The model that the setting names; nothing is asked of Google yet. Raises Invalid without a key."""
    address = read_address(rest, _EXAMPLE, context_tokens=_CONTEXT_TOKENS, base_url=_GOOGLE)
    if not key:
        raise Invalid(
            "Gemini asks for a key: make one at https://aistudio.google.com and set MEDIATHEQUE_LLM_KEY"
        )
    return Gemini(address, key=key)


class Gemini:
    """A model of the Gemini API; threads may share it."""

    def __init__(self, address: Address, *, key: str, attempts: int = 4, first_pause_s: float = 1.0) -> None:
        self.name = address.model.removeprefix("models/")
        self.context_tokens = address.context_tokens
        self._endpoint = Endpoint(
            "Gemini",
            address.base_url,
            headers={"x-goog-api-key": key},
            secret=key,
            attempts=attempts,
            first_pause_s=first_pause_s,
        )

    def write(
        self, messages: Sequence[Message], *, max_tokens: int = 1024, is_cancelled: IsCancelled | None = None
    ) -> Iterator[str]:
        """See LanguageModel."""
        lines = self._ask("streamGenerateContent?alt=sse", _body(messages, max_tokens, None), is_cancelled)
        return (piece for event in sse_events(lines) if (piece := self._text_in(event)))

    def fill_in(
        self, messages: Sequence[Message], form: type[M], *, is_cancelled: IsCancelled | None = None
    ) -> M:
        """See LanguageModel."""

        def ask(turns: Sequence[Message]) -> str:
            lines = self._ask("generateContent", _body(turns, 4096, form), is_cancelled)
            return self._text_in(b"\n".join(lines).decode(errors="replace"))

        return filled_in(ask, self.name, messages, form)

    def _ask(self, method: str, body: Mapping[str, Any], is_cancelled: IsCancelled | None) -> Iterator[bytes]:
        path = f"/models/{quote(self.name, safe='')}:{method}"
        try:
            yield from self._endpoint.lines(path, body, is_cancelled=is_cancelled)
        except Refused as refused:
            raise Unavailable(f"Gemini refused ({refused}): {_mend(refused, self.name)}") from None

    def _text_in(self, answer: str) -> str:
        try:
            said = cast("Mapping[str, Any]", json.loads(answer))
            if why := (said.get("promptFeedback") or {}).get("blockReason"):
                raise self._endpoint.unusable(f"it will not read this ({why}): leave it to another model")
            candidates = said.get("candidates") or [{}]
            parts = (candidates[0].get("content") or {}).get("parts") or []
            return "".join(str(part.get("text") or "") for part in parts if not part.get("thought"))
        except (ValueError, AttributeError, KeyError, IndexError, TypeError):
            raise self._endpoint.unusable(f"not as its API does: {answer[:100]}") from None


def _body(messages: Sequence[Message], max_tokens: int, form: type[BaseModel] | None) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "temperature": _TEMPERATURE,
        "maxOutputTokens": max_tokens + _ROOM_FOR_THOUGHTS,
    }
    if form is not None:
        settings["responseMimeType"] = "application/json"
        settings["responseSchema"] = _openapi(schema_of(form, is_closed=False))
    told = [m.text for m in messages if m.role == "system"]
    body: dict[str, Any] = {
        "contents": [
            {"role": "model" if m.role == "assistant" else "user", "parts": [{"text": m.text}]}
            for m in messages
            if m.role != "system"
        ],
        "generationConfig": settings,
    }
    if told:
        body["systemInstruction"] = {"parts": [{"text": "\n\n".join(told)}]}
    return body


def _openapi(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON schema as Gemini writes them: types in capitals, and what may be missing is `nullable`."""
    choices = cast("Sequence[Mapping[str, Any]]", schema.get("anyOf", ()))
    real = [choice for choice in choices if choice.get("type") != "null"]
    if len(real) == 1:
        return _openapi(real[0]) | ({"nullable": True} if len(real) < len(choices) else {})
    out = dict(schema)
    if real:
        out["anyOf"] = [_openapi(choice) for choice in real]
    if "type" in out:
        out["type"] = str(out["type"]).upper()
    if "items" in out:
        out["items"] = _openapi(out["items"])
    if "properties" in out:
        fields = cast("Mapping[str, Mapping[str, Any]]", out["properties"])
        out["properties"] = {name: _openapi(field) for name, field in fields.items()}
        out["propertyOrdering"] = list(fields)
    return out


def _mend(refused: Refused, model: str) -> str:
    # A wrong key is a 400 here, not a 401.
    if refused.status in (401, 403) or re.search(r"(?i)api.?key", refused.said):
        return "check MEDIATHEQUE_LLM_KEY"
    if refused.status == 404:
        return f"is there a model '{model}'? Choose another in MEDIATHEQUE_LLM"
    return "check MEDIATHEQUE_LLM"

"""Any server that speaks OpenAI's chat completions, such as llama.cpp or vLLM: `openai+http://host:8080/v1?model=…`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

from pydantic import BaseModel

from mediatheque.kit.errors import Unavailable
from mediatheque.tools.llm import IsCancelled, LanguageModel, Message
from mediatheque.tools.llm._address import Address, read_address
from mediatheque.tools.llm._answers import schema_of, sse_events
from mediatheque.tools.llm._asking import Endpoint, Refused
from mediatheque.tools.llm._streaming import Streaming

_EXAMPLE = "openai+http://localhost:8080/v1?model=qwen3-4b&context=32768"
#: Nobody says how much a model behind this API holds; servers at home are often started with this.
_CONTEXT_TOKENS = 8192
_TEMPERATURE = 0.2
#: How servers can be made to answer in JSON, the strictest way first.
_SCHEMA, _OBJECT, _PROMPT = range(3)


def open_from(rest: str, *, key: str | None) -> LanguageModel:
    """The model that the address names; nothing is asked of the server yet."""
    return OpenAI(read_address(rest, _EXAMPLE, context_tokens=_CONTEXT_TOKENS), key=key)


class OpenAI(Streaming):
    """A model behind a chat completions endpoint; threads may share it.

    It learns from refusals what this server does not know (schemas, the newer name of the limit, a temperature) and
    asks without from then on.
    """

    def __init__(
        self, address: Address, *, key: str | None = None, attempts: int = 4, first_pause_s: float = 1.0
    ) -> None:
        self.name = address.model
        self.context_tokens = address.context_tokens
        self._json_by = _SCHEMA
        self._limit_name = "max_tokens"
        self._temperature: float | None = _TEMPERATURE
        self._endpoint = Endpoint(
            "The language model",
            address.base_url,
            headers={"Authorization": f"Bearer {key}"} if key else None,
            secret=key,
            attempts=attempts,
            first_pause_s=first_pause_s,
        )

    def pieces(
        self,
        messages: Sequence[Message],
        max_tokens: int,
        form: type[BaseModel] | None,
        is_cancelled: IsCancelled | None,
    ) -> Iterator[str]:
        """See Streaming."""
        while True:
            body = self._body(messages, max_tokens, form)
            try:
                yield from self._texts(
                    self._endpoint.lines("/chat/completions", body, is_cancelled=is_cancelled)
                )
                return
            except Refused as refused:
                if not self._learns_from(refused, body):
                    raise self._unavailable(refused) from None

    def _body(
        self, messages: Sequence[Message], max_tokens: int, form: type[BaseModel] | None
    ) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self.name,
            "messages": [{"role": m.role, "content": m.text} for m in messages],
            "stream": True,
            self._limit_name: max_tokens,
        }
        if self._temperature is not None:
            body["temperature"] = self._temperature
        if form is not None and self._json_by == _SCHEMA:
            described = {"name": form.__name__, "strict": True, "schema": schema_of(form)}
            body["response_format"] = {"type": "json_schema", "json_schema": described}
        elif form is not None and self._json_by == _OBJECT:
            body["response_format"] = {"type": "json_object"}
        return body

    def _learns_from(self, refused: Refused, body: Mapping[str, Any]) -> bool:
        """Whether asking differently may help."""
        said = refused.said.lower()
        if refused.status not in (400, 422):
            return False
        if "max_completion_tokens" in said and "max_tokens" in body:
            self._limit_name = "max_completion_tokens"
        elif "temperature" in said and "temperature" in body:
            self._temperature = None
        elif "response_format" in body and any(
            word in said for word in ("response_format", "json", "schema", "grammar")
        ):
            self._json_by += 1
        else:
            return False
        return True

    def _texts(self, lines: Iterator[bytes]) -> Iterator[str]:
        seen: list[bytes] = []

        def kept() -> Iterator[bytes]:
            for line in lines:
                if not line.startswith((b"data:", b":", b"event:", b"id:", b"retry:")) and line:
                    seen.append(line)
                yield line

        for event in sse_events(kept()):
            if event.strip() == "[DONE]":
                return
            if piece := self._text_in(event, "delta"):
                yield piece
        if not seen:
            raise self._endpoint.unusable("its answer broke off before its end: try again later")
        # A server that does not stream answers with one object.
        yield self._text_in(b"\n".join(seen).decode(errors="replace"), "message")

    def _text_in(self, event: str, where: str) -> str:
        try:
            said = cast("Mapping[str, Any]", json.loads(event))
            if error := said.get("error"):
                raise self._endpoint.unusable(f"with an error: {_words_of(error)}")
            choices = said["choices"] if where == "message" else said.get("choices") or [{}]
            return str((choices[0].get(where) or {}).get("content") or "")
        except (ValueError, AttributeError, KeyError, IndexError, TypeError):
            raise self._endpoint.unusable(
                f"not as OpenAI's API does: {event[:100]}. Let the address in MEDIATHEQUE_LLM end in /v1"
            ) from None

    def _unavailable(self, refused: Refused) -> Unavailable:
        mend: Callable[[], str] = {
            401: lambda: "check MEDIATHEQUE_LLM_KEY",
            403: lambda: "check MEDIATHEQUE_LLM_KEY",
            404: lambda: (
                f"is there a model '{self.name}', and does the address in MEDIATHEQUE_LLM end in /v1?"
            ),
        }.get(
            refused.status,
            lambda: "check MEDIATHEQUE_LLM, and that its context=… is not more than the model holds",
        )
        return Unavailable(f"The language model refused ({refused}): {mend()}")


def _words_of(error: Any) -> str:
    if isinstance(error, Mapping):
        return str(cast("Mapping[str, Any]", error).get("message", "nothing said"))
    return str(error)

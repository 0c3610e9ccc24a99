"""A Spark session that is quiet, writes only where it is told, and leaves nothing running behind."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import warnings
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from mediatheque.kit.errors import Conflict, Unavailable
from mediatheque.training.engines._java import Java

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

#: Java's memory for a session on this machine: a floor, and so much for each entry of the matrix.
LEAST_BYTES, BYTES_PER_ENTRY = 1 << 30, 700
#: Up to so many entries, compiling thoroughly takes Java longer than it saves.
FEW_ENTRIES = 200_000
#: Of this machine's memory no more than this.
MOST_SHARE = 0.6
_END_S = 20


@contextmanager
def quiet_about_pandas() -> Generator[None]:
    """While it starts, PySpark warns of a pandas newer than it knows, which we never use with it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        yield


def is_local(master: str) -> bool:
    """Whether everything runs on this machine and can read its files."""
    return master.startswith("local")


@contextmanager
def session(master: str, java: Java, scratch: Path, entries: int) -> Generator[SparkSession]:
    """A session for a matrix of so many entries; `scratch` takes what Spark writes, and its log.

    Raises Unavailable where it does not start, Conflict beside another session.
    """
    with quiet_about_pandas():
        from pyspark import SparkConf, SparkContext
        from pyspark.sql import SparkSession

    if SparkContext._active_spark_context is not None:  # pyright: ignore[reportPrivateUsage]
        raise Conflict("This process already has a Spark session; a process can have one")
    java_home = java.home_for_spark(scratch)
    conf = SparkConf(loadDefaults=False).setAll(list(_settings(master, scratch, entries).items()))
    log = scratch / "spark.log"
    gateway: Any = None
    try:
        with quiet_about_pandas(), _failures(log):
            gateway = _launched(conf, java_home, log)
            context = SparkContext(gateway=gateway, conf=conf)
            spark = SparkSession(context)
        try:
            yield spark
        finally:
            # A session that broke may fail to stop as well; its process ends below all the same.
            with contextlib.suppress(Exception):
                spark.stop()
    finally:
        if gateway is not None:
            _end(gateway)


def _settings(master: str, scratch: Path, entries: int) -> Mapping[str, str]:
    """What we decide; everything else is for `spark-defaults.conf`."""
    settings = {
        "spark.app.name": "mediatheque train",
        "spark.master": master,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "WARN",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": (scratch / "warehouse").as_uri(),
        "spark.driver.extraJavaOptions": f"-Djava.io.tmpdir={scratch} -Xss4m",
    }
    if is_local(master):
        if entries <= FEW_ENTRIES:
            settings["spark.driver.extraJavaOptions"] += " -XX:TieredStopAtLevel=1"
        settings |= {
            "spark.local.dir": str(scratch),
            # A machine's name may lead anywhere; nobody else needs to reach this session.
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.memory": f"{_heap_bytes(entries) >> 20}m",
        }
    return settings


def _heap_bytes(entries: int) -> int:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(min(LEAST_BYTES + BYTES_PER_ENTRY * entries, int(total * MOST_SHARE)), LEAST_BYTES)


def _launched(conf: Any, java_home: Path, log: Path) -> Any:
    """Java, running Spark; what it prints goes into the log."""
    from pyspark.java_gateway import launch_gateway

    before = os.environ.get("JAVA_HOME")
    os.environ["JAVA_HOME"] = str(java_home)
    try:
        with log.open("wb") as stream:
            return launch_gateway(conf, {"stdout": stream, "stderr": subprocess.STDOUT})
    finally:
        if before is None:
            del os.environ["JAVA_HOME"]
        else:
            os.environ["JAVA_HOME"] = before


def _end(gateway: Any) -> None:
    """End Java, and forget it, so that another session may begin."""
    from pyspark import SparkContext

    with contextlib.suppress(Exception):
        gateway.shutdown()
    java = cast("subprocess.Popen[bytes]", gateway.proc)
    if java.stdin is not None:
        java.stdin.close()  # it ends when this pipe does
    try:
        java.wait(_END_S)
    except subprocess.TimeoutExpired:
        java.kill()
        java.wait()
    forgotten = cast(Any, SparkContext)
    forgotten._gateway = forgotten._jvm = None


@contextmanager
def _failures(log: Path) -> Generator[None]:
    """Whatever goes wrong while Spark starts, with what it complained about last."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (Py4JError, PySparkException, OSError) as error:
        said = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
        complaints = [line for line in said if re.search(r"ERROR|Error\b|Exception\b", line)] or said
        raise Unavailable(f"Spark did not start: {'; '.join(complaints[-2:]) or error}") from error

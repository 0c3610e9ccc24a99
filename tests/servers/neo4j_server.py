"""A real Neo4j Community for tests, from its published Maven artifacts; it ends with whoever started it: FOLDER PORT."""

from __future__ import annotations

import contextlib
import fcntl
import re
import shutil
import subprocess
import sys
from collections.abc import Generator
from functools import cache
from pathlib import Path

import platformdirs

from servers.bolt import BoltServer, end_with_parent, free_port, running

#: The newest of the version with long support; it runs on Java 17 and 21.
VERSION = "5.26.30"
USER, PASSWORD = "neo4j", "a password+of/tests"
_FIRST_PASSWORD = "neo4j"
_DOWNLOADED_WITHIN_S = 900
#: The published artifact of the whole community edition: with neo4j-server among what it depends on.
_POM = f"""
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>mediatheque</groupId><artifactId>bolt-for-tests</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.neo4j</groupId><artifactId>neo4j</artifactId><version>{VERSION}</version></dependency>
    <dependency><groupId>org.neo4j.app</groupId><artifactId>neo4j-server</artifactId><version>{VERSION}</version></dependency>
  </dependencies>
</project>
"""
_ENTRY = "org.neo4j.server.CommunityEntryPoint"
#: Little memory and quick to start; or what a million edges want, and quick once it has run for a while.
_SMALL, _ROOMY = ["-Xms64m", "-Xmx512m", "-XX:TieredStopAtLevel=1"], ["-Xms512m", "-Xmx1g"]
#: And what Neo4j opens of Java's own for its off-heap buffers.
_JAVA = [
    "-XX:+UseSerialGC",
    "-Djava.awt.headless=true",
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
]


def _config(port: int, pagecache: str) -> str:
    return f"""
server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:{port}
server.bolt.advertised_address=127.0.0.1:{port}
server.http.enabled=false
server.https.enabled=false
server.memory.pagecache.size={pagecache}
db.tx_log.preallocate=false
db.tx_log.rotation.size=1m
dbms.usage_report.enabled=false
"""


@cache
def install() -> str:
    """Why there can be no Neo4j here, "" when there can: its artifacts are fetched where they are missing, once a machine."""
    maven, java = shutil.which("mvn"), shutil.which("java")
    if maven is None or java is None:
        return "a Neo4j for tests needs Maven and a Java of 17 or newer"
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', said)
    if version is None or int(version[1]) < 17:
        return f"a Neo4j for tests needs a Java of 17 or newer, not this: {said.strip()}"
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    # Processes of one run of tests ask at once, and Maven does not like company.
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return "" if _jars() else _download(maven, folder)


def _download(maven: str, folder: Path) -> str:
    (folder / "pom.xml").write_text(_POM)
    listing = folder / "classpath.new"
    program = [maven, "-q", "-B", "dependency:build-classpath", f"-Dmdep.outputFile={listing}"]
    try:
        done = subprocess.run(
            program, cwd=folder, capture_output=True, text=True, check=False, timeout=_DOWNLOADED_WITHIN_S
        )
    except subprocess.TimeoutExpired:
        return "Maven took too long to fetch Neo4j"
    if done.returncode:
        return f"Maven could not fetch Neo4j: {(done.stdout + done.stderr).strip()[-500:]}"
    listing.replace(_classpath())
    return ""


def _folder() -> Path:
    return Path(platformdirs.user_cache_dir("mediatheque-tests")) / f"neo4j-{VERSION}"


def _classpath() -> Path:
    return _folder() / "classpath"


def _jars() -> str:
    """The class path, "" when it is not known or has been swept."""
    with contextlib.suppress(FileNotFoundError):
        jars = _classpath().read_text().strip()
        if all(Path(jar).exists() for jar in jars.split(":")):
            return jars
    return ""


@contextlib.contextmanager
def serving(folder: Path, *, is_roomy: bool = False) -> Generator[BoltServer]:
    """A server with its files below `folder`; `install` has said that there can be one. `is_roomy`: for measuring."""
    (folder / "conf").mkdir(parents=True)
    port = free_port()
    (folder / "conf" / "neo4j.conf").write_text(_config(port, "512m" if is_roomy else "32m"))
    program = [sys.executable, "-m", "servers.neo4j_server", str(folder), *(["roomy"] if is_roomy else [])]
    with running(BoltServer(program, folder, port, USER, PASSWORD, "neo4j", _set_password)) as server:
        yield server


def _set_password(server: BoltServer) -> None:
    """A new server wants the password that it came with to be changed, and then nothing else of who has it."""
    from neo4j import GraphDatabase
    from neo4j.exceptions import AuthError

    with (
        contextlib.suppress(AuthError),  # it was changed before the server was killed
        GraphDatabase.driver(server.address, auth=(USER, _FIRST_PASSWORD)) as driver,
        driver.session(database="system") as session,
    ):
        session.run(
            "ALTER CURRENT USER SET PASSWORD FROM $first TO $wanted", first=_FIRST_PASSWORD, wanted=PASSWORD
        ).consume()


def main(folder: str, size: str = "") -> None:
    java = shutil.which("java")
    assert java is not None
    arguments = [f"--home-dir={folder}", f"--config-dir={folder}/conf"]
    subprocess.Popen(
        [java, "-cp", _jars(), *(_ROOMY if size else _SMALL), *_JAVA, _ENTRY, *arguments],
        stdin=subprocess.DEVNULL,
    )
    end_with_parent()


if __name__ == "__main__":
    main(*sys.argv[1:])

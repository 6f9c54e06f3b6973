"""A fork server: runs the program as a process of its own, many times a second.

One process imports all that commands import. For each command that it is asked for it forks: the child gets the descriptors, the
environment and the directory of whoever asks, runs `promisectl.__main__.main()` and ends like a real process. What an interpreter
makes up its mind about before it imports anything (an encoding other than UTF-8, PYTHON… variables) can't be had by forking; then
the child becomes a real interpreter. What is imported is always what the server has imported, whatever PYTHONPATH says.

    with Server() as server:
        print(server.run(["owe"], env={"HOME": "/tmp/home"}).stdout)
        run = server.start(["list"], stdout=descriptor)
        os.kill(run.pid, signal.SIGKILL)
        run.wait()  # -9, as subprocess says it

When whoever asks goes away, the command is killed; when the owner of the server goes away, so is the server.
"""

import atexit
import gc
import io
import locale
import marshal
import os
import pkgutil
import re
import resource
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import IO, Any, NamedTuple, NoReturn, Self

ROOT = Path(__file__).resolve().parents[2]
_LENGTH = struct.Struct("=Q")
_NUMBER = struct.Struct("=i")
_MOST = 250  # descriptors in one message
_GENERATORS = (
    "promisectl.generate",
    "promisectl.storage.tables",
    "promisectl.storage.statements",
)  # never imported at run time
_ELSEWHERE = {"sqlmodel", "sqlalchemy", "icalendar", "tzlocal", "ctypes", "winreg", "msvcrt"}
_LATE = (
    "typer._adapters",
    "typer._click.decorators",
    "tests.guarantees.harness.mutants",
)  # what others import late
_HARMLESS = {b"PYTHONIOENCODING", b"PYTHONPATH", b"PYTHONDONTWRITEBYTECODE"}

Descriptor = int | IO[Any] | None

# The side of those who ask


class Done(NamedTuple):
    """All that a command leaves: what it wrote, and its exit code (`-9` when it was killed)."""

    stdout: str
    stderr: str
    code: int


class Run:
    """One command under way. `pid` is that of its process."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.pid = self._number()
        self.code: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once it has ended; minus the number of the signal that killed it. Raises TimeoutError."""
        if self.code is None:
            self._connection.settimeout(timeout)
            self.code = os.waitstatus_to_exitcode(self._number())
            self._connection.close()
        return self.code

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        with suppress(TimeoutError, BlockingIOError):
            return self.wait(0)
        return None

    def send(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL it."""
        self.send(signal.SIGKILL)

    def _number(self) -> int:
        number = self._connection.recv(_NUMBER.size)
        if len(number) < _NUMBER.size:
            raise ConnectionError(
                "The fork server has gone, or could not fork; what it said stands on stderr."
            )
        return int(_NUMBER.unpack(number)[0])


class Server:
    """A fork server. Close it, or use it as a context manager; it may be shared by threads and by processes forked later.

    `before` are words that start it, such as strace with its options.
    """

    def __init__(self, before: Sequence[str] = ()) -> None:
        self._place = Path(tempfile.mkdtemp(prefix="promisectl-fork-server-"))
        self.address = str(self._place / "socket")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self.address)
            listener.listen(1_024)
            self._process = subprocess.Popen(
                [
                    *before,
                    sys.executable,
                    "-m",
                    "tests.tools.fork_server",
                    str(listener.fileno()),
                    str(self._place),
                ],
                cwd=ROOT,
                env={
                    name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ
                }
                | {"LC_ALL": "C.UTF-8"},
                stdin=subprocess.PIPE,  # at its end the server ends
                stdout=subprocess.DEVNULL,
                pass_fds=[listener.fileno()],
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Kill what still runs, and end."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait()

    def start(
        self,
        words: Sequence[str | bytes],
        *,
        env: Mapping[str, str] | None = None,
        cwd: str | Path = ".",
        stdin: Descriptor = 0,
        stdout: Descriptor = 1,
        stderr: Descriptor = 2,
        umask: int = 0o022,
        limits: Mapping[int, tuple[int, int]] | None = None,
        mutant: str | None = None,
    ) -> Run:
        """Start a command. A stream that is None is closed. `limits` are resource limits; `mutant` see `be`."""
        where = os.open(cwd, os.O_PATH | os.O_DIRECTORY)
        try:
            given = {
                number: stream
                for number, stream in enumerate((stdin, stdout, stderr))
                if stream is not None
            }
            descriptors = [
                stream if isinstance(stream, int) else stream.fileno() for stream in given.values()
            ]
            request = (
                [os.fsencode(word) for word in words],
                {
                    os.fsencode(name): os.fsencode(value)
                    for name, value in (os.environ if env is None else env).items()
                },
                umask,
                [*given],
                (mutant, dict(limits or {})),
            )
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(self.address)
            _send(connection, marshal.dumps(request), [*descriptors, where])
        finally:
            os.close(where)
        return Run(connection)

    def run(
        self,
        words: Sequence[str | bytes],
        *,
        given: str | bytes = b"",
        timeout: float | None = 60,
        env: Mapping[str, str] | None = None,
        cwd: str | Path = ".",
        umask: int = 0o022,
        limits: Mapping[int, tuple[int, int]] | None = None,
        mutant: str | None = None,
    ) -> Done:
        """Run a command to its end, with what is `given` on stdin. Raises TimeoutError; then it has been killed."""
        streams = [
            os.fdopen(os.memfd_create(name), "w+b") for name in ("stdin", "stdout", "stderr")
        ]
        try:
            streams[0].write(given.encode() if isinstance(given, str) else given)
            streams[0].seek(0)
            names = dict(zip(("stdin", "stdout", "stderr"), streams, strict=True))
            run = self.start(
                words, env=env, cwd=cwd, umask=umask, limits=limits, mutant=mutant, **names
            )  # type: ignore[arg-type]
            try:
                code = run.wait(timeout)
            except TimeoutError:
                run.kill()
                raise
            said = []
            for stream in streams[1:]:
                stream.seek(0)
                said.append(stream.read().decode(errors="surrogateescape"))
            return Done(*said, code)
        finally:
            for stream in streams:
                stream.close()

    def client(self, directory: Path) -> Path:
        """Write a program `promisectl` into a directory, for shells: it hands all that it has over to this server."""
        program = directory / "promisectl"
        program.write_text(
            f"#!{os.path.realpath(sys.executable)} -IS\n{_CLIENT.replace('ADDRESS', repr(self.address))}"
        )
        program.chmod(0o755)
        return program


def shared() -> Server:
    """The one server of this process, started when it is first asked for."""
    if not _shared:
        _shared.append(Server())
        atexit.register(_shared[0].close)
    return _shared[0]


_shared: list[Server] = []


def _send(connection: socket.socket, request: bytes, descriptors: Sequence[int]) -> None:
    message = _LENGTH.pack(len(request)) + request
    sent = socket.send_fds(connection, [message], descriptors)
    if sent < len(message):  # else the command may have ended by now, and the server have hung up
        connection.sendall(message[sent:])


# What starts fastest: no site, no module that is not in the interpreter. Descriptors that it inherited are handed over by their numbers,
# so that `<(…)` and `3>file` work; a signal is passed on; it ends as the command ends.
_CLIENT = """
import marshal, posix, sys
import _signal, _socket

numbers = []
for name in posix.listdir("/proc/self/fd"):
    try:
        if posix.get_inheritable(int(name)):
            numbers.append(int(name))
    except OSError:
        pass
umask = posix.umask(0)
posix.umask(umask)
encoding = sys.getfilesystemencoding()
words = [word.encode(encoding, "surrogateescape") for word in sys.argv[1:]]
request = marshal.dumps((words, dict(posix.environ), umask, numbers, (None, {})))
message = len(request).to_bytes(8, sys.byteorder) + request
where = posix.open(".", posix.O_PATH | posix.O_DIRECTORY)
descriptors = b"".join(number.to_bytes(4, sys.byteorder) for number in (*numbers, where))
connection = _socket.socket(_socket.AF_UNIX)
connection.connect(ADDRESS)
sent = connection.sendmsg([message], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, descriptors)])
if sent < len(message):
    connection.sendall(message[sent:])
pid = int.from_bytes(connection.recv(4), sys.byteorder)
for number in (1, 2, 3, 10, 12, 15):
    if pid and _signal.getsignal(number) != _signal.SIG_IGN:
        _signal.signal(number, lambda number, _: posix.kill(pid, number))
status = connection.recv(4)
if not status:
    posix.write(2, b"The fork server has gone.\\n")
    posix._exit(255)
code = posix.waitstatus_to_exitcode(int.from_bytes(status, sys.byteorder))
if code < 0:
    if -code != 9:
        _signal.signal(-code, _signal.SIG_DFL)
    posix.kill(posix.getpid(), -code)
posix._exit(code)
"""

# The server


def _serve(listener: socket.socket, place: str) -> None:
    """Fork a child for every connection, say its pid and its status, until the owner closes our stdin."""
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        end.setblocking(False)
    signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    poll = select.poll()
    for descriptor in (0, ours.fileno(), listener.fileno()):
        poll.register(descriptor, select.POLLIN)
    running: dict[int, socket.socket] = {}  # by pid
    asking: dict[int, int] = {}  # pids by the descriptor of who asked
    try:
        while True:
            for descriptor, event in poll.poll():
                if descriptor == 0:
                    return
                if descriptor == ours.fileno():
                    ours.recv(4_096)
                    _reap(running, asking, poll)
                elif descriptor == listener.fileno():
                    connection = listener.accept()[0]
                    pid = _forked(connection)
                    running[pid] = connection
                    asking[connection.fileno()] = pid
                    poll.register(connection, select.POLLRDHUP)
                elif event and descriptor in asking:
                    poll.unregister(descriptor)
                    os.kill(asking[descriptor], signal.SIGKILL)
    finally:
        for pid in running:
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(place, ignore_errors=True)


def _reap(running: dict[int, socket.socket], asking: dict[int, int], poll: select.poll) -> None:
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        with running.pop(pid) as connection:
            del asking[connection.fileno()]
            with suppress(KeyError):
                poll.unregister(connection)
            with suppress(OSError):
                connection.send(_NUMBER.pack(status))


def _forked(connection: socket.socket) -> int:
    pid = os.fork()
    if not pid:
        try:
            _become(connection)
        except BaseException:  # noqa: BLE001 (there is nobody above to hear of it)
            traceback.print_exc(file=sys.__stderr__)
            os._exit(254)
    with suppress(OSError):
        connection.send(_NUMBER.pack(pid))
    return pid


# The child


def _become(connection: socket.socket) -> NoReturn:
    """Read what is asked for, put everything into its place, and be the program."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    words, environ, umask, numbers, (mutant, limits) = _asked(
        connection, numbers_into=(handed := [])
    )
    os.fchdir(handed[-1])
    os.umask(umask)
    asker = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
    _place(dict(zip(numbers, handed, strict=False)))
    for name in (name for name in dir(resource) if name.startswith("RLIMIT_")):
        limit = getattr(resource, name)
        resource.setrlimit(limit, limits.get(limit) or resource.prlimit(asker, limit))
    os.environb.clear()
    os.environb.update(environ)
    sys.argv = ["promisectl", *map(os.fsdecode, words)]
    language = _language(environ)
    if language is None:
        _really(mutant)
    time.tzset()
    sys.stdin, sys.stdout, sys.stderr = sys.__stdin__, sys.__stdout__, sys.__stderr__ = _streams(
        *language
    )  # type: ignore[misc]
    _end(_run(mutant))


def _asked(connection: socket.socket, numbers_into: list[int]) -> Any:
    """The request; the descriptors that come with it go into a list."""
    data, descriptors, _, _ = socket.recv_fds(connection, 65_536, _MOST)
    numbers_into += descriptors
    if len(data) < _LENGTH.size:
        os._exit(255)
    length = _LENGTH.unpack_from(data)[0] + _LENGTH.size
    pieces = [data]
    got = len(data)
    while got < length:
        piece = connection.recv(min(length - got, 1 << 20))
        if not piece:
            os._exit(255)
        pieces.append(piece)
        got += len(piece)
    return marshal.loads(b"".join(pieces)[_LENGTH.size :])


def _place(given: dict[int, int]) -> None:
    """Give descriptors their numbers, and close all others."""
    above = max([*given, *given.values(), 2]) + 1
    spare = {number: above + place for place, number in enumerate(given)}
    for number, descriptor in given.items():
        os.dup2(descriptor, spare[number], inheritable=False)
    os.closerange(0, above)
    for number, descriptor in spare.items():
        os.dup2(descriptor, number)
    kept = sorted(given)
    for low, high in zip([-1, *kept], [*kept, 1 << 20], strict=True):
        if low + 1 < high:  # of an empty range Python closes all
            os.closerange(low + 1, high)


def _language(environ: Mapping[bytes, bytes]) -> tuple[str, str] | None:
    """The encoding of the streams and what is done about errors, as Python finds them; None where only a real interpreter can have them.

    Python makes UTF-8 of the C locale, and says so to its children unless LC_ALL does.
    """
    odd = {
        name for name in environ if name.startswith((b"PYTHON", b"LD_", b"TYPER_", b"_TYPER_"))
    } - _HARMLESS
    if odd or b"GITHUB_ACTIONS" in environ:
        return None
    try:
        name = locale.setlocale(locale.LC_CTYPE, "")
    except locale.Error:
        name = "C"
    if name in ("C", "POSIX"):
        if not environ.get(b"LC_ALL"):
            os.environ["LC_CTYPE"] = "C.UTF-8"
        name = locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    if locale.nl_langinfo(locale.CODESET) != "UTF-8":
        return None
    encoding, _, handler = (
        environ.get(b"PYTHONIOENCODING", b"").decode("ascii", "replace").partition(":")
    )
    default = "surrogateescape" if name in ("C.UTF-8", "C.utf8", "UTF-8") else "strict"
    try:
        "".encode(encoding or "utf-8", handler or "strict")
    except LookupError:
        return None
    return encoding or "utf-8", handler or ("strict" if encoding else default)


def _streams(encoding: str, handler: str) -> list[io.TextIOWrapper | None]:
    """The three streams, each as Python makes it from its descriptor."""
    made: list[io.TextIOWrapper | None] = []
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            made.append(None)
            continue
        binary = open(number, "wb" if number else "rb", closefd=False)  # noqa: SIM115 (it stays)
        binary.raw.name = f"<{name}>"  # type: ignore[attr-defined]
        errors = "backslashreplace" if name == "stderr" else handler
        stream = io.TextIOWrapper(
            binary,
            encoding,
            errors,
            newline="\n",
            line_buffering=name == "stderr" or binary.raw.isatty(),
        )
        stream.mode = "w" if number else "r"
        made.append(stream)
    return made


def _really(mutant: str | None) -> NoReturn:
    """Go on as an interpreter that starts from the beginning."""
    code = f"import sys; sys.path[:] = {sys.path!r}; from tests.tools import fork_server; fork_server.be({mutant!r})"
    os.execv(
        sys.executable,
        [sys.executable, "-c", code if mutant else _REALLY.format(sys.path), *sys.argv[1:]],
    )


_REALLY = "import sys; sys.path[:] = {!r}; from promisectl.__main__ import main; main()"


def be(mutant: str | None) -> None:
    """The program, or a mutant: the name of one, or `module:function` of what is to be called before."""
    from promisectl.__main__ import main

    if mutant:
        module, _, function = mutant.partition(":")
        (
            getattr(import_module(module), function)
            if function
            else import_module("tests.guarantees.harness.mutants").MUTANTS[mutant]
        )()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # as an interpreter has it
    main()


def _run(mutant: str | None) -> int:
    """Be the program, and say its exit code as Python does."""
    try:
        be(mutant)
    except SystemExit as done:
        if isinstance(done.code, int | None):
            return (done.code or 0) & 0xFF
        print(done.code, file=sys.stderr)
        return 1
    except BaseException as error:  # noqa: BLE001 (as the interpreter does)
        sys.excepthook(type(error), error, error.__traceback__)
        return -signal.SIGINT if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _end(code: int) -> NoReturn:
    """End as an interpreter ends: what waits for the end is called, what nobody holds is closed, what was written is flushed."""
    if "threading" in sys.modules:
        sys.modules["threading"]._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    gc.collect()
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except OSError as error:
            if stream is sys.stdout:
                with suppress(OSError):
                    print(
                        f"Exception ignored in: {stream!r}\n{type(error).__name__}: {error}",
                        file=sys.stderr,
                        flush=True,
                    )
            code = 120
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


def _import_all() -> None:
    """Import every module of the program, and what any of them imports anywhere: later that costs nothing."""
    import promisectl

    wanted = set()
    for module in pkgutil.walk_packages(promisectl.__path__, "promisectl."):
        if module.name.startswith(_GENERATORS):
            continue
        found = import_module(module.name)
        text = Path(str(found.__file__)).read_text(encoding="utf-8")
        for taken, names, whole in re.findall(
            r"^ *(?:from (\S+) import ([^#\n]+)|import ([^#\n]+))", text, re.MULTILINE
        ):
            wanted |= {name.split()[0] for name in whole.split(",") if name.strip()} | {taken} - {
                ""
            }
            wanted |= {
                f"{taken}.{name.split()[0]}"
                for name in names.strip("() ").split(",")
                if name.strip() and taken
            }
    for name in sorted(wanted | {*_LATE}):
        if name.partition(".")[0] not in _ELSEWHERE and not name.startswith(_GENERATORS):
            with suppress(ImportError):
                import_module(name)


def main(words: Sequence[str]) -> None:
    """Be the server that `Server` starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _import_all()
    gc.collect()
    gc.freeze()  # so that children share it
    _serve(socket.socket(fileno=int(words[0])), words[1])


if __name__ == "__main__":
    main(sys.argv[1:])

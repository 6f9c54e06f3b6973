"""The process of a hook: it gets lines, may take some seconds, and prints nothing on stdout."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from contextlib import contextmanager, suppress
from itertools import islice

from promisectl._typing import TYPE_CHECKING
from promisectl.system import trusted_programs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MAX_HOOK_SECONDS = 5
_SILENT_SECONDS = 1
_LAST_SECONDS = 0.5
"""How long a hook that is told to end may take for it."""
_LOOK_SECONDS = 0.05
_SHORT_LOOK_SECONDS = 0.005
_MAX_OUTPUT_BYTES = 8000
_MAX_OUTPUT_LINES = 100
"""With all escapes this is less than a pipe holds: nobody has to wait for who reads stderr."""
_READ_BYTES = 1 << 16
_PIECES_AT_ONCE = 100


def run_hook_process(
    path: str,
    environ: Mapping[str, str],
    pieces: Iterator[str],
    print_line: Callable[[str], None],
    on_wait: Callable[[], None],
) -> str:
    """Run a hook with `pieces` of text on stdin, and return what went wrong; empty for nothing.

    The lines of its stdout and stderr go to `print_line`. `on_wait` is called when it takes long.
    After MAX_HOOK_SECONDS, or Ctrl-C, it is stopped with all processes that it has started. What it
    leaves running when it ends by itself goes on, and can print nothing more. Raises what `pieces`
    raises.
    """
    with note_interrupts() as interrupts:
        try:
            # In a session of its own it gets no Ctrl-C, and can't wait for the terminal.
            process = subprocess.Popen(  # noqa: S603 (the user's own program)
                [path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=environ,
                start_new_session=True,
            )
        except OSError as error:
            return f"can't be started: {trusted_programs.describe_start_failure(error)}"
        talk = _HookTalk(process, pieces, print_line)
        try:
            trouble = _wait_for_end(process, talk, on_wait, interrupts)
        finally:
            if process.returncode is None:
                stop_process_group(process)
            talk.close()
    return trouble or _describe_exit_code(process.returncode)


@contextmanager
def note_interrupts() -> Iterator[list[int]]:
    """Give a list to which each Ctrl-C during the block is added, unless Ctrl-C is ignored."""
    noted: list[int] = []
    before = signal.getsignal(signal.SIGINT)
    if not callable(before):
        yield noted
        return
    signal.signal(signal.SIGINT, lambda number, _: noted.append(number))
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)


class _HookTalk:
    """Gives a hook its input as fast as it reads, and prints the first part of its output."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        pieces: Iterator[str],
        print_line: Callable[[str], None],
    ) -> None:
        self._pieces, self._print_line = pieces, print_line
        self._pending, self._line = b"", b""
        self._left_bytes, self._left_lines = _MAX_OUTPUT_BYTES, _MAX_OUTPUT_LINES
        self._is_cut = False
        self.is_output_open = True
        self._poll = select.poll()
        self._streams = [stream for stream in (process.stdin, process.stdout) if stream]
        self._input, self._output = (stream.fileno() for stream in self._streams)
        for descriptor, event in ((self._input, select.POLLOUT), (self._output, select.POLLIN)):
            os.set_blocking(descriptor, False)
            self._poll.register(descriptor, event)

    def exchange(self, seconds: float) -> None:
        """Wait at most so long, and write and read what is possible then."""
        for descriptor, _ in self._poll.poll(seconds * 1000):
            if descriptor == self._input:
                self.write_input()
            else:
                self.read_output()

    def write_input(self) -> None:
        """Write what the hook takes, and close its stdin after the last piece."""
        self._pending = self._pending or "".join(islice(self._pieces, _PIECES_AT_ONCE)).encode()
        try:
            written = os.write(self._input, self._pending) if self._pending else 0
        except BlockingIOError:
            return
        except OSError:  # the hook has closed its stdin: it needs no more
            written = 0
        self._pending = self._pending[written:]
        if not written:
            self._poll.unregister(self._input)
            self._streams[0].close()

    def read_output(self) -> None:
        """Read what the hook has written, and print the lines that are complete."""
        data = os.read(self._output, _READ_BYTES)
        if not data:
            self.is_output_open = False
            self._poll.unregister(self._output)
        kept = data[: self._left_bytes]
        self._left_bytes -= len(kept)
        self._is_cut = self._is_cut or len(kept) < len(data)
        *lines, self._line = (self._line + kept).split(b"\n")
        for line in lines:
            self._print_output(line)

    def _print_output(self, line: bytes) -> None:
        self._left_lines -= 1
        if self._left_lines < 0:
            self._is_cut = True
        else:
            self._print_line(line.decode(errors="replace").rstrip())

    def close(self) -> None:
        """Print what the hook has left in the pipe, and close both ends."""
        with suppress(OSError):
            self.exchange(0)
        if self._line:
            self._print_output(self._line)
        if self._is_cut:
            self._print_line("(the rest of the output is left out)")
        for stream in self._streams:
            with suppress(OSError):
                stream.close()


def _wait_for_end(
    process: subprocess.Popen[bytes],
    talk: _HookTalk,
    on_wait: Callable[[], None],
    interrupts: list[int],
) -> str:
    """Talk with a hook until it ends, or return why it has to be stopped.

    The clock is not that of the command, which can be set and can jump.
    """
    begin = time.monotonic()
    is_told = False
    while process.poll() is None:
        seconds = time.monotonic() - begin
        if interrupts:
            return "was stopped with Ctrl-C"
        if seconds >= MAX_HOOK_SECONDS:
            return f"did not end within {MAX_HOOK_SECONDS} s and was stopped"
        if seconds >= _SILENT_SECONDS and not is_told:
            is_told = True
            on_wait()
        talk.exchange(_LOOK_SECONDS if talk.is_output_open else _SHORT_LOOK_SECONDS)
    return ""


def stop_process_group(process: subprocess.Popen[bytes]) -> None:
    """End a hook and all that it has started, first by asking."""
    for number in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        with suppress(OSError):
            os.kill(-process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_LAST_SECONDS)


def _describe_exit_code(code: int) -> str:
    if code < 0:
        return f"was ended by signal {-code}"
    return f"failed with exit code {code}" if code else ""

"""Heavy work in a process of its own: killable, limited, unable to take us down.

The child reads its task from standard input, writes its result to standard output and
may tell its progress on standard error, one JSON object a line.
"""

import asyncio
import contextlib
import json
import os
import resource
import signal
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Literal

MEBIBYTE = 1024 * 1024
OUTPUT_LIMIT = 64 * MEBIBYTE
LINE_LIMIT = 64 * 1024
TAIL = 2_000

Ending = Literal["done", "failed", "killed", "timed_out", "too_much_output"]


class _Pipes(asyncio.subprocess.SubprocessStreamProtocol):
    """The ends of a child's pipes; `closed` is set when it is over and they all are."""

    def __init__(self, limit: int, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(limit=limit, loop=loop)
        self.exited = asyncio.Event()
        self.closed = asyncio.Event()
        self._open = {0, 1, 2}

    def process_exited(self) -> None:
        super().process_exited()
        self.exited.set()
        self._look()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        super().pipe_connection_lost(fd, exc)
        self._open.discard(fd)
        self._look()

    def _look(self) -> None:
        if self.exited.is_set() and not self._open:
            self.closed.set()


class _Child(asyncio.subprocess.Process):
    """A process whose end can be waited for to the last pipe."""

    def __init__(
        self,
        transport: asyncio.SubprocessTransport,
        pipes: _Pipes,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        super().__init__(transport, pipes, loop)
        self._ends, self._pipes = transport, pipes

    async def end(self) -> None:
        """Kill it unless it is over, with all it started; wait; close its pipes."""
        if not self._pipes.closed.is_set():
            _signal(self)
        await self._pipes.exited.wait()  # `wait` would wait for pipes nobody reads
        typing = self._ends.get_pipe_transport(0)
        if (
            isinstance(typing, asyncio.WriteTransport)
            and typing.get_write_buffer_size()
        ):
            typing.abort()  # closing would wait for what nobody will read
        self._ends.close()
        await self._pipes.closed.wait()


_alive: set[asyncio.Future[_Child]] = set()


@dataclass(frozen=True)
class Outcome:
    """How the child ended. `output` is whole only when `ending` is "done"."""

    ending: Ending
    output: bytes
    exit_code: int | None
    last_words: str  # the end of standard error that was no progress line

    @property
    def ok(self) -> bool:
        return self.ending == "done"

    def json(self) -> Any:
        """The output as JSON; None when there is none to be trusted."""
        if not self.ok:
            return None
        try:
            return json.loads(self.output)
        except ValueError:
            return None


async def run_child(
    argv: Sequence[str],
    stdin: bytes,
    *,
    seconds: float,
    memory_bytes: int = 2 * 1024 * MEBIBYTE,
    on_progress: Callable[[dict[str, Any]], None] | None = None,
    niceness: int = 10,
) -> Outcome:
    """Run one child to its end, or to the deadline; never raises for what it does.

    Cancelling the caller, however often, kills the child and waits for its end. Raises
    `FileNotFoundError` only when the program itself does not exist.
    """
    starting = asyncio.ensure_future(_started(argv))
    _alive.add(starting)
    try:
        child = await asyncio.shield(starting)
        _limit(child.pid, memory_bytes, niceness)
        return await _lived(child, stdin, seconds, on_progress)
    finally:
        try:
            await _whatever_comes(_ended(starting))
        finally:
            _alive.discard(starting)


async def end_all() -> None:
    """End whatever child still runs, and wait for it: for the end of the server."""
    await asyncio.gather(*[_ended(starting) for starting in _alive])


async def _started(argv: Sequence[str]) -> _Child:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.subprocess_exec(
        lambda: _Pipes(LINE_LIMIT, loop),
        *argv,
        # A group, so that the child's own children go with it; no session of its own,
        # which Linux would give as much of the processors as the server and its tills
        # have together (autogroup), however nice it is.
        process_group=0,
    )
    return _Child(transport, protocol, loop)


async def _lived(
    child: _Child,
    stdin: bytes,
    seconds: float,
    on_progress: Callable[[dict[str, Any]], None] | None,
) -> Outcome:
    words: list[str] = []
    try:
        async with asyncio.timeout(seconds):
            _sent, output, _heard, _exit = await asyncio.gather(
                _send(child, stdin),
                _receive(child),
                _listen(child, on_progress, words),
                child.wait(),
            )
    except TimeoutError:
        return Outcome("timed_out", b"", None, _tail(words))
    if output is None:
        return Outcome("too_much_output", b"", child.returncode, _tail(words))
    code = child.returncode
    ending: Ending = "done" if code == 0 else "killed" if (code or 0) < 0 else "failed"
    return Outcome(ending, output, code, _tail(words))


def _limit(pid: int, memory_bytes: int, niceness: int) -> None:
    """Set from outside: code between fork and exec could deadlock beside threads."""
    with contextlib.suppress(ProcessLookupError):  # ended already
        resource.prlimit(pid, resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
        os.setpriority(os.PRIO_PROCESS, pid, niceness)


async def _send(child: asyncio.subprocess.Process, data: bytes) -> None:
    if child.stdin is None:
        return
    # A child that dies early closes the pipe; how it ended says the rest.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        child.stdin.write(data)
        await child.stdin.drain()
    child.stdin.close()


async def _receive(child: asyncio.subprocess.Process) -> bytes | None:
    """All of standard output; None (and the child's end) when it is absurdly long."""
    parts: list[bytes] = []
    size = 0
    while child.stdout and (part := await child.stdout.read(LINE_LIMIT)):
        size += len(part)
        if size > OUTPUT_LIMIT:
            _signal(child)
            return None
        parts.append(part)
    return b"".join(parts)


async def _listen(
    child: asyncio.subprocess.Process,
    on_progress: Callable[[dict[str, Any]], None] | None,
    words: list[str],
) -> None:
    while child.stderr:
        try:
            line = await child.stderr.readline()
        except ValueError:  # a line longer than the limit: drop it
            continue
        if not line:
            return
        told = _progress(line)
        if told is None:
            words.append(line.decode("utf-8", "replace"))
            del words[:-50]
        elif on_progress:
            on_progress(told)


def _progress(line: bytes) -> dict[str, Any] | None:
    if not line.startswith(b"{"):
        return None
    try:
        told = json.loads(line)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


async def _ended(starting: asyncio.Future[_Child]) -> None:
    try:
        child = await asyncio.shield(starting)
    except OSError:  # there is no such program, as the caller is told
        return
    await child.end()


async def _whatever_comes(work: Coroutine[Any, Any, None]) -> None:
    """Do it to its end even when cancelled, and cancelled again: a loop that closed
    before its child's end would leave the child without anybody to collect it."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as again:
            cancelled = again
    task.result()
    if cancelled:
        raise cancelled


def _signal(child: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def _tail(words: list[str]) -> str:
    return "".join(words)[-TAIL:]

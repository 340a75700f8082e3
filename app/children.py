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
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

MEBIBYTE = 1024 * 1024
OUTPUT_LIMIT = 64 * MEBIBYTE
LINE_LIMIT = 64 * 1024
TAIL = 2_000

Ending = Literal["done", "failed", "killed", "timed_out", "too_much_output"]


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

    Cancelling the caller kills the child. Raises `FileNotFoundError` only when the
    program itself does not exist.
    """
    child = await asyncio.create_subprocess_exec(
        *argv,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=LINE_LIMIT,
        start_new_session=True,  # so that the child's own children go with it
    )
    _limit(child.pid, memory_bytes, niceness)
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
    finally:
        await _kill(child)
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


async def _kill(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        _signal(child)
        await asyncio.shield(child.wait())


def _signal(child: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def _tail(words: list[str]) -> str:
    return "".join(words)[-TAIL:]

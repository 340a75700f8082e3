"""Travel by road from an OSRM server, asked in chunks, with what fails filled in.

`table` services limit how many places one question may name, so the matrix is asked
block by block; a block that fails, and a pair without a road, falls back to straight
line x detour, and the notes say how many. `osrm_legs` asks for chosen pairs only, for
who keeps what was answered before.
"""

import json
import math
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlsplit

from routing.distances import mode_metres, mode_seconds
from routing.faults import InvalidInput
from routing.problem import Matrix, Mode

Point = tuple[float, float]
Pair = tuple[int, int]
Rows = list[list[int]]
Block = tuple[Sequence[int], Sequence[int]]

MOST_BYTES = 16 * 1024 * 1024
LONGEST = 1_000_000  # seconds or metres of one way that are still believed
GIVEN_UP = 3  # answers missing one after the other: nobody is there


@dataclass(frozen=True)
class Legs:
    """What a server said of chosen pairs: seconds, and metres where it tells them.

    `roadless` pairs were answered and have no way between them. `trouble` says how the
    last missing answer got lost: unreachable | slow | error | nonsense.
    """

    known: Mapping[Pair, tuple[int, int | None]]
    roadless: frozenset[Pair]
    unanswered: int = 0
    trouble: str = ""


def osrm_matrix(
    url: str,
    points: Sequence[Point],
    crow: Sequence[Sequence[float]],
    mode: Mode,
    chunk: int = 100,
    timeout: float = 10.0,
) -> tuple[Matrix, tuple[str, ...]]:
    """The matrix between (lon, lat) points, and notes on what was filled in.

    Parameters
    ----------
    url
        Up to the profile: "http://127.0.0.1:5000/table/v1/bike".
    crow
        Straight-line metres between the points, for what the server cannot tell.

    Raises
    ------
    InvalidInput
        When the address is no http address.
    """
    _check_address(url)
    seconds = [[mode_seconds(mode, m, False) for m in row] for row in crow]
    metres = [[mode_metres(mode, m) for m in row] for row in crow]
    failed, roadless = 0, 0
    half = max(1, chunk // 2)
    starts = range(0, len(points), half)
    for a in starts:
        for b in starts:
            sources = list(range(a, min(a + half, len(points))))
            targets = list(range(b, min(b + half, len(points))))
            answer = _ask(url, points, (sources, targets), timeout)
            if isinstance(answer, str):
                failed += 1
                continue
            roadless += _fill(seconds, answer.seconds, sources, targets)
            _fill(metres, answer.metres, sources, targets)
    notes = []
    if failed:
        notes.append(f"{failed} of {len(starts) ** 2} OSRM answers missing")
    if roadless:
        notes.append(f"{roadless} pairs without a road")
    return Matrix(_frozen(seconds), _frozen(metres)), tuple(notes)


def osrm_legs(
    url: str,
    points: Sequence[Point],
    pairs: Iterable[Pair],
    *,
    chunk: int = 100,
    timeout: float = 5.0,
    seconds: float = 20.0,
) -> Legs:
    """Seconds and metres of these pairs (from, to: numbers of points), and no others.

    Nothing is guessed: what the server does not tell is missing from the answer. Comes
    back after `seconds` and at most one `timeout`, with what it has by then.

    Raises
    ------
    InvalidInput
        When the address is no http address.
    """
    _check_address(url)
    wanted = {pair for pair in pairs if pair[0] != pair[1]}
    known: dict[Pair, tuple[int, int | None]] = {}
    roadless: set[Pair] = set()
    trouble, in_a_row = "", 0
    end = time.monotonic() + seconds
    for sources, targets in _blocks(wanted, chunk):
        left = end - time.monotonic()
        if left <= 0 or in_a_row == GIVEN_UP:
            trouble = trouble or "slow"
            break
        answer = _ask(url, points, (sources, targets), min(timeout, left))
        if isinstance(answer, str):
            trouble, in_a_row = answer, in_a_row + 1
            continue
        in_a_row = 0
        for a, ways, lengths in zip(
            sources, answer.seconds, answer.metres, strict=True
        ):
            for b, way, length in zip(targets, ways, lengths, strict=True):
                if (a, b) not in wanted:
                    continue
                if way is None:
                    roadless.add((a, b))
                else:
                    known[a, b] = (
                        round(way),
                        None if length is None else round(length),
                    )
    unanswered = len(wanted) - len(known) - len(roadless)
    return Legs(known, frozenset(roadless), unanswered, trouble if unanswered else "")


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise InvalidInput([f"osrm: {url!r} is no http address"])


def _blocks(pairs: Iterable[Pair], chunk: int) -> Iterator[Block]:
    """Rectangles of sources and targets that hold exactly these pairs, each naming at
    most `chunk` places: sources that lack the same targets, or the same together with
    themselves, are asked together."""
    lacking: dict[int, list[int]] = {}
    for a, b in sorted(pairs):
        lacking.setdefault(a, []).append(b)
    bare = {a: tuple(targets) for a, targets in lacking.items()}
    whole = {a: tuple(sorted({a, *targets})) for a, targets in lacking.items()}
    often = Counter([*bare.values(), *whole.values()])
    alike: dict[tuple[int, ...], list[int]] = {}
    for a in lacking:
        same = max(bare[a], whole[a], key=lambda targets: often[targets])
        alike.setdefault(same, []).append(a)
    half = max(1, chunk // 2)
    for same, sources in alike.items():
        targets = list(same)
        rows = min(len(sources), max(half, chunk - len(targets)))
        columns = max(1, chunk - rows)
        for a in range(0, len(sources), rows):
            for b in range(0, len(targets), columns):
                yield sources[a : a + rows], targets[b : b + columns]


@dataclass(frozen=True)
class _Table:
    """A block as answered, every entry a number that can be or None."""

    seconds: list[list[float | None]]
    metres: list[list[float | None]]


def _ask(
    url: str, points: Sequence[Point], block: Block, timeout: float
) -> _Table | str:
    """One block of the table, or how the answer got lost."""
    sources, targets = block
    parts = urlsplit(url)
    places = ";".join(
        f"{lon:.6f},{lat:.6f}" for lon, lat in (points[k] for k in (*sources, *targets))
    )
    first = ";".join(str(k) for k in range(len(sources)))
    second = ";".join(str(len(sources) + k) for k in range(len(targets)))
    question = (
        f"{parts.path.rstrip('/')}/{places}?sources={first}&destinations={second}"
        "&annotations=duration,distance"
    )
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection: HTTPConnection | None = None
    try:
        connection = kind(parts.netloc, timeout=timeout)
        connection.request("GET", question)
        response = connection.getresponse()
        if response.status != 200:
            return "error"
        return _table(json.loads(_body(response, timeout)), block) or "nonsense"
    except TimeoutError:
        return "slow"
    except OSError:
        return "unreachable"
    except (HTTPException, ValueError, RecursionError):
        return "nonsense"
    finally:
        if connection is not None:
            connection.close()


def _body(response: HTTPResponse, timeout: float) -> bytes:
    """All of an answer; one that comes drop by drop, or without end, is given up."""
    end, parts, size = time.monotonic() + timeout, [], 0
    while part := response.read1(65_536):
        parts.append(part)
        size += len(part)
        if size > MOST_BYTES:
            raise ValueError("an answer without end")
        if time.monotonic() > end:
            raise TimeoutError
    return b"".join(parts)


def _table(answer: object, block: Block) -> _Table | None:
    if not isinstance(answer, dict):
        return None
    shape = len(block[0]), len(block[1])
    seconds = _rows(answer.get("durations"), shape)
    if seconds is None:
        return None
    unknown: list[list[float | None]] = [[None] * shape[1] for _ in range(shape[0])]
    return _Table(seconds, _rows(answer.get("distances"), shape) or unknown)


def _rows(rows: object, shape: tuple[int, int]) -> list[list[float | None]] | None:
    """A table of that shape whose entries can be, else None."""
    if not isinstance(rows, list) or len(rows) != shape[0]:
        return None
    for row in rows:
        if not isinstance(row, list) or len(row) != shape[1]:
            return None
        if not all(value is None or _can_be(value) for value in row):
            return None
    return rows


def _can_be(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and 0 <= value <= LONGEST


def _fill(
    rows: Rows,
    block: list[list[float | None]],
    sources: Sequence[int],
    targets: Sequence[int],
) -> int:
    """Write a block over the fallback; how many pairs it does not know."""
    unknown = 0
    for source, values in zip(sources, block, strict=True):
        for target, value in zip(targets, values, strict=True):
            if value is None:
                unknown += 1
            elif source != target:
                rows[source][target] = round(value)
    return unknown


def _frozen(rows: Rows) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(row) for row in rows)

"""Travel by road from an OSRM server, asked in chunks, with what fails filled in.

`table` services limit how many places one question may name, so the matrix is asked
block by block; a block that fails, and a pair without a road, falls back to straight
line x detour, and the notes say how many.
"""

import json
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from routing.distances import mode_metres, mode_seconds
from routing.faults import InvalidInput
from routing.problem import Matrix, Mode

Point = tuple[float, float]
Rows = list[list[int]]


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
    if urlsplit(url).scheme not in ("http", "https"):
        raise InvalidInput([f"osrm: {url!r} is no http address"])
    seconds = [[mode_seconds(mode, m, False) for m in row] for row in crow]
    metres = [[mode_metres(mode, m) for m in row] for row in crow]
    failed, roadless = 0, 0
    half = max(1, chunk // 2)
    starts = range(0, len(points), half)
    for a in starts:
        for b in starts:
            sources = list(range(a, min(a + half, len(points))))
            targets = list(range(b, min(b + half, len(points))))
            answer = _ask(url, points, sources, targets, timeout)
            if answer is None:
                failed += 1
                continue
            roadless += _fill(seconds, answer["durations"], sources, targets)
            _fill(metres, answer.get("distances"), sources, targets)
    notes = []
    if failed:
        notes.append(f"{failed} of {len(starts) ** 2} OSRM answers missing")
    if roadless:
        notes.append(f"{roadless} pairs without a road")
    return Matrix(_frozen(seconds), _frozen(metres)), tuple(notes)


def _ask(
    url: str,
    points: Sequence[Point],
    sources: Sequence[int],
    targets: Sequence[int],
    timeout: float,
) -> dict[str, list[list[float | None]]] | None:
    """One block of the table, or None when the server fails in any way."""
    parts = urlsplit(url)
    named = [points[k] for k in [*sources, *targets]]
    places = ";".join(f"{lon:.6f},{lat:.6f}" for lon, lat in named)
    first = ";".join(str(k) for k in range(len(sources)))
    second = ";".join(str(len(sources) + k) for k in range(len(targets)))
    question = (
        f"{parts.path.rstrip('/')}/{places}?sources={first}&destinations={second}"
        "&annotations=duration,distance"
    )
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.netloc, timeout=timeout)
    try:
        connection.request("GET", question)
        response = connection.getresponse()
        answer = json.loads(response.read())
        shape = answer["durations"]
        if response.status != 200 or len(shape) != len(sources):
            return None
        return dict(answer)
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return None
    finally:
        connection.close()


def _fill(
    rows: Rows,
    block: list[list[float | None]] | None,
    sources: Sequence[int],
    targets: Sequence[int],
) -> int:
    """Write a block over the fallback; how many pairs it does not know."""
    unknown = 0
    for source, values in zip(sources, block or [], strict=False):
        for target, value in zip(targets, values, strict=False):
            if value is None:
                unknown += 1
            elif source != target:
                rows[source][target] = round(value)
    return unknown


def _frozen(rows: Rows) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(row) for row in rows)

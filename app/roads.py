"""Asking a road server for the ways a day's rounds lack, in a child process with a
deadline, before anybody plans. Whatever the server does – nothing, nonsense, half of
it – the rounds are planned: what is not told stays straight line x detour.
"""

import datetime as dt
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.children import MEBIBYTE, Outcome, run_child
from kitchen.distances import (
    OSRM,
    STRAIGHT,
    Pair,
    Source,
    Way,
    keep_ways,
    missing,
    sources_for,
)
from kitchen.off_loop import off_loop
from kitchen.round_inputs import Inputs, inputs_for
from kitchen.staff import Actor

PROGRAM = (sys.executable, "-m", "routing", "legs")
SECONDS = 15.0
"""What one mode's ways may take; a city's OSRM answers 150 places in under a second,
and who plans at 10:15 waits no longer for one that does not answer."""
LATE_SECONDS = 1.0  # for the ways to one new door, while somebody waits for the board
GRACE_SECONDS = 15.0  # starting, and one answer that drips
MEMORY_BYTES = 512 * MEBIBYTE
ANSWERED = (0, 3)  # 3: some pairs are not answered


@dataclass(frozen=True)
class Told:
    """What came back of a question."""

    ways: Mapping[Pair, Way | None]
    unanswered: int
    trouble: str


async def bring_roads(
    kitchen_id: int,
    day: dt.date,
    meal: str,
    servers: Mapping[str, str],
    *,
    by: Actor,
    now: dt.datetime,
    command: Sequence[str] = PROGRAM,
    seconds: float = SECONDS,
) -> None:
    """Learn the ways this day's rounds lack. `servers`: mode → address; a mode without
    one goes back to straight lines. Refuses as `inputs_for` does."""
    sources = await sources_for(kitchen_id)
    for mode, source in sources.items():
        if source.provider != STRAIGHT and mode not in servers:
            await keep_ways(kitchen_id, mode, Source(STRAIGHT), {}, by=by, now=now)
    if not servers:
        return
    inputs = await inputs_for(kitchen_id, day, meal)
    for mode in sorted(inputs.modes & set(servers)):
        address = servers[mode]
        pairs = await off_loop(_lacking, inputs, mode, address, now)
        if not pairs:
            continue
        told = await _asked(address, pairs, command, seconds)
        source = Source(OSRM, address, told.trouble)
        await keep_ways(
            kitchen_id, mode, source, told.ways, told.unanswered, by=by, now=now
        )


def _lacking(inputs: Inputs, mode: str, address: str, now: dt.datetime) -> list[Pair]:
    return missing(inputs.roads, inputs.spots, mode, address, now)


async def _asked(
    address: str, pairs: Sequence[Pair], command: Sequence[str], seconds: float
) -> Told:
    spots = sorted({spot for pair in pairs for spot in pair})
    number = {spot: k for k, spot in enumerate(spots)}
    question = {
        "url": address,
        "places": [[lon / 1_000_000, lat / 1_000_000] for lon, lat in spots],
        "pairs": [[number[a], number[b]] for a, b in pairs],
    }
    try:
        outcome = await run_child(
            [*command, "--seconds", str(seconds)],
            json.dumps(question).encode(),
            seconds=seconds + GRACE_SECONDS,
            memory_bytes=MEMORY_BYTES,
        )
    except OSError:  # the program itself is missing
        return Told({}, len(pairs), "failed")
    return await off_loop(_heard, outcome, spots, pairs)


def _heard(
    outcome: Outcome, spots: Sequence[tuple[int, int]], pairs: Sequence[Pair]
) -> Told:
    """What the child told of the pairs asked for; nothing of a child that failed."""
    if outcome.exit_code not in ANSWERED:
        late = outcome.ending == "timed_out"
        return Told({}, len(pairs), "slow" if late else "failed")
    answer = json.loads(outcome.output)
    ways: dict[Pair, Way | None] = {
        (spots[a], spots[b]): None if seconds is None else (seconds, metres)
        for a, b, seconds, metres in answer["legs"]
    }
    return Told(ways, answer["unanswered"], answer["trouble"])

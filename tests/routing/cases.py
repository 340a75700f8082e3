"""Tiny problems with telling names, and small generated districts for properties."""

import json
import random
from pathlib import Path
from typing import Any

from routing import Job, Location, Problem, TimeWindow, Vehicle, read_problem

DATA = Path(__file__).parent / "data"
CASES = sorted(path.stem for path in DATA.glob("*.json"))


def load(name: str) -> dict[str, Any]:
    case: dict[str, Any] = json.loads((DATA / f"{name}.json").read_text())
    return case


def problem(name: str) -> Problem:
    return read_problem(load(name)["problem"])


def district(seed: int, doors: int = 12, drivers: int = 3) -> Problem:
    """A generated lunch: compounds, buildings, windows, hot limits, bans, rounds."""
    dice = random.Random(seed)
    kitchen = Location(lon=116.40, lat=39.90)
    names = [f"driver {number}" for number in range(drivers)]
    jobs = []
    for number in range(doors):
        compound = dice.randrange(3)
        building = dice.randrange(4)
        place = Location(
            lon=116.39 + compound * 0.008 + building * 0.0004,
            lat=39.895 + compound * 0.004 + building * 0.0005,
            compound=f"compound {compound}",
        )
        opens = 37_800 + 900 * dice.randrange(4)
        jobs.append(
            Job(
                id=number,
                location=place,
                service=dice.choice((60, 120, 240)),
                setup=60,
                site=f"{compound}-{building}",
                delivery=(dice.randint(1, 3), dice.randrange(2)),
                windows=(TimeWindow(opens, opens + dice.choice((900, 3600, 5400))),),
                priority=dice.choice((0, 0, 40, 100)),
                max_age=dice.choice((None, 1500, 2700, 4500)),
                forbidden_vehicles=frozenset(
                    dice.sample(names, dice.choice((0, 0, 1)))
                ),
                preferred_vehicle=dice.choice([None, *names]),
            )
        )
    vehicles = tuple(
        Vehicle(
            id=name,
            profile=dice.choice(("walk", "ebike")),
            capacity=(dice.randint(5, 12), 5),
            shift=TimeWindow(37_200, 45_000),
            start=kitchen,
            end=dice.choice((kitchen, None)),
            max_rounds=dice.choice((1, 2)),
            reload=300,
            max_work=dice.choice((None, 6000)),
            max_jobs=dice.choice((None, 6)),
        )
        for name in names
    )
    return Problem(jobs=tuple(jobs), vehicles=vehicles)

"""Public instances with best-known values, read into routing problems.

Solomon and Gehring-Homberger text (distances x 10, truncated), CVRPLIB (EUC_2D
rounded), VRPLIB with an explicit matrix. The objective is distance alone: vehicles
cost nothing, leaving anybody out costs more than any tour.
"""

import csv
import math
from dataclasses import dataclass
from pathlib import Path

from routing import (
    Job,
    Location,
    Matrix,
    Problem,
    TimeWindow,
    Vehicle,
    Weights,
)

UNSERVED = 10_000_000

# What the settings of the search were chosen on; the others are only reported.
TUNED_ON = (
    "ORTEC-VRPTW-ASYM-85919ddc",
    "R2_4_7",
    "R1_6_4",
    "RC2_6_7",
    "X-n936",
    "R1_10_4",
)
LONG_ROUNDS = ("RC208", "R2_", "RC2_")


@dataclass(frozen=True)
class Public:
    """A public instance; `best` in the unit of its problem."""

    name: str
    problem: Problem
    best: int

    def gap(self, cost: int) -> float:
        return 100.0 * (cost - self.best) / self.best


def read_all(folder: Path) -> list[Public]:
    with (folder / "best_known.csv").open() as file:
        return [read_one(folder, row) for row in csv.DictReader(file)]


def read_one(folder: Path, row: dict[str, str]) -> Public:
    text = (folder / row["file"]).read_text()
    if row["set"] in ("solomon", "gh"):
        problem, factor = read_solomon(text), 10
    else:
        problem, factor = read_vrplib(text, int(row["vehicles"])), 1
    return Public(row["instance"], problem, round(float(row["distance"]) * factor))


def read_solomon(text: str) -> Problem:
    rows = [line.split() for line in text.splitlines()]
    numbers = [
        list(map(int, row)) for row in rows if len(row) in (2, 7) and _whole(row)
    ]
    (fleet, capacity), *nodes = numbers
    rows_of_seconds = [
        [int(10 * math.hypot(a[1] - b[1], a[2] - b[2])) for b in nodes] for a in nodes
    ]
    return assemble(
        rows_of_seconds,
        demands=[node[3] for node in nodes],
        windows=[(10 * node[4], 10 * node[5]) for node in nodes],
        services=[10 * node[6] for node in nodes],
        fleet=fleet,
        capacity=capacity,
    )


def read_vrplib(text: str, best_fleet: int) -> Problem:
    fields, sections = _sections(text)
    size = int(fields["DIMENSION"])
    if fields["EDGE_WEIGHT_TYPE"] == "EXPLICIT":
        flat = [int(value) for row in sections["EDGE_WEIGHT_SECTION"] for value in row]
        seconds = [flat[k * size : (k + 1) * size] for k in range(size)]
    else:
        at = [(float(r[1]), float(r[2])) for r in sections["NODE_COORD_SECTION"]]
        seconds = [
            [int(math.hypot(ax - bx, ay - by) + 0.5) for bx, by in at] for ax, ay in at
        ]
    fleet = int(fields.get("VEHICLES", math.ceil(best_fleet * 1.25)))
    windows = sections.get("TIME_WINDOW_SECTION")
    services = sections.get("SERVICE_TIME_SECTION")
    return assemble(
        seconds,
        demands=[int(row[1]) for row in sections["DEMAND_SECTION"]],
        windows=[(int(r[1]), int(r[2])) for r in windows] if windows else None,
        services=[int(row[1]) for row in services] if services else [0] * size,
        fleet=fleet,
        capacity=int(fields["CAPACITY"]),
    )


def assemble(
    seconds: list[list[int]],
    demands: list[int],
    windows: list[tuple[int, int]] | None,
    services: list[int],
    fleet: int,
    capacity: int,
) -> Problem:
    """Node 0 is the depot; its window is the shift."""
    jobs = tuple(
        Job(
            id=k,
            location=Location(index=k),
            service=services[k],
            delivery=(demands[k],),
            windows=(TimeWindow(*windows[k]),) if windows else (),
        )
        for k in range(1, len(seconds))
    )
    depot = Location(index=0)
    shift = {"shift": TimeWindow(*windows[0])} if windows else {}
    vehicles = tuple(
        Vehicle(id=k, capacity=(capacity,), start=depot, end=depot, **shift)
        for k in range(fleet)
    )
    matrix = Matrix(tuple(map(tuple, seconds)))
    return Problem(
        jobs=jobs,
        vehicles=vehicles,
        matrices={"car": matrix},
        weights=Weights(unserved=UNSERVED, vehicle=0),
    )


def _whole(row: list[str]) -> bool:
    return all(word.isdigit() for word in row)


def _sections(text: str) -> tuple[dict[str, str], dict[str, list[list[str]]]]:
    fields: dict[str, str] = {}
    sections: dict[str, list[list[str]]] = {}
    current: list[list[str]] | None = None
    for line in text.splitlines():
        words = line.split()
        if not words or words[0] == "EOF":
            continue
        if words[0].endswith("_SECTION"):
            current = sections.setdefault(words[0], [])
        elif current is None:
            key, _, value = line.partition(":")
            fields[key.strip()] = value.strip().strip('"')
        else:
            current.append(words)
    return fields, sections

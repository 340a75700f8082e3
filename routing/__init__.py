"""Rounds for people who wait at their doors: who goes where, in what order, when.

A library of its own that knows nothing of food: standard library, numpy, numba and
ortools only, the last three loaded when a search begins. Seconds, metres and amounts
are whole numbers; coordinates are (lon, lat). docs/routing.md has the contract.
"""

from routing.changes import Change
from routing.check import Fault, check
from routing.distances import Travel
from routing.explain import explain, explain_late
from routing.faults import InvalidInput
from routing.geojson import geojson
from routing.grouping import Door, Grouped, group
from routing.io import read_problem
from routing.orders import read_rounds
from routing.output import read_solution, write_problem, write_solution
from routing.prices import Place, Price, Prices
from routing.problem import (
    Break,
    Id,
    Job,
    Location,
    Matrix,
    Mode,
    Problem,
    TimeWindow,
    Vehicle,
    Weights,
)
from routing.remedy import Remedy
from routing.replan import Moved, Replanned, replan
from routing.roads import with_legs
from routing.schedule import schedule
from routing.solution import (
    Round,
    Route,
    Solution,
    Step,
    Summary,
    Unassigned,
    Violation,
)
from routing.solver import confirm, solve
from routing.why import Why, why

__all__ = [
    "Break",
    "Change",
    "Door",
    "Fault",
    "Grouped",
    "Id",
    "InvalidInput",
    "Job",
    "Location",
    "Matrix",
    "Mode",
    "Moved",
    "Place",
    "Price",
    "Prices",
    "Problem",
    "Remedy",
    "Replanned",
    "Round",
    "Route",
    "Solution",
    "Step",
    "Summary",
    "TimeWindow",
    "Travel",
    "Unassigned",
    "Vehicle",
    "Violation",
    "Weights",
    "Why",
    "check",
    "confirm",
    "explain",
    "explain_late",
    "geojson",
    "group",
    "read_problem",
    "read_rounds",
    "read_solution",
    "replan",
    "schedule",
    "solve",
    "why",
    "with_legs",
    "write_problem",
    "write_solution",
]

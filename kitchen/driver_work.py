"""What drivers and volunteers really did: trips, hours, kilometres and meals of a span
of days. A round counts once somebody reported from one of its stops; its hours and
metres are those of the plan that counted that day, its meals those handed over.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from kitchen.database import rows
from kitchen.outcomes import HANDED_OVER

POINT = "point"


@dataclass(frozen=True)
class Work:
    """The sum of one driver's rounds. `seconds`: from leaving until back."""

    rounds: int = 0
    seconds: int = 0
    metres: int = 0
    meals: int = 0


def work_of(stops: Iterable[dict[str, Any]]) -> dict[int, Work]:
    """Driver → work, from reported stops of rounds: round, driver, depart_at, back_at,
    metres, outcome, portions."""
    done: dict[int, Work] = {}
    counted: set[int] = set()
    for stop in stops:
        was = done.get(stop["driver"], Work())
        given = stop["outcome"] in (*HANDED_OVER, POINT)
        first = stop["round"] not in counted
        counted.add(stop["round"])
        done[stop["driver"]] = Work(
            rounds=was.rounds + first,
            seconds=was.seconds + (_seconds(stop) if first else 0),
            metres=was.metres + (stop["metres"] if first else 0),
            meals=was.meals + (stop["portions"] if given else 0),
        )
    return done


def _seconds(stop: dict[str, Any]) -> int:
    if stop["depart_at"] is None or stop["back_at"] is None:
        return 0
    return int((stop["back_at"] - stop["depart_at"]).total_seconds())


async def work_between(kitchen_id: int, first: date, last: date) -> dict[int, Work]:
    """Driver → what was done on these days, both included. A report made on an older
    version of a day's rounds counts for whoever drives that stop in the newest one."""
    found = await rows(
        _REPORTED, *(kitchen_id, first, last), *(kitchen_id, first, last)
    )
    return work_of(found)


# The version that counts of each day and meal, and its stops beside their reports.
_REPORTED = (
    "WITH counting AS (SELECT p.day AS day, p.meal AS meal, MAX(p.id) AS plan"
    " FROM round_plan p JOIN plan_publication pub ON pub.plan = p.id"
    " WHERE p.kitchen = {} AND p.day >= {} AND p.day <= {}"
    " GROUP BY p.day, p.meal),"
    " told AS (SELECT p.day AS day, p.meal AS meal, s.diner AS diner,"
    " s.point AS point, d.outcome AS outcome, d.portions AS portions"
    " FROM delivery_slot x JOIN delivery d ON d.id = x.delivery"
    " JOIN stop s ON s.id = x.stop JOIN round_plan p ON p.id = s.plan"
    " WHERE p.kitchen = {} AND p.day >= {} AND p.day <= {})"
    " SELECT r.id AS round, r.driver AS driver, r.depart_at AS depart_at,"
    " r.back_at AS back_at, r.metres AS metres, t.outcome AS outcome,"
    " COALESCE(t.portions, n.portions, 0) AS portions"
    " FROM counting c JOIN round r ON r.plan = c.plan JOIN stop s ON s.round = r.id"
    " JOIN told t ON t.day = c.day AND t.meal = c.meal"
    " AND (t.diner = s.diner OR t.point = s.point)"
    " LEFT JOIN diner n ON n.id = s.diner"
    " WHERE r.driver IS NOT NULL ORDER BY r.id, s.id"
)

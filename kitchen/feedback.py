"""One tap after a meal: three faces, no name; what it says of a point and of a dish.

A tap belongs to a point's meal and not to a serving: elders tap as they leave, half an
hour after the till served them, and would not be frank under their own name. There are
never more taps than meals, so nobody votes for the others.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from piccolo.columns import Date, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen import acts, audit
from kitchen.counters import AT_POINT, at_point, point_by_id, refuse_foreign_point
from kitchen.database import insert, lock_for, one, rows, writing
from kitchen.errors import Refusal
from kitchen.menu_days import menus_for
from kitchen.places import DiningPoint, Kitchen
from kitchen.staff import Actor

SCORES = ("good", "fair", "poor")


class MealFeedback(Table, tablename="meal_feedback"):
    """One tap; whose it was is not asked."""

    kitchen = ForeignKey(Kitchen, null=False)
    point = ForeignKey(DiningPoint, null=False)
    day = Date()
    meal = Text()
    score = Text()  # good | fair | poor
    device = Text()
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class Opinion:
    """How many taps each face got."""

    good: int = 0
    fair: int = 0
    poor: int = 0

    @property
    def answered(self) -> int:
        return self.good + self.fair + self.poor

    @property
    def good_per_mille(self) -> int:
        """Satisfied of all who answered, in thousandths, rounded down."""
        return 1000 * self.good // self.answered if self.answered else 0


Taps = tuple[date, str, int, str, int]
"""day, meal, point, score, how many."""


def opinions_by_point(taps: Iterable[Taps]) -> dict[int, Opinion]:
    """point → its taps."""
    counts: dict[int, Counter[str]] = {}
    for _day, _meal, point, score, n in taps:
        counts.setdefault(point, Counter())[score] += n
    return {point: Opinion(**found) for point, found in sorted(counts.items())}


def opinions_by_dish(
    taps: Iterable[Taps], dishes: dict[tuple[date, str], Iterable[str]]
) -> dict[str, Opinion]:
    """dish → the taps of every meal it was part of, the most disliked first. A tap is
    about a meal: it counts for each of its dishes."""
    counts: dict[str, Counter[str]] = {}
    for day, meal, _point, score, n in taps:
        for dish in dishes.get((day, meal), ()):
            counts.setdefault(dish, Counter())[score] += n
    found = {dish: Opinion(**some) for dish, some in counts.items()}
    return dict(sorted(found.items(), key=lambda x: (x[1].good_per_mille, x[0])))


async def taps_for(kitchen_id: int, first: date, last: date) -> list[Taps]:
    """Every tap from first to last, alike ones together."""
    found = await rows(
        "SELECT day, meal, point, score, COUNT(*) AS n FROM meal_feedback"
        " WHERE kitchen = {} AND day >= {} AND day <= {}"
        " GROUP BY day, meal, point, score ORDER BY day, meal, point, score",
        kitchen_id,
        first,
        last,
    )
    return [
        (row["day"], row["meal"], row["point"], row["score"], int(row["n"]))
        for row in found
    ]


async def dishes_for(
    kitchen_id: int, first: date, last: date, meals: Iterable[str]
) -> dict[tuple[date, str], Iterable[str]]:
    """(day, meal) → names of the dishes on its menu."""
    return {
        (day, meal): [dish.name for dish in menu.dishes]
        for meal in sorted(set(meals))
        for day, menu in (await menus_for(kitchen_id, first, last, meal)).items()
    }


async def give(
    point_id: int,
    day: date,
    meal: str,
    score: str,
    *,
    device: str,
    by: Actor,
    now: datetime,
    act: str = "",
) -> None:
    """One tap; sent twice with one `act` key it is one. Refuses `score_unknown`,
    `not_your_point` and, where all who ate have tapped, `feedback_beyond_meals`."""
    refuse_foreign_point(point_id, by)
    if score not in SCORES:
        raise Refusal("score_unknown")
    point = await point_by_id(point_id)

    async def tap() -> acts.Answer:
        await lock_for("feedback", f"{point_id}|{day}|{meal}")
        counted = await one(
            "SELECT (SELECT COUNT(*) FROM meal m LEFT JOIN meal_void v"  # noqa: S608 - a constant
            " ON v.served = m.id"
            + AT_POINT
            + " AND v.id IS NULL) - (SELECT COUNT(*) FROM meal_feedback"
            " WHERE kitchen = {} AND point = {} AND day = {} AND meal = {}) AS n",
            *at_point(point_id, day, meal),
            *(point["kitchen"], point_id, day, meal),
        )
        if counted is None or counted["n"] <= 0:
            raise Refusal("feedback_beyond_meals")
        row = await insert(
            MealFeedback,
            kitchen=point["kitchen"],
            point=point_id,
            day=day,
            meal=meal,
            score=score,
            device=device,
            at=now,
            by=by.name,
        )
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action="dining.feedback",
            object_kind="dining_point",
            object_id=point_id,
            after={"day": day, "meal": meal, "score": score},
        )
        return {"feedback": row}

    async with writing():
        body = {"point": point_id, "day": day.isoformat(), "meal": meal, "score": score}
        await acts.once_if(act, by.name, now, body, tap)

"""Portions that change places during service: the form's lists and what was chosen."""

import datetime as dt
import re
from collections.abc import Callable, Iterable

from app.forms import Form
from app.i18n import translate as _
from kitchen.drivers import drivers_for
from kitchen.places import PointFacts, points_for
from kitchen.round_plans import published_plan

Place = tuple[int | None, int | None]
"""Point id and round id; exactly one of them."""


async def places_to_move(
    kitchen_id: int, day: dt.date, meal: str, but: Place
) -> list[tuple[str, str]]:
    """Every other point and round of the meal, as the options of a list. All points,
    also for staff of one: portions go wherever somebody is short."""
    plan = await published_plan(kitchen_id, day, meal)
    names = {d.id: d.name for d in await drivers_for(kitchen_id, retired=True)}
    points = [
        (f"point:{point.id}", point.name)
        for point in await points_for(kitchen_id)
        if point.id != but[0]
    ]
    rounds = [
        (
            f"round:{row.id}",
            _("第 {n} 趟 {name}", n=row.number, name=names.get(row.driver_id or 0, "")),
        )
        for row in (plan.rounds if plan else ())
        if row.id != but[1]
    ]
    return points + rounds


def place_words(points: Iterable[PointFacts]) -> Callable[[str], str]:
    """Names of places as the balance writes them: point:5, round:3, kitchen."""
    names = {f"point:{point.id}": point.name for point in points}
    names["kitchen"] = _("厨房")

    def words(place: str) -> str:
        if place.startswith("round:"):
            return _("第 {n} 趟", n=place.partition(":")[2])
        return names.get(place, place)

    return words


def place_in(form: Form, name: str, label: str) -> Place:
    """The place chosen from such a list; nonsense is a fault of the field."""
    found = re.fullmatch(r"(point|round):([1-9]\d{0,8})", form.raw(name))
    if found is None:
        form.refuse_field(name, _("{label}：请从列表里选", label=label))
        return (None, None)
    chosen = int(found[2])
    return (chosen, None) if found[1] == "point" else (None, chosen)

"""The demo's years before: half a year of attendance, brought in as a list. Made up, so
the product claims nothing from it but what each page measures.
"""

import random
import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from kitchen import attendance_lists, headcounts
from kitchen.attendance_lists import COLUMNS
from kitchen.places import points_for
from kitchen.sheets import Grid
from kitchen.staff import Actor

WEEKS = 26
WEEKDAY = (1.0, 1.05, 1.0, 1.1, 0.9, 0.7, 0.6)
FILE = "演示-历史到餐.xlsx"


async def bring_in(
    kitchen: int, today: date, seed: int, *, by: Actor, now: datetime
) -> None:
    """Every day of half a year at every point that people book at."""
    monday = today + timedelta(days=7 - today.weekday())
    names = {point.id: point.name for point in await points_for(kitchen)}
    points = sorted(names)
    usual = await headcounts.expected_by_point(kitchen, monday, "lunch", points)
    chance = random.Random(seed)  # noqa: S311 - a believable town, not a secret
    await attendance_lists.bring_in(
        _list(usual, names, today, chance),
        kitchen,
        file_name=FILE,
        digest=FILE,
        act=uuid.UUID(int=chance.getrandbits(128)),
        today=today,
        by=by,
        now=now,
    )


def _list(
    usual: Mapping[int, int],
    names: Mapping[int, str],
    today: date,
    chance: random.Random,
) -> Grid:
    header = tuple(column.label for column in COLUMNS)
    lines = [header]
    for point, portions in sorted(usual.items()):
        for ago in range(7 * WEEKS, 0, -1):
            day = today - timedelta(days=ago)
            about = portions * WEEKDAY[day.weekday()] * (1 - 0.1 * ago / (7 * WEEKS))
            booked = max(0, round(chance.gauss(about, 0.04 * about + 0.5)))
            away = min(booked, round(abs(chance.gauss(0.05 * booked, 0.03 * booked))))
            walk_ins = round(abs(chance.gauss(2 + 0.04 * booked, 1.5)))
            told = (booked, booked - away, walk_ins)
            lines.append((f"{day}", names[point], "午餐", *(str(n) for n in told)))
    return Grid(tuple(enumerate(lines, start=1)))

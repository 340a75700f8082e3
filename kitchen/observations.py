"""What the doors say about a person over days: refused, not eaten, not seen, changed.
One meal says little; three in a row are a reason to ask. Readers and a pure rule; the
rows are the deliveries themselves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kitchen.database import rows

IN_A_ROW = 3
"""Meals in a row before somebody asks: ours, as delivery services of the field confirm
an absence at the third miss."""
DAYS = 21
UNSEEN = frozenset({"no_answer", "neighbour", "agreed_place"})
UNEATEN = frozenset({"untouched", "outside"})
ALERTS = ("container_outside", "changed", "refused", "not_eaten", "not_seen")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One meal at one door, as it was reported."""

    elder_id: int
    day: date
    meal: str
    outcome: str
    condition: str
    last_meal: str
    note: str
    reported_by: str
    at: datetime


@dataclass(frozen=True)
class Watched:
    """A person with the last meals, newest first, and what stands out."""

    elder_id: int
    name: str
    seen: tuple[Seen, ...]
    alerts: tuple[str, ...]


def alerts_of(newest_first: Sequence[Seen]) -> tuple[str, ...]:
    """container_outside, changed: the newest meal says so. refused, not_eaten,
    not_seen: each of the last three. A meal that says nothing about the one before is
    passed over when asking what was eaten; a person who is away is not "not seen"."""
    if not newest_first:
        return ()
    newest = newest_first[0]
    here = [meal for meal in newest_first if meal.outcome != "away"]
    told = [meal for meal in newest_first if meal.last_meal]
    found = {
        "container_outside": newest.last_meal == "outside",
        "changed": newest.condition == "changed",
        "refused": _all(meal.outcome == "refused" for meal in here[:IN_A_ROW]),
        "not_eaten": _all(meal.last_meal in UNEATEN for meal in told[:IN_A_ROW]),
        "not_seen": _all(meal.outcome in UNSEEN for meal in here[:IN_A_ROW]),
    }
    return tuple(code for code in ALERTS if found[code])


def _all(marks: Iterable[bool]) -> bool:
    marked = list(marks)
    return len(marked) == IN_A_ROW and all(marked)


# Readers ----------------------------------------------------------------------


async def watched_on(kitchen_id: int, day: date) -> list[Watched]:
    """Everybody who stands out on a day, those with the gravest alert first."""
    people = await _watched(kitchen_id, day)
    out = [one for one in people if one.alerts]
    return sorted(out, key=lambda one: (ALERTS.index(one.alerts[0]), one.name))


async def watched_one(kitchen_id: int, day: date, elder_id: int) -> Watched | None:
    """One person's last meals at the door; None when there were none lately."""
    people = await _watched(kitchen_id, day, elder_id)
    return people[0] if people else None


async def _watched(
    kitchen_id: int, day: date, elder_id: int | None = None
) -> list[Watched]:
    wanted = "" if elder_id is None else " AND i.elder = {}"
    found = await rows(
        "SELECT i.elder AS elder_id, e.name AS name, p.day AS day, p.meal AS meal,"  # noqa: S608 - our own words
        " d.outcome AS outcome, d.condition AS condition, d.last_meal AS last_meal,"
        " d.note AS note, d.reported_by AS reported_by, d.at AS at"
        " FROM delivery_slot x JOIN delivery d ON d.id = x.delivery"
        " JOIN stop s ON s.id = x.stop JOIN diner i ON i.id = s.diner"
        " JOIN elder e ON e.id = i.elder JOIN round_plan p ON p.id = s.plan"
        f" WHERE p.kitchen = {{}} AND p.day > {{}} AND p.day <= {{}}{wanted}"
        " ORDER BY p.day DESC, d.id DESC",
        kitchen_id,
        day - timedelta(days=DAYS),
        day,
        *([] if elder_id is None else [elder_id]),
    )
    names: dict[int, str] = {}
    meals: dict[int, list[Seen]] = {}
    for row in found:
        names[row["elder_id"]] = row["name"]
        seen = Seen(**{name: row[name] for name in Seen.__annotations__})
        meals.setdefault(seen.elder_id, []).append(seen)
    return [
        Watched(elder, names[elder], tuple(seen), alerts_of(seen))
        for elder, seen in meals.items()
    ]

"""意见条: slips that ride with a round, ticked at home, handed back and typed in later.
A slip is nobody's: its code tells day, meal, round and a running number, and a keyed
mark that it is ours; nothing is stored until it comes back.

Source: the service rules ask for a feedback form after each service.
"""

import hmac
import re
from dataclasses import dataclass
from datetime import date, datetime

from piccolo.columns import Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.database import insert, lock_for, one, rows, writing
from kitchen.errors import Refusal
from kitchen.feedback import SCORES
from kitchen.places import Kitchen
from kitchen.sealing import fingerprint
from kitchen.staff import Actor

MEALS = {"B": "breakfast", "L": "lunch", "D": "dinner"}
CODE = re.compile(r"(\d{4})([BLD])(\d{1,2})(\d{3})([0-9A-F]{4})")


class SlipAnswer(Table, tablename="slip_answer"):
    """One slip as it came back; once for each code."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    round = Integer()  # the round's number
    slip = Integer()  # running, not the stop's
    food = Text()  # good | fair | poor
    service = Text()  # good | fair | poor
    note = Text()
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class Slip:
    """Which slip a code names."""

    day: date
    meal: str
    round: int
    number: int


@dataclass(frozen=True)
class Returned:
    """Slips that came back; content: food and service both good."""

    content: int = 0
    typed: int = 0


def code_of(kitchen_id: int, slip: Slip) -> str:
    """ "1124L-3-007-9F2C", as it is printed."""
    letter = next(key for key, meal in MEALS.items() if meal == slip.meal)
    plain = f"{slip.day:%m%d}{letter}-{slip.round}-{slip.number:03d}"
    return f"{plain}-{_mark(kitchen_id, slip)}"


def _mark(kitchen_id: int, slip: Slip) -> str:
    told = f"{kitchen_id}/{slip.day}/{slip.meal}/{slip.round}/{slip.number}"
    return fingerprint("feedback_slip", told)[:4].upper()


def read_code(kitchen_id: int, typed: str, today: date) -> Slip:
    """The slip behind what was typed, with or without dashes; of the last twelve
    months. Refuses `slip_unknown`, a mistyped mark included."""
    found = CODE.fullmatch(re.sub(r"[\s\-－—]+", "", typed).upper())
    if found is None:
        raise Refusal("slip_unknown", typed=typed)
    month, number = int(found[1][:2]), int(found[1][2:])
    for year in (today.year, today.year - 1):
        try:
            day = date(year, month, number)
        except ValueError:
            continue
        slip = Slip(day, MEALS[found[2]], int(found[3]), int(found[4]))
        if day <= today and hmac.compare_digest(_mark(kitchen_id, slip), found[5]):
            return slip
    raise Refusal("slip_unknown", typed=typed)


async def returned_between(kitchen_id: int, first: date, last: date) -> Returned:
    """Slips of meals from first to last, both included."""
    found = await rows(
        "SELECT food, service FROM slip_answer WHERE kitchen = {} AND day >= {}"
        " AND day <= {}",
        *(kitchen_id, first, last),
    )
    content = sum((row["food"], row["service"]) == ("good", "good") for row in found)
    return Returned(content, len(found))


async def answer(
    kitchen_id: int,
    typed: str,
    food: str,
    service: str,
    note: str,
    *,
    today: date,
    by: Actor,
    now: datetime,
) -> Slip:
    """Type a slip in. Refuses `slip_unknown`, `slip_typed` (this code came back)."""
    if food not in SCORES or service not in SCORES:
        raise ValueError(f"no score {food!r}, {service!r}")
    slip = read_code(kitchen_id, typed, today)
    values = {"kitchen": kitchen_id, "day": slip.day, "meal": slip.meal}
    values |= {"round": slip.round, "slip": slip.number}
    async with writing():
        await lock_for("slip_answer", f"{kitchen_id}|{slip.day}|{slip.meal}")
        known = await one(
            "SELECT by FROM slip_answer WHERE kitchen = {} AND day = {} AND meal = {}"
            " AND round = {} AND slip = {}",
            *values.values(),
        )
        if known is not None:
            raise Refusal("slip_typed", typed=typed, by=known["by"])
        said = {"food": food, "service": service, "note": note.strip()}
        key = await insert(SlipAnswer, **values, **said, at=now, by=by.name)
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action="slip.answer",
            object_kind="kitchen",
            object_id=kitchen_id,
            after={"row": key, "food": food, "service": service},
        )
    return slip

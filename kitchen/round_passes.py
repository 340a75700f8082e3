"""The pass printed as a code on a round's sheet: it opens that one round on that one
day, for its driver's telephone, without signing in.

Nothing is stored: the pass is the round's own description and a keyed mark of 128 bits
over it. A round that goes to another driver has another pass, so the old paper's code
is dead with the paper. Two hours after the planned return every pass is dead.
"""

import hmac
from dataclasses import dataclass
from datetime import date, datetime

from kitchen.driver_scope import SEEN_FOR
from kitchen.drivers import DriverFacts, driver_by_id
from kitchen.errors import Refusal
from kitchen.places import kitchens
from kitchen.round_plans import Plan, RoundRow, plan_by_id, published_plan, stop_plan_of
from kitchen.sealing import fingerprint
from kitchen.staff import Actor

MEALS = {"b": "breakfast", "l": "lunch", "d": "dinner"}
NOBODY = 0  # the staff id of a driver without an account


@dataclass(frozen=True)
class RoundPass:
    """Which round a pass opens."""

    kitchen_id: int
    day: date
    meal: str
    number: int
    driver_id: int

    @property
    def text(self) -> str:
        """ "1-20261124-l-3-0f…": readable but for its last part, which proves it."""
        return f"{self._plain}-{fingerprint('round_pass', self._proven)}"

    @property
    def _plain(self) -> str:
        letter = next(key for key, meal in MEALS.items() if meal == self.meal)
        return f"{self.kitchen_id}-{self.day:%Y%m%d}-{letter}-{self.number}"

    @property
    def _proven(self) -> str:
        return f"{self._plain}-{self.driver_id}"


@dataclass(frozen=True)
class Trip:
    """An opened pass: the round in the plan that counts, and who drives it."""

    text: str
    kitchen_id: int
    day: date
    meal: str
    plan: Plan
    row: RoundRow
    driver: DriverFacts
    until: datetime

    @property
    def actor(self) -> Actor:
        """Who acts by this pass: the driver, with the account where there is one."""
        driver = self.driver
        return Actor(driver.staff_id or NOBODY, driver.name, "driver", self.kitchen_id)


async def open_pass(text: str, *, today: date, now: datetime) -> Trip:
    """The round behind a pass. Refuses `pass_unknown` (also for a mark that does not
    fit), `pass_other_day`, `pass_not_yet` (nothing published), `pass_over`."""
    kitchen_id, day, meal, number = _read(text)
    known = {kitchen.id for kitchen in await kitchens()}
    plan = await published_plan(kitchen_id, day, meal) if kitchen_id in known else None
    if plan is None:
        raise Refusal("pass_unknown")
    row = next((row for row in plan.rounds if row.number == number), None)
    if row is None or row.driver_id is None:
        raise Refusal("pass_unknown")
    wanted = RoundPass(kitchen_id, day, meal, number, row.driver_id).text
    if not hmac.compare_digest(wanted.encode(), text.encode()):
        raise Refusal("pass_unknown")
    if day != today:
        raise Refusal("pass_other_day", day=day)
    if row.back_at is None:
        raise Refusal("pass_unknown")
    until = row.back_at + SEEN_FOR
    if now >= until:
        raise Refusal("pass_over", until=until)
    driver = await driver_by_id(row.driver_id)
    return Trip(text, kitchen_id, day, meal, plan, row, driver, until)


def _read(text: str) -> tuple[int, date, str, int]:
    parts = text.split("-")
    if len(parts) != 5 or not all(p.isascii() for p in parts):
        raise Refusal("pass_unknown")
    kitchen, day, letter, number, _mark = parts
    if not (kitchen.isdigit() and number.isdigit() and len(kitchen + number) < 10):
        raise Refusal("pass_unknown")
    try:
        when = datetime.strptime(day, "%Y%m%d").date()  # noqa: DTZ007 - a day
    except ValueError:
        raise Refusal("pass_unknown") from None
    if letter not in MEALS:
        raise Refusal("pass_unknown")
    return int(kitchen), when, MEALS[letter], int(number)


async def refuse_foreign_stop(trip: Trip, stop_id: int) -> None:
    """A pass reports on its own round's doors only, named by any version's id.
    Refuses `stop_not_on_trip`."""
    try:
        named = await plan_by_id(await stop_plan_of(stop_id))
    except Refusal:
        raise Refusal("stop_not_on_trip") from None
    key = next(stop.key for stop in named.stops if stop.id == stop_id)
    same = (named.facts.kitchen_id, named.facts.day, named.facts.meal)
    held = {stop.key for stop in trip.plan.stops_of(trip.row.id)}
    if same != (trip.kitchen_id, trip.day, trip.meal) or key not in held:
        raise Refusal("stop_not_on_trip")

"""A community in the middle of its lunch, for pictures and for checks of every screen:
sixty people with two names as long as names get, the count closed, the rounds
published, the first elders served.
"""

import datetime as dt
from dataclasses import dataclass

from kitchen import (
    demo,
    dining,
    headcounts,
    places,
    plans,
    registry,
    round_plans,
    round_publishing,
)
from kitchen.diets import Diet, Texture
from kitchen.dining import Request
from kitchen.headcounts import SpareFacts
from kitchen.places import PointFacts
from kitchen.plans import Eater, PlanFacts
from kitchen.registry import NewElder
from kitchen.round_inputs import inputs_for
from kitchen.rounds import problem_of, proposal_of
from routing import solve
from tests.kitchen.cast import CHEN, MORNING, SUN, TODAY

LUNCH = (TODAY, "lunch")
CARD = "8800222333"


@dataclass(frozen=True)
class Midday:
    """Where to look."""

    kitchen: int
    point: int
    long_name: int
    unbooked: int
    eaters: tuple[Eater, ...]
    round: int  # with doors and all

    def at_point(self) -> list[Eater]:
        return [eater for eater in self.eaters if eater.point_id == self.point]


async def midday(people: int = 60) -> Midday:
    """From the evening before to half past eleven."""
    eve = MORNING - dt.timedelta(hours=14)
    town = await demo.build(
        people=people, seed=7, today=TODAY, now=eve, password_hash="-"
    )
    point = (await places.points_for(town.kitchen_id))[0]
    ouyang = await _enrol(town.kitchen_id, point, "欧阳慧敏淑芬", CARD, booked=True)
    sima = await _enrol(town.kitchen_id, point, "司马相如长卿", "", booked=False)
    spare = SpareFacts(0, point.id, "walk_in", "regular", 3)
    await headcounts.close_headcount(
        town.kitchen_id, *LUNCH, spares=[spare], by=CHEN, now=MORNING
    )
    trip = await publish_rounds(town.kitchen_id)
    eaters = await headcounts.eaters_for(town.kitchen_id, *LUNCH)
    await serve(point.id, [e for e in eaters if e.point_id == point.id][:4])
    return Midday(town.kitchen_id, point.id, ouyang, sima, tuple(eaters), trip)


async def _enrol(
    kitchen: int, point: PointFacts, name: str, card: str, *, booked: bool
) -> int:
    elder = NewElder(
        name=name,
        sex="female",
        birth_date=dt.date(1939, 3, 9),
        point_id=point.id,
        hukou_area_id=point.area_id,
        diet=Diet(
            texture=Texture.SOFT,
            low_salt=True,
            sugar_control=True,
            allergies=("peanut", "fish"),
        ),
        cards=(card,) if card else (),
    )
    elder_id = await registry.enrol(elder, kitchen_id=kitchen, by=CHEN, now=MORNING)
    if booked:
        week = {
            day: PlanFacts(elder_id, "dine_in", point.id, 1, "normal", "A")
            for day in range(1, 6)
        }
        await plans.set_plan(elder_id, "lunch", week, TODAY, by=CHEN, now=MORNING)
    return elder_id


async def publish_rounds(kitchen: int) -> int:
    inputs = await inputs_for(kitchen, *LUNCH)
    problem, groups = problem_of(inputs, ())
    assert problem is not None
    solution = solve(problem, seconds=0, engine="floor")
    proposal = proposal_of(inputs, solution, groups, ())
    await round_publishing.save_plan(inputs, proposal, by=CHEN, now=MORNING)
    plan = await round_plans.latest_plan(kitchen, *LUNCH)
    assert plan is not None
    why = "先送这些" if plan.stops_of(None) else ""
    await round_publishing.publish(plan.facts.id, why, by=CHEN, now=MORNING)
    return max(plan.rounds, key=lambda row: len(plan.stops_of(row.id))).id


async def serve(point: int, eaters: list[Eater]) -> None:
    noon = MORNING + dt.timedelta(hours=3)
    await dining.open_shift(point, *LUNCH, by=SUN, now=noon)
    await dining.receive(
        point,
        *LUNCH,
        {"regular": 30},
        decidegrees=652,
        signed_by="孙阿姨",
        by=SUN,
        now=noon,
    )
    for number, eater in enumerate(eaters):
        payment = ("cash", "voucher", "later", "cash")[number % 4]
        asked = Request(point, *LUNCH, eater.elder_id, "subsidised", payment)
        await dining.serve(f"midday-{number}", asked, by=SUN, now=noon)

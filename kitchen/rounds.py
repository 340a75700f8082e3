"""Rounds: who brings which meals in what order. The only translator between the
kitchen's rounds and the solver's routes.

A plan is a draft until it is published; a published plan is never edited, a change
copies it into the next version.
"""

from piccolo.columns import Boolean, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen.headcounts import Diner
from kitchen.places import DiningPoint, Kitchen


class Driver(Table, tablename="driver"):
    """A driver or volunteer, with vehicle and shift (minutes after midnight)."""

    kitchen = ForeignKey(Kitchen, null=False)
    name = Text()
    phone_sealed = Text()
    phone_tail = Text()
    staff_id = Integer(null=True)
    profile = Text()  # walk | ebike | van
    capacity = Integer()  # portions
    shift_from_minutes = Integer()
    shift_to_minutes = Integer()
    max_rounds = Integer()
    carries_bulk = Boolean()  # takes containers to dining points
    active = Boolean()


class RoundPlan(Table, tablename="round_plan"):
    """One version of the rounds of a kitchen, day and meal."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    version = Integer()
    engine = Text()  # ortools | … | fallback | hand
    fallback = Boolean()
    distances = Text()  # how travel times were obtained
    digest = Text()
    at = Timestamptz()
    by = Text()


class PlanPublication(Table, tablename="plan_publication"):
    """This version counts. `override` names who accepted lateness, and why."""

    plan = ForeignKey(RoundPlan, null=False)
    override = Text()
    at = Timestamptz()
    by = Text()


class Round(Table, tablename="round"):
    """送餐线路: one trip of one driver."""

    plan = ForeignKey(RoundPlan, null=False)
    number = Integer()
    driver = ForeignKey(Driver, null=True)
    depart_at = Timestamptz(null=True)
    back_at = Timestamptz(null=True)
    metres = Integer()
    locked = Boolean()


class Stop(Table, tablename="stop"):
    """One door or one dining point. `round` None = unplaced, never dropped."""

    plan = ForeignKey(RoundPlan, null=False)
    round = ForeignKey(Round, null=True)
    position = Integer()
    diner = ForeignKey(Diner, null=True)
    point = ForeignKey(DiningPoint, null=True)
    arrival_at = Timestamptz(null=True)
    locked = Boolean()
    why = Text()  # reason code while unplaced
    spares = Integer()  # portions carried without a name


class Loading(Table, tablename="loading"):
    """Loaded: portions by diet group that went onto a round (a point's containers
    are loaded on the round that has the point as a stop)."""

    round = ForeignKey(Round, null=False)
    point = ForeignKey(DiningPoint, null=True)
    diet_key = Text()
    portions = Integer()
    decidegrees = Integer(null=True)
    at = Timestamptz()
    by = Text()

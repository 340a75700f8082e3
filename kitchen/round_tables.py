"""What is kept of rounds: versions of a day's plan, its rounds and stops, who published
it, and what was loaded.

A plan is a draft until it is published; a published plan is never edited, a change
copies it into the next version.
"""

from piccolo.columns import Boolean, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen.drivers import Driver
from kitchen.headcounts import Diner
from kitchen.places import DiningPoint, Kitchen


class RoundPlan(Table, tablename="round_plan"):
    """One version of the rounds of a kitchen, day and meal."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    version = Integer()
    engine = Text()  # ortools | sisr | floor | … | hand
    fallback = Boolean()
    distances = Text()  # how travel times were obtained: straight_line | osrm
    pairs = Integer(default=0)  # ways between places asked of a road server …
    pairs_straight = Integer(default=0)  # … and those that fell back
    digest = Text()
    at = Timestamptz()
    by = Text()


class PlanPublication(Table, tablename="plan_publication"):
    """This version counts. `override` names who accepted lateness, and why."""

    plan = ForeignKey(RoundPlan, null=False)
    override = Text()
    at = Timestamptz()
    by = Text()


class PlanOpinion(Table, tablename="plan_opinion"):
    """What the routing authority said of the version that was published."""

    plan = ForeignKey(RoundPlan, null=False)
    verdict = Text()  # confirmed | refused | no_answer
    why = Text()  # how the answer got lost
    at = Timestamptz()


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
    are loaded on the round that has the point as a stop, and so is the crate of a round
    that begins there)."""

    round = ForeignKey(Round, null=False)
    point = ForeignKey(DiningPoint, null=True)
    diet_key = Text()
    portions = Integer()
    decidegrees = Integer(null=True)
    at = Timestamptz()
    by = Text()
    crate = Integer(null=True)  # number of the round it is brought to the start of


class LoadingVoid(Table, tablename="loading_void"):
    """The entry was wrong."""

    loading = ForeignKey(Loading, null=False)
    reason = Text()
    at = Timestamptz()
    by = Text()

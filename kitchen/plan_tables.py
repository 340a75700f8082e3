"""The tables of plans. `kitchen.plans` is the door to all of it."""

from piccolo.columns import Boolean, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen.places import DiningPoint
from kitchen.registry import Elder


class MealPlan(Table, tablename="meal_plan"):
    """One elder's usual meal on one weekday."""

    elder = ForeignKey(Elder, null=False)
    meal = Text()
    weekday = Integer()  # ISO: 1 = Monday
    way = Text()  # dine_in | collect | deliver
    point = ForeignKey(DiningPoint, null=True)
    portions = Integer()
    size = Text()  # small | normal | large
    choice = Text()  # set A or B; "" = A
    from_day = Date()
    to_day = Date(null=True)
    at = Timestamptz()
    by = Text()


class PlanException(Table, tablename="plan_exception"):
    """What is different for one elder and meal from a day to a day.

    kind: skip (不吃) | extra (加份) | change (改地点/方式) | book (临时加订)
    """

    elder = ForeignKey(Elder, null=False)
    meal = Text()
    kind = Text()
    from_day = Date()
    to_day = Date()
    way = Text()
    point = ForeignKey(DiningPoint, null=True)
    portions = Integer()
    choice = Text()
    reason = Text()
    source = Text()  # office | telephone | door | till | paper
    late = Boolean()
    at = Timestamptz()
    by = Text()
    withdrawn_at = Timestamptz(null=True)
    withdrawn_by = Text()

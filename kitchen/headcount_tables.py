"""The tables of the closed count; `kitchen.headcounts` is the door."""

from piccolo.columns import Boolean, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen.places import DiningPoint, Kitchen
from kitchen.registry import Address, Elder


class Headcount(Table, tablename="headcount"):
    """One closed count; unique per kitchen, day and meal."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    at = Timestamptz()
    by = Text()


class Diner(Table, tablename="diner"):
    """One person's meal as it stood when the count was closed."""

    headcount = ForeignKey(Headcount, null=False)
    elder = ForeignKey(Elder, null=False)
    day = Date()
    meal = Text()
    way = Text()
    point = ForeignKey(DiningPoint, null=True)
    address = ForeignKey(Address, null=True)
    portions = Integer()
    size = Text()
    choice = Text()
    diet = Text()  # kitchen.diets.Diet.as_text()
    added = Boolean()  # came after the close, with the change row that brought it


class DinerChange(Table, tablename="diner_change"):
    """A reasoned change after the close. kind: add | cancel | move | portions"""

    headcount = ForeignKey(Headcount, null=False)
    diner = ForeignKey(Diner, null=False)
    kind = Text()
    way = Text()
    point = ForeignKey(DiningPoint, null=True)
    portions = Integer()
    reason = Text()
    source = Text()  # office | telephone | door | till
    at = Timestamptz()
    by = Text()


class Spare(Table, tablename="spare"):
    """Portions cooked for nobody by name: expected walk-ins and spares. `point`
    None = on the kitchen's own account (carried on the rounds)."""

    headcount = ForeignKey(Headcount, null=False)
    point = ForeignKey(DiningPoint, null=True)
    kind = Text()  # walk_in | spare
    diet_key = Text()
    portions = Integer()
    at = Timestamptz()
    by = Text()

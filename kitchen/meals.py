"""A meal handed over, once: at the door, over the counter or at the table.

The claim counts these rows and nothing else. One subsidised meal per person, day
and meal is decided by the unique index on `MealSlot`; a void is its own row, frees
the slot, and reverses the ledger entry.
"""

from piccolo.columns import BigInt, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen.headcounts import Diner
from kitchen.ledger import Entry
from kitchen.places import DiningPoint, Kitchen
from kitchen.registry import Elder
from kitchen.subsidies import SchemeVersion


class Meal(Table, tablename="meal"):
    """One portion handed over and priced. Never updated, never deleted."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    elder = ForeignKey(Elder, null=True)  # None = a guest at full price
    diner = ForeignKey(Diner, null=True)  # None = a walk-in
    portion = Integer()
    channel = Text()  # table | collect | door
    point = ForeignKey(DiningPoint, null=True)
    stop_id = Integer(null=True)
    tariff = Text()  # subsidised | full
    list_price_fen = BigInt()
    self_pay_fen = BigInt()
    lines = Text()  # JSON [[payer, fen, why], …]
    scheme_version = ForeignKey(SchemeVersion, null=True)
    payment = Text()  # cash | account | voucher | later
    entry = ForeignKey(Entry, null=False)
    served_at = Timestamptz()
    source = Text()  # till | door | paper | telephone
    reason = Text()  # why it is entered late
    device = Text()
    at = Timestamptz()
    by = Text()


class MealSlot(Table, tablename="meal_slot"):
    """The one subsidised meal. Deleted only by a void."""

    elder = ForeignKey(Elder, null=False)
    day = Date()
    meal = Text()
    served = ForeignKey(Meal, null=False)


class MealVoid(Table, tablename="meal_void"):
    """The meal did not happen, or not so."""

    served = ForeignKey(Meal, null=False)
    entry = ForeignKey(Entry, null=False)
    reason = Text()
    at = Timestamptz()
    by = Text()

"""The tables of a delivery day. `kitchen.deliveries` and `kitchen.doors` are the doors
to them.
"""

from piccolo.columns import BigInt, Boolean, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen.prints import PrintRun
from kitchen.registry import Contact, Elder
from kitchen.round_tables import Round, Stop


class SheetReturn(Table, tablename="sheet_return"):
    """A paper sheet came back: who handed it in, what money and boxes with it."""

    round = ForeignKey(Round, null=False)
    print_run = ForeignKey(PrintRun, null=True)
    reported_by = Text()
    cash_fen = BigInt()
    boxes_back = Integer()
    left_at = Timestamptz(null=True)
    signature_seen = Boolean(default=False)
    decidegrees = Integer(null=True)  # of the last box handed over, °C × 10
    note = Text()  # why the cash differs from what was due
    at = Timestamptz()
    by = Text()


class Delivery(Table, tablename="delivery"):
    """One outcome at one stop.

    outcome: elder | family | neighbour | agreed_place | no_answer | refused | away |
    point (containers handed over at a dining point: portions, temperature, signature
    in `received_by`)
    """

    stop = ForeignKey(Stop, null=False)
    outcome = Text()
    received_by = Text()
    condition = Text()  # "" | normal | changed
    last_meal = Text(default="")  # "" | eaten | part | untouched | outside
    note = Text()
    source = Text()  # exception | rest | telephone | phone_page
    reported_by = Text()
    happened_at = Timestamptz(null=True)
    sheet_return = ForeignKey(SheetReturn, null=True)
    portions = Integer(null=True)
    decidegrees = Integer(null=True)
    at = Timestamptz()
    by = Text()


class DeliverySlot(Table, tablename="delivery_slot"):
    """The outcome that counts for a stop; freed by a void."""

    stop = ForeignKey(Stop, null=False)
    delivery = ForeignKey(Delivery, null=False)


class DeliveryVoid(Table, tablename="delivery_void"):
    """The report was wrong."""

    delivery = ForeignKey(Delivery, null=False)
    reason = Text()
    at = Timestamptz()
    by = Text()


class DoorCase(Table, tablename="door_case"):
    """Nobody was seen: open until reached or handed over by name."""

    delivery = ForeignKey(Delivery, null=False)
    elder = ForeignKey(Elder, null=False)
    opened_at = Timestamptz()
    opened_by = Text()


class CaseStep(Table, tablename="case_step"):
    """One step up the ladder. kind: called | second_visit | reached | handed_over |
    meal_kept | meal_returned | meal_wasted | meal_spare | found_at_fault (the report
    itself was wrong)"""

    door_case = ForeignKey(DoorCase, null=False)
    kind = Text()
    rung = Text(default="")  # elder | contact:7 | clerk | emergency, see door_ladders
    contact = ForeignKey(Contact, null=True)
    office = Text(default="")  # the office it was handed to
    who = Text()  # who was reached, or the office's person
    note = Text()
    at = Timestamptz()
    by = Text()


class SecondVisit(Table, tablename="second_visit"):
    """When the door is tried again; the newest row counts."""

    door_case = ForeignKey(DoorCase, null=False)
    planned_at = Timestamptz()
    at = Timestamptz()
    by = Text()

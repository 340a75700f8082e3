"""The rows behind what an offline till reports, and what is decided about it."""

from piccolo.columns import BigInt, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen.meals import Meal
from kitchen.places import DiningPoint, Kitchen
from kitchen.registry import Elder


class TillReport(Table, tablename="till_report"):
    """One act as the tablet told it, and what became of it at once.

    status: ok | conflict (a second meal, no money moved) | review (the elder is gone or
    paused, or cannot pay so) | late (the shift or the day was closed) | unmatched
    (somebody without a record, at full price until matched). `code`: which rule.
    """

    act = Text()
    kitchen = ForeignKey(Kitchen, null=False)
    point = ForeignKey(DiningPoint, null=False)
    day = Date()
    meal = Text()
    kind = Text()  # serve | undo
    elder = ForeignKey(Elder, null=True)
    name = Text()  # as typed, when nobody was found
    tariff = Text()
    payment = Text()
    amount_shown_fen = BigInt(null=True)
    happened_at = Timestamptz()
    device = Text()
    device_seq = Integer()
    status = Text()
    code = Text()
    served = ForeignKey(Meal, null=True)
    at = Timestamptz()
    by = Text()


class TillTally(Table, tablename="till_tally"):
    """A tablet's acts of a meal counted together with the server's as a shift ends."""

    point = ForeignKey(DiningPoint, null=False)
    day = Date()
    meal = Text()
    device = Text()
    acts = Integer()  # on the tablet
    held = Integer()  # of these in the books
    mark = Text()  # of those held, on both sides
    at = Timestamptz()
    by = Text()


class TillDecision(Table, tablename="till_decision"):
    """What the kitchen (or finance) made of a report that could not simply count."""

    report = ForeignKey(TillReport, null=False)
    choice = Text()
    side = Text()  # kitchen | finance
    reason = Text()
    served = ForeignKey(Meal, null=True)
    at = Timestamptz()
    by = Text()

"""One number from order to claim: ordered = cooked = labelled = loaded = handed over
or accounted for, and what of it is claimed; every difference named.

Each figure counts rows written by a different act.
"""

from piccolo.columns import Date, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen.places import Kitchen


class DifferenceNote(Table, tablename="difference_note"):
    """A person's word on a difference that the rows cannot explain."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    line = Text()
    reason = Text()
    at = Timestamptz()
    by = Text()


class DayClose(Table, tablename="day_close"):
    """The day is done: every stop reported, every door answered for."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    summary = Text()  # canonical JSON of the balance
    seal = Text()  # 12 characters of the audit chain
    at = Timestamptz()
    by = Text()

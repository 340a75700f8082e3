"""Paper: every print has a number, a version, a holder, and can be void.

Built with the first sheet and used by all later ones.
"""

from piccolo.columns import Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen.headcounts import Diner, Spare
from kitchen.places import Kitchen


class PrintRun(Table, tablename="print_run"):
    """One version of one paper. `subject` is what it is about, e.g. `round:3`."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    kind = Text()  # sheet | labels | production | packing | roster | menu …
    subject = Text()
    number = Integer()  # short number within the day, spoken on the telephone
    version = Integer()
    digest = Text()  # of the content; same content = same version
    pages = Integer()
    holder = Text()
    at = Timestamptz()
    by = Text()


class PrintVoid(Table, tablename="print_void"):
    """This version must not be used any more."""

    print_run = ForeignKey(PrintRun, null=False)
    reason = Text()
    at = Timestamptz()
    by = Text()


class Label(Table, tablename="label"):
    """One label of a run: one portion of one diner, or one spare."""

    print_run = ForeignKey(PrintRun, null=False)
    diner = ForeignKey(Diner, null=True)
    spare = ForeignKey(Spare, null=True)
    portion = Integer()
    code = Text()  # round-stop "3-04"

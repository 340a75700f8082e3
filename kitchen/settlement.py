"""The month: who pays the kitchen how much, by payer and point. A closed month is
immutable and recomputes to the same bytes."""

from piccolo.columns import ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen.places import Kitchen


class MonthClose(Table, tablename="month_close"):
    """`report` is the canonical JSON that the digest covers."""

    kitchen = ForeignKey(Kitchen, null=False)
    month = Text()  # 2026-11
    report = Text()
    digest = Text()
    at = Timestamptz()
    by = Text()

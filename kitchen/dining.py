"""The dining point: portions received, served, passed on and left over; the shift
and its cash; refused attempts are kept, auditors ask for them.
"""

from piccolo.columns import BigInt, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen.places import DiningPoint, Kitchen
from kitchen.registry import Elder
from kitchen.rounds import Round


class Shift(Table, tablename="shift"):
    """One point's service of one meal."""

    point = ForeignKey(DiningPoint, null=False)
    day = Date()
    meal = Text()
    opened_at = Timestamptz()
    opened_by = Text()


class ShiftClose(Table, tablename="shift_close"):
    """Cash counted against the rows; a difference has words."""

    shift = ForeignKey(Shift, null=False)
    expected_cash_fen = BigInt()
    counted_cash_fen = BigInt()
    note = Text()
    at = Timestamptz()
    by = Text()


class Receipt(Table, tablename="receipt"):
    """Portions received at a point, by diet group."""

    point = ForeignKey(DiningPoint, null=False)
    day = Date()
    meal = Text()
    diet_key = Text()
    portions = Integer()
    decidegrees = Integer(null=True)
    signed_by = Text()
    at = Timestamptz()
    by = Text()


class Transfer(Table, tablename="transfer"):
    """Portions moved during service between points and rounds."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    diet_key = Text()
    portions = Integer()
    from_point = ForeignKey(DiningPoint, null=True)
    from_round = ForeignKey(Round, null=True)
    to_point = ForeignKey(DiningPoint, null=True)
    to_round = ForeignKey(Round, null=True)
    reason = Text()
    at = Timestamptz()
    by = Text()


class Leftover(Table, tablename="leftover"):
    """Portions nobody got. fate: returned | wasted"""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    point = ForeignKey(DiningPoint, null=True)
    round = ForeignKey(Round, null=True)
    diet_key = Text()
    portions = Integer()
    fate = Text()
    reason = Text()
    at = Timestamptz()
    by = Text()


class RefusedAttempt(Table, tablename="refused_attempt"):
    """Somebody asked at a till and the business said no."""

    point = ForeignKey(DiningPoint, null=False)
    day = Date()
    meal = Text()
    elder = ForeignKey(Elder, null=True)
    code = Text()
    facts = Text()
    at = Timestamptz()
    by = Text()

"""The dining point: portions received, served, passed on and left over; the shift
and its cash.

This is the door; behind it, in reading order: `counters` (what every act begins with),
`receipts`, `transfers`, `leftovers`, `counter_voids`, `guests`, `shifts`, `servings`;
for tills without the network `day_packs`, `till_reports`, `till_decisions`,
`till_tallies`.
"""

from kitchen.counter_voids import Counted, CounterVoid, counted_at, void_counted
from kitchen.counters import point_by_id
from kitchen.day_packs import DayPack, pack_for, read_token
from kitchen.guests import (
    Guest,
    Served,
    ServedLast,
    find,
    guests,
    mark_of,
    served_at,
    served_last,
    telling_apart,
)
from kitchen.leftovers import Leftover, record_leftover
from kitchen.receipts import Receipt, receive, received_at
from kitchen.servings import (
    NOT_KEPT,
    RefusedAttempt,
    Request,
    keep_refusal,
    rehearse,
    serve,
    undo,
)
from kitchen.shifts import (
    PointTotals,
    Shift,
    ShiftClose,
    ShiftFacts,
    Unsent,
    close_shift,
    open_shift,
    shift_of,
    totals_of,
)
from kitchen.till_decisions import (
    ReportFacts,
    decide,
    gaps_in,
    reports_for,
    shown_otherwise,
)
from kitchen.till_reports import Told, report
from kitchen.till_tallies import TallyFacts, check_of, tallies_for, tally
from kitchen.transfers import Transfer, TransferFacts, transfer, transfers_for

__all__ = [
    "NOT_KEPT",
    "Counted",
    "CounterVoid",
    "DayPack",
    "Guest",
    "Leftover",
    "PointTotals",
    "Receipt",
    "RefusedAttempt",
    "ReportFacts",
    "Request",
    "Served",
    "ServedLast",
    "Shift",
    "ShiftClose",
    "ShiftFacts",
    "TallyFacts",
    "Told",
    "Transfer",
    "TransferFacts",
    "Unsent",
    "check_of",
    "close_shift",
    "counted_at",
    "decide",
    "find",
    "gaps_in",
    "guests",
    "keep_refusal",
    "mark_of",
    "open_shift",
    "pack_for",
    "point_by_id",
    "read_token",
    "receive",
    "received_at",
    "record_leftover",
    "rehearse",
    "report",
    "reports_for",
    "serve",
    "served_at",
    "served_last",
    "shift_of",
    "shown_otherwise",
    "tallies_for",
    "tally",
    "telling_apart",
    "totals_of",
    "transfer",
    "transfers_for",
    "undo",
    "void_counted",
]

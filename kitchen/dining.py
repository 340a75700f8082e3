"""The dining point: portions received, served, passed on and left over; the shift
and its cash.

This is the door; behind it, in reading order: `counters` (what every act begins with),
`receipts`, `transfers`, `leftovers`, `counter_voids`, `guests`, `shifts`, `servings`.
"""

from kitchen.counter_voids import Counted, CounterVoid, counted_at, void_counted
from kitchen.counters import point_by_id
from kitchen.guests import Guest, Served, find, guests, served_at
from kitchen.leftovers import Leftover, record_leftover
from kitchen.receipts import Receipt, receive, received_at
from kitchen.servings import NOT_KEPT, RefusedAttempt, Request, serve, undo
from kitchen.shifts import (
    PointTotals,
    Shift,
    ShiftClose,
    ShiftFacts,
    close_shift,
    open_shift,
    shift_of,
    totals_of,
)
from kitchen.transfers import Transfer, TransferFacts, transfer, transfers_for

__all__ = [
    "NOT_KEPT",
    "Counted",
    "CounterVoid",
    "Guest",
    "Leftover",
    "PointTotals",
    "Receipt",
    "RefusedAttempt",
    "Request",
    "Served",
    "Shift",
    "ShiftClose",
    "ShiftFacts",
    "Transfer",
    "TransferFacts",
    "close_shift",
    "counted_at",
    "find",
    "guests",
    "open_shift",
    "point_by_id",
    "receive",
    "received_at",
    "record_leftover",
    "serve",
    "served_at",
    "shift_of",
    "totals_of",
    "transfer",
    "transfers_for",
    "undo",
    "void_counted",
]

"""The closed count: who eats what where, frozen at cut-off.

Frozen rows are never edited; what happens later is a `DinerChange` with its reason.
Everything the kitchen, the door and the claim see derives from `eaters_for`.

This is the door; behind it, in reading order: `headcount_tables`, `headcount_facts`
(values and the rule), `headcount_readers`, `count_closing`, `late_changes`.
"""

from kitchen.count_closing import (
    close_headcount,
    set_spares,
)
from kitchen.headcount_facts import (
    ChangeFacts,
    HeadcountFacts,
    SpareFacts,
    after_changes,
    totals_by_place,
)
from kitchen.headcount_readers import (
    cancelled_for,
    changes_for,
    closed,
    counted_asked,
    diet_keys_of,
    eaters_among,
    eaters_and_cancelled,
    eaters_at,
    eaters_counted,
    eaters_for,
    eaters_over,
    expected_by_point,
    frozen,
    left_open,
    served_uncounted,
    spares_for,
    usual_walk_ins,
)
from kitchen.headcount_tables import (
    Diner,
    DinerChange,
    Headcount,
    Spare,
)
from kitchen.late_changes import (
    add_late,
    cancel_late,
    change_portions,
    move_late,
)

__all__ = [
    "ChangeFacts",
    "Diner",
    "DinerChange",
    "Headcount",
    "HeadcountFacts",
    "Spare",
    "SpareFacts",
    "add_late",
    "after_changes",
    "cancel_late",
    "cancelled_for",
    "change_portions",
    "changes_for",
    "close_headcount",
    "closed",
    "counted_asked",
    "diet_keys_of",
    "eaters_among",
    "eaters_and_cancelled",
    "eaters_at",
    "eaters_counted",
    "eaters_for",
    "eaters_over",
    "expected_by_point",
    "frozen",
    "left_open",
    "move_late",
    "served_uncounted",
    "set_spares",
    "spares_for",
    "totals_by_place",
    "usual_walk_ins",
]

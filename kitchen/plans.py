"""Who should eat, what way, which days: standing plans and their exceptions.

The plan says what is usual (per person, meal and weekday); exceptions say what is
different on some days. `expected_eaters` puts the two together; nothing is stored.

This is the door; behind it, in reading order: `plan_tables`, `plan_facts` (values
and the rule), `plan_readers`, `plan_changes`.
"""

from kitchen.plan_changes import (
    add_exception,
    set_plan,
    set_plan_in_transaction,
    withdraw,
)
from kitchen.plan_facts import (
    SIZE_PERCENT,
    ClosureFacts,
    Eater,
    ExceptionFacts,
    PlanFacts,
    expected,
    meal_of,
)
from kitchen.plan_readers import (
    Occasion,
    closure_on,
    coming_exceptions,
    eater_of,
    exception_by_id,
    exceptions_of,
    exceptions_on,
    expected_among,
    expected_eaters,
    expected_over,
    planned_eaters,
    plans_of,
    plans_on,
    served_plans_on,
    starts_of,
    ways_of,
)
from kitchen.plan_tables import (
    MealPlan,
    PlanException,
)

__all__ = [
    "SIZE_PERCENT",
    "ClosureFacts",
    "Eater",
    "ExceptionFacts",
    "MealPlan",
    "Occasion",
    "PlanException",
    "PlanFacts",
    "add_exception",
    "closure_on",
    "coming_exceptions",
    "eater_of",
    "exception_by_id",
    "exceptions_of",
    "exceptions_on",
    "expected",
    "expected_among",
    "expected_eaters",
    "expected_over",
    "meal_of",
    "planned_eaters",
    "plans_of",
    "plans_on",
    "served_plans_on",
    "set_plan",
    "set_plan_in_transaction",
    "starts_of",
    "ways_of",
    "withdraw",
]

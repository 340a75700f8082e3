"""What can be said about a stop: outcomes, and what a report must name. Pure."""

from dataclasses import dataclass
from datetime import datetime

from kitchen.errors import Refusal
from kitchen.meals import Serving
from kitchen.round_inputs import Inputs
from kitchen.stops import Drop, Key

HANDED_OVER = ("elder", "family", "neighbour", "agreed_place")
BROUGHT_BACK = ("no_answer", "refused", "away")
DOOR_OUTCOMES = (*HANDED_OVER, *BROUGHT_BACK)
NAMES_A_RECEIVER = ("family", "neighbour")
UNSEEN = ("no_answer", "neighbour", "agreed_place")
"""The elder was not seen by whoever brought the meal."""
CONDITIONS = ("", "normal", "changed")
LAST_MEALS = ("", "eaten", "part", "untouched", "outside")
"""What became of the meal before: `outside`, its container still at the door."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What somebody says about one stop. `reported_by` is a person's name; `payment`
    and `tariff` matter only when the meal was handed over."""

    outcome: str
    reported_by: str
    received_by: str = ""
    condition: str = ""  # "" | normal | changed
    last_meal: str = ""  # "" | eaten | part | untouched | outside
    reached: str = ""  # nobody answered, but this person was reached at once
    note: str = ""
    source: str = "exception"
    happened_at: datetime | None = None
    payment: str = "later"
    tariff: str = "subsidised"
    portions: int | None = None  # points: counted
    decidegrees: int | None = None  # points: measured, °C × 10


@dataclass(frozen=True)
class OutcomeFacts:
    """The outcome that counts for a door or point."""

    delivery_id: int
    stop_id: int
    key: Key
    outcome: str
    received_by: str
    condition: str
    last_meal: str
    note: str
    source: str
    reported_by: str
    happened_at: datetime | None
    portions: int | None
    decidegrees: int | None
    at: datetime
    by: str

    @property
    def handed_over(self) -> bool:
        return self.outcome in HANDED_OVER or self.outcome == "point"


def check_report(report: Report, drop: Drop) -> None:
    """Refuse a report that does not say enough: who says so, who took it, and at a
    dining point the count, the temperature and the signature. A meal is left at an
    agreed place only with that person's consent on file (`consent_missing`)."""
    if not report.reported_by.strip():
        raise Refusal("reporter_missing")
    if drop.is_point:
        complete = report.portions is not None and report.decidegrees is not None
        if report.outcome != "point" or not complete or not report.received_by.strip():
            raise Refusal("point_needs_signature", name=drop.name)
        return
    if report.outcome not in DOOR_OUTCOMES:
        raise Refusal("outcome_unknown", outcome=report.outcome)
    if report.condition not in CONDITIONS or report.last_meal not in LAST_MEALS:
        raise Refusal("observation_unknown")
    if report.condition == "changed" and not report.note.strip():
        raise Refusal("change_needs_note", name=drop.name)
    if report.outcome in NAMES_A_RECEIVER and not report.received_by.strip():
        raise Refusal("receiver_missing", name=drop.name)
    if report.outcome == "agreed_place" and not drop.agreed_place:
        raise Refusal("consent_missing", name=drop.name)
    if report.outcome == "agreed_place" and not report.note.strip():
        raise Refusal("agreed_place_needs_note", name=drop.name)


def opens_case(report: Report) -> bool:
    """Nobody answered; or the container of the meal before still stands outside and
    nobody of the household was seen. The second is an alarm: meals hung on the door of
    a person who had died were reported as delivered (New Taipei, January 2026)."""
    outside = report.last_meal == "outside" and report.outcome in UNSEEN
    return report.outcome == "no_answer" or outside


def servings_of(
    drop: Drop, report: Report, inputs: Inputs, stop_id: int, at: datetime
) -> list[Serving]:
    """A door's portions as meals: the first by the scheme, the others at full price."""
    return [
        Serving(
            kitchen_id=inputs.kitchen.id,
            day=inputs.day,
            meal=inputs.meal,
            elder_id=drop.elder_id,
            diner_id=drop.diner_id,
            portion=portion,
            channel="door",
            point_id=None,
            stop_id=stop_id,
            tariff=report.tariff if portion == 1 else "full",
            payment=report.payment,
            served_at=report.happened_at or at,
            source="telephone" if report.source == "telephone" else "paper",
        )
        for portion in range(1, drop.portions + 1)
    ]

"""Forms about plans → values: where a meal is eaten, a week of it, an exception."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from app.days import WEEKDAYS
from app.forms import Form
from app.i18n import translate as _
from app.week_table import SIZES, WAYS
from app.words.plans import KINDS, SOURCES
from kitchen.calendar import cut_off_at
from kitchen.places import PointFacts, ServiceFacts
from kitchen.plans import PlanFacts

MOST_PORTIONS = 4
CHOICES = ("A", "B")


@dataclass(frozen=True)
class ExceptionForm:
    """An exception as typed, everything but the person."""

    meal: str
    kind: str
    from_day: dt.date
    to_day: dt.date
    way: str
    point_id: int | None
    portions: int
    choice: str
    reason: str
    source: str


def place_options(points: Sequence[PointFacts]) -> list[tuple[str, str]]:
    """Where a meal can be eaten: (value, words), brought to the door first."""
    options = [("deliver", _("送餐到家"))]
    for way in ("dine_in", "collect"):
        options += [(f"{way}:{p.id}", f"{_(WAYS[way])} · {p.name}") for p in points]
    return options


def place_value(plan: PlanFacts | None) -> str:
    """A plan's place as the value of its option."""
    if plan is None:
        return ""
    return "deliver" if plan.way == "deliver" else f"{plan.way}:{plan.point_id or ''}"


def read_place_option(
    form: Form, name: str, label: str, points: Sequence[PointFacts], *, required: bool
) -> tuple[str, int | None]:
    """(way, point id); ("", None) when left empty."""
    values = [value for value, _word in place_options(points)]
    typed = form.text(name, label, longest=30, required=required)
    if typed and typed not in values:
        form.refuse_field(name, _("{label}：没有这一项，请重新选", label=label))
        return "", None
    way, _colon, point = typed.partition(":")
    return way, int(point) if point else None


def read_week(
    form: Form, elder_id: int, points: Sequence[PointFacts]
) -> dict[int, PlanFacts | None]:
    """ISO weekday → plan. Either one place for the ticked days (`days`, `place`), or
    a place for each day (`detailed`, `place1` … `place7`); other days eat nothing."""
    if form.checkbox("detailed"):
        return {
            day: _plan(form, str(day), elder_id, _(WEEKDAYS[day - 1]), points, False)
            for day in range(1, 8)
        }
    days = form.choices("days", _("周几"), [str(day) for day in range(1, 8)])
    plan = _plan(form, "", elder_id, _("方式"), points, bool(days))
    return {day: plan if str(day) in days else None for day in range(1, 8)}


def _plan(
    form: Form,
    suffix: str,
    elder_id: int,
    label: str,
    points: Sequence[PointFacts],
    required: bool,
) -> PlanFacts | None:
    way, point_id = read_place_option(
        form, f"place{suffix}", label, points, required=required
    )
    portions = form.integer(
        f"portions{suffix}", _("份数"), least=1, most=MOST_PORTIONS, required=False
    )
    size = form.choice(f"size{suffix}", _("份量"), SIZES, required=False)
    choice = form.choice(f"choice{suffix}", _("套餐"), CHOICES, required=False)
    if not way:
        return None
    return PlanFacts(
        elder_id, way, point_id, portions or 1, size or "normal", choice or "A"
    )


def week_form(week: dict[int, PlanFacts], meal: str, first: dt.date) -> Form:
    """The form of one meal's week as it stands; empty boxes for a free day."""
    values: dict[str, object] = {"meal": meal, "from_day": first}
    for day in range(1, 8):
        plan = week.get(day)
        values[f"place{day}"] = place_value(plan)
        if plan is not None:
            values[f"portions{day}"] = plan.portions
            values[f"size{day}"] = plan.size
            values[f"choice{day}"] = plan.choice
    alike = set(week.values())
    if len(alike) <= 1:
        plan = next(iter(alike), None)
        values |= {
            "place": place_value(plan),
            "days": sorted(week) or [1, 2, 3, 4, 5],
            "portions": plan.portions if plan else 1,
            "size": plan.size if plan else "normal",
            "choice": plan.choice if plan else "A",
        }
    else:
        values["detailed"] = True
    return Form.filled(**values)


def read_exception(
    form: Form, *, points: Sequence[PointFacts], meals: Sequence[str], today: dt.date
) -> ExceptionForm:
    """What is different, from a day to a day; a booking is for one day."""
    kind = form.choice("kind", _("变动"), KINDS)
    meal = form.choice("meal", _("餐次"), meals)
    first = form.date("from_day", _("从哪天起"), earliest=today)
    last = form.date("to_day", _("到哪天"), required=False) or first
    way, point_id = "", None
    choice = form.choice("choice", _("套餐"), CHOICES, required=False)
    if kind in ("change", "book"):
        # Another set alone is a change as well; a booking always needs a place.
        way, point_id = read_place_option(
            form, "place", _("地点"), points, required=kind == "book" or not choice
        )
    portions = 0
    if kind in ("extra", "book"):
        portions = (
            form.integer(
                "portions", _("份数"), least=1, most=MOST_PORTIONS, required=False
            )
            or 1
        )
    return ExceptionForm(
        meal=meal,
        kind=kind,
        from_day=first,
        to_day=first if kind == "book" else last,
        way=way,
        point_id=point_id,
        portions=portions,
        choice=choice,
        reason=form.text("reason", _("原因"), longest=80),
        source=form.choice("source", _("谁说的"), SOURCES),
    )


def is_late(
    service: ServiceFacts | None, day: dt.date, now: dt.datetime, zone: dt.tzinfo
) -> bool:
    """Whether the meal's cut-off is over, although nobody has closed the count."""
    if service is None:
        return False
    at = dt.time(service.cut_off_minutes // 60, service.cut_off_minutes % 60)
    return now > cut_off_at(day, service.cut_off_days_before, at, zone)

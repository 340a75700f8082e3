"""A person's usual week in words: meals down, weekdays across."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.i18n import N_
from app.i18n import translate as _
from kitchen.plans import PlanFacts

WAYS = {"dine_in": N_("堂食"), "collect": N_("自取"), "deliver": N_("送餐")}
SIZES = {"normal": N_("普通份"), "small": N_("小份"), "large": N_("加量")}


@dataclass(frozen=True)
class WeekCell:
    """One weekday's meal; `way` "" = nothing ordered."""

    way: str
    place: str
    more: str


def week_rows(
    week: Mapping[tuple[str, int], PlanFacts],
    meals: Iterable[str],
    point_names: Mapping[int, str],
) -> list[tuple[str, list[WeekCell]]]:
    """(meal, seven cells from Monday) for each meal served or planned."""
    listed = dict.fromkeys([*meals, *(meal for meal, _day in week)])
    return [
        (meal, [_cell(week.get((meal, day)), point_names) for day in range(1, 8)])
        for meal in listed
    ]


def _cell(plan: PlanFacts | None, point_names: Mapping[int, str]) -> WeekCell:
    if plan is None:
        return WeekCell("", "", "")
    place = "" if plan.way == "deliver" else point_names.get(plan.point_id or 0, "")
    return WeekCell(plan.way, place, serving_words(plan))


def serving_words(plan: PlanFacts) -> str:
    """What is not usual about a serving: ×2 · 小份 · B 套."""
    words = []
    if plan.portions > 1:
        words.append(f"×{plan.portions}")
    if plan.size != "normal":
        words.append(_(SIZES[plan.size]))
    if plan.choice == "B":
        words.append(_("B 套"))
    return " · ".join(words)

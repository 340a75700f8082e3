"""The rail: the areas of the product in the order of the day."""

import datetime as dt
from dataclasses import dataclass

from app.controllers import is_built
from app.days import day_url
from app.i18n import N_
from app.policy import may
from kitchen.staff import Actor


@dataclass(frozen=True)
class Area:
    """One entry of the rail: its controller module, icon, word and action."""

    module: str
    icon: str
    word: str
    allows: str
    by_day: bool = False


AREAS = (
    Area("today", "sun", N_("今天"), "today.read", by_day=True),
    Area("registry", "users", N_("老人"), "registry.read"),
    Area("plans", "calendar-event", N_("计划"), "plans.read"),
    Area("menus", "tools-kitchen-2", N_("菜单"), "menus.read", by_day=True),
    Area("headcounts", "list-check", N_("人数"), "headcounts.read", by_day=True),
    Area("production", "soup", N_("生产"), "production.read", by_day=True),
    Area("rounds", "route", N_("线路"), "rounds.read", by_day=True),
    Area("deliveries", "truck-delivery", N_("送餐"), "deliveries.read", by_day=True),
    Area("dining", "bowl-chopsticks", N_("就餐点"), "dining.read", by_day=True),
    Area("balance", "scale", N_("对账"), "balance.read", by_day=True),
    Area("settlement", "receipt", N_("结算"), "settlement.read"),
    Area("staff", "id", N_("员工"), "staff.read"),
    Area("settings", "settings", N_("设置"), "settings.read"),
)


@dataclass(frozen=True)
class Link:
    url: str
    icon: str
    word: str
    current: bool


def links_for(
    actor: Actor, path: str, day: dt.date | None, meal: str | None
) -> list[Link]:
    """The areas this person may enter; those of the day keep the day in view."""
    here = path.split("/")[1]
    return [
        Link(
            day_url(area.module, day, meal)
            if area.by_day and day and meal
            else f"/{area.module}",
            area.icon,
            area.word,
            area.module == here,
        )
        for area in AREAS
        if is_built(area.module) and may(actor, area.allows)
    ]

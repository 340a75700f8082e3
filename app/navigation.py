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
    of_day: bool = False
    unless: str = ""  # who may this finds it there


AREAS = (
    Area("today", "sun", N_("今天"), "today.read", of_day=True),
    Area("registry", "users", N_("老人"), "registry.read"),
    Area("plans", "calendar-event", N_("计划"), "plans.read"),
    Area("menus", "tools-kitchen-2", N_("菜单"), "menus.read", of_day=True),
    Area("headcounts", "list-check", N_("人数"), "headcounts.read", of_day=True),
    Area("production", "soup", N_("生产"), "production.read", of_day=True),
    Area("safety", "shield-check", N_("食安"), "safety.read", of_day=True),
    Area("rounds", "route", N_("线路"), "rounds.read", of_day=True),
    Area("deliveries", "truck-delivery", N_("送餐"), "deliveries.read", of_day=True),
    Area("dining", "bowl-chopsticks", N_("就餐点"), "dining.read", of_day=True),
    Area("balance", "scale", N_("对账"), "balance.read", of_day=True),
    Area("goods", "package", N_("进货"), "goods.read"),
    Area("hotline", "phone", N_("热线"), "incidents.read"),
    Area("callbacks", "heart-handshake", N_("回访"), "callbacks.read"),
    Area("settlement", "receipt", N_("结算"), "settlement.read"),
    Area(
        "statements",
        "receipt",
        N_("季度结算"),
        "statements.read",
        False,
        "settlement.read",
    ),
    Area("staff", "id", N_("员工"), "staff.read"),
    Area("audit", "history", N_("审计记录"), "audit.read"),
    Area("settings", "settings", N_("设置"), "settings.read"),
)


BEHIND = {
    **dict.fromkeys(("claims", "corrections", "costs", "ledger"), "settlement"),
    **dict.fromkeys(("recoveries", "statements", "subsidies"), "settlement"),
    **dict.fromkeys(("approved-prices", "programmes"), "settlement"),
    "imports": "registry",
    "food": "menus",
    "forecasts": "headcounts",
    "wastes": "production",
    "hands": "safety",
    "feedback": "callbacks",
    **dict.fromkeys(("drivers", "weather"), "rounds"),
    **dict.fromkeys(("doors", "observations"), "deliveries"),
    **dict.fromkeys(("buying", "recalls"), "goods"),
    "places": "settings",
}
"""Pages that are found behind an entry of the rail: it shows where one is."""


@dataclass(frozen=True)
class Link:
    url: str
    icon: str
    word: str
    current: bool
    of_day: bool
    begins: bool  # the first of its group in the rail


def links_for(
    actor: Actor, path: str, day: dt.date | None, meal: str | None
) -> list[Link]:
    """The areas this person may enter; those of the day keep the day in view."""
    here = path.split("/")[1]
    links: list[Link] = []
    for area in AREAS:
        if not is_built(area.module) or not may(actor, area.allows):
            continue
        if area.unless and may(actor, area.unless):
            continue
        url = f"/{area.module}"
        if area.of_day and day and meal:
            url = day_url(area.module, day, meal)
        begins = bool(links) and links[-1].of_day != area.of_day
        current = area.module in (here, BEHIND.get(here))
        links.append(Link(url, area.icon, area.word, current, area.of_day, begins))
    return links

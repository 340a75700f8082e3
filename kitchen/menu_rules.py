"""What the kitchen asks of its menus: budget, share of the day, how soon a dish may
come back, pots and steamers. Each change is a row of its own; the newest one holds.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from piccolo.columns import ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.database import insert, rows, writing
from kitchen.errors import Refusal
from kitchen.nutrition import SHARE_OF_DAY, editions
from kitchen.places import Kitchen
from kitchen.staff import Actor


class MenuRule(Table, tablename="menu_rule"):
    """The rules of one kitchen and meal from a moment on. Minutes after midnight."""

    kitchen = ForeignKey(Kitchen, null=False)
    meal = Text()
    edition = Text()
    share_percent = Integer()
    budget_fen = Integer()
    dish_days = Integer()
    ingredient_days = Integer()
    method_days = Integer()
    colour_days = Integer()
    pots = Integer()
    steamers = Integer()
    steamer_portions = Integer()
    ovens = Integer()
    oven_portions = Integer()
    starts_minutes = Integer()
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class MenuRules:
    """`budget_fen` is raw ingredients per head, 0 = none set; `*_days` within how many
    days the same dish, main ingredient, cooking method or colour is noted, 0 = only on
    the same day. Equipment counts are house estimates to be set by the kitchen."""

    edition: str
    share_percent: int
    budget_fen: int = 0
    dish_days: int = 7
    ingredient_days: int = 1
    method_days: int = 1
    colour_days: int = 1
    pots: int = 4
    steamers: int = 2
    steamer_portions: int = 120
    ovens: int = 1
    oven_portions: int = 60
    starts_minutes: int = 7 * 60

    def __post_init__(self) -> None:
        if not 5 <= self.share_percent <= 100:
            raise Refusal("menu_rule_share", percent=self.share_percent)
        if self.edition not in editions():
            raise Refusal("menu_rule_edition", edition=self.edition)
        counts = (self.pots, self.steamers, self.ovens)
        sizes = (self.steamer_portions, self.oven_portions)
        days = (self.dish_days, self.ingredient_days, self.method_days)
        if min(*counts, *days, self.colour_days, self.budget_fen) < 0 or min(sizes) < 1:
            raise Refusal("menu_rule_negative")


def usual_rules(meal: str) -> MenuRules:
    """What holds until the kitchen has said something else."""
    starts = {"breakfast": 4 * 60, "lunch": 7 * 60, "dinner": 13 * 60}
    return MenuRules(
        edition=editions()[-1],
        share_percent=round(SHARE_OF_DAY[meal] * 100),
        starts_minutes=starts[meal],
    )


async def rules_for(kitchen_id: int, meal: str) -> MenuRules:
    """The rules of a kitchen's meal."""
    found = await rows(
        "SELECT * FROM menu_rule WHERE kitchen = {} AND meal = {}"
        " ORDER BY id DESC LIMIT 1",
        kitchen_id,
        meal,
    )
    if not found:
        return usual_rules(meal)
    return MenuRules(**{name: found[0][name] for name in MenuRules.__annotations__})


async def set_rules(
    kitchen_id: int, meal: str, rules: MenuRules, *, by: Actor, now: datetime
) -> None:
    """From now on these rules hold; the same again changes nothing."""
    async with writing():
        before = await rules_for(kitchen_id, meal)
        if before == rules:
            return
        await insert(
            MenuRule, kitchen=kitchen_id, meal=meal, at=now, by=by.name, **asdict(rules)
        )
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action="menu.rules",
            object_kind="kitchen",
            object_id=kitchen_id,
            before=asdict(before),
            after={"meal": meal, **asdict(rules)},
        )

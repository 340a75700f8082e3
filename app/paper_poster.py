"""The week's menu on the notice board: dishes, birthdays and prices on one sheet, the
dishes as large as it holds.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType

from app import papers
from app.days import WEEKDAYS
from app.i18n import translate as _
from app.paper_scene import Scene
from app.words.diets import dish_name
from kitchen.calendar import solar_term
from kitchen.menus import DayMenu
from kitchen.names import masked_name
from kitchen.pricing import someone, split_price
from kitchen.subsidies import Rules


def menu_poster(
    menus: Mapping[date, DayMenu],
    rules: Rules | None,
    list_price_fen: int,
    scene: Scene,
    birthdays: Mapping[date, Sequence[str]] = MappingProxyType({}),
) -> papers.MenuPoster:
    return papers.MenuPoster(
        **{**scene.head, "day": _monday(min(menus))},
        subject="week",
        holder=_("公示栏"),
        days=poster_days(menus),
        prices=price_rows(rules, list_price_fen),
        list_price_fen=list_price_fen,
        price_note=_("每人每餐享受一份补贴，不符合条件的和第二份按餐标。"),
        complaints_phone=str(scene.head["phone"]),
        birthdays=birthday_words(birthdays),
    )


BIRTHDAYS_NAMED = 10  # what two lines of a poster hold


def birthday_words(birthdays: Mapping[date, Sequence[str]]) -> str:
    """周二 王*英、李*；周四 赵*强: names as on a public notice. Of a large kitchen
    only how many there are."""
    count = sum(map(len, birthdays.values()))
    if count > BIRTHDAYS_NAMED:
        return _("{count} 位老人", count=count)
    return _("；").join(
        f"{_(WEEKDAYS[day.weekday()])} {_('、').join(map(masked_name, names))}"
        for day, names in sorted(birthdays.items())
    )


def poster_days(menus: Mapping[date, DayMenu]) -> tuple[papers.MenuDay, ...]:
    """Working days always, the weekend only where it has a menu; 节气 on its day."""
    return tuple(
        papers.MenuDay(
            day,
            tuple(
                (choice, tuple(dish_name(dish) for dish in dishes))
                for choice, dishes in menu.sets.items()
                if dishes
            ),
            "" if menu.lines else _("待公布"),
            _(solar_term(day)),
        )
        for day, menu in sorted(menus.items())
        if menu.lines or day.weekday() < 5
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def price_rows(rules: Rules | None, list_price_fen: int) -> tuple[papers.PriceRow, ...]:
    """What each rule of the scheme leaves to pay, and the list price for the rest."""
    rows = []
    scheme = rules or Rules(())
    for rule in (rule for layer in scheme.layers for rule in layer.rules):
        price = split_price(scheme, someone(rule.when, list_price_fen))
        subsidy = list_price_fen - price.self_pay_fen
        rows.append(papers.PriceRow(rule.name, price.self_pay_fen, subsidy))
    return (*rows, papers.PriceRow(_("其他人"), list_price_fen, 0))

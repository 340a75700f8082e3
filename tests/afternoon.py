"""A kitchen after its lunch, with something to see on each of its pages: for checks of
every screen.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from kitchen import (
    certificates,
    dish_variants,
    food,
    goods,
    hands,
    menu_proposals,
    menu_rules,
    menus,
    prices,
    production,
    recalls,
    scaling,
    trip_temperatures,
    wastes,
)
from kitchen.batches import cooked_for
from kitchen.goods import Draw, NewLot
from kitchen.menu_proposals import Answer, Wish
from kitchen.menus import Place
from kitchen.prices import NewPrice
from kitchen.scaling import Rule
from planning.plan import Fault
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast
from tests.kitchen.test_attendance import bring, weeks
from tests.remembered import remembered
from tests.test_a_day import WHEN, at, lived_day

DOER: Any = {"by": CHEN, "now": MORNING}
NEXT_MONDAY = menus.monday_of(TODAY) + timedelta(days=7)
TYPED = (
    *("东山中央厨房", "云和市", "东山街道", "朝阳社区", "朝阳就餐点", "新华就餐点"),
    *("王秀英", "李德福", "赵秀兰去医院了", "赵秀兰", "周建国", "刘芳"),
    *("陈经理", "陈主管", "孙阿姨", "赵师傅", "马师傅", "孙师傅", "主厨"),
    *("粮油站", "杭健", "供货商通知", "试做三次", "到餐.csv"),
)
"""Names and reasons as people typed them: they stay so in every language."""


@dataclass(frozen=True)
class Afternoon:
    """Where to look."""

    cast: Cast
    dish: int
    pot: int
    lot: int
    proposal: int
    impossible: int


async def afternoon() -> Afternoon:
    cast = await remembered(lived_day)
    dishes = await food.dishes()
    ids = {dish.name: dish.id for dish in dishes.values()}
    lot, pot = await _goods(cast)
    await _hands(cast)
    await _food(cast, ids)
    await _menus(cast, ids)
    await bring(cast, weeks(8))
    proposal, impossible = await _proposals(cast, ids)
    return Afternoon(cast, ids["宫保鸡丁"], pot, lot, proposal, impossible)


def screens(seen: Afternoon) -> dict[str, str]:
    """Every page of the kitchen, by a name for its picture."""
    lunch = f"{TODAY}/lunch"
    dish = f"/food/dishes/{seen.dish}"
    return {
        "menus": f"/menus/{lunch}",
        "menus-planned": f"/menus/{NEXT_MONDAY}/lunch",
        "menu-rules": "/menus/rules/lunch",
        "planner": f"/menus/{NEXT_MONDAY}/lunch/proposals",
        "proposal": f"/menus/proposals/{seen.proposal}",
        "proposal-impossible": f"/menus/proposals/{seen.impossible}",
        "food": "/food",
        "dish": dish,
        "recipe": f"{dish}/recipe",
        "traits": f"{dish}/traits",
        "prices": "/food/prices",
        "scaling": "/food/scaling",
        "compositions": "/food/compositions",
        "production": f"/production/{lunch}",
        "production-full": f"/production/{lunch}?pots=full",
        "packing": f"/production/{lunch}/packing",
        "purchases": f"/production/{lunch}/purchases",
        "after-service": f"/wastes/{lunch}",
        "goods": "/goods",
        "buying": f"/buying?first={NEXT_MONDAY}&last={NEXT_MONDAY}",
        "recalls": "/recalls",
        "recall-found": "/recalls?q=L-77",
        "recall-lot": f"/recalls?kind=lot&row={seen.lot}",
        "recall-pot": f"/recalls?kind=batch&row={seen.pot}",
        "recall-person": f"/recalls?kind=person&row={seen.cast.wang}",
        "safety": f"/safety/{lunch}",
        "inspection": "/safety/inspection",
        "inspection-shown": "/safety/inspection?first=2026-11-24&last=2026-11-24",
        "inspection-months": "/safety/inspection?first=2025-01-15&last=2026-11-24",
        "hands": f"/hands/{lunch}",
        "hands-papers": "/hands/people",
        "forecast": f"/forecasts/{lunch}",
        "forecast-point": f"/forecasts/{lunch}/points/{seen.cast.chaoyang}",
        "attendance": "/forecasts/lists",
    }


async def _goods(cast: Cast) -> tuple[int, int]:
    """A lot in a pot, called back; another that expires soon."""
    pot = (await cooked_for(cast.kitchen, *WHEN))[0]
    recipe = (await food.dish_by_id(pot.dish_id)).recipe
    rice = NewLot(
        *(recipe[0].ingredient.id, "粮油站", "L-77", 50_000),
        expires_on=TODAY + timedelta(days=1),
        decidegrees=65,
        certificate="0912",
        price_fen=30_000,
    )
    lot = await goods.receive_lot(cast.kitchen, rice, MORNING, **DOER)
    await goods.use_lots(cast.kitchen, pot.id, [Draw(lot, 900)], by=CHEN, now=at(2))
    await recalls.call_back(cast.kitchen, "lot", lot, "供货商通知", by=CHEN, now=at(5))
    await production.record_holding(pot.id, 655, at(2, 10), by=CHEN, now=at(4))
    reading = (cast.kitchen, *WHEN, 1, "last_stop", 585, at(3))
    await trip_temperatures.record_trip(*reading, by=CHEN, now=at(4))
    given = (cast.kitchen, *WHEN, pot.dish_id)
    await wastes.record_waste(*given, "spilt", 300, by=CHEN, now=at(5))
    await wastes.record_waste(*given, "plates", 400, 20, by=CHEN, now=at(5))
    return lot, pot.id


async def _hands(cast: Cast) -> None:
    """One with papers and a post, another with neither and a wound."""
    for name in ("孙师傅", "马师傅"):
        hand = await hands.add_hand(cast.kitchen, name, "主厨", **DOER)
        if name == "孙师傅":
            for kind in certificates.FOOD_KINDS:
                paper = (cast.kitchen, "hand", hand, kind, "杭健 1", TODAY, TODAY)
                await certificates.record_certificate(*paper, **DOER)
            await hands.assign(cast.kitchen, hand, *WHEN, "cook", **DOER)
        else:
            check = (cast.kitchen, hand, TODAY, ("wound",), 365, "", MORNING)
            await hands.record_check(*check, by=CHEN, now=at(1))


async def _food(cast: Cast, ids: dict[str, int]) -> None:
    """A variant, own figures, a price for one food and none for the others."""
    dish = await food.dish_by_id(ids["宫保鸡丁"])
    await dish_variants.set_variant(
        dish.id, "vegan", "substitute", substitute_id=ids["家常豆腐"], **DOER
    )
    mine = dish.recipe[0].ingredient.id
    await scaling.set_rules(cast.kitchen, {"oil": Rule(30, 90, "试做三次")}, **DOER)
    await scaling.set_yield(cast.kitchen, mine, 80.0, "试做三次", **DOER)
    known = [NewPrice(mine, "粮油站", 3000, TODAY)]
    await prices.set_prices(cast.kitchen, known, **DOER)


async def _menus(cast: Cast, ids: dict[str, int]) -> None:
    """A week with two sets, and with something to say about each of its dishes."""
    rules = replace(menu_rules.usual_rules("lunch"), budget_fen=20, pots=0, steamers=1)
    await menu_rules.set_rules(cast.kitchen, "lunch", rules, **DOER)
    named = {
        Place(NEXT_MONDAY - timedelta(days=3), "A", 3): "清炒丝瓜",
        Place(NEXT_MONDAY, "A", 1): "清蒸鲈鱼",  # bones
        Place(NEXT_MONDAY, "A", 2): "宫保鸡丁",  # peanuts
        Place(NEXT_MONDAY, "A", 3): "清炒丝瓜",  # a summer dish
        Place(NEXT_MONDAY, "A", 6): "蒜蓉空心菜",  # does not keep hot
        Place(NEXT_MONDAY, "B", 1): "红烧肉",
    }
    for n in range(1, 5):
        named[Place(NEXT_MONDAY + timedelta(days=n), "A", 5)] = "白米饭"
    cells: dict[Place, int | None] = {place: ids[name] for place, name in named.items()}
    await menus.write_cells(cast.kitchen, "lunch", cells, "paste", **DOER)


async def _proposals(cast: Cast, ids: dict[str, int]) -> tuple[int, int]:
    """One that was found, and one that names every rule to relax."""
    found, impossible = [
        await menu_proposals.ask(
            cast.kitchen, "lunch", NEXT_MONDAY, 1, Wish(seconds=5), **DOER
        )
        for _ in range(2)
    ]
    cells: dict[Place, int | None] = {Place(NEXT_MONDAY, "A", 1): ids["红烧肉"]}
    parts = {"cost": 900, "sodium": 300, "dislike": 34}
    await menu_proposals.keep(found, Answer("done", cells, 1234, 1200, 4000, parts))
    faults = (
        Fault("diet", 0, "1|vegan/allergy:peanut", 3),
        Fault("budget", 0, "", 120),
        Fault("equipment", 0, "steamer", 20),
        Fault("use_up", 0, "冬瓜", 1),
        Fault("locked", 0, "A1", 1),
    )
    answer = Answer("infeasible", cells, 1234, 1200, 4000, parts, faults)
    await menu_proposals.keep(impossible, answer)
    return found, impossible

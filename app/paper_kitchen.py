"""The papers of the kitchen and its points: what is cooked, packed, bought and
served.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from app import papers
from app.i18n import N_
from app.i18n import translate as _
from app.paper_scene import (
    Frame,
    Scene,
    box_words,
    group_words,
    loads,
    minutes_words,
)
from app.words.diets import (
    block_instruction,
    block_reasons,
    dish_name,
    steps_words,
)
from app.words.production import pot_words, row_words, weight_words
from app.words.safety import degrees
from kitchen.blocks import Block, Order
from kitchen.buying import BuyLine
from kitchen.dispatches import Carrier
from kitchen.kitchen_day import KitchenDay
from kitchen.places import KitchenFacts, PointFacts, ServiceFacts
from kitchen.portions import DishSheet, Purchase
from kitchen.subsidies import Price
from kitchen.use_by import Place

WAY_WORDS = {
    "deliver": N_("送餐"),
    "dine_in": N_("堂食"),
    "collect": N_("自取"),
}
TIERS = "ABCDEFGH"


# The wall


def production(
    kitchen_day: KitchenDay, scene: Frame, unplaced: int
) -> papers.ProductionSheet:
    """`unplaced`: portions of people who are on no round, counted in already."""
    sheet = kitchen_day.sheet
    hot = degrees(kitchen_day.kitchen.hot_decidegrees)
    cooked = [dish for dish in sheet.dishes if dish.portions]
    return papers.ProductionSheet(
        **scene.head,
        holder=_("厨房"),
        portions=sheet.portions,
        channels=_channels(kitchen_day.orders),
        dishes=tuple(_dish(dish, hot) for dish in cooked),
        boxes=diet_boxes(kitchen_day.clashes, scene),
        leaves=_("{at} 发车", at=minutes_words(kitchen_day.departs_minutes)),
        rules=_wall_rules(kitchen_day.kitchen, len(cooked)),
        unplaced=_("未排上 {n} 份", n=unplaced) if unplaced else "",
        unresolved=tuple(_open_words(block, scene) for block in sheet.open_blocks),
    )


def _channels(orders: Iterable[Order]) -> tuple[tuple[str, int], ...]:
    counts = Counter[str]()
    for order in orders:
        way = _(WAY_WORDS[order.way]) if order.elder_id else _("备用和散客")
        counts[way] += order.portions
    words = [*(_(way) for way in WAY_WORDS.values()), _("备用和散客")]
    return tuple((word, counts[word]) for word in words if counts[word])


def _wall_rules(kitchen: KitchenFacts, dishes: int) -> tuple[str, ...]:
    """What every cook has to keep to, in this kitchen's own limits."""
    return (
        _(
            "留样：每样不少于 {grams} 克 × {n} 样，冷藏 {hours} 小时",
            grams=kitchen.sample_grams,
            n=dishes,
            hours=kitchen.sample_hours,
        ),
        _("出锅后 {minutes} 分钟内吃完", minutes=kitchen.eat_within_minutes),
    )


def _dish(dish: DishSheet, hot: str) -> papers.DishRow:
    """One dish; its variants are the pans of their own, each with its fillings. What
    is done to some portions after cooking stands with their diet. `hot`: the degrees
    at which this kitchen holds food hot."""
    variants = [
        f"{steps_words(pot.steps)} {pot_words(pot.batches)}"
        for pot in dish.pots
        if pot.steps
    ]
    common = [pot_words(pot.batches) for pot in dish.pots if not pot.steps]
    care = [_("要热藏 {degrees} ℃ 并记温度", degrees=hot)] if dish.hold_hot else []
    if dish.buffer_portions:
        care.append(_("含余量 {n} 份", n=dish.buffer_portions))
    return papers.DishRow(
        name=dish_name(dish.dish),
        per_portion_grams=dish.dish.cooked_grams,
        portions=dish.portions,
        total_grams=dish.cooked_grams,
        batches="，".join(common) or _("只有另锅"),
        out_at=minutes_words(dish.out_of_pot_minutes),
        variants=tuple(variants),
        care=tuple(care),
    )


def diet_boxes(blocks: Iterable[Block], scene: Frame) -> tuple[papers.DietBox, ...]:
    """Everyone for whom the same things have to be different, over all dishes; the
    allergies come with the codes of their boxes, never with names."""
    groups: dict[str, list[Block]] = {}
    for block in blocks:
        groups.setdefault("、".join(block_reasons(block)), []).append(block)
    boxes = []
    for words, mine in groups.items():
        orders = {id(order): order for block in mine for order in block.orders}
        codes = [_code(order, scene) for order in orders.values()]
        is_allergy = any(r.kind.startswith("allerg") for b in mine for r in b.reasons)
        boxes.append(
            papers.DietBox(
                words=words,
                portions=sum(order.portions for order in orders.values()),
                instruction=_instructions(mine),
                codes=tuple(sorted(codes)) if is_allergy else (),
            )
        )
    return tuple(sorted(boxes, key=lambda box: (not box.codes, -box.portions)))


def _instructions(blocks: Iterable[Block]) -> str:
    """What to do, and with which dishes: 煮软切小：白米饭、蒜苗炒肉."""
    dishes: dict[str, dict[str, None]] = {}
    for block in blocks:
        found = dishes.setdefault(block_instruction(block), {})
        found[dish_name(block.source or block.dish)] = None
    return "；".join(f"{what}：{'、'.join(names)}" for what, names in dishes.items())


def _code(order: Order, scene: Frame) -> str:
    """How a box is named without a name: its round and stop, or the member number."""
    code = scene.codes.get(order.diner_id or 0)
    return code or _("号 {number}", number=order.number[-4:])


def _open_words(block: Block, scene: Frame) -> str:
    codes = "、".join(_code(order, scene) for order in block.people)
    reasons = "、".join(block_reasons(block))
    return f"{dish_name(block.dish)}（{reasons}）{codes}"


# Packing and buying


def packing(
    kitchen_day: KitchenDay, scene: Frame, carriers: Mapping[Place, Carrier]
) -> papers.PackingGrid:
    grid = kitchen_day.grid
    rows: dict[str, list[papers.GridRow]] = {"round": [], "point": [], "other": []}
    for row in grid.rows:
        carrier = carriers.get((row.kind, row.number))
        place = row.kind if row.kind in rows else "other"
        rows[place].append(
            papers.GridRow(
                row_words(row),
                carrier.driver_name if carrier else "",
                scene.clock(carrier.food_left_at) if carrier else "",
                tuple(row.counts.get(key, 0) for key in grid.keys),
            )
        )
    return papers.PackingGrid(
        **scene.head,
        holder=_("分装"),
        columns=tuple(group_words(key) for key in grid.keys),
        rounds=tuple(rows["round"]),
        points=tuple(rows["point"]),
        others=tuple(rows["other"]),
    )


def purchase(
    purchases: Iterable[Purchase], portions: int, scene: Frame
) -> papers.PurchaseList:
    return papers.PurchaseList(
        **scene.head,
        holder=_("采购"),
        portions=portions,
        rows=tuple(
            papers.PurchaseRow(
                one.ingredient.food_group,
                dish_name(one.ingredient),
                one.gross_grams,
                one.net_grams,
                "、".join(dish_name(dish) for dish in one.dishes),
            )
            for one in purchases
        ),
    )


def purchase_order(
    head: Mapping[str, Any], subject: str, last: date, lines: Iterable[BuyLine]
) -> papers.PurchaseOrder:
    """What is short over these days, by supplier."""
    wanted = [line for line in lines if line.short_grams]
    return papers.PurchaseOrder(
        **head,
        subject=subject,
        holder=_("采购"),
        last=last,
        suppliers=tuple(
            papers.SupplierOrder(supplier, tuple(_order_row(line) for line in mine))
            for supplier, mine in groupby(wanted, key=lambda line: line.supplier)
        ),
    )


def _order_row(line: BuyLine) -> papers.OrderedFood:
    packs = ""
    if line.packs and line.pack_grams:
        packs = _("{n} 包", n=line.packs) + f" × {weight_words(line.pack_grams)}"
    dishes = "、".join(dish_name(dish) for dish in line.dishes)
    name = dish_name(line.ingredient)
    return papers.OrderedFood(name, line.buy_grams, packs, line.fen, dishes)


# A dining point's list


def roster(
    point: PointFacts,
    orders: Sequence[Order],
    service: ServiceFacts,
    prices: Mapping[int, Price],
    scene: Scene,
) -> papers.Roster:
    """Everyone who eats at or collects from a point, of whom these `orders` are. A tier
    is a letter by what the person pays; its meaning is not printed."""
    people = [order for order in orders if order.elder_id is not None]
    counts = Counter[str]()
    for order in orders:
        counts[order.diet.key] += order.portions
    amounts = sorted({prices[o.elder_id or 0].self_pay_fen for o in people})
    tiers = dict(zip(reversed(amounts), TIERS, strict=False))
    return papers.Roster(
        **scene.head,
        subject=f"point:{point.id}",
        holder=point.name,
        point=point.name,
        address=point.address,
        serve="–".join(
            map(minutes_words, (service.serve_from_minutes, service.serve_to_minutes))
        ),
        rows=tuple(_roster_row(order, prices, tiers, scene) for order in people),
        loads=loads(counts),
        spares=sum(o.portions for o in orders if o.elder_id is None),
        strict=scene.options.strict_names,
    )


def _roster_row(
    order: Order, prices: Mapping[int, Price], tiers: Mapping[int, str], scene: Scene
) -> papers.RosterRow:
    house = scene.house(order)
    person = scene.people.get(order.elder_id or 0)
    price = prices[order.elder_id or 0]
    more = (order.portions - 1) * price.list_price_fen
    return papers.RosterRow(
        name=scene.name_on_list(order.elder_id, order.name),
        number=order.number,
        phone_tail=scene.tail(person.phone_tail if person else ""),
        building=f"{house.compound}{house.building}" if house else "",
        tier=tiers.get(price.self_pay_fen, ""),
        diet=box_words(order.diet.key, order.size, order.choice),
        portions=order.portions,
        way=_("自取") if order.way == "collect" else "",
        pay_fen=price.self_pay_fen + more,
    )

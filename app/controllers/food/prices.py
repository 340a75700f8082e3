"""Prices of ingredients: by supplier, from a day on; one at a time or as a block."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from litestar import get, post
from litestar.response import Response

from app.forms import Form, read_form
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from app.typed import parse_fen, shortened
from app.words import diets as words
from kitchen import food, prices
from kitchen.food import IngredientFacts
from kitchen.prices import DEAREST_FEN_PER_KG, NewPrice, PriceFacts


@dataclass(frozen=True)
class PriceRow:
    """One ingredient of the kitchen's dishes, with what it costs now."""

    food: IngredientFacts
    price: PriceFacts | None
    dishes: int


@get("/food/prices", allows="food.read", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    return await _page(request, Form.filled(from_day=request.today.isoformat()))


@post("/food/prices", allows="food.write", include_in_schema=False)
async def create(request: Request) -> Response[Any]:
    """Record prices, each line "ingredient, yuan per kilogram": one typed in the
    fields, or a block of a spreadsheet. All or none; what is wrong is told by line."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    supplier = form.text("supplier", _("供应商"), longest=40, required=False)
    day = form.date("from_day", _("从哪天起"))
    block = form.note("block", _("价格表"), longest=20_000, required=True)
    foods = {one.name: one for one in await food.ingredients_in_use()}
    told = [
        price
        for number, line in enumerate(block.splitlines(), start=1)
        if line.strip()
        for price in [_price(form, number, line, foods, supplier, day)]
        if price
    ]
    if not form.ok:
        return await _page(request, form)
    n = await prices.set_prices(kitchen.id, told, by=request.actor, now=request.now)
    return see_other(request, "/food/prices", _("记下了 {n} 个价格", n=n))


def _price(
    form: Form,
    number: int,
    line: str,
    foods: dict[str, IngredientFacts],
    supplier: str,
    day: dt.date,
) -> NewPrice | None:
    """ "土豆 3.2" or "土豆,3.20,张记": ingredient, yuan per kilogram, supplier."""
    parts = line.replace("\t", " ").replace(",", " ").replace("，", " ").split()
    name, rest = parts[0], parts[1:]
    alike = (food for food in foods.values() if name in food.aliases)
    known = foods.get(name) or next(alike, None)
    fen = parse_fen(rest[0]) if rest else None
    if known is None:
        wanted = _("菜品库里的原料名")
    elif fen is None or not 0 < fen <= DEAREST_FEN_PER_KG:
        wanted = _("原料名、空格、每公斤多少元，如 马铃薯 3.20")
    else:
        return NewPrice(known.id, rest[1] if len(rest) > 1 else supplier, fen, day)
    sentence = _(
        "第 {number} 行：填的是“{typed}”，应为{wanted}",
        number=number,
        typed=shortened(line),
        wanted=wanted,
    )
    form.refuse_field("block", sentence)
    return None


async def _page(request: Request, form: Form) -> Response[Any]:
    kitchen = await kitchen_of(request)
    known = await prices.newest_on(kitchen.id, request.today)
    used = Counter(
        line.ingredient.id
        for dish in (await food.dishes()).values()
        for line in dish.recipe
    )
    listed = [
        PriceRow(one, known.get(one.id), used[one.id])
        for one in await food.ingredients_in_use()
        if one.is_bought
    ]
    return page(
        request,
        "food/prices.html",
        status_code=200 if form.ok else 422,
        rows=sorted(listed, key=lambda row: (row.price is not None, -row.dishes)),
        form=form,
        w=words,
    )


handlers = [index, create]

"""The kitchen's morning: what to cook, for whom it differs, where it goes; and what
was really cooked, sampled and portioned.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.days import day_redirect, day_url, meal_in
from app.forms import Form, act_id, read_form
from app.i18n import translate as _
from app.kitchen_papers import held_papers
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of, points_of
from app.words import diets as words
from app.words import production as production_words
from app.words import safety as safety_words
from kitchen import food, production
from kitchen.batches import READINGS
from kitchen.clash_groups import decided_groups, open_dishes
from kitchen.consequences import choices_for
from kitchen.dispatches import day_leaving
from kitchen.kitchen_day import KitchenDay
from kitchen.packing import Grid, GridRow
from kitchen.places import KitchenFacts, PointFacts
from kitchen.portions import DishSheet
from kitchen.pot_choices import full_first_for
from kitchen.pot_planning import choose_pots, fill_pots
from kitchen.production import BatchFacts, PackedFacts, SampleFacts
from kitchen.staff import Actor
from kitchen.use_by import Place
from kitchen.wastes import wastes_for

MOST_PORTIONS = 5000


@dataclass(frozen=True)
class DishRow:
    """One dish: what should be cooked, and what was."""

    sheet: DishSheet
    batches: tuple[BatchFacts, ...]
    samples: tuple[SampleFacts, ...]

    @property
    def cooked(self) -> int:
        return sum(batch.portions for batch in self.batches)

    @property
    def state(self) -> str:
        if not self.batches:
            return "not_started"
        return "confirmed" if self.cooked >= self.sheet.portions else "working"

    @property
    def next_portions(self) -> int:
        """What the next pot filling should hold, by the plan."""
        planned = [n for pot in self.sheet.pots for n in pot.batches]
        done = len(self.batches)
        left = max(self.sheet.portions + self.sheet.buffer_portions - self.cooked, 0)
        return min(planned[done], left) if done < len(planned) else left


@dataclass(frozen=True)
class PointRow:
    """One dining point: portions it should get, and those portioned for it."""

    point: PointFacts
    row: GridRow
    packed: tuple[PackedFacts, ...]

    def done(self, key: str) -> int:
        return sum(each.portions for each in self.packed if each.diet_key == key)

    @property
    def total_done(self) -> int:
        return sum(each.portions for each in self.packed)

    @property
    def keys(self) -> list[str]:
        """Plain food first, then the larger groups."""
        counts = self.row.counts
        known = {*counts, *(each.diet_key for each in self.packed)}
        return sorted(known, key=lambda k: (k != "regular", -counts.get(k, 0), k))


async def day_of(
    kitchen: KitchenFacts, day: dt.date, meal: str, batching: str = ""
) -> KitchenDay:
    """The kitchen's day with the rounds that exist by now."""
    return (await day_leaving(kitchen.id, day, meal_in(meal), batching))[0]


def shared(seen: KitchenDay, form: Form, part: str) -> dict[str, Any]:
    """What every page of the area is drawn from."""
    return {
        "seen": seen,
        "form": form,
        "part": part,
        "day": seen.day,
        "meal": seen.meal,
        "w": words,
        "p": production_words,
        "back": "production",
    }


@get(
    "/production/{day:date}/{meal:str}",
    allows="production.read",
    include_in_schema=False,
)
async def index(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    return await _sheet(request, day, meal, Form())


async def _sheet(
    request: Request, day: dt.date, meal: str, form: Form
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    stored = "full" if await full_first_for(kitchen.id, day, meal) else "equal"
    asked = request.query_params.get("pots", "")
    batching = asked if asked in production_words.POT_WORDS else stored
    printed, leaving = await day_leaving(kitchen.id, day, meal_in(meal))
    seen = printed
    if batching != stored:  # only looked at: what is printed stays as it is
        seen = await day_of(kitchen, day, meal, batching)
    cooked = await production.cooked_for(kitchen.id, day, meal)
    samples = await production.samples_for(kitchen.id, day, meal)
    waiting = open_dishes(seen.clashes)
    catalogue = list((await food.dishes()).values()) if waiting else []
    return page(
        request,
        "production/index.html",
        status_code=200 if form.ok else 422,
        batching=batching,
        stored=stored,
        POT_WORDS=production_words.POT_WORDS,
        rows=[
            DishRow(
                sheet,
                tuple(each for each in cooked if each.dish_id == sheet.dish.id),
                tuple(each for each in samples if each.dish_id == sheet.dish.id),
            )
            for sheet in seen.sheet.dishes
        ],
        open_dishes=waiting,
        decided=decided_groups(seen.clashes),
        instead=choices_for(waiting, seen.menu, catalogue),
        places=_places(seen),
        held=await held_papers(request, printed, leaving),
        sw=safety_words,
        seen_fridge=next((s.fridge for s in reversed(samples) if s.fridge), ""),
        clock_now=request.now.astimezone(request.settings.timezone).strftime("%H:%M"),
        **shared(seen, form, "sheet"),
    )


@get(
    "/production/{day:date}/{meal:str}/packing",
    allows="production.read",
    include_in_schema=False,
)
async def packing(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    return await _packing(request, day, meal, Form())


async def _packing(
    request: Request, day: dt.date, meal: str, form: Form
) -> Response[Any]:
    kitchen = await kitchen_of(request)
    seen = await day_of(kitchen, day, meal)
    packed = await production.packed_for(kitchen.id, day, meal)
    points = [
        PointRow(
            point,
            seen.grid.row("point", point.id) or GridRow("point", point.id, "", {}),
            tuple(each for each in packed if each.point_id == point.id),
        )
        for point in await points_of(request, kitchen.id)
    ]
    return page(
        request,
        "production/packing.html",
        status_code=200 if form.ok else 422,
        grid=_visible(seen.grid, request.actor),
        points=[each for each in points if each.row.counts or each.packed],
        **shared(seen, form, "packing"),
    )


def _visible(grid: Grid, actor: Actor) -> Grid:
    """The rows somebody may see: all of them, or their own point's."""
    if actor.point_id is None:
        return grid
    rows = [r for r in grid.rows if (r.kind, r.number) == ("point", actor.point_id)]
    used = {key for row in rows for key in row.counts}
    return Grid(tuple(key for key in grid.keys if key in used), tuple(rows))


@get(
    "/production/{day:date}/{meal:str}/purchases",
    allows="production.read",
    include_in_schema=False,
)
async def purchases(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    seen = await day_of(await kitchen_of(request), day, meal)
    return page(
        request,
        "production/purchases.html",
        bought=seen.purchases,
        **shared(seen, Form(), "purchases"),
    )


@post(
    "/production/{day:date}/{meal:str}/pots",
    allows="production.write",
    include_in_schema=False,
)
async def fill(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """How many portions go into each pot, by hand; empty: as before. With `how`, all
    dishes alike or full pots first."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    if form.raw("how"):
        how = form.choice("how", _("分锅"), production_words.POT_WORDS)
        if form.ok:
            with form.refusals():
                when = (kitchen.id, day, meal_in(meal))
                await fill_pots(*when, how, by=request.actor, now=request.now)
        return await _done(request, day, meal, form, _("分锅已改"))
    typed = form.text("fillings", _("每锅份数"), longest=200, required=False)
    parts = typed.replace("+", " ").replace("，", " ").replace(",", " ").split()
    if not all(part.isdecimal() and len(part) <= 5 for part in parts):
        form.refuse_field(
            "fillings",
            _("每锅份数：填的是“{typed}”，应为 60 + 60 + 20 这样的几个数", typed=typed),
        )
    if form.ok:
        with form.refusals():
            await choose_pots(
                kitchen.id,
                day,
                meal_in(meal),
                form.identifier("dish") or 0,
                [int(part) for part in parts],
                by=request.actor,
                now=request.now,
            )
    return await _done(request, day, meal, form, _("分锅已改"))


@post(
    "/production/{day:date}/{meal:str}/batches",
    allows="production.record",
    include_in_schema=False,
)
async def cook(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """One pot filling came off the fire."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    portions = form.integer("portions", _("份数"), least=1, most=MOST_PORTIONS)
    at = form.time("at", _("出锅时间"))
    core = form.number("core", _("中心温度"), least=-20, most=120, required=False)
    kilos = form.number("kilos", _("出锅重量"), least=0.05, most=500, required=False)
    if form.ok:
        with form.refusals():
            await production.record_batch(
                kitchen.id,
                day,
                meal_in(meal),
                form.identifier("dish") or 0,
                portions,
                _instant(request, day, at),
                None if core is None else round(core * 10),
                grams=None if kilos is None else round(kilos * 1000),
                act=act_id(form),
                by=request.actor,
                now=request.now,
            )
    return await _done(request, day, meal, form, _("已记下这一锅"))


@post(
    "/production/{day:date}/{meal:str}/holdings",
    allows="production.record",
    include_in_schema=False,
)
async def hold(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """A holding temperature of a batch."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    kind = form.choice("kind", _("量的是"), READINGS, required=False) or "hold"
    degrees = form.number("degrees", _("保温温度"), least=-20, most=120)
    at = form.time("held_at", _("测温时间"))
    batch = form.identifier("batch") or 0
    cooked = await production.cooked_for(kitchen.id, day, meal_in(meal))
    if batch not in {each.id for each in cooked}:
        raise NotFoundException
    if form.ok:
        with form.refusals():
            await production.record_holding(
                batch,
                round(degrees * 10),
                _instant(request, day, at),
                kind,
                by=request.actor,
                now=request.now,
            )
    return await _done(request, day, meal, form, _("已记下保温温度"))


@post(
    "/production/{day:date}/{meal:str}/places",
    allows="production.record",
    include_in_schema=False,
)
async def place(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """Which rounds and points a batch went to; unticking takes a wrong entry back."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    batch = form.identifier("batch") or 0
    cooked = await production.cooked_for(kitchen.id, day, meal_in(meal))
    facts = next((each for each in cooked if each.id == batch), None)
    if facts is None:
        raise NotFoundException
    known = _places(await day_of(kitchen, day, meal))
    chosen = [each for each in known if form.has("place", f"{each[0]}:{each[1]}")]
    by, now = request.actor, request.now
    with form.refusals():
        if set(facts.places) - set(chosen):
            await production.forget_places(batch, _("重新登记去向"), by=by, now=now)
        if chosen or not facts.places:
            await production.record_places(batch, chosen, by=by, now=now)
    return await _done(request, day, meal, form, _("已记下去向"))


def _places(seen: KitchenDay) -> dict[Place, str]:
    """Rounds and points that get food today, as they are called."""
    return {
        (row.kind, row.number): production_words.row_words(row)
        for row in seen.grid.rows
        if row.kind in ("point", "round")
    }


@post(
    "/production/{day:date}/{meal:str}/samples",
    allows="production.record",
    include_in_schema=False,
)
async def sample(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """A sample of a dish was sealed and put away."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    grams = form.integer("grams", _("留样克数"), least=1, most=2000)
    fridge = form.text("fridge", _("冰箱"), longest=20, required=False)
    put_in = form.time("put_in", _("放入时间"), required=False)
    if form.ok:
        with form.refusals():
            await production.record_sample(
                kitchen.id,
                day,
                meal_in(meal),
                form.identifier("dish") or 0,
                grams,
                fridge=fridge,
                put_in_at=_instant(request, day, put_in) if put_in else None,
                act=act_id(form),
                by=request.actor,
                now=request.now,
            )
    return await _done(request, day, meal, form, _("已记下留样"))


@post(
    "/production/{day:date}/{meal:str}/packed",
    allows="production.record",
    include_in_schema=False,
)
async def pack(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """What went into one point's containers: a number for each diet, empty = none."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    point = form.identifier("point") or 0
    if point not in {each.id for each in await points_of(request, kitchen.id)}:
        raise NotFoundException
    amounts: dict[str, int] = {}
    for name in sorted(form.typed):
        if name.startswith("packed.") and form.raw(name).strip():
            key = name.removeprefix("packed.")
            label = words.key_words(key)
            amounts[key] = form.integer(name, label, least=0, most=MOST_PORTIONS)
    if form.ok:
        for key, portions in amounts.items():
            if portions:
                await production.record_packed(
                    kitchen.id,
                    day,
                    meal_in(meal),
                    point,
                    key,
                    portions,
                    act=uuid.uuid5(act_id(form), key),
                    by=request.actor,
                    now=request.now,
                )
        where = f"{day_url('production', day, meal)}/packing"
        return see_other(request, where, _("已记下分装"))
    return await _packing(request, day, meal, form)


@post(
    "/production/{day:date}/{meal:str}/voids",
    allows="production.record",
    include_in_schema=False,
)
async def void(
    request: Request, day: FromPath[dt.date], meal: FromPath[str]
) -> Response[Any]:
    """Take a mistaken entry of this meal back, with the reason."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    kind = form.choice("kind", _("记录"), production_words.VOID_KINDS)
    row = form.identifier("row") or 0
    reason = form.text("reason", _("撤回原因"), longest=80)
    if row not in await _row_ids(kitchen, day, meal_in(meal), kind):
        raise NotFoundException
    form.check()
    await production.void_production(
        kind, row, reason, by=request.actor, now=request.now
    )
    where = day_url("wastes" if kind == "waste" else "production", day, meal)
    part = "/packing" if kind == "packed" else ""
    return see_other(request, where + part, _("已撤回"))


async def _row_ids(
    kitchen: KitchenFacts, day: dt.date, meal: str, kind: str
) -> set[int]:
    place = (kitchen.id, day, meal)
    if kind == "batch":
        return {each.id for each in await production.cooked_for(*place)}
    if kind == "sample":
        return {each.id for each in await production.samples_for(*place)}
    if kind == "waste":
        return {each.id for each in await wastes_for(*place)}
    return {each.id for each in await production.packed_for(*place)}


async def _done(
    request: Request, day: dt.date, meal: str, form: Form, said: str
) -> Response[Any]:
    if not form.ok:
        return await _sheet(request, day, meal, form)
    dish = form.identifier("dish") or 0
    return see_other(request, f"{day_url('production', day, meal)}#dish-{dish}", said)


def _instant(request: Request, day: dt.date, at: dt.time) -> dt.datetime:
    """A time on the kitchen's wall as an instant."""
    local = dt.datetime.combine(day, at, tzinfo=request.settings.timezone)
    return local.astimezone(dt.UTC)


handlers = [
    day_redirect("production", "production.read"),
    index,
    packing,
    purchases,
    fill,
    cook,
    hold,
    place,
    sample,
    pack,
    void,
]

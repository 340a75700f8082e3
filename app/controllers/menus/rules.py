"""What the kitchen asks of its menus: budget, share of the day, repetition, pots."""

from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from app.days import meal_in
from app.forms import Form, read_form
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from kitchen import menu_rules
from kitchen.menu_rules import MenuRules
from kitchen.nutrition import editions


@get("/menus/rules/{meal:str}", allows="menus.read", include_in_schema=False)
async def show(request: Request, meal: FromPath[str]) -> Response[Any]:
    kitchen = await kitchen_of(request)
    rules = await menu_rules.rules_for(kitchen.id, meal_in(meal))
    values = {name: getattr(rules, name) for name in MenuRules.__annotations__}
    values["budget"] = f"{rules.budget_fen / 100:.2f}" if rules.budget_fen else ""
    start = rules.starts_minutes
    values["starts"] = f"{start // 60:02d}:{start % 60:02d}"
    return _page(request, meal, Form.filled(**values))


@post("/menus/rules/{meal:str}", allows="menus.write", include_in_schema=False)
async def update(request: Request, meal: FromPath[str]) -> Response[Any]:
    kitchen, form = await kitchen_of(request), await read_form(request)
    values = _values(form)
    if form.ok:
        with form.refusals():
            await menu_rules.set_rules(
                kitchen.id,
                meal_in(meal),
                MenuRules(**values),
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return _page(request, meal_in(meal), form)
    return see_other(request, f"/menus/rules/{meal}", _("排菜要求已保存"))


def _values(form: Form) -> dict[str, Any]:
    starts = form.time("starts", _("厨房开工"))

    def days(name: str, label: str) -> int:
        return form.integer(name, label, most=28)

    return {
        "edition": form.choice("edition", _("参考值"), editions()),
        "share_percent": form.integer("share_percent", _("占全天"), least=5, most=100),
        "budget_fen": form.fen("budget", _("原料预算"), most=20_000, required=False)
        or 0,
        "dish_days": days("dish_days", _("同一道菜")),
        "ingredient_days": days("ingredient_days", _("同一种主料")),
        "method_days": days("method_days", _("主菜同一种做法")),
        "colour_days": days("colour_days", _("主菜同一种颜色")),
        "pots": form.integer("pots", _("灶锅"), most=99),
        "steamers": form.integer("steamers", _("蒸箱"), most=99),
        "steamer_portions": form.integer(
            "steamer_portions", _("蒸箱一次几份"), least=1, most=2000
        ),
        "ovens": form.integer("ovens", _("烤箱"), most=99),
        "oven_portions": form.integer(
            "oven_portions", _("烤箱一次几份"), least=1, most=2000
        ),
        "starts_minutes": starts.hour * 60 + starts.minute,
    }


def _page(request: Request, meal: str, form: Form) -> Response[Any]:
    return page(
        request,
        "menus/rules.html",
        status_code=200 if form.ok else 422,
        form=form,
        meal=meal,
        edition_options=[(name, name) for name in editions()],
    )


handlers = [show, update]

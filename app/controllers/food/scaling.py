"""Salt and oil in large pots, and what this kitchen gets out of what it buys."""

from typing import Any

from litestar import get, post
from litestar.response import Response

from app.forms import Form, read_form
from app.i18n import N_
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.scope import kitchen_of
from app.words import diets as words
from kitchen import food, scaling
from kitchen.scaling import KINDS, Rule

URL = "/food/scaling"
KIND_WORDS = {"seasoning": N_("盐和调料"), "oil": N_("油")}
SHOWN_POTS = (50, 100, 200)


@get(URL, allows="food.read", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    return await _page(request, Form())


@post(f"{URL}/rules", allows="food.write", include_in_schema=False)
async def set_rules(request: Request) -> Response[Any]:
    """How seasonings and oil grow with a pot; both kinds in one form."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    told = {kind: _told(form, kind) for kind in KINDS}
    if form.ok:
        with form.refusals():
            rules = {kind: Rule(*said) for kind, said in told.items()}
            await scaling.set_rules(
                kitchen.id, rules, by=request.actor, now=request.now
            )
    if not form.ok:
        return await _page(request, form)
    return see_other(request, URL, _("已保存"))


def _told(form: Form, kind: str) -> tuple[int, int, str]:
    """Portions in proportion, exponent in percent, where both come from."""
    word = _(KIND_WORDS[kind])
    return (
        form.integer(f"base.{kind}", word, least=1, most=2000),
        form.integer(f"exponent.{kind}", word, least=50, most=100),
        form.text(f"source.{kind}", _("出处"), longest=120, required=False),
    )


@post(f"{URL}/yields", allows="food.write", include_in_schema=False)
async def set_yield(request: Request) -> Response[Any]:
    """The percent of one ingredient as bought that is cooked here; 0 takes it back."""
    kitchen, form = await kitchen_of(request), await read_form(request)
    typed = form.text("food", _("原料"), longest=40)
    percent = form.number("percent", _("出净率"), least=0, most=300)
    source = form.text("source", _("出处"), longest=120, required=False)
    named = [one for one, _part in await food.ingredients()]
    one = next((f for f in named if typed in (f.name, f.name_en, *f.aliases)), None)
    if typed and one is None:
        form.refuse_field("food", _("没有“{typed}”这种原料", typed=typed))
    if form.ok and one is not None:
        with form.refusals():
            await scaling.set_yield(
                *(kitchen.id, one.id, percent, source),
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _page(request, form)
    return see_other(request, URL, _("已保存"))


async def _page(request: Request, form: Form) -> Response[Any]:
    kitchen = await kitchen_of(request)
    held = await scaling.scaling_for(kitchen.id)
    rules = {kind: held.rules.get(kind, Rule()) for kind in KINDS}
    for kind, rule in rules.items():
        form.typed.setdefault(f"base.{kind}", [str(rule.base_portions)])
        form.typed.setdefault(f"exponent.{kind}", [str(rule.exponent_percent)])
        form.typed.setdefault(f"source.{kind}", [rule.source])
    known = await food.ingredients()
    return page(
        request,
        "food/scaling.html",
        status_code=200 if form.ok else 422,
        form=form,
        rules=rules,
        kinds=KIND_WORDS,
        pots=SHOWN_POTS,
        yields=[(f, held.yields[f.id], e) for f, e in known if f.id in held.yields],
        foods=[f for f, _edible in known],
        w=words,
    )


handlers = [index, set_rules, set_yield]

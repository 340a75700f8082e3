"""What is said about a dish beside its recipe, and where its allergens come from."""

from dataclasses import asdict
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from app.forms import Form, read_form
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.words import diets as words
from app.words import dishes as dish_words
from app.words import menus as menu_words
from kitchen import dish_traits, food
from kitchen.diets import ALLERGENS
from kitchen.dish_traits import CHOICES, HEAVIEST_GRAMS, Traits
from kitchen.equipment import kind_of, minutes_of
from kitchen.variety import colour_of

FLAGS = tuple(name for name, kind in Traits.__annotations__.items() if kind is bool)


@get("/food/dishes/{dish_id:int}/traits", allows="food.write", include_in_schema=False)
async def edit(request: Request, dish_id: FromPath[int]) -> Response[Any]:
    held = asdict(await dish_traits.traits_of(dish_id))
    ticks = {name: "on" if held[name] else "" for name in FLAGS}
    return await _page(request, dish_id, Form.filled(**{**held, **ticks}))


@post("/food/dishes/{dish_id:int}/traits", allows="food.write", include_in_schema=False)
async def update(request: Request, dish_id: FromPath[int]) -> Response[Any]:
    """Said anew; saved as it was, somebody has looked at it."""
    form = await read_form(request)
    said: dict[str, Any] = {
        name: form.choice(name, _(dish_words.FIELDS[name]), allowed)
        for name, allowed in CHOICES.items()
    }
    flags: dict[str, Any] = {name: form.checkbox(name) for name in FLAGS}
    grams = form.integer("cooked_grams", _("一份熟重"), least=0, most=HEAVIEST_GRAMS)
    own = form.choices("allergens", _("过敏原"), ALLERGENS)
    note = form.text("note", _("备注"), longest=80, required=False)
    if form.ok:
        with form.refusals():
            await dish_traits.set_traits(
                dish_id,
                Traits(
                    **said,
                    **flags,
                    cooked_grams=grams,
                    allergens=own,
                    note=note,
                ),
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _page(request, dish_id, form)
    return see_other(request, f"/food/dishes/{dish_id}", _("已保存"))


async def _page(request: Request, dish_id: int, form: Form) -> Response[Any]:
    dish = await food.dish_by_id(dish_id)
    return page(
        request,
        "food/traits.html",
        status_code=200 if form.ok else 422,
        dish=dish,
        tags=await dish_traits.tags_of(dish),
        form=form,
        allergens=ALLERGENS,
        CHOICES=CHOICES,
        colour=colour_of(dish),
        equipment=kind_of(dish),
        minutes=minutes_of(dish),
        d=dish_words,
        mw=menu_words,
        w=words,
    )


handlers = [edit, update]

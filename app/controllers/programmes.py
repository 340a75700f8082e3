"""Household vouchers: who gets how much a month, and who enters or leaves."""

from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.forms import Form, read_form
from app.i18n import N_
from app.i18n import translate as _
from app.rendering import page, see_other
from app.requests import Request
from app.scheme_forms import Shape
from app.scheme_reader import Reader
from app.scope import kitchen_of
from app.words.subsidies import EDITOR_WORDS, OPTIONS, who_words
from kitchen import places, programmes
from kitchen.errors import Refusal
from kitchen.programmes import GrantClass

CLASSES = 3
MOST_FEN = 10_000_000
POOL_WORDS = {"quarter": N_("当季用完，季末清零"), "month": N_("当月用完，月末清零")}
KIND_WORDS = {"enters": N_("进入"), "leaves": N_("退出")}


@get("/programmes", allows="subsidies.read", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    return await _page(request, Form.filled(pool="quarter"))


async def _page(request: Request, form: Form, status_code: int = 200) -> Response[Any]:
    kitchen = await kitchen_of(request)
    found = await programmes.programmes_for(kitchen.id)
    return page(
        request,
        "programmes/index.html",
        status_code=status_code,
        programmes=[
            (one, len(await programmes.members_on(one.id, request.today)))
            for one in found
        ],
        proposals=await programmes.proposals_for(kitchen.id),
        kind_words=KIND_WORDS,
        pool_words=POOL_WORDS,
        who_words=who_words,
        words=EDITOR_WORDS,
        places=range(1, CLASSES + 1),
        form=form,
    )


@post("/programmes", allows="subsidies.propose", include_in_schema=False)
async def create(request: Request) -> Response[Any]:
    """Propose a programme; it counts once a second person approves."""
    kitchen = await kitchen_of(request)
    form = await read_form(request)
    name = form.text("name", _("名称"), longest=40)
    pool = form.choice("pool", _("清零"), tuple(POOL_WORDS))
    valid_from = form.date("valid_from", _("生效日"), earliest=request.today)
    areas = tuple(str(area.id) for area in await places.areas())
    reader = Reader(form, Shape({}), {**OPTIONS, "area": areas})
    classes = _classes(form, reader)
    if form.ok:
        with form.refusals():
            await programmes.propose_programme(
                kitchen_id=kitchen.id,
                name=name,
                classes=classes,
                pool=pool,
                valid_from=valid_from,
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _page(request, form, 422)
    return see_other(request, "/programmes", _("已提出，等另一个人批准后生效"))


def _classes(form: Form, reader: Reader) -> list[GrantClass]:
    """The classes anything was typed for, each with its amount a month."""
    classes = []
    for place in range(1, CLASSES + 1):
        at = f"g_{place}"
        when = reader.when(at)
        fen = form.fen(f"fen_{at}", _("每月"), most=MOST_FEN, required=False)
        name = form.text(f"name_{at}", _("名称"), longest=30, required=False)
        if fen is None and not name and when == type(when)():
            continue
        if not fen:
            form.refuse_field(f"fen_{at}", _("每月：要写大于零的金额"))
        elif not name:
            form.refuse_field(f"name_{at}", _("名称：写给谁，如“75–79 岁农村家庭”"))
        else:
            classes.append(GrantClass(name, when, fen))
    return classes


@post(
    "/programmes/{programme_id:int}/approval",
    allows="subsidies.approve",
    include_in_schema=False,
)
async def approve(request: Request, programme_id: FromPath[int]) -> Response[Any]:
    """The second person's yes."""
    kitchen = await kitchen_of(request)
    form = await read_form(request)
    own = {one.id for one in await programmes.programmes_for(kitchen.id)}
    if programme_id not in own:
        raise NotFoundException
    try:
        await programmes.approve_programme(
            programme_id, by=request.actor, now=request.now
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return await _page(request, form, 409)
    return see_other(request, "/programmes", _("已批准"))


@post("/programmes/changes", allows="subsidies.confirm", include_in_schema=False)
async def decide(request: Request) -> Response[Any]:
    """A person's word on those ticked."""
    kitchen = await kitchen_of(request)
    form = await read_form(request)
    open_ids = {one.id for one in await programmes.proposals_for(kitchen.id)}
    chosen = [one for one in open_ids if form.has("change", one)]
    if not chosen:
        form.refuse_field("change", _("先勾选要确认的人"))
        return await _page(request, form, 422)
    count = await programmes.decide(
        chosen,
        form.raw("do") != "refuse",
        kitchen_id=kitchen.id,
        by=request.actor,
        now=request.now,
    )
    return see_other(request, "/programmes", _("已处理 {n} 人", n=count))


handlers = [index, create, approve, decide]

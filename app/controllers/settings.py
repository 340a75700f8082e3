"""How this kitchen is run: its rules of the clock, and the installation's facts."""

from dataclasses import dataclass
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from app.days import MEALS, meal_in
from app.forms import Form, read_form
from app.i18n import translate as _
from app.people_forms import DATUMS, place_words, read_place
from app.rendering import page, see_other
from app.requests import Request
from app.settings import Settings
from kitchen import places
from kitchen.places import KitchenFacts, ServiceFacts

SHOWN = (
    *("port", "data", "base_url", "zone", "language", "meals", "operator"),
    *("allowed_hosts", "trusted_proxies", "tls", "solver_seconds", "roads"),
    "backups",
)


@dataclass(frozen=True)
class Fact:
    """One variable of the environment, as it is now."""

    variable: str
    value: str
    meaning: str


@get("/settings", allows="settings.read", include_in_schema=False)
async def index(request: Request) -> Response[Any]:
    kitchens = [
        (kitchen, await places.services_for(kitchen.id, request.today))
        for kitchen in await places.kitchens()
        if request.actor.sees_kitchen(kitchen.id)
    ]
    return page(
        request,
        "settings/index.html",
        kitchens=kitchens,
        meal_words=MEALS,
        facts=installation_facts(request.settings),
    )


@get(
    "/settings/kitchens/{kitchen_id:int}",
    allows="settings.read",
    include_in_schema=False,
)
async def show(request: Request, kitchen_id: FromPath[int]) -> Response[Any]:
    kitchen = await _kitchen(request, kitchen_id)
    form = Form.filled(
        name=kitchen.name,
        phone=kitchen.phone,
        address=kitchen.address,
        licence=kitchen.licence,
        hot_limit_minutes=kitchen.hot_limit_minutes,
        eat_within_minutes=kitchen.eat_within_minutes,
        eat_within_held_minutes=kitchen.eat_within_held_minutes,
        sample_grams=kitchen.sample_grams,
        pot_portions=kitchen.pot_portions,
        case_target_minutes=kitchen.case_target_minutes,
        incident_target_minutes=kitchen.incident_target_minutes,
        pot_buffer_percent=kitchen.pot_buffer_percent,
        core_degrees=f"{kitchen.core_decidegrees / 10:g}",
        hot_degrees=f"{kitchen.hot_decidegrees / 10:g}",
        cold_degrees=f"{kitchen.cold_decidegrees / 10:g}",
        chill_within_minutes=kitchen.chill_within_minutes,
        eat_within_chilled_minutes=kitchen.eat_within_chilled_minutes,
        sample_hours=kitchen.sample_hours,
        serves_weekends=kitchen.serves_weekends,
        serves_holidays=kitchen.serves_holidays,
        place=place_words(kitchen.lon_e6, kitchen.lat_e6),
        datum="wgs84" if kitchen.lon_e6 is not None else "gcj02",
    )
    return _kitchen_page(request, kitchen, form)


def _kitchen_page(request: Request, kitchen: KitchenFacts, form: Form) -> Response[Any]:
    return page(
        request,
        "settings/kitchen.html",
        status_code=200 if form.ok else 422,
        kitchen=kitchen,
        form=form,
        datums=DATUMS,
    )


@post(
    "/settings/kitchens/{kitchen_id:int}",
    allows="settings.write",
    include_in_schema=False,
)
async def update(request: Request, kitchen_id: FromPath[int]) -> Response[Any]:
    kitchen = await _kitchen(request, kitchen_id)
    form = await read_form(request)
    changes = _kitchen_changes(form)
    if form.ok:
        with form.refusals():
            await places.change_kitchen(
                kitchen.id, changes, by=request.actor, now=request.now
            )
    if not form.ok:
        return _kitchen_page(request, kitchen, form)
    return see_other(request, "/settings", _("已保存 {name}", name=changes["name"]))


@get(
    "/settings/kitchens/{kitchen_id:int}/meals/{meal:str}",
    allows="settings.read",
    include_in_schema=False,
)
async def show_meal(
    request: Request, kitchen_id: FromPath[int], meal: FromPath[str]
) -> Response[Any]:
    kitchen = await _kitchen(request, kitchen_id)
    service = (await places.services_for(kitchen.id, request.today)).get(meal_in(meal))
    form = _meal_form(service) if service else Form.filled(cut_off_days_before=0)
    form.typed["price_from"] = [request.today.isoformat()]
    return await _meal_page(request, kitchen, meal, form)


@post(
    "/settings/kitchens/{kitchen_id:int}/meals/{meal:str}",
    allows="settings.write",
    include_in_schema=False,
)
async def update_meal(
    request: Request, kitchen_id: FromPath[int], meal: FromPath[str]
) -> Response[Any]:
    kitchen = await _kitchen(request, kitchen_id)
    form = await read_form(request)
    service = _service(form, meal_in(meal))
    since = form.date("price_from", _("餐标从哪天起"), earliest=request.today)
    if form.ok:
        with form.refusals():
            await places.set_service(
                kitchen.id,
                service,
                price_from=since,
                by=request.actor,
                now=request.now,
            )
    if not form.ok:
        return await _meal_page(request, kitchen, meal, form)
    return see_other(request, "/settings", _("已保存 {name}", name=_(MEALS[meal])))


def installation_facts(settings: Settings) -> list[Fact]:
    """The variables that may be shown, as one would write them: never a secret, never
    the database's address."""
    engine = "PostgreSQL" if settings.database else "SQLite"
    shown = [Fact("NUANCAN_DATABASE", engine, _("数据库"))]
    for name in SHOWN:
        value = getattr(settings, name)
        text = ",".join(value) if isinstance(value, tuple) else str(value)
        text = text.lower() if isinstance(value, bool) else text
        meaning = _(Settings.model_fields[name].description or "")
        shown.append(Fact(f"NUANCAN_{name.upper()}", text or "—", meaning))
    return shown


def _kitchen_changes(form: Form) -> dict[str, Any]:
    def minutes(name: str, label: str) -> int:
        return form.integer(name, label, least=10, most=24 * 60)

    def tenths(name: str, label: str, least: float, most: float) -> int:
        return round(form.number(name, label, least=least, most=most) * 10)

    lon_e6, lat_e6, _source = read_place(form)
    return {
        "lon_e6": lon_e6,
        "lat_e6": lat_e6,
        "name": form.text("name", _("厨房名称"), longest=60),
        "phone": form.phone("phone", _("厨房电话"), required=False),
        "address": form.text("address", _("地址"), required=False),
        "licence": form.text(
            "licence", _("食品经营许可证"), required=False, longest=60
        ),
        "hot_limit_minutes": minutes("hot_limit_minutes", _("热餐在途时限")),
        "eat_within_minutes": minutes("eat_within_minutes", _("烧熟后食用时限")),
        "eat_within_held_minutes": minutes(
            "eat_within_held_minutes", _("保温后食用时限")
        ),
        "sample_grams": form.integer("sample_grams", _("每样留样"), least=50, most=999),
        "pot_portions": form.integer("pot_portions", _("一锅份数"), least=1, most=2000),
        "case_target_minutes": form.integer(
            "case_target_minutes", _("没人应门的时限"), least=5, most=240
        ),
        "incident_target_minutes": form.integer(
            "incident_target_minutes", _("热线处理时限"), least=5, most=240
        ),
        "pot_buffer_percent": form.integer(
            "pot_buffer_percent", _("多做的余量"), most=30
        ),
        "core_decidegrees": tenths("core_degrees", _("烧熟中心温度"), 60, 100),
        "hot_decidegrees": tenths("hot_degrees", _("热藏温度"), 50, 90),
        "cold_decidegrees": tenths("cold_degrees", _("冷藏温度"), 0, 15),
        "chill_within_minutes": minutes("chill_within_minutes", _("冷却时限")),
        "eat_within_chilled_minutes": minutes(
            "eat_within_chilled_minutes", _("冷藏后食用时限")
        ),
        "sample_hours": form.integer("sample_hours", _("留样时间"), least=48, most=240),
        "serves_weekends": form.checkbox("serves_weekends"),
        "serves_holidays": form.checkbox("serves_holidays"),
    }


def _service(form: Form, meal: str) -> ServiceFacts:
    def minutes(name: str, label: str) -> int:
        at = form.time(name, label)
        return at.hour * 60 + at.minute

    service = ServiceFacts(
        meal=meal,
        list_price_fen=form.fen("list_price", _("餐标"), most=20_000),
        cut_off_days_before=form.integer(
            "cut_off_days_before", _("提前几天截单"), most=7
        ),
        cut_off_minutes=minutes("cut_off", _("截单时间")),
        cooked_by_minutes=minutes("cooked_by", _("烧熟时间")),
        depart_minutes=minutes("depart", _("发车时间")),
        serve_from_minutes=minutes("serve_from", _("开餐时间")),
        serve_to_minutes=minutes("serve_to", _("收餐时间")),
    )
    if form.ok and service.serve_to_minutes <= service.serve_from_minutes:
        form.refuse_field("serve_to", _("收餐时间：要晚于开餐时间"))
    return service


def _meal_form(service: ServiceFacts) -> Form:
    def clock(minutes: int) -> str:
        return f"{minutes // 60:02d}:{minutes % 60:02d}"

    return Form.filled(
        list_price=f"{service.list_price_fen / 100:.2f}",
        cut_off_days_before=service.cut_off_days_before,
        cut_off=clock(service.cut_off_minutes),
        cooked_by=clock(service.cooked_by_minutes),
        depart=clock(service.depart_minutes),
        serve_from=clock(service.serve_from_minutes),
        serve_to=clock(service.serve_to_minutes),
    )


async def _meal_page(
    request: Request, kitchen: KitchenFacts, meal: str, form: Form
) -> Response[Any]:
    return page(
        request,
        "settings/meal.html",
        kitchen=kitchen,
        meal=meal,
        form=form,
        prices=await places.list_prices_for(kitchen.id, meal),
        status_code=200 if form.ok else 422,
    )


async def _kitchen(request: Request, kitchen_id: int) -> KitchenFacts:
    for kitchen in await places.kitchens():
        if kitchen.id == kitchen_id and request.actor.sees_kitchen(kitchen_id):
            return kitchen
    raise NotFoundException


handlers = [index, show, update, show_meal, update_meal]

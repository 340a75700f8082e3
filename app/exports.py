"""Tables for others: what is in the rows, by day or month, in one form for all.

Every export is a list of rows with fixed column names (English, for programs) and
headings in the reader's language (for people).
"""

import datetime as dt
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.i18n import N_
from app.i18n import translate as _
from app.words.payers import payer_words
from kitchen import audit, calendar, day_close, places, registry, settlement
from kitchen.audit import LOCAL_ZONE
from kitchen.database import rows, writing
from kitchen.round_inputs import inputs_for
from kitchen.round_plans import plan_that_counts
from kitchen.round_sheets import sheet_views
from kitchen.staff import Actor
from kitchen.workbooks import Form, Sheet, csv_bytes, xlsx

FORMATS = ("csv", "xlsx", "json")

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "geojson": "application/geo+json",
}


@dataclass(frozen=True)
class Table:
    """Columns: key, heading, form. Amounts are fen in JSON, yuan for people."""

    title: str
    columns: Sequence[tuple[str, str, Form]]
    rows: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Period:
    """First and last day, both counted; a single day's meal where one is meant."""

    first: dt.date
    last: dt.date
    meal: str = "lunch"
    acts_of: int | None = None  # audit lines of this kitchen's people; None: all

    @classmethod
    def day(cls, day: dt.date, meal: str = "lunch") -> "Period":
        return cls(day, day, meal)

    @classmethod
    def month(cls, month: str) -> "Period":
        """Refuses `month_unreadable`."""
        return cls(*calendar.days_of(month))


async def people(kitchen_id: int, period: Period) -> Table:
    """Everyone as of a day. No phones, no ID numbers: those are looked up one by one,
    and each look is recorded."""
    day = period.last
    persons = await registry.elders_of(kitchen_id)
    points = {p.id: p.name for p in await places.points_for(kitchen_id)}
    states = await registry.states_on(kitchen_id, day)
    categories = await registry.categories_on([p.id for p in persons], day)
    doors = await registry.doors_for(
        (homes := await registry.addresses_on(kitchen_id, day)).values()
    )
    found = []
    for person in persons:
        door = doors.get(homes.get(person.id, 0))
        found.append(
            {
                "id": person.id,
                "number": person.number,
                "name": person.name,
                "sex": person.sex,
                "birth_date": person.birth_date,
                "age": person.age_on(day),
                "state": states.get(person.id, "active"),
                "point": points.get(person.point_id or 0, ""),
                "compound": door.compound if door else "",
                "building": door.building if door else "",
                "diet": person.diet.key,
                "categories": ";".join(sorted(categories[person.id])),
                "self_care": person.self_care,
            }
        )
    return Table(_("老人名单"), _columns(PEOPLE), found)


async def meals(kitchen_id: int, period: Period) -> Table:
    """Every portion handed over in the period, voided ones marked."""
    found = await rows(
        "SELECT m.id, m.day, m.meal, e.number, e.name, m.channel, p.name AS point,"
        " m.tariff, m.list_price_fen, m.self_pay_fen, m.payment, m.lines, m.source,"
        " m.served_at, m.by, CASE WHEN v.id IS NULL THEN 0 ELSE 1 END AS voided"
        " FROM meal m LEFT JOIN elder e ON e.id = m.elder"
        " LEFT JOIN dining_point p ON p.id = m.point"
        " LEFT JOIN meal_void v ON v.served = m.id"
        " WHERE m.kitchen = {} AND m.day >= {} AND m.day <= {} ORDER BY m.id",
        kitchen_id,
        period.first,
        period.last,
    )
    listed = [
        {
            **{key: row[key] for key, _word, _form in MEALS if key in row},
            "name": row["name"] or "",
            "number": row["number"] or "",
            "point": row["point"] or "",
            "served_at": row["served_at"].isoformat(),
            "payers": ";".join(
                f"{payer}={fen}" for payer, fen, _why in json.loads(row["lines"])
            ),
        }
        for row in found
    ]
    return Table(_("就餐记录"), _columns(MEALS), listed)


async def month_shares(kitchen_id: int, period: Period) -> Table:
    """A month by place and payer, as it is claimed."""
    report = await settlement.month_for(kitchen_id, f"{period.first:%Y-%m}")
    names = {f"point:{p.id}": p.name for p in await places.points_for(kitchen_id)}
    names["doors"] = _("送餐到家")
    listed = [
        {
            "month": report.month,
            "place": names.get(share.place, share.place),
            "payer": share.payer,
            "payer_words": payer_words(share.payer),
            "meals": share.meals,
            "fen": share.fen,
        }
        for share in report.shares
    ]
    return Table(_("月结算"), _columns(SHARES), listed)


async def balance(kitchen_id: int, period: Period) -> Table:
    """One meal's balance, line by line."""
    found = await day_close.balance_for(kitchen_id, period.first, period.meal)
    names = {f"point:{p.id}": p.name for p in await places.points_for(kitchen_id)}
    listed = [
        {
            "day": period.first,
            "meal": period.meal,
            **vars(line),
            "place": names.get(line.place, line.place),
        }
        for line in found.lines
    ]
    return Table(_("当日对账"), _columns(BALANCE), listed)


async def audit_lines(_kitchen_id: int, period: Period) -> Table:
    """Who did what, without the contents: the chain's ends are in it to compare."""
    found = await rows(
        "SELECT id, at, actor, action, object_kind, object_id, reason, mac"
        " FROM audit_line WHERE at >= {} AND at < {} AND (CAST({} AS INTEGER) IS NULL"
        " OR staff_id IN (SELECT id FROM staff WHERE kitchen_id = {})) ORDER BY id",
        _instant(period.first),
        _instant(period.last + dt.timedelta(days=1)),
        period.acts_of,
        period.acts_of,
    )
    listed = [{**row, "at": row["at"].isoformat()} for row in found]
    return Table(_("操作记录"), _columns(AUDIT), listed)


async def stops(kitchen_id: int, period: Period) -> Table:
    """The rounds of a meal, stop by stop."""
    listed = [
        {
            "day": period.first,
            "meal": period.meal,
            "round": view.number,
            "driver": view.driver_name,
            "stop": stop.code,
            "planned_at": stop.planned_at.isoformat() if stop.planned_at else "",
            "name": stop.name,
            "place": stop.place,
            "portions": stop.portions,
        }
        for view in await sheet_views(kitchen_id, period.first, period.meal)
        for stop in view.stops
    ]
    return Table(_("送餐线路"), _columns(STOPS), listed)


def _instant(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=LOCAL_ZONE)


_T, _N, _Y = Form.TEXT, Form.NUMBER, Form.YUAN
Columns = tuple[tuple[str, str, Form], ...]
PEOPLE: Columns = (
    ("id", N_("内部编号"), _N),
    ("number", N_("会员号"), _T),
    ("name", N_("姓名"), _T),
    ("sex", N_("性别"), _T),
    ("birth_date", N_("出生日期"), Form.DATE),
    ("age", N_("年龄"), _N),
    ("state", N_("状态"), _T),
    ("point", N_("就餐点"), _T),
    ("compound", N_("小区"), _T),
    ("building", N_("楼栋"), _T),
    ("diet", N_("饮食"), _T),
    ("categories", N_("类别"), _T),
    ("self_care", N_("自理"), _T),
)
MEALS: Columns = (
    ("id", N_("内部编号"), _N),
    ("day", N_("日期"), Form.DATE),
    ("meal", N_("餐次"), _T),
    ("number", N_("会员号"), _T),
    ("name", N_("姓名"), _T),
    ("channel", N_("方式"), _T),
    ("point", N_("就餐点"), _T),
    ("tariff", N_("价格类别"), _T),
    ("list_price_fen", N_("餐费"), _Y),
    ("self_pay_fen", N_("自付"), _Y),
    ("payers", N_("付款方"), _T),
    ("payment", N_("怎么付"), _T),
    ("source", N_("来源"), _T),
    ("served_at", N_("时间"), _T),
    ("by", N_("登记人"), _T),
    ("voided", N_("已作废"), _N),
)
SHARES: Columns = (
    ("month", N_("月份"), _T),
    ("place", N_("地点"), _T),
    ("payer", N_("付款方代码"), _T),
    ("payer_words", N_("付款方"), _T),
    ("meals", N_("份数"), _N),
    ("fen", N_("金额"), _Y),
)
BALANCE: Columns = (
    ("day", N_("日期"), Form.DATE),
    ("meal", N_("餐次"), _T),
    ("place", N_("地点"), _T),
    ("ordered", N_("订餐"), _N),
    ("spares", N_("备份"), _N),
    ("portioned", N_("贴签、分餐"), _N),
    ("loaded", N_("装车"), _N),
    ("received", N_("收到"), _N),
    ("moved", N_("调拨"), _N),
    ("handed_over", N_("交到手"), _N),
    ("returned", N_("退回"), _N),
    ("wasted", N_("倒掉"), _N),
    ("claimed", N_("申领补贴"), _N),
)
AUDIT: Columns = (
    ("id", N_("行号"), _N),
    ("at", N_("时间"), _T),
    ("actor", N_("人员"), _T),
    ("action", N_("动作"), _T),
    ("object_kind", N_("对象"), _T),
    ("object_id", N_("对象编号"), _T),
    ("reason", N_("原因"), _T),
    ("mac", N_("校验码"), _T),
)
STOPS: Columns = (
    ("day", N_("日期"), Form.DATE),
    ("meal", N_("餐次"), _T),
    ("round", N_("趟"), _N),
    ("driver", N_("送餐员"), _T),
    ("stop", N_("站号"), _T),
    ("planned_at", N_("计划到达"), _T),
    ("name", N_("姓名"), _T),
    ("place", N_("地点"), _T),
    ("portions", N_("份数"), _N),
)

Maker = Callable[[int, Period], Awaitable[Table]]
MAKERS: dict[str, Maker] = {
    "people": people,
    "meals": meals,
    "settlement": month_shares,
    "balance": balance,
    "audit": audit_lines,
    "rounds": stops,
}


async def record_export(
    kind: str,
    kitchen_id: int,
    period: Period,
    form: str,
    *,
    by: Actor,
    now: dt.datetime,
    about: str = "",
) -> None:
    """Every table that leaves the house is a line of the audit trail: who took what, of
    which days, in which form."""
    async with writing():
        await audit.record(
            by=by.name,
            staff_id=by.staff_id,
            at=now,
            action=f"export.{kind}",
            object_kind="export",
            object_id=kitchen_id,
            after={
                "first": period.first,
                "last": period.last,
                "form": form,
                **({"about": about} if about else {}),
            },
        )


def _columns(columns: Columns) -> list[tuple[str, str, Form]]:
    return [(key, _(word), form) for key, word, form in columns]


# As a file --------------------------------------------------------------------


def as_file(table: Table, form: str) -> bytes:
    """The table as csv, xlsx or json."""
    keys = [key for key, _word, _form in table.columns]
    if form == "json":
        listed = [{key: _plain(row.get(key)) for key in keys} for row in table.rows]
        return json.dumps(listed, ensure_ascii=False).encode()
    heads = [word for _key, word, _form in table.columns]
    if form == "csv":
        lines = [
            [_cell(row.get(key), how) for key, _w, how in table.columns]
            for row in table.rows
        ]
        return csv_bytes([heads, *lines])
    cells = [[row.get(key) for key in keys] for row in table.rows]
    forms = [how for _key, _word, how in table.columns]
    return xlsx([Sheet(table.title, heads, cells, forms=forms)])


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value


def _cell(value: Any, form: Form) -> Any:
    """Fen as yuan: a person opens a CSV, a program takes JSON."""
    if form is Form.YUAN and isinstance(value, int):
        return f"{value / 100:.2f}"
    return _plain(value)


async def rounds_geojson(kitchen_id: int, day: dt.date, meal: str) -> bytes:
    """Rounds as lines and stops as points, WGS-84 (lon, lat), RFC 7946."""
    kitchen = await places.kitchen_by_id(kitchen_id)
    start = _point(kitchen.lon_e6, kitchen.lat_e6)
    features: list[dict[str, Any]] = []
    spots = await _spots(kitchen_id, day, meal)
    for view in await sheet_views(kitchen_id, day, meal):
        line = [start] if start else []
        for stop in view.stops:
            spot = spots.get(stop.stop_id)
            if spot is None:
                continue
            line.append(spot)
            facts = {
                "round": view.number,
                "stop": stop.code,
                "position": stop.position,
                "portions": stop.portions,
                "planned_at": stop.planned_at.isoformat() if stop.planned_at else None,
            }
            features.append(_feature("Point", spot, facts))
        if len(line) > 1:
            facts = {"round": view.number, "driver": view.driver_name}
            features.append(_feature("LineString", line, facts))
    held = {"type": "FeatureCollection", "features": features}
    return json.dumps(held, ensure_ascii=False).encode()


def _feature(kind: str, coordinates: Any, facts: dict[str, Any]) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "geometry": geometry, "properties": facts}


def _point(lon_e6: int | None, lat_e6: int | None) -> list[float] | None:
    if lon_e6 is None or lat_e6 is None:
        return None
    return [lon_e6 / 1e6, lat_e6 / 1e6]


async def _spots(kitchen_id: int, day: dt.date, meal: str) -> dict[int, list[float]]:
    """stop → where it is."""
    plan = await plan_that_counts(kitchen_id, day, meal)
    if plan is None:
        return {}
    drops = (await inputs_for(kitchen_id, day, meal)).by_key()
    found = {}
    for stop in plan.stops:
        drop = drops.get(stop.key)
        spot = _point(drop.lon_e6, drop.lat_e6) if drop else None
        if spot:
            found[stop.id] = spot
    return found

"""One lunch from order to claim, on real parts: read this first.

王奶奶 gets hers brought, 李爷爷 eats at 朝阳 and must not eat peanuts, 赵奶奶's lane is
on no map, 周爷爷 collects at 新华. By evening every portion has a name.
"""

import io
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
from pypdf import PdfReader

from app.desk import Desk
from app.morning import morning_for, papers_of
from app.paper_html import document_for
from app.paper_scene import Office
from app.papers import Labels
from app.print_office import month_sheet
from app.print_store import PrintStore
from app.printing import render
from app.solving import plan_rounds
from app.statements import settlement_workbook
from kitchen import (
    day_close,
    deliveries,
    dining,
    door_steps,
    doors,
    drivers,
    findings,
    food,
    headcounts,
    loadings,
    menus,
    places,
    prints,
    production,
    registry,
    round_publishing,
    settlement,
    sheet_returns,
)
from kitchen.dining import Request
from kitchen.drivers import DriverFields
from kitchen.headcounts import SpareFacts
from kitchen.kitchen_day import kitchen_day
from kitchen.loadings import LoadedLine
from kitchen.outcomes import Report
from kitchen.prints import Content, LabelFacts
from kitchen.round_plans import latest_plan
from kitchen.round_sheets import sheet_views
from kitchen.sheet_returns import SheetBack
from tests.kitchen.cast import CHEN, MORNING, QIAN, SUN, TODAY, Cast, enter
from tests.prints.samples import STAMP

WHEN = (TODAY, "lunch")
Hire = Callable[[Cast], Awaitable[None]]


def at(hours: int, minutes: int = 0) -> datetime:
    """So long after 08:05 in Shanghai."""
    return MORNING + timedelta(hours=hours, minutes=minutes)


async def test_one_lunch_from_order_to_claim(database: object) -> None:
    cast = await enter()
    await live_through(cast)

    # one number, and every difference named: there is none
    balance = await day_close.balance_for(cast.kitchen, *WHEN)
    assert balance.differences == ()
    assert dict(balance.chain) == {
        "ordered": 4,
        "planned": 5,
        "cooked": 5,
        "portioned": 5,
        "loaded": 5,
        "handed_over": 4,
        "returned": 1,
        "wasted": 0,
        "claimed": 3,
    }
    closed = await day_close.close_day(cast.kitchen, *WHEN, by=CHEN, now=at(8))
    assert len(closed.seal) == 12

    await settle_the_month(cast)


async def settle_the_month(cast: Cast) -> None:
    """Next month: who pays what, on paper and as a spreadsheet, for good."""
    for odd in await findings.findings(cast.kitchen, "2026-11"):
        await findings.explain(
            cast.kitchen, "2026-11", odd.key, "已核对", by=QIAN, now=at(24 * 7)
        )
    month = await settlement.close_month(
        cast.kitchen, "2026-11", today=date(2026, 12, 1), by=QIAN, now=at(24 * 7)
    )
    assert (month.report.meals, month.report.subsidy_fen) == (4, 3 * 800)
    assert month.report.self_pay_fen == 3 * 500 + 1300  # the guest pays in full
    book = openpyxl.load_workbook(
        io.BytesIO(await settlement_workbook(cast.kitchen, "2026-11"))
    )
    by_payer = [row[:4] for row in book["按付款方"].iter_rows(values_only=True)]
    assert set(by_payer[1:]) == {
        ("区级补贴", "送餐到家", 1, 8),
        ("区级补贴", "朝阳就餐点", 1, 8),
        ("区级补贴", "新华就餐点", 1, 8),
        ("自付记账", "送餐到家", 1, 5),  # nothing collected at the door: on account
        ("自付现金", "朝阳就餐点", 2, 18),  # 李德福 and the guest
        ("自付现金", "新华就餐点", 1, 5),
    }
    desk = Desk(Office(ZoneInfo("Asia/Shanghai")), PrintStore(Path()))
    paper = await month_sheet(desk, cast.kitchen, "2026-11")
    [drawn] = await render([document_for(paper, STAMP)])
    said = "".join(PdfReader(io.BytesIO(drawn.pdf)).pages[0].extract_text().split())
    for words in ("24.00", "朝阳就餐点", "新华就餐点", month.digest[:12]):
        assert words in said
    assert await settlement.replay(cast.kitchen, "2026-11")


async def lived_day() -> Cast:
    """That day in a new database; `remembered(lived_day)` where it is the beginning."""
    cast = await enter()
    await live_through(cast)
    return cast


async def live_through(cast: Cast, hire: Hire | None = None) -> None:
    """The whole day up to the evening, every act by the person who does it. `hire`:
    other drivers than those two."""
    await plan_the_menu(cast)
    await (hire or hire_drivers)(cast)

    # 08:05 – the count is closed; one walk-in is expected at 朝阳
    await headcounts.close_headcount(
        cast.kitchen,
        *WHEN,
        spares=[SpareFacts(0, cast.chaoyang, "walk_in", "regular", 1)],
        by=CHEN,
        now=MORNING,
    )

    # 赵奶奶's lane is on no map: she waits visibly until somebody places it
    await plan_the_rounds(cast.kitchen)
    plan = await latest_plan(cast.kitchen, *WHEN)
    assert plan is not None
    waiting = [stop.key for stop in plan.stops_of(None)]
    assert [kind for kind, _ in waiting] == ["diner"]
    await place_the_lane(cast)
    await plan_the_rounds(cast.kitchen)
    await publish(cast)

    # the kitchen cooks, keeps samples, labels boxes, packs and loads
    await cook(cast.kitchen)
    await label(cast.kitchen)
    await pack_and_load(cast)
    await print_sheets(cast.kitchen)

    # 赵奶奶 does not open: a case, until the neighbour reaches her
    views = await sheet_views(cast.kitchen, *WHEN)
    door = next(s for v in views for s in v.stops if s.elder_id == cast.zhao)
    await deliveries.report_exception(
        door.stop_id,
        Report(outcome="no_answer", reported_by="赵师傅"),
        by=CHEN,
        now=at(3),
    )
    [case] = await doors.open_cases(cast.kitchen, *WHEN)
    reached = door_steps.Step(kind="reached", who="刘芳(邻居)", note="去医院了")
    await door_steps.take_step(case.id, reached, by=CHEN, now=at(3, 20))

    # the points receive, serve and count; the sheets come back
    await receive(cast)
    await serve(cast)
    await return_sheets(cast)
    await name_the_leftovers(cast)


async def plan_the_menu(cast: Cast) -> None:
    await food.load_food(by=CHEN, now=MORNING)
    by_kind = {dish.category: dish for dish in (await food.dishes()).values()}
    for position, kind in enumerate(("main", "vegetable", "staple"), start=1):
        await menus.set_dish(
            cast.kitchen, *WHEN, "A", position, by_kind[kind].id, by=CHEN, now=MORNING
        )
    await menus.publish(cast.kitchen, [TODAY], "lunch", by=CHEN, now=MORNING)


async def hire_drivers(cast: Cast) -> None:
    van = DriverFields(name="马师傅", profile="van", capacity=200, carries_bulk=True)
    bike = DriverFields(name="赵师傅", profile="ebike", capacity=30)
    for fields in (van, bike):
        await drivers.add_driver(cast.kitchen, fields, by=CHEN, now=MORNING)


async def plan_the_rounds(kitchen: int) -> None:
    await plan_rounds(kitchen, *WHEN, by=CHEN, now=at(0, 30), seconds=1)


async def place_the_lane(cast: Cast) -> None:
    door = next(
        door
        for door in (
            await registry.doors_for(
                (await registry.addresses_on(cast.kitchen, TODAY)).values()
            )
        ).values()
        if door.elder_id == cast.zhao
    )
    assert door.placed_by == "none"
    await places.place_building(
        door.building_id, 120_152_000, 30_281_500, by=CHEN, now=at(0, 40)
    )


async def publish(cast: Cast) -> None:
    plan = await latest_plan(cast.kitchen, *WHEN)
    assert plan is not None
    assert plan.stops_of(None) == []
    await round_publishing.publish(plan.facts.id, by=CHEN, now=at(0, 50))


async def cook(kitchen: int) -> None:
    today = await kitchen_day(kitchen, *WHEN)
    for sheet in today.sheet.dishes:
        await production.record_batch(
            kitchen, *WHEN, sheet.dish.id, sheet.portions, at(2), 780,
            grams=sheet.cooked_grams, by=CHEN, now=at(2),
        )  # fmt: skip
        await production.record_sample(
            kitchen, *WHEN, sheet.dish.id, 130, by=CHEN, now=at(2)
        )


async def label(kitchen: int) -> None:
    office = Office(ZoneInfo("Asia/Shanghai"))
    morning = await morning_for(kitchen, *WHEN, office)
    for paper in papers_of(morning, ["labels"]):
        assert isinstance(paper, Labels)
        boxes = [
            LabelFacts(box.diner_id, box.spare_id, box.portion, box.code)
            for box in paper.labels
        ]
        run = Content("labels", paper.subject, paper.digest, labels=boxes)
        await prints.register_print(kitchen, *WHEN, run, pages=1, by=CHEN, now=at(2, 5))


async def pack_and_load(cast: Cast) -> None:
    for diet, portions in (("regular", 1), ("allergy:peanut", 1)):
        await production.record_packed(
            cast.kitchen, *WHEN, cast.chaoyang, diet, portions, by=CHEN, now=at(2, 10)
        )
    for view in await sheet_views(cast.kitchen, *WHEN):
        lines = [
            LoadedLine(p.point_id, p.diet_key, p.portions, crate=p.crate)
            for p in view.loading
        ]
        await loadings.record_loading(view.round_id, lines, by=CHEN, now=at(2, 20))


async def print_sheets(kitchen: int) -> None:
    for view in await sheet_views(kitchen, *WHEN):
        sheet = Content("sheet", f"round:{view.number}", view.digest)
        await prints.register_print(
            kitchen, *WHEN, sheet, pages=1, by=CHEN, now=at(2, 15)
        )


async def receive(cast: Cast) -> None:
    arrived = {
        cast.chaoyang: {"regular": 1, "allergy:peanut": 1},
        cast.xinhua: {"regular": 1},
    }
    for point, portions in arrived.items():
        await dining.receive(
            point, *WHEN, portions, decidegrees=652, signed_by="孙阿姨",
            by=SUN, now=at(2, 40),
        )  # fmt: skip


async def serve(cast: Cast) -> None:
    for act, elder, point, channel in (
        ("tap-1", cast.li, cast.chaoyang, "table"),
        ("tap-2", cast.zhou, cast.xinhua, "collect"),
        ("tap-3", None, cast.chaoyang, "table"),
    ):
        asked = Request(point, *WHEN, elder, "subsidised", "cash", channel)
        await dining.serve(act, asked, by=SUN, now=at(3))


async def return_sheets(cast: Cast) -> None:
    views = await sheet_views(cast.kitchen, *WHEN)
    for stop in (stop for view in views for stop in view.stops):
        if stop.kind == "point":
            handed = Report(
                outcome="point",
                reported_by="马师傅",
                received_by="孙阿姨",
                portions=stop.portions,
                decidegrees=652,
            )
            await deliveries.report_exception(stop.stop_id, handed, by=CHEN, now=at(4))
    papers = {p.subject: p for p in await prints.prints_for(cast.kitchen, *WHEN)
              if p.kind == "sheet"}  # fmt: skip
    for view in views:
        paper = papers[f"round:{view.number}"]
        back = SheetBack(
            reported_by=view.driver_name, number=paper.number, version=paper.version
        )
        await sheet_returns.close_rest(view.round_id, back, by=CHEN, now=at(4))


async def name_the_leftovers(cast: Cast) -> None:
    views = await sheet_views(cast.kitchen, *WHEN)
    view = next(v for v in views if any(s.elder_id == cast.zhao for s in v.stops))
    await dining.record_leftover(
        kitchen_id=cast.kitchen,
        day=TODAY,
        meal="lunch",
        diet_key="regular",
        portions=1,
        fate="returned",
        reason="赵秀兰去医院了",
        round_id=view.round_id,
        by=CHEN,
        now=at(5),
    )

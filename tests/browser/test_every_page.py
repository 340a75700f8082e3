"""No page is forgotten: each address that answers with a page is read by axe, in light
and dark, at 390, 800 and 1366 wide. Most stand in the lists of other modules; the rest
are opened here, in a town with two weeks behind it and its lunch on the way.
"""

import datetime as dt
import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import FilePayload

from app import controllers
from app.asgi import create_app
from app.jobs import Job
from app.policy import routes_of
from app.settings import Settings
from kitchen import closures, demo, headcounts, menu_proposals, round_plans
from kitchen.database import insert, one, writing
from kitchen.deliveries import report_exception
from kitchen.diets import Diet
from kitchen.incidents import NewIncident, open_incident
from kitchen.menu_proposals import Wish
from kitchen.outcomes import Report
from kitchen.plans import Eater
from kitchen.prints import Content, register_print
from kitchen.round_inputs import inputs_for
from kitchen.round_proposals import offer
from kitchen.round_steps import shape_of
from kitchen.timetables import Proposal
from tests.app.client import Clock
from tests.browser import (
    test_day_screens,
    test_doors,
    test_kitchen,
    test_shell,
)
from tests.browser.conftest import Enter, Run, faults_at_every_width
from tests.browser.midday import Midday, publish_rounds, serve
from tests.kitchen.cast import CHEN, MORNING, TODAY

LUNCH = f"{TODAY}/lunch"
STOPPED = TODAY + dt.timedelta(days=2)
NEXT = dt.date(2026, 12, 7)
ONE = Eater(1, 1, "1", "李", "dine_in", 1, None, 1, "normal", "A", Diet())

UPLOADED = {
    "/food/compositions": "编码,名称,钙,过敏原\n01001,粳米,,大豆\n77,没有的,1,\n",
    "/forecasts/lists": (
        "日期,就餐点,餐次,订餐,到场,散客\n"
        "2026-11-20,朝阳就餐点,午餐,5,5,1\n2026-11-20,没有的点,午餐,5,x,1\n"
    ),
}
"""A file with a good row and a bad one leads from here to a page of its own."""

ELSEWHERE = (
    "/imports/drafts/x",  # test_a_new_user
    *(f"{path}/drafts/x" for path in UPLOADED),  # below
    "/sign-in",  # test_shell
    "/trip/1-x",  # test_trip, each of its three faces
    "/trip/shell",  # … without network
)
NO_PAGE = re.compile(
    r"/(api|static|healthz|readyz)\b"  # for programs
    r"|\.(pdf|xlsx|js|svg)$|\{file:str\}$|\{path:path\}$"  # files
    r"|/(events|progress|prices|reversal|consequences)$"  # parts of a page
    r"|^/$"  # leads to Today
)
BARE = re.compile(
    r"^/(balance|deliveries|dining|doors|forecasts|hands|headcounts|menus|prints"
    r"|production|rounds|safety|settlement|statements|today|wastes|weather)$"
)
"""Lead to their day or month."""


@dataclass(frozen=True)
class Lived:
    """Where to look."""

    point: int
    elder: int
    stop: int
    offer: int
    incident: int
    served: int
    building: int
    dish: int
    staff: int
    version: int
    proposal: int
    job: int


async def first_of(table: str, where: str = "") -> int:
    found = await one(f"SELECT MIN(id) AS id FROM {table} {where}")
    return int(found["id"]) if found and found["id"] is not None else 0


async def lived_in() -> Lived:
    """The demo on its third Tuesday, at half past eleven: one door closed, one call
    open, one offer on the board."""
    eve = MORNING - dt.timedelta(hours=14)
    noon = MORNING + dt.timedelta(hours=3)
    town = await demo.build(
        people=40, seed=7, today=TODAY, now=eve, password_hash="-", history=True
    )
    kitchen, when = town.kitchen_id, (town.kitchen_id, TODAY, "lunch")
    await headcounts.close_headcount(*when, by=CHEN, now=MORNING)
    await publish_rounds(kitchen)
    eaters = await headcounts.eaters_for(*when)
    point = town.point_ids[0]
    await serve(point, [e for e in eaters if e.point_id == point][:2])
    plan = await round_plans.published_plan(*when)
    assert plan is not None
    door = next(s for s in plan.stops if s.round_id and s.key[0] == "diner")
    nobody = Report(outcome="no_answer", reported_by="钱师傅")
    await report_exception(door.id, nobody, by=CHEN, now=noon)
    on_the_wall = Content("production", "all", "of-before", "厨房", {"dish:1": "旧的"})
    await register_print(*when, on_the_wall, pages=1, by=CHEN, now=MORNING)
    stopped = {"kind": "cancelled", "dishes": [], "reason": "停气"}
    await closures.close_meal(kitchen, STOPPED, "lunch", **stopped, by=CHEN, now=noon)
    call = NewIncident(kind="no_meal", said="还没收到", elder_id=1)
    base = shape_of(plan)
    turned = tuple(
        order if n else type(order)(order.number, order.driver_id, order.keys[::-1])
        for n, order in enumerate(base.orders)
    )
    return Lived(
        point=point,
        elder=await first_of("elder"),
        stop=door.id,
        offer=await offer(
            await inputs_for(*when),
            base,
            type(base)(turned, base.why, base.pinned),
            scope="unlocked",
            number=None,
            run="a",
            seconds=5,
            proposal=Proposal(turned, {}, "sisr"),
            by=CHEN,
            now=noon,
        ),
        incident=await open_incident(kitchen, call, by=CHEN, now=noon),
        served=await first_of("meal", f"WHERE day = '{TODAY}'"),
        building=await first_of("building"),
        dish=await first_of("dish"),
        staff=await first_of("staff"),
        version=await first_of("scheme_version"),
        proposal=await menu_proposals.ask(
            kitchen, "lunch", NEXT, 1, Wish(rows=(1, 3)), by=CHEN, now=noon
        ),
        job=await a_job(noon),
    )


async def a_job(now: dt.datetime) -> int:
    """Some work that is done."""
    async with writing():
        job: int = await insert(
            Job,
            kind="print",
            title="打印",
            arguments="{}",
            state="done",
            percent=100,
            note="",
            result="{}",
            created_by=None,
            created_at=now,
            started_at=now,
            heartbeat_at=now,
            finished_at=now,
        )
    return job


def screens(town: Lived) -> list[str]:
    """Every page that no other module opens for axe."""
    till = f"/dining/{LUNCH}/{town.point}"
    return [
        "/approved-prices",
        "/buying",
        "/callbacks/slips",
        "/claims",
        f"/deliveries/stops/{town.stop}",
        "/dining/offline",
        "/dining/tablets",
        f"/dining/{LUNCH}/reports",
        f"{till}/screen",
        f"{till}/slips/{town.served}",
        "/feedback",
        f"/food/dishes/{town.dish}",
        f"/food/dishes/{town.dish}/traits",
        "/food/prices",
        f"/forecasts/{LUNCH}/points/{town.point}",
        "/goods",
        "/hands/people",
        f"/hands/{LUNCH}",
        f"/headcounts/{STOPPED}/lunch/calls",
        f"/hotline/incidents/{town.incident}",
        f"/jobs/{town.job}",
        f"/ledger/{town.elder}",
        f"/ledger/{town.elder}/top-up",
        "/menus/rules/lunch",
        f"/menus/{LUNCH}/proposals",
        f"/menus/proposals/{town.proposal}",
        f"/observations/{town.elder}",
        "/places/areas",
        "/places/buildings",
        f"/places/buildings/{town.building}",
        "/places/points/new",
        f"/places/points/{town.point}",
        "/places/unplaced",
        "/plans/calendar",
        "/prints/cards",
        f"/prints/{LUNCH}/production/all/changes",
        "/programmes",
        "/recalls",
        "/recoveries",
        "/registry/new",
        f"/registry/{town.elder}/edit",
        f"/registry/{town.elder}/meals",
        f"/rounds/offers/{town.offer}",
        f"/rounds/stops/{town.stop}",
        "/safety/inspection",
        f"/safety/{LUNCH}",
        "/search?q=w",
        "/settings/kitchens/1",
        "/settings/kitchens/1/meals/lunch",
        "/settlement/2026-09/claims",
        "/settlement/2026-09/corrections",
        "/settlement/2026-11/costs",
        f"/staff/{town.staff}",
        "/statements",
        "/statements/2026-Q3",
        "/subsidies/new",
        f"/subsidies/versions/{town.version}",
        f"/wastes/{LUNCH}",
    ]


@pytest.fixture
def town(run: Run[Lived], clock: Clock) -> Lived:
    clock.forward(hours=3)
    return run(lived_in())


def test_axe_finds_nothing_on_the_pages_nobody_else_opens(
    town: Lived, enter: Enter
) -> None:
    page = enter("manager", "陈经理")
    found = {}
    for path in screens(town):
        answer = page.goto(path)
        assert answer is not None
        if answer.status != 200:
            found[path] = [f"answers {answer.status}"]
            continue
        page.wait_for_load_state("networkidle")
        found[path] = faults_at_every_width(page)
        if (n := page.locator("h1:visible").count()) != 1:
            found[path].append(f"{n} headings h1")
    found = {path: faults for path, faults in found.items() if faults}
    assert found == {}, found


def test_axe_finds_nothing_on_what_a_file_would_change(
    town: Lived, enter: Enter
) -> None:
    page = enter("manager", "陈经理")
    found = {}
    for path, text in UPLOADED.items():
        page.set_viewport_size({"width": 1366, "height": 800})
        page.goto(path)
        file: FilePayload = {
            "name": "表.csv",
            "mimeType": "text/csv",
            "buffer": text.encode(),
        }
        form = page.locator("form:has([name=file])")
        form.locator("[name=file]").set_input_files(files=[file])
        form.get_by_role("button").last.click()
        page.wait_for_url("**/drafts/*")
        found[path] = faults_at_every_width(page)
    assert not any(found.values()), found


def test_every_page_is_in_a_list() -> None:
    """A page that is added stands here as missing until axe has read it."""
    known = [
        *screens(Lived(*[1] * 12)),
        *test_day_screens.screens(Midday(1, 1, 1, 1, (ONE,), 1)).values(),
        *test_doors.screens(Midday(1, 1, 1, 1, (), 1)).values(),
        *test_kitchen.PAGES.values(),
        *test_shell.PAGES.values(),
        *ELSEWHERE,
    ]
    app = create_app(Settings(), areas=controllers.MODULES)
    forgotten = [
        path
        for path, method, _handler in routes_of(app)
        if method == "GET" and not NO_PAGE.search(path) and not BARE.match(path)
        if not any(answers(path, one.partition("?")[0]) for one in known)
    ]
    assert forgotten == []


def answers(route: str, path: str) -> bool:
    """Whether the route is the one that answers for a path of a list."""
    parts, typed = route.split("/"), path.split("/")
    return len(parts) == len(typed) and all(
        fits(part, word) for part, word in zip(parts, typed, strict=True)
    )


def fits(part: str, word: str) -> bool:
    if not part.startswith("{"):
        return part == word
    if part.endswith(":int}"):
        return word.isdecimal()
    if part.endswith(":date}"):
        return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", word))
    return bool(word)

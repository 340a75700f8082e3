"""Two kitchens in one house: whatever the one's people ask for or send in, the other
kitchen is not there.

Every route is taken from the application itself, so that a new one is walked too: a
route with an id nobody has named in `IDS` fails the test.
"""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from litestar import Litestar

from app import jobs
from app.policy import ACTIONS, PUBLIC, ROLES, routes_of
from kitchen import (
    attendance,
    callbacks,
    claims,
    dining,
    driver_bonds,
    drivers,
    incidents,
    ledger,
    menu_cycles,
    menu_proposals,
    places,
    plans,
    programmes,
    recoveries,
    registry,
    round_proposals,
    round_steps,
    statements,
)
from kitchen import database as doors
from kitchen.database import Engine, rows
from kitchen.people_tables import ImportRun
from kitchen.plans import PlanFacts
from kitchen.programmes import GrantClass
from kitchen.registry import NewAddress, NewElder
from kitchen.schema import TABLES
from kitchen.subsidies import When
from tests.app.client import Client, SignInAs, hire
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast
from tests.remembered import remembered
from tests.test_a_day import lived_day

NAMES = ("王秀英", "李德福", "赵秀兰", "周建国", "马师傅")
SHARED = {
    "area_id",
    "dish_id",
    "composition_run_id",
}  # one tree of areas and one catalogue for the house
BODIES = {  # the JSON routes look at the body before they look for the row
    "/void": {"reason": "试试"},
    "/outcome": {"outcome": "elder", "reported_by": "试试"},
    "/return": {"reported_by": "试试"},
}
PLAIN = {"day": str(TODAY), "meal": "lunch", "month": "2026-11", "kind": "sheet"}
PLAIN |= {"key": "5f0c3c63-15d0-4a8e-9a42-0a7a5a4f2f10"}  # of nobody's tablet


@pytest.fixture
def database(sqlite_database: Engine) -> Engine:
    """Whose row it is, is asked in the same words on both engines."""
    return sqlite_database


@dataclass(frozen=True)
class House:
    """`theirs` has lived through a day; `own` is where the curious ones work."""

    theirs: Cast
    own: int
    own_point: int
    own_elder: int
    ids: dict[str, int]  # path parameter → a row of theirs


async def one_id(sql: str) -> int:
    return int((await rows(sql))[0]["id"])


IDS = {
    "recovery_id": "SELECT MIN(id) AS id FROM recovery_case",
    "repayment_id": "SELECT MIN(id) AS id FROM repayment",
    "statement_id": "SELECT MIN(id) AS id FROM quarter_statement",
    "payment_id": "SELECT MIN(id) AS id FROM claim_payment",
    "bar_id": "SELECT MIN(id) AS id FROM subsidy_bar",
    "programme_id": "SELECT MIN(id) AS id FROM purse_programme",
    "elder_id": "SELECT MIN(id) AS id FROM elder",
    "elder": "SELECT MIN(id) AS id FROM elder",
    "point": "SELECT MIN(id) AS id FROM dining_point",
    "point_id": "SELECT MIN(id) AS id FROM dining_point",
    "kitchen_id": "SELECT MIN(id) AS id FROM kitchen",
    "building_id": "SELECT MIN(building) AS id FROM address",
    "diner": "SELECT MIN(id) AS id FROM diner",
    "plan_id": "SELECT MAX(id) AS id FROM round_plan",
    "round_id": "SELECT MAX(id) AS id FROM round",
    "stop_id": "SELECT MAX(id) AS id FROM stop",
    "delivery_id": "SELECT MIN(delivery) AS id FROM delivery_slot",
    "incident_id": "SELECT MIN(id) AS id FROM incident",
    "pick_id": "SELECT MIN(id) AS id FROM callback_pick",
    "case_id": "SELECT MIN(id) AS id FROM door_case",
    "loading_id": "SELECT MIN(id) AS id FROM loading",
    "driver_id": "SELECT MIN(id) AS id FROM driver",
    "ban_id": "SELECT MIN(id) AS id FROM driver_ban",
    "pairing_id": "SELECT MIN(id) AS id FROM driver_pairing",
    "meal_id": "SELECT MIN(id) AS id FROM meal",
    "served": "SELECT MIN(id) AS id FROM meal WHERE point IS NOT NULL",
    "entry": "SELECT MIN(id) AS id FROM entry WHERE kind = 'top_up'",
    "card_id": "SELECT MIN(id) AS id FROM card",
    "contact_id": "SELECT MIN(id) AS id FROM contact",
    "category_id": "SELECT MIN(id) AS id FROM category",
    "entitlement_id": "SELECT MIN(id) AS id FROM delivery_entitlement",
    "exception_id": "SELECT MIN(id) AS id FROM plan_exception",
    "booking": "SELECT MIN(id) AS id FROM plan_exception",
    "report": "SELECT MIN(id) AS id FROM till_report",
    "row": "SELECT MIN(id) AS id FROM receipt",
    "version_id": "SELECT MIN(id) AS id FROM scheme_version",
    "staff_id": "SELECT MIN(id) AS id FROM staff",
    "job_id": "SELECT MIN(id) AS id FROM job",
    "run_id": "SELECT MIN(id) AS id FROM import_run",
    "attendance_run_id": "SELECT MIN(id) AS id FROM attendance_run",
    "cycle_id": "SELECT MIN(id) AS id FROM menu_cycle",
    "proposal_id": "SELECT MIN(id) AS id FROM menu_proposal",
    "offer_id": "SELECT MIN(id) AS id FROM round_proposal",
    "print_id": "SELECT MIN(id) AS id FROM print_run",
}


@pytest.fixture
async def house(app: Litestar) -> House:
    theirs = await remembered(lived_day)
    await rows_that_the_day_did_not_write(theirs)
    ids = {name: await one_id(sql) for name, sql in IDS.items()}
    own = await places.add_kitchen(
        name="云水厨房", area_id=theirs.street, by=CHEN, now=MORNING
    )
    for service in (await places.services_for(theirs.kitchen, TODAY)).values():
        await places.set_service(own, service, by=CHEN, now=MORNING)
    point = await places.add_point(
        kitchen_id=own,
        area_id=theirs.community,
        name="云水就餐点",
        by=CHEN,
        now=MORNING,
    )
    elder = await registry.enrol(
        NewElder(
            name="孙桂芳",
            sex="female",
            birth_date=TODAY.replace(year=1946),
            point_id=point,
            hukou_area_id=theirs.community,
            address=NewAddress(theirs.community, "云水里", "1号楼", door="101"),
        ),
        kitchen_id=own,
        by=CHEN,
        now=MORNING,
    )
    week = dict.fromkeys(
        range(1, 8), PlanFacts(elder, "dine_in", point, 1, "normal", "A")
    )
    await plans.set_plan(elder, "lunch", week, TODAY, by=CHEN, now=MORNING)
    return House(theirs, own, point, elder, ids)


async def rows_that_the_day_did_not_write(theirs: Cast) -> None:
    by: dict[str, Any] = {"by": CHEN, "now": MORNING}
    staff = await hire("dispatcher", "钱调度", MORNING, kitchen_id=theirs.kitchen)
    driver = (await drivers.drivers_for(theirs.kitchen))[0]
    await drivers.ban_driver(driver.id, theirs.wang, "家属不愿意", **by)
    await driver_bonds.pair(driver.id, theirs.zhao, "", **by)
    await ledger.top_up(
        theirs.li, 5000, kitchen_id=theirs.kitchen, point_id=None, day=TODAY, **by
    )
    pack = await dining.pack_for(theirs.chaoyang, TODAY, "lunch", now=MORNING)
    told = dining.Told(pack=pack.token, elder_id=theirs.li, happened_at=MORNING)
    await dining.report("tap-offline", told, **by)
    late = incidents.NewIncident(kind="late", said="晚了", elder_id=theirs.li)
    await incidents.open_incident(theirs.kitchen, late, **by)
    await callbacks.draw_sample(theirs.kitchen, "2026Q4", seed=1, **by)
    await programmes.propose_programme(
        kitchen_id=theirs.kitchen,
        name="家庭券",
        classes=[GrantClass("75 岁以上", When(min_age=75), 10_000)],
        pool="quarter",
        valid_from=TODAY,
        **by,
    )
    async with doors.writing():
        case = await recoveries.open_in_transaction(
            kitchen_id=theirs.kitchen,
            elder_id=theirs.zhao,
            finding="second_meal",
            amount_fen=800,
            reason="试试",
            barred_from=TODAY,
            **by,
        )
    await recoveries.repay(case, 300, kitchen_id=theirs.kitchen, day=TODAY, **by)
    async with doors.writing():
        await doors.insert(
            attendance.AttendanceRun,
            kitchen=theirs.kitchen,
            file_name="到餐.csv",
            digest="",
            rows_good=0,
            rows_bad=0,
            at=MORNING,
            by="陈经理",
        )
    later = TODAY.replace(day=30)
    await plans.add_exception(
        elder_id=theirs.li,
        meal="lunch",
        kind="skip",
        from_day=later,
        to_day=later,
        reason="去女儿家",
        **by,
    )
    async with doors.writing():
        await doors.insert(
            round_proposals.RoundProposal,
            kitchen=theirs.kitchen,
            day=TODAY,
            meal="lunch",
            scope="all",
            number=None,
            run="1",
            base=round_steps.shape_text(round_steps.Shape((), {})),
            orders=round_steps.shape_text(round_steps.Shape((), {})),
            engine="sisr",
            fallback=False,
            distances="",
            seconds=1,
            at=MORNING,
            by="陈经理",
        )
        await doors.insert(
            menu_proposals.MenuProposal,
            kitchen=theirs.kitchen,
            meal="lunch",
            first=TODAY,
            weeks=1,
            asked="{}",
            job=None,
            state="failed",
            cells="[]",
            total=0,
            bound=0,
            milliseconds=0,
            parts="{}",
            faults="[]",
            at=MORNING,
            by="陈经理",
        )
        entry = await one_id("SELECT MIN(id) AS id FROM entry WHERE kind = 'top_up'")
        await doors.insert(
            claims.ClaimPayment,
            kitchen=theirs.kitchen,
            month="2026-10",
            payer="funder:district",
            fen=800,
            paid_on=TODAY,
            reference="国库 1",
            entry=entry,
            reverses=None,
            at=MORNING,
            by="陈经理",
        )
        await doors.insert(
            statements.QuarterStatement,
            kitchen=theirs.kitchen,
            quarter="2026-Q3",
            community=theirs.community,
            report=statements.as_text(theirs.kitchen, "2026-Q3", theirs.community, ()),
            digest="x",
            at=MORNING,
            by="陈经理",
        )
        await doors.insert(
            menu_cycles.MenuCycle,
            kitchen=theirs.kitchen,
            meal="lunch",
            name="两周一轮",
            weeks=2,
            at=MORNING,
            by="陈经理",
        )
        await doors.insert(
            ImportRun,
            kitchen=theirs.kitchen,
            file_name="老人名单.xlsx",
            digest="x",
            rows_good=0,
            rows_bad=0,
            at=MORNING,
            by="陈经理",
            undone_at=None,
            undone_by="",
        )
        await doors.insert(
            jobs.Job,
            kind="print_papers",
            title="打印",
            arguments="{}",
            state="done",
            percent=100,
            note="",
            result="{}",
            created_by=staff.staff_id,
            created_at=MORNING,
            started_at=None,
            heartbeat_at=None,
            finished_at=None,
        )


def parameters(path: str) -> list[str]:
    return re.findall(r"\{([a-z_]+):int\}", path)


def address(path: str, ids: dict[str, int]) -> str:
    def filled(match: re.Match[str]) -> str:
        name = match[1].partition(":")[0]
        return str(ids.get(name, PLAIN.get(name, "x")))

    return re.sub(r"\{([^}]+)\}", filled, path)


async def ask(client: Client, method: str, path: str, **fields: Any) -> Any:
    if method in ("GET", "HEAD"):
        return await client.request(method, path)
    if path.startswith("/api"):
        return await client.json(path, BODIES["/" + path.rpartition("/")[2]])
    return await client.submit(path, **fields)


async def everything() -> dict[str, dict[Any, dict[str, Any]]]:
    """Every row of every table that a request could change, by its key."""
    quiet = {"session", "audit_line", "refused_attempt", "act", "job"}
    found = {}
    for table in TABLES:
        name, key = table._meta.tablename, table._meta.primary_key._meta.name
        if name not in quiet:
            lines = await rows(f"SELECT * FROM {name}")
            found[name] = {line[key]: line for line in lines}
    return found


async def test_every_id_of_the_other_kitchen_is_a_lost_page(
    app: Litestar, house: House, sign_in_as: SignInAs
) -> None:
    scope = {"kitchen_id": house.own}
    clients = {role: await sign_in_as(role, **scope) for role in ROLES}
    before, wrong, walked = await everything(), [], 0
    for path, method, handler in routes_of(app):
        names = [name for name in parameters(path) if name not in SHARED]
        allows = handler.opt["allows"]
        if allows == PUBLIC or not names:
            continue
        assert set(names) <= set(IDS), f"{path}: name a row of theirs in IDS"
        others = sorted(ACTIONS[allows] - {"manager", "administrator"})
        for role in ("manager", *others[:1]):
            answer = await ask(clients[role], method, address(path, house.ids))
            walked += 1
            told = [name for name in NAMES if name in answer.text]
            if answer.status_code not in (403, 404) or told:
                wrong.append((role, method, path, answer.status_code, told))
    assert wrong == []
    assert await everything() == before
    assert walked > 100


async def belongings(house: House) -> dict[str, set[int]]:
    """Column → the other kitchen's ids that may stand in it."""
    theirs = house.theirs.kitchen
    by_kitchen = {
        "elder": "SELECT id FROM elder WHERE kitchen = {}",
        "point": "SELECT id FROM dining_point WHERE kitchen = {}",
        "driver": "SELECT id FROM driver WHERE kitchen = {}",
        "batch": "SELECT id FROM batch WHERE kitchen = {}",
    }
    found = {
        name: {row["id"] for row in await rows(sql, theirs)}
        for name, sql in by_kitchen.items()
    }
    found["kitchen"] = {theirs}
    for name in ("diner", "round", "stop"):  # only theirs had a day
        found[name] = {row["id"] for row in await rows(f"SELECT id FROM {name}")}
    for alias in ("from_point", "to_point", "centre", "point_id"):
        found[alias] = found["point"]
    found["kitchen_id"] = found["kitchen"]
    found["row_id"] = found["batch"]  # of a production row taken back
    return found


def fields(house: House, kind: str) -> dict[str, Any]:
    """One form that fits every page somehow, with the other kitchen's ids in it."""
    theirs, ids = house.theirs, house.ids
    return {
        "elder": theirs.li,
        "who": f"#{theirs.li}",
        "mate": f"#{theirs.li}",
        "elders": f"{theirs.li},{theirs.wang}",
        "kitchen": theirs.kitchen,
        "point": theirs.chaoyang,
        "to": theirs.chaoyang,
        "centre": theirs.chaoyang,
        "place": f"dine_in:{theirs.chaoyang}",
        "row": 1,
        "batch": 1,
        "dish": 1,
        "driver": ids["driver_id"],
        "round": ids["round_id"],
        "contact": ids["contact_id"],
        "substitute": 2,
        "kind": kind,
        "reason": "试试",
        "why": "试试",
        "note": "试试",
        "source": "till",
        "way": "dine_in",
        "payment": "cash",
        "sure": "yes",
        "diet": "regular",
        "portions": 1,
        "moved": 1,
        "left": 1,
        "fate": "wasted",
        "signed_by": "孙",
        "portions_regular": 1,
        "packed.regular": 1,
        "degrees": 65,
        "held_at": "11:00",
        "at": "11:00",
        "grams": 130,
        "core": 78,
        "from_day": "2026-11-30",
        "meal": "lunch",
        "amount": "5.00",
        "cash": "0",
        "login": f"new-{kind}",
        "name": "新人",
        "role": "point_staff",
        "password": "一碗热汤 and some rice",
        "reporter": "孙",
        "outcome": "elder",
        "sheet": 1,
        "version": 1,
        "position": 1,
        "state": "paused",
    }


@pytest.mark.parametrize("kind", ["batch", "book", "substitute", "cancel"])
async def test_no_form_reaches_into_the_other_kitchen(
    app: Litestar, house: House, sign_in_as: SignInAs, kind: str
) -> None:
    manager = await sign_in_as("manager", "云经理", kitchen_id=house.own)
    own = {"point": house.own_point, "point_id": house.own_point}
    own |= {"elder": house.own_elder, "elder_id": house.own_elder}
    own |= {"kitchen_id": house.own}
    before, theirs = await everything(), await belongings(house)
    for path, method, handler in routes_of(app):
        unsafe = method == "POST" and handler.opt["allows"] != PUBLIC
        skipped = path.startswith(("/api", "/account", "/imports"))
        if not unsafe or skipped or not set(parameters(path)) <= set(own):
            continue
        answer = await ask(manager, method, address(path, own), **fields(house, kind))
        assert answer.status_code < 500, path
    reached = []
    for table, lines in (await everything()).items():
        for key, line in lines.items():
            if before[table].get(key) == line:
                continue
            reached += [
                (table, key, column)
                for column, ids in theirs.items()
                if line.get(column) in ids
            ]
    assert reached == []


async def test_asking_for_the_other_kitchen_by_name_finds_nothing(
    app: Litestar, house: House, sign_in_as: SignInAs
) -> None:
    manager = await sign_in_as("manager", "云经理", kitchen_id=house.own)
    told = []
    for path, method, handler in routes_of(app):
        if method != "GET" or handler.opt["allows"] == PUBLIC or parameters(path):
            continue
        here = address(path, {})
        for query in (f"?kitchen={house.theirs.kitchen}", "?q=ldf", "?q=wangxiuying"):
            answer = await manager.get(here + query)
            if any(name in answer.text for name in NAMES):
                told.append(here + query)
    assert told == []


async def test_a_meal_is_not_recorded_for_the_other_kitchens_people(
    house: House, sign_in_as: SignInAs
) -> None:
    manager = await sign_in_as("manager", "云经理", kitchen_id=house.own)
    meal = {
        "id": "6f1f9a7c-3a53-4f0e-9d61-6a0f7a1c2b10",
        "point": house.own_point,
        "day": str(TODAY),
        "meal": "lunch",
        "elder": house.theirs.li,
        "tariff": "subsidised",
        "payment": "cash",
    }
    answer = await manager.json("/api/meals", meal)
    assert (answer.status_code, answer.json()["code"]) == (409, "elder_unknown")
    meal["point"] = house.theirs.chaoyang
    assert (await manager.json("/api/meals", meal)).status_code == 404


async def test_a_keeper_sees_the_tasks_and_lines_of_the_own_kitchen(
    house: House, sign_in_as: SignInAs
) -> None:
    own = await sign_in_as("manager", "云经理", kitchen_id=house.own)
    theirs = await sign_in_as("manager", "东经理", kitchen_id=house.theirs.kitchen)
    job = f"/jobs/{house.ids['job_id']}"
    assert (await own.get(job)).status_code == 404
    assert (await theirs.get(job)).status_code == 200
    await theirs.submit(
        f"/registry/{house.theirs.li}/states",
        state="paused",
        from_day="2026-11-25",
        to_day="2026-11-26",
        reason="住院观察两天",
    )
    assert "住院观察两天" in (await theirs.get("/audit")).text
    assert "住院观察两天" not in (await own.get("/audit")).text

"""The pages of food safety, and the pack an inspector takes away."""

import asyncio
from datetime import date, timedelta
from itertools import pairwise

import httpx
import pytest

from app import jobs, printing
from app.desk import Desk
from app.jobs import JobFacts
from app.paper_safety import packs_over
from app.print_papers import paper_at
from app.settings import Settings
from kitchen import certificates, hands, production, recalls, samples
from kitchen.database import Engine
from kitchen.food_clocks import stops_at_risk
from tests.app.client import Client, Clock, SignInAs
from tests.kitchen import test_food_clocks as clocks
from tests.kitchen import test_rounds as rounds
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter
from tests.prints.conftest import texts
from tests.remembered import remembered
from tests.test_a_day import lived_day

PAGE = "/safety/2026-11-24/lunch"
PACK = "/safety/inspection"


@pytest.fixture
def areas() -> tuple[str, ...]:
    return (
        *("signin", "safety", "hands", "prints", "today", "production", "settings"),
    )


@pytest.fixture
def database(sqlite_database: Engine) -> Engine:
    """What the rows say is tested on both engines with the kitchen's own tests."""
    return sqlite_database


@pytest.fixture
async def cast(app: object, clock: Clock) -> Cast:
    """A whole lunch lived through; it is 13:30."""
    clock.forward(hours=5)
    return await remembered(lived_day)


async def test_the_day_shows_its_chain_of_temperatures(
    cast: Cast, manager: Client
) -> None:
    page = (await manager.get(PAGE)).text
    assert "78.0" in page  # the core of every pot
    assert "65.2" in page  # as the points received it
    assert "1124-L-01" in page
    answer = await manager.submit(
        f"{PAGE}/temperatures", round="1", stage="last_stop", degrees="61.5", at="12:10"
    )
    assert answer.status_code == 303
    page = (await manager.get(PAGE)).text
    assert "61.5" in page
    assert "补记 13:30" in page  # measured at 12:10, typed at 13:30


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"round": "一"}, "线路：填的是“一”"),
        ({"round": "77"}, "没有"),
        ({"stage": "moon"}, "在哪里：填的是“moon”"),
        ({"degrees": "热"}, "温度：填的是“热”"),
        ({"at": "25:00"}, "测温时间：填的是“25:00”"),
        ({"at": "13:50"}, "还没有到"),  # it is 13:30
    ],
)
async def test_a_wrong_temperature_is_told_and_kept(
    cast: Cast, manager: Client, fields: dict[str, str], said: str
) -> None:
    sent = {"round": "1", "stage": "last_stop", "degrees": "61.5", "at": "12:10"}
    answer = await manager.submit(f"{PAGE}/temperatures", **{**sent, **fields})
    assert answer.status_code == 422
    assert said in answer.text
    for name, typed in {**sent, **fields}.items():
        if name in ("degrees", "at"):
            assert f'value="{typed}"' in answer.text


async def test_today_names_what_is_missing_overdue_and_too_late(
    cast: Cast, manager: Client, clock: Clock, sign_in_as: SignInAs
) -> None:
    kept = await samples.samples_for(cast.kitchen, TODAY, "lunch")
    await production.void_production("sample", kept[0].id, "洒了", by=CHEN, now=MORNING)
    page = (await manager.get("/today/2026-11-24/lunch")).text
    assert f"已出锅、还没留样：{kept[0].dish_name}" in page
    clock.forward(hours=48)
    manager = await sign_in_as("manager")  # nobody stays signed in for two days
    page = (await manager.get("/today/2026-11-26/lunch")).text
    assert "2 份留样到时间了" in page
    clock.forward(hours=24)
    manager = await sign_in_as("manager")
    page = (await manager.get("/today/2026-11-27/lunch")).text
    assert "2 份留样早已到时间" in page
    await manager.submit(
        "/safety/2026-11-27/lunch/samples",
        fate="discarded",
        sample=[str(each.id) for each in kept[1:]],
    )
    assert "留样早已" not in (await manager.get("/today/2026-11-27/lunch")).text


async def test_a_round_that_is_too_late_names_its_stops_on_both_pages(
    manager: Client, clock: Clock
) -> None:
    cast = await clocks.a_morning()
    await rounds.published(cast)
    await clocks.cook_all(cast, 25)  # off the fire at 08:30, good until 10:30
    clock.forward(minutes=15)
    late = await stops_at_risk(cast.kitchen, TODAY, "lunch", clock())
    assert late
    page = (await manager.get(PAGE)).text
    today = (await manager.get("/today/2026-11-24/lunch")).text
    assert f"有 {len(late)} 站送到时已过食用时限" in page
    assert f"{len(late)} 站送到时已过食用时限：" in today
    for stop in late:
        assert f"<b>{stop.code}</b> {stop.name}" in page
        assert f"晚 {stop.over_minutes} 分" in page
        assert stop.code in today
    for pot in await production.cooked_for(cast.kitchen, TODAY, "lunch"):
        await production.record_holding(pot.id, 650, clock(), by=CHEN, now=clock())
    assert "已过食用时限" not in (await manager.get(PAGE)).text


async def test_today_names_who_is_ill_at_a_post(cast: Cast, manager: Client) -> None:
    hand = await hands.add_hand(cast.kitchen, "孙师傅", "主厨", by=CHEN, now=MORNING)
    for kind in certificates.FOOD_KINDS:
        papers = (cast.kitchen, "hand", hand, kind, "", TODAY, TODAY)
        await certificates.record_certificate(*papers, by=CHEN, now=MORNING)
    post = (cast.kitchen, hand, TODAY, "lunch", "cook")
    await hands.assign(*post, by=CHEN, now=MORNING)
    page = (await manager.get("/today/2026-11-24/lunch")).text
    assert "排了岗、还没晨检：孙师傅" in page
    assert "健康证 30 天内到期：孙师傅" in page
    check = (cast.kitchen, hand, TODAY, ("wound",), 365, "", MORNING)
    await hands.record_check(*check, by=CHEN, now=MORNING)
    page = (await manager.get("/today/2026-11-24/lunch")).text
    assert "孙师傅 晨检不合格，仍排在接触食品的岗位" in page


async def test_today_names_whose_papers_lapsed_after_they_were_put_to_food(
    cast: Cast, manager: Client
) -> None:
    hand = await hands.add_hand(cast.kitchen, "孙师傅", "主厨", by=CHEN, now=MORNING)
    for kind, last in (("health", TODAY), ("training", None)):
        papers = (cast.kitchen, "hand", hand, kind, "", TODAY, last)
        await certificates.record_certificate(*papers, by=CHEN, now=MORNING)
    post = (cast.kitchen, hand, TODAY, "lunch", "cook")
    await hands.assign(*post, by=CHEN, now=MORNING)
    here = "/today/2026-11-24/lunch"
    assert "仍排在接触食品的岗位" not in (await manager.get(here)).text
    held = (await certificates.certificates_of("hand", [hand]))[hand]
    taught = next(each for each in held if each.kind == "training")
    gone = (cast.kitchen, taught.id, "不是他的")
    await certificates.void_certificate(*gone, by=CHEN, now=MORNING)
    page = (await manager.get(here)).text
    assert "孙师傅 没有岗前培训，仍排在接触食品的岗位" in page
    assert "健康证 30 天内到期：孙师傅" in page  # its last day
    page = (await manager.get("/today/2026-11-25/lunch")).text
    assert "健康证已到期：孙师傅" in page
    assert "30 天内到期" not in page


async def test_the_pack_holds_every_record_of_its_days(
    cast: Cast, manager: Client, settings: Settings
) -> None:
    kept = await samples.samples_for(cast.kitchen, TODAY, "lunch")
    await production.void_production("sample", kept[0].id, "洒了", by=CHEN, now=MORNING)
    await hands.add_hand(cast.kitchen, "孙师傅", "主厨", by=CHEN, now=MORNING)
    pot = (await production.cooked_for(cast.kitchen, TODAY, "lunch"))[0]
    called = (cast.kitchen, "batch", pot.id, "有异味")
    await recalls.call_back(*called, by=CHEN, now=MORNING)
    answer = await manager.get(f"{PACK}/2026-11-01_2026-11-24.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    text = "".join(texts(answer.content))
    for found in ("2026-11-24", "78.0", "65.2", "1124-L-02", "孙师傅", "没有健康证"):
        assert found in text
    assert "洒了" in text
    assert f"{pot.dish_name}#{pot.number}有异味" in text
    assert "热藏不低于60.0℃" in text
    desk = Desk.of(settings)
    days = "2026-11-25_2026-11-30"
    later = await paper_at(desk, cast.kitchen, TODAY, "", "inspection", days)
    assert later is not None
    assert len(later.tables) > 5  # type: ignore[attr-defined]  # it is a pack
    assert not any(len(table.rows) for table in later.tables[1:])  # type: ignore[attr-defined]  # it is a pack


async def test_packs_of_two_years_hold_every_day_once(manager: Client) -> None:
    await enter()
    first, last = date(2025, 1, 15), date(2026, 12, 1)
    packs = packs_over(first, last)
    assert len(packs) == 23
    assert (packs[0], packs[-1]) == (
        "2025-01-15_2025-01-31",
        "2026-11-01_2026-12-01",
    )
    for before, after in pairwise(packs):
        gap = date.fromisoformat(after[:10]) - date.fromisoformat(before[-10:])
        assert gap == timedelta(days=1)
    assert packs_over(date(2026, 11, 1), last) == packs[-1:]
    page = (await manager.get(f"{PACK}?first={first}&last={last}")).text
    assert all(f"{PACK}/{pack}.pdf" in page for pack in packs)
    assert "<iframe" not in page  # drawn when somebody asks


async def over(answer: httpx.Response) -> JobFacts:
    """The job that a form has begun, at its end."""
    number = int(answer.headers["Location"].rpartition("/")[2])
    async with asyncio.timeout(120):
        while True:
            job = await jobs.job_by_id(number)
            if job is not None and job.is_over:
                return job
            await asyncio.sleep(0.05)


async def test_many_months_are_drawn_beside_the_tills_into_one_file(
    cast: Cast, manager: Client
) -> None:
    days = {"first": "2026-09-20", "last": "2026-11-24"}
    job = await over(await manager.submit(PACK, **days))
    assert job.state == "done", job
    file = f"{PACK}/2026-09-20_2026-11-24.pdf"
    assert job.result["location"] == file
    text = "".join(texts((await manager.get(file)).content))
    for pack in packs_over(date(2026, 9, 20), TODAY):
        assert pack.replace("_", "–") in text
    kept = await samples.samples_for(cast.kitchen, TODAY, "lunch")
    assert [text.count(sample.label) for sample in kept] == [1] * len(kept)
    wrong = await manager.submit(PACK, first="2026-11-24", last="2026-09-20")
    assert wrong.status_code == 404


async def test_a_pack_that_cannot_be_drawn_says_so_on_the_page_and_in_the_job(
    cast: Cast, manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("START_SECONDS", "DOCUMENT_SECONDS"):
        monkeypatch.setattr(printing, limit, 0.01)
    answer = await manager.get(f"{PACK}/2026-11-01_2026-11-24.pdf")
    assert answer.status_code == 409
    assert "这张单子画不出来：检查资料" in answer.text
    answer = await manager.submit(PACK, first="2026-09-20", last="2026-11-24")
    job = await over(answer)
    assert job.state == "failed"
    assert job.result["refusal"]["code"] == "print_failed"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("first=2026-11-24&last=2026-11-01", "十年以内"),
        ("first=2006-01-01&last=2026-11-24", "十年以内"),
        ("first=gestern&last=2026-11-24", "从哪天：填的是“gestern”"),
        ("first=2026-11-01&last=", "到哪天：还没有填"),
    ],
)
async def test_wrong_days_of_a_pack_are_told(
    manager: Client, query: str, said: str
) -> None:
    await enter()
    answer = await manager.get(f"{PACK}?{query}")
    assert answer.status_code == 422
    assert said in answer.text


@pytest.mark.parametrize("name", ["x.pdf", "2026-11-24_2026-11-01.pdf", "2026-11-24"])
async def test_a_pack_of_no_days_is_a_lost_page(manager: Client, name: str) -> None:
    await enter()
    assert (await manager.get(f"{PACK}/{name}")).status_code == 404


async def test_point_staff_record_but_see_no_health_of_others(
    sign_in_as: SignInAs,
) -> None:
    cast = await enter()
    sun = await sign_in_as("point_staff", point_id=cast.chaoyang)
    assert (await sun.get(PAGE)).status_code == 200
    assert (await sun.get(PACK)).status_code == 403
    assert (await sun.get("/hands/people")).status_code == 403


DEFAULTS = {
    "core_degrees": "70",
    "hot_degrees": "60",
    "cold_degrees": "8",
    "eat_within_minutes": "120",
    "eat_within_held_minutes": "240",
    "chill_within_minutes": "120",
    "eat_within_chilled_minutes": "1440",
    "sample_hours": "48",
    "sample_grams": "125",
}


async def test_each_limit_of_food_safety_names_its_default_and_its_source(
    manager: Client,
) -> None:
    cast = await enter()
    page = (await manager.get(f"/settings/kitchens/{cast.kitchen}")).text
    for name, default in DEFAULTS.items():
        field = page.partition(f'id="field-{name}"')[2].partition('class="field')[0]
        assert f'value="{default}"' in field.partition(">")[0], name
        assert f"默认 {default}，" in field, name
        assert any(w in field for w in ("规范", "GB 31654", "同上", "做法")), name

"""The driver's telephone: one round on one day, dead two hours after; plain forms, the
queue's acts once each, numbers only on request and logged.
"""

import datetime as dt
import json
import re

import pytest

from app.delivery_pages import shelves_of
from kitchen import day_close, drivers, prints, round_publishing
from kitchen.database import rows
from kitchen.delivery_days import delivery_day
from kitchen.doors import open_cases
from kitchen.driver_scope import SEEN_FOR
from kitchen.drivers import DriverFields
from kitchen.meals import meals_for
from kitchen.prints import Content
from kitchen.round_changes import assign_driver
from kitchen.round_passes import RoundPass
from kitchen.round_plans import Plan, published_plan
from kitchen.round_sheets import sheet_view
from tests.app.client import Client, Clock
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast
from tests.kitchen.test_deliveries import out_in_the_streets, stop_of
from tests.kitchen.test_two_levels import a_street_on_two_levels

WANG_PHONE = "13800138000"


@pytest.fixture
def areas() -> tuple[str, ...]:
    return (
        *("signin", "trip", "deliveries", "loadings", "doors", "rounds", "jobs"),
        "api_rounds",
    )


class Street:
    """A published morning and the pass of the round to 王奶奶's door."""

    def __init__(self, cast: Cast, plan: Plan, stop: int) -> None:
        self.cast, self.plan, self.stop = cast, plan, stop
        found = next(one for one in plan.stops if one.id == stop)
        self.position = found.position
        self.row = next(row for row in plan.rounds if row.id == found.round_id)
        assert self.row.driver_id is not None
        assert self.row.back_at is not None
        self.round_pass = RoundPass(
            cast.kitchen, TODAY, "lunch", self.row.number, self.row.driver_id
        )
        self.path = f"/trip/{self.round_pass.text}"

    @property
    def dead_at(self) -> dt.datetime:
        assert self.row.back_at is not None
        return self.row.back_at + SEEN_FOR


@pytest.fixture
async def street(app: object, clock: Clock) -> Street:
    cast, plan = await out_in_the_streets()
    clock.at = dt.datetime(2026, 11, 24, 3, 10, tzinfo=dt.UTC)
    return Street(cast, plan, await stop_of(cast, plan, cast.wang))


async def test_the_code_opens_its_round_without_signing_in(
    street: Street, visitor: Client
) -> None:
    page = await visitor.get(f"{street.path}?stop={street.position}")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    for shown in ("王秀英", "302", "送到了", "没人应", "有情况", "导航", "打电话"):
        assert shown in page.text
    title = re.search(r"<title>(.*?)</title>", page.text)
    assert title is not None
    assert "王" not in title[1], "no names in the page's title"
    assert WANG_PHONE not in page.text
    assert "uri.amap.com" in page.text


async def test_who_begins_at_a_point_is_told_where_and_with_whom_the_food_comes(
    app: object, clock: Clock, visitor: Client, manager: Client
) -> None:
    cast, _inputs, plan = await a_street_on_two_levels()
    await round_publishing.publish(plan.facts.id, "陈经理", by=CHEN, now=MORNING)
    clock.at = dt.datetime(2026, 11, 24, 3, 10, tzinfo=dt.UTC)
    van, row, other = plan.rounds
    told = f"从新华就餐点出发，饭随第 {van.number} 趟"
    code = RoundPass(cast.kitchen, TODAY, "lunch", row.number, row.driver_id or 0)
    assert told in (await visitor.get(f"/trip/{code.text}")).text
    # the van's driver hands the crate over; both counts have lines of their own
    of_van = (await manager.get(f"/deliveries/rounds/{van.id}")).text
    assert f"第 {row.number} 趟的箱" in of_van
    of_rider = (await manager.get(f"/deliveries/rounds/{row.id}")).text
    assert told in of_rider
    assert told in (await manager.get(f"/rounds/{TODAY}/lunch")).text
    trips = (await manager.get(f"/api/rounds/{TODAY}/lunch")).json()["rounds"]
    by_number = {trip["number"]: trip["begins"] for trip in trips}
    assert by_number[van.number] is by_number[other.number] is None
    begins = by_number[row.number]
    assert begins["point"] == "新华就餐点"
    assert begins["brought_by_round"] == van.number
    assert begins["left_kitchen_at"] < begins["at"]
    view = await delivery_day(cast.kitchen, TODAY, "lunch")
    for trip in (van, row):
        state = view.round(trip.number)
        assert state is not None
        counts = {
            f"load-{n}": state.expected.get(shelf, 0)
            for n, shelf in enumerate(shelves_of(view, state))
        }
        path = f"/deliveries/rounds/{trip.id}/loadings"
        assert (await manager.submit(path, **counts)).status_code == 303
    after = await delivery_day(cast.kitchen, TODAY, "lunch")
    assert all(one.is_loaded for one in after.rounds if one.number != other.number)
    balance = await day_close.balance_for(cast.kitchen, TODAY, "lunch")
    place = f"round:{row.number}"
    line = next(line for line in balance.lines if line.place == place)
    assert line.ordered == line.loaded == line.received > 0


def wrong(text: str) -> list[tuple[str, str]]:
    """Texts that look like a pass and are none."""
    parts = text.split("-")
    flipped = "0" if parts[-1][0] != "0" else "1"
    return [
        ("another round", "-".join([*parts[:3], "9", parts[4]])),
        ("another kitchen", "-".join(["77", *parts[1:]])),
        ("another meal", "-".join([*parts[:2], "d", *parts[3:]])),
        ("another mark", "-".join([*parts[:4], flipped + parts[4][1:]])),
        ("no mark", "-".join([*parts[:4], ""])),
        ("half a mark", text[:-16]),
        ("no day", "-".join([parts[0], "20261399", *parts[2:]])),
        ("huge numbers", "-".join(["9" * 40, *parts[1:]])),
        ("nonsense", "x"),
    ]


async def test_a_wrong_code_opens_nothing_and_says_the_paper_still_counts(
    street: Street, visitor: Client
) -> None:
    for name, text in wrong(street.round_pass.text):
        answer = await visitor.get(f"/trip/{text}")
        assert answer.status_code == 404, name
        assert "纸单照样有效" in answer.text, name
        sent = await visitor.json(f"/trip/{text}/acts", {"id": "1"})
        assert sent.status_code == 410, name


async def test_two_hours_after_the_round_nothing_opens_any_more(
    street: Street, visitor: Client, clock: Clock
) -> None:
    clock.at = street.dead_at - dt.timedelta(minutes=1)
    alive = await visitor.get(f"{street.path}?stop={street.position}")
    assert "王秀英" in alive.text
    clock.at = street.dead_at + dt.timedelta(minutes=1)
    token = {"csrf": visitor.token, "stop": str(street.stop), "whom": "elder"}
    answers = [
        await visitor.get(street.path),
        await visitor.get(f"{street.path}?stop={street.position}"),
        await visitor.post(f"{street.path}/numbers", data=token),
        await visitor.post(f"{street.path}/undo", data=token),
        await visitor.post(f"{street.path}/reports", data=token),
        await visitor.json(f"{street.path}/acts", {"id": "1", "stop": street.stop}),
    ]
    for answer in answers:
        assert answer.status_code == 410
        assert not any(w in answer.text for w in ("王", "302", "8000", "朝阳里"))


async def test_tomorrow_the_same_code_opens_nothing(
    street: Street, visitor: Client, clock: Clock
) -> None:
    clock.forward(days=1)
    answer = await visitor.get(street.path)
    assert answer.status_code == 410
    assert "不是今天的" in answer.text


async def test_a_round_given_to_another_driver_kills_the_old_code(
    street: Street, visitor: Client, clock: Clock
) -> None:
    other = await drivers.add_driver(
        street.cast.kitchen,
        DriverFields(name="何师傅", profile="van", capacity=90, carries_bulk=True),
        by=CHEN,
        now=clock(),
    )
    draft = await assign_driver(street.row.id, other, by=CHEN, now=clock())
    await round_publishing.publish(draft, "换人", by=CHEN, now=clock())
    assert (await visitor.get(street.path)).status_code == 404


async def test_handed_over_and_taken_back_by_plain_forms(
    street: Street, visitor: Client
) -> None:
    await visitor.get(street.path)
    told = await visitor.submit(
        f"{street.path}/reports",
        stop=str(street.stop),
        position=str(street.position),
        outcome="elder",
    )
    assert told.status_code == 303
    [meal] = await meals_for(street.cast.kitchen, TODAY, "lunch")
    assert meal.elder_id == street.cast.wang
    page = await visitor.get(told.headers["location"])
    assert "data-last hidden" not in page.text, "one tap takes it back"
    undone = await visitor.submit(f"{street.path}/undo", stop=str(street.stop))
    assert undone.status_code == 303
    assert await meals_for(street.cast.kitchen, TODAY, "lunch") == []


async def test_nobody_answered_is_the_kitchens_case_at_once(
    street: Street, visitor: Client
) -> None:
    await visitor.get(street.path)
    await visitor.submit(
        f"{street.path}/reports",
        stop=str(street.stop),
        outcome="no_answer",
        last_meal="outside",
    )
    [case] = await open_cases(street.cast.kitchen, TODAY, "lunch")
    assert (case.name, case.alarm) == ("王秀英", True)
    page = await visitor.get(f"{street.path}?stop={street.position}")
    assert "再上门" in page.text
    again = await visitor.submit(
        f"{street.path}/reports", stop=str(street.stop), outcome="elder"
    )
    assert again.status_code == 303
    assert await open_cases(street.cast.kitchen, TODAY, "lunch") == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"outcome": "delivered"}, "结果"),  # no such outcome
        ({"outcome": ""}, "结果：还没有填"),
        ({"outcome": "neighbour"}, "请写明是谁代收的"),
        ({"outcome": "reached"}, "请写明联系到了谁"),
        ({"outcome": "agreed_place", "receiver": "门卫"}, "没有约定放置的书面同意"),
        ({"outcome": "elder", "stop": "999"}, "不在您这一趟里"),  # somebody else's
        ({"outcome": "elder", "stop": "x"}, "不在您这一趟里"),
        ({"outcome": "elder", "note": "话" * 300}, "备注"),  # longer than the field
    ],
)
async def test_what_cannot_be_said_is_refused_in_words(
    street: Street, visitor: Client, fields: dict[str, str], said: str
) -> None:
    await visitor.get(street.path)
    sent = {"stop": str(street.stop), **fields}
    answer = await visitor.submit(f"{street.path}/reports", **sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert await meals_for(street.cast.kitchen, TODAY, "lunch") == []


async def test_a_number_is_shown_on_request_only_and_the_look_is_logged(
    street: Street, visitor: Client
) -> None:
    await visitor.get(street.path)
    ask = {"stop": str(street.stop), "whom": "elder"}
    page = await visitor.submit(
        f"{street.path}/numbers", position=str(street.position), **ask
    )
    assert WANG_PHONE in page.text
    alone = await visitor.submit(
        f"{street.path}/numbers", headers={"Accept": "application/json"}, **ask
    )
    assert alone.json() == {"phone": WANG_PHONE}
    stranger = await visitor.submit(
        f"{street.path}/numbers", stop=str(street.stop), whom="contact:999"
    )
    assert stranger.status_code == 422
    looks = await rows("SELECT actor FROM audit_line WHERE action = 'reveal.phone'")
    assert len(looks) == 2
    assert {look["actor"] for look in looks} != {""}


async def test_the_queues_acts_are_done_once_each(
    street: Street, visitor: Client
) -> None:
    kept = "6f1f9a7c-3a53-4f0e-9d61-6a0f7a1c2b1"
    report = {
        "id": f"{kept}0",
        "device_seq": 1,
        "kind": "report",
        "stop": street.stop,
        "outcome": "elder",
        "happened_at": "2026-11-24T03:05:00+00:00",
    }
    undo = {"id": f"{kept}1", "device_seq": 2, "kind": "undo", "stop": street.stop}
    away = {**report, "id": f"{kept}2", "device_seq": 3, "outcome": "away"}
    acts = f"{street.path}/acts"
    for act in (report, report, undo, undo, away, report, undo, away):
        assert (await visitor.json(acts, act)).status_code == 201, act
    # whatever was sent again changed nothing: the last new act stands
    assert await meals_for(street.cast.kitchen, TODAY, "lunch") == []
    told = (await delivery_day(street.cast.kitchen, TODAY, "lunch")).rounds
    outcomes = [s.result for trip in told for s in trip.stops if s.outcome]
    assert outcomes == ["away"]
    tampered = await visitor.json(acts, {**report, "outcome": "refused"})
    assert tampered.status_code == 422
    lines = await rows("SELECT id FROM audit_line WHERE action = 'act_tampered'")
    assert len(lines) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ([], 400),  # a list
        ({"id": "1", "role": "manager"}, 400),  # a field that is none of ours
        ({"id": "1", "stop": {"a": 1}}, 400),  # a thing in a field
        ({"id": "1", "stop": 1, "outcome": "eaten"}, 422),
        ({"id": "1", "stop": 1, "outcome": "elder", "heat": "hot"}, 422),
        ({"id": "1", "stop": 987654, "outcome": "elder"}, 409),  # not on this round
    ],
)
async def test_a_strange_act_is_parked_with_a_reason(
    street: Street, visitor: Client, body: object, status: int
) -> None:
    answer = await visitor.json(f"{street.path}/acts", body)
    assert answer.status_code == status
    assert answer.json()["sentence"]


async def test_what_the_office_said_stands_against_a_late_act(
    street: Street, visitor: Client, manager: Client
) -> None:
    await manager.submit(
        f"/deliveries/stops/{street.stop}/reports", outcome="away", reporter="林调度"
    )
    sent = {"id": "1", "kind": "report", "stop": street.stop, "outcome": "refused"}
    answer = await visitor.json(f"{street.path}/acts", sent)
    assert answer.status_code == 409
    assert "林调度" in answer.json()["sentence"]
    taken = await visitor.json(
        f"{street.path}/acts", {"id": "2", "kind": "undo", "stop": street.stop}
    )
    assert taken.status_code == 409, "not the telephone's to take back"


async def test_a_clock_that_is_wrong_is_not_believed(
    street: Street, visitor: Client, clock: Clock
) -> None:
    for number, said in enumerate(
        ("2031-01-01T00:00:00+00:00", "1999-01-01", "noon", "")
    ):
        sent = {
            "id": f"6f1f9a7c-3a53-4f0e-9d61-6a0f7a1c2b{number}0",
            "stop": street.stop,
            "outcome": "elder",
            "happened_at": said,
        }
        await visitor.json(f"{street.path}/acts", sent)
    found = await rows("SELECT happened_at FROM delivery ORDER BY id")
    assert {row["happened_at"] for row in found} == {clock()}


async def test_an_old_paper_is_told_that_it_is_old(
    street: Street, visitor: Client
) -> None:
    old = f"{street.path}?s=deadbeef"
    assert "纸单是旧的" in (await visitor.get(old)).text
    view = await sheet_view(street.row.id)
    for digest in ("deadbeef0000", view.digest):  # what the driver holds, and the new
        content = Content("sheet", f"round:{street.row.number}", digest)
        await prints.register_print(
            street.cast.kitchen, TODAY, "lunch", content, pages=1, by=CHEN, now=MORNING
        )
    page = (await visitor.get(old)).text
    assert "手里的单作废，请看第 2 版" in page
    assert "&amp;s=deadbeef" in page  # still told at the next stop
    held = (await visitor.get(f"{street.path}?s={view.digest}")).text
    assert "作废" not in held


async def test_the_empty_page_and_its_worker_name_nobody(
    street: Street, visitor: Client
) -> None:
    shell = await visitor.get("/trip/shell")
    worker = await visitor.get("/trip/worker.js")
    assert shell.status_code == worker.status_code == 200
    for text in (shell.text, worker.text):
        assert not any(word in text for word in ("王", "赵", "朝阳", "8000"))


async def test_the_pack_holds_no_full_number_and_no_contacts_name(
    street: Street, visitor: Client
) -> None:
    page = await visitor.get(street.path)
    data = re.search(r'id="pack">(.*?)</script>', page.text, re.DOTALL)
    assert data is not None
    pack = json.loads(data[1])
    assert pack["until"] == street.dead_at.isoformat()
    text = json.dumps(pack, ensure_ascii=False)
    assert not any(word in text for word in (WANG_PHONE, "13900139000", "王强", "刘芳"))
    assert (await published_plan(street.cast.kitchen, TODAY, "lunch")) is not None

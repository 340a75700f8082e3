"""Another program at the counter: everything once, every "no" with its code."""

import asyncio
import uuid
from typing import Any

import pytest
from litestar import Litestar

from kitchen import cards, headcounts
from kitchen.database import one, rows
from tests.app.client import Client, SignInAs
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter

DAY = TODAY.isoformat()
LUNCH = f"{DAY}/lunch"


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "api", "api_meals", "api_rounds", "drivers")


@pytest.fixture
async def cast(app: Litestar) -> Cast:
    return await enter()


def lunch(cast: Cast, **changes: Any) -> dict[str, Any]:
    """李爷爷's lunch at 朝阳."""
    return {
        "id": str(uuid.uuid4()),
        "point": cast.chaoyang,
        "day": DAY,
        "meal": "lunch",
        "elder": cast.li,
        "payment": "cash",
        "amount_shown_fen": 500,
        **changes,
    }


async def count_of(sql: str) -> int:
    row = await one(sql)
    assert row is not None
    return int(row["n"])


async def test_a_person_is_found_by_initials_number_and_card(
    cast: Cast, manager: Client
) -> None:
    for q in ("ldf", "李德福", "8800111277"):
        answer = await manager.get("/api/people", params={"q": q})
        assert [person["id"] for person in answer.json()] == [cast.li]
    person = answer.json()[0]
    assert (person["age"], person["diet"]) == (78, "allergy:peanut")
    assert person["diet_words"] == ["花生过敏"]
    assert "phone" not in str(answer.json())
    assert (await manager.get("/api/people")).status_code == 400


async def test_a_meal_is_recorded_once_however_often_it_is_sent(
    cast: Cast, manager: Client
) -> None:
    body = lunch(cast)
    first = await manager.json("/api/meals", body)
    assert (first.status_code, first.json()["self_pay_fen"]) == (201, 500)
    for _again in range(3):
        answer = await manager.json("/api/meals", body)
        assert (answer.status_code, answer.json()) == (200, first.json())
    assert await count_of("SELECT COUNT(*) AS n FROM meal") == 1


async def test_the_same_id_with_other_content_is_refused_and_recorded(
    cast: Cast, manager: Client
) -> None:
    body = lunch(cast)
    await manager.json("/api/meals", body)
    answer = await manager.json("/api/meals", {**body, "payment": "later"})
    assert (answer.status_code, answer.json()["code"]) == (422, "act_tampered")
    lines = await rows("SELECT action FROM audit_line ORDER BY id DESC LIMIT 1")
    assert lines[0]["action"] == "act_tampered"


async def test_a_second_subsidised_lunch_names_the_first(
    cast: Cast, manager: Client
) -> None:
    await manager.json("/api/meals", lunch(cast))
    answer = await manager.json("/api/meals", lunch(cast, point=cast.xinhua))
    assert (answer.status_code, answer.json()["code"]) == (409, "already_served")
    facts = answer.json()["facts"]
    assert (facts["where"], facts["by"]) == ("朝阳就餐点", "陈主管")
    full = lunch(cast, tariff="full", amount_shown_fen=1300)
    assert (await manager.json("/api/meals", full)).status_code == 201


async def test_a_card_is_as_good_as_the_person(cast: Cast, manager: Client) -> None:
    body = {**lunch(cast, card="8800111277"), "elder": None}
    answer = await manager.json("/api/meals", body)
    assert answer.status_code == 201
    shown = await manager.get(f"/api/meals/{answer.json()['meal_id']}")
    assert (shown.json()["elder"], shown.json()["name"]) == (cast.li, "李德福")


async def test_a_lost_card_serves_nobody_and_says_so(
    cast: Cast, manager: Client
) -> None:
    old = (await cards.member_cards([cast.li]))[cast.li]
    new = await cards.replace_card(cast.li, "丢了", by=CHEN, now=MORNING)
    body = {**lunch(cast, card=old), "elder": None}
    answer = await manager.json("/api/meals", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "card_blocked")
    assert "李德福" not in answer.text
    assert await count_of("SELECT COUNT(*) AS n FROM meal") == 0
    served = await manager.json("/api/meals", {**body, "card": new})
    assert served.status_code == 201


async def test_a_price_that_changed_is_told_before_anybody_pays(
    cast: Cast, manager: Client
) -> None:
    answer = await manager.json("/api/meals", lunch(cast, amount_shown_fen=300))
    assert (answer.status_code, answer.json()["code"]) == (409, "price_changed")
    assert answer.json()["facts"] == {"shown_fen": 300, "now_fen": 500}
    assert await count_of("SELECT COUNT(*) AS n FROM meal") == 0


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"elder": 999}, 409, "elder_unknown"),
        ({"card": "0000"}, 409, "card_unknown"),
        ({"point": 999}, 404, "http_404"),
        ({"meal": "supper"}, 400, "bad_body"),
        ({"meal": "dinner"}, 409, "meal_not_served"),
        ({"day": "24.11."}, 400, "bad_body"),
        ({"id": "7"}, 400, "bad_body"),
        ({"amount_shown_fen": 5.5}, 400, "bad_body"),
        ({"amount_shown_fen": -1}, 400, "bad_body"),
        ({"reason": "x" * 300}, 400, "bad_body"),
        ({"pionts": 1}, 400, "bad_body"),
        ({"source": "paper"}, 409, "late_needs_reason"),
        ({"elder": 2**40}, 400, "bad_body"),
    ],
)
async def test_a_wrong_meal_changes_nothing(
    cast: Cast, manager: Client, change: dict[str, Any], status: int, code: str
) -> None:
    answer = await manager.json("/api/meals", lunch(cast, **change))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await count_of("SELECT COUNT(*) AS n FROM meal") == 0


async def test_a_body_that_cannot_be_read_names_the_field(
    cast: Cast, manager: Client
) -> None:
    answer = await manager.json("/api/meals", lunch(cast, payment="shells"))
    assert "payment" in answer.json()["message"]
    broken = await manager.post(
        "/api/meals",
        content=b'{"id": ',
        headers={
            "Content-Type": "application/json",
            "X-CSRF-Token": manager.token,
        },
    )
    assert broken.status_code == 400
    assert set(broken.json()) == {"code", "message", "facts"}


async def test_a_void_frees_the_slot_and_is_not_a_deletion(
    cast: Cast, manager: Client
) -> None:
    meal = (await manager.json("/api/meals", lunch(cast))).json()["meal_id"]
    for _again in range(2):
        answer = await manager.json(f"/api/meals/{meal}/void", {"reason": "按错"})
        assert (answer.status_code, answer.json()["voided"]) == (200, True)
    assert (await manager.json("/api/meals", lunch(cast))).status_code == 201
    assert await count_of("SELECT COUNT(*) AS n FROM meal") == 2
    lost = await manager.json("/api/meals/999/void", {"reason": "按错"})
    assert lost.status_code == 404


async def test_point_staff_act_at_their_own_point_only(
    cast: Cast, sign_in_as: SignInAs
) -> None:
    sun = await sign_in_as(
        "point_staff", "孙", kitchen_id=cast.kitchen, point_id=cast.chaoyang
    )
    qian = await sign_in_as(
        "point_staff", "钱", kitchen_id=cast.kitchen, point_id=cast.xinhua
    )
    made = await sun.json("/api/meals", lunch(cast))
    assert made.status_code == 201
    assert (await qian.json("/api/meals", lunch(cast))).status_code == 404
    url = f"/api/meals/{made.json()['meal_id']}"
    assert (await qian.get(url)).status_code == 404
    assert (await qian.json(f"{url}/void", {"reason": "按错"})).status_code == 404
    seen = (await qian.get(f"/api/headcounts/{LUNCH}")).json()["eaters"]
    assert [eater["elder"] for eater in seen] == [cast.zhou]


async def test_a_count_is_closed_once_with_its_spares(
    cast: Cast, manager: Client
) -> None:
    before = (await manager.get(f"/api/headcounts/{LUNCH}")).json()
    assert (before["closed"], before["portions"]) == (False, 4)
    spare = {"kind": "walk_in", "portions": 3, "point": cast.chaoyang}
    url = f"/api/headcounts/{LUNCH}/close"
    first = await manager.json(url, {"spares": [spare]})
    assert (first.status_code, first.json()["portions"]) == (200, 7)
    nowhere = {"elder": cast.zhao, "unplaced": True, "dishes": []}
    assert first.json()["waits"] == [nowhere]
    again = await manager.json(url, {})
    assert again.json() == first.json()
    foreign = {**spare, "point": 999}
    refused = await manager.json(url, {"spares": [foreign]})
    assert refused.json()["code"] == "dining_point_unknown"
    holiday = await manager.json("/api/headcounts/2026-11-28/lunch/close", {})
    assert (holiday.status_code, holiday.json()["code"]) == (409, "nobody_eats")


async def published(manager: Client, cast: Cast) -> dict[str, Any]:
    """The rounds of the day, planned by hand of the solver and published."""
    await headcounts.close_headcount(cast.kitchen, TODAY, "lunch", by=CHEN, now=MORNING)
    for name in ("马师傅", "赵师傅"):
        await manager.submit(
            "/drivers",
            name=name,
            profile="van",
            capacity="100",
            carries_bulk="on",
            max_rounds="2",
            shift_from="10:00",
            shift_to="13:00",
        )
    job = (await manager.json(f"/api/rounds/{LUNCH}/solve", {"seconds": 1})).json()
    for _look in range(1_800):
        at = (await manager.get(f"/api/jobs/{job['id']}")).json()
        if at["over"]:
            break
        await asyncio.sleep(0.1)
    assert at["state"] == "done", at
    body = {"override": "陈主管同意:赵奶奶另送"}
    answer = await manager.json(f"/api/rounds/{LUNCH}/publish", body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_rounds_are_solved_published_marked_and_returned(
    cast: Cast, manager: Client
) -> None:
    early = await manager.get(f"/api/rounds/{LUNCH}")
    assert (early.status_code, early.json()["code"]) == (409, "headcount_open")
    plan = await published(manager, cast)
    assert plan["published"]
    stops = [stop for trip in plan["rounds"] for stop in trip["stops"]]
    door = next(stop for stop in stops if stop["kind"] == "door")
    said = {"outcome": "refused", "reported_by": "马师傅"}
    url = f"/api/stops/{door['id']}/outcome"
    first = await manager.json(url, said)
    assert first.status_code == 201
    assert (await manager.json(url, said)).json() == first.json()
    other = await manager.json(url, {**said, "outcome": "elder"})
    assert (other.status_code, other.json()["code"]) == (409, "already_reported")
    for stop in (stop for stop in stops if stop["kind"] == "point"):
        signed = {
            "outcome": "point",
            "reported_by": "马师傅",
            "received_by": "孙阿姨",
            "portions": stop["portions"],
            "decidegrees": 685,
        }
        assert (
            await manager.json(f"/api/stops/{stop['id']}/outcome", signed)
        ).status_code == 201
    trip = next(t for t in plan["rounds"] if door in t["stops"])
    back = await manager.json(
        f"/api/rounds/trips/{trip['id']}/return", {"reported_by": "马师傅"}
    )
    assert back.status_code in (201, 409), back.text
    seen = (await manager.get(f"/api/rounds/{LUNCH}")).json()
    assert seen["travel"] == {"provider": "straight_line", "pairs": 0, "straight": 0}
    told = [s["outcome"] for t in seen["rounds"] for s in t["stops"]]
    assert any(outcome and outcome["outcome"] == "refused" for outcome in told)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/stops/999/outcome", {"outcome": "elder", "reported_by": "马"}),
        (f"/api/stops/{2**40}/outcome", {"outcome": "elder", "reported_by": "马"}),
        ("/api/rounds/trips/999/return", {"reported_by": "马"}),
        (f"/api/rounds/{LUNCH}/publish", {}),
    ],
)
async def test_what_does_not_exist_is_not_a_fault(
    cast: Cast, manager: Client, path: str, body: dict[str, Any]
) -> None:
    answer = await manager.json(path, body)
    assert answer.status_code in (404, 409)
    assert set(answer.json()) == {"code", "message", "facts"}


async def test_the_balance_counts_and_the_checks_hold(
    cast: Cast, manager: Client
) -> None:
    await headcounts.close_headcount(cast.kitchen, TODAY, "lunch", by=CHEN, now=MORNING)
    await manager.json("/api/meals", lunch(cast))
    found = (await manager.get(f"/api/balance/{LUNCH}")).json()
    assert (found["planned"], found["closed"]) == (4, False)
    assert sum(line["handed_over"] for line in found["lines"]) == 1
    assert found["open"] > 0
    checks = (await manager.get("/api/verify")).json()
    assert checks["ok"]
    assert {check["code"] for check in checks["checks"]} == {
        "audit_chain",
        "ledger",
        "entries",
        "days",
        "seals",
        "months",
        "rows",
        "slots",
        "statements",
    }


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("people", "csv"),
        ("people", "xlsx"),
        ("meals", "json"),
        ("meals", "csv"),
        ("settlement", "json"),
        ("balance", "csv"),
        ("audit", "json"),
        ("rounds", "csv"),
        ("rounds", "geojson"),
    ],
)
async def test_every_export_is_a_file(
    cast: Cast, manager: Client, kind: str, form: str
) -> None:
    await headcounts.close_headcount(cast.kitchen, TODAY, "lunch", by=CHEN, now=MORNING)
    await manager.json("/api/meals", lunch(cast))
    answer = await manager.get(f"/api/exports/{kind}", params={"form": form})
    assert answer.status_code == 200, answer.text
    assert "attachment" in answer.headers["Content-Disposition"]
    if (kind, form) == ("meals", "json"):
        assert [meal["self_pay_fen"] for meal in answer.json()] == [500]
    if (kind, form) == ("meals", "csv"):
        assert ",5.00," in answer.text


async def test_an_export_is_for_those_who_may_see_its_rows(
    cast: Cast, sign_in_as: SignInAs
) -> None:
    finance = await sign_in_as("finance", kitchen_id=cast.kitchen)
    assert (await finance.get("/api/exports/meals")).status_code == 200
    assert (await finance.get("/api/exports/audit")).status_code == 403
    assert (await finance.get("/api/exports/passwords")).status_code == 404
    cook = await sign_in_as("cook", kitchen_id=cast.kitchen)
    assert (await cook.get("/api/exports/meals")).status_code == 403


async def test_the_document_describes_every_route(manager: Client) -> None:
    document = (await manager.get("/api/openapi.json")).json()
    for path in ("/api/meals", "/api/people", "/api/verify"):
        assert path in document["paths"]
    posted = document["paths"]["/api/meals"]["post"]
    assert {"200", "201", "400", "401", "403", "409", "422"} <= set(posted["responses"])
    assert posted["operationId"] == "record_meal"


async def test_the_document_is_as_strict_as_the_bodies(manager: Client) -> None:
    document = (await manager.get("/api/openapi.json")).json()
    body = document["components"]["schemas"]["MealIn"]
    assert body["additionalProperties"] is False
    assert body["properties"]["amount_shown_fen"]["minimum"] == 0
    assert body["properties"]["point"]["maximum"] == 2**31 - 1


async def test_a_wrong_method_is_told_the_right_ones(manager: Client) -> None:
    answer = await manager.get("/api/meals")
    assert (answer.status_code, answer.json()["code"]) == (405, "http_405")
    assert "POST" in answer.headers["Allow"]


async def test_audit_lines_of_others_stay_with_them(
    cast: Cast, manager: Client, sign_in_as: SignInAs
) -> None:
    """The manager of every kitchen sees all; this kitchen's, what its people did."""
    own = await sign_in_as("supervisor", kitchen_id=cast.kitchen)
    query = {"form": "json", "first": DAY}
    everybodys = (await manager.get("/api/exports/audit", params=query)).json()
    assert everybodys
    assert (await own.get("/api/exports/audit", params=query)).json() == []

"""Accounts: opened, changed and closed by those who may, and each act recorded."""

import datetime as dt

import pytest

from kitchen import database as doors
from kitchen import places, staff
from kitchen.errors import Refusal
from kitchen.staff import Actor, Post
from tests.app.client import PASSWORD, Client, Clock, SignInAs
from tests.app.drawn import drawn

GOOD = "一碗热汤 and some rice"


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "staff", "settings")


async def actions() -> list[str]:
    lines = await doors.rows("SELECT action FROM audit_line ORDER BY id")
    return [line["action"] for line in lines]


async def new_point(by: Actor, now: dt.datetime) -> tuple[int, int]:
    area = await places.add_area("朝阳社区", "community", None, by=by, now=now)
    kitchen = await places.add_kitchen(
        name="暖心中央厨房", area_id=area, by=by, now=now
    )
    point = await places.add_point(
        kitchen_id=kitchen, area_id=area, name="朝阳就餐点", by=by, now=now
    )
    return kitchen, point


async def test_a_manager_opens_an_account_for_the_dining_point(
    manager: Client, clock: Clock
) -> None:
    kitchen, point = await new_point(manager.actor, clock())
    answer = await manager.submit(
        "/staff",
        login="Sun",
        name="孙阿姨",
        role="point_staff",
        point=point,
        password=GOOD,
    )
    assert answer.headers["Location"] == "/staff"
    [person] = [p for p in await staff.everyone() if p.name == "孙阿姨"]
    assert (person.login, person.kitchen_id, person.point_id) == ("sun", kitchen, point)
    listed = await manager.get("/staff")
    assert "孙阿姨" in listed.text
    assert "朝阳就餐点" in listed.text
    assert (await actions())[-1] == "staff.add"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"login": ""}, "账号：还没有填"),
        ({"login": "a b"}, "账号：至少两个字"),
        ({"login": "x" * 41}, "账号：填了 41 个字，最多 40 个字"),
        ({"name": ""}, "姓名：还没有填"),
        ({"name": "长" * 65536}, "姓名：填了 65536 个字，最多 40 个字"),
        ({"role": "emperor"}, "岗位：请选一项"),
        ({"role": "administrator"}, "这个岗位要由系统管理员来设"),
        ({"role": "point_staff"}, "请选好这个岗位管哪个就餐点"),
        ({"kitchen": "77"}, "范围：没有这一项"),
        ({"password": "short"}, "密码太短"),
        ({"password": ""}, "密码：还没有填"),
    ],
)
async def test_a_wrong_account_is_refused_and_what_was_typed_kept(
    manager: Client, fields: dict[str, str], sentence: str
) -> None:
    typed = {"login": "sun", "name": "孙阿姨", "role": "cook", "password": GOOD}
    answer = await manager.submit("/staff", **(typed | fields))
    assert answer.status_code == 422
    assert sentence in answer.text
    if "name" not in fields:
        assert 'value="孙阿姨"' in answer.text
    assert len(await staff.everyone()) == 1  # the manager alone
    assert "staff.add" not in await actions()


async def test_a_login_in_use_is_refused_whatever_its_case(manager: Client) -> None:
    typed = {"name": "周师傅", "role": "cook", "password": GOOD}
    await manager.submit("/staff", login="zhou", **typed)
    answer = await manager.submit("/staff", login="ZHOU", **typed)
    assert "账号“zhou”已有人用" in answer.text


async def test_extra_fields_change_nothing(manager: Client) -> None:
    await manager.submit(
        "/staff",
        login="zhou",
        name="周师傅",
        role="cook",
        password=GOOD,
        role_version="99",
        active="",
        id="1",
    )
    row = await doors.one("SELECT * FROM staff WHERE login = 'zhou'")
    assert row
    assert (row["role_version"], bool(row["active"])) == (1, True)


async def test_another_role_ends_the_sessions(
    manager: Client, sign_in_as: SignInAs
) -> None:
    cook = await sign_in_as("cook", "周师傅")
    path = f"/staff/{cook.actor.staff_id}"
    await manager.submit(path, name="周师傅", role="dispatcher")
    assert (await cook.get("/account")).status_code == 303
    assert (await actions())[-1] == "staff.change"


async def test_another_name_alone_does_not(
    manager: Client, sign_in_as: SignInAs
) -> None:
    cook = await sign_in_as("cook", "周师傅")
    await manager.submit(f"/staff/{cook.actor.staff_id}", name="周大厨", role="cook")
    assert (await cook.get("/account")).status_code == 200


async def test_a_closed_account_stays_in_the_list(
    manager: Client, sign_in_as: SignInAs
) -> None:
    cook = await sign_in_as("cook", "周师傅")
    path = f"/staff/{cook.actor.staff_id}"
    await manager.submit(f"{path}/closure")
    assert "已停用" in (await manager.get("/staff")).text
    assert (await cook.get("/account")).status_code == 303
    await manager.submit(f"{path}/reopening")
    assert (await actions())[-2:] == ["staff.close", "staff.reopen"]
    assert (await cook.get("/account")).status_code == 303  # must sign in again


async def test_a_reset_password_ends_the_sessions_and_opens_the_door(
    manager: Client, visitor: Client, sign_in_as: SignInAs
) -> None:
    cook = await sign_in_as("cook", "周师傅")
    path = f"/staff/{cook.actor.staff_id}"
    await manager.submit(f"{path}/password", password=GOOD)
    assert (await cook.get("/account")).status_code == 303
    person = await staff.staff_by_id(cook.actor.staff_id)
    assert person
    await visitor.get("/sign-in")
    refused = await visitor.submit("/sign-in", login=person.login, password=PASSWORD)
    assert refused.status_code == 422
    answer = await visitor.submit("/sign-in", login=person.login, password=GOOD)
    assert answer.status_code == 303


async def test_ending_all_sessions_of_a_lost_phone(
    manager: Client, sign_in_as: SignInAs
) -> None:
    driver = await sign_in_as("driver", "赵师傅")
    await manager.submit(f"/staff/{driver.actor.staff_id}/sessions/end")
    assert (await driver.get("/account")).status_code == 303
    assert (await actions())[-1] == "staff.end_sessions"


async def test_nobody_changes_their_own_role_or_closes_themselves(
    manager: Client,
) -> None:
    own = f"/staff/{manager.actor.staff_id}"
    moved = await manager.submit(own, name="陈主管", role="administrator")
    assert "不能改自己的岗位" in moved.text
    closed = await manager.submit(f"{own}/closure")
    assert closed.status_code == 409
    assert (await manager.get("/account")).status_code == 200


async def test_a_manager_touches_neither_managers_nor_administrators(
    manager: Client, sign_in_as: SignInAs
) -> None:
    chief = await sign_in_as("administrator", "李工")
    path = f"/staff/{chief.actor.staff_id}"
    for act in ("password", "closure", "sessions/end"):
        answer = await manager.submit(f"{path}/{act}", password=GOOD)
        assert answer.status_code in (409, 422)
        assert "这个岗位要由系统管理员来设" in answer.text
    assert (await chief.get("/account")).status_code == 200


async def test_the_other_kitchens_people_do_not_exist_here(
    sign_in_as: SignInAs,
) -> None:
    ours = await sign_in_as("manager", "陈主管", kitchen_id=1)
    theirs = await sign_in_as("cook", "外厨房的人", kitchen_id=2)
    assert "外厨房的人" not in (await ours.get("/staff")).text
    path = f"/staff/{theirs.actor.staff_id}"
    assert (await ours.get(path)).status_code == 404
    for act in ("", "/closure", "/reopening", "/password", "/sessions/end"):
        answer = await ours.submit(path + act, name="x", role="cook", password=GOOD)
        assert answer.status_code == 404


async def test_the_last_keeper_of_accounts_cannot_be_closed(
    sign_in_as: SignInAs, clock: Clock
) -> None:
    first = await sign_in_as("administrator", "李工")
    second = await sign_in_as("administrator", "王工")
    await first.submit(f"/staff/{second.actor.staff_id}/closure")
    with pytest.raises(Refusal) as refused:
        await staff.change_post(
            first.actor.staff_id,
            name="李工",
            post=Post("cook"),
            by=second.actor,
            now=clock(),
        )
    assert refused.value.code == "last_administrator"


async def test_a_kitchens_rules_are_changed_and_recorded(
    manager: Client, clock: Clock
) -> None:
    kitchen, _point = await new_point(manager.actor, clock())
    page = await manager.get(f"/settings/kitchens/{kitchen}")
    assert page.status_code == 200
    typed = {
        "name": "暖心中央厨房",
        "phone": "0519-86601234",
        "hot_limit_minutes": "60",
        "eat_within_minutes": "120",
        "eat_within_held_minutes": "240",
        "sample_grams": "125",
        "pot_portions": "80",
        "case_target_minutes": "15",
        "incident_target_minutes": "25",
        "pot_buffer_percent": "0",
        "core_degrees": "70",
        "hot_degrees": "60",
        "cold_degrees": "8",
        "chill_within_minutes": "120",
        "eat_within_chilled_minutes": "1440",
        "sample_hours": "48",
    }
    wrong = await manager.submit(
        f"/settings/kitchens/{kitchen}", **(typed | {"sample_grams": "12.5"})
    )
    assert "每样留样：填的是“12.5”，应为50 到 999 的整数" in wrong.text
    await manager.submit(f"/settings/kitchens/{kitchen}", **typed)
    assert (await places.kitchen_by_id(kitchen)).hot_limit_minutes == 60
    assert (await actions())[-1] == "kitchen.change"
    placed = typed | {"place": "119.958, 31.779", "datum": "wgs84"}
    await manager.submit(f"/settings/kitchens/{kitchen}", **placed)
    page = await manager.get(f"/settings/kitchens/{kitchen}")
    same = drawn(page.text, f"/settings/kitchens/{kitchen}")
    answer = await manager.post(f"/settings/kitchens/{kitchen}", data=same)
    assert answer.status_code == 303
    stored = await places.kitchen_by_id(kitchen)
    assert (stored.lon_e6, stored.lat_e6) == (119_958_000, 31_779_000)
    assert (stored.sample_grams, stored.pot_portions) == (125, 80)


async def test_a_meals_clock_and_price_are_set(manager: Client, clock: Clock) -> None:
    kitchen, _point = await new_point(manager.actor, clock())
    path = f"/settings/kitchens/{kitchen}/meals/lunch"
    typed = {
        "list_price": "15.00",
        "price_from": (clock().date() - dt.timedelta(days=1)).isoformat(),
        "cut_off_days_before": "0",
        "cut_off": "09:00",
        "cooked_by": "10:30",
        "depart": "10:40",
        "serve_from": "11:00",
        "serve_to": "10:00",
    }
    wrong = await manager.submit(path, **typed)
    assert "要晚于开餐时间" in wrong.text
    assert "餐标从哪天起：" in wrong.text
    later = (clock().date() + dt.timedelta(days=9)).isoformat()
    right = typed | {"serve_to": "13:00", "price_from": clock().date().isoformat()}
    await manager.submit(path, **right)
    await manager.submit(path, **(right | {"list_price": "16.00", "price_from": later}))
    page = await manager.get(path)
    assert "16.00 元" in page.text
    assert later in page.text
    service = (await places.services_for(kitchen, dt.date(2026, 11, 29)))["lunch"]
    assert (service.list_price_fen, service.cut_off_minutes) == (1500, 540)
    assert "15.00 元" in (await manager.get("/settings")).text


async def test_the_settings_page_tells_no_secret(manager: Client) -> None:
    page = await manager.get("/settings")
    assert "postgres://" not in page.text
    assert "NUANCAN_PORT" in page.text

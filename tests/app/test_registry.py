"""People's pages: found, enrolled, corrected, paused; masked by role."""

from datetime import date, timedelta
from typing import Any

import pytest

from kitchen import headcounts, places, registry
from kitchen.database import Engine
from kitchen.registry import NewContact, NewElder
from tests.app.client import Client, SignInAs
from tests.app.drawn import drawn
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter

ID_NUMBER = "11010519491231002X"
PHONE = "13812345678"
KIN_PHONE = "13887654321"
EVIDENCE = "低保证第七七四四号"
ROOM = "九〇九室"

NEW: dict[str, Any] = {
    "name": "陈桂兰",
    "sex": "female",
    "birth": "1949-12-31",
    "id_number": ID_NUMBER,
    "self_care": "able",
}


@pytest.fixture
def areas() -> tuple[str, ...]:
    return ("signin", "registry", "plans", "places", "search")


@pytest.fixture
def database(sqlite_database: Engine) -> Engine:
    """The rows are tested on both engines in tests/kitchen."""
    return sqlite_database


async def marked(cast: Cast) -> int:
    """Someone whose every private value is a marker that can be looked for."""
    elder = await registry.enrol(
        NewElder(
            name="牛翠翠",
            sex="female",
            birth_date=date(1949, 12, 31),
            id_number=ID_NUMBER,
            phone=PHONE,
            point_id=cast.chaoyang,
            hukou_area_id=cast.community,
            address=registry.NewAddress(
                cast.community, "朝阳里", "7号楼", door=ROOM, note="暗号三长两短"
            ),
            contacts=(NewContact("family", "牛大力", "儿子", KIN_PHONE),),
        ),
        kitchen_id=cast.kitchen,
        by=CHEN,
        now=MORNING,
    )
    await registry.set_category(
        elder, "low_income", TODAY, None, EVIDENCE, by=CHEN, now=MORNING
    )
    return elder


# The list


async def test_the_list_counts_narrows_and_pages(manager: Client) -> None:
    cast = await enter()
    page = await manager.get("/registry")
    for name in ("王秀英", "李德福", "赵秀兰", "周建国", "4 位"):
        assert name in page.text
    page = await manager.get("/registry?q=wxy")
    assert "王秀英" in page.text
    assert "李德福" not in page.text
    page = await manager.fragment(f"/registry?point={cast.chaoyang}&way=dine_in")
    assert "<html" not in page.text
    assert "李德福" in page.text
    assert "王秀英" not in page.text


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-1",
        "page=99999999",
        "page=x",
        "point=999999999999",
        "point=x",
        "state=gone",
        "diet=%27%3B--",
        "category=?",
        "way=fly",
        "q=%25",
        "q=" + "长" * 3000,
        "unplaced=yes",
    ],
)
async def test_a_strange_query_is_no_fault(manager: Client, query: str) -> None:
    await enter()
    assert (await manager.get(f"/registry?{query}")).status_code == 200


# Enrolling


async def test_a_person_is_enrolled_with_everything_and_found_at_once(
    manager: Client,
) -> None:
    cast = await enter()
    answer = await manager.submit(
        "/registry",
        **NEW,
        phone="138 1234 5678",
        hukou=cast.community,
        texture="soft",
        limits="low_salt",
        allergies="peanut",
        allergies_more="芒果",
        dislikes="香菜、羊肉",
        area=cast.community,
        compound="朝阳里",
        building="7号楼",
        floor="3",
        door="303",
        place="120.161,30.281",
        datum="gcj02",
        contact1_name="陈刚",
        contact1_kind="family",
        contact1_phone="13900000001",
        categories="low_income",
        card="8800 7777",
        delivered="mobility",
    )
    assert answer.status_code == 303, answer.text
    [person] = await registry.search("cgl")
    assert answer.headers["Location"] == f"/plans/people/{person.id}"
    assert person.diet.key == "soft+low_salt+allergy:peanut+allergy:芒果"
    assert person.diet.dislikes == ("香菜", "羊肉")
    homes = await registry.homes_on([person.id], TODAY)
    door = (await registry.doors_for(homes.values()))[homes[person.id]]
    assert (door.floor, door.door, door.placed_by) == (3, "303", "own")
    # GCJ-02 lies some hundred metres off: it is kept as WGS-84.
    assert door.lon_e6 is not None
    assert 3_000 < 120_161_000 - door.lon_e6 < 7_000
    assert (await registry.search("88007777"))[0].id == person.id
    assert person.id in await registry.delivery_entitled_on(cast.kitchen, TODAY)


BAD_PEOPLE = [
    ({"name": ""}, "姓名：还没有填"),
    ({"name": "=1+1"}, "不像姓名，请用文字开头"),
    ({"name": "@某某"}, "不像姓名，请用文字开头"),
    ({"name": "长" * 65_536}, "最多 40 个字"),
    ({"name": "王\x00英"}, "一行文字"),
    ({"sex": "other"}, "性别：填的是“other”"),
    ({"birth": "2027-01-01", "id_number": ""}, "还没到"),
    ({"birth": "1899-01-01", "id_number": ""}, "带年份的日期"),
    ({"birth": "11.24", "id_number": ""}, "带年份的日期"),
    ({"id_number": "110105194912310021"}, "校验位不对"),
    ({"id_number": "1101051949123100"}, "有 16 位"),
    ({"id_number": "11010519491331002X"}, "不存在"),
    ({"id_number": "", "id_note": ""}, "没有身份证号，请写明原因"),
    ({"phone": "12345"}, "读不懂"),
    ({"phone": "62345678"}, "没有区号"),
    ({"point": "999"}, "就餐点：没有这一项"),
    ({"hukou": "999"}, "户籍：没有这一项"),
    ({"residence_since": "2030-01-01"}, "居住起始"),
    ({"compound": "朝阳里"}, "楼栋：还没有填"),
    ({"place": "30.281,120.161"}, "像是写反了"),
    ({"place": "2.35,48.85"}, "中国境内"),
    ({"place": "东经一百二十"}, "经度在前、纬度在后"),
    ({"floor": "顶楼"}, "楼层"),
    ({"contact1_phone": "13900000001"}, "填了电话，还没有填姓名"),
    ({"contact1_name": "陈刚", "contact1_phone": "1"}, "读不懂"),
    ({"card": "卡—卡"}, "卡号"),
    ({"card": "9" * 60}, "卡号太长"),
    ({"texture": "gold"}, "质地"),
    ({"allergies": "air"}, "过敏"),
]


async def test_a_mistyped_id_number_is_not_called_a_missing_one(
    manager: Client,
) -> None:
    await enter()
    typed = {"id_number": "110105194912310021", "id_note": ""}
    answer = await manager.submit("/registry", **{**NEW, **typed})
    assert "校验位不对" in answer.text
    assert "没有身份证号，请写明原因" not in answer.text


@pytest.mark.parametrize(("wrong", "sentence"), BAD_PEOPLE)
async def test_a_wrong_field_is_named_and_nothing_is_half_saved(
    manager: Client, wrong: dict[str, Any], sentence: str
) -> None:
    await enter()
    answer = await manager.submit("/registry", **{**NEW, **wrong})
    assert answer.status_code == 422
    assert sentence in answer.text
    name, value = next(iter(wrong.items()))
    if name in ("phone", "place", "compound"):
        assert f'value="{value}"' in answer.text  # what was typed is still there
    assert await registry.search("陈桂兰") == []


@pytest.mark.parametrize(
    ("odd", "sentence"),
    [
        ({"birth": "1949-12-30"}, "与身份证号里的 1949-12-31 不同"),
        ({"sex": "male"}, "填的性别与身份证号不同"),
        ({"id_number": "110105491231002"}, "15 位旧证号无法校验"),
        (
            {"birth": "1990-01-01", "id_number": "", "id_note": "补办中"},
            "不到 60 周岁",
        ),
        ({"delivered": "mobility"}, "送餐但没有住址"),
        (
            {
                "name": "王秀英",
                "birth": "1945-11-03",
                "id_number": "",
                "id_note": "补办中",
            },
            "已有同名同生日的王秀英",
        ),
    ],
)
async def test_what_is_odd_is_asked_about_once(
    manager: Client, odd: dict[str, Any], sentence: str
) -> None:
    await enter()
    answer = await manager.submit("/registry", **{**NEW, **odd})
    assert answer.status_code == 422
    assert sentence in answer.text
    answer = await manager.submit("/registry", **{**NEW, **odd}, confirmed="on")
    assert answer.status_code == 303


async def test_an_id_number_on_the_register_is_refused_with_its_owner(
    manager: Client,
) -> None:
    await marked(await enter())
    answer = await manager.submit("/registry", **{**NEW, "confirmed": "on"})
    assert answer.status_code == 422
    assert "这个身份证号已登记给牛翠翠" in answer.text


# Correcting


async def test_the_forms_are_taken_as_they_are_drawn(manager: Client) -> None:
    """Whatever a page has ticked beforehand has to be something it takes."""
    cast = await enter()
    here = f"/registry?kitchen={cast.kitchen}"
    new = drawn((await manager.get("/registry/new")).text, here)
    typed = {name: value for name, value in NEW.items() if name != "self_care"}
    answer = await manager.post(here, data={**new, **typed})
    assert answer.status_code == 303
    for elder in (cast.wang, cast.li):
        before = await registry.elder_by_id(elder)
        page = await manager.get(f"/registry/{elder}/edit")
        same = drawn(page.text, f"/registry/{elder}")
        answer = await manager.post(f"/registry/{elder}", data=same)
        assert answer.status_code == 303
        after = await registry.elder_by_id(elder)
        assert (after.diet, after.name) == (before.diet, before.name)


async def test_two_who_correct_at_once_both_keep_what_they_typed(
    manager: Client,
) -> None:
    cast = await enter()
    change: dict[str, Any] = {
        "name": "王秀英",
        "sex": "female",
        "birth": "1945-11-03",
        "self_care": "partly",
        "version": "1",
    }
    first = await manager.submit(
        f"/registry/{cast.wang}", **change, dislikes="香菜", lives_alone="on"
    )
    assert first.status_code == 303
    second = await manager.submit(f"/registry/{cast.wang}", **change, dislikes="芹菜")
    assert second.status_code == 422
    for shown in ("刚被别人改过", "香菜", 'value="芹菜"', 'value="2"', "独居"):
        assert shown in second.text
    again = await manager.submit(
        f"/registry/{cast.wang}", **{**change, "version": "2"}, dislikes="芹菜"
    )
    assert again.status_code == 303
    after = await registry.elder_by_id(cast.wang)
    assert after.diet.dislikes == ("芹菜",)
    assert after.phone_tail == "8000"  # an empty number changes nothing


# A life


async def test_a_pause_says_how_long_and_when_meals_are_back(manager: Client) -> None:
    cast = await enter()
    answer = await manager.submit(
        f"/registry/{cast.wang}/states",
        state="paused",
        from_day="2026-11-25",
        to_day="2026-11-27",
        reason="住院",
    )
    assert answer.status_code == 303
    page = await manager.get(f"/registry/{cast.wang}")
    assert "明天起停 3 天，11月28日 周六恢复 · 住院" in page.text


async def test_a_pause_of_a_closed_count_points_to_the_count(manager: Client) -> None:
    cast = await enter()
    await headcounts.close_headcount(
        cast.kitchen, TODAY, "lunch", spares=(), by=CHEN, now=MORNING
    )
    answer = await manager.submit(
        f"/registry/{cast.wang}/states",
        state="paused",
        from_day=str(TODAY),
        reason="住院",
    )
    page = await manager.get(answer.headers["Location"])
    assert "11-24 午餐已截单，请到“人数”页退餐" in page.text


async def test_a_paused_person_comes_back_early(manager: Client) -> None:
    cast = await enter()
    await registry.set_state(
        cast.wang, "paused", TODAY, None, "住院", by=CHEN, now=MORNING
    )
    page = await manager.get(f"/registry/{cast.wang}")
    assert "今天起停餐，等通知恢复" in page.text
    answer = await manager.submit(
        f"/registry/{cast.wang}/return", from_day="2026-11-25"
    )
    assert answer.status_code == 303
    tomorrow = TODAY + timedelta(days=1)
    assert await registry.states_on(cast.kitchen, tomorrow) == {}


@pytest.mark.parametrize(
    ("path", "fields", "sentence"),
    [
        (
            "states",
            {"state": "paused", "from_day": "2026-11-20", "reason": "x"},
            "之间",
        ),
        ("states", {"state": "paused", "from_day": "2026-11-25"}, "原因：还没有填"),
        ("states", {"state": "away", "from_day": "2026-11-25", "reason": "x"}, "状态"),
        (
            "states",
            {
                "state": "paused",
                "from_day": "2026-11-27",
                "to_day": "2026-11-25",
                "reason": "x",
            },
            "日期反了",
        ),
        ("return", {"from_day": "2026-11-25"}, "本来就在用餐"),
        ("cards", {"card": ""}, "卡号：还没有填"),
        ("cards", {"card": "8800111277"}, "已经绑定给李德福"),
        ("categories", {"code": "rich", "valid_from": "2026-01-01"}, "类别"),
        (
            "categories",
            {"code": "veteran", "valid_from": "2026-02-01", "valid_to": "2026-01-01"},
            "日期反了",
        ),
        ("deliveries", {"why": "fun", "from_day": "2026-11-24"}, "送餐原因"),
        ("addresses", {"moved_on": "2026-11-25"}, "小区：还没有填"),
        ("place", {"place": "30.28,120.15"}, "像是写反了"),
        ("household", {"mate": "没这个人"}, "没有找到"),
        ("reveals", {"field": "phone"}, "原因：还没有填"),
        ("reveals", {"field": "evidence", "reason": "x"}, "查看什么"),
    ],
)
async def test_a_wrong_change_comes_back_with_its_sentence(
    manager: Client, path: str, fields: dict[str, Any], sentence: str
) -> None:
    cast = await enter()
    answer = await manager.submit(f"/registry/{cast.wang}/{path}", **fields)
    assert answer.status_code == 422
    assert sentence in answer.text


async def test_every_part_of_the_record_can_be_changed(
    manager: Client, sign_in_as: SignInAs
) -> None:
    cast = await enter()
    base = f"/registry/{cast.wang}"
    category = (await registry.categories_of(cast.wang))[0].id
    entitlement = (await registry.entitlements_of(cast.wang))[0].id
    card = (await registry.cards_of(cast.wang))[0].id
    changes: list[tuple[str, dict[str, Any]]] = [
        ("contacts", {"contact1_name": "王强", "contact1_relation": "长子"}),
        ("cards", {"card": "6221 0000"}),
        (f"cards/{card}/block", {"reason": "丢了"}),
        ("cards/replacement", {"reason": "丢了"}),
        ("categories", {"code": "veteran", "valid_from": "2026-01-01"}),
        (f"categories/{category}/end", {"last_day": "2026-12-31"}),
        (
            "deliveries",
            {"why": "illness", "from_day": "2026-11-24", "to_day": "2026-12-24"},
        ),
        (f"deliveries/{entitlement}/end", {"last_day": "2026-11-23"}),
        (
            "addresses",
            {
                "area": str(cast.community),
                "compound": "新华苑",
                "building": "1号楼",
                "moved_on": "2026-11-25",
            },
        ),
        ("place", {"place": "120.161,30.281", "datum": "gcj02"}),
        ("household", {"mate": "ldf"}),
        ("household", {"leave": "1"}),
    ]
    for path, fields in changes:
        answer = await manager.submit(f"{base}/{path}", **fields)
        assert answer.status_code == 303, (path, answer.text)
    page = await manager.get(base)
    for shown in ("长子", "优抚", "丢了", "搬家", "生病", "住户定位"):
        assert shown in page.text
    assert (await manager.get(f"{base}/meals")).status_code == 200
    # A second change of the year is entered, a third only with a supervisor's reason.
    moved = changes[8][1] | {"building": "2号楼"}
    assert (await manager.submit(f"{base}/addresses", **moved)).status_code == 303
    third = moved | {"building": "3号楼"}
    supervisor = await sign_in_as("supervisor", "周督导", area_id=cast.street)
    assert "督导的理由" in (await supervisor.get(base)).text
    asked = ((manager, "女儿家"), (supervisor, ""))
    for client, reason in asked:
        answer = await client.submit(f"{base}/addresses", **third, override=reason)
        assert answer.status_code == 422
        assert "第三次须督导写明理由" in answer.text
        assert "3号楼" in answer.text  # what was typed is still there
    answer = await supervisor.submit(f"{base}/addresses", **third, override="女儿家")
    assert answer.status_code == 303, answer.text


# What nobody may see


@pytest.mark.parametrize(
    "role", ["manager", "dispatcher", "point_staff", "finance", "clerk", "supervisor"]
)
async def test_no_page_of_any_role_holds_a_full_number(
    sign_in_as: SignInAs, role: str
) -> None:
    cast = await enter()
    elder = await marked(cast)
    client = await sign_in_as(
        role,
        kitchen_id=cast.kitchen,
        point_id=cast.chaoyang if role == "point_staff" else None,
        area_id=cast.community if role == "clerk" else None,
    )
    seen = ""
    for path in (
        "/registry",
        f"/registry/{elder}",
        f"/registry/{elder}/meals",
        f"/plans/people/{elder}",
        "/search?q=牛",
        "/search?q=1234",
        "/plans",
    ):
        answer = await client.get(path, follow_redirects=True)
        assert answer.status_code in (200, 403), path
        seen += answer.text
    if role in ("manager", "clerk"):
        seen += (await client.get(f"/registry/{elder}/edit")).text
    assert "牛翠翠" in seen
    for marker in (ID_NUMBER, PHONE, KIN_PHONE, EVIDENCE):
        assert marker not in seen
    reads_doors = role in ("manager", "clerk", "dispatcher")
    assert (ROOM in seen) is reads_doors
    assert ("暗号三长两短" in seen) is reads_doors
    assert ("002X" in seen) is (role in ("manager", "clerk", "supervisor", "finance"))
    assert ("5678" in seen) is (role != "finance")
    assert ("4321" in seen) is (role not in ("finance", "point_staff"))
    assert ("低保</th>" in seen) is (role not in ("dispatcher", "point_staff"))


async def test_a_cook_and_a_driver_have_no_register(sign_in_as: SignInAs) -> None:
    cast = await enter()
    for role in ("cook", "driver", "auditor", "administrator"):
        client = await sign_in_as(role, kitchen_id=cast.kitchen)
        for path in ("/registry", f"/registry/{cast.wang}", "/search?q=wxy"):
            assert (await client.get(path)).status_code == 403


async def test_who_is_out_of_scope_does_not_exist(sign_in_as: SignInAs) -> None:
    cast = await enter()
    other_area = await places.add_area(
        "石桥村", "community", cast.street, by=CHEN, now=MORNING
    )
    sun = await sign_in_as(
        "point_staff", kitchen_id=cast.kitchen, point_id=cast.chaoyang
    )
    clerk = await sign_in_as("clerk", kitchen_id=cast.kitchen, area_id=other_area)
    stranger = await sign_in_as("manager", kitchen_id=cast.kitchen + 1)
    for client, elder in ((sun, cast.zhou), (clerk, cast.wang), (stranger, cast.wang)):
        for path in (f"/registry/{elder}", f"/registry/{elder}/meals"):
            assert (await client.get(path)).status_code == 404
        found = await client.get("/search?q=周建国")
        assert f"/registry/{elder}" not in found.text
    answer = await clerk.submit(
        f"/registry/{cast.wang}/states",
        state="paused",
        from_day="2026-11-25",
        reason="x",
    )
    assert answer.status_code == 404
    answer = await sun.submit(
        f"/registry/{cast.zhou}/reveals", field="phone", reason="x"
    )
    assert answer.status_code == 404
    assert "李德福" in (await sun.get("/registry")).text
    assert "周建国" not in (await sun.get("/registry")).text


async def test_a_full_number_is_shown_once_with_a_reason_and_logged(
    sign_in_as: SignInAs,
) -> None:
    cast = await enter()
    elder = await marked(cast)
    sun = await sign_in_as(
        "point_staff", "孙阿姨", kitchen_id=cast.kitchen, point_id=cast.chaoyang
    )
    path = f"/registry/{elder}/reveals"
    answer = await sun.submit(path, field="phone", reason="没来吃饭，打电话问")
    assert PHONE in answer.text
    assert "no-store" in answer.headers["Cache-Control"]
    newest = (await registry.history_of(elder))[0]
    assert (newest.action, newest.by, newest.reason) == (
        "reveal.phone",
        "孙阿姨",
        "没来吃饭，打电话问",
    )
    assert PHONE not in (await sun.get(f"/registry/{elder}")).text
    answer = await sun.submit(path, field="id", reason="好奇")
    assert answer.status_code == 422
    assert ID_NUMBER not in answer.text
    rung = (await registry.contacts_for([elder]))[elder][0].id
    kin = f"/registry/{elder}/contacts/{rung}/reveals"
    assert (await sun.submit(kin, reason="x")).status_code == 404
    manager = await sign_in_as("manager", kitchen_id=cast.kitchen)
    assert KIN_PHONE in (await manager.submit(kin, reason="没人应门")).text
    assert KIN_PHONE not in (await manager.get(f"/registry/{elder}")).text


async def test_evidence_is_read_one_at_a_time_and_logged(sign_in_as: SignInAs) -> None:
    cast = await enter()
    elder = await marked(cast)
    fact = (await registry.categories_of(elder))[0].id
    path = f"/registry/{elder}/categories/{fact}/evidence"
    manager = await sign_in_as("manager", kitchen_id=cast.kitchen)
    assert (await manager.submit(path)).status_code == 422
    assert EVIDENCE in (await manager.submit(path, reason="年审")).text
    assert (await registry.history_of(elder))[0].action == "reveal.evidence"
    finance = await sign_in_as("finance", kitchen_id=cast.kitchen)
    assert (await finance.submit(path, reason="x")).status_code == 403
    other = f"/registry/{cast.wang}/categories/{fact}/evidence"
    assert (await manager.submit(other, reason="x")).status_code == 404


async def test_ids_of_other_people_cannot_be_used_in_an_address(
    manager: Client,
) -> None:
    cast = await enter()
    lis_card = (await registry.cards_of(cast.li))[0].id
    wangs = (await registry.contacts_for([cast.wang]))[cast.wang][0].id
    tries: list[tuple[str, dict[str, Any]]] = [
        (f"cards/{lis_card}/block", {"reason": "x"}),
        ("categories/999/end", {"last_day": "2026-12-31"}),
        ("deliveries/999/end", {"last_day": "2026-12-31"}),
    ]
    for path, fields in tries:
        answer = await manager.submit(f"/registry/{cast.wang}/{path}", **fields)
        assert answer.status_code == 404
    answer = await manager.submit(
        f"/registry/{cast.li}/contacts/{wangs}/reveals", reason="x"
    )
    assert answer.status_code == 404


async def test_a_name_that_looks_like_markup_stays_text(manager: Client) -> None:
    await enter()
    answer = await manager.submit(
        "/registry", **{**NEW, "name": "王<b>英</b>&amp;", "confirmed": "on"}
    )
    assert answer.status_code == 303
    page = await manager.get("/registry")
    assert "<b>英</b>" not in page.text
    assert "王&lt;b&gt;英" in page.text


async def test_a_clerk_registers_people_of_the_own_area_only(
    sign_in_as: SignInAs,
) -> None:
    cast = await enter()
    clerk = await sign_in_as("clerk", kitchen_id=cast.kitchen, area_id=cast.community)
    answer = await clerk.submit("/registry", **NEW)
    assert answer.status_code == 422
    assert "居住地：请选您负责的社区" in answer.text
    answer = await clerk.submit("/registry", **NEW, residence=str(cast.community))
    assert answer.status_code == 303
    page = await clerk.get(
        answer.headers["Location"].replace("plans/people", "registry")
    )
    assert "陈桂兰" in page.text


async def test_a_consent_to_an_agreed_place_is_on_the_record_with_its_evidence(
    manager: Client,
) -> None:
    cast = await enter()
    path = f"/registry/{cast.wang}/categories"
    consent = {"code": "agreed_place", "valid_from": TODAY.isoformat(), "valid_to": ""}
    bare = await manager.submit(path, **consent, evidence="")
    assert "同意书是谁、哪天签的" in bare.text
    answer = await manager.submit(path, **consent, evidence="王秀英 9 月 25 日签")
    assert answer.status_code == 303
    record = (await manager.get(f"/registry/{cast.wang}")).text
    assert '<th scope="row" data-word="类别">同意约定放置</th>' in record

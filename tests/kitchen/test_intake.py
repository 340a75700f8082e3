"""The import of people: from rows to verdicts, to records, and back."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen import intake, places, plans, registry
from kitchen.calendar import Meal, Way
from kitchen.coordinates import gcj02_from_wgs84
from kitchen.database import Engine, one, rows
from kitchen.diets import Diet, Texture, Vegetarian
from kitchen.errors import Refusal
from kitchen.identity import id_check_digit
from kitchen.intake import Applied, Preview
from kitchen.people_columns import COLUMNS
from kitchen.people_sheet import PersonRow, Surroundings, read_person
from kitchen.people_words import (
    categories_in,
    diet_in,
    floor_in,
    meals_in,
    weekdays_in,
)
from kitchen.places import AreaFacts, BuildingFacts, PointFacts
from kitchen.schema import TABLES
from kitchen.sheets import Grid, read_grid, table_of
from kitchen.staff import Actor
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter

HERE = AreaFacts(2, "朝阳社区", "community", 1, "东山街道 / 朝阳社区")
KNOWN = Surroundings(
    area_id=1,
    areas=(
        AreaFacts(1, "东山街道", "street", None, "东山街道"),
        HERE,
        AreaFacts(3, "新华社区", "community", 1, "东山街道 / 新华社区"),
        AreaFacts(4, "新华社区", "community", 9, "西山街道 / 新华社区"),
    ),
    points=(
        PointFacts(7, 1, 2, "朝阳就餐点", None, True, "", None, None, "", 0, 5, 300),
    ),
    buildings=(
        BuildingFacts(5, 2, "朝阳里", "7号楼", 120_150_000, 30_280_000, False),
        BuildingFacts(6, 2, "朝阳里", "8号楼", None, None, False),
    ),
    area_code="0571",
)
GOOD = {"姓名": "王秀英", "性别": "女", "出生日期": "1946-05-01", "无证原因": "遗失"}


def id_number(birth: date, serial: int = 2) -> str:
    body = f"330102{birth:%Y%m%d}{serial:03}"
    return body + id_check_digit(body)


def grid_of(*people: Mapping[str, str]) -> Grid:
    headers = list(dict.fromkeys(header for person in people for header in person))
    rows = [tuple(person.get(header, "") for header in headers) for person in people]
    return Grid(tuple(enumerate([tuple(headers), *rows], start=1)))


def read(known: Surroundings = KNOWN, **cells: str) -> PersonRow:
    table = table_of(grid_of({**GOOD, **cells}), COLUMNS, "name")
    return read_person(table, table.rows[0], known, today=TODAY)


def codes(row: PersonRow) -> list[str]:
    return [problem.fault.code for problem in row.problems]


# One row


def test_a_full_row_becomes_a_person_with_a_plan() -> None:
    row = read(
        姓名="王 秀英",
        身份证号=id_number(date(1946, 5, 1)),
        手机="13800138000.0",
        卡号="0012-3456",
        户籍="本地",
        居住地="朝阳社区",
        居住起始="2020/1/1",
        类别="低保、独居",
        自理="半失能",
        小区="朝阳里",
        楼栋="7",
        单元="2单元",
        楼层="3层",
        门牌="302",
        电梯="无",
        敲门提示="敲重一点",
        联系人="王建国",
        关系="儿子",
        联系人电话="88001234",
        用餐方式="送餐",
        周几="一三五",
        餐次="午餐、晚餐",
        送餐原因="行动不便",
        口味="软食 低盐",
        过敏="花生、芒果",
        忌口="香菜",
    )
    assert (row.verdict, row.problems) == ("ok", ())
    person = row.person
    assert person is not None
    assert (person.name, person.phone) == ("王秀英", "13800138000")
    assert person.cards == ("00123456",)
    assert (person.hukou_area_id, person.residence_area_id) == (1, 2)
    assert person.residence_since == date(2020, 1, 1)
    assert (person.categories, person.lives_alone) == (
        ("low_income", "living_alone"),
        True,
    )
    assert person.self_care == "partly"
    assert person.diet == Diet(
        texture=Texture.SOFT,
        low_salt=True,
        allergies=("peanut", "芒果"),
        dislikes=("香菜",),
    )
    address = person.address
    assert address is not None
    assert (address.area_id, address.compound, address.building) == (
        2,
        "朝阳里",
        "7号楼",
    )
    assert (address.unit, address.floor, address.door) == ("2单元", 3, "302")
    assert (person.contacts[0].name, person.contacts[0].phone) == (
        "王建国",
        "0571-88001234",
    )
    assert row.week is not None
    assert row.week.way is Way.DELIVER
    assert row.week.weekdays == (1, 3, 5)
    assert row.week.meals == (Meal.LUNCH, Meal.DINNER)
    assert person.delivered == "mobility"


REFUSED: list[tuple[dict[str, str], str, str]] = [
    ({"姓名": ""}, "name", "name_missing"),
    ({"姓名": "=1+1"}, "name", "name_unreadable"),
    ({"姓名": "13800138000"}, "name", "name_unreadable"),
    ({"姓名": "王" * 65_536}, "name", "name_too_long"),
    ({"性别": ""}, "sex", "sex_missing"),
    ({"性别": "他"}, "sex", "sex_unreadable"),
    ({"出生日期": ""}, "birth", "birth_missing"),
    ({"出生日期": "5.1"}, "birth", "date_unreadable"),  # no year
    ({"出生日期": "1946-13-01"}, "birth", "date_unreadable"),
    ({"出生日期": "2026-11-25"}, "birth", "birth_future"),
    ({"出生日期": "1846-05-01"}, "birth", "birth_too_early"),
    ({"身份证号": "3.301021945031201e+17"}, "id_number", "id_as_number"),
    ({"身份证号": "330102194605010021"}, "id_number", "id_checksum"),
    ({"身份证号": "1234"}, "id_number", "id_length"),
    ({"手机": "没有"}, "phone", "phone_unreadable"),
    ({"手机": "13800138000、13900139000"}, "phone", "phone_unreadable"),
    ({"卡号": "1.23456789012346e+15"}, "card", "card_as_number"),
    ({"卡号": "王卡"}, "card", "card_characters"),
    ({"户籍": "火星社区"}, "hukou", "area_unknown"),
    ({"居住地": "新华社区"}, "residence", "area_ambiguous"),  # there are two
    ({"居住起始": "2030-01-01"}, "residence_since", "date_future"),
    ({"类别": "贵宾"}, "categories", "word_unknown"),
    ({"自理": "还行"}, "self_care", "word_unknown"),
    ({"独居": "也许"}, "lives_alone", "word_unknown"),
    ({"小区": "朝阳里", "楼层": "顶层"}, "floor", "floor_unreadable"),
    ({"门牌": "302"}, "compound", "compound_missing"),
    ({"小区": "某里", "经度": "30.28", "纬度": "120.15"}, "lon", "point_swapped"),
    ({"小区": "某里", "经度": "东"}, "lon", "point_unreadable"),
    (
        {"小区": "某里", "经度": "120.1", "纬度": "30.2", "坐标系": "x"},
        "datum",
        "word_unknown",
    ),
    ({"联系人": "王五", "联系人电话": "1"}, "contact_phone", "phone_unreadable"),
    ({"用餐方式": "外卖"}, "way", "word_unknown"),
    ({"就餐点": "月球就餐点"}, "point", "point_unknown"),
    ({"用餐方式": "堂食", "周几": "隔天"}, "weekdays", "weekdays_unreadable"),
    ({"用餐方式": "堂食", "餐次": "夜宵"}, "meals", "word_unknown"),
    ({"口味": "低脂"}, "diet", "word_unknown"),  # a need is never dropped
    ({"敲门提示": "敲" * 201}, "door_note", "cell_too_long"),
]


@pytest.mark.parametrize(("cells", "column", "code"), REFUSED)
def test_what_must_not_be_guessed_is_refused(
    cells: dict[str, str], column: str, code: str
) -> None:
    row = read(**cells)
    assert row.verdict == "refused"
    assert row.person is None
    assert (column, code) in [(p.column, p.fault.code) for p in row.problems]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"无证原因": ""}, "id_missing"),
        ({"身份证号": "330102460501002"}, "id_unverified"),
        ({"身份证号": id_number(date(1946, 5, 2))}, "id_birth_differs"),
        ({"身份证号": id_number(date(1946, 5, 1), 1)}, "id_sex_differs"),
        ({"出生日期": "1970-01-01"}, "younger_than_scheme"),
        ({"用餐方式": "送餐", "送餐原因": "生病"}, "address_missing"),
        ({"用餐方式": "送餐", "小区": "朝阳里"}, "delivery_reason_missing"),
        ({"用餐方式": "堂食"}, "point_missing"),
        ({"周几": "周一"}, "way_missing"),
        (
            {"小区": "朝阳里", "楼栋": "7", "经度": "120.16", "纬度": "30.28"},
            "point_far",
        ),
    ],
)
def test_what_deserves_a_look_is_a_warning(cells: dict[str, str], code: str) -> None:
    row = read(**cells)
    assert row.verdict == "warning"
    assert row.person is not None
    assert codes(row) == [code]


def test_every_fault_of_a_row_is_told_at_once() -> None:
    row = read(姓名="", 性别="他", 出生日期="", 手机="1", 口味="低脂")
    assert len(codes(row)) == 5


def test_the_id_number_decides_birth_date_and_sex() -> None:
    row = read(身份证号=id_number(date(1946, 5, 2), 1), 出生日期="", 性别="")
    assert row.person is not None
    assert (row.person.birth_date, row.person.sex) == (date(1946, 5, 2), "male")
    assert row.verdict == "ok"


def test_an_unknown_building_is_entered_unplaced_and_nobody_dropped() -> None:
    row = read(小区="无名巷", 楼栋="12号", 用餐方式="送餐", 送餐原因="天气")
    assert row.verdict == "ok"
    assert row.person is not None
    assert row.person.address is not None
    assert row.person.address.lon_e6 is None
    assert row.person.address.area_id == KNOWN.area_id


def test_a_known_compound_tells_the_community() -> None:
    row = read(小区="朝阳里", 楼栋="9号楼")
    assert row.person is not None
    assert row.person.address is not None
    assert row.person.address.area_id == HERE.id


def test_a_point_in_gcj02_is_stored_in_wgs84() -> None:
    lon, lat = gcj02_from_wgs84(120.15, 30.28)
    row = read(小区="朝阳里", 楼栋="7", 经度=str(lon), 纬度=str(lat), 坐标系="高德")
    assert row.verdict == "ok"
    assert row.person is not None
    address = row.person.address
    assert address is not None
    assert (address.lon_e6, address.lat_e6) == (120_150_000, 30_280_000)
    assert address.coordinate_source == "gcj02"


def test_a_clerk_registers_only_at_home() -> None:
    own = replace(KNOWN, area_id=2, allowed_area_ids=frozenset({2}))
    assert read(own, 小区="朝阳里").verdict == "ok"
    assert codes(read(own, 小区="某里", 居住地="东山街道")) == ["area_not_yours"]


# Words


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("", (1, 2, 3, 4, 5)),
        ("工作日", (1, 2, 3, 4, 5)),
        ("每天", (1, 2, 3, 4, 5, 6, 7)),
        ("周一至周五", (1, 2, 3, 4, 5)),
        ("周一到周五", (1, 2, 3, 4, 5)),
        ("1-5", (1, 2, 3, 4, 5)),
        ("135", (1, 3, 5)),
        ("一、三、五", (1, 3, 5)),
        ("周二 周四", (2, 4)),
        ("星期六、星期日", (6, 7)),
        ("周六和周天", (6, 7)),
    ],
)
def test_weekdays_are_read_as_people_write_them(
    text: str, days: tuple[int, ...]
) -> None:
    assert weekdays_in(text) == days


def test_meals_floors_and_categories_are_read() -> None:
    assert meals_in("") == (Meal.LUNCH,)
    assert meals_in("早中晚") == (Meal.BREAKFAST, Meal.LUNCH, Meal.DINNER)
    assert meals_in("午餐+晚餐") == (Meal.LUNCH, Meal.DINNER)
    assert [floor_in(text) for text in ("", "3", "12楼", "B1")] == [None, 3, 12, -1]
    assert categories_in("无") == ()
    assert categories_in("低保/失独") == ("low_income", "bereaved_family")


def test_diets_are_read() -> None:
    assert diet_in("普食", "无", "") == Diet()
    assert diet_in("蛋奶素、清真、糊状", "虾蟹过敏;蛋", "无") == Diet(
        texture=Texture.PUREED,
        halal=True,
        vegetarian=Vegetarian.OVO_LACTO,
        allergies=("crustacean", "egg"),
    )


@given(
    st.dictionaries(st.sampled_from([c.label for c in COLUMNS]), st.text(max_size=30))
)
def test_no_cell_of_any_text_breaks_the_reader(cells: dict[str, str]) -> None:
    row = read(**cells)
    assert (row.person is None) == (row.verdict == "refused")


# Preview, apply, undo


async def shown(cast: Cast, *people: Mapping[str, str], by: Actor = CHEN) -> Preview:
    return await intake.preview(grid_of(*people), cast.kitchen, by=by, today=TODAY)


async def applied(cast: Cast, *people: Mapping[str, str], **how: Any) -> Applied:
    arguments = {"file_name": "名单.xlsx", "digest": "d", "act": uuid.uuid4()}
    return await intake.apply(
        grid_of(*people),
        cast.kitchen,
        today=TODAY,
        by=CHEN,
        now=MORNING,
        **{**arguments, **how},
    )


async def count(table: str) -> int:
    found = await one(f"SELECT COUNT(*) AS n FROM {table}")
    assert found is not None
    return int(found["n"])


LIU = {
    "姓名": "刘桂兰",
    "性别": "女",
    "身份证号": id_number(date(1944, 2, 29)),
    "小区": "朝阳里",
    "楼栋": "9号楼",
    "门牌": "101",
    "用餐方式": "堂食",
    "就餐点": "朝阳就餐点",
}


async def test_a_preview_writes_nothing(database: Engine) -> None:
    cast = await enter()
    before = await count("elder"), await count("audit_line")
    preview = await shown(cast, LIU, {"姓名": "无名氏"})
    assert [person.verdict for person in preview.people] == ["ok", "refused"]
    assert preview.new_buildings == ("朝阳里9号楼",)
    assert (await count("elder"), await count("audit_line")) == before


async def test_good_rows_are_entered_with_their_plans(database: Engine) -> None:
    cast = await enter()
    done = await applied(cast, LIU, {"姓名": "无名氏"})
    assert (done.enrolled, done.left_rows) == (1, (3,))
    found = await registry.search("lgl", kitchen_id=cast.kitchen)
    assert [person.name for person in found] == ["刘桂兰"]
    eaters = await plans.expected_eaters(cast.kitchen, TODAY, "lunch")
    assert [(e.way, e.point_id) for e in eaters if e.name == "刘桂兰"] == [
        ("dine_in", cast.chaoyang)
    ]
    runs = await intake.runs_for(cast.kitchen)
    assert [(run.id, run.enrolled, run.left_out) for run in runs] == [
        (done.run_id, 1, 1)
    ]


async def test_the_same_act_twice_enters_nobody_twice(database: Engine) -> None:
    cast = await enter()
    act, before = uuid.uuid4(), await count("elder")
    first = await applied(cast, LIU, act=act)
    second = await applied(cast, LIU, act=act)
    assert second == replace(first, was_repeated=True)
    assert await count("elder") == before + 1


async def test_the_same_file_again_finds_only_doubles(database: Engine) -> None:
    cast = await enter()
    await applied(cast, LIU)
    preview = await shown(cast, LIU)
    assert preview.people[0].verdict == "double"
    assert codes(preview.people[0]) == ["registered_already"]
    with pytest.raises(Refusal, match="nobody_to_import"):
        await applied(cast, LIU)


@pytest.mark.parametrize(
    ("changes", "verdict", "found"),
    [
        ({}, "double", ["row_repeated"]),
        # another name under the same ID number
        ({"姓名": "刘桂花"}, "double", ["row_repeated"]),
        # same name, birth date and building, no ID number
        (
            {"身份证号": "", "出生日期": "1944-02-29", "无证原因": "无"},
            "double",
            ["row_repeated"],
        ),
        # two ID numbers are two people, even of one name in one house
        ({"身份证号": id_number(date(1944, 2, 29), 4)}, "warning", ["row_repeated"]),
        # one character differs, born the same day in the same house
        (
            {"姓名": "刘桂蓝", "身份证号": id_number(date(1944, 2, 29), 4)},
            "warning",
            ["name_near"],
        ),
        # 刘 written 柳: sounds the same
        (
            {"姓名": "柳贵兰", "身份证号": id_number(date(1944, 2, 29), 4)},
            "warning",
            ["name_near"],
        ),
        # the same name in another house is somebody else
        (
            {"身份证号": id_number(date(1944, 2, 29), 4), "楼栋": "1号楼"},
            "ok",
            [],
        ),
    ],
)
async def test_doubles_in_one_file_are_told_apart(
    database: Engine, changes: dict[str, str], verdict: str, found: list[str]
) -> None:
    cast = await enter()
    preview = await shown(cast, LIU, {**LIU, **changes})
    assert preview.people[0].verdict == "ok"
    assert (preview.people[1].verdict, codes(preview.people[1])) == (verdict, found)


async def test_a_person_already_registered_is_named(database: Engine) -> None:
    cast = await enter()
    wang = await registry.elder_by_id(cast.wang)
    door = await registry.doors_for(
        (await registry.addresses_on(cast.kitchen, TODAY)).values()
    )
    home = next(d for d in door.values() if d.elder_id == cast.wang)
    preview = await shown(
        cast,
        {
            "姓名": wang.name,
            "性别": "女",
            "出生日期": wang.birth_date.isoformat(),
            "无证原因": "遗失",
            "小区": home.compound,
            "楼栋": home.building,
        },
    )
    problem = preview.people[0].problems[0]
    assert problem.fault.code == "registered_already"
    assert problem.fault.facts["number"] == wang.number


async def test_a_card_in_use_is_refused_by_its_holder(database: Engine) -> None:
    cast = await enter()
    preview = await shown(cast, {**LIU, "卡号": "8800111277"})
    assert codes(preview.people[0]) == ["card_in_use"]
    assert preview.people[0].problems[0].fault.facts["name"] == "李德福"


async def test_rows_can_be_left_out_by_hand(database: Engine) -> None:
    cast = await enter()
    done = await applied(cast, LIU, {**GOOD, "姓名": "吴老太"}, skip={3})
    assert (done.enrolled, done.left_rows) == (1, (3,))
    assert await registry.search("吴老太") == []


async def test_the_refused_rows_go_back_and_come_again(database: Engine) -> None:
    cast = await enter()
    grid = grid_of(LIU, {**LIU, "姓名": "=赵四", "身份证号": "12"})
    preview = await intake.preview(grid, cast.kitchen, by=CHEN, today=TODAY)
    back = intake.rows_back(
        "退回", grid, preview.refused, "问题", lambda problem: problem.fault.code
    )
    returned = read_grid(back)
    assert returned.rows[0][1][-1] == "问题"
    assert returned.rows[1][1][0] == "=赵四"
    assert "id_length" in returned.rows[1][1][-1]
    again = await intake.preview(returned, cast.kitchen, by=CHEN, today=TODAY)
    assert codes(again.people[0]) == codes(preview.refused[0])
    third = intake.rows_back(
        "退回", returned, again.refused, "问题", lambda problem: problem.fault.code
    )
    assert read_grid(third).rows[0][1].count("问题") == 1


def test_what_is_left_of_a_file_keeps_its_header_and_row_numbers() -> None:
    grid = grid_of(LIU, GOOD, {"姓名": "无名氏"})
    rest = intake.rest_of(grid, (4,))
    assert [number for number, _ in rest.rows] == [1, 4]
    assert intake.rest_of(grid, ()).rows == ()


async def test_no_row_of_any_table_holds_an_id_number_or_a_telephone_to_be_read(
    database: Engine,
) -> None:
    """Typed or imported, corrected and audited: only sealed, in every table."""
    cast = await enter()  # 王秀英's son and neighbour have telephones
    number, phone, family = "11010519491231002X", "13612345678", "13598765432"
    row = {**LIU, "身份证号": number, "手机": phone}
    done = await applied(cast, {**row, "联系人": "刘强", "联系人电话": family})
    assert done.enrolled == 1
    await registry.set_category(
        cast.wang, "low_income", TODAY, None, "证件 330102194605011234",
        by=CHEN, now=MORNING,
    )  # fmt: skip
    secrets = {number, phone, family, "330102194605011234", "13900139000"}
    told = {}
    for table in TABLES:
        name = table._meta.tablename
        kept = repr([list(one.values()) for one in await rows(f"SELECT * FROM {name}")])
        if found := {secret for secret in secrets if secret in kept}:
            told[name] = found
    assert told == {}


async def test_a_whole_import_can_be_undone(database: Engine) -> None:
    cast = await enter()
    tables = ("elder", "card", "address", "contact", "meal_plan", "building")
    before = [await count(table) for table in tables]
    done = await applied(
        cast, {**LIU, "联系人": "刘强", "类别": "低保", "送餐原因": "天气"}
    )
    assert [await count(table) for table in tables] != before
    assert await intake.undo_import(done.run_id, by=CHEN, now=MORNING) == 1
    assert [await count(table) for table in tables] == before
    assert await intake.undo_import(done.run_id, by=CHEN, now=MORNING) == 0
    run = (await intake.runs_for(cast.kitchen))[0]
    assert (run.undone_at, run.undone_by) == (MORNING, CHEN.name)


async def test_an_import_whose_people_are_served_stays(database: Engine) -> None:
    cast = await enter()
    done = await applied(cast, LIU, {**GOOD, "姓名": "吴老太"})
    liu = (await registry.search("刘桂兰"))[0]
    await plans.add_exception(
        elder_id=liu.id,
        meal="lunch",
        kind="skip",
        from_day=TODAY,
        to_day=TODAY,
        reason="看病",
        by=CHEN,
        now=MORNING,
    )
    before = await count("elder")
    with pytest.raises(Refusal) as refusal:
        await intake.undo_import(done.run_id, by=CHEN, now=MORNING)
    assert refusal.value.code == "import_in_use"
    assert refusal.value.facts == {"names": "刘桂兰", "count": 1}
    assert await count("elder") == before


async def test_undoing_leaves_a_building_others_live_in(
    database: Engine,
) -> None:
    cast = await enter()
    first = await applied(cast, LIU)
    await applied(cast, {**GOOD, "姓名": "吴老太", "小区": "朝阳里", "楼栋": "9号楼"})
    buildings = await count("building")
    await intake.undo_import(first.run_id, by=CHEN, now=MORNING)
    assert await count("building") == buildings


async def test_another_kitchens_clerk_is_refused(database: Engine) -> None:
    cast = await enter()
    stranger = Actor(9, "外人", "clerk", kitchen_id=cast.kitchen + 1)
    with pytest.raises(Refusal, match="kitchen_not_yours"):
        await shown(cast, LIU, by=stranger)
    done = await applied(cast, LIU)
    with pytest.raises(Refusal, match="kitchen_not_yours"):
        await intake.undo_import(done.run_id, by=stranger, now=MORNING)
    with pytest.raises(Refusal, match="import_unknown"):
        await intake.undo_import(999, by=CHEN, now=MORNING)


async def test_every_table_about_a_person_is_either_brought_or_a_use(
    sqlite_database: Engine,
) -> None:
    """A new table must be given its side, or an undo would fail or lose something."""
    found = await rows("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    about = {
        row["name"] for row in found if re.search(r"REFERENCES elder\b", row["sql"])
    }
    assert about == {*intake.BROUGHT, *intake.USED_BY}


async def test_the_template_offers_the_kitchens_points(database: Engine) -> None:
    cast = await enter()
    names = [point.name for point in await places.points_for(cast.kitchen)]
    data = intake.people_template("老人名单", names)
    grid = read_grid(data, "老人名单")
    assert grid.rows[0][1] == tuple(column.label for column in COLUMNS)
    with pytest.raises(Refusal, match="sheet_no_rows"):  # the example does not count
        table_of(grid, COLUMNS, "name")

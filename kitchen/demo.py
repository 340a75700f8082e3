"""A believable small community, for the first run and for tests.

Everything is made through the same verbs that people use. The same size, seed and
day give the same community.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kitchen import (
    demo_history,
    demo_menus,
    drivers,
    food,
    menus,
    places,
    plans,
    registry,
    subsidies,
)
from kitchen.calendar import is_service_day
from kitchen.database import writing
from kitchen.demo_history import Past
from kitchen.diets import Diet, Texture, Vegetarian
from kitchen.drivers import DriverFields
from kitchen.identity import id_check_digit
from kitchen.places import ServiceFacts
from kitchen.plans import PlanFacts
from kitchen.registry import NewAddress, NewContact, NewElder
from kitchen.staff import Actor, Post, hire
from kitchen.subsidies import Layer, Rule, Rules, When

MAKER = Actor(0, "演示", "administrator")
SECOND = Actor(-1, "演示复核", "finance")  # nobody approves what they proposed

STREET_LON, STREET_LAT = 120_150_000, 30_280_000  # WGS-84 × 1,000,000
METRE_LON, METRE_LAT = 10.4, 9.0  # one metre here, in millionths of a degree

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅"
    "沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔"
    "白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文单仇解区查"
)
# fmt: off
WOMEN = (
    "秀英", "桂英", "玉兰", "秀兰", "桂兰", "玉珍",
    "淑珍", "凤英", "素珍", "惠芳", "美玲", "月娥",
    "翠花", "春梅", "金凤", "玉梅", "秀珍", "淑华",
    "桂芳", "爱珍", "素琴", "彩云", "兰英", "巧云",
    "雪梅",
)
MEN = (
    "建国", "德福", "长顺", "志强", "国华", "文明",
    "永康", "福生", "宝山", "金宝", "树林", "玉山",
    "明德", "正华", "大海", "根生", "水根", "阿毛",
    "学文", "家驹", "宝根", "松涛", "伯年", "鹤年",
    "友仁",
)
# fmt: on
ESTATES = (
    # name, metres east and north of the kitchen, buildings, floors, lift
    ("朝阳里", 420, 310, 12, 6, False),
    ("新华苑", -640, 240, 10, 18, True),
    ("和平小区", 180, -520, 9, 6, False),
    ("柳营巷", -320, -380, 8, 5, False),
    ("东山新村", 930, -150, 10, 7, False),
    ("滨河花园", -1050, -260, 6, 24, True),
)
DOOR_NOTES = (
    "",
    "",
    "",
    "敲门要响",
    "门铃坏了请敲门",
    "小狗不咬人",
    "请放慢等她走过来",
)


@dataclass(frozen=True)
class Community:
    """What was made."""

    kitchen_id: int
    point_ids: tuple[int, ...]
    elders: int
    deliveries: int


@dataclass(frozen=True)
class _Town:
    """What everybody who is enrolled shares; their weeks begin on `first`."""

    kitchen: int
    community: int
    points: tuple[int, ...]
    today: date
    first: date
    now: datetime


@dataclass(frozen=True)
class Account:
    """A way to sign in to the demo."""

    login: str
    name: str
    role: str


ACCOUNTS = (
    Account("chen", "陈经理", "manager"),
    Account("lin", "林调度", "dispatcher"),
    Account("sun", "孙阿姨", "point_staff"),
    Account("zhao", "赵师傅", "driver"),
    Account("wu", "吴大厨", "cook"),
    Account("qian", "钱会计", "finance"),
    Account("li", "李社工", "clerk"),
    Account("zhou", "周督导", "supervisor"),
    Account("zheng", "郑审计", "auditor"),
    Account("admin", "系统管理", "administrator"),
)


async def build(
    *,
    people: int,
    seed: int,
    today: date,
    now: datetime,
    password_hash: str,
    history: bool = False,
) -> Community:
    """Fill an empty database. `people` elders, about a third of them delivered. With
    `history` the town is two weeks old, and a few of its lunches are over and closed
    (towns of `demo_history.TOWNS`).
    """
    chance = random.Random(seed)  # noqa: S311 - a believable town, not a secret
    history = history and people in demo_history.TOWNS
    first = menus.monday_of(today)
    if history:
        first -= timedelta(days=14)
        now -= timedelta(days=14 + today.weekday())
    community, rural, kitchen = await _street(now)
    points = await _points(kitchen, community, rural, people, now)
    await _tariffs(kitchen, today, first, now)
    await food.load_food(by=MAKER, now=now)
    await _drivers(kitchen, people, now)
    await _buildings(community, chance, now)
    town = _Town(kitchen, community, tuple(points), today, first, now)
    deliveries = await _people(town, people, chance)
    await demo_menus.write(kitchen, first, today, by=MAKER, now=now)
    await _accounts(kitchen, points[0], community, password_hash, now)
    if history:
        for day in lived_through(today):
            past = Past(kitchen, day, tuple(points), MAKER)
            await demo_history.live(past, chance)
    return Community(kitchen, tuple(points), people, deliveries)


def lived_through(today: date) -> list[date]:
    """The lunches of the demo's past: the last one, and those one and two weeks before
    the next, which make its usual figures."""
    served = {"serves_weekends": False, "serves_holidays": False}
    coming = today
    while not is_service_day(coming, {}, **served):
        coming += timedelta(days=1)
    before = [today - timedelta(days=n) for n in range(1, 15)]
    past = [day for day in before if is_service_day(day, {}, **served)]
    alike = [day for day in past if (coming - day).days in (7, 14)]
    return sorted({*past[:1], *alike})


async def _street(now: datetime) -> tuple[int, int, int]:
    by = MAKER
    city = await places.add_area("临江市", "city", None, by=by, now=now)
    district = await places.add_area("云山区", "district", city, by=by, now=now)
    street = await places.add_area("东山街道", "street", district, by=by, now=now)
    community = await places.add_area("朝阳社区", "community", street, by=by, now=now)
    rural = await places.add_area("石桥村", "community", street, by=by, now=now)
    kitchen = await places.add_kitchen(
        name="东山街道中央厨房",
        area_id=street,
        address="东山路 18 号",
        lon_e6=STREET_LON,
        lat_e6=STREET_LAT,
        phone="0571-88001234",
        licence="JY33301060000001",
        by=by,
        now=now,
    )
    lunch = ServiceFacts("lunch", 1300, 0, 9 * 60, 615, 630, 660, 750)
    dinner = ServiceFacts("dinner", 1300, 0, 14 * 60, 975, 990, 1010, 1090)
    await places.set_service(kitchen, lunch, by=by, now=now)
    await places.set_service(kitchen, dinner, by=by, now=now)
    return community, rural, kitchen


async def _points(
    kitchen: int, community: int, rural: int, people: int, now: datetime
) -> list[int]:
    """A centre and its stations; one rural point without staff (中心带点)."""
    names = [
        ("朝阳就餐点", community, 400, 260, True),
        ("新华就餐点", community, -600, 200, True),
        ("和平就餐点", community, 160, -480, True),
        ("石桥村互助点", rural, 2900, 1900, False),
    ]
    names += [
        (f"第{n}邻里食堂", community, 300 * n - 1500, 200 * (n % 5) - 300, True)
        for n in range(5, 5 + max(0, people // 250 - 4))
    ]
    points: list[int] = []
    for name, area, east, north, staffed in names:
        lon, lat = _at(east, north)
        points.append(
            await places.add_point(
                kitchen_id=kitchen,
                area_id=area,
                name=name,
                centre_id=points[0] if points else None,
                staffed=staffed,
                address=f"{name}一楼",
                lon_e6=lon,
                lat_e6=lat,
                phone="0571-88005678",
                seats=60,
                by=MAKER,
                now=now,
            )
        )
    return points


def _at(east: float, north: float) -> tuple[int, int]:
    return (
        round(STREET_LON + east * METRE_LON),
        round(STREET_LAT + north * METRE_LAT),
    )


FIVE = Rules(
    (
        Layer(
            (("funder:city", 40), ("funder:district", 60)),
            (Rule("60 岁以上五元", When(min_age=60), self_pay_fen=500),),
        ),
    )
)
FIVE_THREE_FREE = Rules(
    (
        Layer(
            (("funder:city", 40), ("funder:district", 60)),
            (
                Rule("60–79 岁五元", When(min_age=60, max_age=79), self_pay_fen=500),
                Rule("80–89 岁三元", When(min_age=80, max_age=89), self_pay_fen=300),
                Rule("90 岁以上免费", When(min_age=90), self_pay_fen=0),
            ),
        ),
    )
)


async def _tariffs(kitchen: int, today: date, first: date, now: datetime) -> None:
    """Five yuan now; 5/3/0 by age announced for the first of the next month but
    one, so that both can be seen."""
    year, month = divmod(today.year * 12 + today.month + 1, 12)
    later = date(year, month + 1, 1)
    for number, rules, valid_from in (
        ("1", FIVE, date(first.year, 1, 1)),
        ("2", FIVE_THREE_FREE, later),
    ):
        version = await subsidies.propose_version(
            kitchen_id=kitchen,
            scheme="五元午餐",
            number=number,
            rules=rules,
            announced_on=min(valid_from, first),
            valid_from=valid_from,
            valid_to=None,
            by=MAKER,
            now=now,
        )
        await subsidies.approve_version(version, by=SECOND, now=now)


async def _drivers(kitchen: int, people: int, now: datetime) -> None:
    """Vans for the dining points' containers, e-bikes for the doors; and two for the
    few dinners."""
    crew = [
        DriverFields(name=name, profile="van", capacity=400, carries_bulk=True)
        for name in ("马师傅", "牛师傅", "龙师傅", "骆师傅")[: 1 + people // 600]
    ]
    crew += [
        DriverFields(
            name=name,
            profile="ebike",
            capacity=36,
            max_rounds=2 if number % 3 == 0 else 1,
        )
        for number, name in enumerate(
            ["赵师傅", "王师傅", "李师傅", "刘姐", "小何", "老顾"]
            + [f"{SURNAMES[n]}师傅{n}" for n in range(10, 60)]
        )
    ]
    evening = [
        DriverFields(
            name=name,
            profile=profile,
            capacity=capacity,
            shift_from_minutes=16 * 60,
            shift_to_minutes=18 * 60 + 30,
            carries_bulk=profile == "van",
        )
        for name, profile, capacity in (
            ("晚班马师傅", "van", 200),
            ("晚班小田", "ebike", 36),
        )
    ]
    for fields in (*crew[: 4 + people // 90], *evening):
        await drivers.add_driver(kitchen, fields, by=MAKER, now=now)


async def _buildings(community: int, chance: random.Random, now: datetime) -> None:
    """Every building of the estates, placed; two are still waiting for a point, so
    that the estate's middle stands in for them."""
    for name, east, north, count, _floors, lift in ESTATES:
        for number in range(1, count + 1):
            async with writing():
                building = await places.building_named(
                    community, name, f"{number}号楼", lift=lift, by=MAKER, now=now
                )
            if (name, number) in (("柳营巷", 7), ("和平小区", 9)):
                continue
            lon, lat = _at(
                east + 55 * ((number - 1) % 4) + chance.uniform(-8, 8),
                north + 45 * ((number - 1) // 4) + chance.uniform(-8, 8),
            )
            await places.place_building(building, lon, lat, by=MAKER, now=now)


async def _people(town: _Town, people: int, chance: random.Random) -> int:
    deliveries = 0
    for start in range(0, people, 200):
        async with writing():
            for number in range(start, min(start + 200, people)):
                deliveries += await _person(town, number, chance)
    return deliveries


async def _person(town: _Town, number: int, chance: random.Random) -> int:
    """One elder with a week of lunches; 1 when the meal is brought."""
    roll = chance.random()
    way = "deliver" if roll < 0.32 else "dine_in" if roll < 0.9 else "collect"
    point = chance.choices(town.points, weights=_pull(town.points))[0]
    today, now = town.today, town.now
    elder = _elder(town.community, point, number, chance, today, way == "deliver")
    elder_id = await registry.enrol_one(
        elder, kitchen_id=town.kitchen, by=MAKER, now=now
    )
    week = {
        weekday: PlanFacts(
            elder_id,
            way,
            None if way == "deliver" else point,
            1,
            chance.choices(("normal", "small", "large"), (88, 9, 3))[0],
            "A",
        )
        for weekday in range(1, 6)
        if chance.random() < 0.93
    }
    await plans.set_plan_in_transaction(
        elder_id, "lunch", week, town.first, by=MAKER, now=now
    )
    if way == "deliver" and chance.random() < 0.12:
        await plans.set_plan_in_transaction(
            elder_id, "dinner", week, town.first, by=MAKER, now=now
        )
    return int(way == "deliver")


def _pull(points: Sequence[int]) -> list[int]:
    return [6, 4, 3, 1, *[3] * (len(points) - 4)][: len(points)]


def _elder(
    community: int,
    point: int,
    number: int,
    chance: random.Random,
    today: date,
    delivered: bool,
) -> NewElder:
    sex = "female" if chance.random() < 0.58 else "male"
    age = min(101, max(60, round(chance.gauss(80 if delivered else 74, 7))))
    birth = today - timedelta(days=age * 365 + age // 4 + chance.randrange(1, 360))
    name = chance.choice(SURNAMES) + chance.choice(WOMEN if sex == "female" else MEN)
    alone = chance.random() < 0.3
    return NewElder(
        name=name,
        sex=sex,
        birth_date=birth,
        id_number=_id_number(birth, sex, number),
        phone=f"139{chance.randrange(10**8):08d}",
        point_id=None if delivered else point,
        hukou_area_id=community,
        residence_area_id=community,
        residence_since=birth,
        self_care="partly" if delivered and chance.random() < 0.5 else "able",
        lives_alone=alone,
        slow_door=delivered and chance.random() < 0.15,
        diet=_diet(chance),
        address=_address(community, number, chance, today),
        contacts=_contacts(name, chance, today) if delivered or alone else (),
        categories=("living_alone",) if alone else (),
        delivered="mobility" if delivered else "",
    )


def _id_number(birth: date, sex: str, number: int) -> str:
    """A number with a right check digit in an area code that was never given out."""
    order = (number * 2 + (sex == "male")) % 1000
    first = f"999{number // 500 % 1000:03d}{birth:%Y%m%d}{order:03d}"
    return first + id_check_digit(first)


def _diet(chance: random.Random) -> Diet:
    roll = chance.random
    return Diet(
        texture=chance.choices(
            (Texture.REGULAR, Texture.SOFT, Texture.SEMI_LIQUID, Texture.PUREED),
            (82, 14, 3, 1),
        )[0],
        low_salt=roll() < 0.16,
        sugar_control=roll() < 0.1,
        halal=roll() < 0.02,
        vegetarian=Vegetarian.OVO_LACTO if roll() < 0.015 else Vegetarian.NO,
        allergies=("peanut",) if roll() < 0.01 else ("fish",) if roll() < 0.015 else (),
        dislikes=(chance.choice(("香菜", "羊肉", "猪肝", "芹菜")),)
        if roll() < 0.1
        else (),
    )


def _address(
    community: int, number: int, chance: random.Random, today: date
) -> NewAddress:
    if number == 7:  # nobody has placed this lane: she must still get her lunch
        return NewAddress(community, "老城墙根", "后院", floor=1, door="东厢")
    name, _east, _north, count, floors, lift = chance.choice(ESTATES)
    floor = chance.randrange(1, floors + 1)
    return NewAddress(
        community,
        name,
        f"{chance.randrange(1, count + 1)}号楼",
        f"{chance.randrange(1, 4)}单元",
        floor,
        f"{floor}0{chance.randrange(1, 5)}",
        chance.choice(DOOR_NOTES),
        lift,
    )


def _contacts(name: str, chance: random.Random, today: date) -> tuple[NewContact, ...]:
    child = name[0] + chance.choice(("强", "敏", "伟", "芳", "磊", "静"))
    neighbour = chance.choice(SURNAMES) + chance.choice(WOMEN)
    signed = today - timedelta(days=chance.randrange(30, 700))
    return (
        NewContact("family", child, "子女", f"138{chance.randrange(10**8):08d}"),
        NewContact(
            "neighbour", neighbour, "邻居", f"137{chance.randrange(10**8):08d}", signed
        ),
        NewContact("clerk", "李社工", "社区", "0571-88005678"),
    )


async def _accounts(
    kitchen: int, point: int, community: int, password_hash: str, now: datetime
) -> None:
    for account in ACCOUNTS:
        post = Post(
            account.role,
            None if account.role == "administrator" else kitchen,
            point if account.role == "point_staff" else None,
            community if account.role == "clerk" else None,
        )
        staff_id = await hire(
            login=account.login,
            name=account.name,
            post=post,
            password_hash=password_hash,
            by=MAKER,
            now=now,
        )
        for driver in await drivers.drivers_for(kitchen):
            if account.role == "driver" and driver.name == account.name:
                await drivers.link_account(driver.id, staff_id, by=MAKER, now=now)

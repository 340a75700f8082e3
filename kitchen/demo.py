"""A believable small community, for the first run and for tests.

Everything is made through the same verbs that people use. The same size, seed and
day give the same community.
"""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kitchen import (
    demo_attendance,
    demo_hands,
    demo_helpers,
    demo_history,
    demo_menus,
    demo_money,
    demo_voices,
    driver_starts,
    drivers,
    food,
    menus,
    places,
    subsidies,
)
from kitchen.demo_history import Past
from kitchen.demo_money import Books
from kitchen.demo_people import (
    MAKER as MAKER,
)
from kitchen.demo_people import (
    STREET_LAT,
    STREET_LON,
    SURNAMES,
    Town,
    build_up,
    place_at,
    settle,
)
from kitchen.drivers import DriverFields
from kitchen.places import ServiceFacts
from kitchen.staff import Actor, Post, hire
from kitchen.subsidies import Layer, Rule, Rules, When

SECOND = Actor(-1, "演示复核", "finance")  # nobody approves what they proposed


@dataclass(frozen=True)
class Community:
    """What was made."""

    kitchen_id: int
    point_ids: tuple[int, ...]
    elders: int
    deliveries: int


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
    `history` its plans are two weeks old, a few of its lunches are over and closed, and
    a trial opening before lies in months that are settled (towns of
    `demo_history.TOWNS`).
    """
    chance = random.Random(seed)  # noqa: S311 - a believable town, not a secret
    began_at = now
    history = history and people in demo_history.TOWNS
    first = menus.monday_of(today)
    if history:
        first -= timedelta(days=14)
        now -= today - demo_money.trial_days(today)[0] + timedelta(days=2)
    community, rural, kitchen = await _street(now)
    points = await _points(kitchen, community, rural, people, now)
    await _tariffs(kitchen, today, first, now)
    await food.load_food(by=MAKER, now=now)
    await _drivers(kitchen, people, now)
    await demo_hands.hire(kitchen, today, now)
    await build_up(community, chance, now)
    town = Town(kitchen, community, tuple(points), today, first, now)
    deliveries = await settle(town, people, chance)
    await demo_helpers.equip(kitchen, today, now)
    await demo_menus.write(kitchen, first, today, by=MAKER, now=now)
    await _accounts(kitchen, points[0], community, password_hash, now)
    if history:
        books = Books(kitchen, tuple(points), today, began_at, MAKER)
        for day in demo_money.trial_days(today):
            await demo_money.open_on_trial(books, day)
        for day in lived_through(today):
            past = Past(kitchen, day, tuple(points), MAKER)
            await demo_hands.morning(kitchen, day, past.at(7, 30))
            await demo_history.clear_fridge(past)
            await demo_history.live(past, chance)
            await demo_money.tap(books, day)
        await _begin_at(kitchen, points[2], today, past.at(15, 10))
        await demo_voices.speak(kitchen, today, past.at(15, 10))
        await demo_attendance.bring_in(kitchen, today, seed, by=MAKER, now=now)
        await demo_money.settle(books)
        await demo_money.lose_a_card(books, today - timedelta(days=1))
    return Community(kitchen, tuple(points), people, deliveries)


def lived_through(today: date) -> list[date]:
    """The lunches of the demo's past: yesterday's, and those one and two weeks ago,
    which make today's usual figures."""
    return [today - timedelta(days=n) for n in (14, 7, 1)]


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
    # Every day, so that whoever tries it on a Sunday can serve a lunch too.
    every_day = {"serves_weekends": True, "serves_holidays": True}
    await places.change_kitchen(kitchen, every_day, by=by, now=now)
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
        lon, lat = place_at(east, north)
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
        ("1", FIVE, date(min(first, now.date()).year, 1, 1)),
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


async def _begin_at(kitchen: int, point: int, today: date, now: datetime) -> None:
    """From today on one rider begins at a point instead of the kitchen."""
    for driver in await drivers.drivers_for(kitchen):
        if driver.name == "小何":
            await driver_starts.start_from(driver.id, point, today, by=MAKER, now=now)


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

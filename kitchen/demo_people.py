"""Who lives in the demo: six estates, their buildings, and elders with plausible
ages, diets, families and plans – none of them real, no number ever given out.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kitchen import places, plans, registry
from kitchen.database import writing
from kitchen.diets import Diet, Texture, Vegetarian
from kitchen.identity import id_check_digit
from kitchen.plans import PlanFacts
from kitchen.registry import NewAddress, NewContact, NewElder
from kitchen.staff import Actor

MAKER = Actor(0, "演示", "administrator")

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
class Town:
    """What everybody who is enrolled shares; their weeks begin on `first`."""

    kitchen: int
    community: int
    points: tuple[int, ...]
    today: date
    first: date
    now: datetime


def place_at(east: float, north: float) -> tuple[int, int]:
    return (
        round(STREET_LON + east * METRE_LON),
        round(STREET_LAT + north * METRE_LAT),
    )


async def build_up(community: int, chance: random.Random, now: datetime) -> None:
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
            lon, lat = place_at(
                east + 55 * ((number - 1) % 4) + chance.uniform(-8, 8),
                north + 45 * ((number - 1) // 4) + chance.uniform(-8, 8),
            )
            await places.place_building(building, lon, lat, by=MAKER, now=now)


async def settle(town: Town, people: int, chance: random.Random) -> int:
    deliveries = 0
    for start in range(0, people, 200):
        async with writing():
            for number in range(start, min(start + 200, people)):
                deliveries += await _person(town, number, chance)
    return deliveries


async def _person(town: Town, number: int, chance: random.Random) -> int:
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
        for weekday in range(1, 8)
        if chance.random() < (0.93 if weekday < 6 else 0.8)
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

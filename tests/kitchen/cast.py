"""The cast of every story: one street, one kitchen, two points, people we know.

王奶奶 lives on the third floor without a lift and gets her lunch brought; 李爷爷 eats
at 朝阳 and must not eat peanuts; 赵奶奶 has no coordinates anywhere; manager 陈.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from kitchen import places, plans, registry, subsidies
from kitchen.database import writing
from kitchen.diets import Diet, Texture
from kitchen.places import ServiceFacts
from kitchen.plans import PlanFacts
from kitchen.registry import NewAddress, NewContact, NewElder
from kitchen.staff import Actor
from kitchen.subsidies import Layer, Rule, Rules, When

CHEN = Actor(1, "陈经理", "manager")
SUN = Actor(2, "孙阿姨", "point_staff")
QIAN = Actor(3, "钱会计", "finance")
TODAY = date(2026, 11, 24)  # a Tuesday
MORNING = datetime(2026, 11, 24, 0, 5, tzinfo=UTC)  # 08:05 in Shanghai

FIVE_YUAN = Rules(
    (
        Layer(
            (("funder:district", 100),),
            (Rule("60 岁以上五元", When(min_age=60), self_pay_fen=500),),
        ),
    )
)


@dataclass(frozen=True)
class Cast:
    """Ids of everybody and everything in the story."""

    street: int
    community: int
    kitchen: int
    chaoyang: int
    xinhua: int
    wang: int
    li: int
    zhao: int
    zhou: int


async def enter(now: datetime = MORNING) -> Cast:
    """Put the cast on stage, with lunch plans for every weekday."""
    city = await places.add_area("云和市", "city", None, by=CHEN, now=now)
    street = await places.add_area("东山街道", "street", city, by=CHEN, now=now)
    community = await places.add_area("朝阳社区", "community", street, by=CHEN, now=now)
    kitchen = await places.add_kitchen(
        name="东山中央厨房",
        area_id=street,
        by=CHEN,
        now=now,
        phone="0571-88001234",
        lon_e6=120_150_000,
        lat_e6=30_280_000,
    )
    lunch = ServiceFacts("lunch", 1300, 0, 540, 615, 630, 660, 750)
    await places.set_service(kitchen, lunch, by=CHEN, now=now)
    chaoyang = await places.add_point(
        kitchen_id=kitchen,
        area_id=community,
        name="朝阳就餐点",
        by=CHEN,
        now=now,
        lon_e6=120_155_000,
        lat_e6=30_283_000,
    )
    xinhua = await places.add_point(
        kitchen_id=kitchen,
        area_id=community,
        name="新华就餐点",
        by=CHEN,
        now=now,
        lon_e6=120_145_000,
        lat_e6=30_277_000,
    )
    await propose(kitchen, now)
    wang = await enrol_wang(kitchen, community, now)
    li = await registry.enrol(
        NewElder(
            name="李德福",
            sex="male",
            birth_date=date(1948, 3, 9),
            point_id=chaoyang,
            hukou_area_id=community,
            diet=Diet(allergies=("peanut",)),
            cards=("8800111277",),
        ),
        kitchen_id=kitchen,
        by=CHEN,
        now=now,
    )
    zhao = await registry.enrol(
        NewElder(
            name="赵秀兰",
            sex="female",
            birth_date=date(1941, 1, 20),
            hukou_area_id=community,
            address=NewAddress(community, "无名巷", "12号", floor=1, door="后院"),
            delivered="mobility",
        ),
        kitchen_id=kitchen,
        by=CHEN,
        now=now,
    )
    zhou = await registry.enrol(
        NewElder(
            name="周建国",
            sex="male",
            birth_date=date(1953, 6, 15),
            point_id=xinhua,
            hukou_area_id=community,
        ),
        kitchen_id=kitchen,
        by=CHEN,
        now=now,
    )
    for elder, way, point in (
        (wang, "deliver", None),
        (li, "dine_in", chaoyang),
        (zhao, "deliver", None),
        (zhou, "collect", xinhua),
    ):
        plan = PlanFacts(elder, way, point, 1, "normal", "A")
        week = dict.fromkeys(range(1, 6), plan)
        await plans.set_plan(elder, "lunch", week, TODAY, by=CHEN, now=now)
    return Cast(street, community, kitchen, chaoyang, xinhua, wang, li, zhao, zhou)


async def enrol_wang(kitchen: int, community: int, now: datetime) -> int:
    async with writing():
        building = await places.building_named(
            community, "朝阳里", "7号楼", by=CHEN, now=now
        )
    await places.place_building(building, 120_156_000, 30_284_000, by=CHEN, now=now)
    return await registry.enrol(
        NewElder(
            name="王秀英",
            sex="female",
            birth_date=date(1945, 11, 3),
            id_number="330102194511030042",
            phone="13800138000",
            hukou_area_id=community,
            self_care="partly",
            lives_alone=True,
            diet=Diet(texture=Texture.SOFT, low_salt=True),
            address=NewAddress(
                community, "朝阳里", "7号楼", "2单元", 3, "302", "敲门要响"
            ),
            contacts=(
                NewContact("family", "王强", "儿子", "13900139000"),
                NewContact(
                    "neighbour", "刘芳", "邻居", "13700137000", date(2026, 1, 5)
                ),
            ),
            categories=("living_alone",),
            delivered="mobility",
        ),
        kitchen_id=kitchen,
        by=CHEN,
        now=now,
    )


async def propose(kitchen: int, now: datetime) -> None:
    version = await subsidies.propose_version(
        kitchen_id=kitchen,
        scheme="五元午餐",
        number="1",
        rules=FIVE_YUAN,
        announced_on=date(2026, 1, 1),
        valid_from=date(2026, 1, 1),
        valid_to=None,
        by=CHEN,
        now=now,
    )
    await subsidies.approve_version(version, by=QIAN, now=now)

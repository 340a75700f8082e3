"""The kitchen's sheet adds up, and what was done is recorded once."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitchen import food, headcounts, menus, production
from kitchen.blocks import Order, blocks_for
from kitchen.calendar import Way
from kitchen.clashes import diet_of_key
from kitchen.diets import Diet, Texture
from kitchen.errors import Refusal
from kitchen.headcounts import SpareFacts
from kitchen.kitchen_day import KitchenDay, kitchen_day
from kitchen.packing import Grid, destinations, grid_for
from kitchen.places import KitchenFacts, PointFacts, ServiceFacts
from kitchen.plans import SIZE_PERCENT
from kitchen.portions import ProductionSheet, batches, purchases_for, sheet_for
from kitchen.production import HoldingFacts, made_and_use_by, use_by
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter
from tests.kitchen.plates import dish, dishes, order

KITCHEN = KitchenFacts(
    *(1, "东山", 1, "", None, None, "", "", 75, 120, 240, 125, 60),
    *(15, 20, False, False),
)
LUNCH = ServiceFacts("lunch", 1300, 0, 540, 615, 630, 660, 750)
POINTS = [
    PointFacts(n, 1, 1, name, None, True, "", None, None, "", 0, 5, 300)
    for n, name in ((2, "朝阳就餐点"), (1, "新华就餐点"))
]
NOON = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai


def sheet_of(orders: list[Order], *names: str) -> ProductionSheet:
    sets = {"A": [dish(name) for name in names]}
    return sheet_for(orders, blocks_for(orders, sets, {}, {}), KITCHEN, LUNCH)


def grid_of(orders: list[Order], **where: dict[int, int]) -> Grid:
    placed = destinations(orders, POINTS, where.get("round_of", {}), set())
    return grid_for(placed, POINTS)


# Batches ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("portions", "how", "expected"),
    [
        (0, "equal", ()),
        (60, "equal", (60,)),
        (61, "equal", (31, 30)),
        (200, "equal", (50, 50, 50, 50)),
        (200, "full", (60, 60, 60, 20)),
        (180, "full", (60, 60, 60)),
    ],
)
def test_pots_are_filled_alike_or_full_first(
    portions: int, how: str, expected: tuple[int, ...]
) -> None:
    assert batches(portions, portions * 100, 60, how) == expected


@given(
    portions=st.integers(1, 3000),
    size=st.sampled_from([70, 100, 130]),
    pot=st.integers(2, 300),
    how=st.sampled_from(["equal", "full"]),
)
def test_pot_fillings_sum_to_the_portions_and_fit(
    portions: int, size: int, pot: int, how: str
) -> None:
    fillings = batches(portions, portions * size, pot, how)
    assert sum(fillings) == portions
    assert max(fillings) * size <= max(pot * 100, size)


# Weights ------------------------------------------------------------------------


def test_weights_follow_the_size_of_portions_and_hold_the_sample() -> None:
    orders = [order(1, size="small"), order(2), order(3, size="large", portions=2)]
    rice = sheet_of(orders, "白米饭").dishes[0]
    assert rice.portions == 4
    assert rice.weighted_percent == 70 + 100 + 260
    served = rice.weighted_percent * rice.dish.cooked_grams
    assert rice.cooked_grams == -(-served // 100) + 125
    grains = rice.needs[0]
    servings = 4.3 + 125 / rice.dish.cooked_grams
    expected = rice.dish.recipe[0].net_decigrams / 10 * servings
    assert grains.net_grams == pytest.approx(expected)


def test_a_low_salt_pan_takes_half_the_seasoning() -> None:
    usual = sheet_of([order(1)], "红烧肉").dishes[0]
    low = sheet_of([order(1, diet=Diet(low_salt=True))], "红烧肉").dishes[0]
    by_name = {n.ingredient.name: n.net_grams for n in usual.needs}
    for need in low.needs:
        if need.ingredient.name == "猪五花肉":
            assert need.net_grams == by_name["猪五花肉"]
        if need.ingredient.is_seasoning:
            assert need.net_grams < by_name[need.ingredient.name]


def test_variants_with_a_pan_of_their_own_are_batched_apart() -> None:
    orders = [order(n) for n in range(1, 70)]
    orders += [order(100, diet=Diet(low_salt=True))]
    orders += [order(101, diet=Diet(texture=Texture.PUREED))]
    pork = sheet_of(orders, "红烧肉").dishes[0]
    assert [(pot.portions, pot.batches) for pot in pork.pots] == [
        (70, (35, 35)),  # the puréed one is cooked with the others
        (1, (1,)),
    ]


def test_open_portions_are_counted_but_in_no_pot() -> None:
    orders = [order(1), order(2, diet=Diet(allergies=("peanut",)))]
    sheet = sheet_of(orders, "宫保鸡丁")
    chicken = sheet.dishes[0]
    assert (chicken.portions, chicken.open_portions) == (2, 1)
    assert sum(pot.portions for pot in chicken.pots) == 1
    assert list(sheet.open_people) == [2]


def test_the_purchase_list_gathers_gross_weights_over_dishes() -> None:
    bought = purchases_for([sheet_of([order(1), order(2)], "番茄炒蛋", "番茄鸡蛋汤")])
    tomato = next(each for each in bought if each.ingredient.name == "番茄")
    assert {each.name for each in tomato.dishes} == {"番茄炒蛋", "番茄鸡蛋汤"}
    assert tomato.gross_grams >= tomato.net_grams > 0


def test_water_is_weighed_but_not_bought() -> None:
    soup = sheet_of([order(1)], "山药鸡汤")
    assert "饮用水" in {need.ingredient.name for need in soup.dishes[0].needs}
    assert "饮用水" not in {each.ingredient.name for each in purchases_for([soup])}


def test_dishes_are_sorted_by_the_time_they_leave_the_pot() -> None:
    sheet = sheet_of([order(1)], "清炒菠菜", "红烧肉", "白米饭")
    times = [each.out_of_pot_minutes for each in sheet.dishes]
    assert times == sorted(times)
    assert [each.dish.name for each in sheet.dishes] == ["白米饭", "红烧肉", "清炒菠菜"]


# The packing grid ---------------------------------------------------------------


def test_every_portion_has_one_row_of_the_grid() -> None:
    orders = [
        order(1, diet=Diet(low_salt=True)),
        order(2),
        order(3, address_id=None),
        order(4, way="dine_in", point_id=2, address_id=None),
        order(5, way="collect", point_id=None, address_id=None),
        order(None, point_id=1, way="dine_in", portions=5),
        order(None, point_id=None, portions=4),
    ]
    grid = grid_of(orders, round_of={1: 3})
    assert [(row.kind, row.number, row.total) for row in grid.rows] == [
        ("point", 2, 1),
        ("point", 1, 5),
        ("round", 3, 1),
        ("unrouted", 0, 1),
        ("kitchen", 0, 4),
        ("unplaced", 0, 2),
    ]
    assert grid.keys == ("regular", "low_salt")
    assert grid.totals == {"regular": 13, "low_salt": 1}


keys = st.sampled_from(
    ["regular", "low_salt", "soft+low_salt", "halal", "allergy:peanut", "vegan"]
)
orders_of_people = st.builds(
    order,
    st.integers(1, 10_000),
    way=st.sampled_from(Way).map(str),
    point_id=st.sampled_from([None, 1, 2, 9]),  # 9 was closed meanwhile
    portions=st.integers(1, 3),
    size=st.sampled_from(sorted(SIZE_PERCENT)),
    choice=st.sampled_from(["A", "B"]),
    diet=keys.map(diet_of_key),
)
spares = st.builds(
    order,
    st.none(),
    point_id=st.sampled_from([None, 1]),
    way=st.just("dine_in"),
    portions=st.integers(1, 20),
    diet=keys.map(diet_of_key),
)


@settings(max_examples=50, deadline=None)
@given(
    people=st.lists(orders_of_people, max_size=25),
    extra=st.lists(spares, max_size=3),
    codes=st.lists(
        st.sampled_from(sorted(dishes())), min_size=1, max_size=5, unique=True
    ),
    second=st.sampled_from(sorted(dishes())),
)
def test_dishes_and_grid_both_sum_to_the_portions_ordered(
    people: list[Order], extra: list[Order], codes: list[str], second: str
) -> None:
    orders = people + extra
    served = [dishes()[code] for code in codes]
    other = dishes()[second]
    sets = {"A": served, "B": [other, *(d for d in served[1:] if d != other)]}
    sheet = sheet_for(orders, blocks_for(orders, sets, {}, {}), KITCHEN, LUNCH)
    ordered = sum(each.portions for each in orders)
    assert sheet.portions == ordered
    assert grid_of(orders).total == ordered
    wanted = sum(each.portions * len(sets[each.choice]) for each in orders)
    assert sum(line.portions for line in sheet.dishes) == wanted
    for line in sheet.dishes:
        potted = sum(sum(pot.batches) for pot in line.pots)
        assert potted + line.open_portions == line.portions


# Use-by -------------------------------------------------------------------------


def held(degrees: float, minutes: int) -> HoldingFacts:
    return HoldingFacts(round(degrees * 10), NOON + timedelta(minutes=minutes), "孙")


@pytest.mark.parametrize(
    ("holdings", "hours"),
    [
        ([], 2),
        ([held(60, 30)], 4),
        ([held(59.9, 30)], 2),
        ([held(75, 30), held(55, 60)], 2),  # cooled down once
        ([held(65, 121)], 2),  # measured after it was over
        ([held(65, 120)], 4),
    ],
)
def test_food_is_good_for_two_hours_or_four_when_held_hot(
    holdings: list[HoldingFacts], hours: int
) -> None:
    assert use_by(NOON, holdings, KITCHEN) == NOON + timedelta(hours=hours)


# A day on the database ----------------------------------------------------------


async def cooking(cast: Cast) -> dict[str, int]:
    """Tuesday's lunch planned, the count closed with five spares; dish ids."""
    await food.load_food(by=CHEN, now=MORNING)
    ids = {each.name: each.id for each in (await food.dishes()).values()}
    for row, name in {1: "宫保鸡丁", 3: "清炒菠菜", 6: "白米饭"}.items():
        await menus.set_dish(
            cast.kitchen, TODAY, "lunch", "A", row, ids[name], by=CHEN, now=MORNING
        )
    await headcounts.close_headcount(
        cast.kitchen,
        TODAY,
        "lunch",
        spares=[
            SpareFacts(0, cast.chaoyang, "walk_in", "regular", 3),
            SpareFacts(0, None, "spare", "low_salt", 2),
        ],
        by=CHEN,
        now=MORNING,
    )
    return ids


async def today(cast: Cast) -> KitchenDay:
    return await kitchen_day(cast.kitchen, TODAY, "lunch")


async def test_the_kitchen_sees_the_closed_count(database: object) -> None:
    cast = await enter()
    await cooking(cast)
    kitchen = await today(cast)
    assert kitchen.count is not None
    assert (kitchen.sheet.eater_portions, kitchen.sheet.spare_portions) == (4, 5)
    assert kitchen.grid.total == 9
    assert [order.name for order in kitchen.unplaced] == ["赵秀兰"]
    assert list(kitchen.sheet.open_people) == [cast.li]


async def batch(cast: Cast, dish_id: int, **given: object) -> int:
    values: dict[str, object] = {
        "portions": 9,
        "cooked_off_at": NOON,
        "core_decidegrees": 823,
        "by": CHEN,
        "now": NOON,
        **given,
    }
    return await production.record_batch(
        cast.kitchen, TODAY, "lunch", dish_id, **values
    )


async def test_a_batch_sent_twice_is_cooked_once(database: object) -> None:
    cast = await enter()
    ids = await cooking(cast)
    act = uuid.uuid4()
    first = await batch(cast, ids["白米饭"], act=act)
    assert await batch(cast, ids["白米饭"], act=act) == first
    await batch(cast, ids["白米饭"], act=uuid.uuid4(), portions=3)
    cooked = await production.cooked_for(cast.kitchen, TODAY, "lunch")
    assert [(each.number, each.portions) for each in cooked] == [(1, 9), (2, 3)]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"core_decidegrees": 699}, "core_too_low"),
        ({"cooked_off_at": NOON + timedelta(minutes=6)}, "cooked_in_future"),
        ({"cooked_off_at": NOON - timedelta(days=1)}, "cooked_other_day"),
        ({"dish_id": 99_999}, "dish_unknown"),
    ],
)
async def test_an_impossible_batch_is_refused(
    database: object, given: dict[str, object], code: str
) -> None:
    cast = await enter()
    ids = await cooking(cast)
    values = {"dish_id": ids["白米饭"], **given}
    with pytest.raises(Refusal, match=code):
        await batch(cast, **values)


async def test_a_held_batch_may_be_eaten_later(database: object) -> None:
    cast = await enter()
    ids = await cooking(cast)
    rice = await batch(cast, ids["白米饭"])
    later = NOON + timedelta(minutes=40)
    await production.record_holding(rice, 655, later, by=CHEN, now=later)
    cooked = await production.cooked_for(cast.kitchen, TODAY, "lunch")
    assert cooked[0].use_by == NOON + timedelta(hours=4)
    await batch(cast, ids["清炒菠菜"])
    cooked = await production.cooked_for(cast.kitchen, TODAY, "lunch")
    assert made_and_use_by(cooked) == (NOON, NOON + timedelta(hours=2))
    assert made_and_use_by([]) is None


async def test_a_holding_before_the_cook_off_is_refused(
    database: object,
) -> None:
    cast = await enter()
    ids = await cooking(cast)
    rice = await batch(cast, ids["白米饭"])
    early = NOON - timedelta(minutes=1)
    with pytest.raises(Refusal, match="held_before_cooked"):
        await production.record_holding(rice, 655, early, by=CHEN, now=NOON)


async def test_what_is_taken_back_counts_no_more_and_stays_written(
    database: object,
) -> None:
    cast = await enter()
    ids = await cooking(cast)
    rice = await batch(cast, ids["白米饭"])
    for _ in range(2):  # twice is harmless
        await production.void_production("batch", rice, "记错了菜", by=CHEN, now=NOON)
    assert await production.cooked_for(cast.kitchen, TODAY, "lunch") == []
    with pytest.raises(Refusal, match="reason_missing"):
        await production.void_production("batch", rice, " ", by=CHEN, now=NOON)
    with pytest.raises(Refusal, match="production_row_unknown"):
        await production.void_production("batch", 99_999, "错", by=CHEN, now=NOON)


async def test_a_sample_below_the_setting_is_refused(database: object) -> None:
    cast = await enter()
    ids = await cooking(cast)
    place = (cast.kitchen, TODAY, "lunch", ids["白米饭"])
    with pytest.raises(Refusal, match="sample_too_small"):
        await production.record_sample(*place, 124, by=CHEN, now=NOON)
    await production.record_sample(*place, 125, by=CHEN, now=NOON)
    kept = await production.samples_for(cast.kitchen, TODAY, "lunch")
    assert [(each.dish_name, each.grams) for each in kept] == [("白米饭", 125)]


async def test_packed_portions_are_counted_by_point_and_diet(
    database: object,
) -> None:
    cast = await enter()
    await cooking(cast)
    for portions in (3, 1):
        await production.record_packed(
            cast.kitchen,
            TODAY,
            "lunch",
            cast.chaoyang,
            "regular",
            portions,
            by=CHEN,
            now=NOON,
        )
    packed = await production.packed_for(cast.kitchen, TODAY, "lunch")
    assert [(each.point_id, each.portions) for each in packed] == [
        (cast.chaoyang, 3),
        (cast.chaoyang, 1),
    ]

"""A recall reaches exactly those whose portion may hold it, and leads back as well."""

from datetime import timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen import dining, goods, production, recalls
from kitchen.batches import batches_like, cooked_for
from kitchen.blocks import Block
from kitchen.clashes import Step
from kitchen.errors import Refusal
from kitchen.goods import Draw, NewLot
from kitchen.kitchen_day import kitchen_day
from kitchen.origins import DAYS_BACK, origins_of
from kitchen.people_search import Scope, ids_within
from kitchen.reached import holds, moved_to
from kitchen.recalls import called, reached_by
from kitchen.round_plans import published_plan
from kitchen.use_by import BatchFacts, Place
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast
from tests.kitchen.plates import dish
from tests.remembered import remembered
from tests.test_a_day import at, lived_day

WHEN = (TODAY, "lunch")
places = st.tuples(st.sampled_from(["round", "point"]), st.integers(1, 3))


@given(
    start=st.sets(places, max_size=3),
    moves=st.lists(st.tuples(places, places), max_size=8),
)
def test_moved_portions_are_followed_to_the_last_place(
    start: set[Place], moves: list[tuple[Place, Place]]
) -> None:
    found = moved_to(start, moves)
    assert not found & start
    assert all(b in found | start for a, b in moves if a in found | start)
    for place in found:  # nothing is reached without a move leading there
        assert any(b == place and a in found | start for a, b in moves)


async def rice_of(cast: Cast) -> BatchFacts:
    today = await kitchen_day(cast.kitchen, *WHEN)
    rice = next(s.dish for s in today.sheet.dishes if s.dish.category == "staple")
    cooked = await cooked_for(cast.kitchen, *WHEN)
    return next(each for each in cooked if each.dish_id == rice.id)


async def reached(cast: Cast, batch: int) -> list[tuple[str, bool]]:
    what = await called(cast.kitchen, "batch", batch)
    found = await reached_by(cast.kitchen, what)
    return sorted((one.name, one.sure) for one in found)


async def test_exactly_the_people_of_the_places_are_reached(database: object) -> None:
    """Every choice of places against a list made by hand. 赵秀兰's box came back."""
    cast = await remembered(lived_day)
    plan = await published_plan(cast.kitchen, *WHEN)
    assert plan is not None
    wang = next(code for key, code in plan.codes.items() if key[0] == "diner" and code)
    doors: Place = ("round", int(wang.partition("-")[0]))
    by_place: dict[Place, list[str]] = {
        doors: ["王秀英"],
        ("point", cast.chaoyang): ["", "李德福"],  # one guest without a name
        ("point", cast.xinhua): ["周建国"],
    }
    rice = await rice_of(cast)
    everyone = sorted(name for names in by_place.values() for name in names)
    assert [name for name, _sure in await reached(cast, rice.id)] == everyone
    for size in (1, 2, 3):
        for chosen in combinations(by_place, size):
            await production.record_places(rice.id, chosen, by=CHEN, now=at(5))
            expected = sorted(name for place in chosen for name in by_place[place])
            found = await reached(cast, rice.id)
            assert found == [(name, True) for name in expected], chosen
            await production.forget_places(rice.id, "再试", by=CHEN, now=at(5))


async def rice_some_of_which_moved(cast: Cast) -> BatchFacts:
    """A pot for 朝阳, and a portion passed on from there to 新华."""
    rice = await rice_of(cast)
    here = [("point", cast.chaoyang)]
    await production.record_places(rice.id, here, by=CHEN, now=at(5))
    await dining.transfer(
        kitchen_id=cast.kitchen, day=TODAY, meal="lunch", diet_key="regular",
        portions=1, reason="新华不够", from_point_id=cast.chaoyang,
        to_point_id=cast.xinhua, by=CHEN, now=at(5),
    )  # fmt: skip
    return rice


async def test_moved_portions_make_others_possible(database: object) -> None:
    cast = await remembered(lived_day)
    rice = await rice_some_of_which_moved(cast)
    assert await reached(cast, rice.id) == [
        ("", True),
        ("周建国", False),
        ("李德福", True),
    ]


async def test_a_person_leads_back_to_exactly_the_pots_that_lead_to_them(
    database: object,
) -> None:
    """Both ways over everybody and every pot, with portions moved between points."""
    cast = await remembered(lived_day)
    rice = await rice_some_of_which_moved(cast)
    there: set[tuple[int, int, bool]] = set()
    for batch in await cooked_for(cast.kitchen, *WHEN):
        what = await called(cast.kitchen, "batch", batch.id)
        for one in await reached_by(cast.kitchen, what):
            if one.elder_id is not None:
                there.add((one.elder_id, batch.id, one.sure))
    back = {
        (person, each.batch.id, each.got.sure)
        for person in await ids_within(Scope(cast.kitchen))
        for each in await origins_of(cast.kitchen, person, TODAY)
    }
    assert back == there
    assert (cast.zhou, rice.id, False) in back  # only through what was moved
    assert cast.wang not in {person for person, pot, _ in back if pot == rice.id}


async def test_a_lot_leads_to_people_and_a_person_back_to_the_lot(
    database: object,
) -> None:
    cast = await remembered(lived_day)
    rice = await rice_of(cast)
    grain = (await kitchen_day(cast.kitchen, *WHEN)).sheet
    ingredient = next(
        s.dish.recipe[0].ingredient for s in grain.dishes if s.dish.id == rice.dish_id
    )
    new = NewLot(ingredient.id, "粮油站", "L-77", 50_000)
    lot = await goods.receive_lot(cast.kitchen, new, MORNING, by=CHEN, now=MORNING)
    draw = [Draw(lot, 900)]
    await goods.use_lots(cast.kitchen, rice.id, draw, by=CHEN, now=at(2))
    what = await called(cast.kitchen, "lot", lot)
    assert [each.id for each in what.batches] == [rice.id]
    assert "粮油站 · L-77" in what.words
    names = {one.name for one in await reached_by(cast.kitchen, what)}
    assert names == {"王秀英", "李德福", "周建国", ""}
    back = await origins_of(cast.kitchen, cast.wang, TODAY)
    assert {each.batch.id: each.lots for each in back}[rice.id] == (lot,)
    assert await origins_of(cast.kitchen, 99_999, TODAY) == []
    later = TODAY + timedelta(days=DAYS_BACK)
    assert await origins_of(cast.kitchen, cast.wang, later) == []
    assert [each.id for each in await goods.lots_like(cast.kitchen, "l-77")] == [lot]
    for nothing in ("%", "L_77"):  # typed signs are no wildcards
        assert await goods.lots_like(cast.kitchen, nothing) == []
    (found, *_rest) = await batches_like(cast.kitchen, rice.dish_name[:2])
    assert found.id == rice.id


def test_who_got_the_dish_without_the_food_is_not_reached() -> None:

    chicken = dish("宫保鸡丁")
    batch = BatchFacts(
        *(1, chicken.id, chicken.name, 1, 9, MORNING, None, (), MORNING, MORNING, "陈")
    )

    def block(*steps: Step, is_open: bool = False) -> Block:
        return Block(chicken, None, (), steps, is_open, False, ())

    assert holds(block(), batch, {"花生仁"})
    assert not holds(block(Step("omit", "花生仁")), batch, {"花生仁"})
    assert holds(block(Step("omit", "花生仁")), batch, ())
    assert not holds(block(is_open=True), batch, ())


async def test_a_recall_is_recorded_with_its_reason(database: object) -> None:
    cast = await remembered(lived_day)
    rice = await rice_of(cast)
    place = (cast.kitchen, "batch", rice.id)
    with pytest.raises(Refusal, match="reason_missing"):
        await recalls.call_back(*place, " ", by=CHEN, now=at(5))
    await recalls.call_back(*place, "有异味", by=CHEN, now=at(5))
    (known,) = await recalls.recalls_for(cast.kitchen)
    assert (known.kind, known.row_id, known.reason) == ("batch", rice.id, "有异味")
    with pytest.raises(Refusal, match="batch_unknown"):
        await called(cast.kitchen, "batch", 99_999)
    with pytest.raises(Refusal, match="lot_unknown"):
        await called(cast.kitchen, "lot", 99_999)

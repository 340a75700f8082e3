"""What came in is known by lot, and the first to expire is used first."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen import buying, food, goods, prices
from kitchen.buying import BuyLine, Quote, lines_of
from kitchen.database import rows, writing
from kitchen.errors import Refusal
from kitchen.goods import Draw, LotFacts, NewLot, draws_for, on_hand
from kitchen.portions import purchases_for
from kitchen.prices import NewPrice
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter
from tests.kitchen.plates import order
from tests.kitchen.test_production import batch, cooking, sheet_of

WEEK = timedelta(days=7)


def lot(key: int, grams: int, expires: date | None = None, food: int = 1) -> LotFacts:
    return LotFacts(
        *(key, food, "番茄", "老王", f"B{key}", grams, expires, None, "", None),
        *(True, "", MORNING, MORNING, "陈", 0),
    )


def test_the_first_to_expire_is_drawn_first_and_nothing_expired() -> None:
    lots = [lot(1, 500, TODAY + WEEK), lot(2, 300, TODAY), lot(3, 900, TODAY - WEEK)]
    draws, missing = draws_for({1: 600, 9: 50}, lots, TODAY)
    assert draws == [Draw(2, 300), Draw(1, 300)]
    assert missing == {9: 50}
    assert on_hand(lots, TODAY) == {1: 800}


days = st.integers(-2, 9).map(lambda n: TODAY + timedelta(days=n))
lots = st.lists(
    st.tuples(st.integers(1, 2000), st.none() | days, st.integers(1, 3)), max_size=8
).map(lambda found: [lot(n, *each) for n, each in enumerate(found, start=1)])


@given(found=lots, needs=st.dictionaries(st.integers(1, 3), st.integers(1, 3000)))
def test_what_is_drawn_and_what_is_missing_make_the_need(
    found: list[LotFacts], needs: dict[int, int]
) -> None:
    draws, missing = draws_for(needs, found, TODAY)
    by_id = {each.id: each for each in found}
    for ingredient, wanted in needs.items():
        mine = [d for d in draws if by_id[d.lot_id].ingredient_id == ingredient]
        assert sum(d.grams for d in mine) + missing.get(ingredient, 0) == wanted
        if ingredient in missing:
            stock = on_hand(found, TODAY).get(ingredient, 0)
            assert sum(d.grams for d in mine) == stock
    for draw in draws:
        assert 0 < draw.grams <= by_id[draw.lot_id].left_grams
        assert not by_id[draw.lot_id].is_expired_on(TODAY)


@given(
    need=st.integers(1, 100_000),
    hand=st.integers(0, 100_000),
    pack=st.none() | st.integers(1, 5000),
    fen=st.none() | st.integers(0, 10_000),
)
def test_whole_packs_cover_what_is_short_and_not_a_pack_more(
    need: int, hand: int, pack: int | None, fen: int | None
) -> None:
    (tomato, *_rest) = purchases_for([sheet_of([order(1)], "番茄炒蛋")])
    line = BuyLine(tomato.ingredient, need, min(hand, need), pack, "", fen, ())
    assert line.short_grams == max(need - hand, 0)
    assert line.short_grams <= line.buy_grams < line.short_grams + (pack or 1)
    assert (line.fen is None) is (fen is None)


def test_the_list_is_by_supplier_with_the_unknown_last() -> None:
    bought = purchases_for([sheet_of([order(1), order(2)], "番茄炒蛋")])
    tomato = next(one for one in bought if one.ingredient.name == "番茄")
    quotes = {tomato.ingredient.id: Quote("老王蔬菜", 600)}
    lines = lines_of(bought, {tomato.ingredient.id: 50}, {}, quotes)
    assert lines[0].ingredient is tomato.ingredient
    assert lines[0].short_grams == tomato.gross_grams - 50
    assert lines[0].fen == -(-lines[0].short_grams * 600 // 1000)
    assert {line.supplier for line in lines[1:]} == {""}


# On the database ----------------------------------------------------------------


async def arrive(cast: Cast, name: str = "番茄", **given: object) -> int:
    values = {"supplier": "老王蔬菜", "number": "1123-A", "grams": 5000, **given}
    lot = NewLot(await goods.ingredient_named(name), **values)
    return await goods.receive_lot(cast.kitchen, lot, MORNING, by=CHEN, now=MORNING)


async def test_a_lot_is_stock_until_it_is_used(database: object) -> None:
    cast = await enter()
    ids = await cooking(cast)
    tomatoes = await arrive(cast, expires_on=TODAY + WEEK, decidegrees=85)
    pot = await batch(cast, ids["白米饭"])
    draw = [Draw(tomatoes, 1200)]
    await goods.use_lots(cast.kitchen, pot, draw, by=CHEN, now=MORNING)
    (left,) = await goods.stock_for(cast.kitchen)
    assert (left.left_grams, left.supplier, left.number) == (3800, "老王蔬菜", "1123-A")
    assert await goods.batches_with(tomatoes) == [pot]
    assert await goods.lots_in([pot]) == {pot: (tomatoes,)}
    # taken back by the opposite sign: the pot holds nothing of it any more
    back = [Draw(tomatoes, -1200)]
    await goods.use_lots(
        cast.kitchen, pot, back, "corrected", "记错锅", by=CHEN, now=MORNING
    )
    assert await goods.batches_with(tomatoes) == []
    with pytest.raises(Refusal, match="lot_too_small"):
        await goods.use_lots(
            cast.kitchen, pot, [Draw(tomatoes, 5001)], by=CHEN, now=MORNING
        )
    with pytest.raises(Refusal, match="lot_unknown"):
        await goods.use_lots(
            cast.kitchen + 1, None, draw, "wasted", "坏了", by=CHEN, now=MORNING
        )


async def test_what_was_sent_back_is_kept_and_is_no_stock(database: object) -> None:
    cast = await enter()
    await food.load_food(by=CHEN, now=MORNING)
    await arrive(cast, accepted=False, reason="烂了三成", expires_on=TODAY - WEEK)
    assert await goods.stock_for(cast.kitchen) == []
    (refused,) = await goods.lots_between(cast.kitchen, TODAY, TODAY)
    assert (refused.accepted, refused.reason) == (False, "烂了三成")
    with pytest.raises(Exception, match="append_only"):
        async with writing():
            await rows("UPDATE lot SET accepted = {}", True)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"supplier": " "}, "lot_without_supplier"),
        ({"number": ""}, "lot_without_number"),
        ({"grams": 0}, "lot_weight"),
        ({"expires_on": TODAY - timedelta(days=1)}, "lot_expired"),
        ({"accepted": False}, "reason_missing"),
        ({"name": "龙肉"}, "ingredient_not_named"),
    ],
)
async def test_a_lot_nobody_could_trace_is_refused(
    database: object, given: dict[str, object], code: str
) -> None:
    cast = await enter()
    await food.load_food(by=CHEN, now=MORNING)
    with pytest.raises(Refusal, match=code):
        await arrive(cast, **given)


async def test_the_purchase_list_counts_stock_packs_and_prices(
    database: object,
) -> None:
    cast = await enter()
    await cooking(cast)  # Tuesday: chicken, spinach, rice for nine
    spinach = await goods.ingredient_named("菠菜")
    await arrive(cast, "菠菜", grams=100, expires_on=TODAY, price_fen=80)
    await buying.set_pack(cast.kitchen, spinach, 500, by=CHEN, now=MORNING)
    lines = await buying.buying_for(cast.kitchen, [TODAY], ["lunch", "dinner"])
    mine = next(line for line in lines if line.ingredient.name == "菠菜")
    assert mine.hand_grams == 100
    assert mine.buy_grams % 500 == 0
    assert mine.buy_grams >= mine.need_grams - 100
    assert (mine.supplier, mine.fen) == ("老王蔬菜", mine.buy_grams * 800 // 1000)
    # for Wednesday nobody planned a menu, and today's spinach is too old by then
    both = [TODAY, TODAY + timedelta(days=1)]
    lines = await buying.buying_for(cast.kitchen, both, ["lunch"])
    mine = next(line for line in lines if line.ingredient.name == "菠菜")
    assert mine.hand_grams == 0


async def test_what_was_paid_is_the_price_of_the_menu_and_of_the_next_list(
    database: object,
) -> None:
    cast = await enter()
    await cooking(cast)
    spinach = await goods.ingredient_named("菠菜")
    told = [NewPrice(spinach, "张记", 900, TODAY - WEEK)]
    await prices.set_prices(cast.kitchen, told, by=CHEN, now=MORNING)
    await arrive(cast, "菠菜", grams=2000, price_fen=1400)
    await arrive(cast, "菠菜", grams=2000, price_fen=9000, accepted=False, reason="烂")
    newest = (await prices.newest_on(cast.kitchen, TODAY))[spinach]
    assert (newest.supplier, newest.fen_per_kg) == ("老王蔬菜", 700)
    assert (await prices.prices_on(cast.kitchen, TODAY))[spinach] == 700
    assert (await prices.prices_on(cast.kitchen, TODAY - WEEK))[spinach] == 900
    assert (await buying.quotes_for(cast.kitchen, TODAY))[spinach] == Quote(
        "老王蔬菜", 700
    )
    with pytest.raises(Refusal, match="price_out_of_range"):
        await arrive(cast, "菠菜", grams=1, price_fen=100_000)


def test_what_expires_first_is_to_be_used_up_first() -> None:
    late, soon = TODAY + timedelta(days=9), TODAY + timedelta(days=3)
    lots = [lot(1, 500, late), lot(2, 500, soon), lot(3, 0, TODAY), lot(4, 500)]
    found = goods.to_use_up(lots, TODAY, TODAY + timedelta(days=13))
    assert [one.id for one in found.values()] == [2]
    assert goods.to_use_up(lots, TODAY + timedelta(days=10), TODAY + WEEK * 3) == {}

"""Lost cards: blocked everywhere, replaced by a number nobody ever had."""

import pytest

from kitchen import cards, dining, registry
from kitchen.database import rows
from kitchen.errors import Refusal
from tests.kitchen.cast import CHEN, MORNING, TODAY, Cast, enter


async def replace(cast: Cast, reason: str = "丢了", act: str = "") -> str:
    return await cards.replace_card(cast.li, reason, by=CHEN, now=MORNING, act=act)


async def test_a_replaced_card_is_blocked_and_the_new_one_works(
    database: object,
) -> None:
    cast = await enter()
    old = (await cards.member_cards([cast.li]))[cast.li]
    new = await replace(cast, act="tap-1")
    assert await replace(cast, act="tap-1") == new, "sent twice, one card"
    assert (new.isdigit(), new) == (True, f"{old}02")
    assert await cards.member_cards([cast.li]) == {cast.li: new}
    assert [p.id for p in await registry.search(new)] == [cast.li]
    lost = await cards.blocked_card(old, cast.kitchen)
    assert lost is not None
    assert (lost.elder_id, lost.since, lost.reason) == (cast.li, TODAY, "丢了")
    refusal = lost.refusal()
    assert refusal.code == "card_blocked"
    assert "李" not in str(refusal.facts), "a finder is told no name"
    assert await cards.blocked_card(new, cast.kitchen) is None
    assert await replace(cast, act="tap-2") == f"{old}03"
    assert len(await rows("SELECT id FROM card WHERE blocked_at IS NOT NULL")) == 2


async def test_a_new_number_is_never_one_that_somebody_has(database: object) -> None:
    cast = await enter()
    member = (await cards.member_cards([cast.li]))[cast.li]
    await registry.bind_card(cast.zhou, f"{member}02", by=CHEN, now=MORNING)
    assert await replace(cast) == f"{member}03"
    with pytest.raises(Refusal, match="reason_missing"):
        await replace(cast, "  ")


async def test_the_day_pack_knows_the_blocked_cards_and_not_those_given_on(
    database: object,
) -> None:
    cast = await enter()
    bus = next(c for c in await registry.cards_of(cast.li) if c.kind == "alias")
    member = (await cards.member_cards([cast.li]))[cast.li]
    await registry.block_card(bus.id, "丢了", by=CHEN, now=MORNING)
    await replace(cast)
    pack = await dining.pack_for(cast.chaoyang, TODAY, "lunch", now=MORNING)
    assert set(pack.blocked) == {bus.number, member}
    assert pack.tails[cast.li] == [f"{member}02"[-6:]]
    await registry.bind_card(cast.zhou, bus.number, by=CHEN, now=MORNING)
    pack = await dining.pack_for(cast.chaoyang, TODAY, "lunch", now=MORNING)
    assert pack.blocked == (member,)
    assert await cards.blocked_card(bus.number, cast.kitchen) is None

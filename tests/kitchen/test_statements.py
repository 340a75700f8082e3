"""The quarter's statement: drawn up once, signed in order, never changed."""

from datetime import date

import pytest

from kitchen import places, settlement, statements
from kitchen.database import rows, writing
from kitchen.errors import Refusal
from kitchen.staff import Actor
from tests.kitchen.cast import CHEN, MORNING, QIAN, Cast, enter
from tests.kitchen.signed import sign_days
from tests.kitchen.test_claims import LATER, correct
from tests.kitchen.test_meals import hand_over, lunch_for

JANUARY = date(2027, 1, 5)
CLERK = Actor(7, "何社区", "clerk")
STREET = Actor(8, "周街道", "supervisor")
DISTRICT = Actor(9, "郑区局", "supervisor")


async def quarter_over() -> Cast:
    cast = await enter()
    await hand_over(lunch_for(cast, cast.li))
    await sign_days(cast.kitchen, "2026-11", now=LATER)
    await settlement.close_month(
        cast.kitchen, "2026-11", today=JANUARY, by=QIAN, now=LATER
    )
    return cast


async def draw_up(cast: Cast, **other: object) -> None:
    asked = {"today": JANUARY, "by": QIAN, "now": LATER, **other}
    await statements.draw_up(cast.kitchen, "2026-Q4", cast.community, **asked)


async def drawn(cast: Cast) -> statements.StatementFacts:
    return (await statements.statements_for(cast.kitchen, "2026-Q4"))[0]


async def sign(cast: Cast, step: str, by: Actor, signer: str = "") -> None:
    one = await drawn(cast)
    await statements.sign(cast.kitchen, one.id, step, signer, by=by, now=LATER)


async def test_three_offices_sign_in_order_and_nobody_else(database: object) -> None:
    cast = await quarter_over()
    for _ in range(2):  # twice is harmless
        await draw_up(cast)
    for step, by in (("street", STREET), ("district", DISTRICT)):
        with pytest.raises(Refusal, match="signature_out_of_order"):
            await sign(cast, step, by)
    with pytest.raises(Refusal, match="not_your_office"):
        await sign(cast, "community", STREET)
    for _ in range(2):
        await sign(cast, "community", CLERK)
    await sign(cast, "street", STREET)
    with pytest.raises(Refusal, match="signer_signed_before"):
        await sign(cast, "district", STREET)
    await sign(cast, "district", DISTRICT)
    one = await drawn(cast)
    assert [(s.step, s.signer) for s in one.signatures] == [
        ("community", "何社区"),
        ("street", "周街道"),
        ("district", "郑区局"),
    ]
    assert (one.next_step, one.meals, one.fen) == ("", 1, 800)
    with pytest.raises(Refusal, match="statement_complete"):
        await sign(cast, "district", Actor(10, "别人", "supervisor"))
    assert len(await rows("SELECT id FROM quarter_statement")) == 1


async def test_a_kitchen_notes_what_was_signed_on_paper(database: object) -> None:
    cast = await quarter_over()
    await draw_up(cast)
    with pytest.raises(Refusal, match="signer_missing"):
        await sign(cast, "community", CHEN, "  ")
    await sign(cast, "community", CHEN, "何社区")
    with pytest.raises(Refusal, match="signer_signed_before"):
        await sign(cast, "street", CHEN, "何社区")
    await sign(cast, "street", CHEN, "周街道")
    assert [s.by for s in (await drawn(cast)).signatures] == ["陈经理", "陈经理"]


async def test_an_officer_signs_for_the_own_area_alone(database: object) -> None:
    cast = await quarter_over()
    await draw_up(cast)
    other = await places.add_area(
        "西山社区", "community", cast.street, by=CHEN, now=MORNING
    )
    with pytest.raises(Refusal, match="not_your_office"):
        await sign(cast, "community", Actor(7, "何社区", "clerk", area_id=other))
    await sign(cast, "community", Actor(7, "何社区", "clerk", area_id=cast.community))
    with pytest.raises(Refusal, match="not_your_office"):  # a community signs no street
        await sign(
            cast, "street", Actor(8, "周街道", "supervisor", area_id=cast.community)
        )
    await sign(cast, "street", Actor(8, "周街道", "supervisor", area_id=cast.street))
    with pytest.raises(Refusal, match="not_your_office"):
        await sign(cast, "district", Actor(9, "郑", "supervisor", area_id=cast.street))


async def test_a_quarter_is_drawn_up_only_when_over_and_closed(
    database: object,
) -> None:
    cast = await enter()
    await hand_over(lunch_for(cast, cast.li))
    with pytest.raises(Refusal, match="quarter_not_over"):
        await draw_up(cast, today=date(2026, 12, 31))
    with pytest.raises(Refusal, match="quarter_months_open"):
        await draw_up(cast)
    for text in ("2026-Q5", "2026-4", "", "Q4-2026", "２０２６-Q4"):
        with pytest.raises(Refusal, match="quarter_unreadable"):
            statements.months_of(text)
    await sign_days(cast.kitchen, "2026-11", now=LATER)
    await settlement.close_month(
        cast.kitchen, "2026-11", today=JANUARY, by=QIAN, now=LATER
    )
    with pytest.raises(Refusal, match="quarter_empty"):
        await statements.draw_up(
            cast.kitchen, "2026-Q4", cast.street, today=JANUARY, by=QIAN, now=LATER
        )


async def test_a_correction_is_a_named_line_of_its_own_quarter(
    database: object,
) -> None:
    cast = await quarter_over()
    await draw_up(cast)
    await sign(cast, "community", CLERK)
    await correct(cast, today=JANUARY)  # November, said in January
    one = await drawn(cast)
    assert (one.fen, await statements.replays(one)) == (800, True)
    await sign(cast, "street", STREET)
    line = (await statements.lines_of(cast.kitchen, "2027-Q1", cast.community))[0]
    assert (line.month, line.of_month, line.fen) == ("2027-01", "2026-11", -300)


async def test_nobody_signs_figures_the_rows_no_longer_give(database: object) -> None:
    cast = await quarter_over()
    await draw_up(cast)
    async with writing():
        await rows(  # as nobody may: a day is signed, and a meal taken back after
            "INSERT INTO meal_void (served, entry, reason, at, by)"
            " SELECT id, entry, 'x', at, by FROM meal WHERE elder = {}",
            cast.li,
        )
    with pytest.raises(Refusal, match="statement_stale"):
        await sign(cast, "community", CLERK)

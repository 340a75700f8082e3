"""Portions change places during service, in every direction, and stay countable."""

import pytest

from kitchen import day_close, dining, round_changes
from kitchen.dining import transfers_for
from kitchen.errors import Refusal
from kitchen.round_plans import Plan, latest_plan
from tests.kitchen.cast import CHEN, TODAY, Cast
from tests.kitchen.test_deliveries import NOON, out_in_the_streets

PLACES = ("here", "there", "first", "second")


async def two_rounds() -> tuple[Cast, Plan]:
    cast, plan = await out_in_the_streets()
    if len(plan.rounds) < 2:
        await round_changes.add_round(plan.facts.id, by=CHEN, now=NOON)
    return cast, plan


async def ids(cast: Cast, plan: Plan) -> dict[str, tuple[str, int]]:
    """Two points and two rounds, by their word in the balance and their id."""
    newest = await latest_plan(cast.kitchen, TODAY, "lunch")
    assert newest is not None
    first, second = plan.rounds[0], newest.rounds[-1]
    return {
        "here": (f"point:{cast.chaoyang}", cast.chaoyang),
        "there": (f"point:{cast.xinhua}", cast.xinhua),
        "first": (f"round:{first.number}", first.id),
        "second": (f"round:{second.number}", second.id),
    }


async def pass_on(
    cast: Cast, source: tuple[str, int], target: tuple[str, int], portions: int = 2
) -> None:
    def side(way: str, place: tuple[str, int]) -> dict[str, int]:
        return {f"{way}_{place[0].partition(':')[0]}_id": place[1]}

    await dining.transfer(
        kitchen_id=cast.kitchen,
        day=TODAY,
        meal="lunch",
        diet_key="regular",
        portions=portions,
        reason="那边不够",
        **side("from", source),
        **side("to", target),
        by=CHEN,
        now=NOON,
    )


@pytest.mark.parametrize(
    ("source", "target"), [(a, b) for a in PLACES for b in PLACES if a != b]
)
async def test_portions_move_from_any_place_to_any_other(
    database: object, source: str, target: str
) -> None:
    cast, plan = await two_rounds()
    known = await ids(cast, plan)
    here, there = known[source], known[target]
    await pass_on(cast, here, there)
    rows = await day_close.gathered(cast.kitchen, TODAY, "lunch")
    assert rows.moved == {here[0]: -2, there[0]: 2}
    [move] = await transfers_for(cast.kitchen, TODAY, "lunch")
    assert (move.source, move.target, move.portions) == (here[0], there[0], 2)
    balance = await day_close.balance_for(cast.kitchen, TODAY, "lunch")
    assert sum(line.moved for line in balance.lines) == 0
    await pass_on(cast, there, here)
    rows = await day_close.gathered(cast.kitchen, TODAY, "lunch")
    assert not any(rows.moved.values())


@pytest.mark.parametrize("place", PLACES)
async def test_a_place_passes_nothing_on_to_itself(
    database: object, place: str
) -> None:
    cast, plan = await two_rounds()
    here = (await ids(cast, plan))[place]
    with pytest.raises(Refusal, match="transfer_needs_two_places"):
        await pass_on(cast, here, here)

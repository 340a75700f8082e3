"""Portions handed over, priced and posted: all of them or none."""

from collections.abc import Sequence
from datetime import date, datetime

from kitchen import audit, ledger
from kitchen.approved_prices import approved_asked
from kitchen.database import Asked, insert, read_ahead
from kitchen.elders import categories_asked, elders_asked, states_asked
from kitchen.errors import Refusal
from kitchen.meal_books import movements_of
from kitchen.meal_gates import (
    first_asked,
    hold,
    hold_limits,
    portion_asked,
    refuse_above_approved,
    refuse_barred,
    refuse_gone,
    refuse_later_days,
    refuse_same_portion,
    refuse_second,
)
from kitchen.meal_prices import price_people, versions_in_force
from kitchen.meal_tables import WAYS, Handed, Meal, MealSlot, Schemes, Serving
from kitchen.places import (
    AREAS_ASKED,
    kitchen_asked,
    services_asked,
    services_for,
)
from kitchen.pricing import Price, full_price
from kitchen.recoveries import bars_asked
from kitchen.registry import ElderFacts, elders_by_id
from kitchen.staff import Actor
from kitchen.subsidies import version_asked
from kitchen.vouching import insert_vouched


async def hand_over_all(
    servings: Sequence[Serving], *, by: Actor, now: datetime
) -> list[Handed]:
    """Record portions handed over, price them and post them, inside the caller's
    `writing()`: all of them or none.

    Refuses `already_served` (where, when and by whom the first was),
    `portion_already_served`, `not_active` (ended or deceased), `balance_too_low`,
    `elder_unknown` (another kitchen's too), `meal_not_served`, `day_not_come` (a
    meal of a later day), `above_approved_price`, `free_item_charged`,
    `subsidy_barred`, `provider_barred`, `day_closed`, `month_closed`.
    """
    refuse_later_days(servings, now)
    await hold(servings)
    if len(servings) == 1:
        await read_ahead(*asked(servings[0]))
    people = await elders_by_id(s.elder_id for s in servings if s.elder_id)
    await refuse_gone(people, servings)
    await refuse_barred(servings)
    schemes = await _schemes(servings)
    await refuse_above_approved(servings, schemes)
    if await hold_limits(servings, people, schemes):
        return [
            await _hand_over(one, people, price, by, now)
            for one in servings
            for price in await _prices([one], people, schemes)
        ]
    prices = await _prices(servings, people, schemes)
    return [
        await _hand_over(serving, people, price, by, now)
        for serving, price in zip(servings, prices, strict=True)
    ]


def asked(serving: Serving) -> list[Asked]:
    """What handing one portion over reads before it writes; the same for whoever comes,
    so that the database has it prepared."""
    kitchen_id, day, elder_id = serving.kitchen_id, serving.day, serving.elder_id
    ids = [] if elder_id is None else [elder_id]
    asking = [
        *(elders_asked(ids), states_asked(ids), categories_asked(ids, day)),
        *(version_asked(kitchen_id, day), approved_asked(kitchen_id)),
        *(services_asked(kitchen_id, day), kitchen_asked(kitchen_id), AREAS_ASKED),
        *(ledger.settled_asked(kitchen_id, day), bars_asked(kitchen_id, day)),
        *(first_asked(serving), portion_asked(serving)),
    ]
    if elder_id is not None and serving.payment == "account":
        asking.append(ledger.balance_asked(f"elder:{elder_id}"))
    return asking


def takes_slot(serving: Serving) -> bool:
    """Whether it is the one subsidised meal."""
    return serving.elder_id is not None and serving.tariff == "subsidised"


async def _schemes(servings: Sequence[Serving]) -> Schemes:
    days = {(serving.kitchen_id, serving.day) for serving in servings}
    return {key: await versions_in_force(*key) for key in sorted(days)}


async def _prices(
    servings: Sequence[Serving], people: dict[int, ElderFacts], schemes: Schemes
) -> list[Price]:
    known: dict[tuple[int, date, str, str, int | None], dict[int, Price]] = {}
    prices = []
    for serving in servings:
        way = WAYS[serving.channel]
        point = serving.point_id
        when = (serving.kitchen_id, serving.day, serving.meal, way, point)
        if when not in known:
            versions = schemes[serving.kitchen_id, serving.day]
            known[when] = await price_people(people, *when, versions)
        if serving.elder_id is not None and serving.tariff == "subsidised":
            prices.append(known[when][serving.elder_id])
        else:
            services = await services_for(serving.kitchen_id, serving.day)
            if serving.meal not in services:
                raise Refusal("meal_not_served", meal=serving.meal)
            prices.append(full_price(services[serving.meal].list_price_fen))
    return prices


async def _hand_over(
    serving: Serving,
    people: dict[int, ElderFacts],
    price: Price,
    by: Actor,
    now: datetime,
) -> Handed:
    if takes_slot(serving):
        await refuse_second(serving, people)
    if serving.diner_id is not None:
        await refuse_same_portion(serving, people)
    entry_id = await ledger.post(
        kitchen_id=serving.kitchen_id,
        kind="meal",
        day=serving.day,
        movements=await movements_of(serving, price, people.get(serving.elder_id or 0)),
        by=by,
        now=now,
    )
    meal_id = await insert_vouched(
        Meal,
        kitchen=serving.kitchen_id,
        day=serving.day,
        meal=serving.meal,
        elder=serving.elder_id,
        diner=serving.diner_id,
        portion=serving.portion,
        channel=serving.channel,
        point=serving.point_id,
        stop_id=serving.stop_id,
        tariff="subsidised" if price.subsidised else "full",
        list_price_fen=price.list_price_fen,
        self_pay_fen=price.self_pay_fen,
        lines=price.lines_text(),
        extras=price.extras_text(),
        delivery_self_fen=price.delivery_self_fen,
        community=_community(people.get(serving.elder_id or 0)),
        scheme_version=price.scheme_version_id,
        payment=serving.payment,
        entry=entry_id,
        served_at=serving.served_at,
        source=serving.source,
        reason=serving.reason,
        device=serving.device,
        at=now,
        by=by.name,
    )
    if takes_slot(serving):
        await insert(
            MealSlot,
            elder=serving.elder_id,
            day=serving.day,
            meal=serving.meal,
            served=meal_id,
        )
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action="meal.hand_over",
        object_kind="meal",
        object_id=meal_id,
        after={
            "elder": serving.elder_id,
            "day": serving.day,
            "meal": serving.meal,
            "self_pay_fen": price.self_pay_fen,
            "channel": serving.channel,
        },
        reason=serving.reason,
        device=serving.device,
    )
    return Handed(
        meal_id,
        price.list_price_fen,
        price.self_pay_fen,
        price.lines,
        price.extras,
    )


def _community(person: ElderFacts | None) -> int | None:
    """Where the meal is claimed: the area of registration, else of residence."""
    return (person.hukou_area_id or person.residence_area_id) if person else None

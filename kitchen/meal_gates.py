"""What must hold before a meal is handed over: held first, so that two at once wait
for each other, then refused with a code.
"""

from collections.abc import Sequence
from datetime import datetime

from kitchen import approved_prices, audit, recoveries
from kitchen.calendar import service_day_of
from kitchen.closed_days import refuse_closed_day
from kitchen.database import Asked, Lock, lock_all, lock_for, one
from kitchen.errors import Refusal
from kitchen.meal_tables import Schemes, Serving
from kitchen.places import services_for
from kitchen.purses import purse_of
from kitchen.registry import ElderFacts, state_on, states_for


def refuse_later_days(servings: Sequence[Serving], now: datetime) -> None:
    """Nobody has eaten tomorrow's meal yet: it can be booked, not handed over."""
    today = service_day_of(now, audit.LOCAL_ZONE)
    for serving in servings:
        if serving.day > today:
            raise Refusal("day_not_come", day=serving.day)


async def refuse_above_approved(servings: Sequence[Serving], schemes: Schemes) -> None:
    """No meal above its approved price, and no fee for what is free."""
    for kitchen_id, day in schemes:
        known = await approved_prices.approved_on(kitchen_id, day)
        services = await services_for(kitchen_id, day) if known else {}
        meals = {serving.meal for serving in servings if serving.day == day}
        for meal in sorted(meals & services.keys()):
            approved_prices.refuse_above(known, meal, services[meal].list_price_fen)
        fees = [version.rules.delivery for version in schemes[kitchen_id, day]]
        for fee in fees if any(s.channel == "door" for s in servings) else ():
            fen = fee.fee_fen if fee else 0
            approved_prices.refuse_above(known, approved_prices.DELIVERY, fen)


async def refuse_barred(servings: Sequence[Serving]) -> None:
    """Whoever is barred, or whose kitchen is, may still eat at full price."""
    for kitchen_id, day in sorted({(s.kitchen_id, s.day) for s in servings}):
        asking = [
            serving.elder_id
            for serving in servings
            if serving.tariff == "subsidised" and serving.day == day
            if serving.elder_id is not None
        ]
        if asking:
            await recoveries.refuse_barred(kitchen_id, asking, day)


async def hold_limits(
    servings: Sequence[Serving], people: dict[int, ElderFacts], schemes: Schemes
) -> bool:
    """Whether what the first takes is no longer there for the second: a limit a day, a
    month, or a purse that two share. Then each is priced after the one before, and
    nobody else spends from the same meanwhile."""
    rules = [version.rules for found in schemes.values() for version in found]
    limited = any(one.asks_usage or one.asks_purse for one in rules)
    if limited:
        for elder_id in sorted({s.elder_id for s in servings if s.elder_id}):
            await lock_for("usage", str(elder_id))
        for purse in sorted({purse_of(person) for person in people.values()}):
            await lock_for("purse", purse)
    return limited


async def hold(servings: Sequence[Serving]) -> None:
    """Hold the open days, then the portions, purses and slots that are read before
    they are written; all at once and in one order, so that two never wait for each
    other."""
    for day in sorted({(s.kitchen_id, s.day, s.meal) for s in servings}):
        await refuse_closed_day(*day)
    await lock_all(locks_of(servings))


def locks_of(servings: Sequence[Serving]) -> list[Lock]:
    """The portions, purses and slots, in the one order."""
    locks = set()
    for serving in servings:
        if serving.diner_id is not None:
            locks.add(("diner", str(serving.diner_id)))
        if serving.elder_id is not None and serving.payment == "account":
            locks.add(("account", f"elder:{serving.elder_id}"))
        if serving.elder_id is not None and serving.tariff == "subsidised":
            key = f"{serving.elder_id}|{serving.day}|{serving.meal}"
            locks.add(("meal_slot", key))
    return [Lock(name, key) for name, key in sorted(locks)]


async def refuse_gone(
    people: dict[int, ElderFacts], servings: Sequence[Serving]
) -> None:
    states = await states_for(people)
    for serving in servings:
        if serving.elder_id is None:
            continue
        person = people.get(serving.elder_id)
        if person is None or person.kitchen_id != serving.kitchen_id:
            raise Refusal("elder_unknown", elder=serving.elder_id)
        state = state_on(states[serving.elder_id], serving.day)
        if state is not None and state.state in ("ended", "deceased"):
            raise Refusal(
                "not_active",
                name=person.name,
                state=state.state,
                since=state.from_day,
            )


async def refuse_second(serving: Serving, people: dict[int, ElderFacts]) -> None:
    """The first one's place and time belong to the answer: staff must be able to
    say where the elder has eaten."""
    elder_id = serving.elder_id or 0
    first = await one(*first_asked(serving))
    if first is not None:
        raise Refusal(
            "already_served",
            name=people[elder_id].name,
            where=first["point"] or "",
            channel=first["channel"],
            at=first["at"],
            by=first["by"],
        )


def first_asked(serving: Serving) -> Asked:
    """Where, when and by whom the one subsidised meal was handed over."""
    return (
        "SELECT m.served_at AS at, m.by AS by, m.channel AS channel, p.name AS point"
        " FROM meal_slot s JOIN meal m ON m.id = s.served"
        " LEFT JOIN dining_point p ON p.id = m.point"
        " WHERE s.elder = {} AND s.day = {} AND s.meal = {}",
        *(serving.elder_id or 0, serving.day, serving.meal),
    )


async def refuse_same_portion(serving: Serving, people: dict[int, ElderFacts]) -> None:
    row = await one(*portion_asked(serving))
    if row and row["n"]:
        name = people[serving.elder_id].name if serving.elder_id else ""
        raise Refusal("portion_already_served", name=name, portion=serving.portion)


def portion_asked(serving: Serving) -> Asked:
    """How often that portion was handed over and not taken back."""
    return (
        "SELECT COUNT(*) AS n FROM meal m LEFT JOIN meal_void v ON v.served = m.id"
        " WHERE m.diner = {} AND m.portion = {} AND v.id IS NULL",
        *(serving.diner_id, serving.portion),
    )

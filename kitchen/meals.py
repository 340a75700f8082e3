"""A meal handed over, once: at the door, over the counter or at the table.

The claim counts these rows and nothing else. One subsidised meal per person, day
and meal is decided by the unique index on `MealSlot`; a void is its own row, frees
the slot, and reverses the ledger entry.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from piccolo.columns import BigInt, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from kitchen import approved_prices, audit, ledger, recoveries
from kitchen.calendar import service_day_of
from kitchen.closed_days import refuse_closed_day
from kitchen.database import insert, lock_for, one, rows, writing
from kitchen.errors import Refusal
from kitchen.headcounts import Diner
from kitchen.ledger import Entry
from kitchen.meal_prices import price_people, versions_in_force
from kitchen.places import Area, DiningPoint, Kitchen, services_for
from kitchen.pricing import Extra, PayerLine, Price, full_price
from kitchen.purses import purse_of
from kitchen.registry import (
    Elder,
    ElderFacts,
    elders_by_id,
    state_on,
    states_for,
)
from kitchen.staff import Actor
from kitchen.subsidies import SchemeVersion, VersionFacts
from kitchen.tariffs import DISCOUNT, GRANT, SELF


class Meal(Table, tablename="meal"):
    """One portion handed over and priced. Never updated, never deleted."""

    kitchen = ForeignKey(Kitchen, null=False)
    day = Date()
    meal = Text()
    elder = ForeignKey(Elder, null=True)  # None = a guest at full price
    diner = ForeignKey(Diner, null=True)  # None = a walk-in
    portion = Integer()
    channel = Text()  # table | collect | door
    point = ForeignKey(DiningPoint, null=True)
    stop_id = Integer(null=True)
    tariff = Text()  # subsidised | full
    list_price_fen = BigInt()
    self_pay_fen = BigInt()
    lines = Text()  # JSON [[payer, fen, why], …]
    extras = Text()  # JSON [[kind, payer, fen, why], …], beside the price
    delivery_self_fen = BigInt()  # the elder's own part of the delivery fee
    community = ForeignKey(Area, null=True)  # where it is claimed, as of the day
    scheme_version = ForeignKey(SchemeVersion, null=True)
    payment = Text()  # cash | account | voucher | later
    entry = ForeignKey(Entry, null=False)
    served_at = Timestamptz()
    source = Text()  # till | door | paper | telephone
    reason = Text()  # why it is entered late
    device = Text()
    at = Timestamptz()
    by = Text()


Schemes = Mapping[tuple[int, date], Sequence[VersionFacts]]
"""The versions in force by kitchen and day."""

WAYS = {"table": "dine_in", "collect": "collect", "door": "deliver"}
"""What a scheme may ask about, by the channel a portion was handed over through."""


class MealSlot(Table, tablename="meal_slot"):
    """The one subsidised meal. Deleted only by a void."""

    elder = ForeignKey(Elder, null=False)
    day = Date()
    meal = Text()
    served = ForeignKey(Meal, null=False)


class MealVoid(Table, tablename="meal_void"):
    """The meal did not happen, or not so."""

    served = ForeignKey(Meal, null=False)
    entry = ForeignKey(Entry, null=False)
    reason = Text()
    at = Timestamptz()
    by = Text()


@dataclass(frozen=True)
class Serving:
    """One portion about to be handed over. `tariff` "subsidised" asks the scheme
    (and takes the day's one slot), "full" asks nobody."""

    kitchen_id: int
    day: date
    meal: str
    elder_id: int | None
    diner_id: int | None
    portion: int
    channel: str
    point_id: int | None
    stop_id: int | None
    tariff: str
    payment: str
    served_at: datetime
    source: str
    reason: str = ""
    device: str = ""


@dataclass(frozen=True)
class Handed:
    """What was recorded."""

    meal_id: int
    list_price_fen: int
    self_pay_fen: int
    lines: tuple[PayerLine, ...]
    extras: tuple[Extra, ...] = ()


@dataclass(frozen=True)
class MealRow:
    """One handed-over portion that counts, for lists and totals."""

    id: int
    elder_id: int | None
    diner_id: int | None
    portion: int
    channel: str
    point_id: int | None
    stop_id: int | None
    tariff: str
    list_price_fen: int
    self_pay_fen: int
    lines: tuple[PayerLine, ...]
    payment: str
    served_at: datetime
    by: str


# Readers ----------------------------------------------------------------------


async def meals_for(kitchen_id: int, day: date, meal: str) -> list[MealRow]:
    """Every portion handed over and not voided, in order."""
    found = await rows(
        "SELECT m.* FROM meal m LEFT JOIN meal_void v ON v.served = m.id"
        " WHERE m.kitchen = {} AND m.day = {} AND m.meal = {} AND v.id IS NULL"
        " ORDER BY m.id",
        kitchen_id,
        day,
        meal,
    )
    return [_meal(row) for row in found]


def _meal(row: dict[str, Any]) -> MealRow:
    return MealRow(
        id=row["id"],
        elder_id=row["elder"],
        diner_id=row["diner"],
        portion=row["portion"],
        channel=row["channel"],
        point_id=row["point"],
        stop_id=row["stop_id"],
        tariff=row["tariff"],
        list_price_fen=row["list_price_fen"],
        self_pay_fen=row["self_pay_fen"],
        lines=tuple(PayerLine(*line) for line in json.loads(row["lines"])),
        payment=row["payment"],
        served_at=row["served_at"],
        by=row["by"],
    )


# Verbs ------------------------------------------------------------------------


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
    _refuse_later_days(servings, now)
    await _hold(servings)
    people = await elders_by_id(s.elder_id for s in servings if s.elder_id)
    await _refuse_gone(people, servings)
    await _refuse_barred(servings)
    schemes = await _schemes(servings)
    await _refuse_above_approved(servings, schemes)
    if await _hold_limits(servings, people, schemes):
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


def _refuse_later_days(servings: Sequence[Serving], now: datetime) -> None:
    """Nobody has eaten tomorrow's meal yet: it can be booked, not handed over."""
    today = service_day_of(now, audit.LOCAL_ZONE)
    for serving in servings:
        if serving.day > today:
            raise Refusal("day_not_come", day=serving.day)


async def _refuse_above_approved(servings: Sequence[Serving], schemes: Schemes) -> None:
    """No meal above its approved price, and no fee for what is free."""
    for kitchen_id, day in schemes:
        known = await approved_prices.approved_on(kitchen_id, day)
        services = await services_for(kitchen_id) if known else {}
        meals = {serving.meal for serving in servings if serving.day == day}
        for meal in sorted(meals & services.keys()):
            approved_prices.refuse_above(known, meal, services[meal].list_price_fen)
        fees = [version.rules.delivery for version in schemes[kitchen_id, day]]
        for fee in fees if any(s.channel == "door" for s in servings) else ():
            fen = fee.fee_fen if fee else 0
            approved_prices.refuse_above(known, approved_prices.DELIVERY, fen)


async def _refuse_barred(servings: Sequence[Serving]) -> None:
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


async def _schemes(servings: Sequence[Serving]) -> Schemes:
    days = {(serving.kitchen_id, serving.day) for serving in servings}
    return {key: await versions_in_force(*key) for key in sorted(days)}


async def _hold_limits(
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


async def _hold(servings: Sequence[Serving]) -> None:
    """Hold the open days, then the portions, purses and slots that are read before
    they are written; all at once and in one order, so that two never wait for each
    other."""
    for day in sorted({(s.kitchen_id, s.day, s.meal) for s in servings}):
        await refuse_closed_day(*day)
    locks = set()
    for serving in servings:
        if serving.diner_id is not None:
            locks.add(("diner", str(serving.diner_id)))
        if serving.elder_id is not None and serving.payment == "account":
            locks.add(("account", f"elder:{serving.elder_id}"))
        if serving.elder_id is not None and serving.tariff == "subsidised":
            key = f"{serving.elder_id}|{serving.day}|{serving.meal}"
            locks.add(("meal_slot", key))
    for name, key in sorted(locks):
        await lock_for(name, key)


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
            services = await services_for(serving.kitchen_id)
            if serving.meal not in services:
                raise Refusal("meal_not_served", meal=serving.meal)
            prices.append(full_price(services[serving.meal].list_price_fen))
    return prices


async def _refuse_gone(
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


async def _hand_over(
    serving: Serving,
    people: dict[int, ElderFacts],
    price: Price,
    by: Actor,
    now: datetime,
) -> Handed:
    takes_slot = serving.elder_id is not None and serving.tariff == "subsidised"
    if takes_slot:
        await _refuse_second(serving, people)
    if serving.diner_id is not None:
        await _refuse_same_portion(serving, people)
    entry_id = await ledger.post(
        kitchen_id=serving.kitchen_id,
        kind="meal",
        day=serving.day,
        movements=await _movements(serving, price, people.get(serving.elder_id or 0)),
        by=by,
        now=now,
    )
    meal_id = int(
        await insert(
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
    )
    if takes_slot:
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


async def _refuse_second(serving: Serving, people: dict[int, ElderFacts]) -> None:
    """The first one's place and time belong to the answer: staff must be able to
    say where the elder has eaten."""
    elder_id = serving.elder_id or 0
    first = await one(
        "SELECT m.served_at AS at, m.by AS by, m.channel AS channel, p.name AS point"
        " FROM meal_slot s JOIN meal m ON m.id = s.served"
        " LEFT JOIN dining_point p ON p.id = m.point"
        " WHERE s.elder = {} AND s.day = {} AND s.meal = {}",
        elder_id,
        serving.day,
        serving.meal,
    )
    if first is not None:
        raise Refusal(
            "already_served",
            name=people[elder_id].name,
            where=first["point"] or "",
            channel=first["channel"],
            at=first["at"],
            by=first["by"],
        )


async def _refuse_same_portion(serving: Serving, people: dict[int, ElderFacts]) -> None:
    row = await one(
        "SELECT COUNT(*) AS n FROM meal m LEFT JOIN meal_void v ON v.served = m.id"
        " WHERE m.diner = {} AND m.portion = {} AND v.id IS NULL",
        serving.diner_id,
        serving.portion,
    )
    if row and row["n"]:
        name = people[serving.elder_id].name if serving.elder_id else ""
        raise Refusal("portion_already_served", name=name, portion=serving.portion)


async def _movements(
    serving: Serving, price: Price, person: ElderFacts | None
) -> dict[str, int]:
    """Debit whoever pays, credit the kitchen; the delivery fee and the operator's
    subsidy are credited apart. Vouchers leave the purse as their funder begins to owe
    them."""
    movements = Counter[str]()
    for line in price.lines:
        movements[_account(line.payer, serving)] += line.fen
        if line.payer.startswith(GRANT) and person is not None:
            movements[purse_of(person)] += line.fen
            movements[f"issued:{serving.kitchen_id}"] -= line.fen
    for extra in price.extras:
        if extra.payer != SELF:
            movements[_account(extra.payer, serving)] += extra.fen
        movements[f"{extra.kind}:{serving.kitchen_id}"] -= extra.fen
    if price.due_fen:
        movements[await _self_payer(serving, price.due_fen)] += price.due_fen
    if price.list_price_fen:
        movements[f"kitchen:{serving.kitchen_id}"] -= price.list_price_fen
    return movements


def _account(payer: str, serving: Serving) -> str:
    """The account of a payer; what the operator concedes is the kitchen's own."""
    return f"discount:{serving.kitchen_id}" if payer == DISCOUNT else payer


async def _self_payer(serving: Serving, fen: int) -> str:
    if serving.payment == "cash" or serving.elder_id is None:
        place = serving.point_id or f"kitchen-{serving.kitchen_id}"
        return f"cash:{place}"
    if serving.payment == "voucher":
        return f"voucher:{serving.elder_id}"
    if serving.payment == "account":
        credit = await ledger.credit_of(serving.elder_id)
        if credit < fen:
            raise Refusal("balance_too_low", balance_fen=credit, needed_fen=fen)
    return f"elder:{serving.elder_id}"


async def void_meal(meal_id: int, reason: str, *, by: Actor, now: datetime) -> MealRow:
    """Take a meal back: its own row, the mirrored entry, the slot free again. Twice
    is harmless. Refuses `meal_unknown`, `month_closed`, `day_closed`."""
    async with writing():
        return await void_in_transaction(meal_id, reason, by=by, now=now)


async def void_in_transaction(
    meal_id: int, reason: str, *, by: Actor, now: datetime
) -> MealRow:
    """`void_meal` inside the caller's `writing()`."""
    row = await one("SELECT * FROM meal WHERE id = {}", meal_id)
    if row is None:
        raise Refusal("meal_unknown", meal=meal_id)
    await lock_for("meal_void", meal_id)
    if await rows("SELECT id FROM meal_void WHERE served = {}", meal_id):
        return _meal(row)
    await refuse_closed_day(row["kitchen"], row["day"], row["meal"])
    entry_id = await ledger.reverse(row["entry"], by=by, now=now, note=reason)
    await insert(
        MealVoid, served=meal_id, entry=entry_id, reason=reason, at=now, by=by.name
    )
    await MealSlot.delete().where(MealSlot.served == meal_id)
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action="meal.void",
        object_kind="meal",
        object_id=meal_id,
        before={"elder": row["elder"], "self_pay_fen": row["self_pay_fen"]},
        reason=reason,
    )
    return _meal(row)

"""The pure price of a meal: list price → discount → funders in order → self-pay.

The same rules and facts give the same price for ever. The delivery fee and what the
operator gets for each subsidised meal stand beside the price, never in it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from kitchen.tariffs import (
    DISCOUNT,
    SELF,
    Bill,
    Discount,
    Layer,
    MealFacts,
    Rules,
    When,
)


@dataclass(frozen=True)
class PayerLine:
    """One payer's part, and why."""

    payer: str
    fen: int
    why: str


@dataclass(frozen=True)
class Extra:
    """Money beside the meal's price: `delivery` (payer `self` is the elder) or
    `operator`."""

    kind: str
    payer: str
    fen: int
    why: str


@dataclass(frozen=True)
class Price:
    """list price = payer lines + self-pay, to the fen; extras stand beside it."""

    list_price_fen: int
    lines: tuple[PayerLine, ...]
    self_pay_fen: int
    scheme_version_id: int | None = None
    extras: tuple[Extra, ...] = ()

    @property
    def subsidised(self) -> bool:
        return any(line.payer != DISCOUNT for line in self.lines)

    @property
    def delivery_self_fen(self) -> int:
        """The elder's own part of the delivery fee."""
        return sum(extra.fen for extra in self.extras if extra.payer == SELF)

    def lines_text(self) -> str:
        """As kept on the meal for ever."""
        return json.dumps(
            [[line.payer, line.fen, line.why] for line in self.lines],
            ensure_ascii=False,
        )

    def extras_text(self) -> str:
        """As kept on the meal for ever: [[kind, payer, fen, why], …]."""
        return json.dumps(
            [[one.kind, one.payer, one.fen, one.why] for one in self.extras],
            ensure_ascii=False,
        )

    @property
    def due_fen(self) -> int:
        """What the elder pays in all."""
        return self.self_pay_fen + self.delivery_self_fen


def split_price(
    rules: Rules, facts: MealFacts, version: str = "", version_id: int | None = None
) -> Price:
    """Who pays how many fen of one meal. Pure: the same facts give the same price.

    Nobody who is not eligible on the day is paid for; every line says why, e.g.
    "81 岁（当天）；第 3 条 80 岁以上（五元午餐 v4）". Rules are numbered through:
    discounts, layers, delivery, operator.
    """
    reason = _Reason(facts.age, version)
    number, unpaid = 1, facts.list_price_fen
    conceded = _discount(rules.discounts, facts, number, reason)
    unpaid -= sum(line.fen for line in conceded)
    number += len(rules.discounts)
    funded = _walk(rules.layers, facts, unpaid, number, reason)
    unpaid -= sum(line.fen for line in funded)
    number += _count(rules.layers)
    lines = tuple(line for line in (*conceded, *funded) if line.fen)
    price = Price(facts.list_price_fen, lines, unpaid, version_id)
    extras = _delivery(rules, facts, number, reason)
    number += _count(rules.delivery.layers if rules.delivery else ())
    if price.subsidised:
        extras += _operator(rules, facts, number, reason)
    return replace(price, extras=tuple(extras)) if extras else price


def _count(layers: Sequence[Layer]) -> int:
    return sum(len(layer.rules) for layer in layers)


@dataclass(frozen=True)
class _Reason:
    """Why a line is there, as kept with the meal for ever."""

    age: int
    version: str

    def __call__(self, number: int, name: str) -> str:
        where = f"（{self.version}）" if self.version else ""
        return f"{self.age} 岁（当天）；第 {number} 条 {name}{where}"


def _discount(
    discounts: Sequence[Discount], facts: MealFacts, number: int, reason: _Reason
) -> list[PayerLine]:
    """The operator's concession: the lowest price asked, of equal ones the first."""
    holding = [
        (place, one)
        for place, one in enumerate(discounts)
        if facts.eligible and one.when.holds(facts)
    ]
    if not holding:
        return []
    place, best = min(holding, key=lambda pair: pair[1].percent)
    asked = facts.list_price_fen * best.percent // 100
    why = reason(number + place, best.name)
    return [PayerLine(DISCOUNT, facts.list_price_fen - asked, why)]


def _walk(
    layers: Sequence[Layer],
    facts: MealFacts,
    price_fen: int,
    number: int,
    reason: _Reason,
    kind: str = "",
) -> list[PayerLine]:
    """Each layer in turn on what the one before left unpaid. `kind` tells apart what
    payers paid for other things: "" the meal, "delivery:", "operator:"."""
    unpaid, purse, lines = price_fen, facts.purse_fen, list[PayerLine]()
    for layer in layers if facts.eligible else ():
        bill = Bill(
            price_fen,
            unpaid,
            sum(facts.paid_today.get(kind + payer, 0) for payer, _ in layer.payers),
            sum(facts.paid_month.get(kind + payer, 0) for payer, _ in layer.payers),
            purse,
        )
        best = layer.best(facts, bill)
        if best is not None:
            place, fen = best
            why = reason(number + place, layer.rules[place].name)
            lines += [PayerLine(payer, part, why) for payer, part in layer.split(fen)]
            unpaid -= fen
            purse -= fen if layer.rules[place].purse else 0
        number += len(layer.rules)
    return [line for line in lines if line.fen]


def _delivery(
    rules: Rules, facts: MealFacts, number: int, reason: _Reason
) -> list[Extra]:
    fee = rules.delivery
    if fee is None or not fee.fee_fen or facts.way != "deliver":
        return []
    lines = _walk(fee.layers, facts, fee.fee_fen, number, reason, "delivery:")
    rest = fee.fee_fen - sum(line.fen for line in lines)
    extras = [Extra("delivery", line.payer, line.fen, line.why) for line in lines]
    return [*extras, Extra("delivery", SELF, rest, "")] if rest else extras


def _operator(
    rules: Rules, facts: MealFacts, number: int, reason: _Reason
) -> list[Extra]:
    extras = list[Extra]()
    for layer in rules.operator:
        lines = _walk((layer,), facts, MOST_FEN, number, reason, "operator:")
        extras += [Extra("operator", line.payer, line.fen, line.why) for line in lines]
        number += len(layer.rules)
    return extras


MOST_FEN = 10_000_000
"""The operator's subsidy is no part of a price, so nothing but its rule limits it."""


def full_price(list_price_fen: int) -> Price:
    """Nobody helps: a guest, or a second meal."""
    return Price(list_price_fen, (), list_price_fen)


def someone(when: When, list_price_fen: int, day: date = date(2026, 1, 5)) -> MealFacts:
    """The youngest person a rule speaks of, eating where it asks: for a price list."""
    least = when.min_age if when.min_age is not None else min(60, when.max_age or 60)
    asked = (*when.point_in, *when.hukou_in, *when.residence_in)
    shared = (when.point_shares_hukou, when.point_shares_residence)
    place = (*(("asked", area) for area in asked), *((one, 0) for one in shared if one))
    return MealFacts(
        day=day,
        meal=min(when.meals, default="lunch"),
        age=least,
        list_price_fen=list_price_fen,
        registered_here=when.registered_here is not False,
        categories=when.all_categories | frozenset(sorted(when.any_category)[:1]),
        self_care=min(when.self_care, default="able"),
        way=min(when.ways, default="dine_in"),
        workday=when.workday is not False,
        diets=frozenset(sorted(when.any_diet)[:1]),
        hukou=place,
        residence=place,
        point=place,
    )

"""A second opinion on prices: reads the stored JSON itself and counts by hand.

It shares no code with the product: plain loops over dictionaries, money as fractions of
a yuan. Slow and wordy on purpose.
"""

from fractions import Fraction
from math import floor
from typing import Any


def recount(raw: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
    """→ {"self": fen, "paid": {payer: fen}, "extras": {kind:payer → fen}}"""
    list_price = Fraction(facts["list_price_fen"], 100)
    asked = list_price
    paid: dict[str, Fraction] = {}
    if facts["eligible"]:
        offers = [
            list_price * one["percent"] / 100
            for one in raw.get("discounts", [])
            if _meant(one["when"], facts)
        ]
        for offer in offers:
            offer = Fraction(floor(offer * 100), 100)
            if offer < asked:
                asked = offer
    if asked < list_price:
        paid["discount:operator"] = list_price - asked
    left = asked
    purse = Fraction(facts["purse_fen"], 100)
    if facts["eligible"]:
        for layer in raw["layers"]:
            fen, from_purse = _layer(layer, facts, asked, left, purse, "")
            if from_purse:
                purse -= fen
            left -= fen
            _share(layer, fen, paid, "")
    extras: dict[str, Fraction] = {}
    fee = raw.get("delivery")
    if fee and fee["fee_fen"] and facts["way"] == "deliver":
        price = due = Fraction(fee["fee_fen"], 100)
        for layer in fee["layers"] if facts["eligible"] else []:
            fen, _ = _layer(layer, facts, price, due, Fraction(0), "delivery:")
            due -= fen
            _share(layer, fen, extras, "delivery:")
        if due:
            extras["delivery:self"] = due
    if any(payer != "discount:operator" and fen for payer, fen in paid.items()):
        for layer in raw.get("operator", []):
            much = Fraction(100_000)
            fen, _ = _layer(layer, facts, much, much, Fraction(0), "operator:")
            _share(layer, fen, extras, "operator:")
    return {
        "self": int(left * 100),
        "paid": {payer: int(yuan * 100) for payer, yuan in paid.items() if yuan},
        "extras": {payer: int(yuan * 100) for payer, yuan in extras.items() if yuan},
    }


def _layer(
    layer: dict[str, Any],
    facts: dict[str, Any],
    price: Fraction,
    left: Fraction,
    purse: Fraction,
    kind: str,
) -> tuple[Fraction, bool]:
    best, from_purse, first = Fraction(0), False, True
    for rule in layer["rules"]:
        if not _meant(rule.get("when", {}), facts):
            continue
        spent = Fraction(facts["spent_today_fen"], 100) + price
        if "min_spend_fen" in rule and spent * 100 < rule["min_spend_fen"]:
            continue
        if "self_pay_fen" in rule:
            offer = left - Fraction(rule["self_pay_fen"], 100)
        elif "fixed_fen" in rule:
            offer = Fraction(rule["fixed_fen"], 100)
        elif "percent" in rule:
            offer = Fraction(floor(price * rule["percent"]), 100)
        else:
            offer = purse
        room = [left, offer]
        if "cap_fen" in rule:
            room.append(Fraction(rule["cap_fen"], 100))
        for cap, before in (("day_cap_fen", "today"), ("month_cap_fen", "month")):
            if cap in rule:
                used = sum(
                    facts[f"paid_{before}"].get(kind + payer, 0)
                    for payer, _percent in layer["payers"]
                )
                room.append(Fraction(rule[cap] - used, 100))
        offer = max(Fraction(0), min(room))
        if first or offer > best:
            best, from_purse, first = offer, bool(rule.get("purse")), False
    return best, from_purse


def _share(
    layer: dict[str, Any], yuan: Fraction, paid: dict[str, Fraction], kind: str
) -> None:
    rest = yuan
    for payer, percent in layer["payers"][:-1]:
        part = Fraction(floor(yuan * percent), 100)
        paid[kind + payer] = paid.get(kind + payer, Fraction(0)) + part
        rest -= part
    last = kind + layer["payers"][-1][0]
    paid[last] = paid.get(last, Fraction(0)) + rest


def _meant(when: dict[str, Any], facts: dict[str, Any]) -> bool:
    areas = {
        place: {area for _level, area in facts[place]}
        for place in ("hukou", "residence", "point")
    }
    for key, wanted in when.items():
        match key:
            case "min_age":
                good = facts["age"] >= wanted
            case "max_age":
                good = facts["age"] <= wanted
            case "any_category":
                good = any(code in facts["categories"] for code in wanted)
            case "all_categories":
                good = all(code in facts["categories"] for code in wanted)
            case "any_diet":
                good = any(code in facts["diets"] for code in wanted)
            case "self_care":
                good = facts["self_care"] in wanted
            case "registered_here" | "workday":
                good = facts[key] == wanted
            case "meals":
                good = facts["meal"] in wanted
            case "ways":
                good = facts["way"] in wanted
            case "hukou_in" | "residence_in" | "point_in":
                good = bool(set(wanted) & areas[key.removesuffix("_in")])
            case "point_shares_hukou" | "point_shares_residence":
                home = facts[key.removeprefix("point_shares_")]
                there = [area for level, area in facts["point"] if level == wanted]
                here = [area for level, area in home if level == wanted]
                good = bool(there) and there == here
            case _:
                raise AssertionError(f"a condition nobody recounts: {key}")
        if not good:
            return False
    return True

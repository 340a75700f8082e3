"""A scheme's rules as canonical JSON, as stored with the version and as shipped.

    {"layers": [{"payers": [["funder:district", 100]],
                 "rules": [{"name": "60 岁以上五元", "when": {"min_age": 60},
                            "self_pay_fen": 500}]}],
     "discounts": [{"name": "九折", "when": {}, "percent": 90}],
     "delivery": {"fee_fen": 200, "layers": []},
     "operator": []}

Only `layers` must be there. What equals its default is left out, so that the text of
old versions stays what it was.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any

from kitchen.tariffs import Discount, Fee, Layer, Rule, Rules, When


def text_of(rules: Rules) -> str:
    """Canonical JSON of the rules."""
    raw: dict[str, Any] = {"layers": _layers(rules.layers)}
    if rules.discounts:
        raw["discounts"] = [_plain(one) for one in rules.discounts]
    if rules.delivery is not None:
        fee = rules.delivery
        raw["delivery"] = {"fee_fen": fee.fee_fen, "layers": _layers(fee.layers)}
    if rules.operator:
        raw["operator"] = _layers(rules.operator)
    return json.dumps(raw, ensure_ascii=False, sort_keys=True)


def rules_of(text: str) -> Rules:
    """The inverse of `text_of`. ValueError names what is wrong: an unknown word, a
    value of the wrong kind, or what `Rules` itself refuses."""
    raw = json.loads(text)
    _refuse_strangers(raw, ("layers", "discounts", "delivery", "operator"))
    delivery = raw.get("delivery")
    return Rules(
        _read_layers(raw["layers"]),
        tuple(
            Discount(one["name"], when_of(one.get("when", {})), one["percent"])
            for one in raw.get("discounts", ())
        ),
        Fee(int(delivery["fee_fen"]), _read_layers(delivery.get("layers", ())))
        if delivery
        else None,
        _read_layers(raw.get("operator", ())),
    )


def _layers(layers: Sequence[Layer]) -> list[dict[str, Any]]:
    return [
        {
            "payers": [list(payer) for payer in layer.payers],
            "rules": [_plain(rule) for rule in layer.rules],
        }
        for layer in layers
    ]


def _plain(one: Rule | Discount) -> dict[str, Any]:
    """A rule or discount: its name and conditions always, the rest where it is set."""
    raw = {**_set_fields(one), "name": one.name}
    return {**raw, "when": when_json(one.when)}


def when_json(when: When) -> dict[str, Any]:
    """The conditions that are asked, for JSON."""
    return _set_fields(when)


def _set_fields(one: Any) -> dict[str, Any]:
    found = {}
    for each in fields(one):
        value = getattr(one, each.name)
        if each.default is MISSING or value != each.default:
            found[each.name] = sorted(value) if isinstance(value, frozenset) else value
    return found


def _read_layers(layers: Sequence[Mapping[str, Any]]) -> tuple[Layer, ...]:
    return tuple(
        Layer(
            tuple((str(payer), int(share)) for payer, share in layer["payers"]),
            tuple(_read_rule(rule) for rule in layer["rules"]),
        )
        for layer in layers
    )


def _read_rule(raw: Mapping[str, Any]) -> Rule:
    _refuse_strangers(raw, [each.name for each in fields(Rule)])
    for name, value in raw.items():
        if name.endswith(("_fen", "percent")) and type(value) is not int:
            raise ValueError(f"rule {raw['name']!r}: {name} is a whole number")
    return Rule(**{**raw, "when": when_of(raw.get("when", {}))})


def when_of(raw: Mapping[str, Any]) -> When:
    """The inverse of `when_json`; ValueError for an unknown condition."""
    _refuse_strangers(raw, [each.name for each in fields(When)])
    values: dict[str, Any] = {
        name: frozenset(value) if isinstance(value, list) else value
        for name, value in raw.items()
    }
    return When(**values)


def _refuse_strangers(raw: Mapping[str, Any], known: Sequence[str]) -> None:
    strangers = sorted(set(raw) - set(known))
    if strangers:
        raise ValueError(f"unknown: {', '.join(strangers)}")

"""The editor of a scheme: form fields ↔ rules.

Layers are numbered 1, 2 …; the delivery fee's layer is `d`, the operator's `o`. A
rule's fields end in its layer and place: `from_2_1` is the least age of layer 2's first
rule. The discounts are rules of the layer `r` whose amount is a percentage.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.forms import Form
from app.i18n import N_
from app.words.payers import PAYERS
from kitchen.tariffs import Layer, Rule, Rules, When

PAYING = ("self_pay", "fixed", "percent", "purse")
PAYING_WORDS = {
    "self_pay": N_("补到自付"),
    "fixed": N_("补固定金额"),
    "percent": N_("按比例补"),
    "purse": N_("用消费券"),
}
FUNDERS = tuple(payer for payer in PAYERS if payer.startswith(("funder:", "grant:")))
SPLIT = 3
MOST_LAYERS = 6
MOST_RULES = 12
MOST_FEN = 1_000_000
PLACES = {
    "hukou:street": N_("在户籍街道用餐"),
    "hukou:district": N_("在户籍区用餐"),
    "residence:street": N_("在居住街道用餐"),
    "residence:district": N_("在居住区用餐"),
}
LIMITS = {
    "cap": N_("一餐最多"),
    "day": N_("一天最多"),
    "month": N_("一月最多"),
    "spend": N_("当天满多少才补"),
}
LIMIT_FIELDS = {
    "cap": "cap_fen",
    "day": "day_cap_fen",
    "month": "month_cap_fen",
    "spend": "min_spend_fen",
}
SETS = {
    "category": ("any_category", N_("有任一类别")),
    "all": ("all_categories", N_("同时有这些类别")),
    "care": ("self_care", N_("自理情况")),
    "meals": ("meals", N_("餐次")),
    "ways": ("ways", N_("用餐方式")),
    "diet": ("any_diet", N_("餐型")),
}
AREAS = {
    "hukou_in": N_("户籍在"),
    "residence_in": N_("居住在"),
    "point_in": N_("就餐点在"),
}


@dataclass(frozen=True)
class Shape:
    """How many rules each layer on the form has: {"1": 3, "r": 0, "d": 1, "o": 1}."""

    rules: Mapping[str, int]

    @property
    def layers(self) -> list[str]:
        return [key for key in self.rules if key.isdigit()]

    @classmethod
    def of(cls, form: Form) -> "Shape":
        """As the form says, with one more where a button asked for it."""
        asked = form.raw("do")
        layers = min(
            form.integer("layers", "", most=MOST_LAYERS, required=False) or 1, 6
        )
        layers += asked == "layer" and layers < MOST_LAYERS
        keys = [*(str(n) for n in range(1, layers + 1)), "r", "d", "o"]
        counts = {}
        for key in keys:
            n = form.integer(f"rules_{key}", "", most=MOST_RULES, required=False)
            n = (1 if key.isdigit() else 0) if n is None else n
            counts[key] = min(MOST_RULES, n + (asked == f"rule_{key}"))
        return cls(counts)

    @classmethod
    def of_rules(cls, rules: Rules) -> "Shape":
        counts = {str(n): len(one.rules) for n, one in enumerate(rules.layers, 1)}
        fee = rules.delivery.layers if rules.delivery else ()
        beside = {"d": fee, "o": rules.operator}
        return cls(
            (counts or {"1": 1})
            | {"r": len(rules.discounts)}
            | {
                key: sum(len(one.rules) for one in found)
                for key, found in beside.items()
            }
        )


SELDOM = (*SETS, *AREAS, "registered", "workday", "place", "day", "month", "spend")


def unfolded(form: Form) -> set[str]:
    """The rules whose further conditions say something or are wrong: shown open."""
    said = {name for name, values in form.typed.items() if any(values)}
    found = set()
    for name in said | set(form.errors):
        field, *at = name.rsplit("_", 2)
        if field in SELDOM and len(at) == 2:
            found.add("_".join(at))
    return found


def filled(rules: Rules) -> dict[str, object]:
    """The fields of a form that show these rules. Of the delivery fee and the operator
    one layer each is shown: more of them are kept by no form."""
    values: dict[str, object] = {}
    shape = Shape.of_rules(rules)
    values["layers"] = len(shape.layers)
    values |= {f"rules_{key}": n for key, n in shape.rules.items()}
    for number, layer in enumerate(rules.layers, 1):
        values |= _layer_fields(str(number), layer)
    for place, one in enumerate(rules.discounts, 1):
        values |= {f"name_r_{place}": one.name, f"amount_r_{place}": one.percent}
        values |= _when_fields(f"r_{place}", one.when)
    if rules.delivery is not None:
        values["fee"] = f"{rules.delivery.fee_fen / 100:.2f}"
        for layer in rules.delivery.layers[:1]:
            values |= _layer_fields("d", layer)
    for layer in rules.operator[:1]:
        values |= _layer_fields("o", layer)
    return values


def _layer_fields(key: str, layer: Layer) -> dict[str, object]:
    values: dict[str, object] = {}
    for place, (payer, share) in enumerate(layer.payers, 1):
        values |= {f"payer_{key}_{place}": payer, f"share_{key}_{place}": share}
    for place, rule in enumerate(layer.rules, 1):
        at = f"{key}_{place}"
        values |= {f"name_{at}": rule.name, **_when_fields(at, rule.when)}
        values |= {f"paying_{at}": _paying(rule), f"amount_{at}": _amount(rule)}
        for name, column in LIMIT_FIELDS.items():
            values[f"{name}_{at}"] = _yuan(getattr(rule, column))
    return values


def _paying(rule: Rule) -> str:
    if rule.purse:
        return "purse"
    if rule.percent is not None:
        return "percent"
    return "fixed" if rule.fixed_fen is not None else "self_pay"


def _amount(rule: Rule) -> object:
    if rule.percent is not None:
        return rule.percent
    return _yuan(rule.self_pay_fen if rule.fixed_fen is None else rule.fixed_fen)


def _yuan(fen: int | None) -> str | None:
    return None if fen is None else f"{fen / 100:.2f}"


def _when_fields(at: str, when: When) -> dict[str, object]:
    values: dict[str, object] = {f"from_{at}": when.min_age, f"to_{at}": when.max_age}
    for name, (column, _word) in SETS.items():
        values[f"{name}_{at}"] = sorted(getattr(when, column))
    for name, truth in (
        ("registered", when.registered_here),
        ("workday", when.workday),
    ):
        values[f"{name}_{at}"] = None if truth is None else ("yes" if truth else "no")
    for column in AREAS:
        values[f"{column}_{at}"] = sorted(getattr(when, column))
    shared = [
        f"{kind}:{level}"
        for kind, level in (
            ("hukou", when.point_shares_hukou),
            ("residence", when.point_shares_residence),
        )
        if level
    ]
    values[f"place_{at}"] = shared
    return values

"""The editor of a scheme, read: what was typed becomes rules, or sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.forms import Form
from app.i18n import N_
from app.i18n import translate as _
from app.scheme_forms import (
    AREAS,
    FUNDERS,
    LIMIT_FIELDS,
    LIMITS,
    MOST_FEN,
    PAYING,
    PLACES,
    SETS,
    SPLIT,
    Shape,
)
from kitchen.tariffs import Discount, Fee, Layer, Rule, Rules, When


@dataclass(frozen=True)
class Reader:
    """Reads one form; `options`: field → the values it may have; areas by id."""

    form: Form
    shape: Shape
    options: Mapping[str, tuple[str, ...]]

    def rules(self) -> Rules:
        """The rules as typed; wrong fields are noted on the form, and then the rules
        are only a stand-in."""
        layers = tuple(
            layer
            for key in self.shape.layers
            if (layer := self._layer(key)) is not None
        )
        discounts = tuple(
            Discount(self._name(at, when), when, self._percent(at))
            for at in self._places("r")
            for when in [self.when(at)]
        )
        fee = self.form.fen("fee", _("送餐费"), most=MOST_FEN, required=False)
        paid, operator = self._layer("d"), self._layer("o")
        if paid is not None and not fee:
            self.form.refuse_field("fee", _("送餐费：写了谁付，也要写多少钱"))
        if not layers and not discounts:
            self.form.refuse_field("payer_1_1", _("至少写一层谁来付"))
        if not self.form.ok:
            return Rules(())
        return self._checked(layers, discounts, fee, paid, operator)

    def _checked(
        self,
        layers: tuple[Layer, ...],
        discounts: tuple[Discount, ...],
        fee: int | None,
        paid: Layer | None,
        operator: Layer | None,
    ) -> Rules:
        delivery = Fee(fee, (paid,) if paid else ()) if fee else None
        try:
            return Rules(layers, discounts, delivery, (operator,) if operator else ())
        except ValueError as error:
            self.form.refuse_field("payer_1_1", _(WRONG[str(error)]))
            return Rules(())

    def _places(self, key: str) -> list[str]:
        """The rules of a layer that anything was typed for."""
        found = [f"{key}_{n}" for n in range(1, self.shape.rules.get(key, 0) + 1)]
        return [at for at in found if self._typed(at)]

    def _typed(self, at: str) -> bool:
        names = ("name", "from", "to", "amount", *SETS)
        return any(self.form.raw(f"{name}_{at}").strip() for name in names) or (
            self.form.raw(f"paying_{at}") == "purse"
        )

    def _layer(self, key: str) -> Layer | None:
        rules = tuple(self._rule(at) for at in self._places(key))
        payers = self._payers(key, bool(rules))
        if not rules:
            if payers:
                self.form.refuse_field(
                    f"from_{key}_1", _("写了谁付，还要写补给谁、补多少")
                )
            return None
        try:
            return Layer(payers, rules)
        except ValueError as error:
            self.form.refuse_field(f"payer_{key}_1", _(WRONG[str(error)]))
            return None

    def _payers(self, key: str, needed: bool) -> tuple[tuple[str, int], ...]:
        """Who pays this layer; the shares make 100 percent."""
        payers = []
        for place in range(1, SPLIT + 1):
            at = f"{key}_{place}"
            payer = self.form.choice(
                f"payer_{at}", _("付款方"), FUNDERS, required=False
            )
            share = self.form.integer(
                f"share_{at}", _("比例"), least=0, most=100, required=False
            )
            if payer and share is None and place == 1:
                share = 100
            if payer and share:
                payers.append((payer, share))
        if len({payer for payer, _share in payers}) < len(payers):
            self.form.refuse_field(f"payer_{key}_1", _("付款方：同一个付款方填了两次"))
        total = sum(share for _payer, share in payers)
        if (payers or needed) and total != 100:
            self.form.refuse_field(
                f"share_{key}_1", _("比例：加起来是 {total}%，应为 100%", total=total)
            )
            return ((FUNDERS[0], 100),)
        return tuple(payers)

    def _rule(self, at: str) -> Rule:
        when = self.when(at)
        paying = self.form.choice(f"paying_{at}", _("怎么补"), PAYING)
        amounts: dict[str, Any] = {}
        if paying == "percent":
            amounts["percent"] = self._percent(at)
        elif paying == "purse":
            amounts["purse"] = True
        else:
            fen = self.form.fen(f"amount_{at}", _("金额"), most=MOST_FEN)
            amounts["fixed_fen" if paying == "fixed" else "self_pay_fen"] = fen
        for name, column in LIMIT_FIELDS.items():
            amounts[column] = self.form.fen(
                f"{name}_{at}", _(LIMITS[name]), most=MOST_FEN, required=False
            )
        if at[0] == "o" and paying != "fixed":
            self.form.refuse_field(f"paying_{at}", _("运营补贴：每餐一个固定金额"))
        return Rule(self._name(at, when), when, **amounts)

    def _percent(self, at: str) -> int:
        return self.form.integer(f"amount_{at}", _("比例"), least=0, most=100)

    def _name(self, at: str, when: When) -> str:
        """As typed, else by age; kept with every meal as the reason of its price, so
        never translated."""
        typed = self.form.text(f"name_{at}", _("名称"), longest=30, required=False)
        if typed:
            return typed
        if when.min_age is None and when.max_age is None:
            self.form.refuse_field(f"name_{at}", _("名称：没有年龄段的要起个名字"))
        if when.max_age is None:
            return f"{when.min_age} 岁以上"
        return f"{when.min_age or 0}–{when.max_age} 岁"

    def when(self, at: str) -> When:
        """The conditions of one rule."""
        form = self.form
        first = form.integer(f"from_{at}", _("从几岁"), most=120, required=False)
        last = form.integer(f"to_{at}", _("到几岁"), most=120, required=False)
        if first is not None and last is not None and last < first:
            form.refuse_field(f"to_{at}", _("到几岁小于从几岁"))
        conditions: dict[str, Any] = {
            column: frozenset(form.choices(f"{name}_{at}", _(word), self.options[name]))
            for name, (column, word) in SETS.items()
        }
        for column, word in AREAS.items():
            area = form.choice(
                f"{column}_{at}", _(word), self.options["area"], required=False
            )
            conditions[column] = frozenset({int(area)} if area else ())
        shared = form.choices(f"place_{at}", _("用餐地"), tuple(PLACES))
        levels = dict(one.split(":") for one in shared)
        return When(
            min_age=first,
            max_age=last,
            registered_here=self._truth(f"registered_{at}"),
            workday=self._truth(f"workday_{at}"),
            point_shares_hukou=levels.get("hukou"),
            point_shares_residence=levels.get("residence"),
            **conditions,
        )

    def _truth(self, name: str) -> bool | None:
        return {"yes": True, "no": False}.get(self.form.raw(name))


WRONG = {
    "the payers' shares must add up to 100 percent": N_("比例加起来应为 100%"),
    "a purse pays alone, and only what was granted to it": N_(
        "消费券单独一层：付款方选消费券，每条都“用消费券”"
    ),
    "a payer with a limit stands in one layer only": N_(
        "有一天、一月上限或满额条件的付款方，只能出现在一层里"
    ),
    "the operator's subsidy is a fixed amount a meal": N_("运营补贴：每餐一个固定金额"),
    "a purse pays for meals, not for their delivery": N_("消费券只付餐费，不付送餐费"),
}
"""What the rules themselves refuse, in words."""

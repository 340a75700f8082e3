"""The rules of a subsidy scheme as values: who is meant, who pays, how much at most.

No tables and no clock. All amounts are whole fen; percentages are rounded down to the
fen, in a split the last payer named takes the remainder. `kitchen.pricing` applies
them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

Places = tuple[tuple[str, int], ...]
"""An area with all above it: (("city", 1), ("district", 2), ("street", 5), …)."""

DISCOUNT = "discount:operator"  # 企业让利: conceded, never claimed
GRANT = "grant:"  # payers of what a purse holds
SELF = "self"


@dataclass(frozen=True)
class MealFacts:
    """What a price may depend on, as it stood on the day of the meal."""

    day: date
    meal: str
    age: int  # full years on the day
    list_price_fen: int
    eligible: bool = True
    registered_here: bool = True
    categories: frozenset[str] = frozenset()
    self_care: str = "able"
    way: str = "dine_in"
    workday: bool = True
    diets: frozenset[str] = frozenset()
    hukou: Places = ()
    residence: Places = ()
    point: Places = ()  # where it is eaten; of a brought meal the residence
    spent_today_fen: int = 0  # earlier meals of the day, after discount
    paid_today: Mapping[str, int] = field(
        default_factory=dict, hash=False
    )  # payer → fen
    paid_month: Mapping[str, int] = field(default_factory=dict, hash=False)
    purse_fen: int = 0  # what the household's purse still holds


@dataclass(frozen=True)
class When:
    """The conditions of a rule: one left out is not asked, all others must hold."""

    min_age: int | None = None
    max_age: int | None = None
    any_category: frozenset[str] = frozenset()
    all_categories: frozenset[str] = frozenset()
    self_care: frozenset[str] = frozenset()
    registered_here: bool | None = None
    meals: frozenset[str] = frozenset()
    ways: frozenset[str] = frozenset()
    workday: bool | None = None
    any_diet: frozenset[str] = frozenset()
    hukou_in: frozenset[int] = frozenset()  # area ids, all below included
    residence_in: frozenset[int] = frozenset()
    point_in: frozenset[int] = frozenset()
    point_shares_hukou: str | None = None  # level: eaten in one's own street …
    point_shares_residence: str | None = None

    def holds(self, facts: MealFacts) -> bool:
        return self._holds_for_person(facts) and self._holds_for_meal(facts)

    def _holds_for_person(self, facts: MealFacts) -> bool:
        return (
            (self.min_age is None or facts.age >= self.min_age)
            and (self.max_age is None or facts.age <= self.max_age)
            and (not self.any_category or bool(self.any_category & facts.categories))
            and self.all_categories <= facts.categories
            and (not self.self_care or facts.self_care in self.self_care)
            and (not self.any_diet or bool(self.any_diet & facts.diets))
            and self.registered_here in (None, facts.registered_here)
            and _inside(self.hukou_in, facts.hukou)
            and _inside(self.residence_in, facts.residence)
        )

    def _holds_for_meal(self, facts: MealFacts) -> bool:
        return (
            (not self.meals or facts.meal in self.meals)
            and (not self.ways or facts.way in self.ways)
            and self.workday in (None, facts.workday)
            and _inside(self.point_in, facts.point)
            and _shared(self.point_shares_hukou, facts.point, facts.hukou)
            and _shared(self.point_shares_residence, facts.point, facts.residence)
        )

    @property
    def asks_places(self) -> bool:
        return bool(
            self.hukou_in
            or self.residence_in
            or self.point_in
            or self.point_shares_hukou
            or self.point_shares_residence
        )


def _inside(wanted: frozenset[int], place: Places) -> bool:
    return not wanted or any(area in wanted for _level, area in place)


def _shared(level: str | None, one: Places, other: Places) -> bool:
    if level is None:
        return True
    area = dict(one).get(level)
    return area is not None and area == dict(other).get(level)


@dataclass(frozen=True)
class Bill:
    """What a rule looks at when it says how much: the price after discount, what is
    still unpaid of it, and what its payers have paid for this person before."""

    price_fen: int
    unpaid_fen: int
    paid_today_fen: int = 0
    paid_month_fen: int = 0
    purse_fen: int = 0


@dataclass(frozen=True)
class Rule:
    """One funder's promise. Exactly one of the amounts:

    `self_pay_fen` – pays whatever lies above that self-pay;
    `fixed_fen` – pays that much; `percent` of the price after discount;
    `purse` – pays what the household's purse holds.
    `cap_fen` limits one meal, `day_cap_fen` and `month_cap_fen` what the layer pays for
    one person; `min_spend_fen` is what the day's meals must cost with this one.
    """

    name: str
    when: When = When()
    self_pay_fen: int | None = None
    fixed_fen: int | None = None
    percent: int | None = None
    purse: bool = False
    cap_fen: int | None = None
    day_cap_fen: int | None = None
    month_cap_fen: int | None = None
    min_spend_fen: int | None = None

    def __post_init__(self) -> None:
        amounts = (self.self_pay_fen, self.fixed_fen, self.percent)
        if sum(amount is not None for amount in amounts) + self.purse != 1:
            raise ValueError(f"rule {self.name!r}: exactly one amount")
        limits = (self.cap_fen, self.day_cap_fen, self.month_cap_fen)
        for amount in (*amounts, *limits, self.min_spend_fen):
            if amount is not None and amount < 0:
                raise ValueError(f"rule {self.name!r}: an amount below zero")
        if self.percent is not None and self.percent > 100:
            raise ValueError(f"rule {self.name!r}: more than the whole price")

    def holds(self, facts: MealFacts, price_fen: int) -> bool:
        """Whether it speaks of this meal at this price after discount."""
        spent = facts.spent_today_fen + price_fen
        enough = self.min_spend_fen is None or spent >= self.min_spend_fen
        return enough and self.when.holds(facts)

    def pays(self, bill: Bill) -> int:
        """Fen this rule takes over, never more than is still unpaid."""
        if self.self_pay_fen is not None:
            fen = bill.unpaid_fen - self.self_pay_fen
        elif self.fixed_fen is not None:
            fen = self.fixed_fen
        elif self.percent is not None:
            fen = bill.price_fen * self.percent // 100
        else:
            fen = bill.purse_fen
        if self.cap_fen is not None:
            fen = min(fen, self.cap_fen)
        if self.day_cap_fen is not None:
            fen = min(fen, self.day_cap_fen - bill.paid_today_fen)
        if self.month_cap_fen is not None:
            fen = min(fen, self.month_cap_fen - bill.paid_month_fen)
        return max(0, min(fen, bill.unpaid_fen))

    @property
    def asks_usage(self) -> bool:
        limits = (self.day_cap_fen, self.month_cap_fen, self.min_spend_fen)
        return any(limit is not None for limit in limits)


@dataclass(frozen=True)
class Layer:
    """Rules of which the best single one applies (就高不就低, never added up), and
    who pays it: payers with their share in percent, the last takes the remainder
    (a 4:6 split of 5.01 is 2.00 and 3.01)."""

    payers: tuple[tuple[str, int], ...]
    rules: tuple[Rule, ...]

    def __post_init__(self) -> None:
        if sum(share for _, share in self.payers) != 100:
            raise ValueError("the payers' shares must add up to 100 percent")
        purse = {rule.purse for rule in self.rules}
        granted = {payer.startswith(GRANT) for payer, _ in self.payers}
        if True in purse | granted and (purse != granted or len(self.payers) != 1):
            raise ValueError("a purse pays alone, and only what was granted to it")

    def split(self, fen: int) -> list[tuple[str, int]]:
        shares, left = [], fen
        for payer, percent in self.payers[:-1]:
            part = fen * percent // 100
            shares.append((payer, part))
            left -= part
        return [*shares, (self.payers[-1][0], left)]

    def best(self, facts: MealFacts, bill: Bill) -> tuple[int, int] | None:
        """(place of the rule in the layer, fen): the one that pays most, of equal ones
        the first; None when none speaks of this meal."""
        paying = [
            (place, rule.pays(bill))
            for place, rule in enumerate(self.rules)
            if rule.holds(facts, bill.price_fen)
        ]
        return max(paying, key=lambda pair: pair[1]) if paying else None


@dataclass(frozen=True)
class Discount:
    """The operator's own concession before anybody pays: `percent` of the list price
    is asked for. The lowest single one applies."""

    name: str
    when: When
    percent: int

    def __post_init__(self) -> None:
        if not 0 <= self.percent <= 100:
            raise ValueError(f"discount {self.name!r}: 0 to 100 percent")


@dataclass(frozen=True)
class Fee:
    """The delivery fee: its own price and its own funders, apart from the meal's."""

    fee_fen: int
    layers: tuple[Layer, ...] = ()

    def __post_init__(self) -> None:
        if self.fee_fen < 0:
            raise ValueError("the delivery fee is below zero")


@dataclass(frozen=True)
class Rules:
    """A scheme version's rules: layers, each applied to what the last left unpaid.

    `operator`: what funders pay the operator for each subsidised meal on top of the
    price; never part of it.
    """

    layers: tuple[Layer, ...]
    discounts: tuple[Discount, ...] = ()
    delivery: Fee | None = None
    operator: tuple[Layer, ...] = ()

    def __post_init__(self) -> None:
        seen = [payer for layer in self.layers for payer, _share in layer.payers]
        if any(rule.fixed_fen is None for one in self.operator for rule in one.rules):
            raise ValueError("the operator's subsidy is a fixed amount a meal")
        fees = self.delivery.layers if self.delivery else ()
        if any(rule.purse for layer in fees for rule in layer.rules):
            raise ValueError("a purse pays for meals, not for their delivery")
        for layer in self.layers:
            limited = any(rule.asks_usage for rule in layer.rules)
            if limited and any(seen.count(payer) > 1 for payer, _ in layer.payers):
                raise ValueError("a payer with a limit stands in one layer only")

    def all_layers(self) -> Iterator[Layer]:
        yield from self.layers
        yield from self.delivery.layers if self.delivery else ()
        yield from self.operator

    def _any(self, name: str) -> bool:
        rules = (rule for layer in self.all_layers() for rule in layer.rules)
        return any(getattr(rule, name) for rule in rules)

    @property
    def asks_usage(self) -> bool:
        """Whether a price needs to know what was paid before for the person."""
        return self._any("asks_usage")

    @property
    def asks_purse(self) -> bool:
        return self._any("purse")

    @property
    def asks_places(self) -> bool:
        """Whether a price needs the areas of registration, residence and point."""
        whens = [rule.when for layer in self.all_layers() for rule in layer.rules]
        return any(when.asks_places for when in [*whens, *self._discount_whens()])

    def _discount_whens(self) -> list[When]:
        return [discount.when for discount in self.discounts]

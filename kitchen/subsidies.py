"""Who pays for a meal: dated schemes of rules, and a pure price.

"5 yuan" is one scheme. A meal is priced by the version in force on its day, and
keeps the version's id for ever, so a later change never alters it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from piccolo.columns import Date, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from kitchen import audit
from kitchen.database import insert, lock_for, rows, update_row, writing
from kitchen.errors import Refusal
from kitchen.places import Kitchen
from kitchen.staff import Actor


class Scheme(Table, tablename="scheme"):
    """A tariff with a name, e.g. 五元午餐."""

    kitchen = ForeignKey(Kitchen, null=False)
    name = Text()
    at = Timestamptz()
    by = Text()


class SchemeVersion(Table, tablename="scheme_version"):
    """The scheme's rules from a day on. `rules` is JSON, see `Rules`."""

    scheme = ForeignKey(Scheme, null=False)
    number = Text()
    rules = Text()
    announced_on = Date()
    valid_from = Date()
    valid_to = Date(null=True)
    transition_to = Date(null=True)
    proposed_by = Text()
    proposed_at = Timestamptz()
    approved_by = Text()
    approved_at = Timestamptz(null=True)


# Pure rules -------------------------------------------------------------------


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


@dataclass(frozen=True)
class When:
    """The conditions of a rule; each one left out is not asked."""

    min_age: int | None = None
    max_age: int | None = None
    any_category: frozenset[str] = frozenset()
    self_care: frozenset[str] = frozenset()
    registered_here: bool | None = None
    meals: frozenset[str] = frozenset()
    ways: frozenset[str] = frozenset()
    workday: bool | None = None

    def holds(self, facts: MealFacts) -> bool:
        return (
            (self.min_age is None or facts.age >= self.min_age)
            and (self.max_age is None or facts.age <= self.max_age)
            and (not self.any_category or bool(self.any_category & facts.categories))
            and (not self.self_care or facts.self_care in self.self_care)
            and self.registered_here in (None, facts.registered_here)
            and (not self.meals or facts.meal in self.meals)
            and (not self.ways or facts.way in self.ways)
            and self.workday in (None, facts.workday)
        )


@dataclass(frozen=True)
class Rule:
    """One funder's promise. Exactly one of the amounts:

    `self_pay_fen` – pays whatever lies above that self-pay;
    `fixed_fen` – pays that much; `percent` of the list price, at most `cap_fen`.
    """

    name: str
    when: When
    self_pay_fen: int | None = None
    fixed_fen: int | None = None
    percent: int | None = None
    cap_fen: int | None = None

    def __post_init__(self) -> None:
        amounts = (self.self_pay_fen, self.fixed_fen, self.percent)
        if sum(amount is not None for amount in amounts) != 1:
            raise ValueError(f"rule {self.name!r}: exactly one amount")
        for amount in (*amounts, self.cap_fen):
            if amount is not None and amount < 0:
                raise ValueError(f"rule {self.name!r}: an amount below zero")

    def pays(self, list_price_fen: int, unpaid_fen: int) -> int:
        """Fen this rule takes over, never more than is still unpaid."""
        if self.self_pay_fen is not None:
            fen = unpaid_fen - self.self_pay_fen
        elif self.fixed_fen is not None:
            fen = self.fixed_fen
        else:
            fen = list_price_fen * (self.percent or 0) // 100
        if self.cap_fen is not None:
            fen = min(fen, self.cap_fen)
        return max(0, min(fen, unpaid_fen))


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

    def split(self, fen: int) -> list[tuple[str, int]]:
        shares, left = [], fen
        for payer, percent in self.payers[:-1]:
            part = fen * percent // 100
            shares.append((payer, part))
            left -= part
        return [*shares, (self.payers[-1][0], left)]


@dataclass(frozen=True)
class Rules:
    """A scheme version's rules: layers, each applied to what the last left unpaid."""

    layers: tuple[Layer, ...]

    def as_text(self) -> str:
        """Canonical JSON as stored."""
        layers = [
            {
                "payers": [list(payer) for payer in layer.payers],
                "rules": [_rule_json(rule) for rule in layer.rules],
            }
            for layer in self.layers
        ]
        return json.dumps({"layers": layers}, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> "Rules":
        """The inverse of `as_text`; ValueError names what is wrong."""
        raw = json.loads(text)
        return cls(
            tuple(
                Layer(
                    tuple((str(payer), int(share)) for payer, share in layer["payers"]),
                    tuple(_rule(rule) for rule in layer["rules"]),
                )
                for layer in raw["layers"]
            )
        )


@dataclass(frozen=True)
class PayerLine:
    """One payer's part, and why."""

    payer: str
    fen: int
    why: str


@dataclass(frozen=True)
class Price:
    """list price = payer lines + self-pay, to the fen."""

    list_price_fen: int
    lines: tuple[PayerLine, ...]
    self_pay_fen: int
    scheme_version_id: int | None = None

    @property
    def subsidised(self) -> bool:
        return bool(self.lines)

    def lines_text(self) -> str:
        """As kept on the meal for ever."""
        return json.dumps(
            [[line.payer, line.fen, line.why] for line in self.lines],
            ensure_ascii=False,
        )


def split_price(
    rules: Rules, facts: MealFacts, version: str = "", version_id: int | None = None
) -> Price:
    """Who pays how many fen of one meal. Pure: the same facts give the same price.

    Nobody who is not eligible on the day is paid for; every line says why, e.g.
    "81 岁; 80 岁以上 (五元午餐 v2)".
    """
    unpaid, lines = facts.list_price_fen, list[PayerLine]()
    for layer in rules.layers if facts.eligible else ():
        matching = [rule for rule in layer.rules if rule.when.holds(facts)]
        if not matching:
            continue
        best = max(matching, key=lambda rule: rule.pays(facts.list_price_fen, unpaid))
        fen = best.pays(facts.list_price_fen, unpaid)
        why = f"{facts.age} 岁; {best.name}" + (f" ({version})" if version else "")
        lines += [
            PayerLine(payer, part, why) for payer, part in layer.split(fen) if part
        ]
        unpaid -= fen
    return Price(facts.list_price_fen, tuple(lines), unpaid, version_id)


def full_price(list_price_fen: int) -> Price:
    """Nobody helps: a guest, or a second meal."""
    return Price(list_price_fen, (), list_price_fen)


_SETS = ("any_category", "self_care", "meals", "ways")


def _rule(raw: Mapping[str, Any]) -> Rule:
    when: dict[str, Any] = {
        name: frozenset(value) if name in _SETS else value
        for name, value in raw.get("when", {}).items()
    }
    amounts = {k: v for k, v in raw.items() if k not in ("name", "when")}
    return Rule(name=raw["name"], when=When(**when), **amounts)


def _rule_json(rule: Rule) -> dict[str, Any]:
    when = {
        name: sorted(value) if name in _SETS else value
        for name, value in vars(rule.when).items()
        if value not in (None, frozenset())
    }
    amounts = {
        name: getattr(rule, name)
        for name in ("self_pay_fen", "fixed_fen", "percent", "cap_fen")
        if getattr(rule, name) is not None
    }
    return {"name": rule.name, "when": when, **amounts}


# Readers and verbs ------------------------------------------------------------


@dataclass(frozen=True)
class VersionFacts:
    """One version of one scheme."""

    id: int
    scheme_id: int
    scheme: str
    number: str
    rules: Rules = field(repr=False)
    announced_on: date
    valid_from: date
    valid_to: date | None
    proposed_by: str
    approved_by: str

    @property
    def title(self) -> str:
        return f"{self.scheme} v{self.number}"


async def versions_for(kitchen_id: int) -> list[VersionFacts]:
    """All versions of a kitchen's schemes, newest last."""
    found = await rows(
        "SELECT v.*, s.name AS scheme_name FROM scheme_version v"
        " JOIN scheme s ON s.id = v.scheme WHERE s.kitchen = {}"
        " ORDER BY v.valid_from, v.id",
        kitchen_id,
    )
    return [_version(row) for row in found]


async def version_on(kitchen_id: int, day: date) -> VersionFacts | None:
    """The approved version in force on a day: the one that began last."""
    found = await rows(
        "SELECT v.*, s.name AS scheme_name FROM scheme_version v"
        " JOIN scheme s ON s.id = v.scheme WHERE s.kitchen = {}"
        " AND v.approved_at IS NOT NULL AND v.valid_from <= {}"
        " AND (v.valid_to IS NULL OR v.valid_to >= {})"
        " ORDER BY v.valid_from DESC, v.id DESC LIMIT 1",
        kitchen_id,
        day,
        day,
    )
    return _version(found[0]) if found else None


def _version(row: dict[str, Any]) -> VersionFacts:
    return VersionFacts(
        id=row["id"],
        scheme_id=row["scheme"],
        scheme=row["scheme_name"],
        number=row["number"],
        rules=Rules.from_text(row["rules"]),
        announced_on=row["announced_on"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        proposed_by=row["proposed_by"],
        approved_by=row["approved_by"],
    )


async def propose_version(
    *,
    kitchen_id: int,
    scheme: str,
    number: str,
    rules: Rules,
    announced_on: date,
    valid_from: date,
    valid_to: date | None,
    by: Actor,
    now: datetime,
) -> int:
    """Propose rules from a day on; they count once a second person approves.
    Refuses `valid_before_announced`, `dates_reversed`, `version_exists`."""
    if valid_from < announced_on:
        raise Refusal(
            "valid_before_announced", announced=announced_on, valid_from=valid_from
        )
    if valid_to is not None and valid_to < valid_from:
        raise Refusal("dates_reversed", first=valid_from, last=valid_to)
    async with writing():
        found = await rows(
            "SELECT id FROM scheme WHERE kitchen = {} AND name = {}", kitchen_id, scheme
        )
        scheme_id = (
            found[0]["id"]
            if found
            else await insert(
                Scheme, kitchen=kitchen_id, name=scheme, at=now, by=by.name
            )
        )
        if await rows(
            "SELECT id FROM scheme_version WHERE scheme = {} AND number = {}",
            scheme_id,
            number,
        ):
            raise Refusal("version_exists", scheme=scheme, number=number)
        version_id = await insert(
            SchemeVersion,
            scheme=scheme_id,
            number=number,
            rules=rules.as_text(),
            announced_on=announced_on,
            valid_from=valid_from,
            valid_to=valid_to,
            transition_to=None,
            proposed_by=by.name,
            proposed_at=now,
            approved_by="",
            approved_at=None,
        )
        await _trace("scheme.propose", version_id, by=by, now=now)
        return int(version_id)


async def approve_version(version_id: int, *, by: Actor, now: datetime) -> None:
    """The second person's yes. Refuses `own_proposal`, `version_unknown`."""
    async with writing():
        await lock_for("scheme_version", version_id)
        found = await rows("SELECT * FROM scheme_version WHERE id = {}", version_id)
        if not found:
            raise Refusal("version_unknown", version=version_id)
        if found[0]["approved_at"] is not None:
            return
        if by.name == found[0]["proposed_by"] or await _proposed(version_id, by):
            raise Refusal("own_proposal", name=by.name)
        await update_row(
            SchemeVersion, version_id, {"approved_by": by.name, "approved_at": now}
        )
        await _trace("scheme.approve", version_id, by=by, now=now)


async def _proposed(version_id: int, by: Actor) -> bool:
    """Whether this account made the proposal, whatever it is called by now. The
    command line has no account (0)."""
    found = await rows(
        "SELECT staff_id FROM audit_line WHERE object_kind = 'scheme_version'"
        " AND object_id = {} AND action = 'scheme.propose'",
        str(version_id),
    )
    return bool(by.staff_id) and by.staff_id in {row["staff_id"] for row in found}


async def _trace(action: str, version_id: int, *, by: Actor, now: datetime) -> None:
    await audit.record(
        by=by.name,
        staff_id=by.staff_id,
        at=now,
        action=action,
        object_kind="scheme_version",
        object_id=version_id,
    )

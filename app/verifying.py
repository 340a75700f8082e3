"""Does everything still hold? The books, the audit chain, the closed days and months.

Each check walks its rows from the oldest and stops at the first bad one, so that the
answer names a row somebody can look at. Nothing is changed.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date

from app.i18n import N_
from app.i18n import translate as _
from kitchen import audit, day_close, ledger, settlement, statements, vouching
from kitchen.database import one, reading, rows

WORDS = {
    "audit_chain": N_("操作记录链"),
    "ledger": N_("账目合计为零"),
    "entries": N_("每笔分录借贷相等"),
    "rows": N_("账目每一行和操作记录相符"),
    "days": N_("关账日对账"),
    "seals": N_("关账日封签"),
    "slots": N_("一人一餐只补一次"),
    "months": N_("已结月份重算"),
    "statements": N_("季度结算表重算"),
}


@dataclass(frozen=True)
class Check:
    """One promise: how many rows were looked at, and the first bad one in words."""

    code: str
    checked: int
    fault: str = ""
    note: str = ""  # what was not looked at, and what would do

    @property
    def ok(self) -> bool:
        return not self.fault

    @property
    def words(self) -> str:
        return _(WORDS[self.code])


async def verify_all() -> list[Check]:
    """Every check, whatever the others found."""
    async with reading():
        return [await check() for check in CHECKS]


async def verify_books() -> list[Check]:
    """The checks a backup must pass: what no later act could put right."""
    async with reading():
        return [await _audit_chain(), await _ledger(), await _entries(), await _rows()]


async def _audit_chain() -> Check:
    count = await _count("SELECT COUNT(*) AS n FROM audit_line")
    broken = await audit.verify()
    if broken is None:
        return Check("audit_chain", count)
    fault = _("第 {line} 行:{what}", line=broken.line_id, what=broken.what)
    return Check("audit_chain", count, fault)


async def _ledger() -> Check:
    count = await _count("SELECT COUNT(*) AS n FROM posting")
    row = await one("SELECT COALESCE(SUM(fen), 0) AS n FROM posting")
    total = int(row["n"]) if row else 0
    fault = _("相差 {fen} 分", fen=total) if total else ""
    return Check("ledger", count, fault)


async def _entries() -> Check:
    count = await _count("SELECT COUNT(*) AS n FROM entry")
    bad = await ledger.unbalanced()
    fault = _("分录 {entry} 借贷不等", entry=bad[0]) if bad else ""
    return Check("entries", count, fault)


ROWS = {
    "entry": N_("分录"),
    "postings": N_("分录明细"),
    "meal": N_("就餐记录"),
    "meal_void": N_("撤销记录"),
    "claim_payment": N_("到账记录"),
    "repayment": N_("还款记录"),
    "correction": N_("更正"),
    "purse_grant": N_("发券记录"),
    "purse_expiry": N_("券清零记录"),
    "recovery_case": N_("追回案"),
    "subsidy_bar": N_("停发记录"),
    "bar_lift": N_("解除停发记录"),
    "month_close": N_("月结"),
    "finding_settled": N_("疑点的说明"),
    "quarter_statement": N_("季度结算表"),
    "statement_signature": N_("结算表签字"),
    "shift_close": N_("收班"),
    "till_report": N_("断网记录"),
    "till_decision": N_("断网记录的处理"),
    "list_price": N_("定价"),
    "approved_price": N_("核定价"),
    "scheme_version": N_("补贴方案"),
    "purse_programme": N_("发券方案"),
}
FAULTS = {
    "altered": N_("改动过"),
    "missing": N_("不见了"),
    "added": N_("没有操作记录"),
}


async def _rows() -> Check:
    """Also of days and months that are still open."""
    count, bad, older = await vouching.look()
    if bad is None:
        return Check("rows", count, note=_older(older))
    fault = _(
        "{table} {number}：{what}",
        table=_(ROWS[bad.kind]) if bad.kind in ROWS else bad.kind,
        number=bad.row_id,
        what=_(FAULTS[bad.what]),
    )
    return Check("rows", count, fault)


def _older(count: int) -> str:
    if not count:
        return ""
    return _(
        "还有 {n} 行更早的没有指纹，改过也看不出；./run vouch 从今天起补上", n=count
    )


async def _days() -> Check:
    """A closed day still comes out as it was signed, each difference with its words."""
    closed = await rows(
        "SELECT kitchen, day, meal, summary FROM day_close ORDER BY day, meal, kitchen"
    )
    for row in closed:
        when = (row["kitchen"], row["day"], row["meal"])
        balance = await day_close.balance_for(*when)
        # How large a sample must be and what a portion weighs may be set anew later:
        # that faults no old day.
        left = [one for one in balance.open if one.code not in ("sample", "weight")]
        if left:
            first = left[0]
            fault = _(
                "没有写明的差异:{place} {what}", place=first.place, what=first.key
            )
            return Check(
                "days", len(closed), f"{_named(row['day'], row['meal'])} {fault}"
            )
        figures = await day_close.signed_figures(*when, balance)
        # Closes signed before weights were part of them hold the portions alone.
        told = [figures, dict(balance.chain)]
        if row["summary"] not in [audit.canonical(one) for one in told]:
            fault = _("数字和关账时不一样")
            return Check(
                "days", len(closed), f"{_named(row['day'], row['meal'])} {fault}"
            )
    return Check("days", len(closed))


async def _seals() -> Check:
    """The seal on the signed sheet is the end of the chain as it was at the close, and
    what was closed is closed still."""
    closed = await rows(
        "SELECT kitchen, day, meal, seal FROM day_close ORDER BY day, meal, kitchen"
    )
    held = await audit.seals_held({row["seal"] for row in closed})
    for row in closed:
        if row["seal"] not in held:
            fault = _("封签 {seal} 在操作记录里找不到", seal=row["seal"])
            return Check(
                "seals", len(closed), f"{_named(row['day'], row['meal'])} {fault}"
            )
    there = {(row["kitchen"], row["day"], row["meal"]) for row in closed}
    for line in await rows(
        "SELECT id, object_id, after FROM audit_line WHERE action = 'day.close'"
        " ORDER BY id"
    ):
        told = json.loads(line["after"])
        day, meal = date.fromisoformat(told["day"]), told["meal"]
        if (int(line["object_id"]), day, meal) not in there:
            fault = _("关账不见了，操作记录第 {line} 行", line=line["id"])
            return Check("seals", len(closed), f"{_named(day, meal)} {fault}")
    return Check("seals", len(closed))


LOOSE_SLOTS = (
    "SELECT m.id AS meal FROM meal m LEFT JOIN meal_void v ON v.served = m.id"
    " LEFT JOIN meal_slot s ON s.served = m.id WHERE m.tariff = 'subsidised'"
    " AND m.elder IS NOT NULL AND v.id IS NULL AND s.id IS NULL"
    " UNION ALL SELECT s.served AS meal FROM meal_slot s JOIN meal m ON m.id = s.served"
    " LEFT JOIN meal_void v ON v.served = m.id WHERE v.id IS NOT NULL"
    " OR m.elder IS NULL OR m.elder <> s.elder OR m.day <> s.day OR m.meal <> s.meal"
    " ORDER BY meal LIMIT 1"
)
"""Subsidised meals that take no slot, and slots that no standing meal takes."""


async def _slots() -> Check:
    """What lets nobody have two subsidised meals is there for each one, and no more."""
    count = await _count("SELECT COUNT(*) AS n FROM meal_slot")
    loose = await one(LOOSE_SLOTS)
    fault = _("就餐记录 {meal} 的占位对不上", meal=loose["meal"]) if loose else ""
    return Check("slots", count, fault)


@dataclass(frozen=True)
class PrintedSeal:
    """A seal typed off a sheet against the chain: `said` tells it in words."""

    seal: str
    ok: bool
    said: str


async def printed_seal(typed: str) -> PrintedSeal:
    """Whether the chain still gives the seal that stands on a signed sheet. Lines cut
    off together with all that vouched for them are seen by nothing else."""
    seal = audit.read_seal(typed)
    if seal is None:
        told = _("“{typed}”不是封签：封签是 12 位字母和 2–7 的数字", typed=typed[:40])
        return PrintedSeal(typed, False, told)
    async with reading():
        line, broken = await audit.line_of(seal), await audit.verify()
        closed = await rows(
            "SELECT day, meal FROM day_close WHERE seal = {} ORDER BY id", seal
        )
    if line is None:
        told = _("操作记录里没有这个封签：印出以后，记录被改过或删过")
        return PrintedSeal(seal, False, told)
    if broken is not None and broken.line_id <= line.line_id:
        told = _("封签之前的记录断了，第 {line} 行起", line=broken.line_id)
        return PrintedSeal(seal, False, told)
    told = _(
        "对得上：到第 {line} 行为止的 {n} 行都还在", line=line.line_id, n=line.lines
    )
    for row in closed:
        told += _("；{when} 关账时的封签", when=_named(row["day"], row["meal"]))
    return PrintedSeal(seal, True, told)


async def _months() -> Check:
    closed = await rows(
        "SELECT kitchen, month, report, digest FROM month_close ORDER BY month, kitchen"
    )
    for row in closed:
        report = await settlement.recompute(row["kitchen"], row["month"])
        if report.as_text() != row["report"] or (
            settlement.digest_of(row["report"]) != row["digest"]
        ):
            fault = _("{month} 重算和结账时不一样", month=row["month"])
            return Check("months", len(closed), fault)
    return Check("months", len(closed))


async def _statements() -> Check:
    """A quarter's statement still follows from the rows it was drawn up from."""
    drawn = []
    for row in await rows("SELECT id FROM kitchen ORDER BY id"):
        drawn += await statements.statements_for(row["id"])
    for drawn_up in drawn:
        if not await statements.replays(drawn_up):
            fault = _("{quarter} 重算和制表时不一样", quarter=drawn_up.quarter)
            return Check("statements", len(drawn), fault)
    return Check("statements", len(drawn))


CHECKS: tuple[Callable[[], Awaitable[Check]], ...] = (
    _audit_chain,
    _ledger,
    _entries,
    _rows,
    _days,
    _seals,
    _slots,
    _months,
    _statements,
)


def as_facts(checks: list[Check]) -> dict[str, object]:
    """For JSON: the same for the command and the API."""
    return {
        "ok": all(check.ok for check in checks),
        "checks": [
            {
                "code": check.code,
                "ok": check.ok,
                "checked": check.checked,
                "fault": check.fault,
                "note": check.note,
            }
            for check in checks
        ],
    }


def _named(day: date, meal: str) -> str:
    return f"{day.isoformat()} {meal}"


async def _count(sql: str) -> int:
    row = await one(sql)
    return int(row["n"]) if row else 0

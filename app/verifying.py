"""Does everything still hold? The books, the audit chain, the closed days and months.

Each check walks its rows from the oldest and stops at the first bad one, so that the
answer names a row somebody can look at. Nothing is changed.
"""

import base64
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
    "months": N_("已结月份重算"),
    "statements": N_("季度结算表重算"),
}


@dataclass(frozen=True)
class Check:
    """One promise: how many rows were looked at, and the first bad one in words."""

    code: str
    checked: int
    fault: str = ""

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
}
FAULTS = {
    "altered": N_("改动过"),
    "missing": N_("不见了"),
    "added": N_("没有操作记录"),
}


async def _rows() -> Check:
    """Also of days and months that are still open."""
    count, bad = await vouching.verify()
    if bad is None:
        return Check("rows", count)
    fault = _(
        "{table} {number}：{what}",
        table=_(ROWS[bad.kind]) if bad.kind in ROWS else bad.kind,
        number=bad.row_id,
        what=_(FAULTS[bad.what]),
    )
    return Check("rows", count, fault)


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
    """The seal on the signed sheet is the end of the chain as it was at the close."""
    closed = await rows("SELECT day, meal, seal FROM day_close ORDER BY day, meal")
    for row in closed:
        line = await one(
            "SELECT MIN(id) AS id FROM audit_line WHERE mac LIKE {}",
            mac_prefix_of(row["seal"]) + "%",
        )
        if not row["seal"] or line is None or line["id"] is None:
            fault = _("封签 {seal} 在操作记录里找不到", seal=row["seal"])
            return Check(
                "seals", len(closed), f"{_named(row['day'], row['meal'])} {fault}"
            )
    return Check("seals", len(closed))


def mac_prefix_of(seal: str) -> str:
    """The first 15 hex digits of the line's MAC that a 12-character seal stands for."""
    try:
        return base64.b32decode(seal + "====").hex()[:15]
    except ValueError:
        return "?"


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
            }
            for check in checks
        ],
    }


def _named(day: date, meal: str) -> str:
    return f"{day.isoformat()} {meal}"


async def _count(sql: str) -> int:
    row = await one(sql)
    return int(row["n"]) if row else 0

"""Words of what the solver offers: figures a dispatcher can weigh."""

from app.i18n import N_
from app.i18n import translate as _
from kitchen.round_prices import Totals
from kitchen.round_proposals import Comparison

SENTENCES = {
    "offer_unknown": N_("没有这个方案"),
    "round_step_unknown": N_("没有可以撤销的这一步"),
    "solver_silent": N_("优化程序没有给出可用的结果，现有线路没有动；请再试一次"),
    "driver_without_reason": N_("请写明送餐员为什么不来"),
}

SCOPES = {
    "unlocked": N_("锁定的不动，其余重排"),
    "round": N_("只排这一趟的先后"),
    "new": N_("只排新增和未编的"),
    "all": N_("全部重排，不管锁定和老司机"),
}

ACTS = {
    "stop.move": N_("移动一站"),
    "stop.lock": N_("锁定一站"),
    "round.lock": N_("锁定一趟"),
    "driver.lock": N_("锁定一位送餐员"),
    "round.add": N_("加一趟"),
    "round.reverse": N_("整趟倒过来"),
    "round.assign_driver": N_("换送餐员"),
    "round_plan.save": N_("重新编排"),
    "round_plan.update": N_("按名单更新"),
    "driver.missing": N_("送餐员没来"),
    "proposal.accept": N_("接受方案"),
    "proposal.accept_round": N_("接受一趟"),
}


def minutes(seconds: int) -> int:
    """Whole minutes, rounded away from nothing: a real cost is never shown as 0."""
    sign = -1 if seconds < 0 else 1
    return sign * -(-abs(seconds) // 60)


def signed_minutes(seconds: int) -> str:
    """+3 分 / -2 分 / 不变."""
    n = minutes(seconds)
    return _("{n} 分", n=f"{n:+d}") if n else _("时间不变")


def price_words(change: Totals) -> str:
    """+3 分，晚 1 户，超 2 份: what a move would do, in the order of its weight."""
    parts = [signed_minutes(change.seconds)]
    if change.late > 0:
        parts.append(_("多晚 {n} 户", n=change.late))
    elif change.late < 0:
        parts.append(_("少晚 {n} 户", n=-change.late))
    elif change.soft_seconds > 0 and change.too_old <= 0:
        parts.append(_("超时多 {n} 分", n=minutes(change.soft_seconds)))
    if change.too_old > 0:
        parts.append(_("{n} 户过保温", n=change.too_old))
    if change.over > 0:
        parts.append(_("超 {n} 份", n=change.over))
    elif change.hard > 0:
        parts.append(_("不能发布"))
    return "，".join(parts)


def found_words(found: Comparison | None) -> str:
    """已找到：少 14 分 · 晚到 2→0 · 6 户换人."""
    if found is None:
        return ""
    saved = found.before.seconds - found.after.seconds
    parts = [
        _("少 {n} 分", n=minutes(saved))
        if saved >= 0
        else _("多 {n} 分", n=minutes(-saved)),
        _("晚到 {before}→{after}", before=found.before.late, after=found.after.late),
        _("{n} 户换送餐员", n=found.changed_drivers),
    ]
    if found.parted_before != found.parted_after:
        a, b = found.parted_before, found.parted_after
        parts.append(_("结对或语言不合 {a}→{b} 户", a=a, b=b))
    if found.waiting_before != found.waiting_after:
        parts.append(_("未编 {a}→{b}", a=found.waiting_before, b=found.waiting_after))
    return " · ".join(parts)

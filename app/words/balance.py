"""Refusals of the day's balance."""

from app.i18n import N_

SENTENCES = {
    "difference_unknown": N_("这处差异已经不在了，请刷新再看"),
    "already_noted": N_("这处差异已写明：{note}"),
    "day_unfinished": N_("还有 {count} 处没有交代：{names}"),
    "differences_open": N_("还有 {count} 处差异没有写明原因"),
}
